package access

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// What audit mode of application access control says of a request, in the words of the
// service's own log.
const (
	appAllowed = "ApplicationBasedAccessAllowed"
	appDenied  = "ApplicationBasedAccessDenied"
)

// AppAudit tells what application access control would have done with the user's
// application if it were enabled; "" unless the organization wants to know.
func (u User) AppAudit(who Identity) string {
	if u.self == nil || !u.self.at.org.AppAudit {
		return ""
	}
	if u.self.at.org.refuses(who.ApplicationID, u.self) != nil {
		return appDenied
	}
	return appAllowed
}

// refuses applies application access control to the application of a token. A list that
// names nothing readable still is a list: the zero id in it admits nobody.
func (o Organization) refuses(app meta.ID, p *principal) error {
	if len(o.AllowedApps) == 0 {
		return nil
	}
	if app.IsZero() || !slices.Contains(o.AllowedApps, app) {
		return dverr.AppAccessRestricted.With(app).Helping(
			"Stopped at application access control: organization.allowedapplicationsfordvaccess of %s does not list application %s, which %s uses. Add it to the list, or set applicationbasedaccesscontrolmode to 0.",
			o.Name, app, p)
	}
	if roles := o.AppRoles[app]; len(roles) > 0 && !p.holdsOne(roles) {
		return dverr.AppAccessRestricted.With(app).Helping(
			"Stopped at application access control: organization.allowedapplicationsfordvaccess of %s lists application %s for roles of which %s has none. Assign one of them, or set applicationbasedaccesscontrolmode to 2.",
			o.Name, app, p)
	}
	return nil
}

// holdsOne reports whether somebody has one of these roles, itself or through a team, as
// the copy of whichever unit.
func (p *principal) holdsOne(roles []meta.ID) bool {
	return slices.ContainsFunc(p.grants, func(g grant) bool {
		return slices.Contains(roles, g.role.ID) || slices.Contains(roles, g.role.Root)
	})
}
