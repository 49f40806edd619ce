package seed

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/store"
)

func TestFillMakesAWorld(t *testing.T) {
	st, m := filled(t, contoso())
	if st.Fresh() {
		t.Error("the store is still fresh")
	}
	for table, want := range map[string]int{
		"organization": 1, "transactioncurrency": 1, "businessunit": 4, "team": 4, "systemuser": 6, "teammembership": 6,
		"role": 5 * 4, "systemuserroles": 5, "teamroles": 0, "account": 10, "contact": 10, "task": 9, "annotation": 3,
		"privilege": len(m.Privileges), "principalobjectaccess": 0, "solution": 2, "publisher": 1,
	} {
		if got := len(all(t, st, m.Table(table))); got != want {
			t.Errorf("%s has %d rows, want %d", table, got, want)
		}
	}
}

func TestFillIsTheSameEverywhere(t *testing.T) {
	spec := contoso()
	spec.Rows = 30
	one, m := filled(t, spec)
	other, _ := filled(t, spec)
	for _, table := range m.Tables {
		a, b := all(t, one, table), all(t, other, table)
		if !maps.EqualFunc(a, b, func(x, y record) bool { return maps.Equal(x, y) }) {
			t.Errorf("two seeds differ in %s", table.LogicalName)
		}
	}
}

func TestEnvironmentsHaveTheirOwnIds(t *testing.T) {
	one, m := filled(t, contoso())
	spec := contoso()
	spec.Organization[15]++
	other, _ := filled(t, spec)
	theirs := all(t, other, m.Table("account"))
	for id := range all(t, one, m.Table("account")) {
		if _, same := theirs[id]; same {
			t.Errorf("account %s is in two environments", id)
		}
	}
}

func TestRowVersionsNeverRepeat(t *testing.T) {
	st, m := filled(t, contoso())
	seen := map[string]string{}
	for _, table := range m.Tables {
		if table.Column("versionnumber") == nil {
			continue
		}
		for id, r := range all(t, st, table) {
			v := r["versionnumber"]
			if v == "" || seen[v] != "" {
				t.Fatalf("%s %s has row version %q of %s", table.LogicalName, id, v, seen[v])
			}
			seen[v] = table.LogicalName + " " + id
		}
	}
}

// A row of the seed must be what the service would have made: nothing that the
// system requires is missing, choices have known values, texts fit.
func TestRowsKeepTheRules(t *testing.T) {
	spec := contoso()
	spec.Rows = 20
	st, m := filled(t, spec)
	for _, table := range m.Tables {
		for id, r := range all(t, st, table) {
			for _, c := range table.Columns {
				if err := ruleBroken(c, r); err != nil {
					t.Errorf("%s %s: %s: %v", table.LogicalName, id, c.LogicalName, err)
				}
			}
		}
	}
}

// Every lookup of the seed points to a row that is there.
func TestLookupsLeadSomewhere(t *testing.T) {
	st, m := filled(t, contoso())
	there := map[string]bool{}
	for _, table := range m.Tables {
		for id := range all(t, st, table) {
			there[table.LogicalName+"/"+id] = true
		}
	}
	for _, table := range m.Tables {
		for id, r := range all(t, st, table) {
			for _, c := range table.Columns {
				if len(c.Targets) == 0 || r[c.LogicalName] == "" {
					continue
				}
				found := false
				for _, target := range c.Targets {
					found = found || there[target.LogicalName+"/"+r[c.LogicalName]]
				}
				if !found {
					t.Errorf("%s %s: %s leads to %s, which is not there", table.LogicalName, id, c.LogicalName, r[c.LogicalName])
				}
			}
		}
	}
}

func TestUnknownNamesAreRefused(t *testing.T) {
	m := newModel(t)
	for name, change := range map[string]func(*Spec){
		"role":        func(s *Spec) { s.Users[0].Roles = []string{"Emperor"} },
		"id":          func(s *Spec) { s.Users[2].ID = meta.ID{} },
		"unit":        func(s *Spec) { s.Users[1].Unit = "Nowhere" },
		"parent unit": func(s *Spec) { s.Units[0].Parent = "Nowhere" },
	} {
		spec := contoso()
		change(&spec)
		st := openStore(t, m)
		if err := Fill(context.Background(), st, m, spec); err == nil {
			t.Errorf("unknown %s was accepted", name)
		}
		if !st.Fresh() || len(all(t, st, m.Table("organization"))) != 0 {
			t.Errorf("unknown %s left something behind", name)
		}
	}
}

func TestGeneratedRowsComeInChunks(t *testing.T) {
	spec := contoso()
	spec.Rows = chunk + 10
	var seen []int
	spec.Progress = func(done, total int) {
		if total != spec.Rows {
			t.Errorf("total %d, want %d", total, spec.Rows)
		}
		seen = append(seen, done)
	}
	st, m := filled(t, spec)
	if len(seen) != 2 || seen[0] != chunk || seen[1] != spec.Rows {
		t.Errorf("progress %v", seen)
	}
	accounts, contacts := all(t, st, m.Table("account")), all(t, st, m.Table("contact"))
	if len(accounts) != 10+spec.Rows || len(contacts) != 10+spec.Rows {
		t.Errorf("%d accounts, %d contacts", len(accounts), len(contacts))
	}
}

// A seeding that stops in the middle goes on at the next start, and the outcome is
// as if it had not stopped.
func TestInterruptedFillGoesOn(t *testing.T) {
	spec := contoso()
	spec.Rows = 2*chunk + 1
	m := newModel(t)
	st := openStore(t, m)
	ctx, stop := context.WithCancelCause(context.Background())
	power := errors.New("power cut")
	interrupted := spec
	interrupted.Progress = func(done, _ int) {
		if done == chunk {
			stop(power)
		}
	}
	if err := Fill(ctx, st, m, interrupted); err == nil {
		t.Fatal("the seeding was not interrupted")
	}
	if !st.Fresh() {
		t.Fatal("half a seed counts as seeded")
	}
	if err := Fill(context.Background(), st, m, spec); err != nil {
		t.Fatal(err)
	}
	whole, _ := filled(t, spec)
	for _, name := range []string{"account", "contact", "systemuser"} {
		got, want := all(t, st, m.Table(name)), all(t, whole, m.Table(name))
		if len(got) != len(want) {
			t.Errorf("%s: %d rows, want %d", name, len(got), len(want))
		}
	}
	if st.Fresh() {
		t.Error("still fresh")
	}
}

func BenchmarkFill(b *testing.B) {
	m := newModel(b)
	for b.Loop() {
		b.StopTimer()
		st := openStore(b, m)
		b.StartTimer()
		if err := Fill(context.Background(), st, m, contoso()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	m := newModel(b)
	st := openStore(b, m)
	w, err := newWorld(m, contoso())
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	total := 0
	for b.Loop() {
		rows := newPlan(m, w.stamps())
		for range 500 {
			rows.addCompany(w.serial("account", total), w.serial("contact", total), generated(total), w.owners()[total%3], w.currency())
			total++
		}
		if err := st.Write(context.Background(), func(tx *store.Tx) error { return rows.write(context.Background(), tx) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(total)/time.Since(start).Seconds(), "accounts/s")
}
