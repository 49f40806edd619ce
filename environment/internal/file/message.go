package file

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"io"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/blob"
	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Messages are the messages that move contents (Dataverse facts 5.18), by name.
func (k *Desk) Messages() map[string]engine.Outside {
	return map[string]engine.Outside{
		"InitializeFileBlocksUpload":   k.initializeUpload,
		"UploadBlock":                  k.uploadBlock,
		"CommitFileBlocksUpload":       k.commitUpload,
		"InitializeFileBlocksDownload": k.initializeDownload,
		"DownloadBlock":                k.downloadBlock,
		"DeleteFile":                   k.deleteFile,

		"InitializeAnnotationBlocksUpload":   k.about(notes, k.beginBody),
		"CommitAnnotationBlocksUpload":       k.about(notes, k.commitBody),
		"InitializeAnnotationBlocksDownload": k.about(notes, k.beginBodyDownload),
		"InitializeAttachmentBlocksUpload":   k.about(attachments, k.beginBody),
		"CommitAttachmentBlocksUpload":       k.about(attachments, k.commitBody),
		"InitializeAttachmentBlocksDownload": k.about(attachments, k.beginBodyDownload),
	}
}

// target reads which column of which row a message means.
func (k *Desk) target(m *op.Message) (Place, error) {
	row, ok := m.Argument("Target").(op.Row)
	if !ok || row.Key.Table == nil || row.Key.ID.IsZero() && row.Key.Alternate == nil {
		return Place{}, dverr.InvalidArgument.Text("Required field 'Target' is missing")
	}
	name, err := textArgument(m, "FileAttributeName")
	if err != nil {
		return Place{}, err
	}
	c := row.Key.Table.Column(name)
	if c == nil || !c.HoldsContent() {
		return Place{}, dverr.InvalidArgument.Text("Attribute %s of entity %s is not a file or image attribute.", name, row.Key.Table.LogicalName)
	}
	return Place{row.Key, c}, nil
}

func textArgument(m *op.Message, name string) (string, error) {
	text, _ := m.Argument(name).(string)
	if text == "" {
		return "", dverr.RequiredMissing.With(name)
	}
	return text, nil
}

func (k *Desk) initializeUpload(ctx context.Context, call engine.Call, m *op.Message) (op.Answer, error) {
	p, err := k.target(m)
	if err != nil {
		return op.Answer{}, err
	}
	name, err := textArgument(m, "FileName")
	if err != nil {
		return op.Answer{}, err
	}
	if p.Key, err = k.mayWrite(ctx, call, Upload{Place: p, Name: name}); err != nil {
		return op.Answer{}, err
	}
	if _, err := k.expire(ctx, call.Now); err != nil {
		return op.Answer{}, err
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{
		{Name: "FileContinuationToken", Value: k.seal(newTicket(call, forBlocks, p, name, k.engine.NewID()))},
	}}, nil
}

// blockName reads the id of a block: base64 of up to 64 bytes.
func blockName(text string) (string, error) {
	id, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(id) == 0 || len(id) > 64 {
		return "", dverr.FileBlockInvalid.With("The block id is not the base64 of 1 to 64 bytes.")
	}
	return hex.EncodeToString(id), nil
}

func (k *Desk) uploadBlock(ctx context.Context, call engine.Call, m *op.Message) (op.Answer, error) {
	token, _ := m.Argument("FileContinuationToken").(string)
	t, p, err := k.unseal(call, token, forBlocks, forBody)
	if err != nil {
		return op.Answer{}, err
	}
	id, _ := m.Argument("BlockId").(string)
	name, err := blockName(id)
	if err != nil {
		return op.Answer{}, err
	}
	data, _ := m.Argument("BlockData").(string)
	content, err := base64.StdEncoding.DecodeString(data)
	switch {
	case err != nil:
		return op.Answer{}, dverr.FileBlockInvalid.With("The block data is not base64.").Because(err)
	case len(content) > MaxPiece:
		return op.Answer{}, dverr.FileBlockInvalid.With("The block data exceeds the maximum length of 4,194,304 bytes.")
	}
	if err := k.mayAdd(ctx, call, t, p, int64(len(content))); err != nil {
		return op.Answer{}, err
	}
	_, err = k.contents.Shelf.Put(ctx, t.prefix()+"/"+name, bytes.NewReader(content))
	return op.Answer{}, err
}

// mayAdd refuses a block of n bytes of who may not write the row any more, and one that
// no commit could take.
func (k *Desk) mayAdd(ctx context.Context, call engine.Call, t ticket, p Place, n int64) error {
	have, err := k.contents.Shelf.List(ctx, t.prefix())
	if err != nil {
		return err
	}
	n += lengths(have)
	if p.Column.Body {
		most, err := k.contents.MostUpload(ctx, call)
		if err == nil && encoded(n-MaxPiece) > most {
			err = content.UploadTooLarge(most)
		}
		return err
	}
	if _, err := k.mayWrite(ctx, call, Upload{Place: p, Name: t.Name}); err != nil {
		return err
	}
	if n > int64(p.Column.MaxKB)<<10+MaxPiece {
		return tooLarge(p, n)
	}
	return nil
}

func lengths(pieces []blob.Entry) (n int64) {
	for _, piece := range pieces {
		n += piece.Size
	}
	return n
}

func (k *Desk) commitUpload(ctx context.Context, call engine.Call, m *op.Message) (op.Answer, error) {
	token, _ := m.Argument("FileContinuationToken").(string)
	t, p, err := k.unseal(call, token, forBlocks)
	if err != nil {
		return op.Answer{}, err
	}
	name, err := textArgument(m, "FileName")
	if err != nil {
		return op.Answer{}, err
	}
	kind, _ := m.Argument("MimeType").(string)
	have, err := k.contents.Shelf.List(ctx, t.prefix())
	if err != nil {
		return op.Answer{}, err
	}
	pieces, err := blockList(m.Argument("BlockList"), t.prefix(), have)
	if err != nil {
		return op.Answer{}, err
	}
	if size := lengths(pieces); size > int64(p.Column.MaxKB)<<10 {
		return op.Answer{}, tooLarge(p, size)
	}
	done, err := k.join(ctx, call, Upload{Place: p, Name: name, Type: kind}, pieces)
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{
		{Name: "FileId", Value: done.ID}, {Name: "FileSizeInBytes", Value: done.Size},
	}}, k.removeAll(ctx, have)
}

// blockList puts the blocks that were sent in the order of a BlockList, whose ids have one
// length.
func blockList(list any, prefix string, have []blob.Entry) ([]blob.Entry, error) {
	ids, ok := list.(op.List)
	if !ok {
		return nil, dverr.RequiredMissing.With("BlockList")
	}
	pieces := make([]blob.Entry, len(ids))
	for i, id := range ids {
		text, _ := id.(string)
		name, err := blockName(text)
		if err != nil {
			return nil, err
		}
		at, found := slices.BinarySearchFunc(have, prefix+"/"+name, func(b blob.Entry, key string) int {
			return bytes.Compare([]byte(b.Key), []byte(key))
		})
		if !found || len(have[at].Key) != len(have[0].Key) {
			return nil, dverr.FileBlockInvalid.With("The specified block list is invalid.").Helping("the block %q was not uploaded, or its id has another length than the others", text)
		}
		pieces[i] = have[at]
	}
	return pieces, nil
}

func (k *Desk) initializeDownload(ctx context.Context, call engine.Call, m *op.Message) (op.Answer, error) {
	p, err := k.target(m)
	if err != nil {
		return op.Answer{}, err
	}
	size, name, token, err := k.offer(ctx, call, p)
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{size, name, token, {Name: "IsChunkingSupported", Value: true}}}, nil
}

// offer opens a download and gives what each message that does so answers, in its own order.
func (k *Desk) offer(ctx context.Context, call engine.Call, p Place) (size, name, token op.Member, err error) {
	if p.Key, err = k.locate(ctx, call, p.Key); err != nil {
		return size, name, token, err
	}
	f, err := k.whole(ctx, call, p)
	if err != nil {
		return size, name, token, err
	}
	sealed := k.seal(newTicket(call, forDownload, p, f.Name, f.ID))
	return op.Member{Name: "FileSizeInBytes", Value: f.Size}, op.Member{Name: "FileName", Value: f.Name}, op.Member{Name: "FileContinuationToken", Value: sealed}, nil
}

// locate finds a row by its alternate key.
func (k *Desk) locate(ctx context.Context, call engine.Call, key op.Key) (found op.Key, err error) {
	err = k.engine.Read(ctx, call, func(w *rows.Tx) error {
		found, err = w.Find(key, meta.Read)
		return err
	})
	return found, err
}

// whole is File for a content that must be there.
func (k *Desk) whole(ctx context.Context, call engine.Call, p Place) (*File, error) {
	f, err := k.File(ctx, call, p, true)
	if err != nil || f != nil {
		return f, err
	}
	if p.Column.Kind == meta.Image {
		return nil, dverr.NoFullImage.With(meta.ID{}, p.Column.LogicalName, p.Key.Table.LogicalName, p.Key.ID)
	}
	return nil, dverr.NoFile.With(p.Column.LogicalName, p.Key.ID)
}

func (k *Desk) downloadBlock(ctx context.Context, call engine.Call, m *op.Message) (op.Answer, error) {
	token, _ := m.Argument("FileContinuationToken").(string)
	t, p, err := k.unseal(call, token, forDownload)
	if err != nil {
		return op.Answer{}, err
	}
	offset, _ := m.Argument("Offset").(int64)
	length, _ := m.Argument("BlockLength").(int64)
	if offset < 0 || length <= 0 || length > MaxPiece {
		return op.Answer{}, dverr.FileBlockInvalid.With("The offset or the block length is outside the valid range.")
	}
	f, err := k.whole(ctx, call, p)
	if err != nil {
		return op.Answer{}, err
	}
	if f.ID.String() != t.Session { // replaced since
		return op.Answer{}, dverr.FileTokenInvalid.With()
	}
	r, err := f.Open(offset, length)
	if err != nil {
		return op.Answer{}, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{
		{Name: "Data", Value: base64.StdEncoding.EncodeToString(data)},
	}}, err
}

// deleteFile empties the column whose content has an id.
func (k *Desk) deleteFile(ctx context.Context, call engine.Call, m *op.Message) (op.Answer, error) {
	text, _ := m.Argument("FileId").(string)
	id, err := meta.ParseID(text)
	if err != nil {
		return op.Answer{}, dverr.RequiredMissing.With("FileId")
	}
	var p Place
	err = k.engine.Read(ctx, call, func(w *rows.Tx) error {
		p, err = placeOf(w, id)
		return err
	})
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, k.Discard(ctx, call, p, 0)
}

// placeOf finds the file column that holds a content.
func placeOf(w *rows.Tx, id meta.ID) (Place, error) {
	t := w.Call.Model.Table(meta.AttachmentTable)
	row, table, column := t.Column("objectid"), t.Column("objecttypecode"), t.Column("regardingfieldname")
	r, err := w.Look("files: whose a content is", op.Key{Table: t, ID: id}, row, table, column)
	if err != nil {
		return Place{}, err
	}
	of := ticket{Table: r.Value(table).Text(), Row: r.Value(row).GUID().String(), Column: r.Value(column).Text()}
	p, ok := of.place(w.Call.Model)
	if !ok || r.Value(row).IsNull() {
		return p, dverr.ObjectDoesNotExist.With(meta.AttachmentTable, id)
	}
	return p, nil
}
