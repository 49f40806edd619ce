package file

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/stead-s2s/stead/environment/internal/blob"
	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
)

// MaxPiece is the greatest chunk or block of an upload in bytes, and the one recommended
// (Dataverse facts 5.18).
const MaxPiece = 4 << 20

// Range is a part of a content: the bytes First to Last of Size.
type Range struct{ First, Last, Size int64 }

// BeginChunks opens an upload in chunks and gives its session token.
func (k *Desk) BeginChunks(ctx context.Context, call engine.Call, u Upload) (token string, err error) {
	if u.Key, err = k.mayWrite(ctx, call, u); err != nil {
		return "", err
	}
	if _, err := k.expire(ctx, call.Now); err != nil {
		return "", err
	}
	return k.seal(newTicket(call, forChunks, u.Place, u.Name, k.engine.NewID())), nil
}

// Chunk takes a chunk of the upload that a session token names. Chunks may come in any
// order, and again. The one that completes the content makes it the column's.
func (k *Desk) Chunk(ctx context.Context, call engine.Call, token, name string, at Range, r io.Reader) (done bool, err error) {
	t, p, err := k.unseal(call, token, forChunks)
	if err != nil {
		return false, err
	}
	if name == "" {
		name = t.Name
	}
	u := Upload{Place: p, Name: name}
	if u.Key, err = k.mayWrite(ctx, call, u); err != nil {
		return false, err
	}
	if at.Size > int64(p.Column.MaxKB)<<10 {
		return false, tooLarge(p, at.Size)
	}
	if err := k.keepPiece(ctx, fmt.Sprintf("%s/%016d", t.prefix(), at.First), at.Last-at.First+1, r); err != nil {
		return false, err
	}
	return k.complete(ctx, call, t, u, at.Size)
}

// keepPiece keeps exactly n bytes.
func (k *Desk) keepPiece(ctx context.Context, key string, n int64, r io.Reader) error {
	got, err := k.contents.Shelf.Put(ctx, key, blob.Limited(r, n))
	if err == nil && got == n {
		return nil
	}
	if errors.Is(err, blob.ErrTooLarge) || err == nil {
		return errors.Join(dverr.FileBlockInvalid.With("The length of the content does not match the Content-Range header."), k.contents.Shelf.Remove(ctx, key))
	}
	return err
}

// complete joins the chunks when they cover the whole. Of chunks that come at once, one
// finds them complete.
func (k *Desk) complete(ctx context.Context, call engine.Call, t ticket, u Upload, size int64) (bool, error) {
	one := &k.joining[crc32.ChecksumIEEE([]byte(t.Session))%uint32(len(k.joining))]
	one.Lock()
	defer one.Unlock()
	pieces, err := k.contents.Shelf.List(ctx, t.prefix())
	if err != nil {
		return false, err
	}
	var covered int64
	for _, piece := range pieces { // in the order of their offsets
		if piece.Key != fmt.Sprintf("%s/%016d", t.prefix(), covered) {
			return false, nil
		}
		covered += piece.Size
	}
	if covered != size {
		return false, nil
	}
	if _, err := k.join(ctx, call, u, pieces); err != nil {
		return false, err
	}
	return true, k.removeAll(ctx, pieces)
}

// join makes one content of pieces.
func (k *Desk) join(ctx context.Context, call engine.Call, u Upload, pieces []blob.Entry) (Stored, error) {
	r := &series{ctx: ctx, contents: k.contents.Shelf, left: pieces}
	defer r.close()
	return k.Upload(ctx, call, u, r)
}

func (k *Desk) removeAll(ctx context.Context, pieces []blob.Entry) error {
	for _, piece := range pieces {
		if err := k.contents.Shelf.Remove(ctx, piece.Key); err != nil {
			return err
		}
	}
	return nil
}

func tooLarge(p Place, size int64) error {
	if p.Column.MaxKB > 0 && content.Holder(p.Column) != p.Column {
		return content.ImageTooLarge(p.Column, size)
	}
	return dverr.FileTooLarge.With().Helping("column %s holds up to %d KB", p.Column.LogicalName, p.Column.MaxKB)
}

// series reads pieces one after the other; one is open at a time.
type series struct {
	ctx      context.Context
	contents content.Shelf
	left     []blob.Entry
	open     io.ReadCloser
}

func (j *series) Read(p []byte) (int, error) {
	for {
		if j.open == nil {
			if len(j.left) == 0 {
				return 0, io.EOF
			}
			var err error
			if j.open, err = j.contents.Open(j.ctx, j.left[0].Key, 0, j.left[0].Size); err != nil {
				return 0, err
			}
			j.left = j.left[1:]
		}
		n, err := j.open.Read(p)
		if err == io.EOF {
			if err = j.close(); err == nil && n == 0 {
				continue
			}
		}
		return n, err
	}
}

func (j *series) close() error {
	if j.open == nil {
		return nil
	}
	err := j.open.Close()
	j.open = nil
	return err
}
