package environment

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/blob"
	"github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/quota"
)

// Config says which environment to open. Fields are needed unless a default is
// named.
type Config struct {
	Name         string // unique name: "contoso"
	FriendlyName string // Name
	URL          string // "https://localhost:8445": scheme and host, no path
	Region       string // "NA"

	OrganizationID string // GUID
	TenantID       string // GUID of the tenant whose people and applications use it

	// Issuers are those whose tokens are accepted, for the audience URL.
	Issuers []Issuer
	// Audiences are further accepted audiences, such as a second host name of the
	// environment or the application id of Dataverse.
	Audiences []string
	// AuthorizationURI is where 401 challenges point; the first issuer's
	// /{tenant}/oauth2/authorize.
	AuthorizationURI string
	// Graph is asked for the service principal when an application user is made; nil:
	// no application is known, and none can be made.
	Graph *Graph
	// HTTPClient asks the issuers and Graph; http.DefaultClient.
	HTTPClient *http.Client

	// Database is the path of the database file, made when it is not there; or the address
	// of a server's database, scheme://user:password@host/name, where a schema of the
	// environment's name is made. A search_path in the address, with an underscore, stands
	// before that name. One process has an environment open at a time.
	Database string
	// Volatile leaves it to the operating system when the files of Database and Usage reach the
	// disk: a machine that dies may lose them whole. It is for environments that nobody keeps.
	Volatile bool
	Seed     *Seed // applied when the database is new; nil: an organization without users

	// SystemRoles says what happens when an application user is given one of the service's
	// own roles: "allow", "warn" (a line in the log) or "refuse"; "warn".
	SystemRoles string

	// LinkKey seals next links, which then survive a restart; a random key.
	LinkKey []byte

	// Limits are the service protection limits of one user at one web server (Dataverse
	// facts 4.1): "default" are the service's; "off"; "x0.01", all of them scaled; or
	// "requests=60 time=12s concurrent=5 window=10s". Default: "default".
	Limits string
	// Servers is how many web servers count for themselves; 1.
	Servers int
	// Entitlement is what happens when a day's operations are used up: "off", "warn" (a
	// line in the log) or "enforce"; "warn".
	Entitlement string
	// Pool is how many operations in 24 hours all users without a licence have in the
	// tenant; 500,000, those of a tenant of Dynamics 365.
	Pool int64
	// Counters may be those of other environments too; some of its own. The caller closes
	// them.
	Counters *Counters
	// Usage is the path of the database that keeps what users did; it is kept in memory.
	// "off" records nothing.
	Usage string
	// Operator tells whether a bearer is the key of who runs the world: it opens the pages
	// of usage, which otherwise want the token of a System Administrator. No key does.
	Operator func(bearer string) bool

	// CustomAPIs answer the custom APIs of these unique names, in the place of plug-ins.
	CustomAPIs map[string]CustomAPIHandler
	// CustomAPIAnswers is the path of the file that keeps what custom APIs answer where no
	// handler does, as the page /_stead/customapis sets it; it is kept in memory.
	CustomAPIAnswers string

	// Files is the directory that keeps the content of file and image columns; the path of
	// Database with "-files" in place of its extension. A database on a server needs one. Or
	// it is a bucket of an S3-compatible store, s3://bucket/prefix?endpoint=https://host&region=name,
	// which must be there: contents lie below the prefix and Name, and FilesKey opens it.
	// LinkKey tells then whether they are this environment's.
	Files    string
	FilesKey FilesKey
	Logger   *slog.Logger     // nothing is logged
	Now      func() time.Time // time.Now
	Random   io.Reader        // of row ids; crypto/rand
}

// Issuer is an issuer of tokens that the environment trusts.
type Issuer struct {
	// Metadata is the https URL of its OpenID Connect metadata document.
	Metadata string
	// Issuer is what iss must be, {tenantid} standing for the token's tenant; empty
	// takes what the metadata states.
	Issuer string
	// Version is what ver must be, "1.0" or "2.0"; empty takes any.
	Version string
	// Tenants are accepted beside TenantID; none by default.
	Tenants []string
}

// Graph is Microsoft Graph, or what stands for it, and the application as which the
// environment asks it. The application needs the permission Application.Read.All.
type Graph struct {
	URL          string // "https://graph.microsoft.com", without version
	TokenURL     string // the tenant's v2.0 token endpoint
	Scope        string // "https://graph.microsoft.com/.default"
	ClientID     string
	ClientSecret string
}

// Seed says what a new environment holds beside its organization, its roles and the
// user SYSTEM.
type Seed struct {
	Units   []SeedUnit
	Users   []SeedUser
	Samples bool // the ten well-known sample accounts with what belongs to them
	Rows    int  // generated accounts, each with a contact

	// Progress is told how many generated accounts are there; may be nil.
	Progress func(done, total int)
}

// SeedUnit is a business unit below Parent, a unit named before it; "" is the root.
type SeedUnit struct{ Name, Parent string }

// SeedUser is a person, or an application user when ApplicationID is set. Ids are
// GUIDs; Unit names a business unit, "" the root; Roles name security roles.
// AccessMode 0 is read-write for people and non-interactive for applications.
type SeedUser struct {
	ID, ObjectID, ApplicationID string
	FirstName, LastName         string
	FullName                    string // first and last name
	DomainName, Email           string
	Unit                        string
	Roles                       []string
	AccessMode                  int64
	Disabled                    bool
	OwnsNothing                 bool // of the samples and the generated rows
}

// settled is a Config whose defaults are filled and whose ids are read.
type settled struct {
	Config
	organization meta.ID
	limits       quota.Limits
	entitlement  quota.Mode
	systemRoles  company.SystemRoles
}

func (c Config) settle() (settled, error) {
	s := settled{Config: c}
	var err error
	if s.organization, err = meta.ParseID(c.OrganizationID); err != nil {
		return s, fmt.Errorf("organization id: %w", err)
	}
	if _, err = meta.ParseID(c.TenantID); err != nil {
		return s, fmt.Errorf("tenant id: %w", err)
	}
	if s.URL, err = bareURL(c.URL); err != nil {
		return s, err
	}
	if c.Name == "" || c.Database == "" || len(c.Issuers) == 0 {
		return s, errors.New("a name, a database and an issuer are needed")
	}
	if strings.Contains(c.Database, "://") && c.Files == "" {
		return s, errors.New("a database on a server needs a directory for files")
	}
	if blob.IsAddress(c.Files) && c.LinkKey == nil {
		return s, errors.New("files in a bucket need a link key, which tells whose they are")
	}
	s.fill()
	if s.limits, err = quota.ParseLimits(s.Limits); err != nil {
		return s, err
	}
	if s.entitlement, err = quota.ParseMode(s.Entitlement); err != nil {
		return s, err
	}
	s.systemRoles, err = readSystemRoles(c.SystemRoles)
	return s, err
}

func readSystemRoles(text string) (company.SystemRoles, error) {
	switch text {
	case "", "warn":
		return company.SystemRolesWarned, nil
	case "allow":
		return company.SystemRolesAllowed, nil
	case "refuse":
		return company.SystemRolesRefused, nil
	}
	return 0, fmt.Errorf("system roles %q: want allow, warn or refuse", text)
}

// fill sets the defaults.
func (s *settled) fill() {
	if s.Files == "" {
		s.Files = besideDatabase(s.Database)
	}
	if s.FriendlyName == "" {
		s.FriendlyName = s.Name
	}
	if s.Region == "" {
		s.Region = "NA"
	}
	if s.AuthorizationURI == "" {
		s.AuthorizationURI = authorizationURI(s.Issuers[0].Metadata, s.TenantID)
	}
	if s.HTTPClient == nil {
		s.HTTPClient = http.DefaultClient
	}
	if s.Limits == "" {
		s.Limits = "default"
	}
	if s.Entitlement == "" {
		s.Entitlement = "warn"
	}
	if s.Pool == 0 {
		s.Pool = quota.Pool([]quota.Product{{Line: quota.Dynamics}}, 0)
	}
	if s.LinkKey == nil {
		s.LinkKey = make([]byte, 32)
		rand.Read(s.LinkKey)
	}
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Random == nil {
		s.Random = rand.Reader
	}
}

func bareURL(raw string) (string, error) {
	u, err := url.Parse(strings.TrimSuffix(raw, "/"))
	if err != nil {
		return "", fmt.Errorf("environment URL: %w", err)
	}
	if u.Scheme == "" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		return "", fmt.Errorf("environment URL %q: scheme and host are needed, and nothing more", raw)
	}
	return u.Scheme + "://" + u.Host, nil
}

// authorizationURI derives where people sign in from where the metadata is: on the
// same host, below the tenant (Entra facts 1.1).
func authorizationURI(metadata, tenant string) string {
	u, err := url.Parse(metadata)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/" + tenant + "/oauth2/authorize"
}
