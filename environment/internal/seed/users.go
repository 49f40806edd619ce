package seed

import (
	"errors"
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// planSystemUsers plans the two users that every environment has and nobody can be:
// SYSTEM, who made what the platform made, and INTEGRATION.
func (w *world) planSystemUsers() {
	for _, name := range [...]string{systemName, integrationName} {
		w.planUserRow(User{
			ID: w.id("systemuser", name), LastName: name, DomainName: name,
			AccessMode: supportUser, Disabled: true,
		}, w.units[0])
	}
}

// planUser plans a user of the spec with the roles it names.
func (w *world) planUser(u User) error {
	if u.ID.IsZero() {
		return errors.New("no id")
	}
	in, ok := w.unit(u.Unit)
	if !ok {
		return fmt.Errorf("no business unit %s", u.Unit)
	}
	w.planUserRow(u, in)
	for _, name := range u.Roles {
		r, ok := w.role(name)
		if !ok {
			return fmt.Errorf("no security role %s", name)
		}
		w.rows.add("systemuserroles", w.id("systemuserroles", u.ID.String()+"/"+name),
			guid("systemuserid", u.ID), guid("roleid", w.roleIn(r, in)))
	}
	return nil
}

// planUserRow plans a user and the membership in the unit's default team.
func (w *world) planUserRow(u User, in unit) {
	app := !u.ApplicationID.IsZero()
	cells := []cell{
		text("firstname", u.FirstName), text("lastname", u.LastName), text("fullname", u.fullName()),
		text("domainname", u.DomainName), text("internalemailaddress", u.Email),
		ref("businessunitid", "businessunit", in.id), guid("organizationid", w.spec.Organization),
		number("accessmode", u.accessMode()), flag("isdisabled", u.Disabled),
		guid("azureactivedirectoryobjectid", u.ObjectID), guid("applicationid", u.ApplicationID),
		flag("issyncwithdirectory", !u.ObjectID.IsZero()), flag("islicensed", !app && !u.Disabled),
		flag("isintegrationuser", u.DomainName == integrationName), number("identityid", int64(len(w.rows.rows))),
	}
	if app {
		cells = append(cells, text("applicationiduri", "api://"+u.ApplicationID.String()), number("userlicensetype", -1))
	}
	w.rows.add("systemuser", u.ID, cells...)
	w.planSettings(u, in)
	w.rows.add("teammembership", w.id("teammembership", u.ID.String()),
		guid("teamid", w.teamOf(in)), guid("systemuserid", u.ID))
}

// owner is who a sample row belongs to.
type owner struct{ user, unit meta.ID }

// owners gives those that sample and generated rows are spread over: the enabled
// people, else the enabled applications, else SYSTEM.
func (w *world) owners() []owner {
	var people, apps []owner
	for _, u := range w.spec.Users {
		in, ok := w.unit(u.Unit)
		switch {
		case !ok || u.Disabled || u.OwnsNothing:
		case u.ApplicationID.IsZero():
			people = append(people, owner{u.ID, in.id})
		default:
			apps = append(apps, owner{u.ID, in.id})
		}
	}
	if len(people) > 0 {
		return people
	}
	if len(apps) > 0 {
		return apps
	}
	return []owner{{w.id("systemuser", systemName), w.units[0].id}}
}

// cells gives the columns that say who owns a row (Dataverse facts 6.4).
func (o owner) cells() []cell {
	return []cell{
		ref("ownerid", "systemuser", o.user), ref("owninguser", "systemuser", o.user),
		ref("owningbusinessunit", "businessunit", o.unit),
	}
}
