package file

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
	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/thumb"
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
func (k *Desk) Upload(ctx context.Context, call engine.Call, u Upload, r io.Reader) (Stored, error) {
	key, err := k.mayWrite(ctx, call, u)
	if err != nil {
		return Stored{}, err
	}
	u.Key = key
	if u.Type == "" {
		u.Type = typeOf(u.Name)
	}
	if u.Column.Kind == meta.Image {
		return k.uploadImage(ctx, call, u, r)
	}
	id := k.engine.NewID()
	size, err := k.contents.Shelf.Put(ctx, content.Key(id), blob.Limited(r, int64(u.Column.MaxKB)<<10))
	if errors.Is(err, blob.ErrTooLarge) {
		return Stored{}, dverr.FileTooLarge.With().Helping("column %s holds up to %d KB", u.Column.LogicalName, u.Column.MaxKB)
	}
	if err != nil {
		return Stored{}, err
	}
	err = k.engine.Transact(ctx, call, func(w *engine.Work) error {
		w.Contents().Kept(id)
		return attach(w, u, content.Attachment{ID: id, Name: u.Name, Type: u.Type, Size: size})
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
func (k *Desk) mayWrite(ctx context.Context, call engine.Call, u Upload) (key op.Key, err error) {
	err = k.engine.Read(ctx, call, func(w *rows.Tx) error {
		if key, err = reachPlace(w, u.Place, u.IfVersion); err != nil {
			return err
		}
		return content.Allowed(w, u.Name)
	})
	return key, err
}

// reachPlace finds a row whose column the caller may write.
func reachPlace(w *rows.Tx, p Place, version int64) (op.Key, error) {
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

// attach makes a content that is kept the column's.
func attach(w *engine.Work, u Upload, a content.Attachment) error {
	key, err := reachPlace(w.Tx, u.Place, u.IfVersion)
	if err != nil {
		return err
	}
	if err := w.Contents().Describe(a, key, u.Column); err != nil {
		return err
	}
	return point(w, Place{key, u.Column}, query.GUID(a.ID), query.Text(a.Name))
}

// point sets a file column and its name, and drops what it held.
func point(w *engine.Work, p Place, id, name query.Value) error {
	var was meta.ID
	err := w.Change(p.Key, []*meta.Column{p.Column}, func(d *rows.Draft) {
		was = d.Old.Value(p.Column).GUID()
		d.Put(p.Column, id)
		d.Put(p.Column.Companion("_name"), name)
	})
	if err != nil {
		return err
	}
	return w.Contents().Forget(was)
}

// Discard empties a file column. One that is empty stays so.
func (k *Desk) Discard(ctx context.Context, call engine.Call, p Place, version int64) error {
	return k.engine.Transact(ctx, call, func(w *engine.Work) error {
		key, err := reachPlace(w.Tx, p, version)
		if err != nil {
			return err
		}
		return point(w, Place{key, p.Column}, query.Null(), query.Null())
	})
}

// uploadImage sets an image column as an update of the row does.
func (k *Desk) uploadImage(ctx context.Context, call engine.Call, u Upload, r io.Reader) (Stored, error) {
	var b bytes.Buffer
	most := int64(u.Column.MaxKB) << 10
	if _, err := b.ReadFrom(blob.Limited(r, most)); errors.Is(err, blob.ErrTooLarge) {
		return Stored{}, content.ImageTooLarge(u.Column, most+1)
	} else if err != nil {
		return Stored{}, err
	}
	done := Stored{Size: int64(b.Len())}
	err := k.engine.Transact(ctx, call, func(w *engine.Work) error {
		w.Contents().PictureName, w.Contents().PictureType = u.Name, u.Type
		_, err := w.Do(&op.Update{
			Key: u.Key, Mode: op.UpdateOnly, IfVersion: u.IfVersion,
			Values: []op.Assignment{{Column: u.Column, Value: query.Bytes(b.Bytes())}},
		})
		if err != nil {
			return err
		}
		held, err := w.Look("files: the picture's id", u.Key, content.Holder(u.Column))
		done.ID = held.Value(content.Holder(u.Column)).GUID()
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
func (k *Desk) File(ctx context.Context, call engine.Call, p Place, full bool) (*File, error) {
	var f *File
	err := k.engine.Read(ctx, call, func(w *rows.Tx) error {
		key, err := w.Find(p.Key, meta.Read)
		if err != nil {
			return err
		}
		if p.Column.Body {
			f, err = k.carriedFile(w, key, p.Column)
			return err
		}
		r, err := read(w, key, p.Column, content.Holder(p.Column))
		if err != nil {
			return err
		}
		f, err = k.file(w, r, p.Column, full)
		return err
	})
	return f, err
}

// read gives columns of a row as the caller may read them.
func read(w *rows.Tx, key op.Key, columns ...*meta.Column) (*rows.Record, error) {
	g, err := access.Read(w.Call.Caller, rows.Pick(key, columns))
	if err != nil {
		return nil, err
	}
	r, err := w.Fetch(g)
	if err == nil && r == nil {
		err = w.Unreachable(key, meta.Read)
	}
	return r, err
}

func (k *Desk) file(w *rows.Tx, r *rows.Record, c *meta.Column, full bool) (*File, error) {
	if c.Kind == meta.Image && !full {
		return thumbnail(r.Value(c), c, r.Value(content.Holder(c)).GUID()), nil
	}
	id := content.Of(r.Value(content.Holder(c)))
	if id.IsZero() {
		return nil, nil
	}
	a, err := content.Described(w, id)
	if err != nil || a == nil {
		return nil, err
	}
	ctx := w.Ctx
	return &File{ID: id, Name: a.Name, Type: a.Type, Size: a.Size, Open: func(offset, length int64) (io.ReadCloser, error) {
		return k.contents.Shelf.Open(ctx, content.Key(id), offset, length)
	}}, nil
}

// thumbnail is what an image column of a row holds, as a file.
func thumbnail(v query.Value, c *meta.Column, id meta.ID) *File {
	if v.IsNull() {
		return nil
	}
	small := v.Bytes()
	kind := thumb.Sniff(small)
	return &File{
		ID: id, Name: c.LogicalName + "." + strings.TrimPrefix(kind, "image/"), Type: kind, Size: int64(len(small)),
		Open: func(offset, length int64) (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(bytes.NewReader(small), offset, length)), nil
		},
	}
}
