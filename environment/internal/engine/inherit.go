package engine

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// What a row inherits is what those have that its parents are shared with, and all rights
// for the owner of a parent whose relationship reparents (Dataverse facts 3.10; the
// service's reference of cascading behaviour). It is reckoned anew from the parents
// when the row comes to point to another or one of them is assigned. Sharing one adds to
// what rows inherit and unsharing takes from it, each as far as its own rule reaches: a
// relationship may spread one and not the other.

// inherited marks a mask that came down from an owner, as the service's rows have it.
const inherited = 0x8000000

// inheritance is a walk down the relationships by one of their rules. It knows the rows
// it has been at, and what becomes of a mask for what the parents would give. A walk for
// one principal leaves what comes to others.
type inheritance struct {
	rule   func(*meta.Relationship) meta.Cascade
	settle func(have, want int64) int64
	only   op.Key
	seen   map[op.Key]bool
}

func sharing(with op.Key) inheritance {
	return inheritance{
		rule:   func(r *meta.Relationship) meta.Cascade { return r.Share },
		settle: func(have, want int64) int64 { return have | want }, only: with, seen: map[op.Key]bool{},
	}
}

func unsharing(with op.Key) inheritance {
	return inheritance{
		rule:   func(r *meta.Relationship) meta.Cascade { return r.Unshare },
		settle: func(have, want int64) int64 { return have & want }, only: with, seen: map[op.Key]bool{},
	}
}

// reparenting is the walk from a row of t that moved or was assigned. Where no
// relationship of the table reparents, nothing new comes to the row.
func reparenting(t *meta.Table) inheritance {
	way := inheritance{
		rule:   func(r *meta.Relationship) meta.Cascade { return r.Reparent },
		settle: func(have, want int64) int64 { return have & want }, seen: map[op.Key]bool{},
	}
	if slices.ContainsFunc(t.ManyToOne, func(r *meta.Relationship) bool { return spreads(r.Reparent) }) {
		way.settle = func(_, want int64) int64 { return want }
	}
	return way
}

// concerns reports a walk that what comes to a principal matters to.
func (i inheritance) concerns(principal op.Key) bool {
	return i.only.ID.IsZero() || i.only.ID == principal.ID
}

// bequeath reckons anew what the rows inherit that point to parent by relationships whose
// rule spreads.
func (w *work) bequeath(parent op.Key, way inheritance) error {
	if w.shares() == nil || way.seen[parent] {
		return nil
	}
	way.seen[parent] = true
	for _, r := range parent.Table.OneToMany {
		if r.Referencing.Ownership != meta.UserOwned || !spreads(way.rule(r)) {
			continue
		}
		children, err := w.heirs(r, parent, way.rule(r))
		if err != nil {
			return err
		}
		for _, child := range children {
			if err := w.inherit(child, way); err != nil {
				return err
			}
		}
	}
	return nil
}

func spreads(c meta.Cascade) bool {
	return c == meta.CascadeAll || c == meta.CascadeActive || c == meta.CascadeOwned
}

// heirs lists the rows that a relationship's rule concerns.
func (w *work) heirs(r *meta.Relationship, parent op.Key, rule meta.Cascade) ([]op.Key, error) {
	t := r.Referencing
	var owner query.Value
	if rule == meta.CascadeOwned {
		row, err := w.Look("whose rows follow", parent, parent.Table.Column("ownerid"))
		if err != nil || row == nil {
			return nil, err
		}
		owner = row.Value(parent.Table.Column("ownerid"))
	}
	ids, err := w.IDs("rows that follow the one they point to", t, func(s *query.Select) query.Expr {
		members := []query.Expr{pointing(s, r, []meta.ID{parent.ID})}
		if state := t.Column("statecode"); rule == meta.CascadeActive && state != nil {
			members = append(members, rows.Is(s, state, query.Int(0)))
		}
		if rule == meta.CascadeOwned {
			members = append(members, rows.Is(s, t.Column("ownerid"), owner))
		}
		return rows.All(members...)
	})
	keys := make([]op.Key, len(ids))
	for i, id := range ids {
		keys[i] = op.Key{Table: t, ID: id}
	}
	return keys, err
}

// inherit reckons what one row inherits, writes what differs, and goes on below it.
func (w *work) inherit(child op.Key, way inheritance) error {
	row, err := w.Look("what a row inherits", child, heritable(child.Table)...)
	if err != nil {
		return err
	}
	want, err := w.inheritanceOf(child.Table, row)
	if err != nil {
		return err
	}
	have, err := w.sharesOf(child)
	if err != nil {
		return err
	}
	return w.endow(child, way, want, have)
}

// inheritNew is inherit for a row that was just made: it is shared with nobody.
func (w *work) inheritNew(d *draft) error {
	want, err := w.inheritanceOf(d.table, d.Record(heritable(d.table)))
	if err != nil || len(want) == 0 {
		return err
	}
	return w.endow(d.Key(), reparenting(d.table), want, nil)
}

// endow gives a row the shares that it is to inherit.
func (w *work) endow(child op.Key, way inheritance, want map[op.Key]int64, have []Share) error {
	different := false
	for _, s := range have {
		mask := way.settle(s.Inherited, want[s.Principal])
		delete(want, s.Principal)
		if mask == s.Inherited || !way.concerns(s.Principal) {
			continue
		}
		s.Inherited, different = mask, true
		if err := w.writeShare(child, s); err != nil {
			return err
		}
	}
	for principal, mask := range want {
		if mask = way.settle(0, mask); mask == 0 || !way.concerns(principal) {
			continue
		}
		different = true
		if err := w.writeShare(child, Share{Principal: principal, Inherited: mask}); err != nil {
			return err
		}
	}
	if !different && way.only.ID.IsZero() {
		return nil
	}
	return w.bequeath(child, way) // sharing goes on below a row that had it already
}

// heritable lists the columns of a row that tell what it inherits.
func heritable(t *meta.Table) []*meta.Column {
	columns := []*meta.Column{t.Column("ownerid")}
	for _, r := range t.ManyToOne {
		if r.Referenced.Ownership == meta.UserOwned && (spreads(r.Share) || spreads(r.Reparent)) {
			columns = append(columns, r.ReferencingColumn)
		}
	}
	return columns
}

// inheritanceOf unites what comes to a row from all its parents.
func (w *work) inheritanceOf(t *meta.Table, row *rows.Record) (map[op.Key]int64, error) {
	if row == nil {
		return nil, nil
	}
	owner, columns := row.Value(t.Column("ownerid")).GUID(), heritable(t)
	got := map[op.Key]int64{}
	for _, r := range t.ManyToOne {
		c := r.ReferencingColumn
		if !slices.Contains(columns, c) || row.Value(c).IsNull() || row.Target(c) != r.Referenced.TypeCode {
			continue
		}
		if err := w.leave(r, op.Key{Table: r.Referenced, ID: row.Value(c).GUID()}, owner, got); err != nil {
			return nil, err
		}
	}
	return got, nil
}

// leave adds what comes to a row of owner from one parent.
func (w *work) leave(r *meta.Relationship, parent op.Key, owner meta.ID, got map[op.Key]int64) error {
	c := parent.Table.Column("ownerid")
	answers, err := w.DB.Together(w.Ctx, access.System("with whom a row is shared", w.sharesWith(parent)),
		access.System("the owner of a row above", rows.Pick(parent, []*meta.Column{c})))
	if err != nil {
		return err
	}
	for _, s := range w.sharesIn(rows.RecordsOf(answers[0])) {
		if s.Principal.ID != owner && s.Principal.Table != nil {
			got[s.Principal] |= s.Mask | s.Inherited
		}
	}
	above := rows.RecordsOf(answers[1])
	if !spreads(r.Reparent) || len(above) == 0 || above[0].Value(c).GUID() == owner {
		return nil
	}
	if t := w.Call.Model.TypeCode(above[0].Target(c)); t != nil {
		got[op.Key{Table: t, ID: above[0].Value(c).GUID()}] |= shareable | inherited
	}
	return nil
}

// settleInheritance does after a row was made or changed what its links and its owner ask
// for: rows below are assigned with it, and shares come down anew.
func (w *work) settleInheritance(d *draft) error {
	if d.owner == nil || w.shares() == nil {
		return nil
	}
	moved := !d.Creating() && d.Sets(d.owner)
	if moved {
		if err := w.assignBelow(d); err != nil {
			return err
		}
	}
	if d.Creating() && w.reparented(d) {
		return w.inheritNew(d)
	}
	if moved || w.reparented(d) {
		if err := w.inherit(d.Key(), reparenting(d.table)); err != nil {
			return err
		}
	}
	if moved {
		return w.bequeath(d.Key(), reparenting(d.table))
	}
	return nil
}

// reparented reports a write that points a row to another row above it.
func (w *work) reparented(d *draft) bool {
	for _, r := range d.table.ManyToOne {
		if r.Referenced.Ownership == meta.UserOwned && spreads(r.Reparent) && d.Sets(r.ReferencingColumn) {
			return !d.Creating() || d.Gives(r.ReferencingColumn)
		}
	}
	return false
}

// assignBelow gives the rows that are assigned with one to its new owner. The rule of the
// relationship acts, not the caller; but nobody comes to own what they may not read.
func (w *work) assignBelow(d *draft) error {
	owner := op.Assignment{Column: d.owner, Value: d.Value(d.owner), Target: d.TargetOf(d.owner)}
	return w.assignRows(d.Key(), owner, d.Old.Value(d.owner), d.Value(d.owningUnit), map[op.Key]bool{})
}

// assignRows walks down the relationships that assign. was is who owned parent before.
func (w *work) assignRows(parent op.Key, owner op.Assignment, was, unit query.Value, seen map[op.Key]bool) error {
	if seen[parent] {
		return nil
	}
	seen[parent] = true
	for _, r := range parent.Table.OneToMany {
		t := r.Referencing
		if t.Ownership != meta.UserOwned || !spreads(r.Assign) {
			continue
		}
		ids, err := w.IDs("rows that are assigned with the one they point to", t, func(s *query.Select) query.Expr {
			members := []query.Expr{
				pointing(s, r, []meta.ID{parent.ID}),
				query.Compare{Col: query.Col{Of: s, C: t.Column("ownerid")}, Op: query.NotEqual, Value: owner.Value},
			}
			if state := t.Column("statecode"); r.Assign == meta.CascadeActive && state != nil {
				members = append(members, rows.Is(s, state, query.Int(0)))
			}
			if r.Assign == meta.CascadeOwned {
				members = append(members, rows.Is(s, t.Column("ownerid"), was))
			}
			return rows.All(members...)
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := w.assignRow(op.Key{Table: t, ID: id}, owner, unit, seen); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *work) assignRow(key op.Key, owner op.Assignment, unit query.Value, seen map[op.Key]bool) error {
	if err := access.MayOwn(w.Call.Caller, key.Table, owner.Value.GUID()); err != nil {
		return err
	}
	c := key.Table.Column("ownerid")
	row, err := w.Look("who owned a row that is assigned", key, c)
	if err != nil {
		return err
	}
	d := &draft{form: w.forms.tables[key.Table], Draft: rows.NewDraft(key.Table, 12)}
	d.ID, d.Old = key.ID, row
	d.Assign(op.Assignment{Column: c, Value: owner.Value, Target: owner.Target})
	w.follow(d, unit.GUID())
	if err := w.stamp(d); err != nil {
		return err
	}
	s := &query.Select{Table: key.Table}
	if err := w.send(key.Table, access.SystemChange("assigned with the row above", access.Parts{
		Kind: access.Modify, From: s, Table: key.Table, Set: d.Set, Where: rows.Is(s, key.Table.PrimaryID, query.GUID(key.ID)),
	})); err != nil {
		return err
	}
	if err := w.noteUpdated(d); err != nil {
		return err
	}
	if err := w.assignRows(key, owner, row.Value(c), unit, seen); err != nil {
		return err
	}
	return w.inherit(key, reparenting(key.Table))
}
