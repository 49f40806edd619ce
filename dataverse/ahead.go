package dataverse

import (
	"bytes"
	"context"
	"iter"
)

// All gives the rows of a query, page after page. While rows of a page are looked at, the next page is on
// its way: the second one once half of the first was looked at, so that a loop that is soon left has asked
// for one page alone, and each later one as soon as the one before it has arrived. There is never more than
// one page that nobody has begun to look at; [TableOf.Pager] asks for a page when it is wanted and not before.
// Short texts of a page share blocks of half a kilobyte: whoever keeps one of them keeps its block. An error
// ends the iteration.
func (t *TableOf[T]) All(ctx context.Context, rows Rows) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		p, err := t.pagesOf(rows)
		if err == nil {
			err = p.all(ctx, yield)
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// all gives rows until there are no more, or until yield wants no more.
func (p *pages[T]) all(ctx context.Context, yield func(T, error) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	a := ahead[T]{pages: p}
	defer func() { // the loop may be left while a page is on its way
		cancel()
		a.drop()
	}()
	page := &Page[T]{}
	for a.ask(ctx, p.path); a.coming != nil; {
		got, err := a.wait()
		if err != nil {
			return err
		}
		if a.eager && p.left < 0 {
			a.ask(ctx, lastLink(got.body))
		}
		page.Rows, page.NextLink = page.Rows[:0], ""
		err = p.take(page, got.body)
		a.done(got, page.NextLink)
		if err != nil {
			return err
		}
		if !a.give(ctx, page, yield) {
			return nil
		}
	}
	return nil
}

// ahead is the page that is on its way while another one is looked at.
type ahead[T any] struct {
	*pages[T]
	coming chan arrival // nil: none is
	link   string       // of the one that is coming
	eager  bool         // somebody has looked at half a page: he goes on
}

// arrival is a page as it came.
type arrival struct {
	*answer
	room *room
	err  error
}

// ask sends for a page in the background; there is none behind the empty link.
func (a *ahead[T]) ask(ctx context.Context, link string) {
	if link == "" || a.coming != nil {
		return
	}
	coming := make(chan arrival, 1)
	a.coming, a.link = coming, link
	go func() {
		r := a.client.lend()
		got, err := a.pages.ask(ctx, link, r)
		coming <- arrival{got, r, err}
	}()
}

func (a *ahead[T]) wait() (arrival, error) {
	got := <-a.coming
	a.coming = nil
	return got, got.err
}

// drop waits for a page that nobody wants any more.
func (a *ahead[T]) drop() {
	if a.coming != nil {
		got, _ := a.wait()
		a.client.giveBack(got.room)
	}
}

// done ends the reading of a page. What was asked for before it was read may not be what
// follows, if the page was not JSON after all.
func (a *ahead[T]) done(got arrival, next string) {
	a.client.giveBack(got.room)
	if a.coming != nil && a.link != next {
		a.drop()
	}
}

// give lets somebody look at the rows of a page, and asks for the next one in the middle; false
// when he wants no more.
func (a *ahead[T]) give(ctx context.Context, page *Page[T], yield func(T, error) bool) bool {
	for i, row := range page.Rows {
		if i == len(page.Rows)/2 {
			a.eager = true
			a.ask(ctx, page.NextLink)
		}
		if !yield(row, nil) {
			return false
		}
	}
	a.ask(ctx, page.NextLink) // of a page without rows
	return true
}

// lastLink finds the link to the next page where it is the last member of a body, as servers write it,
// before anything else of the body is read; "" where it is not. A quote within a text of a row stands behind
// a backslash, and only the outermost object ends where the body does.
func lastLink(body []byte) string {
	const name = `"@odata.nextLink":`
	at := bytes.LastIndex(body, []byte(name))
	if at < 0 {
		return ""
	}
	s := scanner{data: body, at: at + len(name), depth: 1}
	link, err := s.text()
	if more, failed := s.next('}'); err != nil || failed != nil || more || s.end() != nil {
		return ""
	}
	return link
}
