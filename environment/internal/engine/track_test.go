package engine_test

import (
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// changes asks for a page of what became of accounts.
func (a actor) changes(since *op.Stamp, count bool) (*op.Changed, error) {
	s := a.selection("account", "accountid")
	s.Limit = 5000
	if since != nil {
		version := query.Order{Col: query.Col{Of: s, C: s.Table.Column("versionnumber")}}
		s.Order = append([]query.Order{version}, s.Order...)
	}
	r, err := a.do(&op.Changes{Select: s, Since: since, Count: count})
	return r.Changed, err
}

// kept counts the deletions of accounts that are remembered.
func (a actor) kept() (n int) {
	a.t.Helper()
	f, err := access.Follow(a.caller, a.table("account"))
	a.must(err)
	a.must(a.store.Read(a.t.Context(), func(tx *store.Tx) error {
		gone, _, err := tx.Deleted(f, 0, 1<<60, 5000)
		n = len(gone)
		return err
	}))
	return n
}

// TestDeletionsAreForgotten: a deletion is kept for as long as a client may ask for it,
// seven days where the organization says nothing, and goes when other rows go.
func TestDeletionsAreForgotten(t *testing.T) {
	w := newWorld(t)
	ada, reader := w.as("ada"), w.as("contoso-reader")
	for _, name := range []string{"Adatum", "Contoso", "Fabrikam", "Litware"} {
		ada.must(ada.create("account", name, values{"name": text(name)}))
	}
	begin, err := reader.changes(nil, false)
	ada.must(err)
	ada.must(ada.delete("account", "Adatum"))
	w.now = w.now.Add(7 * 24 * time.Hour)
	ada.must(ada.delete("account", "Contoso"))
	if n := reader.kept(); n != 2 {
		t.Errorf("%d deletions kept after seven days, want 2", n)
	}
	changed, err := reader.changes(&begin.Until, true)
	if err != nil || changed.Number != 2 || begin.Number != 4 {
		t.Errorf("changes since the beginning: %+v, %v", changed, err)
	}

	w.now = w.now.Add(2 * time.Hour)
	ada.must(ada.delete("account", "Fabrikam"))
	if n := reader.kept(); n != 2 {
		t.Errorf("%d deletions kept when the first was old, want 2", n)
	}
	if _, err := reader.changes(&begin.Until, true); !dverr.ChangesExpired.Is(err) {
		t.Errorf("since the beginning: %v", err)
	}
	young := op.Stamp{Version: begin.Until.Version, At: w.now} // of a client that makes up times
	if _, err := reader.changes(&young, true); !dverr.ChangesExpired.Is(err) {
		t.Errorf("since a time made up: %v", err)
	}
	if _, err := reader.changes(&changed.Until, true); err != nil {
		t.Errorf("since two hours ago: %v", err)
	}
}

// TestChangesThatAreUndone: a write that fails tells of no deletion and leaves none.
func TestChangesThatAreUndone(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	ada.must(ada.create("account", "Adatum", values{"name": text("Adatum")}))
	call := engine.Call{Caller: ada.caller, Model: w.model, Now: w.now}
	_, err := w.engine.DoAll(t.Context(), call, []op.Op{&op.Delete{Key: w.key("account", "Adatum")}, &op.Delete{Key: w.key("account", "nobody")}})
	if !dverr.ObjectDoesNotExist.Is(err) || ada.kept() != 0 {
		t.Errorf("%d deletions kept after %v", ada.kept(), err)
	}
}
