package access

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// describesFiles reports the table that describes what file columns hold. It has no
// privileges of its own: its rows follow the rows that hold the files.
func describesFiles(t *meta.Table) bool { return t.LogicalName == meta.AttachmentTable }

// readsAnyFile reports a caller that may read rows of a table with file columns.
func (c Caller) readsAnyFile(t *meta.Table) bool {
	for _, r := range t.ManyToOne {
		if c.Effective.self != nil && c.quietly().admit(meta.Read, r.Referenced) == nil {
			return true
		}
	}
	return false
}

// withTheirRow lets the description of a file be seen by who sees the row that holds it.
func (c Caller) withTheirRow(s *query.Select) query.Expr {
	var all []query.Expr
	for _, r := range s.Table.ManyToOne {
		if c.quietly().admit(meta.Read, r.Referenced) != nil {
			continue
		}
		row := &query.Select{Table: r.Referenced}
		row.Where = c.scope(meta.Read, row)
		narrow(row, query.Compare{
			Col: query.Col{Of: row, C: r.Referenced.PrimaryID}, Op: query.Equal, Other: &query.Col{Of: s, C: r.ReferencingColumn},
		})
		all = append(all, query.Exists{Select: row})
	}
	switch len(all) {
	case 0:
		return query.Const{}
	case 1:
		return all[0]
	}
	return query.Or{Members: all}
}
