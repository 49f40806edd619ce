package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

func principalRoutes() []route {
	const one = "servicePrincipals/{}"
	return []route{
		{method: "GET", pattern: "servicePrincipals", need: readApplications, answer: (*call).listPrincipals},
		{method: "POST", pattern: "servicePrincipals", need: createPrincipals, answer: (*call).createPrincipal},
		{method: "GET", pattern: "servicePrincipals/$count", need: readApplications, answer: (*call).countPrincipals},
		{method: "GET", pattern: one, need: readApplications, answer: (*call).getPrincipal},
		{method: "PATCH", pattern: one, need: writeApplications, answer: (*call).updatePrincipal},
		{method: "DELETE", pattern: one, need: writeApplications, answer: (*call).deletePrincipal},
		{method: "POST", pattern: one + "/addPassword", need: writeApplications, answer: ofPrincipal((*call).addPassword)},
		{method: "POST", pattern: one + "/removePassword", need: writeApplications, answer: ofPrincipal((*call).removePassword)},
		{method: "POST", pattern: one + "/addKey", need: everybody, answer: ofKeys((*call).addKey)},
		{method: "POST", pattern: one + "/removeKey", need: everybody, answer: ofKeys((*call).removeKey)},
		{method: "GET", pattern: one + "/owners", need: readApplications, answer: objectsOf(principalOwners)},
		{method: "GET", pattern: one + "/owners/$ref", need: readApplications, answer: referencesOf(principalOwners)},
		{method: "GET", pattern: one + "/owners/{}/$ref", need: readApplications, answer: referenceOf(principalOwners)},
		{method: "POST", pattern: one + "/owners/$ref", need: writeApplications, answer: (*call).addPrincipalOwner},
		{method: "DELETE", pattern: one + "/owners/{}/$ref", need: writeApplications, answer: (*call).removePrincipalOwner},
		{method: "GET", pattern: one + "/memberOf", need: readMemberships, answer: (*call).memberOf},
		{method: "GET", pattern: one + "/memberOf/{}", need: readMemberships, answer: cast((*call).memberOf)},
		{method: "GET", pattern: one + "/transitiveMemberOf", need: readMemberships, answer: (*call).transitiveMemberOf},
		{method: "GET", pattern: one + "/transitiveMemberOf/{}", need: readMemberships, answer: cast((*call).transitiveMemberOf)},
		{method: "GET", pattern: one + "/ownedObjects", need: readApplications, answer: (*call).ownedObjects},
		{method: "GET", pattern: one + "/ownedObjects/{}", need: readApplications, answer: cast((*call).ownedObjects)},
		{method: "GET", pattern: one + "/claimsMappingPolicies", need: readApplications, answer: (*call).nothing},
		{method: "GET", pattern: one + "/tokenIssuancePolicies", need: readApplications, answer: (*call).nothing},
		{method: "POST", pattern: one + "/checkMemberGroups", need: readMemberships, answer: (*call).checkMemberGroups, reads: true},
		{method: "POST", pattern: one + "/getMemberGroups", need: readMemberships, answer: (*call).getMemberObjects, reads: true},
		{method: "POST", pattern: one + "/getMemberObjects", need: readMemberships, answer: (*call).getMemberObjects, reads: true},
	}
}

func (c *call) principalItems() []item {
	var items []item
	for _, p := range c.directory.PrincipalsIn(c.tenant.ID) {
		items = append(items, c.principalItem(p))
	}
	return items
}

func (c *call) listPrincipals() (answer, error) {
	return c.list(principalShape, c.principalItems(), true)
}

func (c *call) countPrincipals() (answer, error) {
	return c.count(principalShape, c.principalItems())
}

// principal finds the service principal a path names by id or by "appId=…".
func (c *call) principal(key string) (*directory.Principal, error) {
	if name, value, named := strings.Cut(key, "="); named {
		id, _ := directory.ParseID(value)
		if p, found := c.directory.Principal(c.tenant.ID, id); found && strings.EqualFold(name, "appId") {
			return p, nil
		}
		return nil, notFound(value)
	}
	id, _ := directory.ParseID(key)
	if p, found := c.directory.PrincipalByID(id); found && p.TenantID == c.tenant.ID {
		return p, nil
	}
	return nil, notFound(key)
}

// ownPrincipal is a copy of the service principal that the caller may change. Those of
// first-party applications only administrators change.
func (c *call) ownPrincipal() (*directory.Principal, error) {
	p, err := c.principal(c.ids[0])
	if err != nil {
		return nil, err
	}
	own := *p
	return &own, c.mayWrite(p.ID, p.Owners)
}

func (c *call) putPrincipal(p *directory.Principal) {
	c.change.Put.ServicePrincipals = append(c.change.Put.ServicePrincipals, p.ServicePrincipal)
}

func (c *call) getPrincipal() (answer, error) {
	p, err := c.principal(c.ids[0])
	if err != nil {
		return answer{}, err
	}
	i := c.principalItem(p)
	if slices.Contains(c.options.selects, "keyCredentials") {
		showKeys(i.view.(*principal).KeyCredentials, p.Certificates)
	}
	return c.one(i)
}

// createPrincipal makes an application present in the tenant: one of the tenant's own, or
// one that others may use.
func (c *call) createPrincipal() (answer, error) {
	id, err := c.id()
	if err != nil {
		return answer{}, err
	}
	v := &principal{}
	principalShape.keep("", v)
	in, err := principalShape.read(c.body, v, true)
	if err != nil {
		return answer{}, err
	}
	appID, _ := directory.ParseID(v.AppID)
	app, found := c.directory.Application(appID)
	if !found || app.TenantID != c.tenant.ID && app.Audience == directory.SingleTenant {
		return answer{}, refuse(400, "NoBackingApplicationObject", "The appId '%s' of the service principal does not reference a valid application object.", v.AppID)
	}
	if c.caller.user != nil && !c.caller.admin && app.TenantID != c.tenant.ID || c.ownedOnly && !slices.Contains(app.Owners, c.caller.object) {
		return answer{}, denied()
	}
	if _, there := c.directory.Principal(c.tenant.ID, appID); there {
		return answer{}, refuse(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue",
			"The service principal cannot be created, updated, or restored because the service principal name %s is already in use.", v.AppID)
	}
	p := &directory.Principal{App: app, ServicePrincipal: directory.ServicePrincipal{ID: id, AppID: appID, TenantID: c.tenant.ID}}
	p.Created, p.Owners = c.now, c.owners()
	v.set(p, in)
	if err := c.bindOwners(&p.Profile, in); err != nil {
		return answer{}, err
	}
	c.putPrincipal(p)
	return c.created(c.principalItem(p), "/servicePrincipals/"+string(id))
}

// bindOwners adds the owners that a body binds.
func (c *call) bindOwners(p *directory.Profile, in input) error {
	for _, ref := range in.binds["owners"] {
		owner, err := c.reference(ref)
		if err != nil {
			return err
		}
		if !slices.Contains(p.Owners, owner) {
			p.Owners = append(slices.Clone(p.Owners), owner)
		}
	}
	return nil
}

func (c *call) updatePrincipal() (answer, error) {
	p, err := c.ownPrincipal()
	if err != nil {
		return answer{}, err
	}
	v := c.principalItem(p).view.(*principal)
	in, err := principalShape.read(c.body, v, false)
	if err != nil {
		return answer{}, err
	}
	v.set(p, in)
	if in.given["keyCredentials"] {
		if err := c.setKeys(&p.Credentials, v.KeyCredentials); err != nil {
			return answer{}, err
		}
	}
	if in.given["passwordCredentials"] {
		if err := setPasswords(&p.Credentials, v.PasswordCredentials); err != nil {
			return answer{}, err
		}
	}
	c.putPrincipal(p)
	return answer{status: http.StatusNoContent}, nil
}

// deletePrincipal takes an application out of the tenant, with its consent.
func (c *call) deletePrincipal() (answer, error) {
	p, err := c.ownPrincipal()
	if err != nil {
		return answer{}, err
	}
	if p.App.FirstParty {
		return answer{}, denied()
	}
	c.change = c.directory.Deletion(p.ID, c.now)
	c.revokeGrant(p.AppID, "")
	return answer{status: http.StatusNoContent}, nil
}

func ofPrincipal(f func(*call, *directory.Credentials) (answer, error)) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		p, err := c.ownPrincipal()
		if err != nil {
			return answer{}, err
		}
		out, err := f(c, &p.Credentials)
		c.putPrincipal(p)
		return out, err
	}
}

// ofKeys: who proves to hold a key needs no permission.
func ofKeys(f func(*call, *directory.Credentials, directory.ID) (answer, error)) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		p, err := c.principal(c.ids[0])
		if err != nil {
			return answer{}, err
		}
		own := *p
		out, err := f(c, &own.Credentials, own.ID)
		c.putPrincipal(&own)
		return out, err
	}
}

// showKeys gives certificates their own bytes.
func showKeys(to list[keyCredential], from []directory.Certificate) {
	for i := range to {
		to[i].Key = text(encode(from[i].DER))
	}
}
