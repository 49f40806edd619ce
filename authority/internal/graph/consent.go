package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// grant is the JSON of consent to delegated permissions (Entra facts 6.5).
type grant struct {
	ClientID    guid   `json:"clientId" graph:"create"`
	ConsentType string `json:"consentType" graph:"create"`
	ID          string `json:"id" graph:"read"`
	PrincipalID guid   `json:"principalId" graph:"create"`
	ResourceID  guid   `json:"resourceId" graph:"create"`
	Scope       text   `json:"scope"`
	ExpiryTime  stamp  `json:"expiryTime" graph:"create ask"`
	StartTime   stamp  `json:"startTime" graph:"create ask"`
}

// assignment is the JSON of an application role that somebody has.
type assignment struct {
	ID                   string `json:"id" graph:"read"`
	DeletedDateTime      stamp  `json:"deletedDateTime" graph:"read"`
	AppRoleID            guid   `json:"appRoleId" graph:"create"`
	CreatedDateTime      stamp  `json:"createdDateTime" graph:"read"`
	PrincipalDisplayName text   `json:"principalDisplayName" graph:"read"`
	PrincipalID          guid   `json:"principalId" graph:"create"`
	PrincipalType        text   `json:"principalType" graph:"read"`
	ResourceDisplayName  text   `json:"resourceDisplayName" graph:"read"`
	ResourceID           guid   `json:"resourceId" graph:"create"`
}

var (
	grantShape      = shapeOf[grant]("microsoft.graph.oAuth2PermissionGrant", "oauth2PermissionGrants")
	assignmentShape = shapeOf[assignment]("microsoft.graph.appRoleAssignment", "appRoleAssignments")
)

// The kinds of consent.
const (
	forEverybody = "AllPrincipals"
	forOne       = "Principal"
)

func consentRoutes() []route {
	routes := []route{
		{method: "GET", pattern: "oauth2PermissionGrants", need: readConsent, answer: (*call).listGrants},
		{method: "POST", pattern: "oauth2PermissionGrants", need: writeConsent, answer: (*call).createGrant},
		{method: "GET", pattern: "oauth2PermissionGrants/{}", need: readConsent, answer: (*call).getGrant},
		{method: "PATCH", pattern: "oauth2PermissionGrants/{}", need: writeConsent, answer: (*call).updateGrant},
		{method: "DELETE", pattern: "oauth2PermissionGrants/{}", need: writeConsent, answer: (*call).deleteGrant},
		{method: "GET", pattern: "servicePrincipals/{}/oauth2PermissionGrants", need: readConsent, answer: (*call).grantsOfPrincipal},
		{method: "GET", pattern: "users/{}/oauth2PermissionGrants", need: readConsent, answer: (*call).grantsOfUser},
		{method: "GET", pattern: "me/oauth2PermissionGrants", need: readConsent, answer: (*call).grantsOfUser},
	}
	for _, one := range []struct {
		path string
		read func() need
		of   func(*call, directory.RoleAssignment, directory.ID) bool
	}{
		{"servicePrincipals/{}/appRoleAssignments", readApplications, ofItsOwn},
		{"servicePrincipals/{}/appRoleAssignedTo", readApplications, ofItsResource},
		{"users/{}/appRoleAssignments", readUsers, ofItsOwn},
		{"groups/{}/appRoleAssignments", readGroups, ofItsOwn},
		{"me/appRoleAssignments", readMe, ofItsOwn},
	} {
		routes = append(routes,
			route{method: "GET", pattern: one.path, need: one.read, answer: assignments(one.of)},
			route{method: "POST", pattern: one.path, need: assignRoles, answer: (*call).createAssignment},
			route{method: "GET", pattern: one.path + "/{}", need: one.read, answer: (*call).getAssignment},
			route{method: "DELETE", pattern: one.path + "/{}", need: assignRoles, answer: (*call).deleteAssignment},
		)
	}
	return routes
}

func (c *call) grantItem(g directory.PermissionGrant) item {
	v := &grant{ClientID: guid(g.ClientID), ConsentType: forOne, ID: string(g.ID), PrincipalID: guid(g.PrincipalID),
		ResourceID: guid(g.ResourceID), Scope: text(strings.Join(g.Scopes, " ")), StartTime: stamp{g.Created}}
	if g.PrincipalID == "" {
		v.ConsentType = forEverybody
	}
	return item{string(g.ID), v, grantShape}
}

func (c *call) grantsWhere(want func(directory.PermissionGrant) bool) (answer, error) {
	var items []item
	for _, g := range c.directory.GrantsIn(c.tenant.ID) {
		if want(g) {
			items = append(items, c.grantItem(g))
		}
	}
	return c.list(grantShape, items, false)
}

func (c *call) listGrants() (answer, error) {
	return c.grantsWhere(func(directory.PermissionGrant) bool { return true })
}

func (c *call) grantsOfPrincipal() (answer, error) {
	p, err := c.principal(c.ids[0])
	if err != nil {
		return answer{}, err
	}
	return c.grantsWhere(func(g directory.PermissionGrant) bool { return g.ClientID == p.ID })
}

func (c *call) grantsOfUser() (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	return c.grantsWhere(func(g directory.PermissionGrant) bool { return g.PrincipalID == u.ID })
}

func (c *call) grant() (directory.PermissionGrant, error) {
	all := c.directory.GrantsIn(c.tenant.ID)
	i := slices.IndexFunc(all, func(g directory.PermissionGrant) bool { return string(g.ID) == c.ids[0] })
	if i < 0 {
		return directory.PermissionGrant{}, notFound(c.ids[0])
	}
	return all[i], nil
}

func (c *call) getGrant() (answer, error) {
	g, err := c.grant()
	if err != nil {
		return answer{}, err
	}
	return c.one(c.grantItem(g))
}

func (c *call) createGrant() (answer, error) {
	v := &grant{}
	if _, err := grantShape.read(c.body, v, true); err != nil {
		return answer{}, err
	}
	client, resource, user := directory.ID(v.ClientID), directory.ID(v.ResourceID), directory.ID(v.PrincipalID)
	for _, id := range []directory.ID{client, resource} {
		if _, err := c.principal(string(id)); err != nil {
			return answer{}, err
		}
	}
	person, found := c.directory.UserByID(user)
	switch {
	case v.ConsentType == forEverybody && user == "":
	case v.ConsentType == forOne && found && person.TenantID == c.tenant.ID:
	default:
		return answer{}, badRequest("Invalid value specified for property 'consentType' or 'principalId' of resource 'OAuth2PermissionGrant'.")
	}
	for _, have := range c.directory.GrantsOf(client) {
		if have.ResourceID == resource && have.PrincipalID == user {
			return answer{}, refuse(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
		}
	}
	g := directory.NewGrant(c.tenant.ID, client, resource, user, strings.Fields(string(v.Scope)), c.now)
	c.change.Put.Grants = []directory.PermissionGrant{g}
	return c.created(c.grantItem(g), "/oauth2PermissionGrants/"+string(g.ID))
}

// updateGrant sets the scopes; with fewer of them, what was given before ends.
func (c *call) updateGrant() (answer, error) {
	g, err := c.grant()
	if err != nil {
		return answer{}, err
	}
	v := c.grantItem(g).view.(*grant)
	if _, err := grantShape.read(c.body, v, false); err != nil {
		return answer{}, err
	}
	was := g.Scopes
	g.Scopes = strings.Fields(string(v.Scope))
	if slices.ContainsFunc(was, func(one string) bool { return !slices.Contains(g.Scopes, one) }) {
		c.revokeConsent(g)
	}
	c.change.Put.Grants = []directory.PermissionGrant{g}
	return answer{status: http.StatusNoContent}, nil
}

func (c *call) deleteGrant() (answer, error) {
	g, err := c.grant()
	if err != nil {
		return answer{}, err
	}
	c.change.Remove = []directory.ID{g.ID}
	c.revokeConsent(g)
	return answer{status: http.StatusNoContent}, nil
}

func (c *call) revokeConsent(g directory.PermissionGrant) {
	if client, found := c.directory.PrincipalByID(g.ClientID); found {
		c.revokeGrant(client.AppID, g.PrincipalID)
	}
}

func ofItsOwn(_ *call, a directory.RoleAssignment, id directory.ID) bool { return a.PrincipalID == id }
func ofItsResource(_ *call, a directory.RoleAssignment, id directory.ID) bool {
	return a.ResourceID == id
}

func assignments(of func(*call, directory.RoleAssignment, directory.ID) bool) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		id, err := c.subject()
		if err != nil {
			return answer{}, err
		}
		var items []item
		for _, a := range c.directory.RoleAssignments(func(a directory.RoleAssignment) bool { return of(c, a, id) }) {
			items = append(items, c.assignmentItem(a))
		}
		return c.list(assignmentShape, items, false)
	}
}

func (c *call) assignmentItem(a directory.RoleAssignment) item {
	v := &assignment{ID: assignmentID(a), AppRoleID: guid(a.RoleID), CreatedDateTime: stamp{a.Created},
		PrincipalID: guid(a.PrincipalID), ResourceID: guid(a.ResourceID)}
	if p, found := c.directory.PrincipalByID(a.PrincipalID); found {
		v.PrincipalDisplayName, v.PrincipalType = text(name(p)), "ServicePrincipal"
	} else if u, found := c.directory.UserByID(a.PrincipalID); found {
		v.PrincipalDisplayName, v.PrincipalType = text(u.DisplayName), "User"
	} else if g, found := c.directory.Group(a.PrincipalID); found {
		v.PrincipalDisplayName, v.PrincipalType = text(g.DisplayName), "Group"
	}
	if p, found := c.directory.PrincipalByID(a.ResourceID); found {
		v.ResourceDisplayName = text(name(p))
	}
	return item{v.ID, v, assignmentShape}
}

// assignmentID is the id without hyphens: Graph's are opaque, not GUIDs.
func assignmentID(a directory.RoleAssignment) string {
	return strings.ReplaceAll(string(a.ID), "-", "")
}

// createAssignment gives a principal a role of a resource of the tenant.
func (c *call) createAssignment() (answer, error) {
	v := &assignment{}
	if _, err := assignmentShape.read(c.body, v, true); err != nil {
		return answer{}, err
	}
	principal, resource, role := directory.ID(v.PrincipalID), directory.ID(v.ResourceID), directory.ID(v.AppRoleID)
	if _, found := c.find(principal); !found {
		return answer{}, notFound(string(principal))
	}
	target, err := c.principal(string(resource))
	if err != nil {
		return answer{}, err
	}
	offered := slices.ContainsFunc(target.App.Roles, func(r directory.Role) bool { return r.ID == role && !r.Disabled })
	if !offered && (role != directory.NoID || len(target.App.Roles) > 0 && v.AppRoleID == "") {
		return answer{}, badRequest("Permission being assigned was not found on application '%s'", target.AppID)
	}
	same := func(a directory.RoleAssignment) bool {
		return a.PrincipalID == principal && a.ResourceID == resource && a.RoleID == role
	}
	if len(c.directory.RoleAssignments(same)) > 0 {
		return answer{}, badRequest("Permission being assigned already exists on the object")
	}
	id, err := c.id()
	if err != nil {
		return answer{}, err
	}
	a := directory.RoleAssignment{ID: id, PrincipalID: principal, ResourceID: resource, RoleID: role, Created: c.now}
	c.change.Put.RoleAssignments = []directory.RoleAssignment{a}
	return c.created(c.assignmentItem(a), c.path+"/"+assignmentID(a))
}

// assignment finds one by the path's last key; it must be about the path's object.
func (c *call) assignment() (directory.RoleAssignment, error) {
	key := c.ids[len(c.ids)-1]
	about := c.caller.object
	if len(c.ids) > 1 {
		c.ids = c.ids[:1]
		id, err := c.subject()
		if err != nil {
			return directory.RoleAssignment{}, err
		}
		about = id
	}
	found := c.directory.RoleAssignments(func(a directory.RoleAssignment) bool {
		return (assignmentID(a) == key || string(a.ID) == key) && (a.PrincipalID == about || a.ResourceID == about)
	})
	if len(found) == 0 {
		return directory.RoleAssignment{}, notFound(key)
	}
	return found[0], nil
}

func (c *call) getAssignment() (answer, error) {
	a, err := c.assignment()
	if err != nil {
		return answer{}, err
	}
	return c.one(c.assignmentItem(a))
}

func (c *call) deleteAssignment() (answer, error) {
	a, err := c.assignment()
	if err != nil {
		return answer{}, err
	}
	c.change.Remove = []directory.ID{a.ID}
	return answer{status: http.StatusNoContent}, nil
}
