package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// A model may lack the sharing table, a column of it, or the privilege to act for
// others; then nothing is shared and nobody impersonates.
func TestModelsThatLackThings(t *testing.T) {
	for _, missing := range []string{"objectid", "objecttypecode", "principalid", "accessrightsmask", "inheritedaccessrightsmask", "all", actOnBehalf} {
		w := contoso(t)
		d := meta.Definition{Targets: map[*meta.Column][]string{}}
		d.Tables = append(d.Tables,
			table(&d, "account", "Account", 1, meta.UserOwned, ""), table(&d, "systemuser", "SystemUser", 8, meta.BusinessOwned, ""),
			table(&d, "team", "Team", 9, meta.BusinessOwned, ""), table(&d, "businessunit", "BusinessUnit", 10, meta.BusinessOwned, ""))
		columns := "objectid:guid objecttypecode:string principalid:guid accessrightsmask:int inheritedaccessrightsmask:int"
		if missing != "all" {
			d.Tables = append(d.Tables, table(&d, meta.SharingTable, "PrincipalObjectAccess", 11, meta.NoOwner, strings.Replace(" "+columns, " "+missing+":", " other:", 1)))
		}
		m, err := meta.Build(d)
		if err != nil {
			t.Fatal(err)
		}
		w.model = m
		g, err := Read(w.as("ben"), w.all("account"))
		if err != nil {
			t.Fatal(err)
		}
		if shares := strings.Contains(query.Print(g.Select()), "exists"); shares != (missing == actOnBehalf) {
			t.Errorf("without %s: %s", missing, query.Print(g.Select()))
		}
		if _, err := w.try("loader", "ben"); !dverr.PrivilegeDenied.Is(err) || !strings.Contains(err.Error(), actOnBehalf) {
			t.Errorf("without %s: %v", missing, err)
		}
	}
}

// Without a privilege there is no scope, shares or not, even if nobody asked first.
func TestScopeWithoutPrivilegeIsNever(t *testing.T) {
	w := contoso(t)
	w.revoke("prvReadAccount")
	w.changed()
	for _, c := range []Caller{w.as("ben"), {}} {
		for _, tab := range []string{"account", "role", "secret", meta.SharingTable} {
			if e := c.scope(meta.Read, w.all(tab)); e != (query.Const{}) {
				t.Errorf("%s: %#v", tab, e)
			}
		}
		if e := c.scope(meta.Write, w.all("teammembership")); e != (query.Const{}) {
			t.Errorf("%#v", e)
		}
	}
}

// Units are held once however roles overlap, and in whatever order they come.
func TestStretches(t *testing.T) {
	for _, tt := range []struct {
		add  [][2]int
		want [][2]int
	}{
		{[][2]int{{1, 4}, {1, 2}}, [][2]int{{1, 4}}},
		{[][2]int{{1, 2}, {1, 4}}, [][2]int{{1, 4}}},
		{[][2]int{{3, 4}, {1, 4}}, [][2]int{{1, 4}}},
		{[][2]int{{1, 4}, {3, 4}}, [][2]int{{1, 4}}},
		{[][2]int{{2, 3}, {2, 3}}, [][2]int{{2, 3}}},
		{[][2]int{{2, 3}, {5, 6}, {0, 9}}, [][2]int{{0, 9}}},
		{[][2]int{{2, 3}, {5, 6}}, [][2]int{{2, 3}, {5, 6}}},
	} {
		var s stretches
		for _, a := range tt.add {
			s = s.add(a[0], a[1])
		}
		if !slices.Equal(s, tt.want) {
			t.Errorf("%v make %v, want %v", tt.add, s, tt.want)
		}
	}
}

// The refusal of a creation speaks of the row as it would have been.
func TestCreateRefusalNamesTheRow(t *testing.T) {
	w := contoso(t)
	w.team("Helpers", "Service", 0)
	values := append(w.ownership("Helpers", "Service"), w.set("account", map[string]query.Value{
		"accountid": query.GUID(id("new")), "primarycontactid": query.Null(),
	})...)
	_, err := Create(w.as("ben"), w.model.Table("account"), values)
	for _, part := range []string{"ObjectID: " + id("new").String(), "OwnerId: " + id("Helpers").String() + ",  OwnerIdType: 9", "objectBusinessUnitId: " + id("Service").String()} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v lacks %q", err, part)
		}
	}
	_, err = Create(w.as("ben"), w.model.Table("account"), w.ownership("cleo", "Service"))
	if !strings.Contains(err.Error(), "OwnerIdType: 8") {
		t.Error(err)
	}
	for _, half := range [][]op.Assignment{values[:1], values[1:2]} {
		if _, err := Create(w.as("ada"), w.model.Table("account"), half); err == nil {
			t.Errorf("%s alone makes a row", half[0].Column.LogicalName)
		}
	}
	// A null owner is no owner.
	values[0].Value, values[0].Target = query.Null(), nil
	if _, err := Create(w.as("ada"), w.model.Table("account"), values); err == nil || dverr.InvalidAssignee.Is(err) {
		t.Error(err)
	}
}

// Help has something to say even where no role could ever reach.
func TestHelpOfTheUnreachable(t *testing.T) {
	w := contoso(t)
	p := w.model.Privilege("prvReadSystemUser")
	p.Local, p.Deep, p.Global = false, false, false
	d := refusal(t, Denied(w.as("ben"), meta.Read, w.model.Table("systemuser"), Row{ID: id("ada"), Unit: id("Contoso")}))
	if !strings.Contains(d.Help, "no role may reach that far") {
		t.Error(d.Help)
	}
	p = w.model.Privilege("prvReadTransactionCurrency")
	if n := (need{table: w.model.Table("transactioncurrency"), privilege: p}); n.least(Basic) != Global {
		t.Error("rows that nobody owns are proposed at", n.least(Basic))
	}
	if n := (need{table: w.model.Table("privilege"), privilege: w.model.Privilege("prvReadAccount")}); n.least(Basic) != Global {
		t.Error("rows that nobody owns are proposed at", n.least(Basic))
	}
}

// Who lacks a miscellaneous privilege is found without a table.
func TestHelpNamesWhoLacksTheRightToAct(t *testing.T) {
	w := contoso(t)
	_, err := w.try("ben", "cleo")
	if d := refusal(t, err); !strings.Contains(d.Help, `user "ben"`) || !strings.Contains(d.Help, actOnBehalf+" at depth Basic (User)") {
		t.Error(d.Help)
	}
	c := w.onBehalf("loader", "ben")
	n := need{privilege: w.model.Privilege(actOnBehalf)}
	if who := c.withoutPrivilege(n); who.id != id("ben") {
		t.Error(who)
	}
}
