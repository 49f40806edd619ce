package content

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Moves are the contents that a transaction makes and takes away.
type Moves struct {
	*rows.Tx
	// PictureName and PictureType are those of a picture that comes as a file.
	PictureName, PictureType string

	keeper        *Keeper
	kept, dropped []meta.ID
	staged        Staged
	taken         map[string]int // how many of the staged bodies of a text rows have
}

// Moves follows a transaction, whose bodies are staged. Settle ends it.
func (k *Keeper) Moves(tx *rows.Tx, s Staged) *Moves { return &Moves{Tx: tx, keeper: k, staged: s} }

// Kept notes a content that lies on the shelf for a row that the transaction is to write.
func (m *Moves) Kept(id meta.ID) { m.kept = append(m.kept, id) }

// Settle draws the consequences of a transaction for contents: those that it made are
// removed when it failed, those that it took from rows when it did not. One that cannot
// be removed now is an orphan for a sweep to find: the answer does not depend on it.
func (m *Moves) Settle(ctx context.Context, failed error) {
	gone, held := m.dropped, m.kept
	if failed != nil {
		gone, held = m.kept, nil
	}
	for _, id := range gone {
		_ = m.keeper.Shelf.Remove(context.WithoutCancel(ctx), Key(id))
	}
	_ = m.keeper.Unstage(ctx, m.staged, held)
}

// Attachment describes one content.
type Attachment struct {
	ID         meta.ID
	Name, Type string
	Size       int64 // in bytes
}

// Describe writes the row that describes a content. Pictures have no row that owns it in
// this table: the picture's own row names it by id.
func (m *Moves) Describe(a Attachment, of op.Key, c *meta.Column) error {
	t := m.Call.Model.Table(meta.AttachmentTable)
	next, err := m.DB.NextVersion()
	if err != nil {
		return err
	}
	set := []op.Assignment{
		{Column: t.PrimaryID, Value: query.GUID(a.ID)},
		{Column: t.Column("createdon"), Value: query.Int(m.Call.Now.Unix())},
		{Column: t.Column("filename"), Value: query.Text(a.Name)},
		{Column: t.Column("filesizeinbytes"), Value: query.Int(a.Size)},
		{Column: t.Column("mimetype"), Value: query.Text(a.Type)},
		{Column: t.Column("regardingfieldname"), Value: query.Text(c.LogicalName)},
		{Column: t.Column("objecttypecode"), Value: query.Text(of.Table.LogicalName)},
		{Column: t.Column("versionnumber"), Value: query.Int(next)},
	}
	if c.Kind == meta.File {
		set = append(set, op.Bind(t.Column("objectid"), of))
	}
	m.Kept(a.ID)
	return m.DB.Send(m.Ctx, access.SystemChange("files: describe a content", access.Parts{Kind: access.Insert, Table: t, Set: set}))
}

// Forget drops contents with their descriptions once the transaction is kept. Ids that
// describe nothing are passed over: thumbnails have ids, too.
func (m *Moves) Forget(ids ...meta.ID) error {
	ids = append([]meta.ID(nil), ids...)
	n := 0
	for _, id := range ids {
		if !id.IsZero() {
			ids[n], n = id, n+1
		}
	}
	if ids = ids[:n]; n == 0 {
		return nil
	}
	m.dropped = append(m.dropped, ids...)
	t := m.Call.Model.Table(meta.AttachmentTable)
	return m.Erase("files: what was replaced or deleted", t, t.PrimaryID, ids)
}

// Shed drops the contents of rows that are about to be deleted.
func (m *Moves) Shed(t *meta.Table, gone []meta.ID) error {
	return m.ShedWhere(t, func(s *query.Select) query.Expr {
		return query.In{Col: query.Col{Of: s, C: t.PrimaryID}, Values: rows.GUIDs(gone)}
	})
}

// ShedWhere is Shed for the rows of a condition.
func (m *Moves) ShedWhere(t *meta.Table, where func(*query.Select) query.Expr) error {
	s := &query.Select{Table: t, Where: nil}
	for _, c := range t.Columns {
		if d := Holder(c); d != nil {
			s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: d}})
		}
	}
	if len(s.Columns) == 0 || m.Call.Model.Table(meta.AttachmentTable) == nil {
		return nil
	}
	s.Where = where(s)
	page, err := m.DB.Page(m.Ctx, access.System("files: contents of deleted rows", s))
	if err != nil {
		return err
	}
	var ids []meta.ID
	for row, err := range page.Rows {
		if err != nil {
			return err
		}
		for _, f := range page.Shape.Fields {
			if !row.Null(f.Value) {
				ids = append(ids, Of(rows.Cell(row, f.Value, f.Column.Storage())))
			}
		}
	}
	return m.Forget(ids...)
}
