package webapi

import (
	"net/http"
	"net/url"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// navigation goes by what a navigation property of a row leads to (Dataverse facts 5.5,
// 5.10, A.1).
func (q *request) navigation() (*asked, error) {
	link := q.path.Link()
	read := q.http.Method == http.MethodGet || q.http.Method == http.MethodHead
	switch {
	case q.path.Suffix == odata.RefSuffix && !read:
		return q.relink(link)
	case !read:
		return q.parties(link)
	case !link.Nav.Single:
		return q.collection(link.Nav.Target, link)
	case q.path.Suffix == odata.RefSuffix:
		return q.reference(link)
	}
	return q.follow(link)
}

// collection lists rows of a set, or those that a link leads to; their number; their
// addresses.
func (q *request) collection(t *meta.Table, of *op.Link) (*asked, error) {
	q.odata.Resource = t.SetName
	if of != nil {
		q.odata.Resource = rowPath(of.Key) + "/" + of.Nav.Name
	}
	if q.path.Suffix == odata.RefSuffix {
		q.odata.Resource += "/$ref"
	}
	if q.path.Suffix == odata.NoSuffix {
		if p, given, err := q.odata.ReadPredefined(q.http.URL.RawQuery); given || err != nil {
			if err != nil {
				return nil, err
			}
			return q.predefined(p, t, of)
		}
	}
	query, err := q.rows(t, of)
	if err != nil {
		return nil, err
	}
	asked := &asked{op: &op.RetrieveMultiple{Select: query.Select, Of: of, Standing: query.Standing()}}
	switch q.path.Suffix {
	case odata.CountSuffix:
		asked.write = q.count(query)
	case odata.RefSuffix:
		query.KeysOnly()
		asked.write = func(w http.ResponseWriter, r engine.Result) error {
			return q.writer(&reply{w: w, status: http.StatusOK}).References(query, r.Page)
		}
	default:
		asked.write = func(w http.ResponseWriter, r engine.Result) error {
			return q.writer(&reply{w: w, status: http.StatusOK, applied: q.applied(false)}).Collection(query, r.Page)
		}
	}
	return asked, nil
}

// rows reads which rows of a collection are asked for. Where the query is changed further,
// by what is asked of them or by whose they are, it is read for this request alone.
func (q *request) rows(t *meta.Table, of *op.Link) (*odata.Query, error) {
	if of != nil || q.path.Suffix != odata.NoSuffix {
		return q.odata.ReadQuery(t, q.http.URL.RawQuery, false)
	}
	return q.api.queries.ReadQuery(q.odata, t, q.http.URL.RawQuery, false)
}

// maxCount is where counts stop (Dataverse facts 5.12).
const maxCount = 5000

// count asks for no row but one: the number is counted beside it.
func (q *request) count(query *odata.Query) func(http.ResponseWriter, engine.Result) error {
	query.KeysOnly()
	s := query.Select
	s.Order, s.After = s.Order[len(s.Order)-1:], nil
	s.Limit, s.Count, s.CountLimit = 1, true, maxCount
	return func(w http.ResponseWriter, r engine.Result) error {
		return q.writer(&reply{w: w, status: http.StatusOK, plain: true}).Count(r.Page)
	}
}

// follow answers the row that a single-valued link leads to; 204 when it leads nowhere.
func (q *request) follow(link *op.Link) (*asked, error) {
	if link.Nav.Target == nil {
		return nil, dverr.NotImplemented.Text("A path through the navigation property '%s' is not yet implemented.", link.Nav.Name)
	}
	query, err := q.odata.ReadQuery(link.Nav.Target, q.http.URL.RawQuery, true)
	if err != nil {
		return nil, err
	}
	return &asked{op: &op.Retrieve{Via: link, Select: query.Select}, write: func(w http.ResponseWriter, r engine.Result) error {
		if r.Page == nil {
			return nothing(w)
		}
		return q.writer(&reply{w: w, status: http.StatusOK, version: r.Version, applied: q.applied(false)}).Entity(query, r.Page)
	}}, nil
}

// reference answers the address of the row that a single-valued link leads to.
func (q *request) reference(link *op.Link) (*asked, error) {
	return &asked{op: &op.Retrieve{Via: link}, write: func(w http.ResponseWriter, r engine.Result) error {
		if r.Key.ID.IsZero() {
			return nothing(w)
		}
		return q.writer(&reply{w: w, status: http.StatusOK}).Reference(r.Key)
	}}, nil
}

// parties gives an activity its parties, in the place of those that it has.
func (q *request) parties(link *op.Link) (*asked, error) {
	body, err := readBody(q.http, q.path.Table)
	if err != nil {
		return nil, err
	}
	whole, err := q.odata.ReadParties(link.Nav, body)
	if err != nil {
		return nil, err
	}
	o := &op.Update{Key: link.Key, Mode: op.UpdateOnly, Whole: whole}
	return &asked{op: o, write: func(w http.ResponseWriter, _ engine.Result) error { return nothing(w) }}, q.conditioned(link, o)
}

// relink makes and cuts links: a lookup is set on the row that has it, whichever end
// the path starts from.
func (q *request) relink(link *op.Link) (*asked, error) {
	asked := &asked{write: func(w http.ResponseWriter, _ engine.Result) error { return nothing(w) }}
	var err error
	if q.http.Method == http.MethodDelete {
		if asked.op, err = q.unlink(link); err == nil {
			err = q.conditioned(link, asked.op)
		}
		return asked, err
	}
	body, err := readBody(q.http, q.path.Table)
	if err != nil {
		return nil, err
	}
	other, err := q.odata.ReadLink(q.path.Table, body)
	if err != nil {
		return nil, err
	}
	if asked.op, err = associate(link, other); err == nil {
		err = q.conditioned(link, asked.op)
	}
	return asked, err
}

// conditioned holds a change of a single-valued link to the version of its row that the
// client saw. The rows of a collection are not what the client has an ETag of: a condition
// on them is refused, not dropped in silence.
func (q *request) conditioned(link *op.Link, o op.Op) error {
	switch u, single := o.(*op.Update); {
	case q.when.noneMatch.given:
		return noneMatchOnWrite()
	case q.when.match.version == 0:
		return nil
	case single && link.Nav.Single:
		u.IfVersion = q.when.match.version
		return nil
	}
	return dverr.QueryInvalid.Text("The If-Match header of a request that changes the collection '%s' may only be '*'.", link.Nav.Name)
}

func associate(link *op.Link, other op.Key) (op.Op, error) {
	if !link.Nav.LeadsTo(other.Table) {
		return nil, dverr.QueryInvalid.Text("A resource with type 'Microsoft.Dynamics.CRM.%s' was found, but it is not assignable to the type of the navigation property '%s'.", other.Table.LogicalName, link.Nav.Name)
	}
	holder, column, target := link.Key, link.Nav.From, other
	if !link.Nav.Single {
		if link.Nav.Near != nil {
			return &op.Associate{Link: *link, Related: other}, nil
		}
		holder, column, target = other, link.Nav.To, link.Key
	}
	return &op.Update{Key: holder, Mode: op.UpdateOnly, Values: []op.Assignment{
		op.Bind(column, target),
	}}, nil
}

// unlink reads which row to take out: by key in the path, or by $id.
func (q *request) unlink(link *op.Link) (op.Op, error) {
	id := idOption(q.http.URL)
	if link.Nav.Single {
		return &op.Update{Key: link.Key, Mode: op.UpdateOnly, Values: []op.Assignment{{Column: link.Nav.From}}}, nil
	}
	var related op.Key
	var err error
	switch {
	case q.path.NavKey != nil:
		related = *q.path.NavKey
	case id != "":
		related, err = q.odata.ReadReference(id)
	default:
		err = dverr.QueryInvalid.Text("The $id query option is required to remove a row from the collection '%s'.", link.Nav.Name)
	}
	if err == nil && related.Table != link.Nav.Target {
		err = dverr.QueryInvalid.Text("The rows of the collection '%s' are of type 'Microsoft.Dynamics.CRM.%s'.", link.Nav.Name, link.Nav.Target.LogicalName)
	}
	return &op.Disassociate{Link: *link, Related: related}, err
}

func idOption(u *url.URL) string { return u.Query().Get("$id") }

func nothing(w http.ResponseWriter) error {
	(&reply{w: w, status: http.StatusNoContent}).begin()
	return nil
}

// rowPath is a row's address below the service root.
func rowPath(key op.Key) string {
	if key.Alternate != nil {
		return key.Table.SetName + "(" + key.Alternate.Text + ")"
	}
	return key.Table.SetName + "(" + key.ID.String() + ")"
}
