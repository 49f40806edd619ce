package access

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Read grants a question: 403 PrivilegeDenied when the caller has no Read privilege
// on a table in it, else the tree copied, with the caller's scope in every select and
// the columns masked that it may not read.
//
// The scope of rows that users own is an Or of up to three branches that can be told
// apart by their nodes: In on ownerid, In on owningbusinessunit, Exists on
// principalobjectaccess. Global adds nothing. Labels of lookups are not judged: the
// service shows the name of a row that the caller may not open.
func Read(c Caller, s *query.Select) (Granted, error) {
	return c.grant(meta.Read, s, c.mask)
}

// Probe is Read for another right: the answer holds the rows of s on which the caller
// has the right. Selects inside s are judged by Read. The answer is for the
// environment itself, which must know a row to change it: its columns are not masked,
// so that nothing of it may be shown, and s must not come from a client.
func Probe(c Caller, right meta.Right, s *query.Select) (Granted, error) {
	return c.grant(right, s, query.Clone)
}

func (c Caller) grant(right meta.Right, s *query.Select, copy func(*query.Select) *query.Select) (Granted, error) {
	if err := c.admitAll(right, s); err != nil {
		return Granted{}, err
	}
	granted := copy(s)
	var all []*query.Select
	for sel := range query.Selects(granted) {
		all = append(all, sel) // before scopes add Selects of their own
	}
	for _, sel := range all {
		narrow(sel, c.scope(rightIn(sel, granted, right), sel))
	}
	return Granted{sel: granted}, nil
}

// Admit judges, and notes, whether the caller may put a question at all, as Read does: for
// questions of which the rest was granted to the caller's Scope before.
func Admit(c Caller, s *query.Select) error { return c.admitAll(meta.Read, s) }

func (c Caller) admitAll(right meta.Right, s *query.Select) error {
	for sel := range query.Selects(s) {
		if err := c.admit(rightIn(sel, s, right), sel.Table); err != nil {
			return err
		}
	}
	return nil
}

func rightIn(sel, root *query.Select, right meta.Right) meta.Right {
	if sel == root {
		return right
	}
	return meta.Read
}

// narrow adds a condition to s; nil adds nothing.
func narrow(s *query.Select, e query.Expr) {
	switch {
	case e == nil:
	case s.Where == nil:
		s.Where = e
	default:
		s.Where = query.And{Members: []query.Expr{s.Where, e}}
	}
}

// admit refuses a caller that has no privilege for the right on any row of t.
func (c Caller) admit(right meta.Right, t *meta.Table) error {
	if p := t.Privileges[right]; p != nil {
		n := need{right: right, table: t, privilege: p}
		d := c.depthOn(t, p)
		if d == None {
			return missing(c, n)
		}
		c.used(n, d, None)
		return nil
	}
	if right == meta.Read && c.readsWithoutPrivilege(t) {
		return nil
	}
	if r := followed(t); r != nil {
		if on, ok := rightOnFollowed(t, right); ok {
			return c.admit(on, r.Referenced)
		}
	}
	if r := c.intersect(t); r != nil && right == meta.Read {
		if err := c.admit(meta.Read, r.Referenced); err != nil {
			return err
		}
		return c.admit(meta.Read, r.Referencing)
	}
	return missing(c, need{right: right, table: t})
}

// depthOn is the caller's depth of p on t. Rows that nobody owns are reached at
// Global or not at all (facts 3.5), so less counts as none there.
func (c Caller) depthOn(t *meta.Table, p *meta.Privilege) Depth {
	d := c.Has(p)
	if d != Global && (t.Ownership == meta.OrganizationOwned || t.Ownership == meta.NoOwner) {
		return None
	}
	return d
}

// readsWithoutPrivilege decides for tables that have no Read privilege. The lists of
// privileges and of time zones are the product's own and open to every user; who shares what with whom
// is for System Administrators (facts 3.10). Any other such table stays closed,
// except many-to-many tables, which follow both of their ends, and descriptions of files,
// which follow the rows that hold them.
func (c Caller) readsWithoutPrivilege(t *meta.Table) bool {
	switch t.LogicalName {
	case "privilege", "timezonedefinition", "timezonerule", "timezonelocalizedname":
		return c.Effective.self != nil
	case meta.SharingTable:
		return c.administrator()
	case meta.AttachmentTable:
		return c.readsAnyFile(t)
	default:
		return false
	}
}

func (c Caller) intersect(t *meta.Table) *meta.Relationship {
	if c.Effective.self == nil || !t.Intersect {
		return nil
	}
	return c.Effective.self.at.intersects[t.LogicalName]
}

// scope is the condition under which a row of s gives the caller the right; nil
// when every row does, never for whom admit would refuse.
func (c Caller) scope(right meta.Right, s *query.Select) query.Expr {
	p := s.Table.Privileges[right]
	if p == nil {
		return c.scopeWithoutPrivilege(right, s)
	}
	r := c.reach(p)
	if r.depth == Global {
		return nil
	}
	switch s.Table.Ownership {
	case meta.UserOwned:
		if r.depth == None {
			return query.Const{}
		}
		owners, sharees := c.Effective.self.withReports(right, r.owners, c.Effective.self.sharees)
		return either(
			among(s, "ownerid", owners),
			among(s, "owningbusinessunit", r.units),
			c.shared(right, s, sharees),
		)
	case meta.BusinessOwned:
		return either(
			among(s, principalColumn(s.Table), r.owners),
			among(s, unitColumn(s.Table), r.units),
		)
	default:
		return query.Const{}
	}
}

func (c Caller) scopeWithoutPrivilege(right meta.Right, s *query.Select) query.Expr {
	if r := followed(s.Table); r != nil {
		return c.withFollowed(right, s, r)
	}
	r := c.intersect(s.Table)
	switch {
	case right != meta.Read:
		return query.Const{}
	case describesFiles(s.Table):
		return c.withTheirRow(s)
	case c.readsWithoutPrivilege(s.Table):
		return nil
	case r == nil:
		return query.Const{}
	default:
		return c.ends(s, r)
	}
}

// ends lets a row of a many-to-many table be seen by who sees both rows it joins.
func (c Caller) ends(s *query.Select, r *meta.Relationship) query.Expr {
	var both []query.Expr
	for _, end := range []struct {
		table *meta.Table
		key   *meta.Column
	}{{r.Referenced, r.IntersectColumn1}, {r.Referencing, r.IntersectColumn2}} {
		row := &query.Select{Table: end.table}
		if row.Where = c.scope(meta.Read, row); row.Where == nil {
			continue
		}
		narrow(row, query.Compare{
			Col: query.Col{Of: row, C: end.table.PrimaryID}, Op: query.Equal, Other: &query.Col{Of: s, C: end.key},
		})
		both = append(both, query.Exists{Select: row})
	}
	switch len(both) {
	case 0:
		return nil
	case 1:
		return both[0]
	default:
		return query.And{Members: both}
	}
}

// either is the Or of the branches there are; none of them is never.
func either(branches ...query.Expr) query.Expr {
	var some []query.Expr
	for _, b := range branches {
		if b != nil {
			some = append(some, b)
		}
	}
	switch len(some) {
	case 0:
		return query.Const{}
	case 1:
		return some[0]
	default:
		return query.Or{Members: some}
	}
}

// among is the branch of rows whose column is one of ids; nil when there is none.
func among(s *query.Select, column string, ids []query.Value) query.Expr {
	c := s.Table.Column(column)
	if len(ids) == 0 || c == nil {
		return nil
	}
	return query.In{Col: query.Col{Of: s, C: c}, Values: ids}
}

// Rows of business-owned tables belong to a business unit. Basic reaches those that
// are the principal itself: a user's own row, its settings, and those of its teams, none
// of any other table. Local and Deep reach what lies in the units; a business unit lies in
// itself.

// principalColumn is the key of tables whose rows are principals.
func principalColumn(t *meta.Table) string {
	switch t.LogicalName {
	case "systemuser", "team", "usersettings":
		return t.PrimaryID.LogicalName
	default:
		return ""
	}
}

func unitColumn(t *meta.Table) string {
	if t.Column("owningbusinessunit") != nil {
		return "owningbusinessunit"
	}
	return "businessunitid"
}

// sharing is principalobjectaccess as scopes need it.
type sharing struct {
	table                                  *meta.Table
	object, kind, principal, mask, inherit *meta.Column
}

// findSharing is nil where rows cannot be shared, for want of the table or a column.
func findSharing(m *meta.Model) *sharing {
	t := m.Table(meta.SharingTable)
	if t == nil {
		return nil
	}
	s := &sharing{
		table: t, object: t.Column("objectid"), kind: t.Column("objecttypecode"), principal: t.Column("principalid"),
		mask: t.Column("accessrightsmask"), inherit: t.Column("inheritedaccessrightsmask"),
	}
	if s.object == nil || s.kind == nil || s.principal == nil || s.mask == nil || s.inherit == nil {
		return nil
	}
	return s
}

// shared is the branch of rows shared with one of sharees: the effective user, its
// teams, the organization, and who stands below in the hierarchy. A share counts for
// who holds the privilege at all, by whatever role (appendix B). The object's table is compared too: clients choose ids, and a
// contact may carry the id of an account.
func (c Caller) shared(right meta.Right, s *query.Select, sharees []query.Value) query.Expr {
	in := c.Effective.self.at.sharing
	if in == nil || len(sharees) == 0 {
		return nil
	}
	share := &query.Select{Table: in.table}
	col := func(column *meta.Column) query.Col { return query.Col{Of: share, C: column} }
	share.Where = query.And{Members: []query.Expr{
		query.Compare{Col: col(in.object), Op: query.Equal, Other: &query.Col{Of: s, C: s.Table.PrimaryID}},
		query.In{Col: col(in.principal), Values: sharees},
		query.Compare{Col: col(in.kind), Op: query.Equal, Value: query.Text(s.Table.LogicalName)},
		query.Or{Members: []query.Expr{
			query.HasBits{Col: col(in.mask), Mask: right.Mask()},
			query.HasBits{Col: col(in.inherit), Mask: right.Mask()},
		}},
	}}
	return query.Exists{Select: share}
}
