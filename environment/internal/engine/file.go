package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"path"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/blob"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Place is a file or image column of one row.
type Place struct {
	Key    op.Key
	Column *meta.Column
}

// Upload says where a content goes and what it is called. Type is its media type; empty
// is found by the name. IfVersion is the row version that the row must still have, 0 for
// any.
type Upload struct {
	Place
	Name, Type string
	IfVersion  int64
}

// Stored is a content that was kept.
type Stored struct {
	ID   meta.ID
	Size int64 // in bytes
}

// Upload replaces the content of a column by what r holds, which is read only for those
// who may write the row and the column, and never held in memory, pictures excepted.
// FileTooLarge, FileBlocked, ImageTooLarge and ImageInvalid say what is wrong with it.
func (e *Engine) Upload(ctx context.Context, call Call, u Upload, r io.Reader) (Stored, error) {
	key, err := e.mayWrite(ctx, call, u)
	if err != nil {
		return Stored{}, err
	}
	u.Key = key
	if u.Type == "" {
		u.Type = typeOf(u.Name)
	}
	if u.Column.Kind == meta.Image {
		return e.uploadImage(ctx, call, u, r)
	}
	id := e.newID()
	size, err := e.contents.Put(ctx, contentKey(id), blob.Limited(r, int64(u.Column.MaxKB)<<10))
	if errors.Is(err, blob.ErrTooLarge) {
		return Stored{}, dverr.FileTooLarge.With().Helping("column %s holds up to %d KB", u.Column.LogicalName, u.Column.MaxKB)
	}
	if err != nil {
		return Stored{}, err
	}
	err = e.transact(ctx, call, func(w *work) error {
		w.kept = append(w.kept, id)
		return w.attach(u, attachment{id, u.Name, u.Type, size})
	})
	return Stored{id, size}, err
}

// typeOf guesses a media type by the end of a name.
func typeOf(name string) string {
	if t, _, err := mime.ParseMediaType(mime.TypeByExtension(path.Ext(name))); err == nil {
		return t
	}
	return "application/octet-stream"
}

// mayWrite finds the row and refuses, before a byte is read, who may not write it, and
// names that the organization does not want.
func (e *Engine) mayWrite(ctx context.Context, call Call, u Upload) (key op.Key, err error) {
	err = e.store.Read(ctx, func(tx *store.Tx) error {
		w := &work{engine: e, Tx: e.tx(ctx, call, tx)}
		if key, err = w.reachPlace(u.Place, u.IfVersion); err != nil {
			return err
		}
		return w.allowed(u.Name)
	})
	return key, err
}

// reachPlace finds a row whose column the caller may write.
func (w *work) reachPlace(p Place, version int64) (op.Key, error) {
	if err := rows.Open(p.Key.Table, p.Key.Table.CanUpdate, "update"); err != nil {
		return p.Key, err
	}
	key, err := w.Find(p.Key, meta.Write)
	if err != nil {
		return key, err
	}
	old, err := w.Reach(key, meta.Write, nil)
	if err != nil {
		return key, err
	}
	if err := rows.Unchanged(key.Table, old.Version, version); err != nil {
		return key, err
	}
	_, err = access.Update(w.Call.Caller, key.Table, key.ID, []op.Assignment{{Column: p.Column, Value: query.Null()}}, 0)
	return key, err
}

// allowed refuses names with an extension that organization.blockedattachments lists.
func (w *work) allowed(name string) error {
	extension := strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
	t := w.Call.Model.Table("organization")
	if extension == "" || t == nil || t.Column("blockedattachments") == nil {
		return nil
	}
	r, err := w.FetchOnly("files: blocked extensions", t, t.Column("blockedattachments"))
	if err != nil || r == nil {
		return err
	}
	for blocked := range strings.SplitSeq(r.Value(t.Column("blockedattachments")).Text(), ";") {
		if strings.EqualFold(strings.TrimSpace(blocked), extension) {
			return dverr.FileBlocked.With().Helping("organization.blockedattachments lists %s", extension)
		}
	}
	return nil
}

// attach makes a content that is kept the column's.
func (w *work) attach(u Upload, a attachment) error {
	key, err := w.reachPlace(u.Place, u.IfVersion)
	if err != nil {
		return err
	}
	if err := w.describe(a, key, u.Column); err != nil {
		return err
	}
	return w.point(Place{key, u.Column}, query.GUID(a.id), query.Text(a.name))
}

// point sets a file column and its name, and drops what it held.
func (w *work) point(p Place, id, name query.Value) error {
	d, err := w.draft(p.Key.Table, nil, false)
	if err != nil {
		return err
	}
	d.ID = p.Key.ID
	if d.Old, err = w.Reach(p.Key, meta.Write, append(d.loads(d), p.Column)); err != nil {
		return err
	}
	d.Put(p.Column, id)
	d.Put(p.Column.Companion("_name"), name)
	if err := w.stamp(d); err != nil {
		return err
	}
	if err := w.modify(d); err != nil {
		return err
	}
	return w.forget(d.Old.Value(p.Column).GUID())
}

// Discard empties a file column. One that is empty stays so.
func (e *Engine) Discard(ctx context.Context, call Call, p Place, version int64) error {
	return e.transact(ctx, call, func(w *work) error {
		key, err := w.reachPlace(p, version)
		if err != nil {
			return err
		}
		return w.point(Place{key, p.Column}, query.Null(), query.Null())
	})
}

// uploadImage sets an image column as an update of the row does.
func (e *Engine) uploadImage(ctx context.Context, call Call, u Upload, r io.Reader) (Stored, error) {
	var b bytes.Buffer
	most := int64(u.Column.MaxKB) << 10
	if _, err := b.ReadFrom(blob.Limited(r, most)); errors.Is(err, blob.ErrTooLarge) {
		return Stored{}, imageTooLarge(u.Column, most+1)
	} else if err != nil {
		return Stored{}, err
	}
	done := Stored{Size: int64(b.Len())}
	err := e.transact(ctx, call, func(w *work) error {
		w.pictureName, w.pictureType = u.Name, u.Type
		_, err := w.update(&op.Update{
			Key: u.Key, Mode: op.UpdateOnly, IfVersion: u.IfVersion,
			Values: []op.Assignment{{Column: u.Column, Value: query.Bytes(b.Bytes())}},
		})
		if err != nil {
			return err
		}
		held, err := w.Look("files: the picture's id", u.Key, holder(u.Column))
		done.ID = held.Value(holder(u.Column)).GUID()
		return err
	})
	return done, err
}

// File is a content that may be read. Open gives a part of it; the caller closes it.
type File struct {
	ID         meta.ID
	Name, Type string
	Size       int64 // in bytes
	Open       func(offset, length int64) (io.ReadCloser, error)
}

// File finds the content of a column, nil when it is empty, for those who may read row
// and column. Of a picture it is the whole one when full is set, nil where only the
// thumbnail was kept, else the thumbnail.
func (e *Engine) File(ctx context.Context, call Call, p Place, full bool) (*File, error) {
	var f *File
	err := e.store.Read(ctx, func(tx *store.Tx) error {
		w := &work{engine: e, Tx: e.tx(ctx, call, tx)}
		key, err := w.Find(p.Key, meta.Read)
		if err != nil {
			return err
		}
		if p.Column.Body {
			f, err = w.carriedFile(key, p.Column)
			return err
		}
		s := rows.Pick(key, []*meta.Column{p.Column, holder(p.Column)})
		s.Where = nil // read adds it
		r, err := w.readRecord(key, s)
		if err != nil {
			return err
		}
		f, err = w.file(r, p.Column, full)
		return err
	})
	return f, err
}

// readRecord is a record of a row as the caller may read it.
func (w *work) readRecord(key op.Key, s *query.Select) (*rows.Record, error) {
	result, err := w.read(key, s)
	if err != nil {
		return nil, err
	}
	for row, err := range result.Page.Rows {
		if err != nil {
			return nil, err
		}
		return rows.RecordOf(row, result.Page.Shape), nil
	}
	return nil, nil
}

func (w *work) file(r *rows.Record, c *meta.Column, full bool) (*File, error) {
	if c.Kind == meta.Image && !full {
		return thumbnail(r.Value(c), c, r.Value(holder(c)).GUID()), nil
	}
	id := contentOf(r.Value(holder(c)))
	if id.IsZero() {
		return nil, nil
	}
	a, err := w.described(id)
	if err != nil || a == nil {
		return nil, err
	}
	e, ctx := w.engine, w.Ctx
	return &File{ID: id, Name: a.name, Type: a.kind, Size: a.size, Open: func(offset, length int64) (io.ReadCloser, error) {
		return e.contents.Open(ctx, contentKey(id), offset, length)
	}}, nil
}
