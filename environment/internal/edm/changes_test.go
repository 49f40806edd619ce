package edm

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// TestStamps: only what was told is known again, and not forever.
func TestStamps(t *testing.T) {
	w := newWorld(t)
	b := w.Book
	first := b.prints(describer{b.schema, w.model})
	if b.prints(describer{b.schema, w.model}) != first {
		t.Error("a model has two prints")
	}
	stamp := first.stamp(time.Unix(0, 0))
	if b.stamped(stamp) != first {
		t.Errorf("%s is not known", stamp)
	}
	for _, text := range []string{"", "!", "1", "x!" + stamp, "999!11/21/2026 12:00:00", stamp + "x"} {
		if b.stamped(text) != nil {
			t.Errorf("%q is known", text)
		}
	}
	for i := range keptStamps {
		later := *w.model
		later.Version += int64(i) + 1
		b.prints(describer{b.schema, &later})
	}
	if b.stamped(stamp) != nil {
		t.Error("a stamp is known for ever")
	}
	if len(first.of) < 100 || len(first.gone(first, deletedAttribute)) != 0 {
		t.Errorf("%d definitions", len(first.of))
	}
	if gone := first.gone(&prints{of: map[meta.ID]imprint{}}, deletedEntity); len(gone) != len(w.model.Tables) {
		t.Errorf("%d tables are gone, of %d", len(gone), len(w.model.Tables))
	}
}

func FuzzMetadataQuery(f *testing.F) {
	book, model := open(f)
	for _, text := range []string{
		``, `{}`, `{"Properties":{"AllProperties":"True"},"Criteria":{"FilterOperator":1,"Conditions":[{"ConditionOperator":5,"PropertyName":"ObjectTypeCode","Value":{"Type":"System.Int32","Value":"3"}}]}}`,
		`{"Properties":{"PropertyNames":["Attributes","Keys","OneToManyRelationships"]},"AttributeQuery":{"Criteria":{"Conditions":[{"ConditionOperator":"NotIn","PropertyName":"MaxLength","Value":{"Type":"System.Int32[]","Value":[100,1.5,null,true]}}]}}}`,
		`{"LabelQuery":{"FilterLanguages":[1031]},"Criteria":{"Conditions":[{"ConditionOperator":"Equals","PropertyName":"IsCustomizable","Value":null}]}}`, `[]`, `{"Criteria":5}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := readEntityQuery(text)
		if err == nil {
			err = q.check(book.schema)
		}
		if err != nil {
			if dverr.From(err).HTTPStatus() >= 500 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		d := describer{book.schema, model}
		c := changes{definer: definer{describer: d, book: book}, query: q, now: book.prints(d)}
		if !json.Valid(c.write(31)) {
			t.Fatalf("%q answers what is no JSON", text)
		}
	})
}
