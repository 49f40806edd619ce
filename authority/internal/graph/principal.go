package graph

import (
	"encoding/json"
	"slices"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// principal is the JSON of a service principal (Entra facts 6.4).
type principal struct {
	ID                     string              `json:"id" graph:"read"`
	DeletedDateTime        stamp               `json:"deletedDateTime" graph:"read"`
	AccountEnabled         *bool               `json:"accountEnabled"`
	AlternativeNames       json.RawMessage     `json:"alternativeNames" graph:"keep" initial:"[]"`
	AppDisplayName         text                `json:"appDisplayName" graph:"read"`
	AppDescription         json.RawMessage     `json:"appDescription" graph:"keep" initial:"null"`
	AppID                  string              `json:"appId" graph:"create"`
	ApplicationTemplateID  json.RawMessage     `json:"applicationTemplateId" graph:"keep" initial:"null"`
	AppOwner               text                `json:"appOwnerOrganizationId" graph:"read"`
	AppRoleAssignment      bool                `json:"appRoleAssignmentRequired"`
	CreatedDateTime        stamp               `json:"createdDateTime" graph:"read"`
	Description            json.RawMessage     `json:"description" graph:"keep" initial:"null"`
	DisabledByMicrosoft    text                `json:"disabledByMicrosoftStatus" graph:"read"`
	DisplayName            text                `json:"displayName"`
	Homepage               text                `json:"homepage" graph:"read"`
	LoginURL               json.RawMessage     `json:"loginUrl" graph:"keep" initial:"null"`
	LogoutURL              text                `json:"logoutUrl" graph:"read"`
	Notes                  json.RawMessage     `json:"notes" graph:"keep" initial:"null"`
	NotificationEmails     json.RawMessage     `json:"notificationEmailAddresses" graph:"keep" initial:"[]"`
	PreferredSSO           json.RawMessage     `json:"preferredSingleSignOnMode" graph:"keep" initial:"null"`
	PreferredThumbprint    json.RawMessage     `json:"preferredTokenSigningKeyThumbprint" graph:"keep" initial:"null"`
	ReplyURLs              list[string]        `json:"replyUrls" graph:"read"`
	ServicePrincipalNames  list[string]        `json:"servicePrincipalNames"`
	ServicePrincipalType   string              `json:"servicePrincipalType" graph:"read"`
	SignInAudience         text                `json:"signInAudience" graph:"read"`
	Tags                   list[string]        `json:"tags"`
	TokenEncryptionKeyID   json.RawMessage     `json:"tokenEncryptionKeyId" graph:"keep" initial:"null"`
	SamlSettings           json.RawMessage     `json:"samlSingleSignOnSettings" graph:"keep" initial:"null"`
	AddIns                 json.RawMessage     `json:"addIns" graph:"keep" initial:"[]"`
	AppRoles               list[appRole]       `json:"appRoles" graph:"read"`
	Info                   json.RawMessage     `json:"info" graph:"keep" initial:"{\"termsOfServiceUrl\":null,\"supportUrl\":null,\"privacyStatementUrl\":null,\"marketingUrl\":null,\"logoUrl\":null}"`
	KeyCredentials         list[keyCredential] `json:"keyCredentials"`
	OAuth2PermissionScopes list[scopeJSON]     `json:"oauth2PermissionScopes" graph:"read"`
	PasswordCredentials    list[password]      `json:"passwordCredentials"`
	ResourceSpecific       json.RawMessage     `json:"resourceSpecificApplicationPermissions" graph:"keep" initial:"[]"`
	SamlMetadataURL        json.RawMessage     `json:"samlMetadataUrl" graph:"ask keep" initial:"null"`
	VerifiedPublisher      json.RawMessage     `json:"verifiedPublisher" graph:"keep" initial:"{\"displayName\":null,\"verifiedPublisherId\":null,\"addedDateTime\":null}"`
}

var principalShape = shapeOf[principal]("microsoft.graph.servicePrincipal", "servicePrincipals")

// name is what the service principal is called.
func name(p *directory.Principal) string {
	if p.DisplayName != "" {
		return p.DisplayName
	}
	return p.App.DisplayName
}

func (c *call) principalItem(p *directory.Principal) item {
	enabled := !p.Disabled
	v := &principal{
		ID: string(p.ID), DeletedDateTime: stamp{p.Deleted}, AccountEnabled: &enabled, AppDisplayName: text(p.App.DisplayName),
		AppID: string(p.AppID), AppOwner: text(p.App.TenantID), AppRoleAssignment: p.AssignmentRequired, CreatedDateTime: stamp{p.Created},
		DisplayName: text(name(p)), Homepage: text(p.App.HomePageURL), LogoutURL: text(p.App.LogoutURL),
		ServicePrincipalNames: p.AllNames(), ServicePrincipalType: kindOf(p.ServicePrincipal), SignInAudience: text(p.App.Audience),
		Tags: slices.Clone(p.Tags), AppRoles: rolesJSON(p.App.Roles), OAuth2PermissionScopes: scopesJSON(p.App.Scopes),
		KeyCredentials: keysJSON(p.Certificates), PasswordCredentials: passwordsJSON(p.Secrets),
	}
	for _, r := range p.App.RedirectURIs {
		v.ReplyURLs = append(v.ReplyURLs, r.URI)
	}
	principalShape.keep(p.Details, v)
	return item{string(p.ID), v, principalShape}
}

func kindOf(p directory.ServicePrincipal) string {
	if p.Kind == "" {
		return "Application"
	}
	return p.Kind
}

// set gives the record what the view says.
func (v *principal) set(p *directory.Principal, in input) {
	if in.given["displayName"] {
		p.DisplayName = string(v.DisplayName)
	}
	if p.DisplayName == p.App.DisplayName {
		p.DisplayName = ""
	}
	p.Disabled = v.AccountEnabled != nil && !*v.AccountEnabled
	p.AssignmentRequired, p.Tags = v.AppRoleAssignment, v.Tags
	if in.given["servicePrincipalNames"] {
		own := append([]string{string(p.AppID)}, append(p.App.IdentifierURIs, p.Addresses...)...)
		p.Names = slices.DeleteFunc(slices.Clone(v.ServicePrincipalNames), func(one string) bool { return slices.Contains(own, one) })
	}
	p.Details = principalShape.details(v)
}
