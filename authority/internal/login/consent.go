package login

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// privileged is the role that may consent for a tenant beside that of its administrators.
const privileged directory.ID = "e8611ab8-c189-46e8-94e1-60213ab1f814"

func (v *visit) administrates(user *directory.User) bool {
	roles := v.dir.AdminRoles(user.ID)
	return slices.Contains(roles, directory.GlobalAdministrator) || slices.Contains(roles, privileged)
}

// proposal is what a person is asked to agree to.
type proposal struct {
	*asks
	shown    []ask
	isAdmin  bool // the person may agree for everybody
	forAdmin bool // it is about the whole tenant
}

// propose gives what to ask the person; nil when there is nothing to ask.
func (v *visit) propose(who held) (*proposal, error) {
	forAdmin := v.req.kind == adminConsent || v.req.wants("admin_consent")
	p := &proposal{asks: v.newAsks(who.user, forAdmin), isAdmin: v.administrates(who.user), forAdmin: forAdmin}
	if err := p.request(); err != nil {
		return nil, err
	}
	if v.agreed {
		return nil, nil
	}
	p.shown = p.missing()
	if forAdmin || v.req.wants("consent") {
		p.shown = p.list
	}
	if p.client != nil && len(p.shown) == 0 && !forAdmin && !v.req.wants("consent") {
		return nil, nil
	}
	return p, nil
}

// needsAdmin reports whether the person cannot agree alone.
func (p *proposal) needsAdmin() bool {
	return p.forAdmin || !p.tenant.UserConsent || slices.ContainsFunc(p.shown, func(a ask) bool {
		return len(a.roles) > 0 || slices.ContainsFunc(a.scopes, func(s directory.Scope) bool { return s.AdminOnly })
	})
}

// digest names what is shown, so that nobody agrees to what has changed meanwhile.
func (p *proposal) digest() string {
	sum := sha256.New()
	fmt.Fprintln(sum, p.user.ID, p.v.app.AppID, p.forAdmin)
	for _, a := range p.shown {
		fmt.Fprintln(sum, "of", a.app.AppID)
		for _, s := range a.scopes {
			fmt.Fprintln(sum, s.ID)
		}
		for _, r := range a.roles {
			fmt.Fprintln(sum, "role", r.ID)
		}
	}
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil))
}

// consent lets pass who needs not be asked. Others get the page, or are refused when the
// application wants none, or when only an administrator can agree.
func (h *Handler) consent(v *visit, who held) (answer, error) {
	p, err := v.propose(who)
	if p == nil || err != nil {
		return nil, err
	}
	if v.req.wants("none") {
		e := aadsts.ConsentMissing.With(v.app.AppID, v.app.DisplayName)
		e.Word = aadsts.ConsentRequired
		return nil, e
	}
	if p.needsAdmin() && !p.isAdmin {
		return h.needsAdminPage(v, who)
	}
	return h.consentPage(v, who, p)
}

// consented records what the person agreed to, and goes on.
func (h *Handler) consented(ctx context.Context, v *visit, f form) (answer, error) {
	who, a, err := h.account(v)
	if a != nil || err != nil {
		return a, err
	}
	if err := v.belongs(who); err != nil {
		return nil, err
	}
	p, err := v.propose(who)
	if err != nil {
		return nil, err
	}
	if p != nil && p.digest() == f.Asked && (p.isAdmin || !p.needsAdmin()) {
		everybody := p.forAdmin || p.isAdmin && f.forAll
		if err := h.record(ctx, v, who, everybody, f.Asked); err != nil {
			return nil, err
		}
		v.dir, v.agreed = h.Directory.Current(), true
	}
	return h.advance(ctx, v)
}

// record makes what consent creates (Entra facts 5.3), in one change, from the directory as
// it is then.
func (h *Handler) record(ctx context.Context, v *visit, who held, everybody bool, shown string) error {
	err := h.Directory.Update(ctx, func(now *directory.Snapshot) (directory.Change, error) {
		fresh := *v
		fresh.dir = now
		p, err := fresh.propose(who)
		if err != nil || p == nil {
			return directory.Change{}, err
		}
		if p.digest() != shown {
			return directory.Change{}, expired("what the application asks for has changed meanwhile")
		}
		return h.change(p, everybody)
	})
	if err != nil {
		return fmt.Errorf("consent to %s: %w", v.app.AppID, err)
	}
	return nil
}

func (h *Handler) change(p *proposal, everybody bool) (directory.Change, error) {
	m := maker{h: h, p: p}
	client := m.principal(p.v.app)
	principal := p.user.ID
	if everybody {
		principal = ""
	}
	for _, a := range p.shown {
		resource := m.principal(a.app)
		m.grant(client, resource, principal, a.scopes)
		for _, role := range a.roles {
			m.assign(client, resource, role.ID)
		}
	}
	if !everybody {
		if _, assigned := p.v.dir.Roles(p.user.ID, client); !assigned {
			m.assign(p.user.ID, client, directory.NoID)
		}
	}
	return m.made, m.err
}

// maker makes the records of a consent, and remembers what went wrong first.
type maker struct {
	h    *Handler
	p    *proposal
	made directory.Change
	err  error
}

func (m *maker) id() directory.ID {
	id, err := m.h.newID()
	if m.err == nil {
		m.err = err
	}
	return id
}

// principal gives an application's presence in the tenant, which it makes where there is
// none.
func (m *maker) principal(app *directory.Application) directory.ID {
	if p, present := m.p.v.dir.Principal(m.p.tenant.ID, app.AppID); present {
		return p.ID
	}
	for _, p := range m.made.Put.ServicePrincipals {
		if p.AppID == app.AppID {
			return p.ID
		}
	}
	p := directory.ServicePrincipal{ID: m.id(), AppID: app.AppID, TenantID: m.p.tenant.ID}
	p.Tags, p.Created = []string{"WindowsAzureActiveDirectoryIntegratedApp"}, m.p.v.now
	m.made.Put.ServicePrincipals = append(m.made.Put.ServicePrincipals, p)
	return p.ID
}

// grant adds scopes to those that the client has for the same person, or for everybody.
func (m *maker) grant(client, resource, principal directory.ID, scopes []directory.Scope) {
	if len(scopes) == 0 {
		return
	}
	g := directory.NewGrant(m.p.tenant.ID, client, resource, principal, nil, m.p.v.now)
	for _, had := range m.p.v.dir.GrantsOf(client) {
		if had.ResourceID == resource && had.PrincipalID == principal {
			g = had
			g.Scopes = slices.Clone(had.Scopes)
		}
	}
	for _, s := range scopes {
		if !slices.Contains(g.Scopes, s.Value) {
			g.Scopes = append(g.Scopes, s.Value)
		}
	}
	m.made.Put.Grants = append(m.made.Put.Grants, g)
}

func (m *maker) assign(principal, resource, role directory.ID) {
	had := m.p.v.dir.RoleAssignments(func(a directory.RoleAssignment) bool {
		return a.PrincipalID == principal && a.ResourceID == resource && a.RoleID == role
	})
	if len(had) == 0 {
		m.made.Put.RoleAssignments = append(m.made.Put.RoleAssignments, directory.RoleAssignment{
			ID: m.id(), PrincipalID: principal, ResourceID: resource, RoleID: role, Created: m.p.v.now,
		})
	}
}

// adminDone tells the application that an administrator agreed (Entra facts 5.1).
func (h *Handler) adminDone(v *visit, who held) (answer, error) {
	params := []param{{"admin_consent", "True"}, {"tenant", string(who.user.TenantID)}}
	if v.req.state != "" {
		params = append(params, param{"state", v.req.state})
	}
	if v.req.version == 2 {
		params = append(params, param{"scope", v.grantedScopes(who)})
	}
	h.took(v, who, nil)
	return callback{params: params}, nil
}

// grantedScopes are the full names of what was granted, and what was asked for.
func (v *visit) grantedScopes(who held) string {
	c := v.newAsks(who.user, true)
	if err := c.request(); err != nil {
		return strings.Join(v.req.scopes, " ")
	}
	var names []string
	for _, a := range c.list {
		for _, s := range a.scopes {
			names = append(names, c.fullName(a.app, s.Value))
		}
	}
	for _, s := range v.req.scopes {
		if !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	return strings.Join(names, " ")
}

// fullName writes a scope with the resource's name as the request has it.
func (c *asks) fullName(app *directory.Application, value string) string {
	for _, asked := range c.v.req.scopes {
		i := strings.LastIndexByte(asked, '/')
		if i < 0 {
			continue
		}
		if p, found := c.v.dir.Resource(c.tenant.ID, asked[:i]); found && p.AppID == app.AppID {
			return asked[:i] + "/" + value
		}
	}
	if app.AppID == directory.Graph {
		return value
	}
	return string(app.AppID) + "/" + value
}
