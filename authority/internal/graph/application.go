package graph

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// application is the JSON of an application (Entra facts 6.1).
type application struct {
	ID                        string               `json:"id" graph:"read"`
	DeletedDateTime           stamp                `json:"deletedDateTime" graph:"read"`
	AppID                     string               `json:"appId" graph:"read"`
	TemplateID                json.RawMessage      `json:"applicationTemplateId" graph:"keep" initial:"null"`
	Disabled                  text                 `json:"disabledByMicrosoftStatus" graph:"read"`
	IdentifierURIs            list[string]         `json:"identifierUris"`
	CreatedDateTime           stamp                `json:"createdDateTime" graph:"read"`
	DisplayName               text                 `json:"displayName"`
	Description               json.RawMessage      `json:"description" graph:"keep" initial:"null"`
	DeviceOnly                json.RawMessage      `json:"isDeviceOnlyAuthSupported" graph:"keep" initial:"null"`
	FallbackPublicClient      *bool                `json:"isFallbackPublicClient"`
	GroupMembershipClaims     text                 `json:"groupMembershipClaims"`
	OptionalClaims            json.RawMessage      `json:"optionalClaims" graph:"keep" initial:"null"`
	AddIns                    json.RawMessage      `json:"addIns" graph:"keep" initial:"[]"`
	PublisherDomain           text                 `json:"publisherDomain" graph:"read"`
	SignInAudience            string               `json:"signInAudience"`
	Tags                      list[string]         `json:"tags"`
	TokenEncryptionKeyID      json.RawMessage      `json:"tokenEncryptionKeyId" graph:"keep" initial:"null"`
	UniqueName                json.RawMessage      `json:"uniqueName" graph:"keep" initial:"null"`
	SamlMetadataURL           json.RawMessage      `json:"samlMetadataUrl" graph:"keep" initial:"null"`
	DefaultRedirectURI        json.RawMessage      `json:"defaultRedirectUri" graph:"keep" initial:"null"`
	Certification             json.RawMessage      `json:"certification" graph:"keep" initial:"null"`
	ServiceManagement         json.RawMessage      `json:"serviceManagementReference" graph:"keep" initial:"null"`
	RequestSignature          json.RawMessage      `json:"requestSignatureVerification" graph:"keep" initial:"null"`
	OAuth2RequirePostResponse json.RawMessage      `json:"oauth2RequirePostResponse" graph:"keep" initial:"null"`
	NativeAPIs                json.RawMessage      `json:"nativeAuthenticationApisEnabled" graph:"keep" initial:"null"`
	LockConfiguration         json.RawMessage      `json:"servicePrincipalLockConfiguration" graph:"keep" initial:"null"`
	Notes                     json.RawMessage      `json:"notes" graph:"keep" initial:"null"`
	API                       apiApplication       `json:"api"`
	AppRoles                  list[appRole]        `json:"appRoles"`
	PublicClient              redirects            `json:"publicClient"`
	SPA                       redirects            `json:"spa"`
	Info                      json.RawMessage      `json:"info" graph:"keep" initial:"{\"termsOfServiceUrl\":null,\"supportUrl\":null,\"privacyStatementUrl\":null,\"marketingUrl\":null,\"logoUrl\":null}"`
	KeyCredentials            list[keyCredential]  `json:"keyCredentials"`
	ParentalControlSettings   json.RawMessage      `json:"parentalControlSettings" graph:"keep" initial:"{\"countriesBlockedForMinors\":[],\"legalAgeGroupRule\":\"Allow\"}"`
	PasswordCredentials       list[password]       `json:"passwordCredentials"`
	RequiredResourceAccess    list[resourceAccess] `json:"requiredResourceAccess"`
	VerifiedPublisher         json.RawMessage      `json:"verifiedPublisher" graph:"keep" initial:"{\"displayName\":null,\"verifiedPublisherId\":null,\"addedDateTime\":null}"`
	Web                       webApplication       `json:"web"`
	AuthenticationBehaviors   json.RawMessage      `json:"authenticationBehaviors" graph:"ask keep" initial:"null"`
}

type apiApplication struct {
	TokenVersion  *int                `json:"requestedAccessTokenVersion"`
	MappedClaims  *bool               `json:"acceptMappedClaims"`
	KnownClients  list[guid]          `json:"knownClientApplications"`
	Scopes        list[scopeJSON]     `json:"oauth2PermissionScopes"`
	PreAuthorized list[preAuthorized] `json:"preAuthorizedApplications"`
}

type scopeJSON struct {
	AdminText  text   `json:"adminConsentDescription"`
	AdminTitle text   `json:"adminConsentDisplayName"`
	ID         guid   `json:"id"`
	IsEnabled  bool   `json:"isEnabled"`
	Origin     string `json:"origin,omitempty"`
	Type       string `json:"type"`
	UserText   text   `json:"userConsentDescription"`
	UserTitle  text   `json:"userConsentDisplayName"`
	Value      text   `json:"value"`
}

type preAuthorized struct {
	AppID    guid       `json:"appId"`
	ScopeIDs list[guid] `json:"delegatedPermissionIds"`
}

type appRole struct {
	Members     list[string] `json:"allowedMemberTypes"`
	Description text         `json:"description"`
	DisplayName text         `json:"displayName"`
	ID          guid         `json:"id"`
	IsEnabled   bool         `json:"isEnabled"`
	Origin      text         `json:"origin"`
	Value       text         `json:"value"`
}

type redirects struct {
	URIs list[string] `json:"redirectUris"`
}

type resourceAccess struct {
	AppID  guid         `json:"resourceAppId"`
	Access list[access] `json:"resourceAccess"`
}

type access struct {
	ID   guid   `json:"id"`
	Type string `json:"type"`
}

type webApplication struct {
	HomePageURL text         `json:"homePageUrl"`
	LogoutURL   text         `json:"logoutUrl"`
	URIs        list[string] `json:"redirectUris"`
	Implicit    struct {
		AccessToken bool `json:"enableAccessTokenIssuance"`
		IDToken     bool `json:"enableIdTokenIssuance"`
	} `json:"implicitGrantSettings"`
	Settings list[redirectSetting] `json:"redirectUriSettings"`
}

type redirectSetting struct {
	URI   string `json:"uri"`
	Index *int   `json:"index"`
}

var applicationShape = shapeOf[application]("microsoft.graph.application", "applications")

// The platforms of redirect URIs.
const (
	platformWeb    = "web"
	platformSPA    = "spa"
	platformPublic = "publicClient"
)

// applicationItem is the view of an application.
func (c *call) applicationItem(a *directory.Application) item {
	v := &application{
		ID: string(a.ID), DeletedDateTime: stamp{a.Deleted}, AppID: string(a.AppID), IdentifierURIs: slices.Clone(a.IdentifierURIs),
		CreatedDateTime: stamp{a.Created}, DisplayName: text(a.DisplayName), GroupMembershipClaims: text(a.GroupClaims),
		SignInAudience: string(a.Audience), Tags: slices.Clone(a.Tags), AppRoles: rolesJSON(a.Roles),
		KeyCredentials: keysJSON(a.Certificates), PasswordCredentials: passwordsJSON(a.Secrets),
	}
	if a.PublicClient {
		v.FallbackPublicClient = &a.PublicClient
	}
	if t, found := c.directory.Tenant(string(a.TenantID)); found && len(t.Domains) > 0 {
		v.PublisherDomain = text(t.Domains[0])
	}
	v.API = apiApplication{KnownClients: guids(a.KnownClients), Scopes: scopesJSON(a.Scopes)}
	if a.TokenVersion != 0 {
		v.API.TokenVersion = &a.TokenVersion
	}
	for _, p := range a.PreAuthorized {
		v.API.PreAuthorized = append(v.API.PreAuthorized, preAuthorized{guid(p.AppID), guids(p.ScopeIDs)})
	}
	for _, r := range a.RequiredAccess {
		one := resourceAccess{AppID: guid(r.ResourceAppID)}
		for _, need := range r.Access {
			one.Access = append(one.Access, access{guid(need.ID), map[bool]string{true: "Role", false: "Scope"}[need.Role]})
		}
		v.RequiredResourceAccess = append(v.RequiredResourceAccess, one)
	}
	v.PublicClient.URIs, v.SPA.URIs, v.Web.URIs = uris(a, platformPublic), uris(a, platformSPA), uris(a, platformWeb)
	for _, uri := range v.Web.URIs {
		v.Web.Settings = append(v.Web.Settings, redirectSetting{URI: uri})
	}
	v.Web.HomePageURL, v.Web.LogoutURL = text(a.HomePageURL), text(a.LogoutURL)
	v.Web.Implicit.AccessToken, v.Web.Implicit.IDToken = a.AccessTokenIssuance, a.IDTokenIssuance
	applicationShape.keep(a.Details, v)
	return item{string(a.ID), v, applicationShape}
}

func uris(a *directory.Application, platform string) list[string] {
	var out list[string]
	for _, r := range a.RedirectURIs {
		if r.Platform == platform {
			out = append(out, r.URI)
		}
	}
	return out
}

func rolesJSON(roles []directory.Role) list[appRole] {
	var out list[appRole]
	for _, r := range roles {
		members := list[string](r.Members)
		if len(members) == 0 {
			members = list[string]{"Application"}
		}
		out = append(out, appRole{Members: slices.Clone(members), Description: text(r.Description), DisplayName: text(r.DisplayName),
			ID: guid(r.ID), IsEnabled: !r.Disabled, Origin: "Application", Value: text(r.Value)})
	}
	return out
}

func scopesJSON(scopes []directory.Scope) list[scopeJSON] {
	var out list[scopeJSON]
	for _, s := range scopes {
		out = append(out, scopeJSON{ID: guid(s.ID), Value: text(s.Value), IsEnabled: !s.Disabled,
			Type: map[bool]string{true: "Admin", false: "User"}[s.AdminOnly], AdminText: text(s.AdminText), AdminTitle: text(s.AdminTitle),
			UserText: text(s.UserText), UserTitle: text(s.UserTitle)})
	}
	return out
}

// set gives the record what the view says; both were read from the same application.
func (v *application) set(a *directory.Application, in input) error {
	a.DisplayName, a.IdentifierURIs, a.Tags = string(v.DisplayName), v.IdentifierURIs, v.Tags
	a.GroupClaims, a.Audience = string(v.GroupMembershipClaims), directory.Audience(v.SignInAudience)
	a.PublicClient = v.FallbackPublicClient != nil && *v.FallbackPublicClient
	a.HomePageURL, a.LogoutURL = string(v.Web.HomePageURL), string(v.Web.LogoutURL)
	a.AccessTokenIssuance, a.IDTokenIssuance = v.Web.Implicit.AccessToken, v.Web.Implicit.IDToken
	a.TokenVersion = 0
	if v.API.TokenVersion != nil {
		a.TokenVersion = *v.API.TokenVersion
	}
	a.KnownClients = ids(v.API.KnownClients)
	a.RedirectURIs, a.PreAuthorized, a.RequiredAccess = nil, nil, nil
	for platform, list := range map[string]list[string]{platformWeb: v.Web.URIs, platformSPA: v.SPA.URIs, platformPublic: v.PublicClient.URIs} {
		for _, uri := range list {
			a.RedirectURIs = append(a.RedirectURIs, directory.RedirectURI{Platform: platform, URI: uri})
		}
	}
	slices.SortStableFunc(a.RedirectURIs, func(x, y directory.RedirectURI) int { return strings.Compare(y.Platform, x.Platform) })
	for _, p := range v.API.PreAuthorized {
		a.PreAuthorized = append(a.PreAuthorized, directory.PreAuthorized{AppID: directory.ID(p.AppID), ScopeIDs: ids(p.ScopeIDs)})
	}
	if err := v.setAccess(a); err != nil {
		return err
	}
	if err := v.setOffered(a); err != nil {
		return err
	}
	a.Details = applicationShape.details(v)
	return nil
}

func (v *application) setAccess(a *directory.Application) error {
	for _, r := range v.RequiredResourceAccess {
		one := directory.ResourceAccess{ResourceAppID: directory.ID(r.AppID)}
		for _, need := range r.Access {
			if need.Type != "Role" && need.Type != "Scope" {
				return badRequest("Invalid value specified for property 'type' of resource 'ResourceAccess'.")
			}
			one.Access = append(one.Access, directory.Access{ID: directory.ID(need.ID), Role: need.Type == "Role"})
		}
		a.RequiredAccess = append(a.RequiredAccess, one)
	}
	return nil
}

// setOffered sets scopes and roles. One that is enabled cannot be taken away (Entra facts
// 6.1).
func (v *application) setOffered(a *directory.Application) error {
	scopes, roles := a.Scopes, a.Roles
	a.Scopes, a.Roles = nil, nil
	for _, s := range v.API.Scopes {
		if s.Type != "User" && s.Type != "Admin" && s.Type != "" || s.ID == "" {
			return badRequest("Invalid value specified for property 'oauth2PermissionScopes' of resource 'Application'.")
		}
		a.Scopes = append(a.Scopes, directory.Scope{ID: directory.ID(s.ID), Value: string(s.Value), AdminOnly: s.Type == "Admin", Disabled: !s.IsEnabled,
			AdminText: string(s.AdminText), AdminTitle: string(s.AdminTitle), UserText: string(s.UserText), UserTitle: string(s.UserTitle)})
	}
	for _, r := range v.AppRoles {
		if r.ID == "" || len(r.Value) > 120 {
			return badRequest("Invalid value specified for property 'appRoles' of resource 'Application'.")
		}
		a.Roles = append(a.Roles, directory.Role{ID: directory.ID(r.ID), Value: string(r.Value), DisplayName: string(r.DisplayName),
			Description: string(r.Description), Members: r.Members, Disabled: !r.IsEnabled})
	}
	return offered(a, scopes, roles)
}

// offered checks scopes and roles against those before: ids and values are used once.
func offered(a *directory.Application, scopes []directory.Scope, roles []directory.Role) error {
	taken := map[string]bool{}
	twice := func(key string) bool { was := taken[key]; taken[key] = true; return was }
	for _, s := range a.Scopes {
		if twice(string(s.ID)) || s.Value != "" && twice("scope "+s.Value) {
			return badRequest("It contains duplicate value. Please Provide unique value.")
		}
	}
	for _, r := range a.Roles {
		if twice("role "+string(r.ID)) || r.Value != "" && twice("role "+r.Value) {
			return badRequest("It contains duplicate value. Please Provide unique value.")
		}
	}
	for _, was := range scopes {
		if !was.Disabled && !taken[string(was.ID)] {
			return cannotDelete()
		}
	}
	for _, was := range roles {
		if !was.Disabled && !taken["role "+string(was.ID)] {
			return cannotDelete()
		}
	}
	return nil
}

func cannotDelete() error {
	return refuse(400, "CannotDeleteOrUpdateEnabledEntitlement", "Property value cannot be deleted unless it is disabled first.")
}
