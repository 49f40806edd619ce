package odata

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// The annotations of FetchXML's answers (Dataverse facts 5.2, 5.13).
const (
	attributeName     = "OData.Community.Display.V1.AttributeName"
	fetchPagingCookie = "Microsoft.Dynamics.CRM.fetchxmlpagingcookie"
	moreRecords       = "Microsoft.Dynamics.CRM.morerecords"
)

// ReadFetch takes the FetchXML out of a raw query string; given is false when there
// is none. OData's own options cannot stand beside it.
//
// $count alone may: count tells that it asks for the number of rows.
func ReadFetch(rawQuery string) (text string, given, count bool, err error) {
	other := ""
	for part := range strings.SplitSeq(rawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, ok1 := decodeQuery(name)
		name = strings.TrimSpace(name)
		switch {
		case name == "$count" && value == "true":
			count = true
			continue
		case strings.HasPrefix(name, "$") && name+"="+value != "$count=false":
			other = name
			continue
		case !strings.EqualFold(name, "fetchXml"):
			continue
		case given:
			return "", true, count, invalid("Query option '%s' was specified more than once, but it must be specified at most once.", name)
		}
		var ok2 bool
		if text, ok2 = decodeQuery(value); !ok1 || !ok2 {
			return "", true, count, dverr.BadKeySyntax.With()
		}
		given = true
	}
	switch {
	case given && other != "":
		err = invalid("The query option '%s' cannot be specified together with fetchXml.", other)
	case given && len(rawQuery) > maxQueryBytes:
		err = dverr.PayloadTooLarge.With("The URL of the request exceeds the maximum length.")
	}
	return text, given, count, err
}

// Fetched is what the writer must know of a FetchXML query.
type Fetched struct {
	Select *query.Select
	// Properties are what the context lists; none for everything.
	Properties []string
	// Cookie gives the paging cookie for the page after this one from the Order values
	// of its first and last row; empty for none.
	Cookie func(first, last []query.Value) string
	// Count tells that $count was asked for.
	Count bool
	// Next gives the link to the page after this one from that cookie; nil for none.
	Next func(cookie string) (string, error)
}

// Fetch writes a page of rows that FetchXML asked for. Members without a value are
// left out. What says that there are more rows stands before them, so that rows are
// held back until all of them are known when that was asked for.
func (w *Writer) Fetch(q Fetched, p *query.Page) error {
	if q.Select.Grouped && p.CountCapped {
		return dverr.AggregateLimitExceeded.With()
	}
	w.context(q.context())
	if q.Count {
		w.buf = append(w.buf, `,"@odata.count":`...)
		w.buf = strconv.AppendInt(w.buf, p.Count, 10)
	}
	w.fetchCount(q, p)
	head := w.buf
	w.buf = nil
	hold := w.r.Annotations.Has(fetchPagingCookie) || w.r.Annotations.Has(moreRecords)
	if !hold {
		w.buf = append(head, `,"value":[`...)
	}
	first, last, err := w.fetchedRows(q, p, hold)
	if err != nil {
		return err
	}
	more := last != nil && p.More()
	if !hold {
		return w.fetchEnd(q, first, last, more)
	}
	rows := w.buf
	w.buf = head
	if more {
		w.fetchMore(q, first, last)
	}
	w.buf = append(w.buf, `,"value":[`...)
	if err := w.flush(); err != nil {
		return err
	}
	w.buf = rows
	return w.fetchEnd(q, first, last, more)
}

// fetchEnd closes the rows, with a next link where there is one to give.
func (w *Writer) fetchEnd(q Fetched, first, last []query.Value, more bool) error {
	w.buf = append(w.buf, ']')
	if more && q.Next != nil {
		link, err := q.Next(q.Cookie(first, last))
		if err != nil {
			return err
		}
		w.buf = append(w.buf, `,"@odata.nextLink":`...)
		w.buf = appendString(w.buf, link)
	}
	w.buf = append(w.buf, '}')
	return w.flush()
}

// context lists the columns of the query's own table, lookups with their navigation
// properties, which it names once more as expanded by nothing (Dataverse facts 5.13).
func (q Fetched) context() string {
	set := q.Select.Table.SetName
	if len(q.Properties) == 0 {
		return set
	}
	names, empty := q.Properties, []string(nil)
	if !q.Select.Grouped {
		names = nil
		for _, o := range q.Select.Columns {
			if o.Name != "" || o.Col.Of != q.Select {
				continue
			}
			names = append(names, o.Col.C.Property)
			for _, nav := range navigationsOf(o.Col.C) {
				names, empty = append(names, nav), append(empty, nav+"()")
			}
		}
	}
	return set + "(" + strings.Join(append(names, empty...), ",") + ")"
}

// navigationsOf are the navigation properties of a lookup, one for each target.
func navigationsOf(c *meta.Column) []string {
	var all []string
	for _, t := range c.Targets {
		if nav := navigationOf(c, t); nav != "" && !slices.Contains(all, nav) {
			all = append(all, nav)
		}
	}
	return all
}

// fetchCount writes the annotations about counts: what aggregates count for their
// limit is nobody's answer.
func (w *Writer) fetchCount(q Fetched, p *query.Page) {
	counted := *q.Select
	counted.Count = counted.Count && !counted.Grouped
	w.collectionAnnotations(&Query{Select: &counted}, p)
}

func (w *Writer) fetchMore(q Fetched, first, last []query.Value) {
	if cookie := q.Cookie(first, last); cookie != "" && w.r.Annotations.Has(fetchPagingCookie) {
		w.buf = append(w.buf, `,"@`+fetchPagingCookie+`":`...)
		w.buf = appendString(w.buf, cookie)
	}
	if w.r.Annotations.Has(moreRecords) {
		w.buf = append(w.buf, `,"@`+moreRecords+`":true`...)
	}
}

// fetchedRows writes the rows and gives the Order values of the first and the last.
func (w *Writer) fetchedRows(q Fetched, p *query.Page, hold bool) (first, last []query.Value, err error) {
	plan := w.r.newFetchPlan(q.Select, p.Shape)
	n := 0
	for row, err := range p.Rows {
		if err != nil {
			return nil, nil, err
		}
		if n++; n > 1 {
			w.buf = append(w.buf, ',')
		}
		w.buf = plan.append(w.buf, row)
		if n == 1 {
			first = fetchOrderValues(q.Select, p.Shape, row)
		}
		if n == q.Select.Limit {
			last = fetchOrderValues(q.Select, p.Shape, row)
		}
		if !hold && len(w.buf) >= flushAt {
			if err := w.flush(); err != nil {
				return nil, nil, err
			}
		}
	}
	return first, last, nil
}

// fetchOrderValues is empty, yet not nil, for rows that no values find again.
func fetchOrderValues(s *query.Select, shape *query.Shape, row query.Row) []query.Value {
	if len(shape.Order) != len(s.Order) {
		return []query.Value{}
	}
	return orderValues(s.Order, shape.Order, row)
}

// fetchPlan is how the rows of a FetchXML query are written.
type fetchPlan struct {
	version int
	members []fetchMember
}

// fetchMember is a member with what only FetchXML makes of columns. total marks sums
// and averages of money, which show nine decimals (Dataverse facts 5.12).
type fetchMember struct {
	member
	named []byte // the AttributeName annotation; nil for none
	total bool
}

func (r Request) newFetchPlan(s *query.Select, shape *query.Shape) *fetchPlan {
	p := &fetchPlan{version: shape.Version, members: make([]fetchMember, len(shape.Fields))}
	for i, f := range shape.Fields {
		p.members[i] = r.newFetchMember(s.Columns[i], f)
	}
	return p
}

func (r Request) newFetchMember(o query.Output, f query.Field) fetchMember {
	m := fetchMember{member: r.newMember(f)}
	if o.Name != "" {
		m.key = keyOf(o.Name)
		if m.formatted != nil {
			m.formatted = keyOf(o.Name + "@" + formattedValue)
		}
		if r.Annotations.Has(attributeName) {
			m.named = append(appendString(keyOf(o.Name+"@"+attributeName), f.Column.LogicalName), ',')
		}
		if m.pointsTo != nil {
			m.pointsTo = r.pointsNamed(o.Name, f.Column)
		}
	}
	switch {
	case o.Rows != nil:
		m.form, m.pointsTo = formInteger, nil
	case o.Part != 0:
		m.form, m.formatted = formInteger, nil
	case o.Function == query.Count, o.Function == query.CountValues:
		m.form, m.pointsTo = formInteger, nil
	case o.Function == query.Sum, o.Function == query.Average:
		m.total = m.form == formMoney
	}
	return m
}

// pointsNamed lists where a lookup under another name leads. Navigation properties
// belong to the rows of its own table and are left out.
func (r Request) pointsNamed(name string, c *meta.Column) []pointsTo {
	var all []pointsTo
	for _, t := range c.Targets {
		p := pointsTo{typeCode: t.TypeCode}
		if r.Annotations.Has(lookupLogicalName) {
			p.annotations = append(appendString(keyOf(name+"@"+lookupLogicalName), t.LogicalName), ',')
		}
		all = append(all, p)
	}
	return all
}

func (p *fetchPlan) append(b []byte, row query.Row) []byte {
	b = append(b, '{')
	if p.version >= 0 && !row.Null(p.version) {
		b = append(b, `"@odata.etag":"`...)
		b = appendETag(b, row.Int(p.version), `\"`)
		b = append(b, `",`...)
	}
	for i := range p.members {
		b = p.members[i].append(b, row)
	}
	return closeWith(b, '}')
}

func (m *fetchMember) append(b []byte, row query.Row) []byte {
	if row.Null(m.cell) {
		return b
	}
	b = append(b, m.named...)
	if !m.total {
		return m.member.append(b, row)
	}
	if m.formatted != nil {
		b = m.appendFormattedMember(b, row)
	}
	b = append(b, m.key...)
	b = appendMoney(b, row.Int(m.cell))
	return append(b, "00000,"...)
}
