package engine_test

import (
	"context"
	"testing"

	office "github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// tenant is a directory that knows two applications.
type tenant struct{}

func (tenant) ServicePrincipal(_ context.Context, app meta.ID) (office.Principal, bool, error) {
	known := app == id("sync application") || app == id("mail application")
	return office.Principal{ObjectID: app, Name: "an application", Domain: "contoso.example"}, known, nil
}

// Application users are made in bulk and beside other rows as by a create of their own.
func TestApplicationUsersInsideOfOtherOps(t *testing.T) {
	w := newWorld(t)
	w.start(office.Office{Directory: tenant{}}, engine.Config{})
	ada, users := w.as("ada"), w.table("systemuser")
	user := func(app string) *op.Create {
		return &op.Create{Table: users, Values: w.bind("systemuser", values{"systemuserid": guid(app), "applicationid": guid(app + " application")})}
	}
	_, err := ada.do(&op.Multiple{Ops: []op.Op{user("sync")}})
	ada.must(err)
	preferred, _ := w.table("account").Navigation("preferredsystemuserid")
	_, err = ada.do(&op.Create{Table: w.table("account"), Values: w.bind("account", values{"accountid": guid("Fabrikam")}), Related: []op.Related{{Nav: preferred, New: user("mail")}}})
	ada.must(err)
	for _, app := range []string{"sync", "mail"} {
		want := "domainname=" + id(app+" application").String() + "@contoso.example accessmode=4"
		if got := w.row("systemuser", app, "domainname", "accessmode"); got != want {
			t.Errorf("%s: %q, want %q", app, got, want)
		}
		if got := w.row("usersettings", app, "timezonecode", "paginglimit"); got != "timezonecode=92 paginglimit=50" {
			t.Errorf("%s has the settings %q", app, got)
		}
	}
	before := w.dump()
	if _, err = ada.do(&op.Multiple{Ops: []op.Op{user("foreign")}}); !dverr.AppIDNotFound.Is(err) || w.dump() != before {
		t.Errorf("an application that the tenant does not have: %v", err)
	}
}
