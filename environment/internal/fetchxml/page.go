package fetchxml

import (
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// page sets which rows are wanted and what is counted. Top stands alone: with page
// and count it is refused, as documents demand (Dataverse facts 5.13).
func (b *binder) page(q *Query) error {
	f, s := b.f, b.root
	if s.Grouped {
		s.Count, s.CountLimit = true, maxAggregated
		if f.aggregateLimit > 0 {
			s.CountLimit = min(f.aggregateLimit, maxAggregated)
		}
	} else if f.total {
		s.Count, s.CountLimit = true, maxRows
	}
	if f.top >= 0 {
		if f.page > 0 || f.count > 0 {
			return f.at.fail(dverr.InvalidArgument).Helping("top cannot stand beside page and count")
		}
		b.top(f.top)
		return nil
	}
	q.Page, s.Limit = max(f.page, 1), maxRows
	if f.count > 0 {
		s.Limit = min(f.count, maxRows)
	}
	if f.cookie != "" && q.Page > 1 {
		return b.resume(q)
	}
	s.Offset = (q.Page - 1) * s.Limit
	return nil
}

// turnTo puts a page in place of the query's own, unless it asks for top rows alone.
func (f *fetch) turnTo(p *Paging) {
	if p == nil || f.top >= 0 {
		return
	}
	f.page, f.cookie = p.Page, p.Cookie
	if p.Count > 0 {
		f.count = p.Count
	}
}

// top takes at most n rows. A Limit of 0 means no limit, so that no rows at all is
// said by a condition, or for groups by passing over more than there can be.
func (b *binder) top(n int) {
	s := b.root
	s.Limit = min(max(n, 1), maxRows)
	if n > 0 {
		return
	}
	s.Where = query.Const{}
	if s.Grouped {
		s.Offset = maxAggregated
	}
}

// A paging cookie holds the Order values of a page's first and last rows, in the
// order of the query (Dataverse facts 5.12):
//
//	<cookie page="1"><name last="B" first="A" /><accountid last="{…}" first="{…}" /></cookie>
//
// It is sent encoded twice inside of another cookie that names the next page;
// clients decode it and put it into the query's paging-cookie. A query that pages
// its rows in no order of their own has no cookie and is paged by number alone.

// resume goes on after the last row of the page before. A cookie of another page
// is put aside and the page counted out.
func (b *binder) resume(q *Query) error {
	s := b.root
	s.Offset = (q.Page - 1) * s.Limit
	e, err := readXML(unwrapped(b.f.cookie))
	if err != nil {
		return dverr.InvalidPagingCookie.With()
	}
	page, after, err := b.cookieValues(e)
	if err != nil {
		return err
	}
	if page == q.Page-1 && q.cookie {
		s.Offset, s.After = 0, after
	}
	return nil
}

// unwrapped gives the inner cookie, whichever of its coverings a client left on.
func unwrapped(text string) string {
	for range 4 {
		if e, err := readXML(text); err == nil && e.name == "cookie" {
			inner := attributeOf(e, "pagingcookie")
			if inner == "" {
				return text
			}
			text = inner
			continue
		}
		decoded, ok := percentDecoded(text)
		if !ok || decoded == text {
			return text
		}
		text = decoded
	}
	return text
}

func attributeOf(e *element, name string) string {
	for _, a := range e.attributes {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (b *binder) cookieValues(e *element) (page int, after []query.Value, err error) {
	page, err = strconv.Atoi(attributeOf(e, "page"))
	if e.name != "cookie" || err != nil || page < 1 {
		return 0, nil, dverr.InvalidPagingCookie.With()
	}
	if len(e.children) == 0 { // it names no row
		return 0, nil, nil
	}
	if len(e.children) != len(b.root.Order) {
		return 0, nil, dverr.FetchCookieOrder.With()
	}
	for i, o := range b.root.Order {
		child := e.children[i]
		if child.name != o.Col.C.LogicalName {
			return 0, nil, dverr.FetchCookieOrder.With()
		}
		v, ok := query.Null(), true
		if attributeOf(child, "lastnull") != "1" {
			v, ok = cookieValue(storageOf(o), attributeOf(child, "last"))
		}
		if !ok {
			return 0, nil, dverr.InvalidPagingCookie.With()
		}
		after = append(after, v)
	}
	return page, after, nil
}

// storageOf is the storage class of a sort key: names of lookups are text, the
// places of labels numbers like choices themselves.
func storageOf(o query.Order) meta.Storage {
	if o.ByLabel && o.Col.C.IsLookup() {
		return meta.Text
	}
	return o.Col.C.Storage()
}

func cookieValue(class meta.Storage, text string) (query.Value, bool) {
	switch class {
	case meta.GUID:
		id, err := meta.ParseID(strings.Trim(text, "{}"))
		return query.GUID(id), err == nil
	case meta.Int:
		n, err := strconv.ParseInt(text, 10, 64)
		return query.Int(n), err == nil
	case meta.Float:
		f, err := strconv.ParseFloat(text, 64)
		return query.Float(f), err == nil
	}
	return query.Text(text), true
}

// Cookie is what a client needs for the page after this one: first and last are the
// Order values of the page's first and last rows. It is empty for queries that have
// no cookie.
func (q *Query) Cookie(first, last []query.Value) string {
	if !q.cookie || q.Page == 0 {
		return ""
	}
	inner := &printer{}
	inner.open("cookie", "page", strconv.Itoa(q.Page))
	for i, o := range q.Select.Order {
		inner.b.WriteString("<" + o.Col.C.LogicalName)
		inner.end("last", last[i])
		inner.end("first", first[i])
		inner.b.WriteString(" />")
	}
	inner.close("cookie")
	outer := &printer{}
	outer.b.WriteString("<cookie")
	outer.attribute("pagenumber", strconv.Itoa(q.Page+1))
	outer.attribute("pagingcookie", percentEncoded(percentEncoded(inner.b.String())))
	outer.attribute("istracking", "False")
	outer.b.WriteString(" />")
	return outer.b.String()
}

// end writes the value at one end of the page.
func (p *printer) end(name string, v query.Value) {
	switch v.Storage() {
	case 0:
		p.attribute(name+"null", "1")
	case meta.GUID:
		p.attribute(name, "{"+strings.ToUpper(v.GUID().String())+"}")
	case meta.Int:
		p.attribute(name, strconv.FormatInt(v.Int(), 10))
	case meta.Float:
		p.attribute(name, strconv.FormatFloat(v.Float(), 'g', -1, 64))
	default:
		p.attribute(name, v.Text())
	}
}

// percentEncoded encodes as the service does, in lower case.
func percentEncoded(s string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.' {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}

func percentDecoded(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		n, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", false
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), true
}
