package dataverse_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/dataverse"
)

// Every kind of request, each with the type of its own answer.
func TestBatch(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](asApp(), "accounts")
	kept, err := accounts.Create(ctx, Account{Name: "Kept", Number: "B-1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := asApp().Batch()
	in := accounts.In(b)
	made := in.Create(Account{Name: "Söhne \r\n--batch"}, nil)
	named := in.Create(Account{Name: "Named"}, &dataverse.CreateOptions{ServerChoosesID: true})
	got := in.Get(kept, nil)
	page := in.Page(dataverse.Where("accountnumber").Eq("B-1").Top(5))
	changed := in.Update(kept, Account{Name: "Changed"}, nil)
	upserted := in.Upsert(dataverse.NewID(), Account{Name: "Up"}, nil)
	count := b.Len()
	if _, err := made.Value(); err == nil {
		t.Error("a value before the batch was sent")
	}
	if err := b.Do(ctx, nil); err != nil {
		t.Fatal(err)
	}
	id, err := made.Value()
	if row, e := accounts.Get(ctx, id, nil); err != nil || e != nil || row.Name != "Söhne \r\n--batch" || count != 6 {
		t.Errorf("made %+v %v %v", row, err, e)
	}
	if id, err := named.Value(); err != nil || id.IsZero() {
		t.Errorf("the server's id: %v %v", id, err)
	}
	if row, err := got.Value(); err != nil || row.Name != "Kept" || row.ID != kept {
		t.Errorf("got %+v %v", row, err)
	}
	if p, err := page.Value(); err != nil || len(p.Rows) != 1 || p.Rows[0].ID != kept {
		t.Errorf("page %+v %v", p, err)
	}
	if up, err := upserted.Value(); err != nil || !up.Created {
		t.Errorf("upserted %+v %v", up, err)
	}
	if row, err := accounts.Get(ctx, kept, nil); err != nil || changed.Err() != nil || row.Name != "Changed" {
		t.Errorf("changed %+v %v", row, err)
	}
	b = asApp().Batch()
	gone := accounts.In(b).Delete(kept, nil)
	if err := b.Do(ctx, nil); err != nil || gone.Err() != nil {
		t.Error(err, gone.Err())
	}
	if _, err := accounts.Get(ctx, kept, nil); !errors.Is(err, dataverse.ErrNotFound) {
		t.Error(err)
	}
}

// A change set refers to what it makes by content id, and happens as a whole.
func TestChangeSets(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](asApp(), "accounts")
	contacts := dataverse.Table[dataverse.Row](asApp(), "contacts")
	b := asApp().Batch()
	set := b.ChangeSet()
	ada := contacts.In(set).Create(dataverse.Row{"lastname": "Ada"}, nil) // a Row has no id before the server chose it
	firm := accounts.In(set).Create(Account{Name: "Firm", Primary: ada.Ref()}, nil)
	if err := b.Do(ctx, nil); err != nil {
		t.Fatal(err)
	}
	adaID, _ := ada.Value()
	firmID, _ := firm.Value()
	if row, err := accounts.Get(ctx, firmID, nil); err != nil || row.Primary.ID != adaID || adaID.IsZero() {
		t.Errorf("%+v %v", row, err)
	}

	b = asApp().Batch()
	before := accounts.In(b).Create(Account{Name: "Before"}, nil)
	set = b.ChangeSet()
	half := accounts.In(set).Create(Account{Name: "Half"}, nil)
	bad := accounts.In(set).Update(dataverse.NewID(), Account{Name: "Nobody"}, nil)
	behind := accounts.In(b).Create(Account{Name: "Behind"}, nil)
	err := b.Do(ctx, nil)
	var e *dataverse.Error
	if !errors.Is(err, dataverse.ErrNotFound) || !errors.As(err, &e) || e.Code == "" || e.Message == "" || e.RequestID == "" {
		t.Errorf("the batch: %v", err)
	}
	if before.Err() != nil || !errors.Is(half.Err(), dataverse.ErrNotFound) || !errors.Is(bad.Err(), dataverse.ErrNotFound) || !errors.Is(behind.Err(), dataverse.ErrSkipped) {
		t.Errorf("%v, %v, %v, %v", before.Err(), half.Err(), bad.Err(), behind.Err())
	}
	for name, want := range map[string]int64{"Before": 1, "Half": 0, "Behind": 0} {
		if n, err := accounts.Count(ctx, dataverse.Where("name").Eq(name)); err != nil || n != want {
			t.Errorf("%d rows %s, %v", n, name, err)
		}
	}
}

func TestContinueOnError(t *testing.T) {
	accounts := dataverse.Table[Account](asApp(), "accounts")
	b := asApp().Batch()
	one := accounts.In(b).Get(dataverse.NewID(), nil)
	two := accounts.In(b).Create(Account{Name: "Goes on"}, nil)
	three := accounts.In(b).Delete(dataverse.NewID(), nil)
	err := b.Do(t.Context(), &dataverse.BatchOptions{ContinueOnError: true})
	if !errors.Is(err, dataverse.ErrNotFound) || !strings.HasPrefix(err.Error(), "2 of 3") {
		t.Errorf("the batch: %v", err)
	}
	if !errors.Is(one.Err(), dataverse.ErrNotFound) || two.Err() != nil || !errors.Is(three.Err(), dataverse.ErrNotFound) {
		t.Error(one.Err(), two.Err(), three.Err())
	}
}

// What is wrong in the program is told before anything is sent.
func TestBatchRefuses(t *testing.T) {
	accounts := dataverse.Table[Account](asApp(), "accounts")
	contacts := dataverse.Table[dataverse.Row](asApp(), "contacts")
	other := dataverse.Table[Account](dial("contoso-app", "contoso", nil), "accounts")
	for name, fill := range map[string]func(*dataverse.Batch){
		"reading in a change set": func(b *dataverse.Batch) { accounts.In(b.ChangeSet()).Get(dataverse.NewID(), nil) },
		"another client":          func(b *dataverse.Batch) { other.In(b).Create(Account{Name: "x"}, nil) },
		"a zero key":              func(b *dataverse.Batch) { accounts.In(b).Delete(dataverse.ID{}, nil) },
		"no such column": func(b *dataverse.Batch) {
			accounts.In(b).Create(Account{}, &dataverse.CreateOptions{Only: []string{"nmae"}})
		},
		"no id yet": func(b *dataverse.Batch) {
			made := contacts.In(b).Create(dataverse.Row{"lastname": "x"}, nil)
			accounts.In(b).Create(Account{Name: "x", Primary: made.Ref()}, nil)
		},
		"a line break in a version": func(b *dataverse.Batch) {
			accounts.In(b).Update(dataverse.NewID(), Account{Name: "x"}, &dataverse.UpdateOptions{IfMatch: "W/\"1\"\r\nX: y"})
		},
		"too large a change set": func(b *dataverse.Batch) {
			set := b.ChangeSet()
			for range 1001 {
				accounts.In(set).Create(Account{Name: "x"}, nil)
			}
		},
	} {
		b := asApp().Batch()
		fill(b)
		if err := b.Do(t.Context(), nil); err == nil {
			t.Error(name + ": sent")
		}
	}
}

// More than a batch takes are sent as several; lost answers make nothing twice.
func TestBatchesSurvive(t *testing.T) {
	ctx := t.Context()
	way := badly(trust, 0.4, "/$batch")
	c := dial("contoso-app", "contoso", way)
	accounts := dataverse.Table[Account](c, "accounts")
	const rows = 1200
	var all []*dataverse.Future[dataverse.ID]
	for i := 0; i < rows; {
		b := c.Batch()
		for range 150 { // some by themselves, some in sets
			all = append(all, accounts.In(b).Create(Account{Name: "Survivor", Number: fmt.Sprint("s", i)}, nil))
			i++
		}
		set := b.ChangeSet()
		for range 50 {
			all = append(all, accounts.In(set).Create(Account{Name: "Survivor", Number: fmt.Sprint("s", i)}, nil))
			i++
		}
		if err := b.Do(ctx, nil); err != nil {
			t.Fatal(err)
		}
	}
	ids := map[dataverse.ID]bool{}
	for _, f := range all {
		id, err := f.Value()
		if err != nil {
			t.Fatal(err)
		}
		ids[id] = true
	}
	n := 0
	for row, err := range accounts.All(ctx, dataverse.Where("name").Eq("Survivor")) {
		if err != nil || !ids[row.ID] {
			t.Fatal(row.ID, err)
		}
		n++
	}
	if n != rows || len(ids) != rows || way.hurt.Load() == 0 {
		t.Errorf("%d rows, %d ids, %d of %d requests hurt", n, len(ids), way.hurt.Load(), way.requests.Load())
	}
}

// watching counts requests by path.
type watching struct {
	paths map[string]int
}

func (w *watching) Do(r *http.Request) (*http.Response, error) {
	w.paths[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]++
	return trust.Do(r)
}

func TestBatchesSplit(t *testing.T) {
	w := &watching{paths: map[string]int{}}
	c := dial("contoso-app", "contoso", w)
	contacts := dataverse.Table[Contact](c, "contacts")
	b := c.Batch()
	for range 999 {
		contacts.In(b).Get(dataverse.NewID(), nil)
	}
	set := b.ChangeSet()
	for range 3 {
		contacts.In(set).Create(Contact{Last: "Split"}, nil)
	}
	if err := b.Do(t.Context(), &dataverse.BatchOptions{ContinueOnError: true}); err == nil || !strings.HasPrefix(err.Error(), "999 of 1000") {
		t.Error(err)
	}
	if w.paths["$batch"] != 2 {
		t.Errorf("%v", w.paths)
	}
}

// Rows of one batch are written in different people's names.
func TestBatchFor(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](asApp(), "accounts")
	users := dataverse.Table[dataverse.Row](asApp(), "systemusers")
	ben, err := users.First(ctx, dataverse.Where("fullname").Contains("Ben").Select("systemuserid"))
	if err != nil {
		t.Fatal(err)
	}
	b := asApp().Batch()
	own := accounts.In(b).Create(Account{Name: "Own"}, nil)
	his := accounts.As(dataverse.SystemUserID(ben.ID("systemuserid"))).In(b).Create(Account{Name: "His"}, nil)
	if err := b.Do(ctx, nil); err != nil {
		t.Fatal(err)
	}
	rows := dataverse.Table[dataverse.Row](asApp(), "accounts")
	for f, want := range map[*dataverse.Future[dataverse.ID]]bool{own: false, his: true} {
		id, _ := f.Value()
		row, err := rows.Get(ctx, id, &dataverse.GetOptions{Query: dataverse.Query{}.Select("_createdby_value")})
		if err != nil || (row.ID("createdby") == ben.ID("systemuserid")) != want {
			t.Errorf("%v %v", row, err)
		}
	}
}
