package store_test

import (
	"errors"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// shown are rows that are handed out, with collections and without.
func shown(t *testing.T, w *world) {
	people(w)
	enough := errors.New("enough")
	for _, tt := range []struct {
		name     string
		contacts bool
		want     string
	}{{"ALPHA", false, "Alpha"}, {"ALPHA", true, "Alpha[Zoe Yan]"}, {"Omega", false, ""}, {"Omega", true, ""}} {
		s := w.sel("account", "name")
		s.Where = w.equal(s, "name", query.Text(tt.name))
		if tt.contacts {
			w.expand(s, "contacts", w.sel("contact", "name"))
		}
		q, err := w.Prepare(access.System("test", s))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		err = w.Read(t.Context(), func(tx *store.Tx) error {
			for range 2 { // the statement is free again after it was shown
				got = ""
				found, err := tx.Show(t.Context(), q, guid(1).GUID(), func(row query.Row, shape *query.Shape) error {
					got = family(shape, row)
					return enough
				})
				if found != (tt.want != "") || found != (err == enough) {
					t.Errorf("%s: found %v, %v", tt.name, found, err)
				}
			}
			return nil
		})
		if got != tt.want || err != nil {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
	}
}
