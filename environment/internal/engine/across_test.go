package engine_test

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// settings writes the organization's settings.
func (w *world) settings(xml string) {
	w.t.Helper()
	w.system("organization", "contoso", values{"orgdborgsettings": text("<OrgSettings>" + xml + "</OrgSettings>")})
}

const (
	acrossUnits = "<EnableOwnershipAcrossBusinessUnits>true</EnableOwnershipAcrossBusinessUnits>"
	unitStays   = "<AlwaysMoveRecordToOwnerBusinessUnit>false</AlwaysMoveRecordToOwnerBusinessUnit>"
)

// clerk lets ben work with the accounts of a unit by a role that lies in it.
func (w *world) clerk(unit string) {
	w.t.Helper()
	err := w.store.Write(w.t.Context(), func(tx *store.Tx) error {
		name := "Clerk of " + unit
		w.put(tx, "role", name, values{"name": text(name), "businessunitid": ref{"businessunit", unit}, "parentrootroleid": ref{"role", name}, "isinherited": number(1)})
		for _, p := range w.table("account").Privileges {
			w.grant(tx, name, p, int64(1)<<(access.Local-access.Basic))
		}
		w.grant(tx, name, w.table("businessunit").Privileges[meta.AppendTo], 8)
		w.put(tx, "systemuserroles", name+" ben", values{"systemuserid": guid("ben"), "roleid": guid(name)})
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// With ownership across business units a role reaches its own unit, and a row lies where
// the client puts it, as far as the client's roles reach.
func TestOwnershipAcrossUnits(t *testing.T) {
	w := newWorld(t)
	w.clerk("service")
	in := func(unit string) values {
		return values{"name": text("x"), "owningbusinessunit": ref{"businessunit", unit}}
	}
	where := func(name, want string) {
		t.Helper()
		if got := w.row("account", name, "ownerid", "owningbusinessunit"); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	ben := w.as("ben")
	ben.must(ben.create("account", "Fabrikam", in("service"))) // dropped without a word
	where("Fabrikam", "ownerid=ben owningbusinessunit=sales")

	w.settings(acrossUnits)
	ben, cleo := w.as("ben"), w.as("cleo")
	ben.must(ben.create("account", "Litware", in("service")))
	where("Litware", "ownerid=ben owningbusinessunit=service")
	ben.must(ben.create("account", "Yvonne", values{"name": text("y")}))
	where("Yvonne", "ownerid=ben owningbusinessunit=sales")
	if err := ben.create("account", "Jim", in("root")); !dverr.AccessDenied.Is(err) {
		t.Errorf("in a unit out of reach: %v", err)
	}
	cleo.must(cleo.create("account", "Call", values{"name": text("c")}))
	ben.must(ben.update("account", "Call", values{"name": text("seen by the clerk of service")}))
	ben.must(ben.update("account", "Yvonne", values{"owningbusinessunit": ref{"businessunit", "service"}}))
	where("Yvonne", "ownerid=ben owningbusinessunit=service")
	if err := ben.update("account", "Yvonne", values{"owningbusinessunit": ref{"businessunit", "sales"}}); !dverr.AccessDenied.Is(err) {
		t.Errorf("into a unit out of reach: %v", err)
	}

	ada := w.as("ada")
	ada.must(ada.update("account", "Litware", values{"ownerid": ref{"systemuser", "ada"}}))
	where("Litware", "ownerid=ada owningbusinessunit=root")
	w.settings(acrossUnits + unitStays)
	ada = w.as("ada")
	ada.must(ada.update("account", "Call", values{"ownerid": ref{"systemuser", "ada"}}))
	where("Call", "ownerid=ada owningbusinessunit=service")
	w.settings(unitStays)
	ada = w.as("ada")
	ada.must(ada.update("account", "Yvonne", values{"ownerid": ref{"systemuser", "ada"}}))
	where("Yvonne", "ownerid=ada owningbusinessunit=root")
}

// Roles of any unit can be given when they count from their own.
func TestRolesOfAnyUnit(t *testing.T) {
	w := newWorld(t)
	w.clerk("service")
	users, _ := w.table("systemuser").Navigation("systemuserroles_association")
	give := func() error {
		_, err := w.as("ada").do(&op.Associate{Link: op.Link{Key: w.key("systemuser", "eve"), Nav: users}, Related: w.key("role", "Clerk of service")})
		return err
	}
	if err := give(); !dverr.UserInWrongBusiness.Is(err) {
		t.Errorf("without the setting: %v", err)
	}
	w.settings(acrossUnits)
	if err := give(); err != nil {
		t.Error(err)
	}
}
