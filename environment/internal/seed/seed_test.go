package seed

import (
	"context"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

var (
	organization = meta.MustID("5a1f0000-0000-4000-8000-0000000000e1")
	ada          = meta.MustID("5a1f0000-0000-4000-8000-0e10000000c1")
	ben          = meta.MustID("5a1f0000-0000-4000-8000-0e10000000c2")
	cleo         = meta.MustID("5a1f0000-0000-4000-8000-0e10000000c3")
	app          = meta.MustID("5a1f0000-0000-4000-8000-0e10000000a1")
	appID        = meta.MustID("5a1f0000-0000-4000-8000-0000000000a1")
)

// contoso is the world the tests live in.
func contoso() Spec {
	return Spec{
		Organization: organization, Name: "Contoso",
		Units: []Unit{{Name: "Sales"}, {Name: "Service"}, {Name: "Field", Parent: "Service"}},
		Users: []User{
			{ID: ada, ObjectID: catalog.ID("ada"), FirstName: "Ada", LastName: "Admin", DomainName: "ada@contoso.example", Roles: []string{"System Administrator"}},
			{ID: ben, ObjectID: catalog.ID("ben"), FirstName: "Ben", LastName: "Basic", DomainName: "ben@contoso.example", Unit: "Sales", Roles: []string{"Basic User"}},
			{ID: cleo, ObjectID: catalog.ID("cleo"), FirstName: "Cleo", LastName: "Clerk", DomainName: "cleo@contoso.example", Unit: "Field", Roles: []string{"Basic User", "Delegate"}},
			{ID: app, ObjectID: catalog.ID("app"), ApplicationID: appID, FullName: "contoso-app", DomainName: "app@contoso.example", Roles: []string{"Integration"}},
		},
		Samples: true,
		Now:     time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

func newModel(t testing.TB) *meta.Model {
	t.Helper()
	m, err := catalog.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func openStore(t testing.TB, m *meta.Model) *store.Store {
	t.Helper()
	st, err := store.Open(context.Background(), store.Config{Path: sqldbtest.Database(t), Model: m})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// filled gives a store seeded by s.
func filled(t testing.TB, s Spec) (*store.Store, *meta.Model) {
	t.Helper()
	m := newModel(t)
	st := openStore(t, m)
	if err := Fill(context.Background(), st, m, s); err != nil {
		t.Fatal(err)
	}
	return st, m
}

// record is a row as text, by logical name of the column.
type record map[string]string

// all reads every row of a table, by id in text form.
func all(t testing.TB, st *store.Store, table *meta.Table) map[string]record {
	t.Helper()
	sel := &query.Select{Table: table}
	for _, c := range table.Columns {
		sel.Columns = append(sel.Columns, query.Output{Col: query.Col{Of: sel, C: c}})
	}
	sel.Order = []query.Order{{Col: query.Col{Of: sel, C: table.PrimaryID}}}
	out := map[string]record{}
	err := st.Read(context.Background(), func(tx *store.Tx) error {
		page, err := tx.Page(context.Background(), access.System("test", sel))
		if err != nil {
			return err
		}
		for row, err := range page.Rows {
			if err != nil {
				return err
			}
			r := record{}
			for _, f := range page.Shape.Fields {
				if !row.Null(f.Value) {
					r[f.Column.LogicalName] = cellText(f.Column, row, f.Value)
				}
			}
			out[r[table.PrimaryID.LogicalName]] = r
		}
		return nil
	})
	if err != nil {
		t.Fatalf("read %s: %v", table.LogicalName, err)
	}
	return out
}
