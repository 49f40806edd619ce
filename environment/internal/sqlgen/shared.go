package sqlgen

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// What is shared with somebody is found by the shares and not by the rows: an index of
// shares has those of a principal in the order of ids, another one in the order of
// names, which each share keeps beside the id. A page reads as many shares as it has
// rows, however many there are. A list in another order sorts what is shared.

// via is how a branch finds rows that are shared with one principal.
type via struct {
	share     *query.Select
	rest      []query.Expr // what a share must be, whoever has it
	principal query.Col
	of        query.Value   // whose shares
	before    []query.Value // whose shares the branches before have had
	named     bool          // in the order of names, not of ids
}

// viaAlias is the alias of the shares that stand beside a root, whose own is 0.
const viaAlias = 1

// shareOrder says which index of shares has the rows of s in its order: of ids, or of
// names. A question that looks up rows by something better than its order has none.
func shareOrder(s *query.Select, rest []query.Expr) (named, ok bool) {
	last := s.Order[len(s.Order)-1]
	if len(s.Order) > 2 || last.Col != (query.Col{Of: s, C: s.Table.PrimaryID}) || slices.ContainsFunc(rest, looksUp) {
		return false, false
	}
	if len(s.Order) == 1 {
		return false, true
	}
	first := s.Order[0]
	return true, first.Col == (query.Col{Of: s, C: s.Table.PrimaryName}) && first.Descending == last.Descending && s.Table.Named()
}

// looksUp reports a condition for which there is an index that leaves few rows.
func looksUp(e query.Expr) bool {
	switch e := e.(type) {
	case query.Compare:
		return e.Op == query.Equal && e.Other == nil && e.Col.Of != nil && (e.Col.C.Storage() == meta.GUID || beginsKey(e.Col.C))
	case query.In:
		return e.Col.C.Storage() == meta.GUID || beginsKey(e.Col.C)
	}
	return false
}

func beginsKey(c *meta.Column) bool {
	return slices.ContainsFunc(c.Table.Keys, func(k *meta.Key) bool { return k.Columns[0] == c })
}

// sharesOf parts the condition that a row of s is shared into one branch for each
// principal; none when it is put in another way than access does.
func sharesOf(e query.Expr, s *query.Select, named bool) (all []branch) {
	exists, ok := e.(query.Exists)
	if !ok || exists.Op != 0 || exists.Select.Table.LogicalName != meta.SharingTable || named && exists.Select.Table.Column(meta.SharedName) == nil {
		return nil
	}
	k, ok := keyed(exists.Select)
	if !ok || k.inner.C.LogicalName != "objectid" || k.outer != (query.Col{Of: s, C: s.Table.PrimaryID}) {
		return nil
	}
	who := slices.IndexFunc(k.rest.Members, func(e query.Expr) bool { in, ok := e.(query.In); return ok && in.Col.C.LogicalName == "principalid" })
	if who < 0 || !slices.ContainsFunc(k.rest.Members, func(e query.Expr) bool { return ofKind(e, s.Table) }) {
		return nil
	}
	in := k.rest.Members[who].(query.In)
	rest := slices.Delete(slices.Clone(k.rest.Members), who, who+1)
	for i, v := range in.Values {
		if !slices.Contains(in.Values[:i], v) {
			all = append(all, branch{via: &via{share: exists.Select, rest: rest, principal: in.Col, of: v, before: in.Values[:i], named: named}})
		}
	}
	return all
}

// ofKind reports the condition that a share is one of a row of t.
func ofKind(e query.Expr, t *meta.Table) bool {
	c, ok := e.(query.Compare)
	return ok && c.Op == query.Equal && c.Other == nil && c.Col.C.LogicalName == "objecttypecode" &&
		c.Value.Storage() == meta.Text && c.Value.Text() == t.LogicalName
}

// from writes the shares and the rows that they share, to be read in this order.
func (w *writer) from(v *via, s *query.Select, share, self int) {
	w.table(" FROM ", v.share.Table, share)
	w.table(w.d.inOrder, s.Table, self)
	w.text(" ON ")
	w.alias(self)
	w.text(".")
	w.name(s.Table.PrimaryID.LogicalName)
	w.text(" = ")
	w.column(share, v.share.Table.Column("objectid"))
}

// ownShares goes on with which shares are meant, and that nobody before had one of
// the same row.
func (w *writer) ownShares(v *via, share int) {
	own := append([]query.Expr{query.Compare{Col: v.principal, Op: query.Equal, Value: v.of}}, v.rest...)
	w.text(" AND ")
	w.condition(query.And{Members: own}, true)
	if len(v.before) == 0 {
		return
	}
	w.text(" AND NOT EXISTS (SELECT 1")
	self := w.enter(v.share)
	w.table(" FROM ", v.share.Table, self)
	w.where(query.And{Members: append([]query.Expr{query.In{Col: v.principal, Values: v.before}}, v.rest...)})
	w.text(" AND ")
	w.column(self, v.share.Table.Column("objectid"))
	w.text(" = ")
	w.column(share, v.share.Table.Column("objectid"))
	w.text(")")
	w.leave(self)
}

// told gives the column of a share that holds the same as a column of the row, nil
// where none does. The index of shares is in order of the one, and no engine knows that
// it is the order of the other.
func (v *via) told(c *meta.Column) *meta.Column {
	switch t := v.share.Table; {
	case c == c.Table.PrimaryID:
		return t.Column("objectid")
	case v.named && c == c.Table.PrimaryName:
		return t.Column(meta.SharedName)
	}
	return nil
}

// named gives what says which row a new share is of, nil when shares need not keep its
// name. A share of a row of an unknown table would be missing where it is looked for by
// name, so there is none.
func (w *writer) named(p access.Parts) *op.Assignment {
	if p.Table.LogicalName != meta.SharingTable {
		return nil
	}
	at := slices.IndexFunc(p.Set, func(a op.Assignment) bool { return a.Column.LogicalName == "objectid" })
	switch {
	case at < 0 || p.Set[at].Target == nil:
		w.fail("a share of a row of no table")
		return nil
	case p.Set[at].Target.Named():
		return &p.Set[at]
	}
	return nil
}

// sharedName gives a new share the name of what it shares; the tables' triggers give
// it later ones.
func (w *writer) sharedName(object *op.Assignment) {
	of := object.Target
	w.text("(SELECT ")
	w.name(of.PrimaryName.LogicalName)
	w.text(" FROM ")
	w.name(of.LogicalName)
	w.text(" WHERE ")
	w.name(of.PrimaryID.LogicalName)
	w.text(" = ")
	w.value(object.Column, object.Value)
	w.text(")")
}
