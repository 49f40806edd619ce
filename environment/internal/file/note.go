package file

import (
	"context"
	"encoding/base64"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/blob"
	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// carrier is a table whose rows carry a file in a body, and what its messages say of it:
// the member that names the row, and whether the size stands before it. fresh says that
// uploads make the row and find none (the service's article on attachments and notes).
type carrier struct {
	table, idMember string
	sizeFirst       bool
	fresh           bool
}

func notes() carrier { return carrier{table: "annotation", idMember: "AnnotationId"} }

func attachments() carrier {
	return carrier{table: meta.MailAttachmentTable, idMember: "ActivityMimeAttachmentId", sizeFirst: true, fresh: true}
}

// about makes a message of what is done to the bodies of a table.
func (k *Desk) about(c func() carrier, do func(context.Context, engine.Call, carrier, *op.Message) (op.Answer, error)) engine.Outside {
	return func(ctx context.Context, call engine.Call, m *op.Message) (op.Answer, error) {
		return do(ctx, call, c(), m)
	}
}

// carried reads the row that such a message is about.
func (c carrier) carried(m *op.Message) (op.Row, *meta.Column, error) {
	row, ok := m.Argument("Target").(op.Row)
	if !ok || row.Key.Table == nil {
		return row, nil, dverr.InvalidArgument.Text("Required field 'Target' is missing")
	}
	if row.Key.Table.LogicalName != c.table {
		return row, nil, dverr.InvalidArgument.Text("The target of %s is a row of %s, not of %s.", m.Name, c.table, row.Key.Table.LogicalName)
	}
	return row, bodyColumn(row.Key.Table), nil
}

// bodyColumn finds the column that carries a file.
func bodyColumn(t *meta.Table) *meta.Column {
	for _, c := range t.Columns {
		if c.Body {
			return c
		}
	}
	return nil
}

// beginBody opens an upload. The row need not be there: the commit makes it.
func (k *Desk) beginBody(ctx context.Context, call engine.Call, c carrier, m *op.Message) (op.Answer, error) {
	row, body, err := c.carried(m)
	if err != nil {
		return op.Answer{}, err
	}
	key := row.Key
	if key.ID.IsZero() {
		if !c.fresh {
			return op.Answer{}, dverr.RequiredMissing.With(key.Table.PrimaryID.LogicalName)
		}
		key.ID = k.engine.NewID()
	}
	name := given(row, "filename")
	err = k.engine.Read(ctx, call, func(w *rows.Tx) error {
		return mayCarry(w, key, name)
	})
	if err == nil {
		_, err = k.expire(ctx, call.Now)
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{
		{Name: "FileContinuationToken", Value: k.seal(newTicket(call, forBody, Place{key, body}, name, k.engine.NewID()))},
	}}, err
}

// given is a text that the client said of a row.
func given(row op.Row, column string) string {
	for _, a := range row.Values {
		if a.Column.LogicalName == column && !a.Value.IsNull() {
			return a.Value.Text()
		}
	}
	return ""
}

// mayCarry refuses, before a block comes, who may neither change the row nor make it, and
// names that the organization does not want.
func mayCarry(w *rows.Tx, key op.Key, name string) error {
	if err := content.Allowed(w, name); err != nil {
		return err
	}
	there, err := w.Exists(key)
	if err != nil {
		return err
	}
	if there {
		_, err = w.Reach(key, meta.Write, nil)
		return err
	}
	if p := key.Table.Privileges[meta.Create]; p != nil {
		return w.MustHold(p.Name)
	}
	return access.MayMake(w.Call.Caller, key.Table)
}

// commitBody makes one body of blocks and writes the row with what is said of it.
func (k *Desk) commitBody(ctx context.Context, call engine.Call, c carrier, m *op.Message) (op.Answer, error) {
	row, body, err := c.carried(m)
	if err != nil {
		return op.Answer{}, err
	}
	token, _ := m.Argument("FileContinuationToken").(string)
	t, p, err := k.unseal(call, token, forBody)
	if err != nil {
		return op.Answer{}, err
	}
	if p.Column != body || !row.Key.ID.IsZero() && row.Key.ID != p.Key.ID {
		return op.Answer{}, dverr.FileTokenInvalid.With()
	}
	have, err := k.contents.Shelf.List(ctx, t.prefix())
	if err != nil {
		return op.Answer{}, err
	}
	pieces, err := blockList(m.Argument("BlockList"), t.prefix(), have)
	if err != nil {
		return op.Answer{}, err
	}
	size, err := k.carry(ctx, call, c, p, row.Values, pieces)
	if err != nil {
		return op.Answer{}, err
	}
	answer := op.Answer{Type: m.Name + "Response", Members: []op.Member{
		{Name: c.idMember, Value: p.Key.ID}, {Name: "FileSizeInBytes", Value: size},
	}}
	if c.sizeFirst {
		answer.Members[0], answer.Members[1] = answer.Members[1], answer.Members[0]
	}
	return answer, k.removeAll(ctx, have)
}

// carry joins the blocks before the row is written: nobody waits for bytes to move.
func (k *Desk) carry(ctx context.Context, call engine.Call, c carrier, p Place, values []op.Assignment, pieces []blob.Entry) (int64, error) {
	most, err := k.contents.MostUpload(ctx, call)
	if err != nil {
		return 0, err
	}
	if encoded(lengths(pieces)) > most {
		return 0, content.UploadTooLarge(most)
	}
	id := k.engine.NewID()
	r := &series{ctx: ctx, contents: k.contents.Shelf, left: pieces}
	defer r.close()
	size, err := k.contents.Shelf.Put(ctx, content.Key(id), r)
	if err != nil {
		return 0, err
	}
	values = slices.DeleteFunc(slices.Clone(values), func(a op.Assignment) bool { return a.Column == p.Column })
	values = append(values, op.Assignment{Column: p.Column, Value: query.Text(id.String())})
	var o op.Op = &op.Update{Key: p.Key, Mode: op.Upsert, Values: values}
	if c.fresh {
		o = &op.Create{Table: p.Key.Table, ID: p.Key.ID, Values: values}
	}
	return size, k.engine.DoKept(ctx, engine.Step{Call: call, Op: o}, content.Carried(id, size))
}

// encoded is the length of the base64 of n bytes.
func encoded(n int64) int64 { return int64(base64.StdEncoding.EncodedLen(int(n))) }

// beginBodyDownload opens a download.
func (k *Desk) beginBodyDownload(ctx context.Context, call engine.Call, c carrier, m *op.Message) (op.Answer, error) {
	row, body, err := c.carried(m)
	if err != nil {
		return op.Answer{}, err
	}
	size, name, token, err := k.offer(ctx, call, Place{row.Key, body})
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{token, size, name}}, err
}

// carriedFile is the file that a row carries, as the caller may read it.
func (k *Desk) carriedFile(w *rows.Tx, key op.Key, c *meta.Column) (*File, error) {
	name, kind := key.Table.Column("filename"), key.Table.Column("mimetype")
	r, err := w.Reach(key, meta.Read, []*meta.Column{c, name, kind})
	if err != nil {
		return nil, err
	}
	f, err := k.file(w, r, c, true)
	if f != nil { // the row may have been given another name since
		f.Name, f.Type = r.Value(name).Text(), r.Value(kind).Text()
	}
	return f, err
}
