package stead

// World describes a running or stopped world to people and programs: it is what
// `stead env -o json` prints and what the data directory remembers. Its secrets
// are the well-known ones of local worlds.
type World struct {
	Authority    string        `json:"authority"`
	Gateway      string        `json:"gateway"`
	Discovery    string        `json:"discovery"` // the global discovery service
	CA           string        `json:"ca"`
	Tenants      []Tenant      `json:"tenants"`
	Environments []Environment `json:"environments"`
	Apps         []App         `json:"apps"`
	Users        []Person      `json:"users"`
	Database     string        `json:"database,omitempty"` // where a server keeps the environments' rows, without password
	Files        string        `json:"files,omitempty"`    // the bucket that keeps the environments' files, without its key
}

// Tenant is one directory of the authority.
type Tenant struct {
	Name   string `json:"name"`
	ID     string `json:"id"`
	Domain string `json:"domain"`
}

// Environment is one Dataverse organization.
type Environment struct {
	Name           string `json:"name"`
	URL            string `json:"url"`
	TenantID       string `json:"tenantId"`
	OrganizationID string `json:"organizationId"`
}

// App is a registered application. Certificate is the path of a PEM file with the
// certificate and its private key; empty for none.
type App struct {
	Name         string   `json:"name"`
	ClientID     string   `json:"clientId"`
	TenantID     string   `json:"tenantId"`
	Audience     string   `json:"audience"`
	Secret       string   `json:"secret"`
	Certificate  string   `json:"certificate"`
	RedirectURIs []string `json:"redirectUris"`
}

// Person is a user of a tenant, with the user rows that stand for them.
type Person struct {
	UPN         string       `json:"upn"`
	Password    string       `json:"password"`
	ObjectID    string       `json:"objectId"`
	TenantID    string       `json:"tenantId"`
	SystemUsers []SystemUser `json:"systemUsers"`
}

// SystemUser is a person's row in one environment.
type SystemUser struct {
	Environment  string `json:"environment"`
	SystemUserID string `json:"systemUserId"`
}

// Tenant finds a tenant by name.
func (w World) Tenant(name string) (Tenant, bool) {
	return find(w.Tenants, func(t Tenant) bool { return t.Name == name })
}

// Environment finds an environment by name.
func (w World) Environment(name string) (Environment, bool) {
	return find(w.Environments, func(e Environment) bool { return e.Name == name })
}

// App finds an application by name.
func (w World) App(name string) (App, bool) {
	return find(w.Apps, func(a App) bool { return a.Name == name })
}

func find[T any](all []T, is func(T) bool) (T, bool) {
	for _, one := range all {
		if is(one) {
			return one, true
		}
	}
	var none T
	return none, false
}
