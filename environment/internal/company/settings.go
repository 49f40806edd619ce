package company

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/settings"
	"github.com/stead-s2s/stead/environment/internal/zone"
)

// settle makes the settings of a new user, which live as long as the user does.
func (w *work) settle(user *rows.Draft) error {
	t := w.Call.Model.Table(settings.Table)
	if t == nil {
		return nil
	}
	set := append(settings.New(t),
		op.Assignment{Column: t.PrimaryID, Value: query.GUID(user.ID)},
		op.Assignment{Column: t.Column("businessunitid"), Value: user.Value(user.Table.Column("businessunitid"))})
	return w.Put("a new user has settings", t, append(set, w.made(t)...))
}

// made are the stamps of a row that a rule of the environment makes for its caller.
func (w *work) made(t *meta.Table) []op.Assignment {
	users, by, now := w.Call.Model.Table("systemuser"), query.GUID(w.Call.Caller.Effective.ID), query.Int(w.Call.Now.Unix())
	return []op.Assignment{
		{Column: t.Column("createdon"), Value: now}, {Column: t.Column("modifiedon"), Value: now},
		{Column: t.Column("createdby"), Value: by, Target: users}, {Column: t.Column("modifiedby"), Value: by, Target: users},
	}
}

// moveSettings keeps a user's settings in the user's business unit, which says who may see
// them.
func (w *work) moveSettings(user, unit meta.ID) error {
	t := w.Call.Model.Table(settings.Table)
	if t == nil {
		return nil
	}
	set := []op.Assignment{{Column: t.Column("businessunitid"), Value: query.GUID(unit)}}
	return w.Alter("settings follow their user", t, set, func(s *query.Select) query.Expr {
		return rows.Is(s, t.PrimaryID, query.GUID(user))
	})
}

// guardSettings judges what a user chooses, and works out what follows from the time zone:
// those columns are the system's, whatever a client says.
func (w *work) guardSettings(d *rows.Draft) error {
	column := d.Table.Column
	if limit := column("paginglimit"); d.Sets(limit) && d.Value(limit).Int() > settings.MaxPagingLimit {
		return dverr.OverMaxPagingLimit.With()
	}
	code := column("timezonecode")
	if !d.Sets(code) {
		for _, a := range settings.Clock(d.Table, zone.UTC, 0)[1:] {
			d.Keep(a.Column)
		}
		return nil
	}
	if d.Value(code).IsNull() {
		return nil // for require to refuse
	}
	if _, known := zone.Find(d.Value(code).Int()); !known {
		return dverr.UserTimeZone.With().Helping("No time zone has the code %d: timezonedefinitions lists those there are.", d.Value(code).Int())
	}
	for _, a := range settings.Clock(d.Table, d.Value(code).Int(), w.Call.Now.Year()) {
		d.Put(a.Column, a.Value)
	}
	return nil
}
