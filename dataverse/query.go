package dataverse

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxPage is how many rows the service gives at once, at most and unless told otherwise.
const maxPage = 5000

// Query says which rows are wanted, in what order and what of them. The zero Query is all rows.
// Queries are values: each method gives a changed copy. Begin with [Where], or with Query{}.
type Query struct {
	filter      Filter
	columns     []string
	expands     []Expansion
	order       []string
	top         int
	pageSize    int
	annotations []Annotation
	apply       string
	err         error
}

// Rows is what may be asked for: a [Filter], a [Query], or nil for all rows.
type Rows interface{ query() Query }

func (f Filter) query() Query { return Query{filter: f} }
func (q Query) query() Query  { return q }

// Expansion is a navigation property whose row or rows are wanted with a row. Its query's filter, order
// and top are for collections alone.
type Expansion struct {
	Property string
	Query    Query
}

// Annotation is something the server adds to values when asked: the part of a name behind the @, with *
// for all that begin so.
type Annotation string

// What queries ask for: see "Prefer headers" of
// https://learn.microsoft.com/power-apps/developer/data-platform/webapi/compose-http-requests-handle-errors.
const (
	// FormattedValues are values as people read them: Row.Formatted.
	FormattedValues Annotation = "OData.Community.Display.V1.FormattedValue"
	// LookupTables are the tables that lookups point to: Ref.Table.
	LookupTables Annotation = "Microsoft.Dynamics.CRM.lookuplogicalname"
	// AllAnnotations is everything the server has to say.
	AllAnnotations Annotation = "*"
)

// Filter narrows the rows: And of what the query had and the filter.
func (q Query) Filter(f Filter) Query {
	q.filter = q.filter.And(f)
	return q
}

// Select names the columns wanted, by logical name; lookups are named _x_value. A typed row asks for
// its own columns without it.
func (q Query) Select(columns ...string) Query {
	for _, c := range columns {
		if !isName(c) {
			q.err = errors.Join(q.err, fmt.Errorf("dataverse: %q is no column name", c))
		}
	}
	q.columns = append(slices.Clip(q.columns), columns...)
	return q
}

// Expand asks for the row or rows behind a navigation property too; rows is what of them, nil for all.
func (q Query) Expand(property string, rows Rows) Query {
	inner := queryOf(rows)
	q.err = errors.Join(q.err, nameError(property), inner.err)
	q.expands = append(slices.Clip(q.expands), Expansion{property, inner})
	return q
}

// OrderBy sorts by a column, least first, after what the query is sorted by already.
func (q Query) OrderBy(column string) Query { return q.sorted(column, "") }

// OrderByDesc sorts by a column, greatest first.
func (q Query) OrderByDesc(column string) Query { return q.sorted(column, " desc") }

func (q Query) sorted(column, direction string) Query {
	c := Where(column)
	q.err = errors.Join(q.err, c.err)
	q.order = append(slices.Clip(q.order), c.name+direction)
	return q
}

// Top ends after so many rows, over however many pages.
func (q Query) Top(rows int) Query {
	if rows < 1 {
		q.err = errors.Join(q.err, fmt.Errorf("dataverse: top %d: at least one row", rows))
	}
	q.top = rows
	return q
}

// PageSize fetches so many rows at a time: 1 to 5,000, which is also the default.
func (q Query) PageSize(rows int) Query {
	if rows < 1 || rows > maxPage {
		q.err = errors.Join(q.err, fmt.Errorf("dataverse: page size %d is not within 1 and %d", rows, maxPage))
	}
	q.pageSize = rows
	return q
}

// Annotations asks the server for additions to values.
func (q Query) Annotations(a ...Annotation) Query {
	for _, one := range a {
		if strings.ContainsAny(string(one), "\"\r\n,;") || one == "" {
			q.err = errors.Join(q.err, fmt.Errorf("dataverse: %q is no annotation", string(one)))
		}
	}
	q.annotations = append(slices.Clip(q.annotations), a...)
	return q
}

// Apply aggregates: an expression of OData such as
// "groupby((statecode),aggregate($count as n))". It is sent as it is; put no values of strangers
// into it. Rows then are [Row], with the members that the expression names.
func (q Query) Apply(expression string) Query {
	q.apply = expression
	return q
}

// OrderBy makes a query of the filter: see [Query.OrderBy].
func (f Filter) OrderBy(column string) Query { return f.query().OrderBy(column) }

// OrderByDesc makes a query of the filter: see [Query.OrderByDesc].
func (f Filter) OrderByDesc(column string) Query { return f.query().OrderByDesc(column) }

// Apply makes a query of the filter: see [Query.Apply].
func (f Filter) Apply(expression string) Query { return f.query().Apply(expression) }

// Top makes a query of the filter: see [Query.Top].
func (f Filter) Top(rows int) Query { return f.query().Top(rows) }

// PageSize makes a query of the filter: see [Query.PageSize].
func (f Filter) PageSize(rows int) Query { return f.query().PageSize(rows) }

// Select makes a query of the filter: see [Query.Select].
func (f Filter) Select(columns ...string) Query { return f.query().Select(columns...) }

// Expand makes a query of the filter: see [Query.Expand].
func (f Filter) Expand(property string, rows Rows) Query { return f.query().Expand(property, rows) }

// Annotations makes a query of the filter: see [Query.Annotations].
func (f Filter) Annotations(a ...Annotation) Query { return f.query().Annotations(a...) }

func queryOf(rows Rows) Query {
	if rows == nil {
		return Query{}
	}
	return rows.query()
}

// check gives what is wrong with the query.
func (q Query) check() error {
	if q.apply != "" && (len(q.order) > 0 || q.top > 0 || len(q.expands) > 0) {
		return errors.Join(q.err, errors.New("dataverse: rows that are aggregated are not sorted, cut or expanded"))
	}
	return errors.Join(q.err, q.filter.err)
}

// oneTop is the number for $top. The service heeds one of $top and page size, and which one depends
// on its age (Dataverse facts D.5): where both matter, or one answer cannot hold the rows, the
// client counts.
func (q Query) oneTop() int {
	if q.pageSize > 0 || q.top > maxPage {
		return 0
	}
	return q.top
}

// page is the page size to ask for, 0 for none.
func (q Query) page() int {
	if q.pageSize > 0 && q.top > 0 {
		return min(q.pageSize, q.top)
	}
	return q.pageSize
}

// address gives the options of the address behind the question mark, escaped.
func (q Query) address() string {
	var parts []string
	for _, o := range q.parts() {
		parts = append(parts, o[0]+"="+escape(o[1]))
	}
	return strings.Join(parts, "&")
}

// parts are names and values of the options, those of expansions within their values.
func (q Query) parts() [][2]string {
	var parts [][2]string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, [2]string{name, value})
		}
	}
	if q.apply != "" {
		expression := q.apply
		if f := q.filter.String(); f != "" {
			expression = "filter(" + f + ")/" + expression
		}
		add("$apply", expression)
		return parts
	}
	add("$select", strings.Join(q.columns, ","))
	add("$filter", q.filter.String())
	add("$orderby", strings.Join(q.order, ","))
	if n := q.oneTop(); n > 0 {
		add("$top", strconv.Itoa(n))
	}
	var expands []string
	for _, e := range q.expands {
		expands = append(expands, e.String())
	}
	add("$expand", strings.Join(expands, ","))
	return parts
}

// String gives the expansion as the address has it, before escaping.
func (e Expansion) String() string {
	var inner []string
	for _, o := range e.Query.parts() {
		inner = append(inner, o[0]+"="+o[1])
	}
	if len(inner) == 0 {
		return e.Property
	}
	return e.Property + "(" + strings.Join(inner, ";") + ")"
}

// prefer gives the preferences that the query needs.
func (q Query) prefer() []string {
	var list []string
	if n := q.page(); n > 0 {
		list = append(list, "odata.maxpagesize="+strconv.Itoa(n))
	}
	if len(q.annotations) > 0 {
		names := make([]string, 0, len(q.annotations))
		for _, a := range q.annotations {
			if !slices.Contains(names, string(a)) {
				names = append(names, string(a))
			}
		}
		list = append(list, `odata.include-annotations="`+strings.Join(names, ",")+`"`)
	}
	return list
}

// escape writes a value of an address. Blanks become %20: not every reader of addresses takes + for one.
func escape(s string) string {
	const plain = "-._~!$'()*,;:@/" // what may stand in a query; & + # ? = do not
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte("0123456789ABCDEF"[c>>4])
		b.WriteByte("0123456789ABCDEF"[c&15])
	}
	return b.String()
}
