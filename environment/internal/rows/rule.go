package rows

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Gather reads all rows of a question that the environment asks on its own behalf.
func (w *Tx) Gather(reason string, s *query.Select) ([]*Record, error) {
	page, err := w.DB.Page(w.Ctx, access.System(reason, s))
	if err != nil {
		return nil, err
	}
	var all []*Record
	for row, err := range page.Rows {
		if err != nil {
			return nil, err
		}
		all = append(all, RecordOf(row, page.Shape))
	}
	return all, nil
}

// IDs gives the primary ids of the rows that a condition names.
func (w *Tx) IDs(reason string, t *meta.Table, where func(*query.Select) query.Expr) ([]meta.ID, error) {
	rows, err := w.Gather(reason, Chosen(t, where, t.PrimaryID.LogicalName))
	ids := make([]meta.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.Value(t.PrimaryID).GUID()
	}
	return ids, err
}

func (w *Tx) Exists(key op.Key) (bool, error) {
	return w.DB.Exists(w.Ctx, access.System("upsert: is the row there", Pick(key, []*meta.Column{key.Table.PrimaryID})))
}

// Put inserts a row that a rule demands, with the next row version.
func (w *Tx) Put(reason string, t *meta.Table, set []op.Assignment) error {
	set, err := w.renewed(t, set)
	if err != nil {
		return err
	}
	return w.Send(t, access.SystemChange(reason, access.Parts{Kind: access.Insert, Table: t, Set: set}))
}

// Alter changes the rows that a rule names, and gives them the next row version.
func (w *Tx) Alter(reason string, t *meta.Table, set []op.Assignment, where func(*query.Select) query.Expr) error {
	set, err := w.renewed(t, set)
	if err != nil {
		return err
	}
	s := &query.Select{Table: t}
	return w.Send(t, access.SystemChange(reason, access.Parts{
		Kind: access.Modify, From: s, Table: t, Set: set, Where: where(s),
	}))
}

func (w *Tx) renewed(t *meta.Table, set []op.Assignment) ([]op.Assignment, error) {
	c := t.Column("versionnumber")
	if c == nil {
		return set, nil
	}
	next, err := w.DB.NextVersion()
	return append(set, op.Assignment{Column: c, Value: query.Int(next)}), err
}

// Drop deletes the rows that a rule names.
func (w *Tx) Drop(reason string, t *meta.Table, where func(*query.Select) query.Expr) error {
	s := &query.Select{Table: t}
	return w.Send(t, access.SystemChange(reason, access.Parts{Kind: access.Remove, From: s, Table: t, Where: where(s)}))
}

// Tie adds a row to a many-to-many table.
func (w *Tx) Tie(reason string, t *meta.Table, ends ...op.Assignment) error {
	next, err := w.DB.NextVersion()
	if err != nil {
		return err
	}
	set := append(ends,
		op.Assignment{Column: t.PrimaryID, Value: query.GUID(w.NewID())},
		op.Assignment{Column: t.Column("versionnumber"), Value: query.Int(next)})
	return w.Send(t, access.SystemChange(reason, access.Parts{Kind: access.Insert, Table: t, Set: set}))
}

// Erase deletes the rows of a table whose column holds one of ids.
func (w *Tx) Erase(reason string, t *meta.Table, c *meta.Column, ids []meta.ID) error {
	for part := range slices.Chunk(ids, Chunk) {
		s := &query.Select{Table: t}
		err := w.DB.Send(w.Ctx, access.SystemChange(reason, access.Parts{
			Kind: access.Remove, From: s, Table: t, Where: query.In{Col: query.Col{Of: s, C: c}, Values: GUIDs(part)},
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// Chunk is how many rows one statement of a cascade concerns.
const Chunk = 400

// Climbs reports whether one who goes up a table's own lookup from a row comes to another.
func (w *Tx) Climbs(c *meta.Column, from, to meta.ID) (bool, error) {
	seen := map[meta.ID]bool{}
	for at := from; !at.IsZero() && !seen[at]; {
		if at == to {
			return true, nil
		}
		seen[at] = true
		r, err := w.Look("what stands above a row", op.Key{Table: c.Table, ID: at}, c)
		if err != nil || r == nil {
			return false, err
		}
		at = r.Value(c).GUID()
	}
	return false, nil
}
