package dataverse_test

import (
	"errors"
	"testing"

	"github.com/stead-s2s/stead/dataverse"
)

// The life of a row: made, read, changed by condition, emptied, deleted.
func TestRowsLive(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](asApp(), "accounts")
	contacts := dataverse.Table[Contact](asApp(), "contacts")
	ada, err := contacts.Create(ctx, Contact{Last: `O'Brian "&" Söhne`}, nil)
	if err != nil {
		t.Fatal(err)
	}
	id, err := accounts.Create(ctx, Account{Name: "Life", Revenue: amount("12345678901.12"), Primary: dataverse.RefTo("contacts", ada)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	made, err := accounts.Get(ctx, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	if made.ID != id || made.Name != "Life" || !equal(*made.Revenue, "12345678901.12") || made.Primary.ID != ada || made.Primary.Set != "contacts" || made.Staff != nil || made.Created.IsZero() {
		t.Errorf("read %+v with %s", made, *made.Revenue)
	}
	if _, err := accounts.Get(ctx, id, &dataverse.GetOptions{IfNoneMatch: made.ETag}); !errors.Is(err, dataverse.ErrNotModified) {
		t.Errorf("unchanged: %v", err)
	}
	zero := 0
	if err := accounts.Update(ctx, id, Account{Staff: &zero}, &dataverse.UpdateOptions{IfMatch: made.ETag}); err != nil {
		t.Fatal(err)
	}
	if err := accounts.Update(ctx, id, Account{Name: "Late"}, &dataverse.UpdateOptions{IfMatch: made.ETag}); !errors.Is(err, dataverse.ErrConflict) {
		t.Errorf("a stale version: %v", err)
	}
	if err := accounts.Update(ctx, id, Account{}, &dataverse.UpdateOptions{Clear: []string{"revenue", "primarycontactid"}}); err != nil {
		t.Fatal(err)
	}
	changed, err := accounts.Get(ctx, id, nil)
	if err != nil || changed.Name != "Life" || changed.Revenue != nil || !changed.Primary.IsZero() || changed.Staff == nil || *changed.Staff != 0 {
		t.Errorf("%+v %v", changed, err)
	}
	if err := accounts.Delete(ctx, id, &dataverse.DeleteOptions{IfMatch: made.ETag}); !errors.Is(err, dataverse.ErrConflict) {
		t.Errorf("delete of a stale version: %v", err)
	}
	if err := accounts.Delete(ctx, id, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.Get(ctx, id, nil); !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("after the end: %v", err)
	}
	if err := accounts.Update(ctx, id, Account{Name: "Ghost"}, nil); !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("an update made a row: %v", err)
	}
}

func TestUpsert(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](asApp(), "accounts")
	id := dataverse.NewID()
	for _, created := range []bool{true, false} {
		got, err := accounts.Upsert(ctx, id, Account{Name: "Up"}, nil)
		if err != nil || got.ID != id || got.Created != created {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if _, err := accounts.Upsert(ctx, id, Account{Name: "Up"}, &dataverse.UpsertOptions{Presence: dataverse.CreateOnly}); !errors.Is(err, dataverse.ErrConflict) {
		t.Errorf("made twice: %v", err)
	}
}

func TestAllAndCount(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](asApp(), "accounts")
	all := 0
	seen := map[dataverse.ID]bool{}
	for a, err := range accounts.All(ctx, dataverse.Query{}.OrderBy("name").PageSize(33)) {
		if err != nil {
			t.Fatal(err)
		}
		all++
		seen[a.ID] = true
	}
	n, err := accounts.Count(ctx, dataverse.Filter{})
	if err != nil || int(n) != all || len(seen) != all || all < 200 {
		t.Errorf("%d rows, %d different, counted %d: %v", all, len(seen), n, err)
	}
	top := 0
	for _, err := range accounts.All(ctx, dataverse.Query{}.Top(70).PageSize(30)) {
		if err != nil {
			t.Fatal(err)
		}
		top++
	}
	if top != 70 {
		t.Errorf("the top 70 are %d", top)
	}
	if _, err := accounts.First(ctx, dataverse.Where("name").Eq("no such'name")); !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("none: %v", err)
	}
}

// equal compares exactly, whatever zeros stand at the end.
func equal(a, b dataverse.Money) bool {
	x, isX := a.Rat()
	y, isY := b.Rat()
	return isX && isY && x.Cmp(y) == 0
}
