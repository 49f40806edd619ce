package graph

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// item is one object of a collection: its view, of a shape, and its id.
type item struct {
	id    string
	view  any
	shape shape
}

// list answers with a page of a collection of one shape. strictly: see options.check.
func (c *call) list(s shape, items []item, strictly bool) (answer, error) {
	o := c.options
	if err := o.check(s, strictly); err != nil {
		return answer{}, err
	}
	m := matcher{shape: s, filter: o.filter}
	items = slices.DeleteFunc(items, func(i item) bool { return !m.matches(i.view) || !m.searched(i.view, o.search) })
	keys := m.sort(items, o.order)
	return c.page(s, items, keys)
}

// searched: a name is found by the beginning of one of its words, in any case.
func (m matcher) searched(view any, terms []term) bool {
	for _, t := range terms {
		have, _ := m.value(t.property, m.scope(view)).(string)
		have, want := strings.ToLower(have), strings.ToLower(t.text)
		if !strings.HasPrefix(have, want) && !strings.Contains(strings.Map(separator, have), " "+strings.Map(separator, want)) {
			return false
		}
	}
	return true
}

// separator makes a space of what ends a word.
func separator(r rune) rune {
	if strings.ContainsRune("-_./@", r) {
		return ' '
	}
	return r
}

// sort orders the items, in the end by id, and gives what each was ordered by.
func (m matcher) sort(items []item, by []ordered) func(item) []string {
	keys := func(i item) []string {
		out := make([]string, len(by))
		for n, o := range by {
			value, _ := m.value(o.name, m.scope(i.view)).(string)
			out[n] = strings.ToLower(value)
		}
		return out
	}
	slices.SortStableFunc(items, func(a, b item) int { return less2(keys(a), a.id, keys(b), b.id, by) })
	return keys
}

func less2(a []string, aID string, b []string, bID string, by []ordered) int {
	for i := range min(len(a), len(b)) {
		if n := cmp.Compare(a[i], b[i]); n != 0 {
			if i < len(by) && by[i].descending {
				return -n
			}
			return n
		}
	}
	return cmp.Compare(aID, bID)
}

// page writes the items after the cursor, as many as a page has.
func (c *call) page(s shape, items []item, keys func(item) []string) (answer, error) {
	total := len(items)
	if after := c.options.after; after != nil {
		start := slices.IndexFunc(items, func(i item) bool {
			return less2(keys(i), i.id, after.Keys, after.ID, c.options.order) > 0
		})
		if start < 0 {
			start = len(items)
		}
		items = items[start:]
	}
	size := cmp.Or(c.options.top, defaultPage)
	more := len(items) > size
	if more {
		items = items[:size]
	}
	head := []extra{{"@odata.context", c.context(s.set, c.options.selected())}}
	if c.options.count && (c.options.eventual || s.set == signInShape.set) {
		head = append(head, extra{"@odata.count", total})
	}
	if more {
		last := items[len(items)-1]
		head = append(head, extra{"@odata.nextLink", c.nextLink(cursor{keys(last), last.id})})
	}
	body, err := c.collection(head, items)
	return answer{status: http.StatusOK, body: body}, err
}

// collection writes the members of the head, then the items.
func (c *call) collection(head []extra, items []item) ([]byte, error) {
	body, err := (shape{}).appendObject(nil, &struct{}{}, nil, head, nil)
	if err != nil {
		return nil, err
	}
	body = append(body[:len(body)-1], `,"value":[`...)
	for n, i := range items {
		if n > 0 {
			body = append(body, ',')
		}
		if body, err = c.appendItem(body, i); err != nil {
			return nil, err
		}
	}
	return append(body, `]}`...), nil
}

// appendItem writes an object of a collection: in collections of several kinds it says of
// which it is.
func (c *call) appendItem(dst []byte, i item) ([]byte, error) {
	var before []extra
	if c.mixed {
		before = []extra{{"@odata.type", "#" + i.shape.name}}
	}
	after, err := c.expanded(i)
	if err != nil {
		return nil, err
	}
	return i.shape.appendObject(dst, i.view, c.options.selected(), before, after)
}

// one answers with an object.
func (c *call) one(i item) (answer, error) { return c.object(http.StatusOK, i) }

// created answers with a new object and where it is.
func (c *call) created(i item, path string) (answer, error) {
	c.options.selects = nil
	a, err := c.object(http.StatusCreated, i)
	a.location = c.root() + path
	return a, err
}

func (c *call) object(status int, i item) (answer, error) {
	if err := c.options.check(i.shape, false); err != nil {
		return answer{}, err
	}
	before := []extra{{"@odata.context", c.context(i.shape.set, c.options.selected()) + "/$entity"}}
	if c.mixed {
		before = append(before, extra{"@odata.type", "#" + i.shape.name})
	}
	after, err := c.expanded(i)
	if err != nil {
		return answer{}, err
	}
	body, err := i.shape.appendObject(nil, i.view, c.options.selected(), before, after)
	return answer{status: status, body: body}, err
}

// root is the address of the version of the API that was asked.
func (c *call) root() string { return c.h.BaseURL + "/" + c.version }

func (c *call) context(set string, selected []string) string {
	if len(selected) > 0 {
		set += "(" + strings.Join(selected, ",") + ")"
	}
	return c.root() + "/$metadata#" + set
}

// nextLink is the address of the next page: that of this one with another token.
func (c *call) nextLink(at cursor) string {
	query := url.Values{}
	for name, values := range c.options.query {
		if !strings.EqualFold(strings.TrimPrefix(name, "$"), "skiptoken") {
			query[name] = values
		}
	}
	query.Set("$skiptoken", at.token())
	return c.root() + c.path + "?" + query.Encode()
}

// count answers with a bare number.
func (c *call) count(s shape, items []item) (answer, error) {
	if !c.options.eventual {
		return answer{}, badRequest("$count is not currently supported without the header 'ConsistencyLevel: eventual'.")
	}
	if err := c.options.check(s, true); err != nil {
		return answer{}, err
	}
	m := matcher{shape: s, filter: c.options.filter}
	n := 0
	for _, i := range items {
		if m.matches(i.view) && m.searched(i.view, c.options.search) {
			n++
		}
	}
	return answer{status: http.StatusOK, text: strconv.Itoa(n)}, nil
}
