package sqlstore

// steps are the versions of the schema; a step that has been released never changes.
// Times are microseconds since 1970, NULL when not set. Lists keep their order in the
// column position.
var steps = []string{`
CREATE TABLE tenant (id TEXT PRIMARY KEY, name TEXT NOT NULL, display_name TEXT NOT NULL);
CREATE TABLE tenant_domain (owner TEXT NOT NULL, position INTEGER NOT NULL, domain TEXT NOT NULL COLLATE NOCASE UNIQUE, PRIMARY KEY (owner, position));

CREATE TABLE application (
	id TEXT PRIMARY KEY, app_id TEXT NOT NULL UNIQUE, tenant_id TEXT NOT NULL, display_name TEXT NOT NULL, audience TEXT NOT NULL,
	token_version INTEGER NOT NULL, first_party INTEGER NOT NULL, public_client INTEGER NOT NULL, disabled INTEGER NOT NULL);
CREATE TABLE application_identifier_uri (owner TEXT NOT NULL, position INTEGER NOT NULL, uri TEXT NOT NULL, PRIMARY KEY (owner, position));
CREATE TABLE application_redirect_uri (owner TEXT NOT NULL, position INTEGER NOT NULL, platform TEXT NOT NULL, uri TEXT NOT NULL, PRIMARY KEY (owner, position));
CREATE TABLE application_scope (owner TEXT NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, admin_only INTEGER NOT NULL, PRIMARY KEY (owner, position));
CREATE TABLE application_role (owner TEXT NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, display_name TEXT NOT NULL, PRIMARY KEY (owner, position));

CREATE TABLE service_principal (
	id TEXT PRIMARY KEY, app_id TEXT NOT NULL, tenant_id TEXT NOT NULL, disabled INTEGER NOT NULL, assignment_required INTEGER NOT NULL,
	UNIQUE (tenant_id, app_id));
CREATE TABLE service_principal_name (owner TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (owner, position));
CREATE TABLE service_principal_address (owner TEXT NOT NULL, position INTEGER NOT NULL, address TEXT NOT NULL, PRIMARY KEY (owner, position));

CREATE TABLE client_secret (
	owner TEXT NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, hint TEXT NOT NULL, hash BLOB NOT NULL,
	starts INTEGER, ends INTEGER, PRIMARY KEY (owner, position));
CREATE TABLE client_certificate (
	owner TEXT NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, der BLOB NOT NULL,
	starts INTEGER, ends INTEGER, PRIMARY KEY (owner, position));

CREATE TABLE person (
	id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, upn TEXT NOT NULL COLLATE NOCASE, display_name TEXT NOT NULL, given_name TEXT NOT NULL,
	surname TEXT NOT NULL, disabled INTEGER NOT NULL, password TEXT NOT NULL, UNIQUE (tenant_id, upn));
CREATE TABLE role_assignment (id TEXT PRIMARY KEY, principal_id TEXT NOT NULL, resource_id TEXT NOT NULL, role_id TEXT NOT NULL);
CREATE TABLE directory_role (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, template_id TEXT NOT NULL, principal_id TEXT NOT NULL);

CREATE TABLE signing_key (
	id TEXT PRIMARY KEY, state TEXT NOT NULL, created INTEGER NOT NULL, retired INTEGER, certificate BLOB NOT NULL, sealed BLOB NOT NULL);
`}

// table is a table and its columns in the order in which rows are written and read.
type table struct {
	name    string
	columns []string
}

var (
	tenants      = table{"tenant", []string{"id", "name", "display_name"}}
	domains      = table{"tenant_domain", []string{"owner", "position", "domain"}}
	applications = table{"application", []string{"id", "app_id", "tenant_id", "display_name", "audience", "token_version", "first_party", "public_client", "disabled"}}
	identifiers  = table{"application_identifier_uri", []string{"owner", "position", "uri"}}
	redirects    = table{"application_redirect_uri", []string{"owner", "position", "platform", "uri"}}
	scopes       = table{"application_scope", []string{"owner", "position", "id", "value", "admin_only"}}
	roles        = table{"application_role", []string{"owner", "position", "id", "value", "display_name"}}
	principals   = table{"service_principal", []string{"id", "app_id", "tenant_id", "disabled", "assignment_required"}}
	names        = table{"service_principal_name", []string{"owner", "position", "name"}}
	addresses    = table{"service_principal_address", []string{"owner", "position", "address"}}
	secrets      = table{"client_secret", []string{"owner", "position", "id", "name", "hint", "hash", "starts", "ends"}}
	certificates = table{"client_certificate", []string{"owner", "position", "id", "name", "der", "starts", "ends"}}
	people       = table{"person", []string{"id", "tenant_id", "upn", "display_name", "given_name", "surname", "disabled", "password"}}
	assignments  = table{"role_assignment", []string{"id", "principal_id", "resource_id", "role_id"}}
	members      = table{"directory_role", []string{"id", "tenant_id", "template_id", "principal_id"}}
	signingKeys  = table{"signing_key", []string{"id", "state", "created", "retired", "certificate", "sealed"}}
)

// owners are the tables whose rows Remove takes away; lists go with their owners.
var (
	owners = []table{applications, principals, people, assignments, members}
	lists  = []table{domains, identifiers, redirects, scopes, roles, names, addresses, secrets, certificates}
)
