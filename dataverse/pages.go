package dataverse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Page is one answer of several to a query.
type Page[T any] struct {
	Rows []T
	// NextLink is where the rows that follow are, empty at the end.
	NextLink string

	delta  string // where the changes after this are
	cookie string // where FetchXML goes on
	more   bool   // whether it does
}

// readPage reads the answer to a query, row by row into the rows, with nothing in between.
func readPage[T any](c *codec, body []byte) (*Page[T], error) {
	p := &Page[T]{}
	return p, p.read(c, body)
}

// read is readPage behind the rows that the page has.
func (p *Page[T]) read(c *codec, body []byte) error {
	s := scanner{data: body, many: true}
	err := s.object(func(name []byte) (err error) {
		switch string(name) {
		case "value":
			return p.readRows(c, &s)
		case "@odata.nextLink":
			p.NextLink, err = s.text()
		case "@odata.deltaLink":
			p.delta, err = s.text()
		case "@Microsoft.Dynamics.CRM.fetchxmlpagingcookie":
			p.cookie, err = s.text()
		case "@Microsoft.Dynamics.CRM.morerecords":
			var word []byte
			word, err = s.bare()
			p.more = string(word) == "true"
		default:
			err = s.skip()
		}
		return err
	})
	if err == nil {
		err = s.end()
	}
	if err != nil {
		return fmt.Errorf("dataverse: read the rows: %w", err)
	}
	return nil
}

func (p *Page[T]) readRows(c *codec, s *scanner) error {
	more, err := s.enter('[', ']')
	for more && err == nil {
		var none T
		p.Rows = append(p.Rows, none)
		if err = c.decode(s, reflect.ValueOf(&p.Rows[len(p.Rows)-1]).Elem()); err == nil {
			more, err = s.next(']')
		}
	}
	return err
}

// pages asks for the pages of a query, one after the other.
type pages[T any] struct {
	client *Client
	codec  *codec
	path   string
	prefer []string
	left   int // how many rows are still wanted, negative for all
}

// pagesOf prepares the first page.
func (t *TableOf[T]) pagesOf(rows Rows) (*pages[T], error) {
	if t.err != nil {
		return nil, t.err
	}
	q := t.codec.selection(queryOf(rows))
	if err := q.check(); err != nil {
		return nil, err
	}
	p := &pages[T]{client: t.client, codec: t.codec, path: t.set, prefer: q.prefer(), left: -1}
	if q.top > 0 {
		p.left = q.top
	}
	if options := q.address(); options != "" {
		p.path += "?" + options
	}
	return p, nil
}

// next gives a page.
func (p *pages[T]) next(ctx context.Context) (*Page[T], error) {
	r := p.client.lend()
	defer p.client.giveBack(r)
	a, err := p.ask(ctx, p.path, r)
	if err != nil {
		return nil, err
	}
	page := &Page[T]{}
	return page, p.take(page, a.body)
}

// ask sends for a page. The preferences go with every one, else the size of the pages changes midway.
func (p *pages[T]) ask(ctx context.Context, path string, r *room) (*answer, error) {
	return p.client.send(ctx, request{method: http.MethodGet, path: path, prefer: p.prefer, room: r})
}

// take reads the body of the page that was asked for.
func (p *pages[T]) take(page *Page[T], body []byte) error {
	if err := page.read(p.codec, body); err != nil {
		return err
	}
	if page.NextLink != "" && page.NextLink == p.path {
		return errors.New("dataverse: the server's next page is the same page")
	}
	p.path = page.NextLink
	p.cut(page)
	return nil
}

// cut ends where enough rows were given.
func (p *pages[T]) cut(page *Page[T]) {
	if p.left < 0 {
		return
	}
	if len(page.Rows) >= p.left {
		page.Rows, page.NextLink = page.Rows[:p.left], ""
	}
	p.left -= len(page.Rows)
}

// Pager gives the pages of a query in the way of Azure's SDKs.
func (t *TableOf[T]) Pager(rows Rows) *runtime.Pager[Page[T]] {
	p, err := t.pagesOf(rows)
	return runtime.NewPager(runtime.PagingHandler[Page[T]]{
		More: func(page Page[T]) bool { return page.NextLink != "" },
		Fetcher: func(ctx context.Context, _ *Page[T]) (Page[T], error) {
			if err != nil {
				return Page[T]{}, err
			}
			page, err := p.next(ctx)
			if err != nil {
				return Page[T]{}, err
			}
			return *page, nil
		},
	})
}

// First gives the first row of a query. The error is [ErrNotFound] if there is none.
func (t *TableOf[T]) First(ctx context.Context, rows Rows) (T, error) {
	q := queryOf(rows)
	q.pageSize = 0
	for row, err := range t.All(ctx, q.Top(1)) {
		return row, err
	}
	var none T
	return none, fmt.Errorf("first of %s: %w", t.set, ErrNotFound)
}

// Count counts the rows of a filter, exactly. The server counts up to 50,000 by itself; more are paged
// through by the client, their ids alone.
func (t *TableOf[T]) Count(ctx context.Context, f Filter) (n int64, err error) {
	ctx, end := t.span(ctx, "Count")
	defer func() { end(err) }()
	counts := Table[Row](t.client, t.set)
	row, err := counts.aggregate(ctx, f.query().Apply("aggregate($count as n)"))
	if err == nil {
		return row.Int("n"), nil
	}
	if !isCode(err, codeAggregateLimit) {
		return 0, err
	}
	return t.countPages(ctx, f)
}

// aggregate gives the one row of an aggregation over all rows.
func (t *TableOf[T]) aggregate(ctx context.Context, q Query) (row T, err error) {
	p, err := t.pagesOf(q)
	if err != nil {
		return row, err
	}
	page, err := p.next(ctx)
	if err != nil {
		return row, err
	}
	if len(page.Rows) != 1 {
		return row, errors.New("dataverse: an aggregate of " + strconv.Itoa(len(page.Rows)) + " rows")
	}
	return page.Rows[0], nil
}

func (t *TableOf[T]) countPages(ctx context.Context, f Filter) (n int64, err error) {
	q := f.query()
	if t.codec.key >= 0 {
		q = q.Select(t.codec.fields[t.codec.key].column)
	}
	counted := Table[nothing](t.client, t.set)
	for _, err := range counted.All(ctx, q) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// nothing is a row of which nothing is kept.
type nothing struct {
	ETag ETag `dv:"@odata.etag"`
}
