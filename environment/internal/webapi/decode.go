package webapi

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/predicate"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/internal/web"
)

// asked is a request in the environment's own terms. An answer that needs nothing
// done has no op and is fixed.
type asked struct {
	op    op.Op
	write func(http.ResponseWriter, engine.Result) error
	fixed func(http.ResponseWriter) error
	moves bool // fixed moves a content, which counts as an operation

	behind *behind // nil: the client waits
}

// request is a request taken apart at the wall, before its resource is known.
type request struct {
	api    *API
	http   *http.Request // for its query and its body
	call   engine.Call
	odata  odata.Request
	path   odata.Path
	prefer odata.Prefer
	when   conditions
	custom *meta.API // what the path calls, if that is a custom API
}

// decode turns a request into what is asked, or says what is wrong with it. content are
// the rows that content IDs stand for, nil outside of change sets.
func (a *API) decode(event *web.Event, r *http.Request, call engine.Call, content map[string]op.Key) (*asked, error) {
	defer event.Time("odata").Over()
	path := escapedPath(r.URL)
	searched := isSearch(path)
	version, resource, err := cut(path)
	if searched {
		version, err = versions[len(versions)-1], nil
	}
	if err != nil {
		return nil, err
	}
	q := &request{api: a, http: r, call: call}
	if q.prefer, err = odata.ParsePrefer(r.Header["Prefer"]); err != nil {
		return nil, err
	}
	q.odata = odata.Request{
		Model: call.Model, Root: a.root(r, version), PageSize: q.prefer.MaxPageSize, Annotations: q.prefer.Annotations, Zone: call.Caller.Effective.Zone,
		TrackChanges: q.prefer.TrackChanges, Content: content, Seal: a.seal(call.Caller.Effective.ID), Conditions: func() predicate.Reader { return meaning(q.call) },
	}
	if searched {
		return q.searchEndpoint(r.URL.EscapedPath())
	}
	if a.isMetadata(resource) {
		return a.describe(q, call, resource)
	}
	if q.path, err = q.odata.ReadPath(resource); err != nil {
		return nil, err
	}
	if q.custom, err = q.customAPI(); err != nil {
		return nil, err
	}
	allowed, err := a.permit(r.Method, &q.path, q.custom)
	if err != nil {
		return nil, err
	}
	if r.Method == http.MethodOptions {
		return &asked{fixed: options(allowed)}, nil
	}
	moves := isContent(r, q.path)
	if err := checkAccept(r.Header); err != nil && !moves {
		return nil, err
	}
	if moves && q.path.Suffix == odata.ValueSuffix { // its conditions are the content's, not the row's
		return a.content(q)
	}
	if q.when, err = readConditions(r.Header); err != nil {
		return nil, err
	}
	if moves {
		return a.content(q)
	}
	return q.ask()
}

// ask goes by resource and method; permit let through only what stands here.
func (q *request) ask() (*asked, error) {
	switch q.path.Kind {
	case odata.ServicePath:
		return &asked{fixed: q.serviceDocument}, nil
	case odata.BatchPath:
		return nil, dverr.QueryInvalid.Text("A batch request cannot hold another batch request.")
	case odata.MessagePath:
		if asked, ok, err := q.search(); ok {
			return asked, err
		}
		if q.custom != nil {
			return q.later(q.invoke())
		}
		if asked, ok, err := q.convert(); ok {
			return asked, err
		}
		if asked, ok, err := q.unpublished(); ok {
			return asked, err
		}
		if q.path.Message == bulkDeleteMessage && q.path.Table == nil {
			return q.bulkDelete()
		}
		return q.later(q.message())
	case odata.PropertyPath:
		return q.property()
	case odata.NavigationPath:
		return q.navigation()
	case odata.SetPath:
		if q.http.Method == http.MethodPost {
			return q.create()
		}
		if t, given, err := q.odata.ReadChanges(q.path.Table, q.http.URL.RawQuery, q.path.Suffix == odata.CountSuffix); given || err != nil {
			return q.changes(t, err)
		}
		if text, given, count, err := odata.ReadFetch(q.http.URL.RawQuery); given || err != nil {
			return q.fetch(text, count, err)
		}
		if statement, page, given, err := q.odata.ReadSQL(q.path.Table, q.http.URL.RawQuery); given || err != nil {
			return q.sql(statement, page, err)
		}
		if fetched, given, err := q.odata.ReadApply(q.path.Table, q.http.URL.RawQuery); given || err != nil {
			return q.apply(fetched, err)
		}
		return q.collection(q.path.Table, nil)
	}
	switch q.http.Method {
	case http.MethodPatch:
		return q.update()
	case http.MethodDelete:
		return q.remove()
	}
	return q.retrieve()
}

func (q *request) query(single bool) (*odata.Query, error) {
	return q.odata.ReadQuery(q.path.Table, q.http.URL.RawQuery, single)
}

func (q *request) retrieve() (*asked, error) {
	query, err := q.api.queries.ReadQuery(q.odata, q.path.Table, q.http.URL.RawQuery, true)
	if err != nil {
		return nil, err
	}
	both := &struct { // in one piece of memory
		op.Retrieve
		asked
		reply
	}{Retrieve: op.Retrieve{Key: *q.path.Key, Select: query.Select, Standing: query.Standing()}}
	o := &both.Retrieve
	if !q.prefer.Annotations.Any() && !query.Expands() { // else never 304 (Dataverse facts 5.11)
		o.UnlessVersion = q.when.noneMatch.version
	}
	both.asked = asked{op: o, write: func(w http.ResponseWriter, r engine.Result) error {
		if r.NotModified {
			(&reply{w: w, status: http.StatusNotModified, json: true}).begin()
			return nil
		}
		both.reply = reply{w: w, status: http.StatusOK, version: r.Version, applied: q.applied(false)}
		return q.writer(&both.reply).Entity(query, r.Page)
	}}
	return &both.asked, nil
}

func (q *request) create() (*asked, error) {
	query, err := q.query(true)
	if err != nil {
		return nil, err
	}
	body, err := readBody(q.http, q.path.Table)
	if err != nil {
		return nil, err
	}
	o, err := q.odata.ReadCreate(q.path.Table, body)
	if err != nil {
		return nil, err
	}
	o.Unique = q.unique()
	if q.representation() {
		o.Return = query.Select
	}
	return &asked{op: o, write: q.written(query)}, nil
}

// unique reports that the client wants duplicates refused: they are not, unless asked
// (Dataverse facts 5.2).
func (q *request) unique() bool {
	return strings.EqualFold(q.http.Header.Get("MSCRM.SuppressDuplicateDetection"), "false")
}

func (q *request) update() (*asked, error) {
	key := *q.path.Key
	mode, err := q.when.update()
	if err != nil {
		return nil, err
	}
	query, err := q.query(true)
	if err != nil {
		return nil, err
	}
	body, err := readBody(q.http, q.path.Table)
	if err != nil {
		return nil, err
	}
	o, err := q.odata.ReadUpdate(q.path.Table, body, mode)
	if err != nil {
		return nil, err
	}
	o.Key, o.IfVersion, o.Unique = key, q.when.match.version, q.unique()
	if q.representation() {
		o.Return = query.Select
	}
	return &asked{op: o, write: q.written(query)}, nil
}

func (q *request) remove() (*asked, error) {
	key := *q.path.Key
	if q.when.noneMatch.given {
		return nil, noneMatchOnWrite()
	}
	return &asked{op: &op.Delete{Key: key, IfVersion: q.when.match.version}, write: func(w http.ResponseWriter, _ engine.Result) error {
		(&reply{w: w, status: http.StatusNoContent}).begin()
		return nil
	}}, nil
}

// arguments reads those of a message: from the path and, of an action, from the body. Of
// what is no message the engine says so: what stands in its path does not matter then.
func (q *request) arguments() ([]op.Member, error) {
	arguments, err := q.odata.ReadArguments(q.path, q.http.URL.RawQuery)
	if _, built := q.api.operations[q.path.Message]; err != nil && built {
		return nil, err
	}
	if q.http.Method != http.MethodPost {
		return arguments, nil
	}
	body, err := readParameters(q.http, q.path.Message)
	if err != nil {
		return nil, err
	}
	more, err := q.odata.ReadParameters(q.path.Message, body)
	return append(arguments, more...), err
}

// binds reports that the message is called on what it is declared for.
func (q *request) binds() bool {
	table := ""
	if q.path.Table != nil {
		table = q.path.Table.LogicalName
	}
	return q.api.Metadata.Binds(q.path.Message, table, q.path.Key != nil)
}

func (q *request) message() (*asked, error) {
	if a, ok, err := q.bulk(); ok {
		return a, err
	}
	if _, built := q.api.operations[q.path.Message]; built && !q.binds() {
		return nil, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + q.path.Message)
	}
	arguments, err := q.arguments()
	if err != nil {
		return nil, err
	}
	o := &op.Message{Name: q.path.Message, Arguments: arguments}
	if q.path.Key != nil {
		o.Bound = q.path.Key
	} else {
		o.Of = q.path.Table
	}
	var rows *odata.Query
	o.Ask = func(t *meta.Table, one bool, columns ...string) (*query.Select, error) {
		chosen := q.http.URL.Query().Get("$select")
		if len(columns) > 0 {
			chosen = strings.Join(columns, ",")
		}
		named := "$select=" + url.QueryEscape(chosen)
		var err error
		if rows, err = q.odata.ReadQuery(t, named, one); err != nil {
			return nil, err
		}
		return rows.Select, nil
	}
	return &asked{op: o, write: func(w http.ResponseWriter, r engine.Result) error {
		to := &reply{w: w, status: http.StatusOK, applied: q.applied(false)}
		switch {
		case r.Answer.One:
			return q.writer(to).Entity(rows, r.Answer.Rows)
		case r.Answer.Rows != nil:
			return q.writer(to).Collection(rows, r.Answer.Rows)
		}
		return q.answered(w, r)
	}}, nil
}
