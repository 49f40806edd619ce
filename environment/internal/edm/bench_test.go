package edm

import "testing"

// BenchmarkAllDefinitions reads every table with every column, what generators ask for.
func BenchmarkAllDefinitions(b *testing.B) {
	book, m := open(b)
	for b.Loop() {
		if _, err := book.Read(Question{Model: m, Root: root, Path: "EntityDefinitions", Query: "$expand=Attributes,OneToManyRelationships"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCSDL makes $metadata anew.
func BenchmarkCSDL(b *testing.B) {
	book, m := open(b)
	for b.Loop() {
		book.schema.document(m, nil, false)
	}
}
