package engine

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Principal is an application as the environment's tenant knows it.
type Principal struct {
	ObjectID meta.ID // of the service principal
	Name     string
	URI      string // application id URI; may be empty
	Domain   string // the tenant's
}

// Directory finds the service principal of an application in the environment's
// tenant; found is false when the tenant has none.
type Directory interface {
	ServicePrincipal(ctx context.Context, application meta.ID) (p Principal, found bool, err error)
}

// nonInteractive is the access mode of application users (Dataverse facts 1.5).
const nonInteractive = 4

// askDirectory finds the service principals of the application users that steps are
// to make. It runs before the transaction: the directory is somebody else's house,
// and the database does not wait for it. Callers without the privilege ask nothing.
func (e *Engine) askDirectory(ctx context.Context, steps []Step) (map[meta.ID]Principal, error) {
	var found map[meta.ID]Principal
	for _, s := range steps {
		app := applicationOf(s.Op)
		if app.IsZero() || e.directory == nil {
			continue
		}
		if p := s.Call.Model.Table("systemuser").Privileges[meta.Create]; p == nil || s.Call.Caller.Has(p) == access.None {
			continue
		}
		p, known, err := e.directory.ServicePrincipal(ctx, app)
		if err != nil {
			return nil, dverr.ServiceUnavailable.Text("The directory could not be asked for application %s.", app).Because(err)
		}
		if known {
			if found == nil {
				found = map[meta.ID]Principal{}
			}
			found[app] = p
		}
	}
	return found, nil
}

// applicationOf gives the application whose user an op is to make; zero for other ops.
func applicationOf(o op.Op) meta.ID {
	var values []op.Assignment
	switch o := o.(type) {
	case *op.Create:
		values = o.Values
	case *op.Update:
		values = o.Values
	}
	for _, a := range values {
		if a.Column.LogicalName == "applicationid" && a.Column.Table.LogicalName == "systemuser" {
			return a.Value.GUID()
		}
	}
	return meta.ID{}
}

func isUsers(t *meta.Table) bool { return t.LogicalName == "systemuser" }

// createUser makes an application user (Dataverse facts 1.5). People are not made
// this way: they come with their licence.
func (w *work) createUser(id meta.ID, values []op.Assignment, back *query.Select) (Result, error) {
	t := w.call.Model.Table("systemuser")
	d, err := newDraft(w.forms.tables[t], values, true)
	if err != nil {
		return Result{}, err
	}
	d.id = id
	if !d.gives(t.Column("applicationid")) {
		return Result{}, dverr.NotSupported.With().Helping("Only application users are made this way: give applicationid. People come with a licence.")
	}
	err = through(d, w.identify, w.belong, w.becomeApplication, w.stamp, w.compose, w.complete, require)
	if err != nil {
		return Result{}, err
	}
	change, err := access.Create(w.call.Caller, t, d.set)
	if err != nil {
		return Result{}, err
	}
	if err := w.checkApplication(d); err != nil {
		return Result{}, err
	}
	if err := w.checkLinks(d); err != nil {
		return Result{}, err
	}
	if _, err := w.apply(t, change); err != nil {
		return Result{}, err
	}
	if err := w.joinDefaultTeam(d); err != nil {
		return Result{}, err
	}
	return w.written(d, back)
}

// belong gives a user without business unit that of its maker.
func (w *work) belong(d *draft) error {
	unit := d.table.Column("businessunitid")
	if !d.gives(unit) {
		d.link(unit, w.call.Model.Table("businessunit"), w.call.Caller.Effective.Unit)
	}
	return nil
}

// becomeApplication fills in what the directory says and what every application user
// is: unlicensed, enabled, not interactive. An application that the directory does not
// know leaves the names empty, for checkApplication to refuse.
func (w *work) becomeApplication(d *draft) error {
	column := d.table.Column
	app := d.value(column("applicationid")).GUID()
	p := w.found[app]
	name := app.String() + "@" + p.Domain
	d.put(column("azureactivedirectoryobjectid"), query.GUID(p.ObjectID))
	d.put(column("domainname"), query.Text(name))
	if p.URI != "" {
		d.put(column("applicationiduri"), query.Text(p.URI))
	}
	if !d.gives(column("lastname")) {
		d.put(column("lastname"), query.Text(p.Name))
	}
	d.fill(column("internalemailaddress"), query.Text(name))
	d.fill(column("accessmode"), query.Int(nonInteractive))
	d.put(column("isdisabled"), query.Bool(false))
	d.put(column("islicensed"), query.Bool(false))
	d.put(column("issyncwithdirectory"), query.Bool(true))
	d.put(column("userlicensetype"), query.Int(-1))
	return nil
}

// checkApplication refuses a second user of an application, and one of an application
// that the tenant does not have: registered elsewhere and not consented to here
// (Dataverse facts 1.2, 1.5).
func (w *work) checkApplication(d *draft) error {
	column := d.table.Column("applicationid")
	app := d.value(column).GUID()
	s := &query.Select{Table: d.table, Limit: 1}
	s.Columns = []query.Output{{Col: query.Col{Of: s, C: d.table.PrimaryID}}}
	s.Where = is(s, column, query.GUID(app))
	there, err := w.tx.Exists(w.ctx, access.System("one application user for each application", s))
	if err != nil {
		return err
	}
	if there {
		return dverr.DuplicateAppUser.With(app)
	}
	if _, known := w.found[app]; !known {
		return dverr.AppIDNotFound.With(app, d.id).
			Helping("The environment's tenant has no service principal of application %s: register the application there, or, if it is another tenant's, have an administrator consent to it.", app)
	}
	return nil
}

// joinDefaultTeam makes the user a member of its unit's default team (facts 3.1).
func (w *work) joinDefaultTeam(d *draft) error {
	teams, members := w.call.Model.Table("team"), w.call.Model.Table("teammembership")
	s := &query.Select{Table: teams, Limit: 1}
	s.Columns = []query.Output{{Col: query.Col{Of: s, C: teams.PrimaryID}}}
	s.Where = query.And{Members: []query.Expr{
		is(s, teams.Column("businessunitid"), d.value(d.table.Column("businessunitid"))),
		is(s, teams.Column("isdefault"), query.Bool(true)),
	}}
	team, err := w.fetch(access.System("the default team of a new user's unit", s))
	if err != nil || team == nil {
		return err
	}
	return w.tie("a new user joins the default team of its unit", members,
		op.Assignment{Column: members.Column("teamid"), Value: team.value(teams.PrimaryID)},
		op.Assignment{Column: members.Column("systemuserid"), Value: query.GUID(d.id)})
}

// tie adds a row to a many-to-many table.
func (w *work) tie(reason string, t *meta.Table, ends ...op.Assignment) error {
	next, err := w.tx.NextVersion()
	if err != nil {
		return err
	}
	set := append(ends,
		op.Assignment{Column: t.PrimaryID, Value: query.GUID(w.engine.newID())},
		op.Assignment{Column: t.Column("versionnumber"), Value: query.Int(next)})
	_, err = w.apply(t, access.SystemChange(reason, access.Parts{Kind: access.Insert, Table: t, Set: set}))
	return err
}
