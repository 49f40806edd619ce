package company

import (
	"context"
	"iter"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
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
func (o *Office) askDirectory(ctx context.Context, steps []engine.Step) (map[meta.ID]Principal, error) {
	found := map[meta.ID]Principal{}
	if o.Directory == nil {
		return found, nil
	}
	for _, s := range steps {
		for app := range applications(s.Op) {
			if !mayAskDirectory(s.Call.Caller, s.Call.Model.Table("systemuser"), s.Op) {
				continue
			}
			p, known, err := o.Directory.ServicePrincipal(ctx, app)
			if err != nil {
				return nil, dverr.ServiceUnavailable.Text("The directory could not be asked for application %s.", app).Because(err)
			}
			if known {
				found[app] = p
			}
		}
	}
	return found, nil
}

// applications gives the applications whose users an op is to make, those in bulk
// messages and inside of other rows among them.
func applications(o op.Op) iter.Seq[meta.ID] {
	return func(yield func(meta.ID) bool) { eachApplication(o, yield) }
}

func eachApplication(o op.Op, yield func(meta.ID) bool) bool {
	switch o := o.(type) {
	case *op.Create:
		for _, rel := range o.Related {
			if rel.New != nil && !eachApplication(rel.New, yield) {
				return false
			}
		}
		return eachApplicationOf(o.Values, yield)
	case *op.Update:
		return eachApplicationOf(o.Values, yield)
	case *op.Multiple:
		for _, one := range o.Ops {
			if !eachApplication(one, yield) {
				return false
			}
		}
	}
	return true
}

func eachApplicationOf(values []op.Assignment, yield func(meta.ID) bool) bool {
	for _, a := range values {
		if a.Column.LogicalName == "applicationid" && a.Column.Table.LogicalName == "systemuser" && !a.Value.IsNull() {
			return yield(a.Value.GUID())
		}
	}
	return true
}

// createUser makes an application user (Dataverse facts 1.5). People are not made
// this way: they come with their licence.
func (w *work) createUser(o *op.Create) (engine.Result, error) {
	return w.Make(o, engine.Making{
		Judge: func(d *rows.Draft) error {
			if !d.Gives(o.Table.Column("applicationid")) {
				return dverr.NotSupported.With().Helping("Only application users are made this way: give applicationid. People come with a licence.")
			}
			return nil
		},
		Begin: func(d *rows.Draft) error {
			w.belong(d)
			w.becomeApplication(d)
			return nil
		},
		Allowed: w.checkApplication,
		Begun: func(d *rows.Draft) error {
			if err := w.joinDefaultTeam(d); err != nil {
				return err
			}
			return w.settle(d)
		},
	})
}

// belong gives a user without business unit that of its maker.
func (w *work) belong(d *rows.Draft) {
	unit := d.Table.Column("businessunitid")
	if !d.Gives(unit) {
		d.Link(unit, w.Call.Model.Table("businessunit"), w.Call.Caller.Effective.Unit)
	}
}

// becomeApplication fills in what the directory says and what every application user
// is: unlicensed, enabled, not interactive. An application that the directory does not
// know leaves the names empty, for checkApplication to refuse.
func (w *work) becomeApplication(d *rows.Draft) {
	column := d.Table.Column
	app := d.Value(column("applicationid")).GUID()
	p := w.found()[app]
	name := app.String() + "@" + p.Domain
	d.Put(column("azureactivedirectoryobjectid"), query.GUID(p.ObjectID))
	d.Put(column("domainname"), query.Text(name))
	if p.URI != "" {
		d.Put(column("applicationiduri"), query.Text(p.URI))
	}
	if !d.Gives(column("lastname")) {
		d.Put(column("lastname"), query.Text(p.Name))
	}
	d.Fill(column("internalemailaddress"), query.Text(name))
	d.Fill(column("accessmode"), query.Int(nonInteractive))
	d.Put(column("isdisabled"), query.Bool(false))
	d.Put(column("islicensed"), query.Bool(false))
	d.Put(column("issyncwithdirectory"), query.Bool(true))
	d.Put(column("userlicensetype"), query.Int(-1))
}

// checkApplication refuses a second user of an application, and one of an application
// that the tenant does not have: registered elsewhere and not consented to here
// (Dataverse facts 1.2, 1.5).
func (w *work) checkApplication(d *rows.Draft) error {
	column := d.Table.Column("applicationid")
	app := d.Value(column).GUID()
	s := &query.Select{Table: d.Table, Limit: 1}
	s.Columns = []query.Output{{Col: query.Col{Of: s, C: d.Table.PrimaryID}}}
	s.Where = rows.Is(s, column, query.GUID(app))
	there, err := w.DB.Exists(w.Ctx, access.System("one application user for each application", s))
	if err != nil {
		return err
	}
	if there {
		return dverr.DuplicateAppUser.With(app)
	}
	if _, known := w.found()[app]; !known {
		return dverr.AppIDNotFound.With(app, d.ID).
			Helping("The environment's tenant has no service principal of application %s: register the application there, or, if it is another tenant's, have an administrator consent to it.", app)
	}
	return nil
}

// joinDefaultTeam makes the user a member of its unit's default team (facts 3.1).
func (w *work) joinDefaultTeam(d *rows.Draft) error {
	teams, members := w.Call.Model.Table("team"), w.Call.Model.Table("teammembership")
	s := &query.Select{Table: teams, Limit: 1}
	s.Columns = []query.Output{{Col: query.Col{Of: s, C: teams.PrimaryID}}}
	s.Where = query.And{Members: []query.Expr{
		rows.Is(s, teams.Column("businessunitid"), d.Value(d.Table.Column("businessunitid"))),
		rows.Is(s, teams.Column("isdefault"), query.Bool(true)),
	}}
	team, err := w.Fetch(access.System("the default team of a new user's unit", s))
	if err != nil || team == nil {
		return err
	}
	return w.Tie("a new user joins the default team of its unit", members,
		op.Assignment{Column: members.Column("teamid"), Value: team.Value(teams.PrimaryID)},
		op.Assignment{Column: members.Column("systemuserid"), Value: query.GUID(d.ID)})
}
