package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	office "github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

func TestStatesFollowEachOther(t *testing.T) {
	w := settled(t)
	ben := w.as("ben")
	steps := []struct {
		set  values
		want string
	}{
		{values{"statuscode": number(3)}, "statecode=0 statuscode=3"},
		{values{"subject": text("Call back")}, "statecode=0 statuscode=3"},
		{values{"statecode": number(1)}, "statecode=1 statuscode=5"},
		{values{"statecode": number(0), "statuscode": number(7)}, "statecode=0 statuscode=7"},
		{values{"statecode": number(2), "statuscode": query.Null()}, "statecode=2 statuscode=6"},
		{values{"statecode": number(0)}, "statecode=0 statuscode=2"},
	}
	for _, s := range steps {
		ben.must(ben.update("task", "Call", s.set))
		if got := w.row("task", "Call", "statecode", "statuscode"); got != s.want {
			t.Errorf("%v: got %s, want %s", s.set, got, s.want)
		}
	}
}

func TestEveryUpdateMovesVersionAndStamps(t *testing.T) {
	w := settled(t)
	before := w.row("account", "Fabrikam", "versionnumber")
	w.now = w.now.Add(time.Hour)
	cleo := w.as("ada")
	result, err := cleo.do(&op.Update{Key: w.key("account", "Fabrikam"), Mode: op.UpdateOnly})
	cleo.must(err)
	after := w.row("account", "Fabrikam", "versionnumber", "modifiedby", "modifiedon", "createdon", "createdby")
	want := fmt.Sprintf("versionnumber=%d modifiedby=ada modifiedon=1741068367 createdon=1741064767 createdby=ben", result.Version)
	if before == fmt.Sprint("versionnumber=", result.Version) || after != want || result.Created {
		t.Errorf("before %s, after %s", before, after)
	}
}

// A row that changes hands follows its owner, and its former owner loses it.
func TestAssign(t *testing.T) {
	w := settled(t)
	ada, ben := w.as("ada"), w.as("ben")
	ada.must(ada.update("account", "Fabrikam", values{"ownerid": ref{"systemuser", "cleo"}}))
	if got := w.row("account", "Fabrikam", "ownerid", "owninguser", "owningteam", "owningbusinessunit"); got != "ownerid=cleo owninguser=cleo owningteam=- owningbusinessunit=service" {
		t.Errorf("got %s", got)
	}
	if err := ben.update("account", "Fabrikam", values{"name": text("x")}); !dverr.AccessDenied.Is(err) {
		t.Errorf("ben still writes: %v", err)
	}
	ada.must(ada.update("account", "Fabrikam", values{"ownerid": ref{"team", "crew"}}))
	if got := w.row("account", "Fabrikam", "owneridtype", "owninguser", "owningteam", "owningbusinessunit"); got != "owneridtype=9 owninguser=- owningteam=crew owningbusinessunit=sales" {
		t.Errorf("got %s", got)
	}
}

func TestUpsertAndConditions(t *testing.T) {
	w := settled(t)
	ben := w.as("ben")
	version := func() int64 {
		r, err := ben.do(&op.Retrieve{Key: w.key("account", "Fabrikam"), Select: w.selection("account", "name")})
		ben.must(err)
		return r.Version
	}
	patch := func(name string, mode op.Mode, seen int64) (engine.Result, error) {
		return ben.do(&op.Update{Key: w.key("account", name), Mode: mode, IfVersion: seen, Values: w.bind("account", values{"name": text(name + " changed")})})
	}
	tests := []struct {
		name    string
		row     string
		mode    op.Mode
		seen    int64
		entry   *dverr.Entry
		created bool
	}{
		{"If-None-Match * on a row", "Fabrikam", op.CreateOnly, 0, &dverr.DuplicateKeyValues, false},
		{"If-Match of another version", "Fabrikam", op.UpdateOnly, 1 << 40, &dverr.VersionMismatch, false},
		{"If-Match of this version", "Fabrikam", op.UpdateOnly, version(), nil, false},
		{"bare PATCH of a row", "Fabrikam", op.Upsert, 0, nil, false},
		{"If-Match * without a row", "Litware", op.UpdateOnly, 0, &dverr.ObjectDoesNotExist, false},
		{"If-Match of a version without a row", "Litware", op.Upsert, 5, &dverr.ObjectDoesNotExist, false},
		{"bare PATCH without a row", "Litware", op.Upsert, 0, nil, true},
		{"If-None-Match * without a row", "Share", op.CreateOnly, 0, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := w.dump()
			r, err := patch(tt.row, tt.mode, tt.seen)
			if tt.entry != nil {
				if !tt.entry.Is(err) || w.dump() != before {
					t.Errorf("got %v, want %s and no trace", err, tt.entry.Name)
				}
				return
			}
			if err != nil || r.Created != tt.created || r.Key != w.key("account", tt.row) {
				t.Fatalf("got %+v, %v", r, err)
			}
			if got := w.row("account", tt.row, "name", "ownerid"); got != "name="+tt.row+" changed ownerid=ben" {
				t.Errorf("got %s", got)
			}
		})
	}
}

// Upsert asks for Create where it makes and for Write where it changes.
func TestUpsertNeedsOnlyWhatItDoes(t *testing.T) {
	w := settled(t)
	w.revoke("Basic User", w.table("account").Privileges[meta.Write])
	ben := w.as("ben")
	upsert := func(name string) error {
		_, err := ben.do(&op.Update{Key: w.key("account", name), Values: w.bind("account", values{"name": text(name)})})
		return err
	}
	if err := upsert("Fabrikam"); !dverr.PrivilegeDenied.Is(err) {
		t.Errorf("a row that is there: %v", err)
	}
	if err := upsert("Litware"); err != nil {
		t.Errorf("a row that is not: %v", err)
	}
}

func TestRepresentation(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	r, err := ben.do(&op.Create{Table: w.table("account"), Return: w.selection("account", "name", "ownerid"), Values: w.bind("account", values{"name": text("Fabrikam")})})
	ben.must(err)
	if got := print(r.Page); !slices.Equal(got, []string{"name=Fabrikam ownerid=ben"}) || !r.Created || r.Version == 0 {
		t.Errorf("created: %q %+v", got, r)
	}
	r, err = ben.do(&op.Update{Key: r.Key, Return: w.selection("account", "name", "statecode"), Values: w.bind("account", values{"statecode": number(1)})})
	ben.must(err)
	if got := print(r.Page); !slices.Equal(got, []string{"name=Fabrikam statecode=1"}) || r.Created {
		t.Errorf("updated: %q %+v", got, r)
	}
	if r.Page.More() {
		t.Error("there is more than one row")
	}
}

// Who may write but not read gets no representation, and no row.
func TestRepresentationNeedsRead(t *testing.T) {
	w := newWorld(t)
	w.revoke("Basic User", w.table("contact").Privileges[meta.Read])
	ben := w.as("ben")
	before := w.dump()
	_, err := ben.do(&op.Create{Table: w.table("contact"), Return: w.selection("contact", "lastname"), Values: w.bind("contact", values{"lastname": text("x")})})
	if !dverr.PrivilegeDenied.Is(err) || w.dump() != before {
		t.Errorf("got %v", err)
	}
}

func TestDoAllIsAllOrNothing(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	call := engine.Call{Caller: ben.caller, Model: w.model, Now: w.now}
	account := &op.Create{Table: w.table("account"), Values: w.bind("account", values{"accountid": guid("Fabrikam"), "name": text("Fabrikam")})}
	contact := func(customer string) *op.Create {
		return &op.Create{Table: w.table("contact"), Values: w.bind("contact", values{"lastname": text("x"), "parentcustomerid": ref{"account", customer}})}
	}
	before := w.dump()
	if _, err := w.engine.DoAll(t.Context(), call, []op.Op{account, contact("Litware")}); !dverr.ObjectDoesNotExist.Is(err) || w.dump() != before {
		t.Errorf("the second fails: %v", err)
	}
	twice := &op.Message{Name: "Twice", Arguments: []op.Member{{Name: "Row", Value: account}}}
	if _, err := w.engine.DoAll(t.Context(), call, []op.Op{twice}); !dverr.DuplicateRecord.Is(err) || w.dump() != before {
		t.Errorf("an action that fails: %v", err)
	}
	if _, err := w.engine.DoAll(t.Context(), call, []op.Op{account, &op.Message{Name: "Nothing"}}); !dverr.SegmentNotFound.Is(err) || w.dump() != before {
		t.Errorf("an unknown message among writes: %v", err)
	}
	answers, err := w.engine.DoAll(t.Context(), call, []op.Op{&op.Message{Name: "Echo"}})
	if err != nil || answers[0].Answer.Type != "EchoResponse" {
		t.Errorf("a message among writes: %v, %v", answers, err)
	}
	results, err := w.engine.DoAll(t.Context(), call, []op.Op{account, contact("Fabrikam")})
	if err != nil || len(results) != 2 || !results[0].Created || results[0].Version >= results[1].Version {
		t.Errorf("got %+v, %v", results, err)
	}
}

// An answer that fails after the commit is reported and undoes nothing.
func TestAnswerThatFails(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	err := w.engine.Do(t.Context(), engine.Call{Caller: ben.caller, Model: w.model, Now: w.now},
		&op.Create{Table: w.table("account"), Values: w.bind("account", values{"accountid": guid("Fabrikam")})},
		func(engine.Result) error { return context.Canceled })
	if err != context.Canceled || w.row("account", "Fabrikam", "accountid") == "" {
		t.Errorf("got %v", err)
	}
}

func TestCanceledWriteLeavesNoTrace(t *testing.T) {
	w := newWorld(t)
	before := w.dump()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.engine.DoAll(ctx, engine.Call{Caller: w.as("ben").caller, Model: w.model, Now: w.now}, []op.Op{&op.Create{Table: w.table("account")}})
	if err == nil || w.dump() != before {
		t.Errorf("got %v", err)
	}
}

func TestConcurrentCreatesAreAllThereOnce(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	const workers, each = 20, 50
	var mu sync.Mutex
	made := map[meta.ID]int64{}
	var wg sync.WaitGroup
	for n := range workers {
		wg.Go(func() {
			for i := range each {
				o := &op.Create{Table: w.table("account"), Values: w.bind("account", values{"name": text(fmt.Sprint(n, " ", i))})}
				err := w.engine.Do(t.Context(), engine.Call{Caller: ben.caller, Model: w.model, Now: w.now}, o, func(r engine.Result) error {
					mu.Lock()
					defer mu.Unlock()
					made[r.Key.ID] = r.Version
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s := w.selection("account", "accountid", "versionnumber")
	rows := w.rows(s)
	versions := map[int64]bool{}
	for id, version := range made {
		versions[version] = true
		if !slices.Contains(rows, fmt.Sprintf("accountid=%s versionnumber=%d", id, version)) {
			t.Errorf("%s at %d was answered and is not there", id, version)
		}
	}
	if len(rows) != workers*each || len(made) != workers*each || len(versions) != workers*each {
		t.Errorf("%d rows, %d ids, %d versions", len(rows), len(made), len(versions))
	}
}

func TestCreationOrderIsDefaultOrder(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	var want []string
	for i := range 50 {
		name := fmt.Sprint("account ", i)
		ben.must(ben.create("account", "", values{"name": text(name)}))
		want = append(want, "name="+name)
	}
	r := w.rows(w.selection("account", "name"))
	if !slices.Equal(r, want) {
		t.Errorf("got %q", r)
	}
}

func benchmarkWorld(b *testing.B) (actor, engine.Call) {
	w := settled(b)
	w.start(office.Office{}, engine.Config{})
	ben := w.as("ben")
	return ben, engine.Call{Caller: ben.caller, Model: w.model, Now: w.now}
}

func BenchmarkCreate(b *testing.B) {
	ben, call := benchmarkWorld(b)
	set := ben.bind("account", values{"name": text("Litware"), "revenue": dollars(10), "address1_city": text("Redmond"), "telephone1": text("555-0100")})
	answer := func(engine.Result) error { return nil }
	b.ReportAllocs()
	for b.Loop() {
		if err := ben.engine.Do(context.Background(), call, &op.Create{Table: ben.table("account"), Values: set}, answer); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCreateInParallel(b *testing.B) {
	ben, call := benchmarkWorld(b)
	set := ben.bind("account", values{"name": text("Litware"), "revenue": dollars(10)})
	answer := func(engine.Result) error { return nil }
	b.SetParallelism(16)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if err := ben.engine.Do(context.Background(), call, &op.Create{Table: ben.table("account"), Values: set}, answer); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkUpdate(b *testing.B) {
	ben, call := benchmarkWorld(b)
	set := ben.bind("account", values{"telephone1": text("555-0100")})
	answer := func(engine.Result) error { return nil }
	b.ReportAllocs()
	for b.Loop() {
		o := &op.Update{Key: ben.key("account", "Fabrikam"), Values: set}
		if err := ben.engine.Do(context.Background(), call, o, answer); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRetrieve(b *testing.B) {
	ben, call := benchmarkWorld(b)
	columns := []string{"name", "accountnumber", "telephone1", "emailaddress1", "revenue", "numberofemployees", "address1_city", "createdon", "statecode", "ownerid", "primarycontactid", "description"}
	b.ReportAllocs()
	for b.Loop() {
		o := &op.Retrieve{Key: ben.key("account", "Fabrikam"), Select: ben.selection("account", columns...)}
		err := ben.engine.Do(context.Background(), call, o, func(r engine.Result) error {
			for _, err := range r.Page.Rows {
				return err
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStoreAlone is what a row costs below the engine, for comparison.
func BenchmarkStoreAlone(b *testing.B) {
	w := newWorld(b)
	n := 0
	for b.Loop() {
		n++
		err := w.store.Write(b.Context(), func(tx *store.Tx) error {
			w.put(tx, "account", fmt.Sprint("row ", n), values{"name": text("Litware")})
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
