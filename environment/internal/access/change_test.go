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

func (w *world) ownership(owner, unit string) []op.Assignment {
	return w.ruled(w.set("account", map[string]query.Value{"ownerid": query.GUID(id(owner)), "owningbusinessunit": query.GUID(id(unit))}))
}

// ruled has the business unit set by the environment, as it is where rows follow their
// owners.
func (w *world) ruled(values []op.Assignment) []op.Assignment {
	for i := range values {
		values[i].ByRule = values[i].Column.LogicalName == "owningbusinessunit"
	}
	return values
}

// A client that chooses the business unit of a row must reach the rows of that unit;
// owning the row does not count.
func TestChosenUnit(t *testing.T) {
	w := contoso(t)
	chosen := func(unit string) []op.Assignment {
		values := w.ownership("ben", unit)
		for i := range values {
			values[i].ByRule = false
		}
		return values
	}
	account := w.model.Table("account")
	try := func(unit string) (error, error) {
		_, create := Create(w.as("ben"), account, chosen(unit))
		_, update := Update(w.as("ben"), account, id("x"), chosen(unit)[1:], 0)
		return create, update
	}
	if create, update := try("Sales"); !dverr.AccessDenied.Is(create) || !dverr.AccessDenied.Is(update) {
		t.Errorf("with Basic: %v, %v", create, update)
	}
	w.give("Basic User", "prvCreateAccount prvWriteAccount", Local)
	w.changed()
	if create, update := try("Sales"); create != nil || update != nil {
		t.Errorf("with Local: %v, %v", create, update)
	}
	if create, update := try("Service"); !dverr.AccessDenied.Is(create) || !dverr.AccessDenied.Is(update) {
		t.Errorf("in another unit: %v, %v", create, update)
	}
}

func TestCreate(t *testing.T) {
	for name, tt := range map[string]struct {
		change      func(*world)
		owner, unit string
		want        *dverr.Entry
		text        string
	}{
		"for oneself":     {owner: "ben", unit: "Sales"},
		"for another":     {owner: "cleo", unit: "Service", want: &dverr.AccessDenied, text: "AccessRights: CreateAccess "},
		"for one's team":  {change: func(w *world) { w.readers("Helpers") }, owner: "Helpers", unit: "Service"},
		"for a poor team": {change: func(w *world) { w.team("Helpers", "Service", 0, "ben") }, owner: "Helpers", unit: "Service", want: &dverr.PrincipalDenied},
		"for a colleague": {
			change: func(w *world) { w.user("bea", "Sales", "Basic User"); w.give("Basic User", "prvCreateAccount", Local) },
			owner:  "bea", unit: "Sales",
		},
		"for a colleague, no Assign": {
			change: func(w *world) {
				w.user("bea", "Sales", "Basic User")
				w.give("Basic User", "prvCreateAccount", Local)
				w.revoke("prvAssignAccount")
			},
			owner: "bea", unit: "Sales", want: &dverr.PrivilegeDenied, text: "prvAssignAccount",
		},
		"for oneself, no Assign": {change: func(w *world) { w.revoke("prvAssignAccount") }, owner: "ben", unit: "Sales"},
		"for a stranger": {
			change: func(w *world) { w.give("Basic User", "prvCreateAccount", Global) },
			owner:  "zoe", unit: "Sales", want: &dverr.InvalidAssignee,
		},
		"no privilege": {change: func(w *world) { w.revoke("prvCreateAccount") }, owner: "ben", unit: "Sales", want: &dverr.PrivilegeDenied, text: "prvCreateAccount"},
		"a team's role, for oneself": {
			change: func(w *world) { w.facts.UserRoles = nil; w.readers("Helpers") },
			owner:  "ben", unit: "Sales", want: &dverr.AccessDenied,
		},
		"a team's role, for the team": {
			change: func(w *world) {
				w.facts.UserRoles = nil
				w.readers("Helpers")
				w.give("Readers", "prvAssignAccount", Basic)
			},
			owner: "Helpers", unit: "Service",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := contoso(t)
			if tt.change != nil {
				tt.change(w)
				w.changed()
			}
			values := w.ownership(tt.owner, tt.unit)
			c, err := Create(w.as("ben"), w.model.Table("account"), values)
			if tt.want != nil {
				if !tt.want.Is(err) || !strings.Contains(err.Error(), tt.text) {
					t.Errorf("%v, want %s", err, tt.want.Name)
				}
				return
			}
			p := c.Parts()
			if err != nil || p.Kind != Insert || p.Table.LogicalName != "account" || len(p.Set) != 2 || p.From != nil || p.Where != nil {
				t.Errorf("%v: %+v", err, p)
			}
		})
	}
}

// readers makes a team of ben's whose role reads and creates accounts, for the team
// only.
func (w *world) readers(team string) {
	w.team(team, "Service", 0, "ben")
	w.role("Readers", "account", "Read Create", Basic)
	w.teamRole(team, "Service", "Readers", 0)
}

func (w *world) revoke(privilege string) {
	w.facts.RolePrivileges = slices.DeleteFunc(w.facts.RolePrivileges, func(rp RolePrivilege) bool {
		return rp.Privilege == id(privilege) && rp.Role == id("Basic User")
	})
}

func TestCreateOfOtherTables(t *testing.T) {
	w := contoso(t)
	w.give("Basic User", "prvCreateTeam prvCreateBusinessUnit", Deep)
	w.give("Basic User", "prvCreateRole", Basic)
	w.give("Basic User", "prvCreateTransactionCurrency", Deep)
	for _, tt := range []struct {
		who, table, column, unit string
		want                     *dverr.Entry
	}{
		{who: "ada", table: "transactioncurrency"},
		{who: "ben", table: "transactioncurrency", want: &dverr.PrivilegeDenied},
		{who: "ben", table: "team", column: "businessunitid", unit: "North"},
		{who: "ben", table: "team", column: "businessunitid", unit: "Service", want: &dverr.AccessDenied},
		{who: "ben", table: "businessunit", column: "parentbusinessunitid", unit: "North"},
		{who: "ben", table: "businessunit", column: "parentbusinessunitid", unit: "Contoso", want: &dverr.AccessDenied},
		{who: "ben", table: "role", column: "businessunitid", unit: "Sales", want: &dverr.AccessDenied},
		{who: "ada", table: "teammembership", want: &dverr.PrivilegeDenied},
	} {
		values := map[string]query.Value{tt.table + "id": query.GUID(id("new"))}
		if tt.column != "" {
			values[tt.column] = query.GUID(id(tt.unit))
		}
		_, err := Create(w.as(tt.who), w.model.Table(tt.table), w.set(tt.table, values))
		if tt.want == nil && err != nil || tt.want != nil && !tt.want.Is(err) {
			t.Errorf("%s of %s in %q: %v", tt.table, tt.who, tt.unit, err)
		}
	}
	if _, err := Create(w.as("ada"), w.model.Table("account"), nil); err == nil || dverr.From(err).HTTPStatus() != 500 {
		t.Errorf("incomplete values: %v", err)
	}
}

func TestUpdate(t *testing.T) {
	w := contoso(t)
	account := w.model.Table("account")
	named := w.set("account", map[string]query.Value{"name": query.Text("x")})
	linked := w.set("account", map[string]query.Value{"primarycontactid": query.GUID(id("yvonne"))})
	cleared := w.set("account", map[string]query.Value{"primarycontactid": query.Null()})
	moved := w.ownership("cleo", "Service")[:1]
	own := func(bit string) string {
		return `(or (in t0.ownerid [ben]) (exists principalobjectaccess t1 {} where (and (eq t1.objectid t0.accountid) (in t1.principalid [ben contoso]) (eq t1.objecttypecode "account") (or (bits t1.accessrightsmask ` +
			bit + `) (bits t1.inheritedaccessrightsmask ` + bit + `)))))`
	}
	for name, tt := range map[string]struct {
		who     string
		values  []op.Assignment
		version int64
		want    string
		needs   []meta.Right
	}{
		"plain":     {"ben", named, 0, `(and (eq t0.accountid row) ` + own("2") + `)`, []meta.Right{meta.Write}},
		"version":   {"ada", named, 7, `(and (eq t0.accountid row) (eq t0.versionnumber 7))`, []meta.Right{meta.Write}},
		"owner":     {"ben", moved, 0, `(and (eq t0.accountid row) ` + own("2") + ` ` + strings.ReplaceAll(own("524288"), "t1", "t2") + `)`, []meta.Right{meta.Write, meta.Assign}},
		"lookup":    {"ben", linked, 0, `(and (eq t0.accountid row) ` + own("2") + ` ` + strings.ReplaceAll(own("4"), "t1", "t2") + `)`, []meta.Right{meta.Write, meta.Append}},
		"no lookup": {"ben", cleared, 0, `(and (eq t0.accountid row) ` + own("2") + `)`, []meta.Right{meta.Write}},
	} {
		t.Run(name, func(t *testing.T) {
			c := w.as(tt.who)
			change, err := Update(c, account, id("row"), tt.values, tt.version)
			if err != nil {
				t.Fatal(err)
			}
			p := change.Parts()
			p.From.Where = p.Where
			if got := w.where(p.From, "row", "ben", "contoso"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if p.Kind != Modify || p.Table != account || !slices.Equal(p.Set, tt.values) {
				t.Errorf("%+v", p)
			}
			if got := Needs(c, account, tt.values); !slices.Equal(got, tt.needs) {
				t.Errorf("needs %v", got)
			}
		})
	}
}

func TestUpdateRefused(t *testing.T) {
	w := contoso(t)
	account := w.model.Table("account")
	if _, err := Update(w.as("ben"), account, id("row"), w.ownership("dora", "Sales")[:1], 0); !dverr.PrincipalDenied.Is(err) {
		t.Errorf("a new owner without Read: %v", err)
	}
	w.revoke("prvAssignAccount")
	w.changed()
	if _, err := Update(w.as("ben"), account, id("row"), w.ownership("cleo", "Service")[:1], 0); !dverr.PrivilegeDenied.Is(err) || !strings.Contains(err.Error(), "prvAssignAccount") {
		t.Errorf("no Assign: %v", err)
	}
	w.revoke("prvWriteAccount")
	w.revoke("prvDeleteAccount")
	w.changed()
	if _, err := Update(w.as("ben"), account, id("row"), nil, 0); !dverr.PrivilegeDenied.Is(err) {
		t.Errorf("no Write: %v", err)
	}
	if _, err := Delete(w.as("ben"), account, id("row"), 0); !dverr.PrivilegeDenied.Is(err) {
		t.Errorf("no Delete: %v", err)
	}
}

func TestDelete(t *testing.T) {
	w := contoso(t)
	c, err := Delete(w.as("ada"), w.model.Table("account"), id("row"), 3)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Parts()
	p.From.Where = p.Where
	if got := w.where(p.From, "row"); p.Kind != Remove || got != "(and (eq t0.accountid row) (eq t0.versionnumber 3))" {
		t.Error(p.Kind, got)
	}
	// A table without versions has no row of version 3.
	plain := &meta.Table{LogicalName: "plain", PrimaryID: &meta.Column{LogicalName: "plainid"}}
	if e := versionIs(&query.Select{Table: plain}, 3); e != (query.Const{}) {
		t.Error(e)
	}
}

func TestLinks(t *testing.T) {
	w := contoso(t)
	w.give("Basic User", "prvReadBusinessUnit", Basic)
	values := w.set("account", map[string]query.Value{
		"name": query.Text("x"), "primarycontactid": query.GUID(id("yvonne")), "transactioncurrencyid": query.GUID(id("euro")),
		"ownerid": query.GUID(id("cleo")),
	})
	links, err := Links(w.as("ben"), w.model.Table("account"), values)
	if err != nil || len(links) != 2 {
		t.Fatalf("%v: %d links", err, len(links))
	}
	contact := links[0]
	if contact.Column.LogicalName != "primarycontactid" || contact.Target.LogicalName != "contact" || contact.ID != id("yvonne") {
		t.Errorf("%+v", contact)
	}
	if p := query.Print(contact.Probe.Select()); !strings.HasPrefix(p, "contact t0 {t0.contactid} ") {
		t.Error("a probe answers the key:", p)
	}
	for _, r := range []struct {
		name, owner string
		reach       int
	}{{"yvonne", "ben", 1}, {"yvonne", "cleo", 0}, {"susanna", "ben", 0}} {
		w.rows = map[string][]row{}
		w.owned("contact", r.name, r.owner, "Sales")
		if got := w.answer(contact.Probe.Select()); len(got) != r.reach {
			t.Errorf("%s of %s: %d rows", r.name, r.owner, len(got))
		}
	}
	if cond := w.where(links[1].Probe.Select(), "euro"); cond != "(eq t0.transactioncurrencyid euro) order t0.transactioncurrencyid limit 1" {
		t.Error(cond)
	}
	for privilege, want := range map[string]string{"prvAppendAccount": "is missing prvAppendAccount ", "prvAppendToContact": "is missing prvAppendToContact "} {
		w := contoso(t)
		w.revoke(privilege)
		w.changed()
		if _, err := Links(w.as("ben"), w.model.Table("account"), values); !dverr.PrivilegeDenied.Is(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("without %s: %v", privilege, err)
		}
		if links, err := Links(w.as("ben"), w.model.Table("account"), values[:1]); err != nil || len(links) != 0 {
			t.Errorf("a name is no link: %v", err)
		}
	}
}

// Where a table has no Append or AppendTo privilege, reading the row must do.
func TestLinksWithoutPrivilege(t *testing.T) {
	w := contoso(t)
	values := w.set("account", map[string]query.Value{"primarycontactid": query.GUID(id("yvonne"))})
	w.model.Table("account").Privileges[meta.Append] = nil
	w.model.Table("contact").Privileges[meta.AppendTo] = nil
	links, err := Links(w.as("ben"), w.model.Table("account"), values)
	if err != nil || len(links) != 1 {
		t.Fatal(err)
	}
	if cond := w.where(links[0].Probe.Select()); !strings.Contains(cond, "(bits t1.accessrightsmask 1)") {
		t.Error("not judged by Read:", cond)
	}
	if got := Needs(w.as("ben"), w.model.Table("account"), values); !slices.Equal(got, []meta.Right{meta.Write}) {
		t.Error(got)
	}
}

func TestSystemGrantsAsGiven(t *testing.T) {
	p := Parts{Kind: Remove}
	if got := SystemChange("test", p).Parts(); got.Kind != Remove {
		t.Error(got)
	}
	if (Change{}).Parts().Kind != 0 {
		t.Error("the zero Change does something")
	}
}
