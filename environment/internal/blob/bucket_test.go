package blob_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/environment/internal/blob"
	"github.com/stead-s2s/stead/internal/s3test"
)

func bucketOf(t *testing.T, s s3test.Store, prefix string) *blob.Bucket {
	t.Helper()
	a, err := blob.ParseAddress(s.Address())
	if err != nil {
		t.Fatal(err)
	}
	b, err := blob.NewBucket(a.Below(prefix), blob.Key{ID: s.KeyID, Secret: blob.Secret(s.Secret)})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The same content in a directory and at a real S3 server.
func TestBucket(t *testing.T) {
	s := s3test.Start(t)
	t.Run("conforms", func(t *testing.T) { conform(t, bucketOf(t, s, "conforms")) })
	t.Run("streams", func(t *testing.T) { streams(t, bucketOf(t, s, "streams"), s.Dir) })
	t.Run("claims", func(t *testing.T) { claims(t, s) })
}

func TestDirStreams(t *testing.T) {
	dir := t.TempDir()
	streams(t, blob.NewDir(dir), dir)
}

// endless is a body that takes no memory, and fails after fail bytes, if not 0.
type endless struct{ left, fail int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.left)
	if e.fail > 0 {
		if e.fail -= n; e.fail <= 0 {
			return 0, errBroken
		}
	}
	for i := range p[:n] {
		p[i] = byte((e.left - int64(i)) >> 12)
	}
	e.left -= n
	return int(n), nil
}

// streams moves 100 MB through a few MB of memory, and leaves nothing of what breaks off
// in the middle.
func streams(t *testing.T, k keeper, dir string) {
	const size, most = 100 << 20, 24 << 20
	peak := peakOf(func(look func()) {
		r := &watched{r: &endless{left: size}, look: look}
		if n, err := k.Put(t.Context(), "content/aa/long", r); n != size || err != nil {
			t.Fatalf("%d bytes, %v", n, err)
		}
		back, err := k.Open(t.Context(), "content/aa/long", 0, size)
		if err != nil {
			t.Fatal(err)
		}
		if err := same(&watched{r: back, look: look}, &endless{left: size}); err != nil {
			t.Error(err)
		}
		if err := back.Close(); err != nil {
			t.Error(err)
		}
	})
	if peak > most {
		t.Errorf("%d bytes took %d of memory", size, peak)
	}
	if _, err := k.Put(t.Context(), "content/aa/half", &endless{left: size, fail: 30 << 20}); !errors.Is(err, errBroken) {
		t.Errorf("a broken stream: %v", err)
	}
	if _, err := k.Put(t.Context(), "content/aa/more", blob.Limited(&endless{left: size}, 30<<20)); !errors.Is(err, blob.ErrTooLarge) {
		t.Errorf("too long a stream: %v", err)
	}
	if err := k.Remove(t.Context(), "content/aa/long"); err != nil {
		t.Error(err)
	}
	if left := bytesIn(t, dir); left > 1<<20 {
		t.Errorf("%d bytes are left", left)
	}
}

// watched looks on while a stream goes by.
type watched struct {
	r    io.Reader
	n    int64
	look func()
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if before := w.n >> 23; (w.n+int64(n))>>23 != before {
		w.look()
	}
	w.n += int64(n)
	return n, err
}

// peakOf gives how far the heap grew beyond what was there, seen each time it is looked
// at, after the garbage is gone.
func peakOf(run func(look func())) (peak int64) {
	inUse := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapInuse)
	}
	before := inUse()
	run(func() { peak = max(peak, inUse()-before) })
	return peak
}

func same(a, b io.Reader) error {
	var p, q [64 << 10]byte
	for at := 0; ; at += len(p) {
		n, err := io.ReadFull(a, p[:])
		m, err2 := io.ReadFull(b, q[:])
		if n != m || p != q || fmt.Sprint(err) != fmt.Sprint(err2) {
			return fmt.Errorf("differs after %d bytes: %v, %v", at, err, err2)
		}
		if err != nil {
			return nil
		}
	}
}

// bytesIn adds up the files below a directory.
func bytesIn(t *testing.T, dir string) (n int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func claims(t *testing.T, s s3test.Store) {
	mine, theirs := bucketOf(t, s, "claims"), bucketOf(t, s, "claims")
	for range 2 {
		if err := mine.Claim(t.Context(), "mine"); err != nil {
			t.Fatal(err)
		}
	}
	if err := theirs.Claim(t.Context(), "theirs"); err == nil || !strings.Contains(err.Error(), "another prefix") {
		t.Errorf("a place of somebody else: %v", err)
	}
	if _, err := mine.Put(t.Context(), "content/aa/one", strings.NewReader("x")); err != nil {
		t.Error(err)
	}
	if err := theirs.Release(t.Context(), "theirs"); err == nil {
		t.Error("content of somebody else was removed")
	}
	if all, err := mine.List(t.Context(), "content"); len(all) != 1 || err != nil {
		t.Errorf("%v is kept, %v", all, err)
	}
	if err := mine.Release(t.Context(), "mine"); err != nil {
		t.Error(err)
	}
	if err := theirs.Claim(t.Context(), "theirs"); err != nil {
		t.Error(err)
	}
	if all, err := theirs.List(t.Context(), "content"); len(all) != 0 || err != nil {
		t.Errorf("%v is left, %v", all, err)
	}
	s.Bucket = "nowhere"
	if err := bucketOf(t, s, "x").Claim(t.Context(), "mine"); err == nil || strings.Contains(err.Error(), s.Secret) {
		t.Errorf("a bucket that is not there: %v", err)
	}
	s.Bucket, s.Secret = "files", "another secret"
	if err := bucketOf(t, s, "x").Claim(t.Context(), "mine"); err == nil || strings.Contains(err.Error(), s.Secret) {
		t.Errorf("another secret: %v", err)
	}
}

func TestAddresses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"s3://files", "s3://files"},
		{"s3://files/", "s3://files"},
		{"s3://files/a/b?endpoint=http%3A%2F%2Flocalhost%3A7070&region=eu-1", "s3://files/a/b?endpoint=http%3A%2F%2Flocalhost%3A7070&region=eu-1"},
		{"s3://files?endpoint=https://host.example/", "s3://files?endpoint=https%3A%2F%2Fhost.example%2F"},
		{"s3://key:secret@files", ""},
		{"s3:///a", ""},
		{"s3://files/..", ""},
		{"s3://files?endpoint=ftp://host", ""},
		{"s3://files?endpoint=http://host/path", ""},
		{"s3://files?endpoint=http://a:b@host", ""},
		{"s3://files?secret=x", ""},
		{"s3://files?region=", ""},
		{"https://files", ""},
	} {
		a, err := blob.ParseAddress(tt.text)
		if tt.want == "" {
			if err == nil || strings.Contains(err.Error(), "secret@") {
				t.Errorf("%s: %v, %v", tt.text, a, err)
			}
			continue
		}
		if err != nil || a.String() != tt.want {
			t.Errorf("%s is %s, %v", tt.text, a, err)
		}
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("s3://files/a?endpoint=https://h&region=r")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := blob.ParseAddress(text)
		if err != nil {
			return
		}
		if again, err := blob.ParseAddress(a.String()); err != nil || again != a {
			t.Errorf("%q is %#v, written %q is %#v, %v", text, a, a, again, err)
		}
	})
}

func TestSecretsAreHidden(t *testing.T) {
	k := blob.Key{ID: "me", Secret: "hidden", Session: "hidden"}
	text, err := json.Marshal(k)
	if all := fmt.Sprintf("%v %+v %#v %s", k, k, k, text); err != nil || strings.Contains(all, "hidden") {
		t.Error(all, err)
	}
}

// Whatever is kept comes back, in any part.
func TestPartsOfContents(t *testing.T) {
	s := s3test.Start(t)
	places := map[string]keeper{"directory": blob.NewDir(t.TempDir()), "bucket": bucketOf(t, s, "parts")}
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringN(0, 2000, -1).Draw(r, "content")
		from := int64(rapid.IntRange(0, len(text)+2).Draw(r, "from"))
		length := int64(rapid.IntRange(0, len(text)+2).Draw(r, "length"))
		want := text[min(from, int64(len(text))):min(from+length, int64(len(text)))]
		for name, k := range places {
			if _, err := k.Put(t.Context(), "content/x", strings.NewReader(text)); err != nil {
				r.Fatal(err)
			}
			part, err := k.Open(t.Context(), "content/x", from, length)
			if err != nil {
				r.Fatal(err)
			}
			got, err := io.ReadAll(part)
			if string(got) != want || err != nil || part.Close() != nil {
				r.Fatalf("%s: %d bytes from %d are %q, want %q (%v)", name, length, from, got, want, err)
			}
		}
	})
}
