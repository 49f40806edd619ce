package search

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

// Operation is what is asked for.
type Operation uint8

// The operations: rows, suggestions for a search box, the end of a word.
const (
	Query Operation = iota + 1
	Suggest
	Autocomplete
)

// Request is a search as it was sent.
type Request struct {
	Operation Operation
	Old       bool // version 1.0, whose lists are lists and whose answers are plain
	Text      string
	Tables    []Table
	Filter    string // for all tables
	Filters   map[string]string
	Facets    []string
	OrderBy   []string
	Top, Skip int
	Count     bool
	Lucene    bool
	Every     bool // all words have to be found, not any
	Fuzzy     bool

	find   node
	facets []facet
	order  []orderKey
}

// Table narrows a search to a table. Select and Search are columns by logical name, nil for
// those that the environment chooses.
type Table struct {
	Name           string
	Select, Search []string
	Filter         string
}

const (
	maxText  = 100
	mostRows = 100
)

// refuse words a request that is wrong. The service documents the rules and not the words.
func refuse(format string, args ...any) error {
	return dverr.InvalidArgument.Text(format, args...)
}

// Read reads the body of a request.
func Read(o Operation, old bool, body []byte) (*Request, error) {
	members, err := object(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if err != nil {
		return nil, err
	}
	r := &Request{Operation: o, Old: old, Top: 50}
	if o == Suggest {
		r.Top = 5
	}
	for name, value := range members {
		if err := r.member(name, value); err != nil {
			return nil, err
		}
	}
	return r, r.check()
}

// object reads a JSON object; names count without regard to case.
func object(body []byte) (map[string]json.RawMessage, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(body, &raw); err != nil || raw == nil {
		return nil, refuse("The body of the request is no JSON object.")
	}
	folded := make(map[string]json.RawMessage, len(raw))
	for name, value := range raw {
		folded[strings.ToLower(name)] = value
	}
	return folded, nil
}

func (r *Request) member(name string, value json.RawMessage) error {
	into := map[string]any{
		"search": &r.Text, "top": &r.Top, "skip": &r.Skip, "count": &r.Count, "fuzzy": &r.Fuzzy, "propertybag": new(any),
	}
	if r.Old {
		into["returntotalrecordcount"], into["usefuzzy"] = &r.Count, &r.Fuzzy
	}
	if target, plain := into[name]; plain {
		return one(name, value, target)
	}
	switch name {
	case "filter":
		return r.filter(value)
	case "entities":
		return r.tables(value)
	case "facets":
		return r.inner(name, value, &r.Facets)
	case "orderby":
		return r.inner(name, value, &r.OrderBy)
	case "options":
		return r.options(value)
	case "searchmode", "searchtype":
		if r.Old {
			return r.mode(name, value)
		}
	}
	if strings.Contains(name, "@") {
		return nil
	}
	return refuse("The parameter '%s' is not known.", name)
}

// one reads a value; null leaves what is there.
func one(name string, value json.RawMessage, into any) error {
	if err := json.Unmarshal(value, into); err != nil {
		return refuse("The value of the parameter '%s' is of the wrong type.", name)
	}
	return nil
}

// inner reads a value that version 2.0 sends as a text of JSON, "null" among them.
func (r *Request) inner(name string, value json.RawMessage, into any) error {
	if r.Old {
		return one(name, value, into)
	}
	var text string
	if err := one(name, value, &text); err != nil {
		return err
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	if !strings.Contains(text, `"`) {
		text = strings.ReplaceAll(text, "'", `"`) // as the documents write options
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return refuse("The value of the parameter '%s' is no JSON of the kind that it needs.", name)
	}
	return nil
}

// filter reads a filter for all tables, or, of version 1.0 and its successor's first
// documents, filters for one table each: "account:revenue gt 5, contact:(…)".
func (r *Request) filter(value json.RawMessage) error {
	var text string
	if err := one("filter", value, &text); err != nil {
		return err
	}
	r.Filters = map[string]string{}
	table := ""
	for _, part := range split(text, ',') {
		if name, rest, found := strings.Cut(part, ":"); found && identifier(strings.TrimSpace(name)) {
			table, part = strings.TrimSpace(name), rest
		} else if table != "" {
			return refuse("The filter '%s' names no table.", strings.TrimSpace(part))
		}
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if table == "" {
			r.Filter = strings.TrimSpace(text)
			return nil
		}
		r.Filters[table] = part
	}
	return nil
}

// split cuts a text at a character that stands neither in quotes nor in parentheses.
func split(text string, at byte) []string {
	var parts []string
	depth, quoted, from := 0, false, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == at && depth == 0:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

// identifier reports a logical name.
func identifier(text string) bool {
	for i, c := range text {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}

func (r *Request) tables(value json.RawMessage) error {
	if r.Old {
		var names []string
		if err := one("entities", value, &names); err != nil {
			return err
		}
		for _, name := range names {
			r.Tables = append(r.Tables, Table{Name: name})
		}
		return nil
	}
	var list []json.RawMessage
	if err := r.inner("entities", value, &list); err != nil {
		return err
	}
	for _, raw := range list {
		t, err := readTable(raw)
		if err != nil {
			return err
		}
		r.Tables = append(r.Tables, t)
	}
	return nil
}

func readTable(raw json.RawMessage) (t Table, err error) {
	members, err := object(raw)
	if err != nil {
		return t, refuse("The value of the parameter 'entities' is no JSON of the kind that it needs.")
	}
	for name, into := range map[string]any{"name": &t.Name, "selectcolumns": &t.Select, "searchcolumns": &t.Search, "filter": &t.Filter} {
		if value, given := members[name]; given {
			if err := one("entities", value, into); err != nil {
				return t, err
			}
		}
	}
	if t.Name == "" {
		return t, refuse("A table of the parameter 'entities' has no name.")
	}
	return t, nil
}

// options reads a dictionary of texts, or the list of words of the first documents.
func (r *Request) options(value json.RawMessage) error {
	var raw any
	if err := r.inner("options", value, &raw); err != nil {
		return err
	}
	switch given := raw.(type) {
	case []any:
		for _, o := range given {
			r.Lucene, r.Every = r.Lucene || o == "lucene", r.Every || o == "searchmodelall" || o == "searchmodeall"
		}
	case map[string]any:
		for name, o := range given {
			text, _ := o.(string)
			switch strings.ToLower(name) {
			case "querytype":
				r.Lucene = strings.EqualFold(text, "lucene")
			case "searchmode":
				r.Every = strings.EqualFold(text, "all")
			}
		}
	}
	return nil
}

// mode reads searchmode and searchtype of version 1.0.
func (r *Request) mode(name string, value json.RawMessage) error {
	var text string
	if err := one(name, value, &text); err != nil {
		return err
	}
	switch text = strings.ToLower(text); {
	case name == "searchmode" && (text == "any" || text == "all" || text == ""):
		r.Every = text == "all"
	case name == "searchtype" && (text == "simple" || text == "full" || text == ""):
		r.Lucene = text == "full"
	default:
		return refuse("The value '%s' of the parameter '%s' is not known.", text, name)
	}
	return nil
}

// check judges the whole, and reads the text.
func (r *Request) check() (err error) {
	least := 1
	if r.Operation == Suggest {
		least = 3
	}
	switch n := utf8.RuneCountInString(strings.TrimSpace(r.Text)); {
	case n < least:
		return refuse("The search term must be at least %d characters long.", least)
	case n > maxText:
		return refuse("The search term must be at most %d characters long.", maxText)
	case r.Top < 1 || r.Top > mostRows:
		return refuse("The value of the parameter 'top' must be between 1 and %d.", mostRows)
	case r.Skip < 0 || r.Skip > 100_000:
		return refuse("The value of the parameter 'skip' must be between 0 and 100000.")
	}
	if r.find, err = r.meaning(); err != nil {
		return err
	}
	if r.facets, err = readFacets(r.Facets); err != nil {
		return err
	}
	r.order, err = readOrder(r.OrderBy)
	return err
}

// meaning reads the text by its syntax. What is typed into a box goes on: its last word is
// the beginning of one.
func (r *Request) meaning() (node, error) {
	if r.Operation == Query {
		if !r.Lucene {
			return simple(r.Text, r.Every), nil
		}
		n, err := lucene(r.Text, r.Every)
		if err != nil {
			return nil, refuse("Failed to parse query string: %s.", err)
		}
		return n, nil
	}
	var list []node
	typed := words(r.Text)
	for i, w := range typed {
		n := word{text: w, prefix: i == len(typed)-1}
		if r.Fuzzy {
			n.edits = 1
			list = append(list, anyOf{[]node{word{text: w, prefix: n.prefix}, word{text: w, edits: 1}}})
			continue
		}
		list = append(list, n)
	}
	return join(list, true), nil
}
