package access

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Identity is who a verified token says is asking: an application by its
// application id and the object id of its service principal, or a person by
// object id (ApplicationID then is the client the person uses). Tenant is the
// token's, which the verifier has already found to be the environment's.
type Identity struct {
	App           bool
	ApplicationID meta.ID
	ObjectID      meta.ID
	Tenant        meta.ID
}

// OnBehalf names the user to act for; the zero value is nobody. ObjectID comes
// from CallerObjectId and wins over UserID, from MSCRMCallerID (facts 2.1).
type OnBehalf struct{ ObjectID, UserID meta.ID }

// User is an enabled user of the environment, as the security tables stood when the
// resolver found it. The zero value may do nothing.
type User struct {
	UserRow
	self  *principal
	trail *Trail // nil: nothing is noted
}

// Teams gives the teams that the user is a member of.
func (u User) Teams() []meta.ID {
	if u.self == nil {
		return nil
	}
	var teams []meta.ID
	for _, owner := range u.self.owners {
		if id := owner.GUID(); id != u.ID {
			teams = append(teams, id)
		}
	}
	return teams
}

// Caller is for whom a request runs: Authenticated is the token's user, Effective
// the user acted for (the same without impersonation). Only Resolver.Caller makes
// one that may do anything.
type Caller struct {
	Authenticated, Effective User
}

// Impersonating reports whether Effective is somebody else than Authenticated.
func (c Caller) Impersonating() bool { return c.Authenticated.ID != c.Effective.ID }

// Has reports the effective depth of a privilege for the caller: the lesser of
// both users' under impersonation. A nil privilege is held by nobody.
func (c Caller) Has(p *meta.Privilege) Depth {
	if p == nil {
		return None
	}
	d := c.Effective.self.depth(p.ID)
	if c.Impersonating() {
		d = min(d, c.Authenticated.self.depth(p.ID))
	}
	return d
}

// reach is how far p takes the caller: rows are judged as the effective user, and
// every source of its privilege is cut to the authenticated user's depth.
func (c Caller) reach(p *meta.Privilege) reach {
	if p == nil || c.Effective.self == nil {
		return reach{}
	}
	limit := Global
	if c.Impersonating() {
		limit = c.Authenticated.self.depth(p.ID)
	}
	return c.Effective.self.reach(p.ID, limit)
}

// Administrator reports whether the user is a System Administrator.
func (u User) Administrator() bool { return u.self.administrator() }

// administrator reports whether everybody in the request is a System Administrator.
func (c Caller) administrator() bool {
	return c.Authenticated.self.administrator() && c.Effective.self.administrator()
}

// Owner is what may own rows: a user (Type 8) or a team (Type 9).
type Owner struct {
	ID, Unit meta.ID
	Type     int64
	Disabled bool // a disabled user
}

// Owner finds a user or team among the principals the caller was resolved with.
func (c Caller) Owner(id meta.ID) (Owner, bool) {
	p := c.Effective.self.find(id)
	if p == nil {
		return Owner{}, false
	}
	return Owner{ID: p.id, Unit: p.unitID(), Type: p.typeCode(), Disabled: p.user.Disabled}, true
}
