package graph

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

func applicationRoutes() []route {
	return []route{
		{method: "GET", pattern: "applications", need: readApplications, answer: (*call).listApplications},
		{method: "POST", pattern: "applications", need: createApplications, answer: (*call).createApplication},
		{method: "GET", pattern: "applications/$count", need: readApplications, answer: (*call).countApplications},
		{method: "GET", pattern: "applications/{}", need: readApplications, answer: (*call).getApplication},
		{method: "PATCH", pattern: "applications/{}", need: writeApplications, answer: (*call).updateApplication},
		{method: "DELETE", pattern: "applications/{}", need: writeApplications, answer: (*call).deleteApplication},
		{method: "POST", pattern: "applications/{}/addPassword", need: writeApplications, answer: ofApplication((*call).addPassword)},
		{method: "POST", pattern: "applications/{}/microsoft.graph.addPassword", need: writeApplications, answer: ofApplication((*call).addPassword)},
		{method: "POST", pattern: "applications/{}/removePassword", need: writeApplications, answer: ofApplication((*call).removePassword)},
		{method: "POST", pattern: "applications/{}/addKey", need: everybody, answer: (*call).addApplicationKey},
		{method: "POST", pattern: "applications/{}/removeKey", need: everybody, answer: (*call).removeApplicationKey},
		{method: "GET", pattern: "applications/{}/federatedIdentityCredentials", need: readApplications, answer: (*call).listFederated},
		{method: "POST", pattern: "applications/{}/federatedIdentityCredentials", need: writeApplications, answer: (*call).createFederated},
		{method: "GET", pattern: "applications/{}/federatedIdentityCredentials/{}", need: readApplications, answer: (*call).getFederated},
		{method: "PATCH", pattern: "applications/{}/federatedIdentityCredentials/{}", need: writeApplications, answer: (*call).updateFederated},
		{method: "DELETE", pattern: "applications/{}/federatedIdentityCredentials/{}", need: writeApplications, answer: (*call).deleteFederated},
		{method: "GET", pattern: "applications/{}/owners", need: readApplications, answer: objectsOf(applicationOwners)},
		{method: "GET", pattern: "applications/{}/owners/$ref", need: readApplications, answer: referencesOf(applicationOwners)},
		{method: "GET", pattern: "applications/{}/owners/{}/$ref", need: readApplications, answer: referenceOf(applicationOwners)},
		{method: "POST", pattern: "applications/{}/owners/$ref", need: writeApplications, answer: (*call).addApplicationOwner},
		{method: "DELETE", pattern: "applications/{}/owners/{}/$ref", need: writeApplications, answer: (*call).removeApplicationOwner},
		{method: "GET", pattern: "applications/{}/extensionProperties", need: readApplications, answer: (*call).nothing},
		{method: "GET", pattern: "applications/{}/tokenIssuancePolicies", need: readApplications, answer: (*call).nothing},
	}
}

func (c *call) applicationItems() []item {
	var items []item
	for _, a := range c.directory.ApplicationsIn(c.tenant.ID) {
		items = append(items, c.applicationItem(a))
	}
	return items
}

func (c *call) listApplications() (answer, error) {
	return c.list(applicationShape, c.applicationItems(), true)
}

func (c *call) countApplications() (answer, error) {
	return c.count(applicationShape, c.applicationItems())
}

// application finds the application a path names by id or by "appId=…".
func (c *call) application(key string) (*directory.Application, error) {
	if name, value, named := strings.Cut(key, "="); named {
		id, _ := directory.ParseID(value)
		if a, found := c.directory.Application(id); strings.EqualFold(name, "appId") && found && a.TenantID == c.tenant.ID {
			return a, nil
		}
		return nil, notFound(value)
	}
	id, _ := directory.ParseID(key)
	if a, found := c.directory.ApplicationByID(id); found && a.TenantID == c.tenant.ID {
		return a, nil
	}
	return nil, notFound(key)
}

// ownApplication is a copy of the application that the caller may change.
func (c *call) ownApplication() (directory.Application, error) {
	a, err := c.application(c.ids[0])
	if err != nil {
		return directory.Application{}, err
	}
	return *a, c.mayWrite(a.ID, a.Owners)
}

func (c *call) putApplication(a directory.Application) {
	c.change.Put.Applications = append(c.change.Put.Applications, a)
}

func (c *call) getApplication() (answer, error) {
	a, err := c.application(c.ids[0])
	if err != nil {
		return answer{}, err
	}
	i := c.applicationItem(a)
	if slices.Contains(c.options.selects, "keyCredentials") { // only then their keys are shown (Entra facts 6.2)
		showKeys(i.view.(*application).KeyCredentials, a.Certificates)
	}
	return c.one(i)
}

func (c *call) createApplication() (answer, error) {
	id, err := c.id()
	if err != nil {
		return answer{}, err
	}
	appID, err := c.id()
	if err != nil {
		return answer{}, err
	}
	a := directory.Application{ID: id, AppID: appID, TenantID: c.tenant.ID, Audience: directory.SingleTenant}
	a.Created, a.Owners = c.now, c.owners()
	v, err := c.readApplication(&a, true)
	if err != nil {
		return answer{}, err
	}
	if a.DisplayName == "" {
		return answer{}, badRequest("Required property 'displayName' is missing or empty.")
	}
	made, err := c.newPasswords(&a.Credentials, v.PasswordCredentials)
	if err != nil {
		return answer{}, err
	}
	c.putApplication(a)
	out := c.applicationItem(&a)
	out.view.(*application).PasswordCredentials = made
	return c.created(out, "/applications/"+string(id))
}

func (c *call) updateApplication() (answer, error) {
	a, err := c.ownApplication()
	if err != nil {
		return answer{}, err
	}
	named := a.DisplayName != ""
	if _, err := c.readApplication(&a, false); err != nil {
		return answer{}, err
	}
	if named && a.DisplayName == "" {
		return answer{}, badRequest("Invalid value specified for property 'displayName' of resource 'Application'.")
	}
	c.putApplication(a)
	return answer{status: http.StatusNoContent}, nil
}

// readApplication reads the body over an application. The secrets of a new one are
// left to make.
func (c *call) readApplication(a *directory.Application, creating bool) (*application, error) {
	v := c.applicationItem(a).view.(*application)
	in, err := applicationShape.read(c.body, v, creating)
	if err != nil {
		return nil, err
	}
	if err := v.set(a, in); err != nil {
		return nil, err
	}
	if in.given["keyCredentials"] {
		if err := c.setKeys(&a.Credentials, v.KeyCredentials); err != nil {
			return nil, err
		}
	}
	if in.given["passwordCredentials"] && !creating {
		if err := setPasswords(&a.Credentials, v.PasswordCredentials); err != nil {
			return nil, err
		}
	}
	for _, ref := range in.binds["owners"] {
		owner, err := c.reference(ref)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(a.Owners, owner) {
			a.Owners = append(slices.Clone(a.Owners), owner)
		}
	}
	return v, c.checkApplication(a)
}

func (c *call) checkApplication(a *directory.Application) error {
	switch a.Audience {
	case directory.SingleTenant, directory.MultiTenant:
	case "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount":
		if a.TokenVersion != 2 {
			return refuse(400, "InvalidAccessTokenVersion", "Application must accept Access Token Version 2: property api.requestedAccessTokenVersion is invalid.")
		}
	default:
		return badRequest("Invalid value specified for property 'signInAudience' of resource 'Application'.")
	}
	if a.TokenVersion < 0 || a.TokenVersion > 2 {
		return badRequest("Invalid value specified for property 'requestedAccessTokenVersion' of resource 'ApiApplication'.")
	}
	for _, r := range a.RedirectURIs {
		if u, err := url.Parse(r.URI); err != nil || u.Scheme == "" || u.Fragment != "" {
			return badRequest("One or more redirect URIs are not valid: they must be absolute and have no fragment.")
		}
	}
	for _, uri := range a.IdentifierURIs {
		if err := c.checkIdentifier(uri); err != nil {
			return err
		}
	}
	return c.identifiersAreFree(a)
}

// checkIdentifier: an identifier URI is absolute; one of the web is on a verified domain
// (Entra facts 6.1).
func (c *call) checkIdentifier(uri string) error {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" || u.Fragment != "" {
		return badRequest("Invalid value specified for property 'identifierUris' of resource 'Application'.")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	for _, domain := range c.tenant.Domains {
		if host := strings.ToLower(u.Hostname()); host == strings.ToLower(domain) || strings.HasSuffix(host, "."+strings.ToLower(domain)) {
			return nil
		}
	}
	return refuse(400, "HostNameNotOnVerifiedDomain",
		"Values of identifierUris property must use a verified domain of the organization or its subdomain: '%s'", uri)
}

// identifiersAreFree finds the frequent conflict early, to name it.
func (c *call) identifiersAreFree(a *directory.Application) error {
	for _, uri := range a.IdentifierURIs {
		if p, found := c.directory.Resource(c.tenant.ID, uri); found && p.AppID != a.AppID {
			return duplicate("identifierUris")
		}
		for _, other := range c.directory.ApplicationsIn(c.tenant.ID) {
			if other.ID != a.ID && slices.Contains(other.IdentifierURIs, uri) {
				return duplicate("identifierUris")
			}
		}
	}
	return nil
}

func (c *call) deleteApplication() (answer, error) {
	a, err := c.ownApplication()
	if err != nil {
		return answer{}, err
	}
	c.change = c.directory.Deletion(a.ID, c.now)
	c.revokeApp(a.AppID)
	return answer{status: http.StatusNoContent}, nil
}

// ofApplication makes an answer of what changes an application's credentials.
func ofApplication(f func(*call, *directory.Credentials) (answer, error)) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		a, err := c.ownApplication()
		if err != nil {
			return answer{}, err
		}
		out, err := f(c, &a.Credentials)
		c.putApplication(a)
		return out, err
	}
}

func (c *call) addApplicationKey() (answer, error) {
	a, err := c.application(c.ids[0])
	if err != nil {
		return answer{}, err
	}
	own := *a
	out, err := c.addKey(&own.Credentials, own.ID)
	c.putApplication(own)
	return out, err
}

func (c *call) removeApplicationKey() (answer, error) {
	a, err := c.application(c.ids[0])
	if err != nil {
		return answer{}, err
	}
	own := *a
	out, err := c.removeKey(&own.Credentials, own.ID)
	c.putApplication(own)
	return out, err
}

// nothing answers with a list that is always empty.
func (c *call) nothing() (answer, error) {
	return c.page(shape{set: "directoryObjects"}, nil, func(item) []string { return nil })
}
