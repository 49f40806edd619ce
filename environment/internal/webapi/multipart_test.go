package webapi

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

// unitText prints units so that they can be compared.
func unitText(units []unit) string {
	var b strings.Builder
	for _, u := range units {
		fmt.Fprintf(&b, "%v[", u.changeSet)
		for _, p := range u.parts {
			fmt.Fprintf(&b, "%s %s %v %q %s;", p.method, p.target, p.header["Accept"], p.body, p.contentID)
		}
		b.WriteString("]")
	}
	return b.String()
}

// clientBatch is what a client's library sends, and what readers of batches stumble on:
// a preamble, blank lines before the request line, no blank line after headers, blanks
// in URLs, content IDs in either place.
const clientBatch = `preamble

--b
Content-Type: multipart/mixed;boundary=c

--c
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: 1

POST https://org.example/api/data/v9.2/accounts HTTP/1.1
Content-Type: application/json

{"name":"x"}

--c
Content-Type: application/http

DELETE $1 HTTP/1.1
Content-ID: two

--c--

--b
Content-Type: application/http; msgtype=request
content-transfer-encoding: binary


GET accounts?$filter=name eq 'a b' HTTP/1.1
Accept: application/json
--b--
epilogue`

const wantClientBatch = `true[POST https://org.example/api/data/v9.2/accounts [] "{\"name\":\"x\"}" 1;DELETE $1 [] "" two;]` +
	`false[GET accounts?$filter=name eq 'a b' [application/json] "" ;]`

func TestReadBatch(t *testing.T) {
	for _, lines := range []string{"\n", "\r\n"} {
		for _, kind := range []string{`multipart/mixed; boundary=b`, `multipart/mixed;boundary="b"`, `Multipart/Mixed; charset=utf-8; Boundary=b`} {
			units, err := readBatch(strings.NewReader(strings.ReplaceAll(clientBatch, "\n", lines)), kind)
			if got := unitText(units); err != nil || got != wantClientBatch {
				t.Errorf("%q %s: %v\n got %s\nwant %s", lines, kind, err, got, wantClientBatch)
			}
		}
	}
}

func TestReadBatchRefuses(t *testing.T) {
	for name, c := range map[string]struct{ body, kind string }{
		"no boundary":     {clientBatch, "multipart/mixed"},
		"no multipart":    {clientBatch, "application/json"},
		"other boundary":  {clientBatch, "multipart/mixed; boundary=x"},
		"other part type": {"--b\nContent-Type: text/plain\n\nGET x HTTP/1.1\n--b--", "multipart/mixed; boundary=b"},
		"no version":      {"--b\nContent-Type: application/http\n\nGET x\n--b--", "multipart/mixed; boundary=b"},
		"no line":         {"--b\nContent-Type: application/http\n\n\n--b--", "multipart/mixed; boundary=b"},
		"broken header":   {"--b\nContent-Type: application/http\n\nGET x HTTP/1.1\nno colon\n\n--b--", "multipart/mixed; boundary=b"},
		"set cut off":     {"--b\nContent-Type: multipart/mixed;boundary=c\n\n--c\nContent-Type: application/http\n\nDELETE x HTTP/1.1\n--b--", "multipart/mixed; boundary=b"},
	} {
		if units, err := readBatch(strings.NewReader(c.body), c.kind); !dverr.QueryInvalid.Is(err) && !dverr.UnsupportedMediaType.Is(err) {
			t.Errorf("%s: %s, %v", name, unitText(units), err)
		}
	}
}

// FuzzReadBatch: whatever comes, the reader refuses it in the catalogue's words or gives
// requests that could be made.
func FuzzReadBatch(f *testing.F) {
	f.Add(clientBatch)
	f.Add(strings.ReplaceAll(clientBatch, "\n", "\r\n"))
	f.Add("--b\r\nContent-Type: application/http\r\n\r\nGET  HTTP/1.1\r\n\r\n--b--\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		units, err := readBatch(strings.NewReader(body), "multipart/mixed; boundary=b")
		if err != nil {
			var d *dverr.Error
			if !errors.As(err, &d) {
				t.Fatalf("%v is not of the catalogue", err)
			}
			return
		}
		for _, u := range units {
			if !u.changeSet && len(u.parts) != 1 {
				t.Fatalf("%d requests in a part", len(u.parts))
			}
			for _, p := range u.parts {
				if p.target == "" || strings.ContainsAny(p.method, " \r\n") || strings.ContainsAny(p.target+p.contentID, "\r\n") {
					t.Fatalf("%+v", p)
				}
			}
		}
	})
}

func TestSpoolOutgrowsMemory(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("TMP", os.TempDir())
	s := spool{keep: 10}
	var want strings.Builder
	for i := range 20 {
		fmt.Fprintf(io.MultiWriter(&s, &want), "piece %d ", i)
	}
	var got strings.Builder
	if err := s.copyTo(&got); err != nil || got.String() != want.String() || s.memory.Len() > 10 || s.file == nil {
		t.Errorf("%v, %d in memory\n%s\n%s", err, s.memory.Len(), got.String(), want.String())
	}
	s.discard()
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
