package access

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Resolver answers who is asking and for whom, from the current snapshot. While
// nothing changes, an answer costs no query and no allocation.
type Resolver struct {
	src     Source
	model   func() *meta.Model
	current atomic.Pointer[snapshot]
	loading chan struct{} // holds a token while somebody loads
}

// NewResolver returns a resolver over src. model gives the current model.
func NewResolver(src Source, model func() *meta.Model) *Resolver {
	return &Resolver{src: src, model: model, loading: make(chan struct{}, 1)}
}

// snapshot gives the index of the facts as of now; the first who finds it stale
// loads it, others wait for that load. The version is read before the facts are:
// a write that commits in between makes the snapshot stale at once, never wrong.
func (r *Resolver) snapshot(ctx context.Context) (*snapshot, error) {
	if s := r.fresh(); s != nil {
		return s, nil
	}
	select {
	case r.loading <- struct{}{}:
		defer func() { <-r.loading }()
	case <-ctx.Done():
		return nil, fmt.Errorf("load security facts: %w", ctx.Err())
	}
	if s := r.fresh(); s != nil {
		return s, nil
	}
	version, model := r.src.SecurityVersion(), r.model()
	facts, err := r.src.Security(ctx)
	if err != nil {
		return nil, fmt.Errorf("load security facts: %w", err)
	}
	s := index(facts, model)
	s.version = version
	r.current.Store(s)
	return s, nil
}

func (r *Resolver) fresh() *snapshot {
	s := r.current.Load()
	if s == nil || s.version != r.src.SecurityVersion() || s.model != r.model() {
		return nil
	}
	return s
}

// User finds the user of an identity, in the order of facts 1.6: UserNotMemberOfOrg
// (row 3), UserNotEnabled (row 4), AppAccessRestricted (row 4a), each with Help.
//
// An application is found by its application id; its row must also carry the object
// id of the token's service principal once it carries any. A service principal that
// was deleted and made again by a new consent has a new object id (Entra facts 5.4),
// and the row still names the old one: the user is refused as not a member, because
// whoever removed the service principal took the application's access away, and the
// application user has to be made again to give it back. A person is found by
// object id.
func (r *Resolver) User(ctx context.Context, who Identity) (User, error) {
	s, err := r.snapshot(ctx)
	if err != nil {
		return User{}, err
	}
	p, err := s.identify(who)
	if err != nil {
		return User{}, err
	}
	if err := p.enabled(); err != nil {
		return User{}, err
	}
	if err := s.org.refuses(who.ApplicationID, p); err != nil && !s.org.AppAudit {
		return User{}, err
	}
	return p.asUser(), nil
}

// Renew gives a user that was found before as it is now, noting as it did.
func (r *Resolver) Renew(ctx context.Context, u User) (User, error) {
	s, err := r.snapshot(ctx)
	if err != nil {
		return User{}, err
	}
	p := s.users[u.ID]
	if p == nil {
		return User{}, dverr.UserNotMemberOfOrg.With()
	}
	if err := p.enabled(); err != nil {
		return User{}, err
	}
	return p.asUser().Noting(u.trail), nil
}

func (s *snapshot) identify(who Identity) (*principal, error) {
	if !who.App {
		if p := s.people[who.ObjectID]; p != nil {
			return p, nil
		}
		return nil, dverr.UserNotMemberOfOrg.With().Helping(
			"Stopped at the user lookup: the token is good, but no systemuser of %s has azureactivedirectoryobjectid %s. Add the person as a user of this environment.",
			s.org.Name, who.ObjectID)
	}
	p := s.apps[who.ApplicationID]
	if p == nil {
		return nil, dverr.UserNotMemberOfOrg.With().Helping(
			"Stopped at the user lookup: the token is good, but no systemuser of %s has applicationid %s. Create an application user for that application in this environment.",
			s.org.Name, who.ApplicationID)
	}
	if !p.user.ObjectID.IsZero() && p.user.ObjectID != who.ObjectID {
		return nil, dverr.UserNotMemberOfOrg.With().Helping(
			"Stopped at the user lookup: %s was created for service principal %s, but the token is of service principal %s: the application was removed from the tenant and consented to again. Deactivate and delete the application user, then create it anew.",
			p, p.user.ObjectID, who.ObjectID)
	}
	return p, nil
}

// enabled refuses disabled users and those without a business unit that works. A
// unit below a disabled one does not work either.
func (p *principal) enabled() error {
	if p.user.Disabled {
		return dverr.UserNotEnabled.With(p.id, p.at.org.ID).Helping(
			"Stopped at the user: %s is disabled in this environment. Set isdisabled of systemuser %s to false.", p, p.id)
	}
	if p.unit == nil || !p.unit.enabled {
		return dverr.UserNotEnabled.Text("The specified user is either disabled or is not a member of any business unit.").Helping(
			"Stopped at the user: the business unit of %s is missing, or it or one above it is disabled. Move the user to a working unit, or enable the unit.", p)
	}
	return nil
}

// Caller decides for whom u acts. Roles are looked at when privileges are, so a
// caller without any is refused as such before its right to impersonate is asked;
// then come prvActOnBehalfOfAnotherUser at any depth (facts 2.2), the target's
// existence, its state and its roles. The privilege comes first so that nobody can
// probe for users without it. Naming oneself is no impersonation (facts 2.3).
// An unknown target is InvalidUserID, for which the service's answer is not settled.
// The zero User is refused as no member.
func (r *Resolver) Caller(_ context.Context, u User, for_ OnBehalf) (Caller, error) {
	if u.self == nil {
		return Caller{}, dverr.UserNotMemberOfOrg.With()
	}
	if err := u.self.assigned(); err != nil {
		return Caller{}, err
	}
	alone := Caller{Authenticated: u, Effective: u}
	if for_ == (OnBehalf{}) {
		return alone, nil
	}
	target := u.self.at.target(for_)
	if target == u.self {
		return alone, nil
	}
	if err := Hold(alone, u.self.at.actFor); err != nil {
		return Caller{}, err
	}
	if target == nil {
		return Caller{}, unknownTarget(u.self, for_)
	}
	if err := target.enabled(); err != nil {
		return Caller{}, err
	}
	if err := target.assigned(); err != nil {
		return Caller{}, err
	}
	return Caller{Authenticated: u, Effective: target.asUser()}, nil
}

func unknownTarget(by *principal, for_ OnBehalf) error {
	id, where := for_.ObjectID, "azureactivedirectoryobjectid (header CallerObjectId)"
	if id.IsZero() {
		id, where = for_.UserID, "systemuserid (header MSCRMCallerID)"
	}
	return dverr.InvalidUserID.With(id).Helping(
		"Stopped at impersonation: %s may act for others, but no user of %s has %s %s. Send the id of an existing user.",
		by, by.at.org.Name, where, id)
}

// target finds the user to act for, application users included.
func (s *snapshot) target(for_ OnBehalf) *principal {
	if for_.ObjectID.IsZero() {
		return s.users[for_.UserID]
	}
	return s.objects[for_.ObjectID]
}

// assigned refuses users without any role, direct or by team, for every message
// (facts 1.6 row 5; WhoAmI included).
func (p *principal) assigned() error {
	if len(p.grants) > 0 {
		return nil
	}
	return dverr.UserNotAssigned.With(p.id).Helping(
		"Stopped at the roles: %s has no security role, neither its own nor through a team that holds one. Assign a role of business unit %s to it.",
		p, p.unitName())
}
