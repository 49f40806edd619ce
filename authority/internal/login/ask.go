package login

import (
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/grant"
)

// ask is what a client wants of one resource.
type ask struct {
	app    *directory.Application
	scopes []directory.Scope
	roles  []directory.Role
}

// asks collects what is wanted in a tenant, each thing once.
type asks struct {
	v      *visit
	tenant *directory.Tenant
	client *directory.Principal // nil: the tenant does not have it yet
	user   *directory.User
	admin  bool // application roles are wanted too
	list   []ask
}

func (v *visit) newAsks(user *directory.User, admin bool) *asks {
	c := &asks{v: v, user: user, admin: admin}
	c.tenant, _ = v.dir.Tenant(string(user.TenantID))
	c.client, _ = v.dir.Principal(user.TenantID, v.app.AppID)
	return c
}

func (c *asks) of(app *directory.Application) *ask {
	i := slices.IndexFunc(c.list, func(a ask) bool { return a.app == app })
	if i < 0 {
		i = len(c.list)
		c.list = append(c.list, ask{app: app})
	}
	return &c.list[i]
}

func (c *asks) addScope(app *directory.Application, scope directory.Scope) {
	a := c.of(app)
	if !slices.ContainsFunc(a.scopes, func(s directory.Scope) bool { return s.ID == scope.ID }) {
		a.scopes = append(a.scopes, scope)
	}
}

func (c *asks) addRole(app *directory.Application, role directory.Role) {
	a := c.of(app)
	if !slices.ContainsFunc(a.roles, func(r directory.Role) bool { return r.ID == role.ID }) {
		a.roles = append(a.roles, role)
	}
}

// request collects what the request asks for.
func (c *asks) request() error {
	r := c.v.req
	if r.kind == adminConsent && r.version == 1 || r.wants("admin_consent") {
		return c.static()
	}
	if r.version == 1 {
		c.named("", "openid", "")
		c.named("", "profile", "")
		if r.resource == "" {
			return nil
		}
		return c.one(r.resource + "/.default")
	}
	for _, one := range r.scopes {
		if err := c.one(one); err != nil {
			return err
		}
	}
	return nil
}

// one adds a scope: of OpenID Connect, of Microsoft Graph when it names no resource, or
// of a resource, which stands before the last slash (Entra facts 4.1).
func (c *asks) one(scope string) error {
	resource, value := "", scope
	if i := strings.LastIndexByte(scope, '/'); i >= 0 {
		resource, value = scope[:i], scope[i+1:]
	}
	if value == "" {
		return aadsts.ScopeInvalid.With(scope)
	}
	return c.named(resource, value, scope)
}

func (c *asks) named(resource, value, scope string) error {
	name := resource
	if name == "" {
		name = string(directory.Graph)
	}
	p, present := c.v.dir.Resource(c.tenant.ID, name)
	var app *directory.Application
	if present {
		app = p.App
	} else if app = c.elsewhere(name); app == nil {
		return aadsts.ResourceNotFound.With(name, c.tenant.DisplayName)
	}
	switch {
	case app.Disabled || present && p.Disabled:
		return aadsts.ServicePrincipalDisabled.With(name)
	case value == ".default":
		return c.byDefault(app, p, name)
	}
	i := slices.IndexFunc(app.Scopes, func(s directory.Scope) bool { return s.Value == value && !s.Disabled })
	if i < 0 {
		return aadsts.ScopeNotOfResource.With(c.v.app.DisplayName, scope, app.DisplayName)
	}
	c.addScope(app, app.Scopes[i])
	return nil
}

// elsewhere finds a resource that the tenant does not have yet and gets with the consent:
// one that the client is registered to need and that is for any tenant (Entra facts 5.3).
func (c *asks) elsewhere(name string) *directory.Application {
	name = strings.TrimSuffix(name, "/")
	for _, required := range c.v.app.RequiredAccess {
		app, known := c.v.dir.Application(required.ResourceAppID)
		if !known || app.Audience != directory.MultiTenant {
			continue
		}
		for _, own := range append([]string{string(app.AppID)}, app.IdentifierURIs...) {
			if strings.EqualFold(strings.TrimSuffix(own, "/"), name) {
				return app
			}
		}
	}
	return nil
}

// byDefault is all that was consented to; where that is nothing, all that the application
// is registered to ask for. An administrator agrees to all of it at any rate.
func (c *asks) byDefault(app *directory.Application, resource *directory.Principal, name string) error {
	if app.AppID == c.v.app.AppID {
		return nil
	}
	granted := c.client != nil && resource != nil && len(grant.Allowed(c.v.dir, c.client, resource, c.user.ID)) > 0
	listed := slices.ContainsFunc(c.v.app.RequiredAccess, func(r directory.ResourceAccess) bool { return r.ResourceAppID == app.AppID })
	switch {
	case granted && !c.admin && !c.v.req.wants("consent"):
		return nil
	case !granted && !listed:
		var valid []string
		for _, r := range c.v.app.RequiredAccess {
			valid = append(valid, string(r.ResourceAppID))
		}
		return aadsts.ResourceNotListed.With(c.v.app.AppID, c.v.app.DisplayName, name, app.AppID, strings.Join(valid, ", "))
	}
	return c.static()
}

// static adds all that the application is registered to ask for. A resource that the
// tenant does not have must be one that it can get (Entra facts 5.3).
func (c *asks) static() error {
	for _, required := range c.v.app.RequiredAccess {
		app, known := c.v.dir.Application(required.ResourceAppID)
		if known {
			_, present := c.v.dir.Principal(c.tenant.ID, app.AppID)
			known = present || app.Audience == directory.MultiTenant
		}
		if !known {
			return aadsts.ResourceAbsent.With(required.ResourceAppID, required.ResourceAppID, c.tenant.DisplayName)
		}
		for _, access := range required.Access {
			c.access(app, access)
		}
	}
	return nil
}

// access adds one permission of a registration. What the resource no longer offers is
// passed over.
func (c *asks) access(app *directory.Application, access directory.Access) {
	if !access.Role {
		for _, s := range app.Scopes {
			if s.ID == access.ID && !s.Disabled {
				c.addScope(app, s)
			}
		}
		return
	}
	for _, role := range app.Roles {
		if c.admin && role.ID == access.ID && !role.Disabled {
			c.addRole(app, role)
		}
	}
}

// missing is what of it nobody has consented to yet.
func (c *asks) missing() []ask {
	if c.client == nil {
		return c.list
	}
	var missing []ask
	for _, a := range c.list {
		resource, present := c.v.dir.Principal(c.tenant.ID, a.app.AppID)
		if present && resource.AppID != c.client.AppID {
			allowed := grant.Allowed(c.v.dir, c.client, resource, c.user.ID)
			a.scopes = slices.DeleteFunc(slices.Clone(a.scopes), func(s directory.Scope) bool { return slices.Contains(allowed, s.Value) })
		}
		if len(a.scopes) > 0 && a.app.AppID != c.client.AppID {
			missing = append(missing, a)
		}
	}
	return missing
}
