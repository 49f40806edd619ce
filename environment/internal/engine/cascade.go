package engine

import (
	"errors"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// cascade does what relationships demand before a row is deleted: dependent rows go
// with it, lookups to it are cleared, or the deletion is refused (Dataverse facts
// 5.9, 5.20). Who may delete a row needs no right on the rows that go with it: the
// rule of the relationship acts, not the caller.
func (w *work) cascade(key op.Key) error {
	gone := fallen{}
	gone.add(key.Table, key.ID)
	return w.fell(key.Table, []meta.ID{key.ID}, gone)
}

// fallen holds the rows that a deletion takes.
type fallen map[*meta.Table]map[meta.ID]bool

// add reports whether the row was not there yet.
func (f fallen) add(t *meta.Table, id meta.ID) bool {
	if f[t] == nil {
		f[t] = map[meta.ID]bool{}
	}
	if f[t][id] {
		return false
	}
	f[t][id] = true
	return true
}

// fell does it for rows of one table. What restricts is asked last, when the rows
// that go along are gone.
func (w *work) fell(t *meta.Table, ids []meta.ID, gone fallen) error {
	for part := range slices.Chunk(ids, rows.Chunk) {
		below, err := w.below(t, part)
		if err != nil {
			return err
		}
		for _, r := range t.OneToMany {
			if err := w.follows(r, part, below[r], gone); err != nil {
				return err
			}
		}
		if err := errors.Join(w.unlink(t, part), w.contents().Shed(t, part), w.disband(t, part)); err != nil {
			return err
		}
		for _, r := range t.OneToMany {
			if err := w.restricts(r, part, below[r], gone); err != nil {
				return err
			}
		}
	}
	return nil
}

// below lists the rows that go with others or keep them from going, by relationship.
func (w *work) below(t *meta.Table, ids []meta.ID) (map[*meta.Relationship][]meta.ID, error) {
	var all []*meta.Relationship
	var questions []access.Granted
	for _, r := range t.OneToMany {
		if r.Delete == meta.CascadeAll || r.Delete == meta.Restrict {
			all, questions = append(all, r), append(questions, childrenOf(r, ids))
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	answers, err := w.DB.Together(w.Ctx, questions...)
	if err != nil {
		return nil, err
	}
	below := make(map[*meta.Relationship][]meta.ID, len(all))
	for i, a := range answers {
		below[all[i]] = idsOf(a)
	}
	return below, nil
}

func idsOf(a store.Answer) []meta.ID {
	ids := make([]meta.ID, len(a.Rows))
	for i, row := range a.Rows {
		ids[i] = meta.ID(row.Bytes(a.Shape.ID))
	}
	return ids
}

// follows deletes or lets go the rows that point to the deleted ones.
func (w *work) follows(r *meta.Relationship, ids, children []meta.ID, gone fallen) error {
	switch r.Delete {
	case meta.RemoveLink:
		return w.letGo(r, ids)
	case meta.CascadeAll:
		children = slices.DeleteFunc(children, func(id meta.ID) bool { return !gone.add(r.Referencing, id) })
		if len(children) == 0 {
			return nil
		}
		events, err := w.gone(r.Referencing, children)
		if err != nil {
			return err
		}
		if err := w.fell(r.Referencing, children, gone); err != nil {
			return err
		}
		if err := w.unshare(r.Referencing, children); err != nil {
			return err
		}
		if err := w.Erase("cascade: rows that go with a deleted one", r.Referencing, r.Referencing.PrimaryID, children); err != nil {
			return err
		}
		return w.note(events...)
	default:
		return nil
	}
}

// restricts refuses to let rows go that others keep: those of children that are there
// still.
func (w *work) restricts(r *meta.Relationship, ids, children []meta.ID, gone fallen) error {
	if r.Delete != meta.Restrict || len(children) == 0 {
		return nil
	}
	answers, err := w.DB.Together(w.Ctx, childrenOf(r, ids))
	if err != nil {
		return err
	}
	for _, id := range idsOf(answers[0]) {
		if !gone[r.Referencing][id] {
			return dverr.DeleteHasAssociation.With().
				Helping("%s %s still points to it (relationship %s).", r.Referencing.LogicalName, id, r.SchemaName)
		}
	}
	return nil
}

// pointing is the condition of a relationship's rows that point to one of ids.
func pointing(s *query.Select, r *meta.Relationship, ids []meta.ID) query.Expr {
	c := r.ReferencingColumn
	in := query.In{Col: query.Col{Of: s, C: c}, Values: rows.GUIDs(ids)}
	if c.TypeColumn == nil {
		return in
	}
	return query.And{Members: []query.Expr{in, rows.Is(s, c.TypeColumn, query.Int(r.Referenced.TypeCode))}}
}

// childrenOf asks for the rows that point to others.
func childrenOf(r *meta.Relationship, ids []meta.ID) access.Granted {
	s := &query.Select{Table: r.Referencing}
	s.Columns = []query.Output{{Col: query.Col{Of: s, C: r.Referencing.PrimaryID}}}
	s.Where = pointing(s, r, ids)
	return access.System("cascade: rows that point to a deleted one", s)
}

// letGo clears a lookup, and those that repeat it. The rows get a new version; who
// modified them last stays who changed their content.
func (w *work) letGo(r *meta.Relationship, ids []meta.ID) error {
	f := w.forms.tables[r.Referencing]
	s := &query.Select{Table: r.Referencing}
	set := []op.Assignment{{Column: r.ReferencingColumn, Value: query.Null()}}
	for _, m := range f.mirrors {
		if m.source == r.ReferencingColumn {
			set = append(set, op.Assignment{Column: m.copy, Value: query.Null()})
		}
	}
	if f.version != nil {
		next, err := w.DB.NextVersion()
		if err != nil {
			return err
		}
		set = append(set, op.Assignment{Column: f.version, Value: query.Int(next)})
	}
	return w.DB.Send(w.Ctx, access.SystemChange("cascade: clear lookups to a deleted row", access.Parts{
		Kind: access.Modify, From: s, Table: r.Referencing, Set: set, Where: pointing(s, r, ids),
	}))
}

// unlink removes the many-to-many links of deleted rows.
func (w *work) unlink(t *meta.Table, ids []meta.ID) error {
	for _, r := range t.ManyToMany {
		if r.Referenced == t {
			if err := w.Erase("cascade: links of a deleted row", r.Intersect, r.IntersectColumn1, ids); err != nil {
				return err
			}
		}
		if r.Referencing == t {
			if err := w.Erase("cascade: links of a deleted row", r.Intersect, r.IntersectColumn2, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

// unshare removes the shares of deleted rows. Those of the row that the caller deletes go
// after it: the caller may hold Delete by one of them.
func (w *work) unshare(t *meta.Table, ids []meta.ID) error {
	shares := w.Call.Model.Table("principalobjectaccess")
	if shares == nil || t.Ownership != meta.UserOwned {
		return nil
	}
	return w.Erase("cascade: shares of a deleted row", shares, shares.Column("objectid"), ids)
}
