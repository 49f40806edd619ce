package directory

import "time"

// Tenant is one organisation's directory.
type Tenant struct {
	ID          ID
	Name        string // short, for people who run this authority
	DisplayName string // as messages name it
	Domains     []string

	Kind          TenantKind
	PasswordGrant bool // the grant of user name and password is allowed
	UserConsent   bool // people may consent for themselves
}

// TenantKind is what a tenant is served as.
type TenantKind string

// The kinds; the empty one is Entra.
const (
	Entra TenantKind = "entra"
	ADFS  TenantKind = "adfs"
)

// Audience says who may use an application (signInAudience, Entra facts 6.1).
type Audience string

// The audiences.
const (
	SingleTenant Audience = "AzureADMyOrg"
	MultiTenant  Audience = "AzureADMultipleOrgs"
)

// Application is an application's registration, in its home tenant.
type Application struct {
	ID             ID // object id
	AppID          ID // client id
	TenantID       ID
	DisplayName    string
	Audience       Audience
	IdentifierURIs []string
	RedirectURIs   []RedirectURI
	TokenVersion   int  // of the access tokens it accepts: 1 (also 0) or 2 (Entra facts 1.4)
	FirstParty     bool // its tokens say idtyp without being asked (Entra facts 3.1)
	PublicClient   bool // isFallbackPublicClient
	Disabled       bool
	Scopes         []Scope
	Roles          []Role
	Credentials

	RequiredAccess      []ResourceAccess // what static consent asks for
	PreAuthorized       []PreAuthorized  // clients that need no consent
	Federated           []FederatedCredential
	KnownClients        []ID // client ids whose consent includes this application
	LogoutURL           string
	HomePageURL         string
	IDTokenIssuance     bool // implicit grant: id_token from the authorize endpoint
	AccessTokenIssuance bool
	GroupClaims         string // groupMembershipClaims
	Profile
}

// Profile is what applications, service principals, people and groups have in common.
type Profile struct {
	Created time.Time
	Deleted time.Time // zero unless deleted and not yet gone for good
	Owners  []ID      // object ids of people and service principals
	Tags    []string
	// Details is a JSON object of what nothing here depends on: it is kept for those who
	// set it. Empty for none.
	Details string
}

// ResourceAccess lists what an application needs of a resource (requiredResourceAccess).
type ResourceAccess struct {
	ResourceAppID ID
	Access        []Access
}

// Access is one permission: an application role, or else a scope.
type Access struct {
	ID   ID
	Role bool
}

// PreAuthorized is a client that needs no consent for some scopes.
type PreAuthorized struct {
	AppID    ID
	ScopeIDs []ID
}

// FederatedCredential lets a foreign issuer's tokens stand for a secret (Entra facts 6.3).
type FederatedCredential struct {
	ID          ID
	Name        string
	Issuer      string
	Subject     string
	Description string
	Audiences   []string
	PinnedJWKS  []byte // the issuer's keys, when they are not to be fetched
}

// RedirectURI is where people may be sent back to, and on which platform.
type RedirectURI struct {
	Platform string // web, spa or publicClient
	URI      string
}

// Scope is a delegated permission that an application offers.
type Scope struct {
	ID        ID
	Value     string
	AdminOnly bool // only administrators may consent
	Disabled  bool

	// What consent pages say.
	AdminTitle, AdminText string
	UserTitle, UserText   string
}

// Role is an application role that an application offers.
type Role struct {
	ID          ID
	Value       string
	DisplayName string
	Description string
	Members     []string // allowedMemberTypes: User, Application; none: Application
	Disabled    bool
}

// ServicePrincipal is an application's presence in one tenant.
type ServicePrincipal struct {
	ID                 ID // object id: oid of its tokens
	AppID              ID
	TenantID           ID
	Names              []string // servicePrincipalNames beside the application's id and identifier URIs
	Addresses          []string // more of them: where the resource runs at present
	Disabled           bool
	AssignmentRequired bool // appRoleAssignmentRequired
	Credentials

	DisplayName string // empty: the application's
	Kind        string // servicePrincipalType; empty: Application
	Profile
}

// Credentials are what an application proves itself with. Those of the application and
// those of its service principal count alike (Entra facts 6.2).
type Credentials struct {
	Secrets      []Secret
	Certificates []Certificate
}

// Secret is a client secret: only its hash is kept. Secrets are long and random, so
// one round of SHA-256 is enough.
type Secret struct {
	ID    ID // keyId
	Name  string
	Hint  string   // first three characters
	Hash  [32]byte // SHA-256 of the value
	Start time.Time
	End   time.Time
}

// Certificate is a certificate that client assertions are signed with.
type Certificate struct {
	ID    ID // keyId
	Name  string
	DER   []byte
	Start time.Time
	End   time.Time
}

// User is a person.
type User struct {
	ID          ID
	TenantID    ID
	UPN         string // user principal name
	DisplayName string
	GivenName   string
	Surname     string
	Disabled    bool
	Password    PasswordHash

	// SessionsValidFrom ends what was signed in before it.
	SessionsValidFrom  time.Time
	MustChangePassword bool
	Mail               string
	MailNickname       string
	JobTitle           string
	Profile
}

// PasswordHash is an argon2id hash in PHC form. It prints as [redacted].
type PasswordHash string

// String hides the hash.
func (PasswordHash) String() string { return "[redacted]" }

// GoString hides the hash.
func (PasswordHash) GoString() string { return "[redacted]" }

// MarshalText hides the hash.
func (PasswordHash) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// RoleAssignment gives a principal an application role of a resource.
type RoleAssignment struct {
	ID          ID
	PrincipalID ID // service principal or user
	ResourceID  ID // service principal of the resource
	RoleID      ID // zeros: the default role
	Created     time.Time
}

// GlobalAdministrator is the template id of the role of a tenant's administrators.
const GlobalAdministrator ID = "62e90394-69f5-4237-9190-012177145e10"

// DirectoryRole makes a principal a member of a directory role in a tenant.
type DirectoryRole struct {
	ID          ID
	TenantID    ID
	TemplateID  ID
	PrincipalID ID
}
