package dataverse_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/steadtest"
)

// numbered gives rows with a name and a running number.
func numbered(name string, n int) iter.Seq2[Account, error] {
	return func(yield func(Account, error) bool) {
		for i := range n {
			if !yield(Account{Name: name, Number: fmt.Sprint(name, "-", i)}, nil) {
				return
			}
		}
	}
}

// present counts the rows of a name by number.
func present(t *testing.T, c *dataverse.Client, name string) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for row, err := range dataverse.Table[Account](c, "accounts").All(t.Context(), dataverse.Where("name").Eq(name)) {
		if err != nil {
			t.Fatal(err)
		}
		seen[row.Number]++
	}
	return seen
}

// once fails unless each of so many rows is there exactly once.
func once(t *testing.T, c *dataverse.Client, name string, n int) {
	t.Helper()
	seen := present(t, c, name)
	for i := range n {
		if number := fmt.Sprint(name, "-", i); seen[number] != 1 {
			t.Fatalf("row %s is there %d times", number, seen[number])
		}
	}
	if len(seen) != n {
		t.Errorf("%d rows of %d", len(seen), n)
	}
}

func TestLoad(t *testing.T) {
	accounts := dataverse.Table[Account](asApp(), "accounts")
	shown := 0
	report, err := accounts.Load(t.Context(), numbered("load", 3000), &dataverse.LoadOptions{Progress: func(p dataverse.Progress) {
		shown++
		if p.Rows > 3000 || p.Parallel < 1 || p.RowsPerRequest < 1 {
			t.Errorf("%+v", p)
		}
	}})
	if err != nil || report.Rows != 3000 || report.Rejected != 0 || shown == 0 {
		t.Fatal(report, err)
	}
	t.Log(report)
	once(t, asApp(), "load", 3000)
}

// With three requests in ten refused, failing or cut off, every row is there exactly once.
func TestLoadSurvives(t *testing.T) {
	rows := 100_000
	if testing.Short() {
		rows = 5000
	}
	way := badly(trust, 0.3, "")
	accounts := dataverse.Table[Account](dial("contoso-app", "contoso-test", way), "accounts") // so many rows would be in others' way
	report, err := accounts.Load(t.Context(), numbered("hardy", rows), &dataverse.LoadOptions{MaxRows: 250})
	if err != nil || report.Rows != int64(rows) || report.Rejected != 0 {
		t.Fatal(report, err)
	}
	if hurt := float64(way.hurt.Load()) / float64(way.requests.Load()); !testing.Short() && hurt < 0.25 || report.ThrottledRequests == 0 || report.FailedRequests == 0 {
		t.Errorf("%.0f%% of requests ended badly: the test shows nothing; %v", hurt*100, report)
	}
	t.Log(report)
	once(t, dial("contoso-app", "contoso-test", nil), "hardy", rows)
}

// Rows that the server does not take are found among the others.
func TestLoadRejects(t *testing.T) {
	bad := map[int]bool{0: true, 17: true, 450: true, 451: true, 999: true}
	rows := func(yield func(Account, error) bool) {
		for i := range 1000 {
			row := Account{Name: "picky", Number: fmt.Sprint("picky-", i)}
			if bad[i] {
				row.Primary = dataverse.RefTo("contacts", dataverse.NewID()) // nobody
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	for _, batches := range []bool{false, true} {
		var rejected []int
		report, err := dataverse.Table[Account](asApp(), "accounts").Load(t.Context(), rows, &dataverse.LoadOptions{RowByRow: batches, OnReject: func(r dataverse.Rejected) {
			rejected = append(rejected, int(r.Index))
			if row := r.Row.(Account); row.Number != fmt.Sprint("picky-", r.Index) || row.ID != r.ID || !errors.Is(r.Err, dataverse.ErrNotFound) {
				t.Errorf("%+v", r)
			}
		}})
		slices.Sort(rejected)
		if err != nil || report.Rows != 995 || !slices.Equal(rejected, []int{0, 17, 450, 451, 999}) {
			t.Errorf("%v %v: rejected %v", report, err, rejected)
		}
	}
	if seen := present(t, asApp(), "picky"); len(seen) != 995 || seen["picky-16"] != 2 {
		t.Errorf("%d rows", len(seen))
	}
	_, err := dataverse.Table[Account](asApp(), "accounts").Load(t.Context(), rows, &dataverse.LoadOptions{MaxRejects: 2})
	if !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("too many: %v", err)
	}
}

// A load that was interrupted goes on, whatever of it had reached the server when it ended.
func TestLoadResumes(t *testing.T) {
	const rows = 4000
	file := filepath.Join(t.TempDir(), "load.json")
	way := badly(trust, 0.2, "Multiple")
	accounts := dataverse.Table[Account](dial("contoso-app", "contoso", way), "accounts")
	runs, skipped := 0, int64(0)
	for done := false; !done; runs++ {
		ctx, cancel := context.WithCancel(t.Context())
		until := 1000*runs + 350 // in the middle of things
		interrupted := func(yield func(Account, error) bool) {
			for row, err := range numbered("resumed", rows) {
				if until--; until == 0 {
					cancel()
				}
				if !yield(row, err) {
					return
				}
			}
		}
		report, err := accounts.Load(ctx, interrupted, &dataverse.LoadOptions{Checkpoint: file, MaxRows: 130})
		cancel()
		done = err == nil
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		skipped = report.Skipped
		if runs%2 == 1 { // the process died before it could write what it knew last
			forget(t, file)
		}
	}
	if runs < 3 || skipped == 0 {
		t.Errorf("%d runs, the last of which skipped %d rows: the test shows nothing", runs, skipped)
	}
	once(t, asApp(), "resumed", rows)
	if report, err := accounts.Load(t.Context(), numbered("resumed", rows), &dataverse.LoadOptions{Checkpoint: file}); err != nil || report.Rows > 200 {
		t.Error(report, err)
	}
	once(t, asApp(), "resumed", rows)
	if _, err := accounts.Load(t.Context(), numbered("other", 1), &dataverse.LoadOptions{Checkpoint: file, Mode: dataverse.LoadUpsert}); err == nil {
		t.Error("the checkpoint of another load is taken")
	}
}

// forget takes the last rows out of a checkpoint.
func forget(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if at := strings.LastIndex(string(text), ",["); at > 0 {
		text = append(text[:at], "]}"...)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Rows are changed, upserted by either key and deleted, typed and untyped alike.
func TestLoadModes(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](asApp(), "accounts")
	untyped := dataverse.Table[dataverse.Row](asApp(), "accounts")
	if _, err := accounts.Load(ctx, numbered("mode", 500), nil); err != nil {
		t.Fatal(err)
	}
	all := func(name string) (rows []Account) {
		for row, err := range accounts.All(ctx, dataverse.Where("name").Eq(name)) {
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, row)
		}
		return rows
	}
	changed := func(yield func(dataverse.Row, error) bool) {
		for _, row := range all("mode") {
			if !yield(dataverse.Row{"accountid": row.ID, "name": "mode2"}, nil) {
				return
			}
		}
	}
	if report, err := untyped.Load(ctx, changed, &dataverse.LoadOptions{Mode: dataverse.LoadUpdate}); err != nil || report.Rows != 500 {
		t.Fatal(report, err)
	}
	rows := all("mode2")
	for i := range rows {
		rows[i].Name = "mode3"
	}
	rows = append(rows, Account{ID: dataverse.NewID(), Name: "mode3", Number: "new"}, Account{Name: "mode3"})
	report, err := accounts.Load(ctx, dataverse.Each(slices.Values(rows)), &dataverse.LoadOptions{Mode: dataverse.LoadUpsert})
	if err != nil || report.Rows != 501 || report.Rejected != 1 {
		t.Error(report, err)
	}
	report, err = accounts.Load(ctx, dataverse.Each(slices.Values(all("mode3"))), &dataverse.LoadOptions{Mode: dataverse.LoadDelete})
	if err != nil || report.Rows != 501 {
		t.Error(report, err)
	}
	if left := len(all("mode")) + len(all("mode2")) + len(all("mode3")); left != 0 {
		t.Errorf("%d rows are left", left)
	}
}

// Who may not create rows is told so, once.
func TestLoadIsRefused(t *testing.T) {
	rejected := 0
	accounts := dataverse.Table[Account](dial("contoso-unassigned", "contoso", nil), "accounts")
	report, err := accounts.Load(t.Context(), numbered("refused", 500), &dataverse.LoadOptions{OnReject: func(dataverse.Rejected) { rejected++ }})
	if !errors.Is(err, dataverse.ErrForbidden) || rejected != 0 || report.Rows != 0 {
		t.Error(report, err, rejected)
	}
	broken := func(yield func(Account, error) bool) { yield(Account{}, errors.New("the disk is gone")) }
	if _, err := dataverse.Table[Account](asApp(), "accounts").Load(t.Context(), broken, nil); err == nil || err.Error() != "the disk is gone" {
		t.Error(err)
	}
}

// An environment recommends how many requests to send at once, and a load keeps to it.
func TestLoadKeepsToTheHint(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, &steadtest.Options{Limits: "time=600s"}) // two at a time use them up
	accounts := dataverse.Table[Account](w.Client(t, "contoso-app"), "accounts")
	report, err := accounts.Load(t.Context(), numbered("hinted", 300), &dataverse.LoadOptions{MaxRows: 5})
	if err != nil || report.Rows != 300 || report.Parallel > 2 {
		t.Errorf("%v, %d at once: %v", report, report.Parallel, err)
	}
}
