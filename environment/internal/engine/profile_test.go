package engine_test

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// profile makes a profile that allows something with the revenue of accounts.
func (a actor) profile(name string, may values) {
	a.t.Helper()
	a.must(a.create("fieldsecurityprofile", name, values{"name": text(name)}))
	may["fieldsecurityprofileid"] = ref{"fieldsecurityprofile", name}
	may["entityname"], may["attributelogicalname"] = text("account"), text("revenue")
	a.must(a.create("fieldpermission", name+" of revenue", may))
}

func (a actor) link(table, name string) op.Link {
	nav, ok := a.table(table).Navigation(map[string]string{"systemuser": "systemuserprofiles_association", "team": "teamprofiles_association"}[table])
	if !ok {
		a.t.Fatalf("%s has no profiles", table)
	}
	return op.Link{Key: a.key(table, name), Nav: nav}
}

func (a actor) give(table, name, profile string) error {
	_, err := a.do(&op.Associate{Link: a.link(table, name), Related: a.key("fieldsecurityprofile", profile)})
	return err
}

func (a actor) take(table, name, profile string) error {
	_, err := a.do(&op.Disassociate{Link: a.link(table, name), Related: a.key("fieldsecurityprofile", profile)})
	return err
}

// sees gives what somebody reads of the revenues of accounts, and which accounts a
// filter and an order by them give.
func (a actor) sees() string {
	a.t.Helper()
	ask := func(s *query.Select) string {
		var got []string
		a.must(a.engine.Do(a.t.Context(), engine.Call{Caller: a.caller, Model: a.model, Now: a.now}, &op.RetrieveMultiple{Select: s},
			func(r engine.Result) error { got = print(r.Page); return nil }))
		return strings.Join(got, ";")
	}
	all := a.selection("account", "revenue", "revenue_base")
	rich := a.selection("account", "name")
	rich.Where = query.Compare{Col: query.Col{Of: rich, C: a.column(rich.Table, "revenue")}, Op: query.Greater, Value: dollars(1)}
	sorted := a.selection("account", "name")
	sorted.Order = append([]query.Order{{Col: query.Col{Of: sorted, C: a.column(sorted.Table, "revenue")}, Descending: true}}, sorted.Order...)
	return ask(all) + " | " + ask(rich) + " | " + ask(sorted)
}

// Secured columns from end to end: closed without a profile in every direction, opened
// by one, closed again.
func TestSecuredColumns(t *testing.T) {
	w := newWorld(t)
	w.column(w.table("account"), "revenue").Secured = true
	ada, ben := w.as("ada"), w.as("ben")
	ben.must(ben.create("account", "Fabrikam", values{"name": text("Fabrikam")}))
	ben.must(ben.create("account", "Litware", values{"name": text("Litware")}))
	if err := ben.create("account", "Yvonne", values{"name": text("x"), "revenue": dollars(1)}); !dverr.ColumnCreateDenied.Is(err) {
		t.Errorf("create: %v", err)
	}
	if err := ben.update("account", "Fabrikam", values{"revenue": dollars(1)}); !dverr.ColumnUpdateDenied.Is(err) {
		t.Errorf("update: %v", err)
	}
	ada.must(ada.update("account", "Fabrikam", values{"revenue": dollars(5)}))
	ada.must(ada.update("account", "Litware", values{"revenue": dollars(7)}))

	blind := "revenue=- revenue_base=-;revenue=- revenue_base=- |  | name=Fabrikam;name=Litware"
	if got := ben.sees(); got != blind {
		t.Errorf("ben sees %s", got)
	}
	seeing := ada.sees()
	if !strings.HasSuffix(seeing, "name=Fabrikam;name=Litware | name=Litware;name=Fabrikam") {
		t.Errorf("ada sees %s", seeing)
	}
	// What the environment reckons with is not masked: the base amount follows the rate.
	ben.must(ben.update("account", "Fabrikam", values{"transactioncurrencyid": ref{"transactioncurrency", "euro"}}))
	if got := w.row("account", "Fabrikam", "revenue", "revenue_base"); got != "revenue=50000 revenue_base=62500" {
		t.Errorf("the amount is now %s", got)
	}

	ada.profile("Readers", values{"canread": number(4)})
	ada.profile("Writers", values{"cancreate": number(4), "canupdate": number(4)})
	ada.must(ada.give("systemuser", "ben", "Readers"))
	ben = w.as("ben")
	if got, want := ben.sees(), ada.sees(); got != want || strings.Contains(got, "=-") {
		t.Errorf("with a profile ben sees %s, ada %s", got, want)
	}
	if err := ben.update("account", "Fabrikam", values{"revenue": dollars(1)}); !dverr.ColumnUpdateDenied.Is(err) {
		t.Errorf("update by a reader: %v", err)
	}
	w.member("crew", "ben")
	ada.must(ada.give("team", "crew", "Writers"))
	ben = w.as("ben")
	ben.must(ben.update("account", "Fabrikam", values{"revenue": dollars(1)}))
	ben.must(ben.create("account", "Yvonne", values{"name": text("x"), "revenue": dollars(1)}))
	ada.must(ada.take("systemuser", "ben", "Readers"))
	if got := w.as("ben").sees(); strings.Contains(got, "revenue=1") {
		t.Errorf("without the profile ben still sees %s", got)
	}
}

// member puts a user into a team past the engine.
func (w *world) member(team, user string) {
	w.t.Helper()
	err := w.store.Write(w.t.Context(), func(tx *store.Tx) error {
		w.put(tx, "teammembership", team+user, values{"teamid": guid(team), "systemuserid": guid(user)})
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestProfilesRefused(t *testing.T) {
	w := newWorld(t)
	w.column(w.table("account"), "revenue").Secured = true
	ada, ben := w.as("ada"), w.as("ben")
	ada.profile("Readers", values{"canread": number(4)})
	for name, tt := range map[string]struct {
		err  error
		want dverr.Entry
	}{
		"a user without rights gives":  {ben.give("systemuser", "ben", "Readers"), dverr.PrivilegeDenied},
		"an access team":               {ada.give("team", "helpers", "Readers"), dverr.AccessTeamProfile},
		"no such profile":              {ada.give("systemuser", "ben", "Nothing"), dverr.ObjectDoesNotExist},
		"taken, yet never given":       {ada.take("systemuser", "ben", "Readers"), dverr.ObjectDoesNotExist},
		"a column that is not secured": {ada.permission("Readers", "account", "name"), dverr.ColumnNotSecured},
		"no such column":               {ada.permission("Readers", "account", "nothing"), dverr.ColumnNotSecured},
		"no such table":                {ada.permission("Readers", "nothing", "name"), dverr.ColumnNotSecured},
	} {
		if !tt.want.Is(tt.err) {
			t.Errorf("%s: %v", name, tt.err)
		}
	}
}

func (a actor) permission(profile, table, column string) error {
	return a.create("fieldpermission", "", values{"fieldsecurityprofileid": ref{"fieldsecurityprofile", profile},
		"entityname": text(table), "attributelogicalname": text(column), "canread": number(4)})
}
