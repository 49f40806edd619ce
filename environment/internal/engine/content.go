package engine

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/blob"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Contents keeps what files hold, by key: blob.Dir does.
// Put is all or nothing; Open gives length bytes from offset on.
type Contents interface {
	Put(ctx context.Context, key string, r io.Reader) (int64, error)
	Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	Remove(ctx context.Context, key string) error
	List(ctx context.Context, prefix string) ([]blob.Entry, error)
}

// contentWord and uploadWord begin the keys of contents, and of blocks that wait to
// become one.
const (
	contentWord = "content"
	uploadWord  = "upload"
)

// contentKey is where the content with an id lies. The last characters of an id spread
// contents over directories: the first ones are those of the clock.
func contentKey(id meta.ID) string {
	text := id.String()
	return contentWord + "/" + text[len(text)-2:] + "/" + text
}

// contentID reads what contentKey wrote.
func contentID(key string) (meta.ID, error) {
	return meta.ParseID(key[strings.LastIndexByte(key, '/')+1:])
}

// settle draws the consequences of a transaction for contents: those that it made are
// removed when it failed, those that it took from rows when it did not. One that cannot
// be removed now is an orphan for Sweep to find: the answer does not depend on it.
func (e *Engine) settle(ctx context.Context, w *work, failed error) {
	if w == nil {
		return // it never began
	}
	if w.reorganized {
		e.organization.Store(nil) // another write may have read what this one took back
	}
	if failed == nil && w.declared {
		e.apis.changes.Add(1)
	}
	gone, held := w.dropped, w.kept
	if failed != nil {
		gone, held = w.kept, nil
	}
	for _, id := range gone {
		_ = e.contents.Remove(context.WithoutCancel(ctx), contentKey(id))
	}
	_ = e.unstage(ctx, w.staged, held)
}

// transact runs a write that is not spelled as an op.
func (e *Engine) transact(ctx context.Context, call Call, run func(*work) error) error {
	var w *work
	err := e.store.Write(ctx, func(tx *store.Tx) error {
		w = &work{engine: e, Tx: e.tx(ctx, call, tx), forms: e.formsOf(call.Model)}
		return run(w)
	})
	e.settle(ctx, w, err)
	return err
}

// Swept counts what Sweep removed: contents, and chunks and blocks of uploads.
type Swept struct{ Contents, Pieces int }

// Sweep removes contents that no row holds, which a crash leaves behind, and uploads
// that were given up. Nothing may be written meanwhile.
func (e *Engine) Sweep(ctx context.Context, call Call) (s Swept, err error) {
	all, err := e.contents.List(ctx, contentWord)
	if err != nil {
		return s, err
	}
	for _, entry := range all {
		id, err := contentID(entry.Key)
		if err != nil {
			continue // nobody's that is known here
		}
		var held *rows.Record
		err = e.store.Read(ctx, func(tx *store.Tx) error {
			w := &work{engine: e, Tx: e.tx(ctx, call, tx)}
			held, err = w.Look("sweep: does a row hold the content", op.Key{Table: call.Model.Table(meta.AttachmentTable), ID: id})
			return err
		})
		if err == nil && held == nil {
			s.Contents++
			err = e.contents.Remove(ctx, entry.Key)
		}
		if err != nil {
			return s, fmt.Errorf("sweep content %s: %w", id, err)
		}
	}
	s.Pieces, err = e.expire(ctx, call.Now)
	return s, err
}

// attachment describes one content.
type attachment struct {
	id         meta.ID
	name, kind string
	size       int64
}

// describe writes the row that describes a content. Pictures have no row that owns it in
// this table: the picture's own row names it by id.
func (w *work) describe(a attachment, of op.Key, c *meta.Column) error {
	t := w.Call.Model.Table(meta.AttachmentTable)
	next, err := w.DB.NextVersion()
	if err != nil {
		return err
	}
	set := []op.Assignment{
		{Column: t.PrimaryID, Value: query.GUID(a.id)},
		{Column: t.Column("createdon"), Value: query.Int(w.Call.Now.Unix())},
		{Column: t.Column("filename"), Value: query.Text(a.name)},
		{Column: t.Column("filesizeinbytes"), Value: query.Int(a.size)},
		{Column: t.Column("mimetype"), Value: query.Text(a.kind)},
		{Column: t.Column("regardingfieldname"), Value: query.Text(c.LogicalName)},
		{Column: t.Column("objecttypecode"), Value: query.Text(of.Table.LogicalName)},
		{Column: t.Column("versionnumber"), Value: query.Int(next)},
	}
	if c.Kind == meta.File {
		set = append(set, op.Bind(t.Column("objectid"), of))
	}
	w.kept = append(w.kept, a.id)
	return w.DB.Send(w.Ctx, access.SystemChange("files: describe a content", access.Parts{Kind: access.Insert, Table: t, Set: set}))
}

// described reads the description of a content; nil when there is none.
func (w *work) described(id meta.ID) (*attachment, error) {
	t := w.Call.Model.Table(meta.AttachmentTable)
	name, kind, size := t.Column("filename"), t.Column("mimetype"), t.Column("filesizeinbytes")
	r, err := w.Look("files: what a content is called", op.Key{Table: t, ID: id}, name, kind, size)
	if err != nil || r == nil {
		return nil, err
	}
	return &attachment{id, r.Value(name).Text(), r.Value(kind).Text(), r.Value(size).Int()}, nil
}

// forget drops contents with their descriptions once the transaction is kept. Ids that
// describe nothing are passed over: thumbnails have ids, too.
func (w *work) forget(ids ...meta.ID) error {
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
	w.dropped = append(w.dropped, ids...)
	t := w.Call.Model.Table(meta.AttachmentTable)
	return w.Erase("files: what was replaced or deleted", t, t.PrimaryID, ids)
}

// shed drops the contents of rows that are about to be deleted.
func (w *work) shed(t *meta.Table, gone []meta.ID) error {
	return w.shedWhere(t, func(s *query.Select) query.Expr {
		return query.In{Col: query.Col{Of: s, C: t.PrimaryID}, Values: rows.GUIDs(gone)}
	})
}

func (w *work) shedWhere(t *meta.Table, where func(*query.Select) query.Expr) error {
	s := &query.Select{Table: t, Where: nil}
	for _, c := range t.Columns {
		if d := holder(c); d != nil {
			s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: d}})
		}
	}
	if len(s.Columns) == 0 || w.Call.Model.Table(meta.AttachmentTable) == nil {
		return nil
	}
	s.Where = where(s)
	page, err := w.DB.Page(w.Ctx, access.System("files: contents of deleted rows", s))
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
				ids = append(ids, contentOf(rows.Cell(row, f.Value, f.Column.Storage())))
			}
		}
	}
	return w.forget(ids...)
}

// holder is the column that holds the id of a column's content; nil for columns without
// content.
func holder(c *meta.Column) *meta.Column {
	switch c.Kind {
	case meta.File:
		return c
	case meta.Image:
		return c.Companion("id")
	}
	if c.Body {
		return c
	}
	return nil
}
