package content

import (
	"context"
	"io"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/blob"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Shelf keeps what files hold, by key: blob.Dir does.
// Put is all or nothing; Open gives length bytes from offset on.
type Shelf interface {
	Put(ctx context.Context, key string, r io.Reader) (int64, error)
	Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	Remove(ctx context.Context, key string) error
	List(ctx context.Context, prefix string) ([]blob.Entry, error)
}

// Word begins the keys of contents.
const Word = "content"

// Key is where the content with an id lies. The last characters of an id spread
// contents over directories: the first ones are those of the clock.
func Key(id meta.ID) string {
	text := id.String()
	return Word + "/" + text[len(text)-2:] + "/" + text
}

// ID reads what Key wrote.
func ID(key string) (meta.ID, error) {
	return meta.ParseID(key[strings.LastIndexByte(key, '/')+1:])
}

// Holder is the column that holds the id of a column's content; nil for columns without
// content.
func Holder(c *meta.Column) *meta.Column {
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

// Of reads the id of a content as a column holds it; zero for what is none.
func Of(v query.Value) meta.ID {
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
