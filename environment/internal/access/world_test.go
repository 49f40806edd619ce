package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// id gives everything in the tests an id by its name.
func id(name string) (out meta.ID) {
	sum := sha256.Sum256([]byte(name))
	copy(out[:], sum[:])
	return out
}

// people builds the tables that these tests need, with the privileges of facts 3.4.
func people(t testing.TB) *meta.Model {
	t.Helper()
	d := meta.Definition{Targets: map[*meta.Column][]string{}}
	d.Tables = []*meta.Table{
		table(&d, "account", "Account", 1, meta.UserOwned, "name:string primarycontactid:contact transactioncurrencyid:transactioncurrency revenue:money"),
		table(&d, "contact", "Contact", 2, meta.UserOwned, "fullname:string parentcustomerid:account"),
		table(&d, "transactioncurrency", "TransactionCurrency", 9105, meta.OrganizationOwned, "currencyname:string"),
		table(&d, "systemuser", "SystemUser", 8, meta.BusinessOwned, "fullname:string"),
		table(&d, "team", "Team", 9, meta.BusinessOwned, "name:string"),
		table(&d, "businessunit", "BusinessUnit", 10, meta.BusinessOwned, "name:string parentbusinessunitid:businessunit"),
		table(&d, "role", "Role", 1036, meta.BusinessOwned, "name:string"),
		table(&d, "privilege", "Privilege", 1023, meta.NoOwner, "name:string"),
		table(&d, "teammembership", "TeamMembership", 23, meta.NoOwner, "teamid:guid systemuserid:guid"),
		table(&d, "secret", "new_Secret", 10001, meta.NoOwner, "name:string"),
		table(&d, "principalobjectaccess", "PrincipalObjectAccess", 11, meta.NoOwner,
			"objectid:guid objecttypecode:string principalid:guid principaltypecode:string accessrightsmask:int inheritedaccessrightsmask:int"),
	}
	byName := map[string]*meta.Table{}
	for _, tab := range d.Tables {
		byName[tab.LogicalName] = tab
	}
	byName["teammembership"].Intersect = true
	for _, name := range []string{"privilege", "teammembership", "secret", "principalobjectaccess"} {
		for r, p := range byName[name].Privileges {
			d.Privileges = slices.DeleteFunc(d.Privileges, func(have *meta.Privilege) bool { return have == p })
			byName[name].Privileges[r] = nil
		}
	}
	d.Privileges = append(d.Privileges, &meta.Privilege{ID: id(actOnBehalf), Name: actOnBehalf, Misc: true, Basic: true, Local: true, Deep: true, Global: true})
	d.Relationships = []meta.RelationshipDefinition{
		{SchemaName: "account_primary_contact", Referenced: "contact", Referencing: "account", Lookup: "primarycontactid", ReferencingNavigation: "primarycontactid"},
		{SchemaName: "contact_customer_accounts", Referenced: "account", Referencing: "contact", Lookup: "parentcustomerid", ReferencedNavigation: "contact_customer_accounts"},
		{SchemaName: "teammembership_association", Table1: "team", Table2: "systemuser", Intersect: "teammembership", Column1: "teamid", Column2: "systemuserid", Navigation1: "members", Navigation2: "teams"},
	}
	m, err := meta.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// table defines a table with "name:kind" columns beside its key, owner columns and
// version. A kind that is no kind is the target of a lookup.
func table(d *meta.Definition, name, schema string, code int64, own meta.Ownership, columns string) *meta.Table {
	key := &meta.Column{LogicalName: name + "id", Kind: meta.UniqueID, ForRead: true}
	t := &meta.Table{
		LogicalName: name, SchemaName: schema, DisplayName: schema, SetName: name + "s", TypeCode: code, Ownership: own,
		PrimaryID: key, Columns: []*meta.Column{key, {LogicalName: "versionnumber", Kind: meta.BigInt, ForRead: true}},
	}
	lookup := func(name string, k meta.Kind, targets ...string) {
		c := &meta.Column{LogicalName: name, Kind: k, ForRead: true, ForCreate: true, ForUpdate: true}
		t.Columns, d.Targets[c] = append(t.Columns, c), targets
	}
	kinds := map[string]meta.Kind{"string": meta.String, "money": meta.Money, "guid": meta.UniqueID, "int": meta.Integer}
	for _, spec := range strings.Fields(columns) {
		column, kind, _ := strings.Cut(spec, ":")
		if k, plain := kinds[kind]; plain {
			t.Columns = append(t.Columns, &meta.Column{LogicalName: column, Kind: k, ForRead: true, ForCreate: true, ForUpdate: true})
			continue
		}
		lookup(column, meta.Lookup, kind)
	}
	if own == meta.UserOwned {
		lookup("ownerid", meta.Owner, "systemuser", "team")
		lookup("owningbusinessunit", meta.Lookup, "businessunit")
	}
	if own == meta.BusinessOwned && name != "businessunit" {
		lookup("businessunitid", meta.Lookup, "businessunit")
	}
	for r := range t.Privileges {
		p := &meta.Privilege{Name: "prv" + meta.Right(r).String() + schema, Right: meta.Right(r), Global: true}
		p.Basic, p.Local, p.Deep = own != meta.OrganizationOwned, own != meta.OrganizationOwned, own != meta.OrganizationOwned
		p.ID = id(p.Name)
		t.Privileges[r] = p
		d.Privileges = append(d.Privileges, p)
	}
	return t
}

// source hands out facts and counts how often.
type source struct {
	facts   *Facts
	version atomic.Int64
	loads   atomic.Int64
	fail    error
}

func (s *source) SecurityVersion() int64 { return s.version.Load() }

func (s *source) Security(context.Context) (*Facts, error) {
	s.loads.Add(1)
	return s.facts, s.fail
}

// world is an organization under construction and, once asked, at work.
type world struct {
	testing.TB
	facts *Facts
	model *meta.Model
	rows  map[string][]row // by table
	src   *source
	r     *Resolver
}

func newWorld(t testing.TB) *world {
	w := &world{TB: t, model: people(t), rows: map[string][]row{}, facts: &Facts{Organization: Organization{ID: id("contoso"), Name: "contoso"}}}
	w.src = &source{facts: w.facts}
	w.r = NewResolver(w.src, func() *meta.Model { return w.model })
	return w
}

// contoso is the organization most tests live in: two units under the root, Sales
// with a unit North below it; ada is administrator, ben and cleo are Basic Users in
// different units, loader is an application that may act for others.
func contoso(t testing.TB) *world {
	w := newWorld(t)
	w.unit("Contoso", "")
	w.unit("Sales", "Contoso")
	w.unit("Service", "Contoso")
	w.unit("North", "Sales")
	w.role("Administrator", "account contact transactioncurrency systemuser team businessunit role", "Read Write Append AppendTo Create Delete Share Assign", Global)
	w.give("Administrator", actOnBehalf, Global)
	w.facts.Roles[0].Template = systemAdministrator
	w.role("Basic User", "account contact", "Read Write Append AppendTo Create Delete Share Assign", Basic)
	w.give("Basic User", "prvReadTransactionCurrency prvAppendToTransactionCurrency", Global)
	w.give("Basic User", "prvReadSystemUser", Basic)
	w.role("Delegate", "", "", Basic)
	w.give("Delegate", actOnBehalf, Basic)
	w.user("ada", "Contoso", "Administrator")
	w.user("ben", "Sales", "Basic User")
	w.user("cleo", "Service", "Basic User")
	w.user("dora", "Sales")
	w.app("loader", "Contoso", "Administrator")
	w.app("reader", "Contoso", "Basic User")
	return w
}

func (w *world) changed() { w.src.version.Add(1) }

func (w *world) unit(name, parent string) {
	u := Unit{ID: id(name), Name: name}
	if parent != "" {
		u.Parent = id(parent)
	}
	w.facts.Units = append(w.facts.Units, u)
}

// role makes a root role, its copies in every unit, and its privileges: every right
// on every table.
func (w *world) role(name, tables, rights string, d Depth) {
	w.facts.Roles = append(w.facts.Roles, RoleRow{ID: id(name), Root: id(name), Unit: id("Contoso"), Name: name, Inherited: 1})
	for _, u := range w.facts.Units {
		w.facts.Roles = append(w.facts.Roles, RoleRow{ID: id(name + "@" + u.Name), Root: id(name), Unit: u.ID, Name: name, Inherited: 1})
	}
	for tab := range strings.FieldsSeq(tables) {
		for r := range strings.FieldsSeq(rights) {
			w.give(name, "prv"+r+w.model.Table(tab).SchemaName, d)
		}
	}
}

func (w *world) give(role, privileges string, d Depth) {
	for p := range strings.FieldsSeq(privileges) {
		if w.model.Privilege(p) == nil {
			w.Fatalf("no privilege %s", p)
		}
		w.facts.RolePrivileges = append(w.facts.RolePrivileges, RolePrivilege{Role: id(role), Privilege: id(p), Depth: d})
	}
	w.changed()
}

func (w *world) user(name, unit string, roles ...string) *UserRow {
	w.facts.Users = append(w.facts.Users, UserRow{ID: id(name), ObjectID: id("oid " + name), Unit: id(unit), Name: name})
	for _, r := range roles {
		w.facts.UserRoles = append(w.facts.UserRoles, RoleAssignment{Principal: id(name), Role: id(r + "@" + unit)})
	}
	w.changed()
	return &w.facts.Users[len(w.facts.Users)-1]
}

func (w *world) app(name, unit string, roles ...string) *UserRow {
	u := w.user(name, unit, roles...)
	u.ApplicationID, u.AccessMode = id("app "+name), 4
	return u
}

func (w *world) team(name, unit string, kind int64, members ...string) {
	w.facts.Teams = append(w.facts.Teams, TeamRow{ID: id(name), Unit: id(unit), Name: name, Type: kind})
	for _, m := range members {
		w.facts.Memberships = append(w.facts.Memberships, Membership{Team: id(name), User: id(m)})
	}
	w.changed()
}

func (w *world) teamRole(team, unit, role string, inherited int64) {
	for i := range w.facts.Roles {
		if w.facts.Roles[i].Root == id(role) {
			w.facts.Roles[i].Inherited = inherited
		}
	}
	w.facts.TeamRoles = append(w.facts.TeamRoles, RoleAssignment{Principal: id(team), Role: id(role + "@" + unit)})
	w.changed()
}

// owned adds a row to a user-owned table.
func (w *world) owned(tab, name, owner, unit string) {
	w.rows[tab] = append(w.rows[tab], row{
		tab + "id": query.GUID(id(name)), "ownerid": query.GUID(id(owner)), "owningbusinessunit": query.GUID(id(unit)), "versionnumber": query.Int(7),
	})
}

func (w *world) share(tab, name, with string, rights ...meta.Right) {
	var mask int64
	for _, r := range rights {
		mask |= r.Mask()
	}
	w.rows[meta.SharingTable] = append(w.rows[meta.SharingTable], row{
		"objectid": query.GUID(id(name)), "objecttypecode": query.Text(tab), "principalid": query.GUID(id(with)),
		"accessrightsmask": query.Int(mask), "inheritedaccessrightsmask": query.Int(0),
	})
}

// principals fills the tables of users, teams, units, roles and memberships.
func (w *world) principals() {
	put := func(tab string, key meta.ID, column string, unit meta.ID) {
		r := row{tab + "id": query.GUID(key), "versionnumber": query.Int(1)}
		if column != "" {
			r[column] = query.GUID(unit)
		}
		w.rows[tab] = append(w.rows[tab], r)
	}
	for _, u := range w.facts.Users {
		put("systemuser", u.ID, "businessunitid", u.Unit)
	}
	for _, t := range w.facts.Teams {
		put("team", t.ID, "businessunitid", t.Unit)
	}
	for _, u := range w.facts.Units {
		put("businessunit", u.ID, "", u.Parent)
	}
	for _, r := range w.facts.Roles {
		put("role", r.ID, "businessunitid", r.Unit)
	}
	for _, m := range w.facts.Memberships {
		w.rows["teammembership"] = append(w.rows["teammembership"], row{
			"teammembershipid": query.GUID(id(m.Team.String() + m.User.String())), "teamid": query.GUID(m.Team), "systemuserid": query.GUID(m.User),
		})
	}
}

// as resolves a person or an application by name.
func (w *world) as(name string) Caller { return w.onBehalf(name, "") }

func (w *world) onBehalf(name, target string) Caller {
	w.Helper()
	c, err := w.try(name, target)
	if err != nil {
		w.Fatalf("%s for %q: %v", name, target, err)
	}
	return c
}

func (w *world) try(name, target string) (Caller, error) {
	ctx := context.Background()
	u, err := w.r.User(ctx, w.identity(name))
	if err != nil {
		return Caller{}, err
	}
	var for_ OnBehalf
	if target != "" {
		for_.UserID = id(target)
	}
	return w.r.Caller(ctx, u, for_)
}

func (w *world) identity(name string) Identity {
	for _, u := range w.facts.Users {
		if u.ID == id(name) && !u.ApplicationID.IsZero() {
			return Identity{App: true, ApplicationID: u.ApplicationID, ObjectID: u.ObjectID}
		}
	}
	return Identity{ObjectID: id("oid " + name), ApplicationID: id("some client")}
}

// all asks for every row of a table.
func (w *world) all(tab string) *query.Select {
	s := &query.Select{Table: w.model.Table(tab)}
	s.Columns = []query.Output{{Col: query.Col{Of: s, C: s.Table.PrimaryID}}}
	return s
}

// set makes assignments of a row's values, lookups with their targets.
func (w *world) set(tab string, values map[string]query.Value) []op.Assignment {
	var out []op.Assignment
	t := w.model.Table(tab)
	for _, c := range t.Columns {
		v, given := values[c.LogicalName]
		if !given {
			continue
		}
		a := op.Assignment{Column: c, Value: v}
		if c.IsLookup() && !v.IsNull() {
			a.Target = c.Targets[0]
			for _, team := range w.facts.Teams {
				if team.ID == v.GUID() {
					a.Target = w.model.Table("team")
				}
			}
		}
		out = append(out, a)
	}
	return out
}

// refusal is the dverr behind an error.
func refusal(t testing.TB, err error) *dverr.Error {
	t.Helper()
	var d *dverr.Error
	if !errors.As(err, &d) {
		t.Fatalf("%v is no refusal", err)
	}
	return d
}
