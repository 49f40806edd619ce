package store_test

import (
	"slices"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// What nearly every question asks for stands among the first columns of every row, also where
// a table has 140 of them, and every column has a place.
func TestRowsBeginWithWhatIsAskedFor(t *testing.T) {
	m, err := catalog.Standard()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Config{Path: t.TempDir() + "/environment.db", Model: m, Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	have := columns(t, s.Path())
	for _, tb := range m.Tables {
		all := have[tb.LogicalName]
		if len(all) != len(tb.Columns) || all[0] != tb.PrimaryID.LogicalName {
			t.Errorf("%s: %d columns of %d, the first is %s", tb.LogicalName, len(all), len(tb.Columns), all[0])
		}
		for _, c := range tb.Columns {
			at := slices.Index(all, c.LogicalName)
			if wanted := c.LogicalName == "versionnumber" || c == tb.PrimaryName; at < 0 || wanted && at > 7 {
				t.Errorf("%s.%s stands at %d", tb.LogicalName, c.LogicalName, at)
			}
		}
	}
}

// columns are those of every table, in the order of the rows.
func columns(t *testing.T, path string) map[string][]string {
	t.Helper()
	db, err := sqldb.Open(path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	have := map[string][]string{}
	err = db.Read(t.Context(), func(c *sqldb.Conn) error {
		rows, err := c.Query(`SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY t.name, c.cid`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			have[string(rows.Text(0))] = append(have[string(rows.Text(0))], string(rows.Text(1)))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return have
}
