package environment_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/internal/sqldb"
)

// before takes from a closed environment's database what one made before the table of
// positions does not have.
func (w *world) before(t *testing.T) {
	t.Helper()
	db, err := sqldb.Open(w.config.Database, sqldb.Options{Schema: w.config.Name, Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Write(context.Background(), func(c *sqldb.Conn) error {
		for _, statement := range []string{
			`DELETE FROM roleprivileges WHERE privilegeid IN (SELECT privilegeid FROM privilege WHERE name LIKE 'prv%Position')`,
			`DELETE FROM privilege WHERE name LIKE 'prv%Position'`,
			`DROP TABLE position`,
			`DELETE FROM stead_environment WHERE "key" = 'tables'`,
		} {
			if _, err := c.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// An environment made before a table was in the catalogue: whoever administers works on
// the table once it is opened, the service's roles hold what they hold elsewhere, and
// an organization's own roles nothing.
func TestOlderEnvironmentsLearnPrivileges(t *testing.T) {
	w := start(t)
	maker := w.as(t, "ada")
	clerk := maker.role("Clerk", maker.unit("contoso"), "prvReadAccount", "Local")
	own := maker.get("RetrieveRolePrivilegesRole(RoleId="+clerk+")").is(200, "…").body
	w.Close()
	w.before(t)
	for _, opened := range []string{"first", "second"} {
		w.open(t)
		ada, ben := w.as(t, "ada"), w.as(t, "ben")
		ada.made("positions", `{"name":"`+opened+`"}`)
		ben.get("positions?$select=name&$filter=name eq '"+opened+"'").is(200, `…"name":"`+opened+`"…`)
		ben.post("positions", `{"name":"third"}`).is(403, "…prvCreatePosition…")
		w.as(t, "integration").get("positions").is(403, "…prvReadPosition…")
		ada.get("RetrieveRolePrivilegesRole(RoleId="+clerk+")").is(200, own)
		if n := strings.Count(w.log.String(), "added privileges of new tables"); n != 1 {
			t.Errorf("after the %s opening %d additions were logged", opened, n)
		}
		w.Close()
	}
	w.open(t)
}
