package graph

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// group is the JSON of a group.
type group struct {
	ID              string          `json:"id" graph:"read"`
	DeletedDateTime stamp           `json:"deletedDateTime" graph:"read"`
	Classification  json.RawMessage `json:"classification" graph:"keep" initial:"null"`
	CreatedDateTime stamp           `json:"createdDateTime" graph:"read"`
	CreationOptions json.RawMessage `json:"creationOptions" graph:"keep" initial:"[]"`
	Description     text            `json:"description"`
	DisplayName     string          `json:"displayName"`
	Expiration      json.RawMessage `json:"expirationDateTime" graph:"keep" initial:"null"`
	GroupTypes      list[string]    `json:"groupTypes"`
	AssignableRole  json.RawMessage `json:"isAssignableToRole" graph:"keep" initial:"null"`
	Mail            text            `json:"mail" graph:"read"`
	MailEnabled     bool            `json:"mailEnabled"`
	MailNickname    text            `json:"mailNickname"`
	MembershipRule  json.RawMessage `json:"membershipRule" graph:"keep" initial:"null"`
	RuleState       json.RawMessage `json:"membershipRuleProcessingState" graph:"keep" initial:"null"`
	OnPremisesSync  json.RawMessage `json:"onPremisesSyncEnabled" graph:"keep" initial:"null"`
	OnPremisesName  json.RawMessage `json:"onPremisesDomainName" graph:"keep" initial:"null"`
	OnPremisesBIOS  json.RawMessage `json:"onPremisesNetBiosName" graph:"keep" initial:"null"`
	OnPremisesSAM   json.RawMessage `json:"onPremisesSamAccountName" graph:"keep" initial:"null"`
	OnPremisesSID   json.RawMessage `json:"onPremisesSecurityIdentifier" graph:"keep" initial:"null"`
	DataLocation    json.RawMessage `json:"preferredDataLocation" graph:"keep" initial:"null"`
	Language        json.RawMessage `json:"preferredLanguage" graph:"keep" initial:"null"`
	ProxyAddresses  json.RawMessage `json:"proxyAddresses" graph:"keep" initial:"[]"`
	RenewedDateTime stamp           `json:"renewedDateTime" graph:"read"`
	Behaviors       json.RawMessage `json:"resourceBehaviorOptions" graph:"keep" initial:"[]"`
	Provisioning    json.RawMessage `json:"resourceProvisioningOptions" graph:"keep" initial:"[]"`
	SecurityEnabled bool            `json:"securityEnabled"`
	SecurityID      text            `json:"securityIdentifier" graph:"read"`
	Theme           json.RawMessage `json:"theme" graph:"keep" initial:"null"`
	UniqueName      json.RawMessage `json:"uniqueName" graph:"keep" initial:"null"`
	Labels          json.RawMessage `json:"assignedLabels" graph:"ask keep" initial:"[]"`
	Licenses        json.RawMessage `json:"assignedLicenses" graph:"ask keep" initial:"[]"`
	AllowExternal   json.RawMessage `json:"allowExternalSenders" graph:"ask keep" initial:"null"`
	AutoSubscribe   json.RawMessage `json:"autoSubscribeNewMembers" graph:"ask keep" initial:"null"`
	HideFromLists   json.RawMessage `json:"hideFromAddressLists" graph:"ask keep" initial:"null"`
	HideFromOutlook json.RawMessage `json:"hideFromOutlookClients" graph:"ask keep" initial:"null"`
	Writeback       json.RawMessage `json:"writebackConfiguration" graph:"ask keep" initial:"null"`
	OnPremisesType  json.RawMessage `json:"onPremisesGroupType" graph:"ask keep" initial:"null"`
	Visibility      json.RawMessage `json:"visibility" graph:"keep" initial:"null"`
}

var groupShape = shapeOf[group]("microsoft.graph.group", "groups")

func groupRoutes() []route {
	const one = "groups/{}"
	return []route{
		{method: "GET", pattern: "groups", need: readGroups, answer: (*call).listGroups},
		{method: "POST", pattern: "groups", need: createGroups, answer: (*call).createGroup},
		{method: "GET", pattern: "groups/$count", need: readGroups, answer: (*call).countGroups},
		{method: "GET", pattern: one, need: readGroups, answer: (*call).getGroup},
		{method: "PATCH", pattern: one, need: writeGroups, answer: (*call).updateGroup},
		{method: "DELETE", pattern: one, need: writeGroups, answer: (*call).deleteGroup},
		{method: "GET", pattern: one + "/members", need: readGroups, answer: objectsOf(groupMembers)},
		{method: "GET", pattern: one + "/members/$count", need: readGroups, answer: (*call).countMembers},
		{method: "GET", pattern: one + "/members/$ref", need: readGroups, answer: referencesOf(groupMembers)},
		{method: "GET", pattern: one + "/members/{}/$ref", need: readGroups, answer: referenceOf(groupMembers)},
		{method: "GET", pattern: one + "/members/{}", need: readGroups, answer: objectsOf(groupMembers)},
		{method: "GET", pattern: one + "/transitiveMembers", need: readGroups, answer: (*call).listAllMembers},
		{method: "GET", pattern: one + "/transitiveMembers/{}", need: readGroups, answer: (*call).listAllMembers},
		{method: "POST", pattern: one + "/members/$ref", need: writeMembers, answer: (*call).addMember},
		{method: "DELETE", pattern: one + "/members/{}/$ref", need: writeMembers, answer: (*call).removeMember},
		{method: "GET", pattern: one + "/owners", need: readGroups, answer: objectsOf(groupOwners)},
		{method: "GET", pattern: one + "/owners/$ref", need: readGroups, answer: referencesOf(groupOwners)},
		{method: "GET", pattern: one + "/owners/{}/$ref", need: readGroups, answer: referenceOf(groupOwners)},
		{method: "POST", pattern: one + "/owners/$ref", need: writeGroups, answer: (*call).addGroupOwner},
		{method: "DELETE", pattern: one + "/owners/{}/$ref", need: writeGroups, answer: (*call).removeGroupOwner},
		{method: "GET", pattern: one + "/memberOf", need: readMemberships, answer: (*call).memberOf},
		{method: "GET", pattern: one + "/memberOf/{}", need: readMemberships, answer: cast((*call).memberOf)},
		{method: "GET", pattern: one + "/transitiveMemberOf", need: readMemberships, answer: (*call).transitiveMemberOf},
		{method: "GET", pattern: one + "/transitiveMemberOf/{}", need: readMemberships, answer: cast((*call).transitiveMemberOf)},
	}
}

func (c *call) groupItem(g *directory.Group) item {
	v := &group{
		ID: string(g.ID), DeletedDateTime: stamp{g.Deleted}, CreatedDateTime: stamp{g.Created}, Description: text(g.Description),
		DisplayName: g.DisplayName, GroupTypes: slices.Clone(g.Types), MailEnabled: g.MailEnabled, MailNickname: text(g.MailNickname),
		RenewedDateTime: stamp{g.Created}, SecurityEnabled: g.SecurityEnabled,
	}
	if g.MailEnabled && len(c.tenant.Domains) > 0 {
		v.Mail = text(g.MailNickname + "@" + c.tenant.Domains[0])
	}
	groupShape.keep(g.Details, v)
	return item{string(g.ID), v, groupShape}
}

func (c *call) groupItems() []item {
	var items []item
	for _, g := range c.directory.GroupsIn(c.tenant.ID) {
		items = append(items, c.groupItem(g))
	}
	return items
}

func (c *call) listGroups() (answer, error)  { return c.list(groupShape, c.groupItems(), true) }
func (c *call) countGroups() (answer, error) { return c.count(groupShape, c.groupItems()) }

func (c *call) group() (*directory.Group, error) {
	id, _ := directory.ParseID(c.ids[0])
	if g, found := c.directory.Group(id); found && g.TenantID == c.tenant.ID {
		return g, nil
	}
	return nil, notFound(c.ids[0])
}

// ownGroup is a copy of the group that the caller may change.
func (c *call) ownGroup() (directory.Group, error) {
	g, err := c.group()
	if err != nil {
		return directory.Group{}, err
	}
	return *g, c.mayWrite(g.ID, g.Owners)
}

func (c *call) putGroup(g directory.Group) { c.change.Put.Groups = append(c.change.Put.Groups, g) }

func (c *call) getGroup() (answer, error) {
	g, err := c.group()
	if err != nil {
		return answer{}, err
	}
	return c.one(c.groupItem(g))
}

func (c *call) createGroup() (answer, error) {
	id, err := c.id()
	if err != nil {
		return answer{}, err
	}
	g := directory.Group{ID: id, TenantID: c.tenant.ID}
	g.Created, g.Owners = c.now, c.owners()
	in, err := c.readGroup(&g, true)
	if err != nil {
		return answer{}, err
	}
	for _, must := range []string{"displayName", "mailEnabled", "mailNickname", "securityEnabled"} {
		if !in.given[must] {
			return answer{}, badRequest("A value is required for property '%s' of resource 'Group'.", must)
		}
	}
	if err := c.bindOwners(&g.Profile, in); err != nil {
		return answer{}, err
	}
	if err := c.bindMembers(g.ID, in); err != nil {
		return answer{}, err
	}
	c.putGroup(g)
	return c.created(c.groupItem(&g), "/groups/"+string(id))
}

func (c *call) updateGroup() (answer, error) {
	g, err := c.ownGroup()
	if err != nil {
		return answer{}, err
	}
	in, err := c.readGroup(&g, false)
	if err != nil {
		return answer{}, err
	}
	if err := c.bindMembers(g.ID, in); err != nil {
		return answer{}, err
	}
	c.putGroup(g)
	return answer{status: http.StatusNoContent}, nil
}

func (c *call) readGroup(g *directory.Group, creating bool) (input, error) {
	v := c.groupItem(g).view.(*group)
	in, err := groupShape.read(c.body, v, creating)
	if err != nil {
		return in, err
	}
	g.DisplayName, g.Description, g.MailNickname = v.DisplayName, string(v.Description), string(v.MailNickname)
	g.MailEnabled, g.SecurityEnabled, g.Types = v.MailEnabled, v.SecurityEnabled, v.GroupTypes
	g.Details = groupShape.details(v)
	switch {
	case g.DisplayName == "" && (creating || in.given["displayName"]) || strings.ContainsAny(strings.Join(g.Types, ""), " "):
		return in, badRequest("Invalid value specified for property 'displayName' of resource 'Group'.")
	case g.MailEnabled && !g.Unified():
		return in, badRequest("The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.")
	case !g.MailEnabled && !g.SecurityEnabled:
		return in, badRequest("Group must be either mail-enabled or security-enabled.")
	}
	return in, nil
}

func (c *call) deleteGroup() (answer, error) {
	g, err := c.ownGroup()
	if err != nil {
		return answer{}, err
	}
	c.change = c.directory.Deletion(g.ID, c.now)
	return answer{status: http.StatusNoContent}, nil
}

// bindMembers adds the members that a body binds.
func (c *call) bindMembers(to directory.ID, in input) error {
	for _, ref := range in.binds["members"] {
		id, err := c.reference(ref)
		if err != nil {
			return err
		}
		if err := c.join(to, id); err != nil {
			return err
		}
	}
	return nil
}

// join makes an object a member.
func (c *call) join(to, id directory.ID) error {
	if slices.Contains(c.directory.Members(to), id) {
		return badRequest("One or more added object references already exist for the following modified properties: 'members'.")
	}
	if id == to {
		return badRequest("A group cannot be a member of itself.")
	}
	c.change.Put.Members = append(c.change.Put.Members, directory.NewMember(to, id))
	return nil
}

func (c *call) countMembers() (answer, error) {
	g, err := c.group()
	if err != nil {
		return answer{}, err
	}
	return c.count(objectShape, c.items(c.directory.Members(g.ID)))
}

// listAllMembers lists the members of groups that are members too.
func (c *call) listAllMembers() (answer, error) {
	g, err := c.group()
	if err != nil {
		return answer{}, err
	}
	seen := map[directory.ID]bool{g.ID: true}
	var all []directory.ID
	for next := c.directory.Members(g.ID); len(next) > 0; next = next[1:] {
		if one := next[0]; !seen[one] {
			seen[one] = true
			all = append(all, one)
			next = append(next, c.directory.Members(one)...)
		}
	}
	return c.objects(c.castTo(1, all))
}

func (c *call) addMember() (answer, error) {
	g, err := c.ownGroup()
	if err != nil {
		return answer{}, err
	}
	id, err := c.readReference()
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, c.join(g.ID, id)
}

func (c *call) removeMember() (answer, error) {
	g, err := c.ownGroup()
	if err != nil {
		return answer{}, err
	}
	id, _ := directory.ParseID(c.ids[1])
	if !slices.Contains(c.directory.Members(g.ID), id) {
		return answer{}, notFound(c.ids[1])
	}
	c.change.Remove = []directory.ID{directory.NewMember(g.ID, id).ID}
	return answer{status: http.StatusNoContent}, nil
}
