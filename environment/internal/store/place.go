package store

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// early are the columns that stand at the beginning of every row, behind the primary id and
// before the name: those that nearly every question asks for.
var early = [...]string{"versionnumber", "ownerid", "owningbusinessunit", "statecode", "createdon", "modifiedon"}

// inRows gives the columns of a table in the order in which its rows have them. Whoever reads
// a column goes past all that stand before it: for the row version of an account, which every
// answer shows, those were 135. Columns that are added later stand at the end, and tables that
// are there stay as they are.
func inRows(t *meta.Table) []*meta.Column {
	all := slices.Clone(t.Columns)
	slices.SortStableFunc(all, func(a, b *meta.Column) int { return place(t, a) - place(t, b) })
	return all
}

// place is where a column wants to stand.
func place(t *meta.Table, c *meta.Column) int {
	switch {
	case c == t.PrimaryID:
		return 0
	case c == t.PrimaryName:
		return 1 + len(early)
	}
	if at := slices.Index(early[:], c.LogicalName); at >= 0 {
		return 1 + at
	}
	return 2 + len(early)
}
