package blob_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stead-s2s/stead/environment/internal/blob"
)

// keeper is what every place for contents does.
type keeper interface {
	Put(ctx context.Context, key string, r io.Reader) (int64, error)
	Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	Remove(ctx context.Context, key string) error
	List(ctx context.Context, prefix string) ([]blob.Entry, error)
}

func TestDir(t *testing.T) { conform(t, blob.NewDir(t.TempDir())) }

// broken ends early.
type broken struct{ io.Reader }

var errBroken = errors.New("broken")

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = errBroken
	}
	return n, err
}

func conform(t *testing.T, k keeper) {
	ctx := t.Context()
	put := func(key, text string) {
		t.Helper()
		if n, err := k.Put(ctx, key, strings.NewReader(text)); err != nil || n != int64(len(text)) {
			t.Fatalf("put %s: %d, %v", key, n, err)
		}
	}
	put("content/ab/one", "hello world")
	put("content/cd/two", "")
	put("upload/1-x/b", "B")
	if _, err := k.Put(ctx, "content/ab/half", broken{strings.NewReader("half")}); !errors.Is(err, errBroken) {
		t.Errorf("a broken stream: %v", err)
	}
	if _, err := k.Put(ctx, "content/ab/half", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a stream that was cut off: %v", err)
	}
	if _, err := k.Put(ctx, "content/ab/long", blob.Limited(strings.NewReader("12345"), 4)); !errors.Is(err, blob.ErrTooLarge) {
		t.Errorf("too long a stream: %v", err)
	}
	for _, tt := range []struct {
		offset, length int64
		want           string
	}{{0, 11, "hello world"}, {6, 3, "wor"}, {6, 99, "world"}, {11, 5, ""}, {0, 0, ""}} {
		r, err := k.Open(ctx, "content/ab/one", tt.offset, tt.length)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if string(text) != tt.want || err != nil || r.Close() != nil {
			t.Errorf("%d bytes from %d are %q (%v)", tt.length, tt.offset, text, err)
		}
	}
	listed := func(prefix string) string {
		all, err := k.List(ctx, prefix)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range all {
			names = append(names, e.Key)
		}
		return strings.Join(names, " ")
	}
	if got := listed("content"); got != "content/ab/one content/cd/two" {
		t.Errorf("content holds %s", got)
	}
	if got := listed("nothing"); got != "" {
		t.Errorf("nothing holds %s", got)
	}
	for range 2 {
		if err := k.Remove(ctx, "content/ab/one"); err != nil {
			t.Error(err)
		}
	}
	if _, err := k.Open(ctx, "content/ab/one", 0, 1); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("what was removed: %v", err)
	}
	for _, key := range []string{"", "..", "content/../x", "a//b", "/etc/passwd", `a\b`, "a b"} {
		if _, err := k.Put(ctx, key, strings.NewReader("x")); err == nil {
			t.Errorf("key %q was taken", key)
		}
	}
}
