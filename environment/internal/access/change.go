package access

import (
	"fmt"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Create grants the insertion of a row. values are complete: they hold ownerid and
// owningbusinessunit where the table has them. PrivilegeDenied or AccessDenied when
// the owner lies outside the caller's Create depth.
//
// Basic covers the caller and its teams as owner, a deeper privilege every owner
// whose row would lie in the units it reaches. For another owner than the effective
// user the caller needs Assign as well, at any depth, and the owner Read on the
// table (PrincipalDenied; facts 3.2, 3.7). Shares give no Create.
func Create(c Caller, t *meta.Table, values []op.Assignment) (Change, error) {
	if err := c.admit(meta.Create, t); err != nil {
		return Change{}, err
	}
	row, err := newRow(t, values)
	if err != nil {
		return Change{}, err
	}
	if followed(t) == nil && !c.reach(t.Privileges[meta.Create]).holds(row.Owner, row.Unit) {
		return Change{}, Denied(c, meta.Create, t, row)
	}
	if err := c.mayPlace(meta.Create, t, row, values); err != nil {
		return Change{}, err
	}
	Reached(c, meta.Create, t, row)
	if t.Ownership == meta.UserOwned && row.Owner != c.Effective.ID {
		if err := c.admit(meta.Assign, t); err != nil {
			return Change{}, err
		}
		if err := c.mayOwn(t, row.Owner); err != nil {
			return Change{}, err
		}
	}
	if err := c.writable(values, true); err != nil {
		return Change{}, err
	}
	return Change{parts: Parts{Kind: Insert, Table: t, Set: values}}, nil
}

// mayPlace refuses a business unit that the client chooses for a row and in which the
// caller's right does not reach rows of others (facts 3.1).
func (c Caller) mayPlace(right meta.Right, t *meta.Table, row Row, values []op.Assignment) error {
	for _, a := range values {
		if t.Ownership != meta.UserOwned || a.ByRule || a.Column.LogicalName != "owningbusinessunit" {
			continue
		}
		r := c.reach(t.Privileges[right])
		if r.depth != Global && !slices.Contains(r.units, a.Value) {
			row.Unit = a.Value.GUID()
			return Denied(c, right, t, row)
		}
	}
	return nil
}

// newRow reads from complete values what a depth is judged by. A new business unit
// lies in its parent.
func newRow(t *meta.Table, values []op.Assignment) (Row, error) {
	var row Row
	unit := unitColumn(t)
	if t.LogicalName == "businessunit" {
		unit = "parentbusinessunitid"
	}
	for _, a := range values {
		switch a.Column.LogicalName {
		case t.PrimaryID.LogicalName:
			row.ID = a.Value.GUID()
		case unit:
			row.Unit = a.Value.GUID()
		}
		if a.Column.Kind == meta.Owner {
			row.Owner, row.OwnerType = a.Value.GUID(), ownerType(a)
		}
	}
	if t.Ownership == meta.UserOwned && (row.Owner.IsZero() || row.Unit.IsZero()) {
		return Row{}, fmt.Errorf("create %s: values lack ownerid or owningbusinessunit", t.LogicalName)
	}
	return row, nil
}

func ownerType(a op.Assignment) int64 {
	if a.Target != nil && a.Target.LogicalName == "team" {
		return teamCode
	}
	return userCode
}

// mayOwn refuses a new owner that does not exist or could not read its own row.
func (c Caller) mayOwn(t *meta.Table, owner meta.ID) error {
	p := c.Effective.self.find(owner)
	if p == nil {
		return dverr.InvalidAssignee.With().Helping(
			"Stopped at the owner: %s is neither a user nor a team of this environment.", owner)
	}
	read := t.Privileges[meta.Read]
	if read == nil || p.depth(read.ID) >= Basic {
		return nil
	}
	return dverr.PrincipalDenied.With().Helping(
		"Stopped at the owner: %s holds no %s, so it cannot own rows of %s. Smallest change: %s at depth Basic (User) in a role of business unit %s for it.",
		p, read.Name, t.LogicalName, read.Name, p.unitName())
}

// Update grants a change of one row. Its condition holds every right of Needs, the
// key and the version the row must have, 0 for any. ownerid among values means that
// the row moves to another owner, who must hold Read on the table
// (PrincipalDenied): leave it out when it does not change.
func Update(c Caller, t *meta.Table, id meta.ID, values []op.Assignment, version int64) (Change, error) {
	rights := Needs(c, t, values)
	for _, right := range rights {
		if err := c.admit(right, t); err != nil {
			return Change{}, err
		}
	}
	if err := c.writable(values, false); err != nil {
		return Change{}, err
	}
	if err := c.mayPlace(meta.Write, t, Row{ID: id}, values); err != nil {
		return Change{}, err
	}
	for _, a := range values {
		if movesOwner(a) {
			if err := c.mayOwn(t, a.Value.GUID()); err != nil {
				return Change{}, err
			}
		}
	}
	p := c.oneRow(t, id, version, rights)
	p.Kind, p.Set = Modify, values
	return Change{parts: p}, nil
}

// Delete grants the removal of one row that has the version, 0 for any.
func Delete(c Caller, t *meta.Table, id meta.ID, version int64) (Change, error) {
	if err := c.admit(meta.Delete, t); err != nil {
		return Change{}, err
	}
	p := c.oneRow(t, id, version, []meta.Right{meta.Delete})
	p.Kind = Remove
	return Change{parts: p}, nil
}

// Needs lists the rights on the row itself that Update with these values asks of
// the caller: Write; Assign when they move the owner; Append when they set a lookup
// that clients may set and the caller holds Append (Links has refused who does not).
// When an Update changed nothing, the first of them whose Probe finds no row is the
// one to word with Denied.
func Needs(c Caller, t *meta.Table, values []op.Assignment) []meta.Right {
	rights := []meta.Right{meta.Write}
	var assign, link bool
	for _, a := range values {
		assign = assign || movesOwner(a)
		link = link || setsLink(a) && a.Column.ForUpdate
	}
	if assign {
		rights = append(rights, meta.Assign)
	}
	if p := t.Privileges[meta.Append]; link && p != nil && c.depthOn(t, p) != None {
		rights = append(rights, meta.Append)
	}
	return rights
}

func movesOwner(a op.Assignment) bool { return a.Column.Kind == meta.Owner && !a.Value.IsNull() }

// setsLink reports a lookup that comes to point to a row. Owners are assigned, not
// linked.
func setsLink(a op.Assignment) bool {
	return a.Column.IsLookup() && a.Column.Kind != meta.Owner && a.Target != nil && !a.Value.IsNull()
}

// oneRow is a condition for the row with this key and version on which the caller
// has all the rights.
func (c Caller) oneRow(t *meta.Table, id meta.ID, version int64, rights []meta.Right) Parts {
	from := &query.Select{Table: t}
	where := []query.Expr{equal(from, t.PrimaryID, query.GUID(id))}
	if version != 0 {
		where = append(where, versionIs(from, version))
	}
	for _, right := range rights {
		if e := c.scope(right, from); e != nil {
			where = append(where, e)
		}
	}
	return Parts{From: from, Table: t, Where: query.And{Members: where}}
}

func equal(s *query.Select, c *meta.Column, v query.Value) query.Expr {
	return query.Compare{Col: query.Col{Of: s, C: c}, Op: query.Equal, Value: v}
}

// versionIs never holds where rows have no version.
func versionIs(s *query.Select, version int64) query.Expr {
	c := s.Table.Column("versionnumber")
	if c == nil {
		return query.Const{}
	}
	return equal(s, c, query.Int(version))
}

// Link is a row that a lookup is to point to. Probe finds it when the caller may
// append to it: engine runs it, and where it finds nothing answers that the row does
// not exist, or with Denied(c, Right, Target, …). Right is AppendTo, or Write where the
// rows follow their target: what is attached changes it.
type Link struct {
	Column *meta.Column
	Target *meta.Table
	ID     meta.ID
	Right  meta.Right
	Probe  Granted
}

// Links judges the lookups that the client sets: Append on this table, AppendTo on
// the table of every row named (facts 3.7), 403 PrivilegeDenied naming the one that
// is missing. Give it the client's values alone, not those that the environment adds
// by itself. Clearing a lookup needs neither, and ownerid is Assign's business.
// Where a table has no such privilege nothing is asked of that side, except that
// the row pointed to must be readable.
func Links(c Caller, t *meta.Table, values []op.Assignment) ([]Link, error) {
	var links []Link
	for _, a := range values {
		if !setsLink(a) {
			continue
		}
		if t.Privileges[meta.Append] != nil {
			if err := c.admit(meta.Append, t); err != nil {
				return nil, err
			}
		}
		right := rightToLink(t, a)
		probe, err := c.linkable(right, a.Target, a.Value)
		if err != nil {
			return nil, err
		}
		links = append(links, Link{Column: a.Column, Target: a.Target, ID: a.Value.GUID(), Right: right, Probe: probe})
	}
	return links, nil
}

func rightToLink(t *meta.Table, a op.Assignment) meta.Right {
	if r := followed(t); r != nil && a.Column == r.ReferencingColumn {
		right, _ := rightOnFollowed(t, meta.Create)
		return right
	}
	return meta.AppendTo
}

func (c Caller) linkable(right meta.Right, target *meta.Table, id query.Value) (Granted, error) {
	if target.Privileges[right] == nil {
		right = meta.Read
	}
	s := &query.Select{Table: target, Limit: 1}
	key := query.Col{Of: s, C: target.PrimaryID}
	s.Columns = []query.Output{{Col: key}}
	s.Order = []query.Order{{Col: key}}
	s.Where = equal(s, target.PrimaryID, id)
	return Probe(c, right, s)
}
