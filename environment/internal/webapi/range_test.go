package webapi

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/file"
)

func TestContentRange(t *testing.T) {
	for text, want := range map[string]file.Range{
		"bytes 0-4194303/25870370": {First: 0, Last: 4194303, Size: 25870370},
		"bytes 0-0/1":              {First: 0, Last: 0, Size: 1},
	} {
		if got, err := readContentRange(text); err != nil || got != want {
			t.Errorf("%q is %v (%v)", text, got, err)
		}
	}
	for _, text := range []string{
		"", "bytes", "bytes 0-1", "bytes */5", "bytes 0-1/*", "bytes 2-1/5", "bytes 0-5/5", "bytes -1-2/5", "bytes 0-1/+5",
		"items 0-1/5", "bytes 0-1/5 ", "bytes 0-1/9999999999999999", "bytes 0x0-1/5",
	} {
		if got, err := readContentRange(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestSpan(t *testing.T) {
	for text, want := range map[string]string{
		"": "0-9 200", "bytes=0-3": "0-3 206", "bytes=8-99": "8-9 206", "bytes=4-": "4-9 206", "bytes=-3": "7-9 206", "bytes=-30": "0-9 206",
		"bytes=3-1": "0-9 200", "bytes=0-1,3-4": "0-9 200", "items=0-1": "0-9 200", "bytes=-": "0-9 200", "bytes=a-b": "0-9 200",
		"bytes=10-11": "refused", "bytes=-0": "refused",
	} {
		r, status, err := span(text, 10)
		got := fmt.Sprintf("%d-%d %d", r.First, r.Last, status)
		if err != nil {
			got = "refused"
		}
		if got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// Whatever is accepted lies within the content, and a chunk's range can be said again.
func FuzzRanges(f *testing.F) {
	f.Add("bytes 0-4194303/25870370", int64(10))
	f.Add("bytes=-3", int64(3))
	f.Fuzz(func(t *testing.T, text string, size int64) {
		if r, err := readContentRange(text); err == nil {
			if r.First < 0 || r.Last < r.First || r.Last >= r.Size {
				t.Errorf("%q is %v", text, r)
			}
			again, err := readContentRange(fmt.Sprintf("bytes %d-%d/%d", r.First, r.Last, r.Size))
			if err != nil || again != r {
				t.Errorf("%q is %v, then %v (%v)", text, r, again, err)
			}
		}
		if size < 0 {
			return
		}
		if r, status, err := span(text, size); err == nil && status == http.StatusPartialContent && (r.First < 0 || r.Last < r.First || r.Last >= size) {
			t.Errorf("%q of %d is %v", text, size, r)
		}
	})
}
