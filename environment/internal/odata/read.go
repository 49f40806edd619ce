package odata

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Query is a URL's query options, bound: the tree for engine, and what the writer
// must remember of their spelling.
type Query struct {
	// Select is the question. Its Columns are in the order of the answer, the
	// primary id included; its Order ends with the primary id.
	Select *query.Select
	// Resource is the path that contexts and next links name, relative to the
	// service root. ReadQuery sets it to the table's set name.
	Resource string

	single  bool
	paged   bool // a next link may follow
	page    int  // number of the page this query asks for, from 1
	items   []string
	expands []expanded
	nested  bool // an $expand stands inside of another
	link    []option
	kept    *kept // of a query that is asked again, for the writer
}

// Expands tells whether anything is expanded.
func (q *Query) Expands() bool { return len(q.expands) > 0 }

// ReadQuery reads the raw query string of a request for rows of t; single says that
// the path names one row, where only $select and $expand are allowed. Documented
// options that are not built are refused as such.
func (r Request) ReadQuery(t *meta.Table, rawQuery string, single bool) (*Query, error) {
	o, err := readOptions(rawQuery)
	if err != nil {
		return nil, err
	}
	if o.deltatoken != nil {
		return nil, invalid("The query option '$deltatoken' can only be applied to an entity set.")
	}
	q := &Query{Select: &query.Select{Table: t}, Resource: cmp.Or(r.Resource, t.SetName), single: single, page: 1, link: o.link}
	if q.items, err = parseSelect(o.sel); err != nil {
		return nil, err
	}
	e, items, err := r.newExpander(o, single)
	if err != nil {
		return nil, err
	}
	if err := r.addOutputs(q.Select, q.items, beside{lookups: e.lookups(t, items)}); err != nil {
		return nil, err
	}
	if q.expands, err = e.bind(q.Select, items); err != nil {
		return nil, err
	}
	if q.nested = e.nested; q.nested && r.Seal == nil {
		return nil, errNoSeal
	}
	if single {
		return q, o.onlyShape()
	}
	return q, r.readCollection(q, o)
}

// onlyShape refuses the options that need a collection.
func (o *options) onlyShape() error {
	for _, given := range []struct {
		name  string
		value *string
	}{{"$filter", o.filter}, {"$orderby", o.orderby}, {"$top", o.top}, {"$count", o.count}, {"$skiptoken", o.skiptoken}} {
		if given.value != nil {
			return invalid("The '%[1]s' option cannot be applied to the query path. '%[1]s' can only be applied to a collection of entities.", given.name)
		}
	}
	return nil
}

func (r Request) readCollection(q *Query, o *options) (err error) {
	s := q.Select
	if o.filter != nil {
		if s.Where, err = r.bindFilter(s, *o.filter, o.aliases); err != nil {
			return err
		}
	}
	if o.orderby != nil {
		if err := r.readOrder(s, *o.orderby, o.aliases); err != nil {
			return err
		}
	}
	endOrder(s)
	if err := r.readLimit(q, o); err != nil {
		return err
	}
	if err := readCount(s, o.count); err != nil {
		return err
	}
	if o.skiptoken != nil {
		return r.readSkipToken(q, *o.skiptoken)
	}
	return nil
}

// readLimit sets the page. With odata.maxpagesize $top is ignored, as the newer of
// two contradicting documents says (Dataverse facts 5.12, appendix D.5).
func (r Request) readLimit(q *Query, o *options) error {
	s := q.Select
	s.Limit, q.paged = maxRows, true
	if r.PageSize > 0 {
		s.Limit = min(r.PageSize, maxRows)
	}
	if o.top == nil {
		return nil
	}
	n, err := parseTop(*o.top)
	if err != nil || r.PageSize > 0 {
		return err
	}
	q.paged = false
	limit(s, n)
	return nil
}

// limit takes at most n rows. A Limit of 0 means no limit, so that no rows at all is
// said by a condition.
func limit(s *query.Select, n int) {
	if n == 0 {
		s.Where = query.Const{}
		n = 1
	}
	s.Limit = min(n, maxRows)
}

func parseTop(text string) (int, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31)
	if err != nil {
		return 0, invalid("The value '%s' is not a non-negative integer value. In OData, the $top query option must specify a non-negative integer value.", text)
	}
	return int(n), nil
}

func readCount(s *query.Select, count *string) error {
	if count == nil {
		return nil
	}
	switch strings.TrimSpace(*count) {
	case "true":
		s.Count, s.CountLimit = true, maxRows
	case "false":
	default:
		return invalid("'%s' is not a valid count option.", *count)
	}
	return nil
}
