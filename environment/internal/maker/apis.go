package maker

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// APIs holds the custom APIs that were read last.
type APIs struct {
	changes atomic.Int64 // how often rows that declare them were written
	latest  atomic.Pointer[apisAt]
}

// apisAt are the custom APIs of a model after a number of changes.
type apisAt struct {
	model   *meta.Model
	changes int64
	all     *meta.APIs
}

// APIs gives the custom APIs as they are: what a write that was answered declared is
// among them.
func (b *Bench) APIs(ctx context.Context, call engine.Call) (*meta.APIs, error) {
	changes := b.apis.changes.Load()
	if at := b.apis.latest.Load(); at != nil && at.model == call.Model && at.changes == changes {
		return at.all, nil
	}
	if call.Model.Table(apiTable) == nil {
		return meta.NewAPIs(nil), nil
	}
	var all []*meta.API
	err := b.engine.Read(ctx, call, func(tx *rows.Tx) (err error) {
		all, err = apiRows(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	at := &apisAt{call.Model, changes, meta.NewAPIs(all)}
	b.apis.latest.Store(at)
	return at.all, nil
}

// apiRows reads the custom APIs as they are declared, by name.
func apiRows(tx *rows.Tx) ([]*meta.API, error) {
	t := tx.Call.Model.Table(apiTable)
	found, err := tx.Gather("the custom APIs", rows.Chosen(t, nil, "customapiid", "uniquename", "isfunction", "isprivate", "bindingtype", "boundentitylogicalname", "executeprivilegename"))
	if err != nil {
		return nil, err
	}
	var all []*meta.API
	for _, r := range found {
		if a := apiOf(tx, t, r); a != nil {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b *meta.API) int { return strings.Compare(a.Name, b.Name) })
	for _, name := range []string{parameterTable, propertyTable} {
		if err := apiMembers(tx, all, tx.Call.Model.Table(name)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// apiOf is a row as a custom API; nil when the table that it is bound to is gone.
func apiOf(tx *rows.Tx, t *meta.Table, r *rows.Record) *meta.API {
	text := func(name string) string { return r.Value(t.Column(name)).Text() }
	flag := func(name string) bool { return r.Value(t.Column(name)).Int() == 1 }
	a := &meta.API{
		ID: r.Value(t.PrimaryID).GUID(), Name: text("uniquename"), Function: flag("isfunction"), Private: flag("isprivate"),
		Binding: meta.Binding(r.Value(t.Column("bindingtype")).Int()),
	}
	if a.Binding != meta.Global {
		if a.Bound = tx.Call.Model.Table(text("boundentitylogicalname")); a.Bound == nil {
			return nil
		}
	}
	if name := text("executeprivilegename"); name != "" {
		if a.Privilege = tx.Call.Model.Privilege(name); a.Privilege == nil {
			a.Privilege = &meta.Privilege{Name: name} // its table is gone: nobody holds it
		}
	}
	return a
}

// apiMembers adds the parameters or the properties, in the order in which they were made.
// One of a table that is gone is of any rotx.
func apiMembers(tx *rows.Tx, all []*meta.API, t *meta.Table) error {
	names := []string{t.PrimaryID.LogicalName, "customapiid", "uniquename", "type", "logicalentityname"}
	if t.LogicalName == parameterTable {
		names = append(names, "isoptional")
	}
	s := rows.Chosen(t, nil, names...)
	s.Order = []query.Order{{Col: query.Col{Of: s, C: t.PrimaryID}}}
	found, err := tx.Gather("the parameters and properties of custom APIs", s)
	if err != nil {
		return err
	}
	for _, r := range found {
		of := r.Value(t.Column("customapiid")).GUID()
		at := slices.IndexFunc(all, func(a *meta.API) bool { return a.ID == of })
		if at < 0 {
			continue
		}
		m := meta.APIMember{
			Name: r.Value(t.Column("uniquename")).Text(), Type: meta.APIType(r.Value(t.Column("type")).Int()),
			Table: tx.Call.Model.Table(r.Value(t.Column("logicalentityname")).Text()), Optional: r.Value(t.Column("isoptional")).Int() == 1,
		}
		list := &all[at].Properties
		if t.LogicalName == parameterTable {
			list = &all[at].Parameters
		}
		*list = append(*list, m)
	}
	return nil
}
