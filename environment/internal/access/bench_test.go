package access

import (
	"fmt"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/query"
)

func BenchmarkUser(b *testing.B) {
	w := contoso(b)
	who, ctx := w.identity("loader"), b.Context()
	w.as("loader")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.r.User(ctx, who); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCaller(b *testing.B) {
	w := contoso(b)
	ctx := b.Context()
	u, err := w.r.User(ctx, w.identity("loader"))
	if err != nil {
		b.Fatal(err)
	}
	for_ := OnBehalf{ObjectID: id("oid ben")}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.r.Caller(ctx, u, for_); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead grants a list of six columns at every depth, Deep over 1,000 units.
func BenchmarkRead(b *testing.B) {
	for d := Basic; d <= Global; d++ {
		b.Run(d.String(), func(b *testing.B) {
			w := contoso(b)
			for i := range 1000 {
				w.unit(fmt.Sprint("store ", i), "Sales")
			}
			w.give("Basic User", "prvReadAccount", d)
			c, s := w.as("ben"), w.all("account")
			for range 5 {
				s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: s.Table.Column("name")}})
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read(c, s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkIndex is what the first request after a change pays in an organization of
// 1,000 users.
func BenchmarkIndex(b *testing.B) {
	w := contoso(b)
	for i := range 1000 {
		w.user(fmt.Sprint("user ", i), "Sales", "Basic User")
	}
	b.ReportAllocs()
	for b.Loop() {
		index(w.facts, w.model)
	}
}
