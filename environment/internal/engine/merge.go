package engine

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Merge makes one row of two of the same table: target takes the values of content and
// the rows that point to subordinate, which is deactivated and names target as its
// master. The caller must be able to write both; the rows that move are the merge's own
// business, as the service has it. With parents, rows whose parents differ are refused.
func (w *Work) Merge(target, subordinate op.Key, content []op.Assignment, parents bool) error {
	t := target.Table
	merged, master := t.Column("merged"), t.Column("masterid")
	if merged == nil || master == nil || t.Column("statecode") == nil {
		return dverr.NotSupported.With().Helping("Rows of table %s cannot be merged.", t.LogicalName)
	}
	if err := w.work.MustHold("prvMerge"); err != nil {
		return err
	}
	if err := w.mergeable(target, subordinate, merged, parents); err != nil {
		return err
	}
	if err := w.work.mergeLoop(target, subordinate); err != nil {
		return err
	}
	_, err := w.Do(&op.Update{Key: target, Mode: op.UpdateOnly, Values: without(content, t.PrimaryID)})
	if err != nil {
		return err
	}
	for _, r := range t.OneToMany {
		if r.ReferencingColumn == master {
			continue
		}
		if err := w.work.repoint(r, subordinate.ID, target.ID); err != nil {
			return err
		}
	}
	inactive := op.Assignment{Column: t.Column("statecode"), Value: query.Int(1)}
	if _, err := w.Do(&op.Update{Key: subordinate, Mode: op.UpdateOnly, Values: []op.Assignment{inactive}}); err != nil {
		return err
	}
	s := &query.Select{Table: t}
	return w.work.DB.Send(w.work.Ctx, access.SystemChange("merge: the subordinate names its master", access.Parts{
		Kind: access.Modify, From: s, Table: t, Where: rows.Is(s, t.PrimaryID, query.GUID(subordinate.ID)),
		Set: []op.Assignment{{Column: merged, Value: query.Bool(true)}, op.Bind(master, target)},
	}))
}

// mergeable refuses a row that was merged before, and two whose parents differ.
func (w *Work) mergeable(target, subordinate op.Key, merged *meta.Column, parents bool) error {
	t := target.Table
	parent := t.Column("parentaccountid")
	if parent == nil {
		parent = t.Column("parentcustomerid")
	}
	was, err := w.work.Reach(subordinate, meta.Write, []*meta.Column{merged, parent})
	if err != nil {
		return err
	}
	stays, err := w.work.Reach(target, meta.Write, []*meta.Column{merged, parent})
	if err != nil {
		return err
	}
	switch {
	case was.Value(merged).Int() == 1 || stays.Value(merged).Int() == 1:
		return dverr.InvalidState.With().Helping("One of the rows of %s is merged already.", t.LogicalName)
	case parents && was.Value(parent) != stays.Value(parent):
		return dverr.InvalidParent.With().Helping("The rows have different parents: set PerformParentingChecks to false, or give them one.")
	}
	return nil
}

// mergeLoop refuses an account that stands below the subordinate with others in between:
// those would come below it.
func (w *work) mergeLoop(target, subordinate op.Key) error {
	c := target.Table.Column("parentaccountid")
	if c == nil {
		return nil
	}
	r, err := w.Look("what stands above the row that stays", target, c)
	if err != nil {
		return err
	}
	above := r.Value(c).GUID()
	if above == subordinate.ID {
		return nil
	}
	loop, err := w.Climbs(c, above, subordinate.ID)
	if loop {
		err = dverr.AccountLoop.With()
	}
	return err
}

// repoint lets the rows that point to one row point to another one, and what repeats
// their lookup with it. The other row itself does not come to point to itself.
func (w *work) repoint(r *meta.Relationship, from, to meta.ID) error {
	s := &query.Select{Table: r.Referencing}
	target := op.Key{Table: r.Referenced, ID: to}
	set := []op.Assignment{op.Bind(r.ReferencingColumn, target)}
	f := w.forms.tables[r.Referencing]
	for _, m := range f.mirrors {
		if m.source == r.ReferencingColumn && m.table == r.Referenced.LogicalName {
			set = append(set, op.Bind(m.copy, target))
		}
	}
	if f.version != nil {
		next, err := w.DB.NextVersion()
		if err != nil {
			return err
		}
		set = append(set, op.Assignment{Column: f.version, Value: query.Int(next)})
	}
	where := pointing(s, r, []meta.ID{from})
	if r.Referencing == r.Referenced {
		self := query.Compare{Col: query.Col{Of: s, C: r.Referencing.PrimaryID}, Op: query.NotEqual, Value: query.GUID(to)}
		where = query.And{Members: []query.Expr{where, self}}
	}
	return w.DB.Send(w.Ctx, access.SystemChange("merge: rows follow to the one that stays", access.Parts{
		Kind: access.Modify, From: s, Table: r.Referencing, Set: set, Where: where,
	}))
}
