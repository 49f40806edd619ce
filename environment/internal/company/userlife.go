package company

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// SystemRoles says what happens when an application user is given one of the service's
// own roles: the classic documents forbid it, today's admin centre allows it (Dataverse
// facts 1.2).
type SystemRoles uint8

// What happens.
const (
	SystemRolesAllowed SystemRoles = iota
	SystemRolesWarned              // Config.Warn is told
	SystemRolesRefused
)

// Warn is told of what was done though it had better not be.
type Warn func(ctx context.Context, text string)

// Values of systemuser.accessmode (Dataverse facts 1.5); nonInteractive is in appuser.go.
const (
	administrative = 1
	readOnly       = 2
	supportUser    = 3
	delegatedAdmin = 5
)

// maxNonInteractive is how many people of an environment may be non-interactive; those of
// applications are not counted (Dataverse facts 1.5).
const maxNonInteractive = 7

// guardSpecial keeps the users that nobody is as the environment made them.
func guardSpecial(d *rows.Draft) error {
	column := d.Table.Column
	switch d.Old.Value(column("domainname")).Text() {
	case "SYSTEM", "INTEGRATION":
		return dverr.CannotModifySpecialUser.With()
	}
	switch d.Old.Value(column("accessmode")).Int() {
	case supportUser:
		return dverr.SupportUserCannotChange.With()
	case delegatedAdmin:
		return dverr.DelegatedAdminCannotBe.With()
	}
	return nil
}

// refreshUser tells an application user anew what the directory says: its client named the
// application that the user has already, as the admin centre's Refresh does. That is how
// a renamed application shows its name, and how a user comes to the service principal
// that was made again after the first was deleted (Dataverse facts 1.4).
func (w *work) refreshUser(d *rows.Draft, app meta.ID) error {
	p, known := w.found()[app]
	if !known {
		if w.office.Directory == nil {
			return nil
		}
		return dverr.AppIDNotFound.With(app, d.ID).
			Helping("The environment's tenant has no service principal of application %s any more: its application user can be deactivated and deleted.", app)
	}
	column := d.Table.Column
	d.Put(column("azureactivedirectoryobjectid"), query.GUID(p.ObjectID))
	d.Put(column("domainname"), query.Text(app.String()+"@"+p.Domain))
	d.Put(column("applicationiduri"), query.Text(p.URI))
	d.Put(column("firstname"), query.Null())
	d.Put(column("lastname"), query.Text(p.Name))
	return nil
}

// mayChangeMode keeps to the access modes that a user can come to have. Read-write takes a
// licence, which applications have none of.
func (w *work) mayChangeMode(d *rows.Draft, mode int64) error {
	app := !d.Old.Value(d.Table.Column("applicationid")).IsNull()
	switch {
	case mode == readOnly:
		return dverr.ReadOnlyUserNotSupported.With()
	case mode == supportUser:
		return dverr.SupportUserCannotChange.With()
	case mode == delegatedAdmin:
		return dverr.DelegatedAdminCannotBe.With()
	case mode == nonInteractive && !app:
		return w.mayBeNonInteractive(d)
	case mode != nonInteractive && mode != administrative && (app || d.Old.Value(d.Table.Column("islicensed")).Int() != 1):
		return dverr.InvalidAccessMode.With()
	}
	return nil
}

func (w *work) mayBeNonInteractive(d *rows.Draft) error {
	column := d.Table.Column
	already, err := w.IDs("how many people are non-interactive", d.Table, func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, column("accessmode"), query.Int(nonInteractive)), rows.Is(s, column("isdisabled"), query.Bool(false)),
			query.IsNull{Col: query.Col{Of: s, C: column("applicationid")}})
	})
	if err == nil && len(already) >= maxNonInteractive {
		err = dverr.NotEnoughLicenses.With().Helping("%d people of this environment are non-interactive already, the most there may be.", len(already))
	}
	return err
}

// endUser lets application users go who are inactive and own nothing (Dataverse facts
// 1.4). People come and go with their licence.
func (w *work) endUser(key op.Key) error {
	column := key.Table.Column
	r, err := w.Look("may a user be deleted", key, column("applicationid"), column("isdisabled"))
	switch {
	case err != nil:
		return err
	case r.Value(column("applicationid")).IsNull():
		return dverr.NotSupported.With().Helping("Only application users are deleted this way. People leave with their licence.")
	case r.Value(column("isdisabled")).Int() != 1:
		return dverr.CannotDeleteActiveUser.With().Helping("Set isdisabled of systemuser %s to true first.", key.ID)
	}
	owns, err := w.ownsRows(key.ID)
	if err != nil {
		return err
	}
	if owns {
		return dverr.CannotDeleteUserWithRows.With()
	}
	return w.dropShares(key.ID)
}

// mayHoldRole judges one of the service's own roles for an application user.
func (w *work) mayHoldRole(user, role op.Key) error {
	app, template := user.Table.Column("applicationid"), role.Table.Column("roletemplateid")
	if w.office.SystemRoles == SystemRolesAllowed {
		return nil
	}
	u, err := w.Look("who is given a role", user, app)
	if err != nil || u.Value(app).IsNull() {
		return err
	}
	r, err := w.Look("is it one of the service's roles", role, template, role.Table.PrimaryName)
	if err != nil || r.Value(template).IsNull() {
		return err
	}
	name := r.Value(role.Table.PrimaryName).Text()
	if w.office.SystemRoles == SystemRolesRefused {
		return dverr.SystemRoleForApplications.With().Helping("This environment gives application users custom roles only: %s is one of the service's own. Make a role with the privileges that the application needs.", name)
	}
	if w.office.Warn != nil {
		w.office.Warn(w.Ctx, "application user "+user.ID.String()+" is given the service's own role "+name+": a custom role with the privileges that it needs is safer")
	}
	return nil
}

// mayAskDirectory reports whether the caller may make or change users at all; who may not
// has no questions asked on its behalf.
func mayAskDirectory(c access.Caller, t *meta.Table, o op.Op) bool {
	rights := []meta.Right{meta.Create}
	if _, update := o.(*op.Update); update {
		rights = append(rights, meta.Write)
	}
	for _, right := range rights {
		if c.Has(t.Privileges[right]) != access.None {
			return true
		}
	}
	return false
}
