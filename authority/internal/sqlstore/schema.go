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
`, `
ALTER TABLE tenant ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE tenant ADD COLUMN password_grant INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tenant ADD COLUMN user_consent INTEGER NOT NULL DEFAULT 1;

ALTER TABLE application ADD COLUMN logout_url TEXT NOT NULL DEFAULT '';
ALTER TABLE application ADD COLUMN home_page_url TEXT NOT NULL DEFAULT '';
ALTER TABLE application ADD COLUMN id_token_issuance INTEGER NOT NULL DEFAULT 0;
ALTER TABLE application ADD COLUMN access_token_issuance INTEGER NOT NULL DEFAULT 0;
ALTER TABLE application ADD COLUMN group_claims TEXT NOT NULL DEFAULT '';
CREATE TABLE application_access (
	owner TEXT NOT NULL, position INTEGER NOT NULL, resource_app_id TEXT NOT NULL, id TEXT NOT NULL, role INTEGER NOT NULL, PRIMARY KEY (owner, position));
CREATE TABLE application_preauthorized (owner TEXT NOT NULL, position INTEGER NOT NULL, app_id TEXT NOT NULL, scope_id TEXT NOT NULL, PRIMARY KEY (owner, position));
CREATE TABLE application_known_client (owner TEXT NOT NULL, position INTEGER NOT NULL, app_id TEXT NOT NULL, PRIMARY KEY (owner, position));
CREATE TABLE federated_credential (
	owner TEXT NOT NULL, position INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, issuer TEXT NOT NULL, subject TEXT NOT NULL,
	description TEXT NOT NULL, audiences TEXT NOT NULL, pinned BLOB NOT NULL, PRIMARY KEY (owner, position));
ALTER TABLE application_scope ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE application_scope ADD COLUMN admin_title TEXT NOT NULL DEFAULT '';
ALTER TABLE application_scope ADD COLUMN admin_text TEXT NOT NULL DEFAULT '';
ALTER TABLE application_scope ADD COLUMN user_title TEXT NOT NULL DEFAULT '';
ALTER TABLE application_scope ADD COLUMN user_text TEXT NOT NULL DEFAULT '';
ALTER TABLE application_role ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE application_role ADD COLUMN members TEXT NOT NULL DEFAULT '';
ALTER TABLE application_role ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;

ALTER TABLE service_principal RENAME TO service_principal_1;
CREATE TABLE service_principal (
	id TEXT PRIMARY KEY, app_id TEXT NOT NULL, tenant_id TEXT NOT NULL, disabled INTEGER NOT NULL, assignment_required INTEGER NOT NULL,
	display_name TEXT NOT NULL, kind TEXT NOT NULL, deleted INTEGER);
INSERT INTO service_principal SELECT id, app_id, tenant_id, disabled, assignment_required, '', '', NULL FROM service_principal_1;
DROP TABLE service_principal_1;
CREATE UNIQUE INDEX service_principal_of ON service_principal (tenant_id, app_id) WHERE deleted IS NULL;

ALTER TABLE person ADD COLUMN sessions_valid_from INTEGER;
ALTER TABLE person ADD COLUMN must_change_password INTEGER NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN mail TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN mail_nickname TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN job_title TEXT NOT NULL DEFAULT '';
ALTER TABLE role_assignment ADD COLUMN created INTEGER;

CREATE TABLE people_group (
	id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, display_name TEXT NOT NULL, mail_nickname TEXT NOT NULL, description TEXT NOT NULL,
	security_enabled INTEGER NOT NULL, mail_enabled INTEGER NOT NULL, types TEXT NOT NULL);
CREATE TABLE group_member (id TEXT PRIMARY KEY, group_id TEXT NOT NULL, member_id TEXT NOT NULL);
CREATE TABLE permission_grant (
	id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL, resource_id TEXT NOT NULL, principal_id TEXT NOT NULL,
	scopes TEXT NOT NULL, created INTEGER, UNIQUE (client_id, resource_id, principal_id));

CREATE TABLE object_profile (owner TEXT NOT NULL, position INTEGER NOT NULL, created INTEGER, deleted INTEGER, details TEXT NOT NULL, PRIMARY KEY (owner, position));
CREATE TABLE object_owner (owner TEXT NOT NULL, position INTEGER NOT NULL, principal_id TEXT NOT NULL, PRIMARY KEY (owner, position));
CREATE TABLE object_tag (owner TEXT NOT NULL, position INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (owner, position));
`}

// table is a table and its columns in the order in which rows are written and read.
type table struct {
	name    string
	columns []string
}

var (
	tenants      = table{"tenant", []string{"id", "name", "display_name", "kind", "password_grant", "user_consent"}}
	domains      = table{"tenant_domain", []string{"owner", "position", "domain"}}
	applications = table{"application", []string{"id", "app_id", "tenant_id", "display_name", "audience", "token_version", "first_party", "public_client", "disabled",
		"logout_url", "home_page_url", "id_token_issuance", "access_token_issuance", "group_claims"}}
	identifiers  = table{"application_identifier_uri", []string{"owner", "position", "uri"}}
	redirects    = table{"application_redirect_uri", []string{"owner", "position", "platform", "uri"}}
	scopes       = table{"application_scope", []string{"owner", "position", "id", "value", "admin_only", "disabled", "admin_title", "admin_text", "user_title", "user_text"}}
	roles        = table{"application_role", []string{"owner", "position", "id", "value", "display_name", "description", "members", "disabled"}}
	principals   = table{"service_principal", []string{"id", "app_id", "tenant_id", "disabled", "assignment_required", "display_name", "kind", "deleted"}}
	names        = table{"service_principal_name", []string{"owner", "position", "name"}}
	addresses    = table{"service_principal_address", []string{"owner", "position", "address"}}
	secrets      = table{"client_secret", []string{"owner", "position", "id", "name", "hint", "hash", "starts", "ends"}}
	certificates = table{"client_certificate", []string{"owner", "position", "id", "name", "der", "starts", "ends"}}
	people       = table{"person", []string{"id", "tenant_id", "upn", "display_name", "given_name", "surname", "disabled", "password",
		"sessions_valid_from", "must_change_password", "mail", "mail_nickname", "job_title"}}
	assignments  = table{"role_assignment", []string{"id", "principal_id", "resource_id", "role_id", "created"}}
	members      = table{"directory_role", []string{"id", "tenant_id", "template_id", "principal_id"}}
	groups       = table{"people_group", []string{"id", "tenant_id", "display_name", "mail_nickname", "description", "security_enabled", "mail_enabled", "types"}}
	memberships  = table{"group_member", []string{"id", "group_id", "member_id"}}
	grants       = table{"permission_grant", []string{"id", "tenant_id", "client_id", "resource_id", "principal_id", "scopes", "created"}}
	access       = table{"application_access", []string{"owner", "position", "resource_app_id", "id", "role"}}
	trusted      = table{"application_preauthorized", []string{"owner", "position", "app_id", "scope_id"}}
	knownClients = table{"application_known_client", []string{"owner", "position", "app_id"}}
	federated    = table{"federated_credential", []string{"owner", "position", "id", "name", "issuer", "subject", "description", "audiences", "pinned"}}
	profiles     = table{"object_profile", []string{"owner", "position", "created", "deleted", "details"}}
	objectOwners = table{"object_owner", []string{"owner", "position", "principal_id"}}
	tags         = table{"object_tag", []string{"owner", "position", "tag"}}
	signingKeys  = table{"signing_key", []string{"id", "state", "created", "retired", "certificate", "sealed"}}
)

// owners are the tables whose rows Remove takes away; lists go with their owners.
var (
	owners = []table{applications, principals, people, assignments, members, groups, memberships, grants}
	lists  = []table{domains, identifiers, redirects, scopes, roles, names, addresses, secrets, certificates,
		access, trusted, knownClients, federated, profiles, objectOwners, tags}
)
