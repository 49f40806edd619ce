package dataverse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// wire answers requests in the place of a server.
type wire func(*http.Request) (*http.Response, error)

func (w wire) Do(r *http.Request) (*http.Response, error) { return w(r) }

// paper is a row of what wires answer.
type paper struct {
	ID    ID     `dv:"paperid,key"`
	Name  string `dv:"name"`
	Short string `dv:"short"`
}

// papers are the rows of a page, each of other texts than any row of another page.
func papers(page, rows int) string {
	var b strings.Builder
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"paperid":"5a1f0000-0000-4000-8000-%012d","name":"paper %d of page %d","short":"%d\\%d"}`, i, i, page, page, i)
	}
	return b.String()
}

// paged is a client of a server that has so many pages of so many rows; asked counts requests.
func paged(t testing.TB, pages, rows int, asked *atomic.Int32, o policy.LogOptions) *TableOf[paper] {
	t.Helper()
	var o2 ClientOptions
	o2.Logging = o
	o2.Transport = wire(func(r *http.Request) (*http.Response, error) {
		asked.Add(1)
		page := 1
		fmt.Sscanf(r.URL.Query().Get("page"), "%d", &page)
		text := `{"value":[` + papers(page, rows) + `]`
		if page < pages {
			text += fmt.Sprintf(`,"@odata.nextLink":"https://%s%s?page=%d"`, r.Host, r.URL.Path, page+1)
		}
		return answered(r, text+"}"), nil
	})
	c, err := NewClientWithNoCredential("https://paper.example", &o2)
	if err != nil {
		t.Fatal(err)
	}
	return Table[paper](c, "papers")
}

func answered(r *http.Request, text string) *http.Response {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(text)), ContentLength: -1, Request: r}
}

// Rows stay what they were while later pages are read into the memory of earlier ones, and at
// no time is more than one page on its way.
func TestPagesAhead(t *testing.T) {
	const pages, rows = 6, 40
	var asked atomic.Int32
	var all []paper
	for row, err := range paged(t, pages, rows, &asked, policy.LogOptions{}).All(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if at := int32(len(all)/rows + 1); asked.Load() > at+1 {
			t.Fatalf("row %d of page %d, and %d pages were asked for", len(all), at, asked.Load())
		}
		all = append(all, row)
	}
	if len(all) != pages*rows || asked.Load() != pages {
		t.Fatalf("%d rows, %d requests", len(all), asked.Load())
	}
	for i, row := range all {
		page, at := i/rows+1, i%rows
		if row.Name != fmt.Sprintf("paper %d of page %d", at, page) || row.Short != fmt.Sprintf(`%d\%d`, page, at) {
			t.Errorf("row %d became %+v", i, row)
		}
	}
}

// A page costs what its texts and their blocks cost, not a body or a string a row.
func TestPagesAreCheap(t *testing.T) {
	const pages, rows = 4, 1000
	var asked atomic.Int32
	table := paged(t, pages, rows, &asked, policy.LogOptions{})
	read := func() {
		for _, err := range table.All(context.Background(), nil) {
			if err != nil {
				t.Error(err)
			}
		}
	}
	perPage := func(f func()) float64 { return testing.AllocsPerRun(5, f) / pages }
	server := perPage(func() {
		for page := range pages {
			_ = papers(page, rows)
		}
	})
	if made := perPage(read) - server; made > rows/6 {
		t.Errorf("a page of %d rows made %.0f objects", rows, made)
	}
}

// Bodies are in the log of those who want them there, pages too.
func TestBodiesAreLogged(t *testing.T) {
	var text bytes.Buffer
	log.SetListener(func(_ log.Event, line string) { text.WriteString(line) })
	defer log.SetListener(nil)
	var asked atomic.Int32
	for range paged(t, 2, 3, &asked, policy.LogOptions{IncludeBody: true}).All(t.Context(), nil) {
	}
	if !strings.Contains(text.String(), "paper 2 of page 2") {
		t.Errorf("the log says %s", text.String())
	}
}

// A body that is cut off or no JSON ends the loop with an error, though the page behind it was
// asked for already; refusals have their text.
func TestPagesThatBreak(t *testing.T) {
	link := `],"@odata.nextLink":"https://paper.example/api/data/v9.2/papers?page=9"}`
	for text, want := range map[string]string{
		`{"value":[` + papers(2, 3) + `!` + link:                       "neither a comma nor an end",
		`{"value":[` + papers(2, 3) + link + `}`:                       "more than a value",
		`{"value":[{"paperid":"x","name":"n"}` + link:                  "not a GUID",
		`{"value":[],"@odata.nextLink":"https://elsewhere.example/x"}`: "not this environment",
	} {
		var c ClientOptions
		c.Transport = wire(func(r *http.Request) (*http.Response, error) {
			switch r.URL.Query().Get("page") {
			case "":
				return answered(r, `{"value":[`+papers(1, 3)+`],"@odata.nextLink":"https://paper.example/api/data/v9.2/papers?page=2"}`), nil
			case "2":
				return answered(r, text), nil
			}
			return answered(r, `{"value":[]}`), nil
		})
		client, err := NewClientWithNoCredential("https://paper.example", &c)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, failed := range Table[paper](client, "papers").All(t.Context(), nil) {
			if err = failed; err == nil {
				n++
			}
		}
		if err == nil || !strings.Contains(err.Error(), want) || n != 3 {
			t.Errorf("%s: %d rows and %v", text, n, err)
		}
	}
}

// The end of a body says what follows without the rest being read; what only looks like a link
// is none.
func TestLastLink(t *testing.T) {
	for text, want := range map[string]string{
		`{"value":[],"@odata.nextLink":"https://a/b"}`:                  "https://a/b",
		`{"value":[],"@odata.nextLink": "https://a/\"b" } ` + "\r\n":    `https://a/"b`,
		`{"@odata.nextLink":"https://a/b","value":[]}`:                  "",
		`{"value":[{"@odata.nextLink":"https://a/b"}]}`:                 "",
		`{"value":[],"x@odata.nextLink":"https://a/b"}`:                 "",
		`{"value":[{"t":"\"@odata.nextLink\":\"https://a/b\""}]}`:       "",
		`{"value":[{"t":"\"@odata.nextLink\":\"https://a/b\"}`:          "",
		`{"value":[],"@odata.nextLink":"https://a/b"`:                   "",
		`{"value":[],"@odata.nextLink":"https://a/b`:                    "",
		`{"value":[],"@odata.nextLink":7}`:                              "",
		`{"value":[],"@odata.nextLink":"https://a/b","@odata.count":3}`: "",
		`{"value":[],"@odata.nextLink":"https://a/b"}}`:                 "",
		`{"value":[],"@odata.nextLink":"https://a/b"},{"value":[]}`:     "",
		``: "",
	} {
		if got := lastLink([]byte(text)); got != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

// FuzzLastLink looks for a body whose end says another thing than the whole.
func FuzzLastLink(f *testing.F) {
	f.Add([]byte(`{"value":[{"paperid":"5a1f0000-0000-4000-8000-000000000000"}],"@odata.nextLink":"https://a/b"}`))
	f.Add([]byte(`{"value":[{"name":"\"@odata.nextLink\":\"x\"}"}]}`))
	f.Add([]byte(`{"value":[],"a":{"@odata.nextLink":"x"}}`))
	c := codecFor[paper](f)
	f.Fuzz(func(t *testing.T, body []byte) {
		link := lastLink(body)
		page, err := readPage[paper](c, body)
		if err == nil && link != "" && link != page.NextLink {
			t.Errorf("%q, and the whole says %q", link, page.NextLink)
		}
	})
}

// Eight bytes are looked at as one by one: each byte at each place, before and behind others.
func TestUnmarked(t *testing.T) {
	for at := range 20 {
		for c := range 256 {
			for _, around := range []byte{'a', 0x80, 0xff, '!', '#', '[', ']'} {
				b := bytes.Repeat([]byte{around}, 20)
				b[at] = byte(c)
				want := 20
				if c == '"' || c == '\\' || c < ' ' {
					want = at
				}
				if got := unmarked(b); got != want {
					t.Fatalf("%q: %d, want %d", b, got, want)
				}
			}
		}
	}
}

// Room is read into whatever length was promised, and grows where none was.
func TestRoom(t *testing.T) {
	text := strings.Repeat("0123456789", 20_000)
	r := &room{}
	for _, length := range []int64{-1, 0, 5, int64(len(text)), int64(len(text)) + 7, 1 << 40} {
		if err := r.read(strings.NewReader(text), length); err != nil || string(r.bytes) != text {
			t.Errorf("length %d: %d bytes, %v", length, len(r.bytes), err)
		}
	}
	cut := io.MultiReader(strings.NewReader("begun"), failing{io.ErrUnexpectedEOF})
	if err := r.read(cut, -1); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ error }

func (f failing) Read([]byte) (int, error) { return 0, f.error }
