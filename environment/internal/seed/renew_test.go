package seed

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// forget makes a store one of before a table: without privileges that end in suffix.
func forget(t *testing.T, st *store.Store, m *meta.Model, suffix string, known bool) {
	t.Helper()
	var gone []query.Value
	for _, p := range m.Privileges {
		if strings.HasSuffix(p.Name, suffix) {
			gone = append(gone, query.GUID(p.ID))
		}
	}
	if len(gone) == 0 {
		t.Fatalf("no privilege ends in %s", suffix)
	}
	tables := []string{"roleprivileges"}
	if !known {
		tables = append(tables, "privilege")
	}
	err := st.Write(context.Background(), func(tx *store.Tx) error {
		for _, name := range tables {
			s := &query.Select{Table: m.Table(name)}
			where := query.In{Col: query.Col{Of: s, C: s.Table.Column("privilegeid")}, Values: gone}
			if _, err := tx.Apply(context.Background(), access.SystemChange("test", access.Parts{Kind: access.Remove, From: s, Table: s.Table, Where: where})); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// holdings lists who holds what at which depth, by names.
func holdings(t *testing.T, st *store.Store, m *meta.Model) (list []string) {
	t.Helper()
	roles, privileges := all(t, st, m.Table("role")), all(t, st, m.Table("privilege"))
	for _, r := range all(t, st, m.Table("roleprivileges")) {
		list = append(list, roles[r["roleid"]]["name"]+" "+privileges[r["privilegeid"]]["name"]+" "+r["privilegedepthmask"])
	}
	slices.Sort(list)
	return list
}

func renew(t *testing.T, st *store.Store, m *meta.Model) int {
	t.Helper()
	added, err := Renew(context.Background(), st, m, Spec{Organization: organization, Name: "Contoso"})
	if err != nil {
		t.Fatal(err)
	}
	return added
}

// The service's roles get what they hold of a table added later; others get nothing, and
// what is there already is left.
func TestRenewGivesThePrivilegesOfNewTables(t *testing.T) {
	st, m := filled(t, contoso())
	whole, known := holdings(t, st, m), all(t, st, m.Table("privilege"))
	for _, suffix := range []string{"Position", "Contact", "UserSettings"} {
		forget(t, st, m, suffix, false)
	}
	missing := len(known) - len(all(t, st, m.Table("privilege")))
	if got := renew(t, st, m); got != missing || missing < 10 {
		t.Errorf("%d privileges were added, %d were missing", got, missing)
	}
	want := slices.DeleteFunc(slices.Clone(whole), func(h string) bool {
		return strings.HasPrefix(h, "Integration ") && strings.Contains(h, "Contact")
	})
	if got := holdings(t, st, m); !slices.Equal(got, want) || len(want) == len(whole) {
		t.Errorf("%d of %d holdings; differ in %v", len(got), len(want), differing(got, want))
	}
	for id, p := range all(t, st, m.Table("privilege")) {
		p["versionnumber"] = known[id]["versionnumber"]
		if !maps.Equal(p, known[id]) {
			t.Errorf("privilege %v, was %v", p, known[id])
		}
	}
}

func differing(a, b []string) (list []string) {
	for _, x := range a {
		if !slices.Contains(b, x) {
			list = append(list, "+"+x)
		}
	}
	for _, x := range b {
		if !slices.Contains(a, x) {
			list = append(list, "-"+x)
		}
	}
	return list
}

// A second renewal writes nothing: no row version is taken.
func TestRenewTwiceChangesNothing(t *testing.T) {
	st, m := filled(t, contoso())
	for _, forgotten := range []bool{false, true} {
		if forgotten {
			forget(t, st, m, "Position", false)
			renew(t, st, m)
		}
		tables, version := map[string]map[string]record{}, st.SecurityVersion()
		for _, name := range []string{"privilege", "roleprivileges", "role"} {
			tables[name] = all(t, st, m.Table(name))
		}
		if n := renew(t, st, m); n != 0 {
			t.Errorf("%d privileges were added", n)
		}
		for name, was := range tables {
			if is := all(t, st, m.Table(name)); !maps.EqualFunc(is, was, func(a, b record) bool { return maps.Equal(a, b) }) {
				t.Errorf("rows of %s changed", name)
			}
		}
		if st.SecurityVersion() != version {
			t.Error("security tables were written")
		}
	}
}

// What an organization took from a role that may be edited stays away; administrators
// hold everything.
func TestRenewLeavesWhatWasTaken(t *testing.T) {
	st, m := filled(t, contoso())
	forget(t, st, m, "Contact", true)
	if n := renew(t, st, m); n != 0 {
		t.Errorf("%d privileges were added", n)
	}
	administrators := 0
	for _, h := range holdings(t, st, m) {
		if !strings.Contains(h, "Contact ") {
			continue
		}
		if !strings.HasPrefix(h, "System Administrator ") {
			t.Errorf("given again: %s", h)
		}
		administrators++
	}
	if administrators == 0 {
		t.Error("administrators were given nothing")
	}
}
