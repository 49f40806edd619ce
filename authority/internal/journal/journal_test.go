package journal

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

const contoso, fabrikam directory.ID = "5a1f0000-0000-4000-8000-000000000001", "5a1f0000-0000-4000-8000-000000000002"

// book is a log over a new database, and its clock.
func book(t testing.TB) (*Book, *time.Time) {
	t.Helper()
	db, err := sqldb.Open(filepath.Join(t.TempDir(), "a.db"), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0).UTC()
	b, err := Open(t.Context(), Config{DB: db, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	return b, &now
}

func entries(t *testing.T, b *Book, tenant directory.ID, before int64, most int) []Entry {
	t.Helper()
	var found []Entry
	err := b.Read(t.Context(), tenant, before, func(e Entry) bool {
		found = append(found, e)
		return len(found) < most
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEveryMemberIsKept(t *testing.T) {
	b, now := book(t)
	want := Entry{
		ID: "trace", Time: *now, Tenant: contoso, App: "a", AppName: "App", Principal: "p", Credential: "secret 1", User: "u", UserName: "ada@contoso.example",
		Resource: "r", ResourceAs: "Dataverse", Grant: "authorization_code", Code: 7000215, Explanation: "wrong", Correlation: "c", IP: "::1", Client: "curl", Interactive: true,
	}
	b.Record(want)
	got := entries(t, b, contoso, 0, 10)
	want.Seq = 1
	if diff := cmp.Diff([]Entry{want}, got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

func TestReadsBackwardsByTenant(t *testing.T) {
	b, now := book(t)
	for i := range 10 {
		b.Record(Entry{ID: fmt.Sprint(i), Time: *now, Tenant: []directory.ID{contoso, fabrikam}[i%2]})
	}
	first := entries(t, b, contoso, 0, 2)
	rest := entries(t, b, contoso, first[1].Seq, 10)
	var ids []string
	for _, e := range append(first, rest...) {
		ids = append(ids, e.ID)
	}
	if got := strings.Join(ids, " "); got != "8 6 4 2 0" {
		t.Errorf("read %s", got)
	}
}

func TestOldestAreDroppedUnderPressure(t *testing.T) {
	b, now := book(t)
	b.writing.Lock() // the database is slow
	for i := range pendingMax + 100 {
		b.Record(Entry{ID: fmt.Sprint(i), Time: *now, Tenant: contoso})
	}
	b.writing.Unlock()
	if n := b.Dropped(); n < 100 {
		// The writer may have taken nothing yet, or all that came before it was stopped.
		t.Errorf("%d were dropped", n)
	}
	got := entries(t, b, contoso, 0, 1)
	if len(got) != 1 || got[0].ID != fmt.Sprint(pendingMax+99) {
		t.Errorf("the latest is %v", got)
	}
}

func TestOldRowsGo(t *testing.T) {
	b, now := book(t)
	for i := range 3 {
		b.Record(Entry{ID: fmt.Sprint(i), Time: *now, Tenant: contoso})
	}
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	*now = now.Add(MaxAge + time.Hour)
	b.Record(Entry{ID: "new", Time: *now, Tenant: contoso})
	if got := entries(t, b, contoso, 0, 10); len(got) != 1 || got[0].ID != "new" {
		t.Errorf("read %v", got)
	}
	if err := b.db.Write(t.Context(), b.prune); err != nil {
		t.Fatal(err)
	}
	*now = now.Add(-MaxAge)
	if got := entries(t, b, contoso, 0, 10); len(got) != 1 {
		t.Errorf("after pruning %d rows are there", len(got))
	}
}

func TestNobodyIsLostOnClose(t *testing.T) {
	b, now := book(t)
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			for range 100 {
				b.Record(Entry{Time: *now, Tenant: contoso})
			}
		})
	}
	running.Wait()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.Record(Entry{Tenant: contoso})
	if got := entries(t, b, contoso, 0, 10_000); len(got) != 800 || b.Dropped() != 1 {
		t.Errorf("%d entries, %d dropped", len(got), b.Dropped())
	}
	var none *Book
	none.Record(Entry{})
}

// BenchmarkRecord is what a token request pays.
func BenchmarkRecord(b *testing.B) {
	journal, now := book(b)
	e := Entry{ID: "trace", Time: *now, Tenant: contoso, App: contoso, AppName: "Orders", Resource: contoso, Grant: "client_credentials"}
	b.ReportAllocs()
	for i := range b.N {
		if i%4096 == 4095 {
			b.StopTimer()
			if err := journal.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		journal.Record(e)
	}
}

func BenchmarkWrite(b *testing.B) {
	journal, now := book(b)
	e := Entry{ID: "trace", Time: *now, Tenant: contoso, App: contoso, AppName: "Orders", Resource: contoso, Grant: "client_credentials"}
	n := 0
	for b.Loop() {
		journal.Record(e)
		if n++; n%1000 == 0 {
			if err := journal.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
}
