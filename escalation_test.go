package stead

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stead-s2s/stead/internal/sqldb"
)

// Who may assign roles, but holds less than a role does, cannot give that role.
func TestNobodyGivesMoreThanTheyHold(t *testing.T) {
	dir := t.TempDir()
	if err := up(t, Config{Data: dir}).Close(); err != nil {
		t.Fatal(err)
	}
	letBasicUsersAssignRoles(t, filepath.Join(dir, "environment-contoso.db"))
	s := up(t, Config{Data: dir})
	contoso, _ := s.World.Tenant("contoso")
	admin, reader := party{t: t, system: s, tenant: contoso.ID}, party{t: t, system: s, tenant: contoso.ID}
	admin.app, _ = s.World.App("contoso-app")
	reader.app, _ = s.World.App("contoso-reader")
	me := "systemusers(" + systemUserID("0e1", "a2") + ")"
	unit := lookup(t, admin.environment("GET", me+"?$select=_businessunitid_value", "").body, "_businessunitid_value")
	role := firstID(t, admin.environment("GET", "roles?$select=roleid&$filter=name%20eq%20'System%20Administrator'%20and%20_businessunitid_value%20eq%20"+unit, ""), "roleid")
	got := reader.environment("POST", me+"/systemuserroles_association/$ref", `{"@odata.id":"roles(`+role+`)"}`)
	got.want(t, "rising by one's own hand", 403, `"0x80040220"`)
	reader.environment("GET", me+"/systemuserroles_association?$select=name", "").want(t, "what it holds", 200, `"name":"Basic User"`)
}

// letBasicUsersAssignRoles changes the role behind the environment's back: the messages
// that edit roles are not built.
func letBasicUsersAssignRoles(t *testing.T, path string) {
	t.Helper()
	db, err := sqldb.Open(path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(c *sqldb.Conn) error {
		n, err := c.Exec(`INSERT INTO roleprivileges (roleprivilegeid, roleid, privilegeid, privilegedepthmask, versionnumber)
			SELECT randomblob(16), r.roleid, p.privilegeid, 8, 1 FROM role r, privilege p
			WHERE r.name = 'Basic User' AND r.parentrootroleid = r.roleid AND p.name = 'prvAssignRole'`)
		if err == nil && n != 1 {
			err = errors.New("no such role or privilege")
		}
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
