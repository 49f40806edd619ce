package dataverse

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"strings"
)

// ErrExpired is the kind of error of a [DeltaToken] that is too old: the server forgets changes after a
// while. All must be read anew, with an empty token.
const ErrExpired Kind = "the token of the changes has expired"

// codeExpired is what the server says then (Dataverse facts 5.21).
const codeExpired = "0x80044352"

// DeltaToken is a moment in the life of a table: the changes after it are what [TableOf.Changes] gives. It is
// a text to keep in a file or a row. The empty one is before all changes.
type DeltaToken string

// Change is a row that was made or changed, or one that was deleted. The service does not tell a row
// that was made from one that was changed.
type Change[T any] struct {
	// Deleted says that the row is gone; then there is its ID alone.
	Deleted bool
	ID      ID
	Row     T // as it is now, whatever happened to it in between
}

// ChangesOptions are for [TableOf.Changes].
type ChangesOptions struct {
	// Select names the columns wanted, instead of T's. They are fixed by the first call, with the empty
	// token.
	Select []string
	// PageSize is how many rows to fetch at a time: 1 to 5,000, which is also the default.
	PageSize int
}

// Changes gives what happened to a table after a moment, and all its rows where the token is empty. When
// the iteration has come to its end, the token is the moment to go on from next time; an iteration that is
// left or fails before leaves the token as it was, so that nothing is missed. The table must track
// changes, and the caller needs to read all its rows. The error is [ErrExpired] if the token is too old.
//
//	for change, err := range accounts.Changes(ctx, &token, nil) {
//		…
//	}
//	// keep the token
func (t *TableOf[T]) Changes(ctx context.Context, token *DeltaToken, o *ChangesOptions) iter.Seq2[Change[T], error] {
	return func(yield func(Change[T], error) bool) {
		p, err := t.changes(*token, o)
		for err == nil && p.path != "" {
			var page *delta[T]
			if page, err = p.next(ctx); err != nil {
				break
			}
			for _, change := range page.changes {
				if !yield(change, nil) {
					return
				}
			}
			if page.link == "" && p.path == "" {
				err = errors.New("dataverse: the server gave the changes without a link to those that follow")
			} else if page.link != "" {
				*token, p.path = DeltaToken(page.link), ""
			}
		}
		if isCode(err, codeExpired) {
			err = fmt.Errorf("%w: %w", ErrExpired, err)
		}
		if err != nil {
			yield(Change[T]{}, err)
		}
	}
}

// deltas asks for the pages of changes.
type deltas[T any] struct {
	table  *TableOf[T]
	path   string
	prefer []string
}

// delta is a page of changes.
type delta[T any] struct {
	changes []Change[T]
	link    string // to what follows, on the last page
}

func (t *TableOf[T]) changes(token DeltaToken, o *ChangesOptions) (*deltas[T], error) {
	if t.err != nil {
		return nil, t.err
	}
	q := Query{}
	if o != nil {
		if q = q.Select(o.Select...); o.PageSize != 0 {
			q = q.PageSize(o.PageSize)
		}
	}
	q = t.codec.selection(q)
	if err := q.check(); err != nil {
		return nil, err
	}
	if len(q.expands) > 0 {
		return nil, fmt.Errorf("dataverse: the changes of %s come without rows of other tables: give it a row type without them", t.set)
	}
	p := &deltas[T]{table: t, path: string(token), prefer: q.prefer()}
	if token == "" {
		p.prefer = append(p.prefer, "odata.track-changes")
		if p.path = t.set; q.address() != "" {
			p.path += "?" + q.address()
		}
	}
	return p, nil
}

func (p *deltas[T]) next(ctx context.Context) (*delta[T], error) {
	a, err := p.table.client.send(ctx, request{method: http.MethodGet, path: p.path, prefer: p.prefer})
	if err != nil {
		return nil, err
	}
	before := p.path
	page := &delta[T]{}
	p.path = ""
	s := scanner{data: a.body}
	err = s.object(func(name []byte) (err error) {
		switch string(name) {
		case "value":
			return s.array(func() error { return page.read(p.table.codec, &s) })
		case "@odata.nextLink":
			p.path, err = s.text()
		case "@odata.deltaLink":
			page.link, err = s.text()
		default:
			err = s.skip()
		}
		return err
	})
	if err == nil {
		err = s.end()
	}
	if err == nil && p.path == before {
		err = errors.New("the next page is the same page")
	}
	if err != nil {
		return nil, fmt.Errorf("dataverse: read the changes: %w", err)
	}
	return page, nil
}

// deletion reads what the server says of a deleted row: its id under the plain name, and the reason
// (Dataverse facts 5.14). Rows have no members of their own before these.
func deletion(raw []byte) (id ID, deleted bool, err error) {
	s := scanner{data: raw}
	err = s.object(func(name []byte) error {
		switch string(name) {
		case "@odata.context":
			text, err := s.text()
			deleted = strings.HasSuffix(text, "/$deletedEntity")
			return err
		case "id":
			if deleted {
				text, err := s.text()
				if err == nil {
					id, err = ParseID(text)
				}
				return err
			}
		}
		return s.skip()
	})
	return id, deleted, err
}

// read takes a row, or what is left of one. A row type without a key field is read for the key too.
func (d *delta[T]) read(c *codec, s *scanner) error {
	raw, err := s.raw()
	if err != nil {
		return err
	}
	id, deleted, err := deletion(raw)
	if err != nil {
		return err
	}
	change := Change[T]{Deleted: deleted, ID: id}
	if !deleted {
		v := reflect.ValueOf(&change.Row).Elem()
		if err := c.decode(&scanner{data: raw}, v); err != nil {
			return err
		}
		if c.key >= 0 {
			change.ID = c.keyOf(v)
		}
	}
	d.changes = append(d.changes, change)
	return nil
}
