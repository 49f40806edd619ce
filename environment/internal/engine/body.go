package engine

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Notes and attachments carry a file as base64 in a text column (meta.Column.Body). The
// row keeps the id of a content there, which lies where those of File columns do. Base64
// has no dashes: an id is never taken for a body, nor can a client give one.

// defaultUpload is the most that a body may have, in bytes of base64, where
// organization.maxuploadfilesize says nothing (the service's article on notes).
const defaultUpload = 5 << 20

// keeping is a content that was kept for a body.
type keeping struct {
	id   meta.ID
	size int64 // in bytes
}

// staged holds, by their base64, the bodies that were kept before their transaction
// began: whoever else writes need not wait until bytes are moved.
type staged map[string][]keeping

// stage keeps the bodies that writes give.
func (e *Engine) stage(ctx context.Context, steps []Step) (staged, error) {
	var bodies []op.Assignment
	for _, s := range steps {
		eachBody(s.Op, func(a op.Assignment) { bodies = append(bodies, a) })
	}
	if len(bodies) == 0 {
		return nil, nil
	}
	most, err := e.mostUpload(ctx, steps[0].Call)
	if err != nil {
		return nil, err
	}
	all := staged{}
	for _, body := range bodies {
		text := body.Value.Text()
		k, err := e.keepBody(ctx, body.Column, text, most)
		if err != nil {
			return nil, errors.Join(err, e.unstage(ctx, all, nil))
		}
		all[text] = append(all[text], k)
	}
	return all, nil
}

// eachBody gives the bodies that an op sets.
func eachBody(o op.Op, visit func(op.Assignment)) {
	values := func(all []op.Assignment) {
		for _, a := range all {
			if a.Column.Body && a.Value.Storage() == meta.Text && a.Value.Text() != "" {
				visit(a)
			}
		}
	}
	switch o := o.(type) {
	case *op.Create:
		values(o.Values)
		for _, r := range o.Related {
			if r.New != nil {
				eachBody(r.New, visit)
			}
		}
	case *op.Update:
		values(o.Values)
	case *op.Multiple:
		for _, one := range o.Ops {
			eachBody(one, visit)
		}
	}
}

// unstage removes what was staged, but for what rows hold now.
func (e *Engine) unstage(ctx context.Context, all staged, held []meta.ID) error {
	var failed error
	for _, list := range all {
		for _, k := range list {
			if !slices.Contains(held, k.id) {
				failed = errors.Join(failed, e.contents.Remove(context.WithoutCancel(ctx), contentKey(k.id)))
			}
		}
	}
	return failed
}

// mostUpload is the most that a body may have, in bytes of base64.
func (e *Engine) mostUpload(ctx context.Context, call Call) (most int64, err error) {
	err = e.store.Read(ctx, func(tx *store.Tx) error {
		most, err = (&work{engine: e, Tx: e.tx(ctx, call, tx)}).mostUpload()
		return err
	})
	return most, err
}

func (w *work) mostUpload() (int64, error) {
	t := w.Call.Model.Table("organization")
	if t == nil || t.Column("maxuploadfilesize") == nil {
		return defaultUpload, nil
	}
	r, err := w.FetchOnly("files: the greatest upload", t, t.Column("maxuploadfilesize"))
	if v := r.Value(t.Column("maxuploadfilesize")); err == nil && !v.IsNull() {
		return v.Int(), nil
	}
	return defaultUpload, err
}

// keepBody keeps what a text says in base64 for a column.
func (e *Engine) keepBody(ctx context.Context, c *meta.Column, text string, most int64) (keeping, error) {
	if int64(len(text)) > most {
		return keeping{}, uploadTooLarge(most)
	}
	k := keeping{id: e.newID()}
	r := &noting{r: base64.NewDecoder(base64.StdEncoding, strings.NewReader(text))}
	var err error
	if k.size, err = e.contents.Put(ctx, contentKey(k.id), r); err == nil {
		return k, nil
	}
	if _, bad := errors.AsType[base64.CorruptInputError](r.failed); bad || errors.Is(r.failed, io.ErrUnexpectedEOF) {
		return k, dverr.InvalidArgument.Text("The '%s' of the '%s' entity is not Base64.", c.LogicalName, c.Table.LogicalName).Because(err)
	}
	return k, err
}

// noting remembers what a stream failed with: whoever takes it may not say.
type noting struct {
	r      io.Reader
	failed error
}

func (n *noting) Read(p []byte) (int, error) {
	got, err := n.r.Read(p)
	if err != nil && err != io.EOF {
		n.failed = err
	}
	return got, err
}

func uploadTooLarge(most int64) error {
	return dverr.FileTooLarge.With().Helping("organization.maxuploadfilesize allows %d bytes of base64", most)
}

// bodies gives rows the ids of the contents that a write sets as bodies, and what goes
// with them. What was there is dropped.
func (w *work) bodies(d *draft) error {
	if d.body == nil {
		return nil
	}
	name := d.table.Column("filename")
	if d.Gives(name) {
		if err := w.allowed(d.Value(name).Text()); err != nil {
			return err
		}
	}
	if !d.Sets(d.body) {
		return nil
	}
	if err := w.forget(contentOf(d.Old.Value(d.body))); err != nil {
		return err
	}
	size, document := d.table.Column("filesize"), d.table.Column("isdocument")
	if !d.Gives(d.body) {
		d.Put(size, query.Null())
		d.Put(document, query.Bool(false))
		return nil
	}
	k, err := w.keptBody(d.body, d.Value(d.body).Text())
	if err != nil {
		return err
	}
	d.Put(d.body, query.Text(k.id.String()))
	d.Put(size, query.Int(k.size))
	d.Put(document, query.Bool(true))
	kind := d.Value(d.table.Column("mimetype")).Text()
	return w.describe(attachment{k.id, d.Value(name).Text(), kind, k.size}, d.Key(), d.body)
}

// keptBody finds a body that was staged, each one once; what a rule or an action sets was
// not, and is kept now.
func (w *work) keptBody(c *meta.Column, text string) (keeping, error) {
	if all := w.staged[text]; w.taken[text] < len(all) {
		if w.taken == nil {
			w.taken = map[string]int{}
		}
		w.taken[text]++
		return all[w.taken[text]-1], nil
	}
	most, err := w.mostUpload()
	if err != nil {
		return keeping{}, err
	}
	k, err := w.engine.keepBody(w.Ctx, c, text, most)
	w.kept = append(w.kept, k.id)
	return k, err
}

// contentOf reads the id of a content as a column holds it; zero for what is none.
func contentOf(v query.Value) meta.ID {
	switch v.Storage() {
	case meta.GUID:
		return v.GUID()
	case meta.Text:
		if id, err := meta.ParseID(v.Text()); err == nil {
			return id
		}
	}
	return meta.ID{}
}
