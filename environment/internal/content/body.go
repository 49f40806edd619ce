package content

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
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

// Staged holds, by their base64, the bodies that were kept before their transaction
// began: whoever else writes need not wait until bytes are moved.
type Staged map[string][]keeping

// Carried stages a content that lies on the shelf as a body: a write gives the text of its
// id in the place of base64.
func Carried(id meta.ID, size int64) Staged { return Staged{id.String(): {{id, size}}} }

// Stage keeps the bodies that writes give.
func (k *Keeper) Stage(ctx context.Context, call rows.Call, ops iter.Seq[op.Op]) (Staged, error) {
	var bodies []op.Assignment
	for o := range ops {
		eachBody(o, func(a op.Assignment) { bodies = append(bodies, a) })
	}
	if len(bodies) == 0 {
		return nil, nil
	}
	most, err := k.MostUpload(ctx, call)
	if err != nil {
		return nil, err
	}
	all := Staged{}
	for _, body := range bodies {
		text := body.Value.Text()
		one, err := k.keepBody(ctx, body.Column, text, most)
		if err != nil {
			return nil, errors.Join(err, k.Unstage(ctx, all, nil))
		}
		all[text] = append(all[text], one)
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

// Unstage removes what was staged, but for what rows hold now.
func (k *Keeper) Unstage(ctx context.Context, all Staged, held []meta.ID) error {
	var failed error
	for _, list := range all {
		for _, one := range list {
			if !slices.Contains(held, one.id) {
				failed = errors.Join(failed, k.Shelf.Remove(context.WithoutCancel(ctx), Key(one.id)))
			}
		}
	}
	return failed
}

// MostUpload is the most that a body may have, in bytes of base64.
func (k *Keeper) MostUpload(ctx context.Context, call rows.Call) (most int64, err error) {
	err = k.Store.Read(ctx, func(db *store.Tx) error {
		most, err = mostUpload(&rows.Tx{Ctx: ctx, Call: call, DB: db})
		return err
	})
	return most, err
}

func mostUpload(tx *rows.Tx) (int64, error) {
	t := tx.Call.Model.Table("organization")
	if t == nil || t.Column("maxuploadfilesize") == nil {
		return defaultUpload, nil
	}
	r, err := tx.FetchOnly("files: the greatest upload", t, t.Column("maxuploadfilesize"))
	if v := r.Value(t.Column("maxuploadfilesize")); err == nil && !v.IsNull() {
		return v.Int(), nil
	}
	return defaultUpload, err
}

// keepBody keeps what a text says in base64 for a column.
func (k *Keeper) keepBody(ctx context.Context, c *meta.Column, text string, most int64) (keeping, error) {
	if int64(len(text)) > most {
		return keeping{}, UploadTooLarge(most)
	}
	one := keeping{id: k.NewID()}
	r := &noting{r: base64.NewDecoder(base64.StdEncoding, strings.NewReader(text))}
	var err error
	if one.size, err = k.Shelf.Put(ctx, Key(one.id), r); err == nil {
		return one, nil
	}
	if _, bad := errors.AsType[base64.CorruptInputError](r.failed); bad || errors.Is(r.failed, io.ErrUnexpectedEOF) {
		return one, dverr.InvalidArgument.Text("The '%s' of the '%s' entity is not Base64.", c.LogicalName, c.Table.LogicalName).Because(err)
	}
	return one, err
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

// UploadTooLarge is the refusal of a body of more than that.
func UploadTooLarge(most int64) error {
	return dverr.FileTooLarge.With().Helping("organization.maxuploadfilesize allows %d bytes of base64", most)
}

// Bodies gives rows the ids of the contents that a write sets as bodies, in the column
// that holds them, and what goes with them. What was there is dropped.
func (m *Moves) Bodies(d *rows.Draft, body *meta.Column) error {
	name := d.Table.Column("filename")
	if d.Gives(name) {
		if err := Allowed(m.Tx, d.Value(name).Text()); err != nil {
			return err
		}
	}
	if !d.Sets(body) {
		return nil
	}
	if err := m.Forget(Of(d.Old.Value(body))); err != nil {
		return err
	}
	size, document := d.Table.Column("filesize"), d.Table.Column("isdocument")
	if !d.Gives(body) {
		d.Put(size, query.Null())
		d.Put(document, query.Bool(false))
		return nil
	}
	k, err := m.keptBody(body, d.Value(body).Text())
	if err != nil {
		return err
	}
	d.Put(body, query.Text(k.id.String()))
	d.Put(size, query.Int(k.size))
	d.Put(document, query.Bool(true))
	kind := d.Value(d.Table.Column("mimetype")).Text()
	return m.Describe(Attachment{k.id, d.Value(name).Text(), kind, k.size}, d.Key(), body)
}

// keptBody finds a body that was staged, each one once; what a rule or an action sets was
// not, and is kept now.
func (m *Moves) keptBody(c *meta.Column, text string) (keeping, error) {
	if all := m.staged[text]; m.taken[text] < len(all) {
		if m.taken == nil {
			m.taken = map[string]int{}
		}
		m.taken[text]++
		return all[m.taken[text]-1], nil
	}
	most, err := mostUpload(m.Tx)
	if err != nil {
		return keeping{}, err
	}
	k, err := m.keeper.keepBody(m.Ctx, c, text, most)
	m.Kept(k.id)
	return k, err
}
