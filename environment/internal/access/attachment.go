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

// ofOpenColumns leaves out the descriptions of what is in secured columns of t.
func (c Caller) ofOpenColumns(s *query.Select, t *meta.Table, e query.Expr) query.Expr {
	var shut []query.Value
	for _, column := range t.Columns {
		if column.HoldsContent() && c.masked(column) {
			shut = append(shut, query.Text(column.LogicalName))
		}
	}
	regarding := s.Table.Column("regardingfieldname")
	switch {
	case shut == nil:
		return e
	case regarding == nil:
		return query.Const{}
	}
	return query.And{Members: []query.Expr{e, query.Not{Member: query.In{Col: query.Col{Of: s, C: regarding}, Values: shut}}}}
}

// withTheirRow lets the description of a file be seen by who sees the row and the
// column that hold it. The row's table is compared too, as for shares: clients choose
// ids, and a contact may carry the id of an account.
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
		narrow(row, query.Compare{
			Col: query.Col{Of: s, C: r.ReferencingColumn.TypeColumn}, Op: query.Equal, Value: query.Int(r.Referenced.TypeCode),
		})
		all = append(all, c.ofOpenColumns(s, r.Referenced, query.Exists{Select: row}))
	}
	switch len(all) {
	case 0:
		return query.Const{}
	case 1:
		return all[0]
	}
	return query.Or{Members: all}
}
