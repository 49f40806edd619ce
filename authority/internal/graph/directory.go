package graph

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/journal"
)

func directoryRoutes() []route {
	return []route{
		{method: "GET", pattern: "directoryRoles", need: readRoles, answer: (*call).listRoles},
		{method: "GET", pattern: "directoryRoles/{}", need: readRoles, answer: (*call).getRole},
		{method: "GET", pattern: "directoryRoles/{}/members", need: readRoles, answer: (*call).listRoleMembers},
		{method: "POST", pattern: "directoryRoles/{}/members/$ref", need: writeRoles, answer: (*call).addRoleMember},
		{method: "DELETE", pattern: "directoryRoles/{}/members/{}/$ref", need: writeRoles, answer: (*call).removeRoleMember},
		{method: "GET", pattern: "directory/deletedItems/{}", need: readDeleted, answer: (*call).getDeleted},
		{method: "DELETE", pattern: "directory/deletedItems/{}", need: deletedObjects, answer: (*call).purgeDeleted},
		{method: "POST", pattern: "directory/deletedItems/{}/restore", need: deletedObjects, answer: (*call).restoreDeleted},
		{method: "GET", pattern: "directoryObjects/{}", need: readDirectory, answer: (*call).getObject},
		{method: "POST", pattern: "directoryObjects/{}/checkMemberGroups", need: readMemberships, answer: (*call).checkMemberGroups, reads: true},
		{method: "POST", pattern: "directoryObjects/{}/getMemberGroups", need: readMemberships, answer: (*call).getMemberObjects, reads: true},
		{method: "POST", pattern: "directoryObjects/{}/getMemberObjects", need: readMemberships, answer: (*call).getMemberObjects, reads: true},
		{method: "POST", pattern: "directoryObjects/getByIds", need: readDirectory, answer: (*call).getByIDs, reads: true},
		{method: "GET", pattern: "auditLogs/signIns", need: readSignIns, answer: (*call).listSignIns},
		{method: "GET", pattern: "auditLogs/signIns/{}", need: readSignIns, answer: (*call).getSignIn},
	}
}

// directoryRole is the JSON of a directory role.
type directoryRole struct {
	ID              string `json:"id" graph:"read"`
	DeletedDateTime stamp  `json:"deletedDateTime" graph:"read"`
	Description     text   `json:"description" graph:"read"`
	DisplayName     text   `json:"displayName" graph:"read"`
	TemplateID      string `json:"roleTemplateId" graph:"read"`
}

var roleShape = shapeOf[directoryRole]("microsoft.graph.directoryRole", "directoryRoles")

// roleItem is a directory role of the tenant. Its id follows from tenant and template.
func (c *call) roleItem(template directory.ID) item {
	v := &directoryRole{ID: string(directory.DerivedID("directory role "+string(c.tenant.ID), template)), TemplateID: string(template)}
	if template == directory.GlobalAdministrator {
		v.DisplayName = "Global Administrator"
		v.Description = "Can manage all aspects of Microsoft Entra ID and Microsoft services that use Microsoft Entra identities."
	}
	return item{v.ID, v, roleShape}
}

// templates are those of the directory roles in use, and the one there always is.
func (c *call) templates() []directory.ID {
	all := []directory.ID{directory.GlobalAdministrator}
	for _, d := range c.directory.DirectoryRoles(c.tenant.ID) {
		if !slices.Contains(all, d.TemplateID) {
			all = append(all, d.TemplateID)
		}
	}
	return all
}

func (c *call) listRoles() (answer, error) {
	var items []item
	for _, template := range c.templates() {
		items = append(items, c.roleItem(template))
	}
	return c.list(roleShape, items, false)
}

// role finds the template of the role that a path names by id or "roleTemplateId=…".
func (c *call) role() (directory.ID, error) {
	key := c.ids[0]
	_, value, named := strings.Cut(key, "=")
	for _, template := range c.templates() {
		if named && strings.EqualFold(value, string(template)) || strings.EqualFold(key, c.roleItem(template).id) {
			return template, nil
		}
	}
	return "", notFound(key)
}

func (c *call) getRole() (answer, error) {
	template, err := c.role()
	if err != nil {
		return answer{}, err
	}
	return c.one(c.roleItem(template))
}

func (c *call) listRoleMembers() (answer, error) {
	template, err := c.role()
	if err != nil {
		return answer{}, err
	}
	var ids []directory.ID
	for _, d := range c.directory.DirectoryRoles(c.tenant.ID) {
		if d.TemplateID == template {
			ids = append(ids, d.PrincipalID)
		}
	}
	return c.objects(c.items(ids))
}

func (c *call) addRoleMember() (answer, error) {
	template, err := c.role()
	if err != nil {
		return answer{}, err
	}
	id, err := c.readReference()
	if err != nil {
		return answer{}, err
	}
	if slices.Contains(c.directory.AdminRoles(id), template) {
		return answer{}, badRequest("One or more added object references already exist for the following modified properties: 'members'.")
	}
	c.change.Put.DirectoryRoles = []directory.DirectoryRole{{
		ID: directory.DerivedID("member of "+string(template)+" in "+string(c.tenant.ID), id), TenantID: c.tenant.ID, TemplateID: template, PrincipalID: id,
	}}
	return answer{status: http.StatusNoContent}, nil
}

// removeRoleMember leaves the tenant at least one administrator.
func (c *call) removeRoleMember() (answer, error) {
	template, err := c.role()
	if err != nil {
		return answer{}, err
	}
	id, _ := directory.ParseID(c.ids[1])
	left := 0
	for _, d := range c.directory.DirectoryRoles(c.tenant.ID) {
		switch {
		case d.TemplateID == template && d.PrincipalID == id:
			c.change.Remove = append(c.change.Remove, d.ID)
		case d.TemplateID == template:
			left++
		}
	}
	if len(c.change.Remove) == 0 {
		return answer{}, notFound(c.ids[1])
	}
	if left == 0 && template == directory.GlobalAdministrator {
		return answer{}, badRequest("Removing self from Global Administrator built-in role is not allowed when it is the last one.")
	}
	return answer{status: http.StatusNoContent}, nil
}

// tombItem is the view of a deleted object.
func (c *call) tombItem(t directory.Tombstone) item {
	switch {
	case t.App != nil:
		return c.applicationItem(t.App)
	case t.Principal != nil:
		return c.principalItem(t.Principal)
	case t.User != nil:
		return c.userItem(t.User)
	}
	return c.groupItem(t.Group)
}

// getDeleted answers with a deleted object, or with all of the kind that the path names.
func (c *call) getDeleted() (answer, error) {
	if kind := kindName(c.ids[0]); strings.HasPrefix(strings.ToLower(kind), "microsoft.graph.") {
		var items []item
		s := objectShape
		for _, id := range c.directory.DeletedIn(c.tenant.ID) {
			t, _ := c.directory.Deleted(id)
			if i := c.tombItem(t); strings.EqualFold(i.shape.name, kind) && c.now.Sub(t.At) < directory.Kept {
				items, s = append(items, i), i.shape
			}
		}
		if len(items) == 0 {
			return c.nothing()
		}
		return c.list(s, items, false)
	}
	t, err := c.tomb()
	if err != nil {
		return answer{}, err
	}
	c.mixed = true
	return c.one(c.tombItem(t))
}

func (c *call) tomb() (directory.Tombstone, error) {
	id, _ := directory.ParseID(c.ids[0])
	t, found := c.directory.Deleted(id)
	if !found || t.Tenant != c.tenant.ID || c.now.Sub(t.At) >= directory.Kept {
		return t, notFound(c.ids[0])
	}
	return t, nil
}

// mayManage: what is deleted needs the permission of its kind.
func (c *call) mayManage(t directory.Tombstone) error {
	n, owners := writeApplications(), []directory.ID(nil)
	switch {
	case t.App != nil:
		owners = t.App.Owners
	case t.Principal != nil:
		owners = t.Principal.Owners
	case t.User != nil:
		n = writeUsers()
	case t.Group != nil:
		n, owners = writeGroups(), t.Group.Owners
	}
	if err := c.allow(n); err != nil {
		return err
	}
	return c.mayWrite("", owners)
}

func (c *call) purgeDeleted() (answer, error) {
	t, err := c.tomb()
	if err != nil {
		return answer{}, err
	}
	if err := c.mayManage(t); err != nil {
		return answer{}, err
	}
	id, _ := directory.ParseID(c.ids[0])
	c.change = c.directory.Purge(id)
	return answer{status: http.StatusNoContent}, nil
}

func (c *call) restoreDeleted() (answer, error) {
	t, err := c.tomb()
	if err != nil {
		return answer{}, err
	}
	if err := c.mayManage(t); err != nil {
		return answer{}, err
	}
	id, _ := directory.ParseID(c.ids[0])
	c.change = c.directory.Restoration(id)
	c.mixed = true
	back := t
	put := c.change.Put
	switch {
	case t.App != nil:
		back.App = &put.Applications[0]
	case t.Principal != nil:
		if !t.Principal.App.Deleted.IsZero() {
			return answer{}, badRequest("The application of the service principal is deleted: restore it first.")
		}
		p := *t.Principal
		p.ServicePrincipal = put.ServicePrincipals[0]
		back.Principal = &p
	case t.User != nil:
		back.User = &put.Users[0]
	case t.Group != nil:
		back.Group = &put.Groups[0]
	}
	return c.one(c.tombItem(back))
}

func (c *call) getObject() (answer, error) {
	id, _ := directory.ParseID(c.ids[0])
	i, found := c.find(id)
	if !found {
		return answer{}, notFound(c.ids[0])
	}
	c.mixed = true
	return c.one(i)
}

// getByIDs answers with the objects that have the ids, of the kinds asked for.
func (c *call) getByIDs() (answer, error) {
	var given struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	if err := strict(c.body, &given); err != nil || len(given.IDs) > 1000 {
		return answer{}, badRequest("Unable to read JSON request payload.")
	}
	var items []item
	for _, one := range given.IDs {
		id, _ := directory.ParseID(one)
		i, found := c.find(id)
		kind := strings.TrimPrefix(i.shape.name, "microsoft.graph.")
		wanted := len(given.Types) == 0 || slices.ContainsFunc(given.Types, func(t string) bool {
			return strings.EqualFold(t, kind) || strings.EqualFold(t, "directoryObject")
		})
		if found && wanted {
			items = append(items, i)
		}
	}
	return c.objects(items)
}

// signIn is the JSON of an entry of the sign-in log.
type signIn struct {
	ID              string       `json:"id"`
	CreatedDateTime stamp        `json:"createdDateTime"`
	UserDisplayName text         `json:"userDisplayName"`
	UPN             text         `json:"userPrincipalName"`
	UserID          text         `json:"userId"`
	AppID           string       `json:"appId"`
	AppDisplayName  text         `json:"appDisplayName"`
	IPAddress       text         `json:"ipAddress"`
	ClientAppUsed   text         `json:"clientAppUsed"`
	UserAgent       text         `json:"userAgent"`
	CorrelationID   text         `json:"correlationId"`
	Conditional     string       `json:"conditionalAccessStatus"`
	IsInteractive   bool         `json:"isInteractive"`
	EventTypes      list[string] `json:"signInEventTypes"`
	RiskDetail      string       `json:"riskDetail"`
	ResourceName    text         `json:"resourceDisplayName"`
	ResourceID      text         `json:"resourceId"`
	PrincipalID     text         `json:"servicePrincipalId"`
	PrincipalName   text         `json:"servicePrincipalName"`
	CredentialKey   text         `json:"servicePrincipalCredentialKeyId"`
	CredentialType  text         `json:"clientCredentialType"`
	Protocol        text         `json:"authenticationProtocol"`
	Status          signInStatus `json:"status"`
}

type signInStatus struct {
	ErrorCode int    `json:"errorCode"`
	Reason    string `json:"failureReason"`
	Details   text   `json:"additionalDetails"`
}

var signInShape = shapeOf[signIn]("microsoft.graph.signIn", "auditLogs/signIns")

func (c *call) signInItem(e journal.Entry) item {
	kind, key := "", e.Credential
	if at := strings.LastIndexByte(e.Credential, ' '); at >= 0 {
		kind, key = e.Credential[:at], e.Credential[at+1:]
	}
	v := &signIn{
		ID: e.ID, CreatedDateTime: stamp{e.Time}, UPN: text(e.UserName), UserID: text(e.User), AppID: string(e.App), AppDisplayName: text(e.AppName),
		IPAddress: text(e.IP), ClientAppUsed: "Mobile Apps and Desktop clients", UserAgent: text(e.Client), CorrelationID: text(e.Correlation),
		Conditional: "notApplied", IsInteractive: e.Interactive, RiskDetail: "none", ResourceName: text(e.ResourceAs), ResourceID: text(e.Resource),
		PrincipalID: text(e.Principal), CredentialKey: text(key), CredentialType: text(credentialType(kind)), Protocol: text(e.Grant),
		Status: signInStatus{e.Code, "Other.", text(e.Explanation)},
	}
	switch {
	case e.User == "" && e.UserName == "":
		v.EventTypes, v.PrincipalName = list[string]{"servicePrincipal"}, text(e.AppName)
	case e.Interactive:
		v.EventTypes = list[string]{"interactiveUser"}
	default:
		v.EventTypes = list[string]{"nonInteractiveUser"}
	}
	if u, found := c.directory.UserByID(e.User); found {
		v.UserDisplayName = text(u.DisplayName)
	}
	if e.Code != 0 && e.Explanation != "" {
		v.Status.Reason = e.Explanation
	}
	return item{strconv.FormatInt(e.Seq, 10), v, signInShape}
}

func credentialType(kind string) string {
	switch kind {
	case "secret":
		return "clientSecret"
	case "certificate":
		return "clientAssertion"
	case "federated":
		return "federatedIdentityCredential"
	case "managed identity":
		return "managedIdentity"
	}
	return kind
}

// getSignIn finds an entry by its id, the trace id of the answer.
func (c *call) getSignIn() (answer, error) {
	var found *item
	if c.h.Journal != nil {
		err := c.h.Journal.Read(c.ctx, c.tenant.ID, 0, func(e journal.Entry) bool {
			if strings.EqualFold(e.ID, c.ids[0]) {
				i := c.signInItem(e)
				found = &i
			}
			return found == nil
		})
		if err != nil {
			return answer{}, err
		}
	}
	if found == nil {
		return answer{}, notFound(c.ids[0])
	}
	return c.one(*found)
}

// listSignIns reads the log backwards until a page is full.
func (c *call) listSignIns() (answer, error) {
	if err := c.options.check(signInShape, false); err != nil {
		return answer{}, err
	}
	var before int64
	if c.options.after != nil {
		before, _ = strconv.ParseInt(c.options.after.ID, 10, 64)
	}
	size := cmp.Or(c.options.top, defaultPage)
	m := matcher{shape: signInShape, filter: c.options.filter}
	var items []item
	if c.h.Journal != nil {
		err := c.h.Journal.Read(c.ctx, c.tenant.ID, before, func(e journal.Entry) bool {
			if i := c.signInItem(e); m.matches(i.view) {
				items = append(items, i)
			}
			return len(items) <= size
		})
		if err != nil {
			return answer{}, err
		}
	}
	head := []extra{{"@odata.context", c.context(signInShape.set, c.options.selected())}}
	if len(items) > size {
		items = items[:size]
		head = append(head, extra{"@odata.nextLink", c.nextLink(cursor{ID: items[size-1].id})})
	}
	body, err := c.collection(head, items)
	return answer{status: http.StatusOK, body: body}, err
}
