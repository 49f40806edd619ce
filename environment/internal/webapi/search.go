package webapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/search"
)

// Dataverse search is asked in three ways: by messages of the Web API, at an endpoint of
// its own with the same parameters and answers, and at that endpoint's predecessor. Rows
// come by the same questions that GET asks, so that a search shows nobody more.

// searchMessages are the messages, with what is asked for; 0 for those about search itself.
var searchMessages = map[string]search.Operation{
	"searchquery": search.Query, "searchsuggest": search.Suggest, "searchautocomplete": search.Autocomplete,
	"searchstatistics": 0, "searchstatus": 0,
}

// How many rows of a table a search looks at, the newest first: fewer where texts may be
// long, since all of them are held at a time.
const (
	mostSearched = 5000
	mostLong     = 500
)

// search reads a message of search; ok is false for all others.
func (q *request) search() (a *asked, ok bool, err error) {
	o, known := searchMessages[q.path.Message]
	if !known || q.path.Table != nil {
		return nil, false, nil
	}
	a, err = q.searchFor(q.path.Message, o, false)
	return a, true, err
}

// isSearch reports an address of search's own endpoint.
func isSearch(escapedPath string) bool { return strings.HasPrefix(escapedPath, apiPrefix+"search/") }

// searchEndpoint reads a request to it.
func (q *request) searchEndpoint(escapedPath string) (*asked, error) {
	rest := strings.TrimPrefix(escapedPath, apiPrefix+"search/")
	version, name, _ := strings.Cut(rest, "/")
	o, known := searchMessages["search"+name]
	old := version == "v1.0"
	if !known || version != "v2.0" && (!old || o == 0) {
		return nil, notFound(escapedPath)
	}
	want := http.MethodPost
	if o == 0 {
		want = http.MethodGet
	}
	if q.http.Method != want {
		return nil, &wrongMethod{dverr.MethodNotAllowed.With(q.http.Method), allow([]string{want})}
	}
	return q.searchFor("search"+name, o, old)
}

// searchFor asks for what a message says. Its answer is a text of JSON, in an answer of the
// message's type; version 1.0 has the JSON alone.
func (q *request) searchFor(message string, o search.Operation, old bool) (*asked, error) {
	answer := func(ctx context.Context) ([]byte, error) { return q.aboutSearch(ctx, message) }
	if o != 0 {
		body, err := readParameters(q.http, message)
		if err != nil {
			return nil, err
		}
		r, err := search.Read(o, old, body)
		if err != nil {
			return nil, err
		}
		answer = func(ctx context.Context) ([]byte, error) { return q.find(ctx, r) }
	}
	q.odata.Annotations = odata.ParseAnnotations("OData.Community.Display.V1.FormattedValue,Microsoft.Dynamics.CRM.lookuplogicalname")
	return &asked{moves: true, fixed: func(w http.ResponseWriter) error {
		if err := q.api.Quota.Search(q.http.Context(), q.call.Caller.Authenticated); err != nil {
			return err
		}
		text, err := answer(q.http.Context())
		if err != nil {
			return err
		}
		to := &reply{w: w, status: http.StatusOK}
		if old {
			_, err = to.Write(text)
			return err
		}
		return q.writer(to).Answer(op.Answer{Type: message + "Response", Members: []op.Member{{Name: "response", Value: string(text)}}})
	}}, nil
}

// searchable are the tables that are searched unless a request names others: those that
// the caller may read. Who may read none of them is refused as by the first.
func (q *request) searchable() []*meta.Table {
	var all, readable []*meta.Table
	for _, t := range q.call.Model.Tables {
		if t.Searched() {
			all = append(all, t)
			if q.call.Caller.Has(t.Privileges[meta.Read]) != access.None {
				readable = append(readable, t)
			}
		}
	}
	if len(readable) == 0 {
		return all
	}
	return readable
}

// find looks for rows in every table.
func (q *request) find(ctx context.Context, r *search.Request) ([]byte, error) {
	if !q.call.Caller.Searches() {
		return nil, dverr.SearchDisabled.With().Helping("Set isexternalsearchindexenabled of the organization to true.")
	}
	results := r.Results()
	chosen := r.Tables
	if len(chosen) == 0 {
		for _, t := range q.searchable() {
			chosen = append(chosen, search.Table{Name: t.LogicalName})
		}
	}
	for _, c := range chosen {
		t := q.call.Model.Table(c.Name)
		if t == nil || !t.Searched() {
			return nil, dverr.InvalidArgument.Text("The table '%s' is not enabled for Dataverse search.", c.Name)
		}
		p := searchedTable{request: q, r: r, t: t, given: c, listed: len(r.Tables) > 0 && !r.Old}
		if err := p.look(ctx, results); err != nil {
			return nil, err
		}
	}
	return results.Answer()
}

// searchedTable is a table while it is searched.
type searchedTable struct {
	*request
	r      *search.Request
	t      *meta.Table
	given  search.Table
	listed bool // the request lists the table: what it leaves out is the row's name alone

	selected, searched []*meta.Column
}

// look asks for the rows that may hold what is searched for, and hands them over.
func (p *searchedTable) look(ctx context.Context, results *search.Results) error {
	if err := p.columns(); err != nil {
		return err
	}
	s, err := p.question()
	if err != nil {
		return err
	}
	return p.api.Engine.Do(ctx, p.call, &op.RetrieveMultiple{Select: s.Select}, func(found engine.Result) error {
		var b bytes.Buffer
		if err := odata.NewWriter(&b, p.odata).Collection(s, found.Page); err != nil {
			return err
		}
		var rows struct{ Value []map[string]any }
		if err := json.Unmarshal(b.Bytes(), &rows); err != nil {
			return err
		}
		for _, row := range rows.Value {
			results.Add(p.document(row))
		}
		return nil
	})
}

// columns chooses what is searched and shown.
func (p *searchedTable) columns() (err error) {
	name := p.t.PrimaryName
	switch {
	case len(p.given.Search) > 0:
		if p.searched, err = p.named(p.given.Search); err != nil {
			return err
		}
		for _, c := range p.searched {
			if c.Storage() != meta.Text || c.Kind == meta.Choices {
				return dverr.InvalidArgument.Text("The column '%s' of the table '%s' cannot be searched.", c.LogicalName, p.t.LogicalName)
			}
		}
	case p.listed || p.r.Operation == search.Suggest:
		p.searched = []*meta.Column{name}
	default:
		p.searched = p.t.SearchedColumns()
	}
	p.selected = []*meta.Column{name}
	if len(p.given.Select) > 0 {
		p.selected, err = p.named(p.given.Select)
	} else if !p.listed && p.r.Operation == search.Query {
		p.selected = append([]*meta.Column{}, p.t.SearchedColumns()...)
		for _, more := range []string{"ownerid", "createdon", "modifiedon"} {
			p.selected = append(p.selected, p.t.Column(more))
		}
	}
	return err
}

func (p *searchedTable) named(list []string) (columns []*meta.Column, err error) {
	for _, name := range list {
		c := p.t.Column(name)
		if c == nil || c.Hidden || !c.ForRead || c.Storage() == meta.Bytes {
			return nil, dverr.InvalidArgument.Text("The table '%s' has no column '%s' to search or to select.", p.t.LogicalName, name)
		}
		columns = append(columns, c)
	}
	return columns, nil
}

// question is what GET would ask for, narrowed to rows that are worth looking at.
func (p *searchedTable) question() (*odata.Query, error) {
	seen, properties := map[*meta.Column]bool{}, []string{}
	add := func(c *meta.Column) {
		if c != nil && !seen[c] {
			seen[c] = true
			properties = append(properties, c.Property)
		}
	}
	for _, list := range [][]*meta.Column{p.selected, p.searched} {
		for _, c := range list {
			add(c)
		}
	}
	for _, name := range p.r.Needs(p.t.LogicalName) {
		add(p.t.Column(name))
	}
	options := "$select=" + strings.Join(properties, ",")
	if filter := p.filter(); filter != "" {
		options += "&$filter=" + url.QueryEscape(filter)
	}
	s, err := p.odata.ReadQuery(p.t, options, false)
	if err != nil {
		return nil, err
	}
	newest, id := query.Col{Of: s.Select, C: p.t.Column("modifiedon")}, query.Col{Of: s.Select, C: p.t.PrimaryID}
	s.Select.Order, s.Select.Limit = []query.Order{{Col: newest, Descending: true}, {Col: id}}, mostSearched
	if slices.ContainsFunc(slices.Concat(p.searched, p.selected), func(c *meta.Column) bool { return c.Kind == meta.Memo }) {
		s.Select.Limit = mostLong
	}
	if e := p.r.Narrows(s.Select, p.searched); e != nil {
		both := query.And{Members: []query.Expr{e}}
		if s.Select.Where != nil {
			both.Members = append(both.Members, s.Select.Where)
		}
		s.Select.Where = both
	}
	return s, nil
}

// filter joins the filters that concern the table, in the Web API's words: search names
// lookups as columns.
func (p *searchedTable) filter() string {
	var all []string
	for _, f := range []string{p.r.Filter, p.r.Filters[p.t.LogicalName], p.given.Filter} {
		if f != "" {
			all = append(all, "("+search.Rename(f, func(name string) string {
				if c := p.t.Column(name); c != nil {
					return c.Property
				}
				return name
			})+")")
		}
	}
	return strings.Join(all, " and ")
}

// document is a row as search knows it.
func (p *searchedTable) document(row map[string]any) search.Document {
	id, _ := row[p.t.PrimaryID.Property].(string)
	d := search.Document{
		Table: p.t.LogicalName, TypeCode: p.t.TypeCode, ID: id, Name: p.t.PrimaryName.LogicalName,
		Values: map[string]any{}, Shown: map[string]string{}, Points: map[string]string{},
	}
	for _, c := range p.selected {
		d.Columns = append(d.Columns, c.LogicalName)
	}
	for _, c := range p.t.Columns {
		v, there := row[c.Property]
		if !there {
			continue
		}
		d.Values[c.LogicalName] = v
		if shown, ok := row[c.Property+"@OData.Community.Display.V1.FormattedValue"].(string); ok {
			d.Shown[c.LogicalName] = shown
		}
		if table, ok := row[c.Property+"@Microsoft.Dynamics.CRM.lookuplogicalname"].(string); ok {
			d.Points[c.LogicalName] = table
		}
	}
	for _, c := range p.searched {
		if text, ok := row[c.Property].(string); ok {
			weight := 1.0
			if c == p.t.PrimaryName {
				weight = 3
			}
			d.Fields = append(d.Fields, search.Field{Name: c.LogicalName, Text: text, Weight: weight})
		}
	}
	return d
}

// aboutSearch tells of search itself: whether it is on and over what, or how much there is.
func (q *request) aboutSearch(ctx context.Context, message string) ([]byte, error) {
	on := q.call.Caller.Searches()
	var tables []search.Searched
	documents := int64(0)
	for _, t := range q.searchable() {
		n, err := q.countAll(ctx, t)
		if err != nil {
			return nil, err
		}
		documents += n
		columns := []string{t.PrimaryID.LogicalName}
		for _, c := range t.SearchedColumns() {
			columns = append(columns, c.LogicalName)
		}
		tables = append(tables, search.Searched{Table: t.LogicalName, TypeCode: t.TypeCode, Name: t.PrimaryName.LogicalName, Columns: columns})
	}
	if message == "searchstatus" {
		return search.Status(on, tables, q.call.Now)
	}
	if !on {
		return nil, dverr.SearchDisabled.With()
	}
	return search.Statistics(documents)
}

// countAll counts the rows of a table that the caller may read.
func (q *request) countAll(ctx context.Context, t *meta.Table) (n int64, err error) {
	s := &query.Select{Table: t, Limit: 1, Count: true}
	id := query.Col{Of: s, C: t.PrimaryID}
	s.Columns, s.Order = []query.Output{{Col: id}}, []query.Order{{Col: id}}
	err = q.api.Engine.Do(ctx, q.call, &op.RetrieveMultiple{Select: s}, func(r engine.Result) error {
		n = r.Page.Count
		for _, err := range r.Page.Rows { // one at most, so that the statement ends
			if err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
