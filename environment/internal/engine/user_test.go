package engine_test

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

func TestTheLastAdministratorStays(t *testing.T) {
	w := newWorld(t)
	app := w.as("contoso-app")
	app.must(app.update("systemuser", "ada", values{"isdisabled": number(1)}))
	app.must(app.update("systemuser", "ben", values{"isdisabled": number(1)}))
	before := w.dump()
	err := app.update("systemuser", "contoso-app", values{"isdisabled": number(1)})
	if !dverr.CannotDisableLastAdmin.Is(err) || w.dump() != before {
		t.Fatalf("got %v", err)
	}
	app.must(app.update("systemuser", "ada", values{"isdisabled": number(0)}))
	app.must(app.update("systemuser", "contoso-app", values{"isdisabled": number(1)}))
}

func TestDisablingNeedsItsPrivilege(t *testing.T) {
	w := newWorld(t)
	w.revoke("System Administrator", w.model.Privilege("prvDisableUser"))
	ada := w.as("ada")
	err := ada.update("systemuser", "ben", values{"isdisabled": number(1)})
	if !dverr.PrivilegeDenied.Is(err) || !strings.Contains(err.Error(), "is missing prvDisableUser privilege") {
		t.Errorf("got %v", err)
	}
	ada.must(ada.update("systemuser", "ben", values{"isdisabled": number(0), "jobtitle": text("Seller")}))
}

func TestUserNamesAreComposed(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	ada.must(ada.update("systemuser", "ben", values{"firstname": text("Ben"), "lastname": text("Berg")}))
	if got := w.row("systemuser", "ben", "fullname"); got != "fullname=Ben Berg" {
		t.Errorf("got %s", got)
	}
	ada.must(ada.update("systemuser", "contoso-app", values{"jobtitle": text("robot")}))
	if got := w.row("systemuser", "contoso-app", "fullname"); got != "fullname=contoso-app" {
		t.Errorf("a name that nobody changed: %s", got)
	}
}

// The application that a user already has is no change.
func TestSameApplicationIsNoChange(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	ada.must(ada.update("systemuser", "contoso-app", values{
		"applicationid": guid("contoso-app application"), "businessunitid": ref{"businessunit", "root"}, "isdisabled": number(0),
	}))
	if got := w.row("systemuser", "contoso-app", "businessunitid"); got != "businessunitid=root" {
		t.Errorf("got %s", got)
	}
}
