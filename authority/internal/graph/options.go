package graph

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// options are the query options of a request.
type options struct {
	filter  expression
	search  []term
	selects []string
	expand  []string
	order   []ordered
	top     int // 0: the default
	count   bool
	after   *cursor
	query   url.Values // as it was, for the next link

	eventual bool // ConsistencyLevel: eventual
}

// ordered is one property of $orderby.
type ordered struct {
	name       string
	descending bool
}

// term is one "property:text" of $search; any of the words of a group may match, all
// groups must.
type term struct{ property, text string }

// Page sizes (Entra facts 6.7).
const (
	defaultPage = 100
	maxPage     = 999
)

// readOptions reads the query. Names may do without the dollar sign.
func readOptions(r *http.Request) (options, error) {
	o := options{eventual: strings.EqualFold(r.Header.Get("ConsistencyLevel"), "eventual")}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return o, badRequest("The query string cannot be read.")
	}
	o.query = values
	for name, all := range values {
		if err := o.read(strings.ToLower(strings.TrimPrefix(name, "$")), strings.HasPrefix(name, "$"), all[0]); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (o *options) read(name string, dollar bool, value string) (err error) {
	switch name {
	case "filter":
		if strings.TrimSpace(value) != "" {
			o.filter, err = parseFilter(value)
		}
	case "search":
		o.search, err = parseSearch(value)
	case "select":
		o.selects = words(value)
	case "expand":
		o.expand = words(value)
	case "orderby":
		o.order, err = parseOrder(value)
	case "top":
		o.top, err = strconv.Atoi(value)
		if err != nil || o.top < 1 || o.top > maxPage {
			err = unsupported("Invalid page size specified: '%s'. Must be between 1 and %d inclusive.", value, maxPage)
		}
	case "count":
		if o.count, err = strconv.ParseBool(value); err != nil {
			err = badRequest("Invalid value '%s' for $count query option found. Valid values are 'true' and 'false'.", value)
		}
	case "skiptoken":
		o.after, err = parseCursor(value)
	case "format":
	case "skip":
		err = unsupported("'$skip' is not supported by the service.")
	default:
		if dollar {
			err = badRequest("The query parameter '$%s' is not supported.", name)
		}
	}
	return err
}

func words(list string) []string {
	var out []string
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

func parseOrder(value string) ([]ordered, error) {
	var out []ordered
	for _, one := range words(value) {
		name, direction, _ := strings.Cut(one, " ")
		switch strings.ToLower(strings.TrimSpace(direction)) {
		case "", "asc":
			out = append(out, ordered{name, false})
		case "desc":
			out = append(out, ordered{name, true})
		default:
			return nil, badRequest("Invalid $orderby clause.")
		}
	}
	return out, nil
}

// parseSearch reads "property:text" clauses in quotation marks, joined by AND or nothing.
func parseSearch(value string) ([]term, error) {
	var out []term
	rest := strings.TrimSpace(value)
	for rest != "" {
		if len(out) > 0 {
			rest = strings.TrimSpace(strings.TrimPrefix(rest, "AND"))
		}
		clause, after, closed := strings.Cut(strings.TrimPrefix(rest, `"`), `"`)
		property, text, found := strings.Cut(clause, ":")
		if !strings.HasPrefix(rest, `"`) || !closed || !found || property == "" || text == "" {
			return nil, badRequest(`Syntax error: the $search query option must be of the form "property:value".`)
		}
		out = append(out, term{property, text})
		rest = strings.TrimSpace(after)
	}
	return out, nil
}

// check judges the options for a shape. strictly is for directory objects: some of what
// they can be asked needs ConsistencyLevel eventual, some of that $count as well.
func (o options) check(s shape, strictly bool) error {
	for _, name := range o.selects {
		if _, known := s.field(name); !known && name != "*" {
			return badRequest("Parsing OData Select and Expand failed: Could not find a property named '%s' on type '%s'.", name, s.name)
		}
	}
	for _, by := range o.order {
		if _, known := s.field(by.name); !known {
			return badRequest("Could not find a property named '%s' on type '%s'.", by.name, s.name)
		}
	}
	for _, t := range o.search {
		if _, known := s.field(t.property); !known {
			return badRequest("Unrecognized search property '%s'.", t.property)
		}
	}
	if o.filter != nil {
		if err := (matcher{shape: s}).check(o.filter, nil); err != nil {
			return err
		}
	}
	if !strictly || o.eventual {
		return nil
	}
	switch {
	case len(o.search) > 0:
		return unsupported("Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
	case o.filter != nil && advanced(o.filter):
		return unsupported("Operator in the $filter is only supported as an advanced query: add the request header 'ConsistencyLevel: eventual' and $count=true. For more information, see https://aka.ms/graph-docs/advanced-queries")
	case o.filter != nil && len(o.order) > 0:
		return unsupported("Sorting not supported for current query.")
	}
	return nil
}

// selected gives the members asked for; nil for those given unasked.
func (o options) selected() []string {
	if slices.Contains(o.selects, "*") {
		return nil
	}
	return o.selects
}

// cursor is where a page ended: what it was ordered by, and the id.
type cursor struct {
	Keys []string `json:"k,omitempty"`
	ID   string   `json:"i"`
}

func (c cursor) token() string {
	text, err := json.Marshal(c)
	if err != nil { // texts always marshal
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseCursor(token string) (*cursor, error) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	var c cursor
	if err != nil || json.Unmarshal(text, &c) != nil || c.ID == "" {
		return nil, badRequest("The skip token is not valid.")
	}
	return &c, nil
}
