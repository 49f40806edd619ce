package engine

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// settleState makes statecode and statuscode a pair (Dataverse facts 6.1): a state
// alone brings its default status, a status alone must belong to the state the row
// is in. A new row begins in the default state; an activity always does, others may
// be made in another one.
func (w *work) settleState(d *draft) error {
	if d.state == nil {
		return nil
	}
	if d.Creating() && (d.table.Activity || !d.Gives(d.state)) {
		d.Put(d.state, query.Int(defaultOf(d.state, 0)))
	}
	if d.Value(d.state).IsNull() {
		return dverr.RequiredMissing.With(d.state.LogicalName)
	}
	now := d.Value(d.state).Int()
	state, ok := d.state.Option(now)
	if !ok {
		return dverr.InvalidStateStatus.Text("%d is not a valid state code on %s with Id %s.", now, d.table.LogicalName, d.ID)
	}
	if d.status == nil {
		return nil
	}
	if d.Sets(d.state) && !d.Gives(d.status) {
		d.Put(d.status, statusOf(d.status, now))
	}
	if d.Sets(d.status) && d.Value(d.status).IsNull() {
		return dverr.RequiredMissing.With(d.status.LogicalName)
	}
	return paired(d, state)
}

// paired refuses a status of another state.
func paired(d *draft, state meta.Option) error {
	if !d.Sets(d.status) {
		return nil
	}
	n := d.Value(d.status).Int()
	if status, ok := d.status.Option(n); ok && status.State == state.Value {
		return nil
	}
	return dverr.InvalidStateStatus.With(n, d.table.SchemaName+"State."+nameOf(state), d.table.LogicalName, d.ID)
}

// nameOf is the option as the service's enumerations call it: "NotStarted".
func nameOf(o meta.Option) string {
	if o.Name != "" {
		return o.Name
	}
	return strings.ReplaceAll(o.Label, " ", "")
}

// statusOf is the default status of a state; its first where none is marked.
func statusOf(c *meta.Column, state int64) query.Value {
	first := query.Null()
	for _, o := range c.Options {
		if o.State != state {
			continue
		}
		if o.Default {
			return query.Int(o.Value)
		}
		if first.IsNull() {
			first = query.Int(o.Value)
		}
	}
	return first
}
