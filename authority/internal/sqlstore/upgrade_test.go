package sqlstore

import (
	"path/filepath"
	"testing"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// A database of the first version is brought up to date with all that is in it.
func TestUpgrade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	db, err := sqldb.Open(path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sqldb.Migrate(t.Context(), db, steps[:1]); err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(c *sqldb.Conn) error {
		return c.ExecScript(`
			INSERT INTO tenant VALUES ('t', 'contoso', 'Contoso');
			INSERT INTO application VALUES ('a', 'c', 't', 'Orders', 'AzureADMyOrg', 2, 0, 1, 0);
			INSERT INTO application_role VALUES ('a', 0, 'r', 'Orders.All', 'All');
			INSERT INTO application_scope VALUES ('a', 0, 's', 'Orders.Read', 1);
			INSERT INTO service_principal VALUES ('p', 'c', 't', 1, 1);
			INSERT INTO person VALUES ('u', 't', 'ada@contoso.example', 'Ada', '', '', 0, 'hash');
			INSERT INTO role_assignment VALUES ('x', 'p', 'p', 'r');`)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Tenants) != 1 || !r.Tenants[0].UserConsent || r.Tenants[0].PasswordGrant || len(r.Applications) != 1 || len(r.ServicePrincipals) != 1 || len(r.Users) != 1 || len(r.RoleAssignments) != 1 {
		t.Fatalf("loaded %+v", r)
	}
	a, p := r.Applications[0], r.ServicePrincipals[0]
	if a.AppID != "c" || a.TokenVersion != 2 || !a.PublicClient || a.Roles[0].Value != "Orders.All" || !a.Scopes[0].AdminOnly || a.Scopes[0].Disabled {
		t.Errorf("application %+v", a)
	}
	if p.ID != "p" || !p.Disabled || !p.AssignmentRequired || !p.Deleted.IsZero() {
		t.Errorf("service principal %+v", p)
	}
	// There is still at most one service principal of an application in a tenant.
	twice := directory.Change{Put: directory.Records{ServicePrincipals: []directory.ServicePrincipal{{ID: "q", AppID: "c", TenantID: "t"}}}}
	if err := s.Apply(t.Context(), twice); err == nil {
		t.Error("a second service principal was kept")
	}
}
