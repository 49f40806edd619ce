package dataverse

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// Fetch gives the rows of a FetchXML query, page after page. A count in the query is the size of the
// pages, a page number where to begin, top how many rows there are in all. Columns of linked
// tables are named alias.column. Build the XML with an XML writer where values come from others.
func (c *Client) Fetch(ctx context.Context, fetchXML string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		f, err := parseFetch(fetchXML)
		if err == nil {
			f.set, err = c.setOf(ctx, f.table)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		fetchAll[Row](ctx, c, f, yield)
	}
}

// Fetch gives the rows of a FetchXML query as T. The tags of columns of linked tables are "alias.column".
func (t *TableOf[T]) Fetch(ctx context.Context, fetchXML string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		f, err := parseFetch(fetchXML)
		if err = errors.Join(t.err, err); err != nil {
			var none T
			yield(none, err)
			return
		}
		f.set = t.set
		fetchAll(ctx, t.client, f, yield)
	}
}

// fetch is a FetchXML query, parted around the attributes of its root that choose the page.
type fetch struct {
	set, table string
	head       []xml.Attr // of the root, but for page and cookie
	rest       string     // behind the root's start
	page       int
	cookie     string
	top        bool
}

// parseFetch takes the root apart. The rest of the query is sent as it was written.
func parseFetch(text string) (fetch, error) {
	f := fetch{page: 1}
	d := xml.NewDecoder(strings.NewReader(text))
	root, err := nextElement(d)
	if err != nil || root.Name.Local != "fetch" {
		return f, fmt.Errorf("dataverse: not FetchXML: it begins with <%s>: %w", root.Name.Local, errors.Join(err, errFetch))
	}
	f.rest = text[d.InputOffset():]
	if selfClosed := strings.HasSuffix(strings.TrimSpace(text[:d.InputOffset()]), "/>"); selfClosed {
		return f, fmt.Errorf("dataverse: a fetch of nothing: %w", errFetch)
	}
	for _, a := range root.Attr {
		switch a.Name.Local {
		case "page":
			if f.page, err = strconv.Atoi(a.Value); err != nil || f.page < 1 {
				return f, fmt.Errorf("dataverse: page %q: %w", a.Value, errFetch)
			}
		case "paging-cookie":
			f.cookie = a.Value
		default:
			f.top = f.top || a.Name.Local == "top"
			f.head = append(f.head, a)
		}
	}
	entity, err := nextElement(d)
	for _, a := range entity.Attr {
		if a.Name.Local == "name" {
			f.table = a.Value
		}
	}
	if err != nil || entity.Name.Local != "entity" || !isName(f.table) {
		return f, fmt.Errorf("dataverse: the fetch names no entity: %w", errors.Join(err, errFetch))
	}
	return f, nil
}

var errFetch = errors.New("the query was not sent")

func nextElement(d *xml.Decoder) (xml.StartElement, error) {
	for {
		token, err := d.Token()
		if err != nil {
			return xml.StartElement{}, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			return token, nil
		case xml.EndElement:
			return xml.StartElement{}, io.ErrUnexpectedEOF
		}
	}
}

// text puts the query together for its page.
func (f fetch) text() string {
	var b bytes.Buffer
	b.WriteString("<fetch")
	write := func(name, value string) {
		b.WriteString(" " + name + `="`)
		_ = xml.EscapeText(&b, []byte(value)) // a buffer takes everything
		b.WriteByte('"')
	}
	for _, a := range f.head {
		write(a.Name.Local, a.Value)
	}
	if f.page > 1 || f.cookie != "" {
		write("page", strconv.Itoa(f.page))
	}
	if f.cookie != "" {
		write("paging-cookie", f.cookie)
	}
	return b.String() + ">" + f.rest
}

func fetchAll[T any](ctx context.Context, c *Client, f fetch, yield func(T, error) bool) {
	var none T
	codec, err := c.codecOf(reflect.TypeFor[T]())
	if err != nil {
		yield(none, err)
		return
	}
	for {
		page, err := fetchPage[T](ctx, c, codec, f)
		if err != nil {
			yield(none, err)
			return
		}
		for _, row := range page.Rows {
			if !yield(row, nil) {
				return
			}
		}
		if !page.more || f.top {
			return
		}
		before := f
		if f.page, f.cookie, err = readCookie(page.cookie, f.page); err != nil {
			yield(none, err)
			return
		}
		if f.page <= before.page {
			yield(none, fmt.Errorf("dataverse: behind page %d the server has page %d", before.page, f.page))
			return
		}
	}
}

// fetchPage asks with the annotations that tell whether there is more: without, the server says nothing
// and the first page looks like all.
func fetchPage[T any](ctx context.Context, c *Client, codec *codec, f fetch) (*Page[T], error) {
	a, err := c.send(ctx, request{
		method: http.MethodGet, path: f.set + "?fetchXml=" + escape(f.text()), prefer: []string{`odata.include-annotations="*"`},
	})
	if err != nil {
		return nil, err
	}
	return readPage[T](codec, a.body)
}

// readCookie reads where the next page is: its number, and the cookie for it, which stands in an attribute
// that is XML within an address within an address: escaped twice. It must go back unescaped, and
// then as an attribute of the query (Dataverse facts 8, item 13). Queries that the server pages by
// number alone have none.
func readCookie(annotation string, page int) (next int, cookie string, err error) {
	if annotation == "" {
		return page + 1, "", nil
	}
	root, err := nextElement(xml.NewDecoder(strings.NewReader(annotation)))
	if err != nil || root.Name.Local != "cookie" {
		return 0, "", fmt.Errorf("dataverse: the server's paging cookie %q is none", annotation)
	}
	next = page + 1
	for _, a := range root.Attr {
		switch a.Name.Local {
		case "pagenumber":
			if next, err = strconv.Atoi(a.Value); err != nil {
				return 0, "", fmt.Errorf("dataverse: the server's paging cookie: %w", err)
			}
		case "pagingcookie":
			if cookie, err = unescapeTwice(a.Value); err != nil {
				return 0, "", fmt.Errorf("dataverse: the server's paging cookie: %w", err)
			}
		}
	}
	return next, cookie, nil
}

func unescapeTwice(s string) (string, error) {
	once, err := url.QueryUnescape(s)
	if err != nil {
		return "", err
	}
	return url.QueryUnescape(once)
}

// setOf finds the entity set of a table by its definition, once.
func (c *Client) setOf(ctx context.Context, table string) (string, error) {
	if set, known := c.sets.Load(table); known {
		return set.(string), nil
	}
	var definition struct {
		EntitySetName string
	}
	err := c.As(nil).With(Behavior{}).Do(ctx, http.MethodGet, "EntityDefinitions(LogicalName='"+table+"')?$select=EntitySetName", nil, &definition, nil)
	if err != nil {
		return "", fmt.Errorf("find the entity set of %s: %w", table, err)
	}
	if !isName(definition.EntitySetName) {
		return "", fmt.Errorf("dataverse: table %s has no entity set", table)
	}
	c.sets.Store(table, definition.EntitySetName)
	return definition.EntitySetName, nil
}
