package query

import (
	"slices"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// TestRowsOfAnOutput: a Select that an output counts is visited, printed and copied as
// any other.
func TestRowsOfAnOutput(t *testing.T) {
	table := &meta.Table{LogicalName: "account"}
	for _, name := range []string{"accountid", "parentaccountid"} {
		table.Columns = append(table.Columns, &meta.Column{LogicalName: name, Table: table})
	}
	s, rows := &Select{Table: table}, &Select{Table: table}
	id, parent := Col{Of: s, C: table.Columns[0]}, Col{Of: rows, C: table.Columns[1]}
	rows.Where = Compare{Col: parent, Op: Equal, Other: &id}
	s.Columns = []Output{{Col: id, Rows: rows}}
	if got := slices.Collect(Selects(s)); !slices.Equal(got, []*Select{s, rows}) {
		t.Errorf("Selects gives %d", len(got))
	}
	if got := slices.Collect(Columns(s)); !slices.Contains(got, parent) {
		t.Errorf("Columns hides the column that is counted by: %v", got)
	}
	if got, want := Print(s), "account t0 {t0.accountid rows(account t1 {} where (eq t1.parentaccountid t0.accountid))}"; got != want {
		t.Errorf("Print gives %s, want %s", got, want)
	}
	c := Clone(s)
	if Print(c) != Print(s) || c.Columns[0].Rows == rows || c.Columns[0].Rows.Where.(Compare).Other.Of != c {
		t.Errorf("the copy points into the original: %s", Print(c))
	}
}
