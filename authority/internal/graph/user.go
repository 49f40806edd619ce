package graph

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// user is the JSON of a person (Entra facts 6.6). Members marked "ask" are given only
// when they are selected.
type user struct {
	BusinessPhones  json.RawMessage `json:"businessPhones" graph:"keep" initial:"[]"`
	DisplayName     text            `json:"displayName"`
	GivenName       text            `json:"givenName"`
	JobTitle        text            `json:"jobTitle"`
	Mail            text            `json:"mail"`
	MobilePhone     json.RawMessage `json:"mobilePhone" graph:"keep" initial:"null"`
	OfficeLocation  json.RawMessage `json:"officeLocation" graph:"keep" initial:"null"`
	Language        json.RawMessage `json:"preferredLanguage" graph:"keep" initial:"null"`
	Surname         text            `json:"surname"`
	UPN             string          `json:"userPrincipalName"`
	ID              string          `json:"id" graph:"read"`
	AccountEnabled  *bool           `json:"accountEnabled" graph:"ask"`
	AgeGroup        json.RawMessage `json:"ageGroup" graph:"ask keep" initial:"null"`
	City            json.RawMessage `json:"city" graph:"ask keep" initial:"null"`
	CompanyName     json.RawMessage `json:"companyName" graph:"ask keep" initial:"null"`
	Consent         json.RawMessage `json:"consentProvidedForMinor" graph:"ask keep" initial:"null"`
	Country         json.RawMessage `json:"country" graph:"ask keep" initial:"null"`
	CreatedDateTime stamp           `json:"createdDateTime" graph:"ask read"`
	CreationType    text            `json:"creationType" graph:"ask read"`
	DeletedDateTime stamp           `json:"deletedDateTime" graph:"ask read"`
	Department      json.RawMessage `json:"department" graph:"ask keep" initial:"null"`
	EmployeeID      json.RawMessage `json:"employeeId" graph:"ask keep" initial:"null"`
	EmployeeHire    json.RawMessage `json:"employeeHireDate" graph:"ask keep" initial:"null"`
	EmployeeOrg     json.RawMessage `json:"employeeOrgData" graph:"ask keep" initial:"null"`
	EmployeeType    json.RawMessage `json:"employeeType" graph:"ask keep" initial:"null"`
	ExternalState   json.RawMessage `json:"externalUserState" graph:"ask read" initial:"null"`
	FaxNumber       json.RawMessage `json:"faxNumber" graph:"ask keep" initial:"null"`
	Identities      json.RawMessage `json:"identities" graph:"ask keep" initial:"[]"`
	IMAddresses     json.RawMessage `json:"imAddresses" graph:"ask keep" initial:"[]"`
	MailNickname    text            `json:"mailNickname" graph:"ask"`
	ImmutableID     json.RawMessage `json:"onPremisesImmutableId" graph:"ask keep" initial:"null"`
	OnPremisesSync  json.RawMessage `json:"onPremisesSyncEnabled" graph:"ask keep" initial:"null"`
	OnPremisesSAM   json.RawMessage `json:"onPremisesSamAccountName" graph:"ask keep" initial:"null"`
	OnPremisesDN    json.RawMessage `json:"onPremisesDistinguishedName" graph:"ask keep" initial:"null"`
	OnPremisesName  json.RawMessage `json:"onPremisesDomainName" graph:"ask keep" initial:"null"`
	OnPremisesSID   json.RawMessage `json:"onPremisesSecurityIdentifier" graph:"ask keep" initial:"null"`
	OnPremisesUPN   json.RawMessage `json:"onPremisesUserPrincipalName" graph:"ask keep" initial:"null"`
	OnPremisesAttrs json.RawMessage `json:"onPremisesExtensionAttributes" graph:"ask keep" initial:"null"`
	OtherMails      json.RawMessage `json:"otherMails" graph:"ask keep" initial:"[]"`
	Policies        json.RawMessage `json:"passwordPolicies" graph:"ask keep" initial:"null"`
	Resource        json.RawMessage `json:"isResourceAccount" graph:"ask keep" initial:"null"`
	LegalAge        json.RawMessage `json:"legalAgeGroupClassification" graph:"ask keep" initial:"null"`
	Licenses        json.RawMessage `json:"assignedLicenses" graph:"ask keep" initial:"[]"`
	Plans           json.RawMessage `json:"assignedPlans" graph:"ask keep" initial:"[]"`
	LeaveDateTime   json.RawMessage `json:"employeeLeaveDateTime" graph:"ask keep" initial:"null"`
	AboutMe         json.RawMessage `json:"aboutMe" graph:"ask keep" initial:"null"`
	DataLocation    json.RawMessage `json:"preferredDataLocation" graph:"ask keep" initial:"null"`
	PasswordProfile *profile        `json:"passwordProfile" graph:"ask"`
	PostalCode      json.RawMessage `json:"postalCode" graph:"ask keep" initial:"null"`
	ProxyAddresses  json.RawMessage `json:"proxyAddresses" graph:"ask keep" initial:"[]"`
	ShowInList      json.RawMessage `json:"showInAddressList" graph:"ask keep" initial:"null"`
	State           json.RawMessage `json:"state" graph:"ask keep" initial:"null"`
	StreetAddress   json.RawMessage `json:"streetAddress" graph:"ask keep" initial:"null"`
	UsageLocation   json.RawMessage `json:"usageLocation" graph:"ask keep" initial:"null"`
	UserType        json.RawMessage `json:"userType" graph:"ask keep" initial:"\"Member\""`
	SessionsFrom    stamp           `json:"signInSessionsValidFromDateTime" graph:"ask read"`
	SecurityID      text            `json:"securityIdentifier" graph:"ask read"`
	Manager         json.RawMessage `json:"manager" graph:"link keep" initial:"null"`
}

// profile is how a password is set; it is never given out.
type profile struct {
	Password        string `json:"password,omitempty"`
	ForceChange     *bool  `json:"forceChangePasswordNextSignIn"`
	ForceChangeMore *bool  `json:"forceChangePasswordNextSignInWithMfa"`
}

var userShape = shapeOf[user]("microsoft.graph.user", "users")

func userRoutes() []route {
	routes := []route{
		{method: "GET", pattern: "users", need: readUsers, answer: (*call).listUsers},
		{method: "POST", pattern: "users", need: writeUsers, answer: (*call).createUser},
		{method: "GET", pattern: "users/$count", need: readUsers, answer: (*call).countUsers},
	}
	// What may be asked of a person may be asked of oneself.
	for _, one := range []string{"users/{}", "me"} {
		read, write := readUsers, updateUser
		if one == "me" {
			read = readMe
		}
		routes = append(routes,
			route{method: "GET", pattern: one, need: readMe, answer: (*call).getUser},
			route{method: "PATCH", pattern: one, need: write, answer: (*call).updateUser},
			route{method: "GET", pattern: one + "/memberOf", need: readMemberships, answer: (*call).memberOf},
			route{method: "GET", pattern: one + "/memberOf/{}", need: readMemberships, answer: cast((*call).memberOf)},
			route{method: "GET", pattern: one + "/transitiveMemberOf", need: readMemberships, answer: (*call).transitiveMemberOf},
			route{method: "GET", pattern: one + "/transitiveMemberOf/{}", need: readMemberships, answer: cast((*call).transitiveMemberOf)},
			route{method: "GET", pattern: one + "/ownedObjects", need: read, answer: (*call).ownedObjects},
			route{method: "GET", pattern: one + "/ownedObjects/{}", need: read, answer: cast((*call).ownedObjects)},
			route{method: "GET", pattern: one + "/manager", need: read, answer: (*call).getManager},
			route{method: "POST", pattern: one + "/revokeSignInSessions", need: updateUser, answer: (*call).revokeSessions},
			route{method: "POST", pattern: one + "/checkMemberGroups", need: readMemberships, answer: (*call).checkMemberGroups, reads: true},
			route{method: "POST", pattern: one + "/getMemberGroups", need: readMemberships, answer: (*call).getMemberObjects, reads: true},
			route{method: "POST", pattern: one + "/getMemberObjects", need: readMemberships, answer: (*call).getMemberObjects, reads: true},
		)
	}
	return append(routes,
		route{method: "DELETE", pattern: "users/{}", need: writeUsers, answer: (*call).deleteUser},
		route{method: "PUT", pattern: "users/{}/manager/$ref", need: writeUsers, answer: (*call).setManager},
		route{method: "DELETE", pattern: "users/{}/manager/$ref", need: writeUsers, answer: (*call).removeManager},
	)
}

func (c *call) userItem(u *directory.User) item {
	enabled := !u.Disabled
	v := &user{
		DisplayName: text(u.DisplayName), GivenName: text(u.GivenName), JobTitle: text(u.JobTitle), Mail: text(u.Mail), Surname: text(u.Surname),
		UPN: u.UPN, ID: string(u.ID), AccountEnabled: &enabled, CreatedDateTime: stamp{u.Created}, DeletedDateTime: stamp{u.Deleted},
		MailNickname: text(u.MailNickname), SessionsFrom: stamp{u.SessionsValidFrom}, ExternalState: json.RawMessage("null"),
	}
	userShape.keep(u.Details, v)
	return item{string(u.ID), v, userShape}
}

func (c *call) userItems() []item {
	var items []item
	for _, u := range c.directory.UsersIn(c.tenant.ID) {
		items = append(items, c.userItem(u))
	}
	return items
}

func (c *call) listUsers() (answer, error)  { return c.list(userShape, c.userItems(), true) }
func (c *call) countUsers() (answer, error) { return c.count(userShape, c.userItems()) }

// user finds the person a path names by id or user principal name; no key is the caller.
func (c *call) user() (*directory.User, error) {
	if len(c.ids) == 0 {
		if c.caller.user == nil {
			return nil, badRequest("/me request is only valid with delegated authentication flow.")
		}
		return c.caller.user, nil
	}
	if u, found := c.directory.User(c.tenant.ID, c.ids[0]); found {
		return u, nil
	}
	id, _ := directory.ParseID(c.ids[0])
	if u, found := c.directory.UserByID(id); found && u.TenantID == c.tenant.ID {
		return u, nil
	}
	return nil, notFound(c.ids[0])
}

// getUser: with User.Read alone a person sees themselves and nobody else.
func (c *call) getUser() (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	if u.ID != c.caller.object {
		if all, _ := readUsers().admits(c.caller); !all {
			return answer{}, denied()
		}
	}
	return c.one(c.userItem(u))
}

func (c *call) createUser() (answer, error) {
	id, err := c.id()
	if err != nil {
		return answer{}, err
	}
	u := directory.User{ID: id, TenantID: c.tenant.ID}
	u.Created = c.now
	in, err := c.readUser(&u, true)
	if err != nil {
		return answer{}, err
	}
	for _, must := range []string{"accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"} {
		if !in.given[must] {
			return answer{}, badRequest("A value is required for property '%s' of resource 'User'.", must)
		}
	}
	c.change.Put.Users = []directory.User{u}
	return c.created(c.userItem(&u), "/users/"+string(id))
}

func (c *call) updateUser() (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	if err := c.mayWrite(u.ID, nil); err != nil {
		return answer{}, err
	}
	next := *u
	in, err := c.readUser(&next, false)
	if err != nil {
		return answer{}, err
	}
	if c.caller.user != nil && !c.caller.admin { // people change little of themselves
		for name := range in.given {
			if !slices.Contains([]string{"businessPhones", "mobilePhone", "preferredLanguage", "otherMails"}, name) {
				return answer{}, denied()
			}
		}
	}
	if in.given["passwordProfile"] || next.Disabled && !u.Disabled {
		next.SessionsValidFrom = c.now
		c.revokeUser(u.ID)
	}
	c.change.Put.Users = []directory.User{next}
	return answer{status: http.StatusNoContent}, nil
}

// readUser reads the body over a person.
func (c *call) readUser(u *directory.User, creating bool) (input, error) {
	v := c.userItem(u).view.(*user)
	in, err := userShape.read(c.body, v, creating)
	if err != nil {
		return in, err
	}
	u.DisplayName, u.GivenName, u.Surname = string(v.DisplayName), string(v.GivenName), string(v.Surname)
	u.JobTitle, u.Mail, u.MailNickname = string(v.JobTitle), string(v.Mail), string(v.MailNickname)
	u.Disabled = v.AccountEnabled != nil && !*v.AccountEnabled
	u.Details = userShape.details(v)
	if err := c.name(u, v.UPN); err != nil {
		return in, err
	}
	if u.DisplayName == "" && (creating || in.given["displayName"]) {
		return in, badRequest("Invalid value specified for property 'displayName' of resource 'User'.")
	}
	if v.PasswordProfile == nil {
		return in, nil
	}
	return in, c.setPassword(u, *v.PasswordProfile, creating)
}

// name gives a person their user principal name, in one of the tenant's domains.
func (c *call) name(u *directory.User, upn string) error {
	if upn == u.UPN {
		return nil
	}
	local, domain, _ := strings.Cut(upn, "@")
	verified := slices.ContainsFunc(c.tenant.Domains, func(d string) bool { return strings.EqualFold(d, domain) })
	if local == "" || !verified || strings.ContainsAny(local, " \"(),:;<>@[\\]") {
		return badRequest("The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.")
	}
	if other, taken := c.directory.User(c.tenant.ID, upn); taken && other.ID != u.ID {
		e := duplicate("userPrincipalName")
		e.Status, e.Code = http.StatusBadRequest, "Request_BadRequest"
		return e
	}
	u.UPN = upn
	return nil
}

func (c *call) setPassword(u *directory.User, p profile, creating bool) error {
	if p.ForceChange != nil {
		u.MustChangePassword = *p.ForceChange
	} else if creating || p.Password != "" {
		u.MustChangePassword = true
	}
	if p.Password == "" {
		if creating {
			return badRequest("A value is required for property 'password' of resource 'PasswordProfile'.")
		}
		return nil
	}
	if len(p.Password) < 8 || len(p.Password) > 256 {
		return badRequest("The specified password does not comply with password complexity requirements. Please provide a different password.")
	}
	hash, err := hashPassword(c.h.random(), p.Password)
	u.Password = hash
	return err
}

func (c *call) deleteUser() (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	c.change = c.directory.Deletion(u.ID, c.now)
	c.revokeUser(u.ID)
	return answer{status: http.StatusNoContent}, nil
}

func (c *call) revokeSessions() (answer, error) {
	u, err := c.user()
	if err != nil {
		return answer{}, err
	}
	if err := c.mayWrite(u.ID, nil); err != nil {
		return answer{}, err
	}
	next := *u
	next.SessionsValidFrom = c.now
	c.change.Put.Users = []directory.User{next}
	c.revokeUser(u.ID)
	body := []byte(`{"@odata.context":"` + c.context("Edm.Boolean", nil) + `","value":true}`)
	return answer{status: http.StatusOK, body: body}, nil
}
