package predicate

import (
	"cmp"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// languageEnglish is the language of users who chose none: no other is provisioned.
const languageEnglish = 1033

// person binds the operators about the current user; known is false for all others.
func (d bound) person() (e query.Expr, known bool, err error) {
	me, teams := d.among(d.User.ID), d.among(d.User.Teams...)
	storage := meta.GUID
	switch d.operator {
	case "eq-userid":
		e = me
	case "ne-userid":
		e = unlessNull(d.col, me)
	case "eq-businessid":
		e = d.among(d.User.Unit)
	case "ne-businessid":
		e = unlessNull(d.col, d.among(d.User.Unit))
	case "eq-userteams":
		e = teams
	case "eq-useroruserteams":
		e = query.Or{Members: []query.Expr{me, teams}}
	case "eq-useroruserhierarchy":
		e, err = d.subordinates()
	case "eq-useroruserhierarchyandteams":
		e, err = d.subordinates()
		e = query.Or{Members: []query.Expr{e, teams}}
	case "eq-userlanguage":
		e, storage = query.Compare{Col: d.col, Op: query.Equal, Value: query.Int(cmp.Or(d.User.Language, languageEnglish))}, meta.Int
	default:
		return nil, false, nil
	}
	if d.col.C.Storage() != storage {
		return nil, true, dverr.FetchBadOperator.With()
	}
	return e, true, err
}

// among is true for the columns that hold one of the ids; for none it is never.
func (d bound) among(ids ...meta.ID) query.Expr {
	in := query.In{Col: d.col}
	for _, id := range ids {
		in.Values = append(in.Values, query.GUID(id))
	}
	return in
}

// subordinates is true for the user and all whose manager it is, or whose manager's.
func (d bound) subordinates() (query.Expr, error) {
	users := d.Model.Table("systemuser")
	if users == nil {
		return nil, dverr.FetchBadOperator.With()
	}
	return d.under(users, query.GUID(d.User.ID), false, true)
}

// hierarchy binds the operators about rows above and below a row. The column is the
// id of a table that has a hierarchy, or a lookup to one.
func (d bound) hierarchy() (query.Expr, error) {
	c := d.col.C
	t := c.Table
	if c != t.PrimaryID {
		if !c.IsLookup() || len(c.Targets) != 1 {
			return nil, dverr.FetchBadOperator.With()
		}
		t = c.Targets[0]
	}
	text, err := d.single()
	if err != nil {
		return nil, err
	}
	root, err := d.value(text)
	if err != nil {
		return nil, err
	}
	op := d.operator
	e, err := d.under(t, root, strings.HasSuffix(op, "above"), strings.HasPrefix(op, "eq-or-"))
	if err == nil && op == "not-under" {
		return unlessNull(d.col, e), nil
	}
	return e, err
}

func (d bound) under(t *meta.Table, root query.Value, up, self bool) (query.Expr, error) {
	parent := ParentOf(t)
	if parent == nil {
		return nil, dverr.FetchNoHierarchy.With(t.LogicalName)
	}
	s := &query.Select{Table: t}
	return query.Under{Col: d.col, Select: s, Parent: query.Col{Of: s, C: parent}, Root: root, Up: up, Self: self}, nil
}

// ParentOf is the lookup that makes a table's hierarchy: the one to the table itself
// that is called parent; masterid, which merged rows have, makes none. It is nil for tables without one.
func ParentOf(t *meta.Table) *meta.Column {
	for _, r := range t.ManyToOne {
		if r.Referenced == t && strings.HasPrefix(r.ReferencingColumn.LogicalName, "parent") {
			return r.ReferencingColumn
		}
	}
	return nil
}
