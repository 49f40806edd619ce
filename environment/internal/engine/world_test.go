package engine_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/blob"
	"github.com/stead-s2s/stead/environment/internal/catalog"
	office "github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// The world of the tests, over the tables an environment is born with:
//
//	root      ada, contoso-app (System Administrator), contoso-bridge (Basic User, Delegate)
//	  sales   ben, dan (disabled), eve (nothing but Read on accounts) and the team crew
//	  service cleo, contoso-reader
//
// ben, cleo, crew and contoso-bridge hold Basic User: every right on accounts,
// contacts, tasks and notes, their own only. contoso-reader reads accounts everywhere
// and writes nothing. There are dollars, the base currency, and euros at 0.8 to the
// dollar.
type world struct {
	t      testing.TB
	model  *meta.Model
	store  *store.Store
	engine *engine.Engine
	people *access.Resolver
	roll   *office.Roll // of tests of group teams
	now    time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	d, err := catalog.Definition()
	if err != nil {
		t.Fatal(err)
	}
	d.Keys = append(d.Keys,
		meta.KeyDefinition{Table: "account", SchemaName: "Number", LogicalName: "number", DisplayName: "The Number", Columns: []string{"accountnumber"}},
		meta.KeyDefinition{Table: "contact", SchemaName: "Employee", LogicalName: "employee", DisplayName: "The Employee", Columns: []string{"employeeid", "parentcustomerid"}},
	)
	m, err := meta.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, model: m, now: time.Date(2025, 3, 4, 5, 6, 7, 0, time.UTC)}
	s, err := store.Open(t.Context(), store.Config{Path: sqldbtest.Database(t), Model: m, Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w.store = s
	w.people = access.NewResolver(s, func() *meta.Model { return m })
	w.start(office.Office{}, engine.Config{
		Messages: map[string]engine.Message{"Echo": echo},
		Actions:  map[string]engine.Action{"Twice": twice},
		Contents: &content.Keeper{Shelf: blob.NewDir(t.TempDir()), Store: s, NewID: engine.NewSequence(time.Now, rand.Reader).Next},
	})
	w.seed()
	return w
}

// start gives the world an engine with the rules of who is who.
func (w *world) start(o office.Office, c engine.Config) {
	c.Store, c.NewID = w.store, engine.NewSequence(time.Now, rand.Reader).Next
	c.Tables, c.Ties, c.Ask = o.Rules(), o.Ties(), o.Ask
	w.engine = engine.New(c)
}

func echo(_ context.Context, call engine.Call, m *op.Message, _ *store.Tx) (op.Answer, error) {
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "UserId", Value: call.Caller.Effective.ID}}}, nil
}

// twice carries out the op in its argument two times.
func twice(w *engine.Work, m *op.Message) (op.Answer, error) {
	if _, err := w.Do(m.Argument("Row").(op.Op)); err != nil {
		return op.Answer{}, err
	}
	_, err := w.Do(m.Argument("Row").(op.Op))
	return op.Answer{}, err
}

// id is the id of a thing by its name.
func id(name string) meta.ID { return catalog.ID("engine test: " + name) }

func guid(name string) query.Value { return query.GUID(id(name)) }

func text(s string) query.Value { return query.Text(s) }

func number(n int64) query.Value { return query.Int(n) }

func dollars(n float64) query.Value { return query.Int(int64(n * 10_000)) }

// ref points a lookup at a row.
type ref struct{ table, name string }

// values is what a write sets, by column: a query.Value, or a ref.
type values map[string]any

func (w *world) table(name string) *meta.Table {
	w.t.Helper()
	t := w.model.Table(name)
	if t == nil {
		w.t.Fatalf("no table %s", name)
	}
	return t
}

func (w *world) column(t *meta.Table, name string) *meta.Column {
	w.t.Helper()
	c := t.Column(name)
	if c == nil {
		w.t.Fatalf("no column %s.%s", t.LogicalName, name)
	}
	return c
}

func (w *world) bind(table string, vs values) (all []op.Assignment) {
	w.t.Helper()
	t := w.table(table)
	for name, v := range vs {
		a := op.Assignment{Column: w.column(t, name)}
		switch v := v.(type) {
		case ref:
			a.Value, a.Target = guid(v.name), w.table(v.table)
		case query.Value:
			a.Value = v
		default:
			w.t.Fatalf("%s.%s: %T is no value", table, name, v)
		}
		if table == meta.SharingTable && name == "objectid" {
			a.Target = w.table(vs["objecttypecode"].(query.Value).Text())
		}
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b op.Assignment) int { return a.Column.Ordinal - b.Column.Ordinal })
	return all
}

// put inserts rows past the engine.
func (w *world) put(tx *store.Tx, table, name string, vs values) {
	t := w.table(table)
	set := append(w.bind(table, vs), op.Assignment{Column: t.PrimaryID, Value: guid(name)})
	c := access.SystemChange("test", access.Parts{Kind: access.Insert, Table: t, Set: set})
	if _, err := tx.Apply(w.t.Context(), c); err != nil {
		w.t.Fatalf("put %s %s: %v", table, name, err)
	}
}

func (w *world) seed() {
	err := w.store.Write(w.t.Context(), func(tx *store.Tx) error {
		w.put(tx, "organization", "contoso", values{"name": text("contoso"), "basecurrencyid": ref{"transactioncurrency", "dollar"}})
		w.put(tx, "transactioncurrency", "dollar", values{"currencyname": text("US Dollar"), "exchangerate": query.Float(1)})
		w.put(tx, "transactioncurrency", "euro", values{"currencyname": text("Euro"), "exchangerate": query.Float(0.8)})
		w.put(tx, "businessunit", "root", values{"name": text("contoso")})
		w.put(tx, "businessunit", "sales", values{"name": text("Sales"), "parentbusinessunitid": ref{"businessunit", "root"}})
		w.put(tx, "businessunit", "service", values{"name": text("Service"), "parentbusinessunitid": ref{"businessunit", "root"}})
		w.roles(tx)
		w.user(tx, "ada", "root", "System Administrator")
		w.user(tx, "contoso-app", "root", "System Administrator")
		w.user(tx, "contoso-bridge", "root", "Basic User", "Delegate")
		w.user(tx, "ben", "sales", "Basic User")
		w.user(tx, "dan", "sales", "Basic User")
		w.user(tx, "eve", "sales", "Reader")
		w.user(tx, "cleo", "service", "Basic User")
		w.user(tx, "contoso-reader", "service", "Reader")
		w.put(tx, "team", "crew", values{"name": text("Crew"), "teamtype": number(0), "businessunitid": ref{"businessunit", "sales"}, "isdefault": number(0)})
		w.put(tx, "team", "helpers", values{"name": text("Helpers"), "teamtype": number(1), "businessunitid": ref{"businessunit", "sales"}, "isdefault": number(0)})
		w.put(tx, "teamroles", "crew role", values{"teamid": guid("crew"), "roleid": guid("Basic User")})
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.system("systemuser", "dan", values{"isdisabled": number(1)})
}

func (w *world) user(tx *store.Tx, name, unit string, roles ...string) {
	vs := values{
		"fullname": text(name), "domainname": text(name + "@contoso.example"), "azureactivedirectoryobjectid": guid(name + " object"),
		"businessunitid": ref{"businessunit", unit}, "isdisabled": number(0), "accessmode": number(0),
	}
	if strings.HasPrefix(name, "contoso-") {
		vs["applicationid"] = guid(name + " application")
	}
	w.put(tx, "systemuser", name, vs)
	for _, r := range roles {
		w.put(tx, "systemuserroles", name+r, values{"systemuserid": guid(name), "roleid": guid(r)})
	}
}

// roles lie in the root and count from the unit of who holds them.
func (w *world) roles(tx *store.Tx) {
	admin := meta.MustID("627090ff-40a3-4053-8790-584edc5be201")
	for _, name := range []string{"System Administrator", "Basic User", "Delegate", "Reader"} {
		vs := values{"name": text(name), "businessunitid": ref{"businessunit", "root"}, "parentrootroleid": ref{"role", name}, "isinherited": number(1)}
		if name == "System Administrator" {
			vs["roletemplateid"] = query.GUID(admin)
		}
		w.put(tx, "role", name, vs)
	}
	for _, p := range w.model.Privileges {
		w.grant(tx, "System Administrator", p, 8)
	}
	for _, t := range []string{"account", "contact", "task", "annotation"} {
		for _, p := range w.table(t).Privileges {
			w.grant(tx, "Basic User", p, 1)
		}
	}
	for _, t := range []string{"systemuser", "businessunit", "transactioncurrency", "organization"} {
		w.grant(tx, "Basic User", w.table(t).Privileges[meta.Read], 8)
		w.grant(tx, "Basic User", w.table(t).Privileges[meta.AppendTo], 8)
	}
	w.grant(tx, "Delegate", w.model.Privilege("prvActOnBehalfOfAnotherUser"), 8)
	w.grant(tx, "Reader", w.table("account").Privileges[meta.Read], 8)
}

func (w *world) grant(tx *store.Tx, role string, p *meta.Privilege, mask int64) {
	if p != nil {
		w.put(tx, "roleprivileges", role+p.Name, values{"roleid": guid(role), "privilegeid": query.GUID(p.ID), "privilegedepthmask": number(mask)})
	}
}

// system changes a row past the engine.
func (w *world) system(table, name string, vs values) {
	w.t.Helper()
	s := &query.Select{Table: w.table(table)}
	c := access.SystemChange("test", access.Parts{
		Kind: access.Modify, From: s, Table: s.Table, Set: w.bind(table, vs),
		Where: query.Compare{Col: query.Col{Of: s, C: s.Table.PrimaryID}, Op: query.Equal, Value: guid(name)},
	})
	err := w.store.Write(w.t.Context(), func(tx *store.Tx) error {
		_, err := tx.Apply(w.t.Context(), c)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// actor asks in somebody's name.
type actor struct {
	*world
	caller access.Caller
}

func (w *world) as(name string) actor { return w.actor(name, access.OnBehalf{}) }

// onBehalfOf lets an application act for a user.
func (w *world) onBehalfOf(app, user string) actor {
	return w.actor(app, access.OnBehalf{UserID: id(user)})
}

func (w *world) actor(name string, behalf access.OnBehalf) actor {
	w.t.Helper()
	who := access.Identity{ObjectID: id(name + " object")}
	if strings.HasPrefix(name, "contoso-") {
		who.App, who.ApplicationID = true, id(name+" application")
	}
	u, err := w.people.User(w.t.Context(), who)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	c, err := w.people.Caller(w.t.Context(), u, behalf)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	return actor{w, c}
}

func (a actor) do(o op.Op) (engine.Result, error) {
	var result engine.Result
	answered := 0
	err := a.engine.Do(a.t.Context(), engine.Call{Caller: a.caller, Model: a.model, Now: a.now}, o, func(r engine.Result) error {
		answered++
		result = r
		return nil
	})
	if want := map[bool]int{true: 1, false: 0}[err == nil]; answered != want {
		a.t.Fatalf("answered %d times, error %v", answered, err)
	}
	return result, err
}

func (a actor) create(table, name string, vs values) error {
	a.t.Helper()
	if name != "" {
		vs[a.table(table).PrimaryID.LogicalName] = guid(name)
	}
	_, err := a.do(&op.Create{Table: a.table(table), Values: a.bind(table, vs)})
	return err
}

func (a actor) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (w *world) key(table, name string) op.Key { return op.Key{Table: w.table(table), ID: id(name)} }

func (a actor) update(table, name string, vs values) error {
	a.t.Helper()
	_, err := a.do(&op.Update{Key: a.key(table, name), Values: a.bind(table, vs), Mode: op.UpdateOnly})
	return err
}

func (a actor) delete(table, name string) error {
	_, err := a.do(&op.Delete{Key: a.key(table, name)})
	return err
}

// selection asks for columns of a table.
func (w *world) selection(table string, columns ...string) *query.Select {
	s := &query.Select{Table: w.table(table)}
	for _, name := range columns {
		s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: w.column(s.Table, name)}})
	}
	s.Order = []query.Order{{Col: query.Col{Of: s, C: s.Table.PrimaryID}}}
	return s
}

// row reads columns of a row as the environment itself: "a=1 b=x", or "" when there
// is no such row.
func (w *world) row(table, name string, columns ...string) string {
	w.t.Helper()
	s := w.selection(table, columns...)
	s.Where = query.Compare{Col: query.Col{Of: s, C: s.Table.PrimaryID}, Op: query.Equal, Value: guid(name)}
	return strings.Join(w.rows(s), "\n")
}

func (w *world) rows(s *query.Select) (all []string) {
	w.t.Helper()
	err := w.store.Read(w.t.Context(), func(tx *store.Tx) error {
		page, err := tx.Page(w.t.Context(), access.System("test", s))
		if err != nil {
			return err
		}
		all = print(&page)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// print gives the rows of a page as text.
func print(p *query.Page) (all []string) {
	for row, err := range p.Rows {
		if err != nil {
			return append(all, err.Error())
		}
		var cells []string
		for _, f := range p.Shape.Fields {
			cells = append(cells, f.Column.LogicalName+"="+show(row, f))
		}
		all = append(all, strings.Join(cells, " "))
	}
	return all
}

func show(row query.Row, f query.Field) string {
	if row.Null(f.Value) {
		return "-"
	}
	switch f.Column.Storage() {
	case meta.Int:
		return fmt.Sprint(row.Int(f.Value))
	case meta.Float:
		return fmt.Sprint(row.Float(f.Value))
	case meta.GUID:
		return nameOf(meta.ID(row.Bytes(f.Value)))
	default:
		return string(row.Bytes(f.Value))
	}
}

// nameOf gives the name of an id that the tests made.
func nameOf(x meta.ID) string {
	for _, name := range []string{
		"contoso", "dollar", "euro", "root", "sales", "service", "ada", "contoso-app", "contoso-bridge", "ben", "dan", "eve",
		"cleo", "contoso-reader", "crew", "helpers", "Fabrikam", "Litware", "Yvonne", "Jim", "Call", "Note", "Share",
	} {
		if id(name) == x {
			return name
		}
	}
	return x.String()
}

// dump gives every row of every table.
func (w *world) dump() string {
	w.t.Helper()
	var b strings.Builder
	for _, t := range w.model.Tables {
		s := &query.Select{Table: t, Order: []query.Order{}}
		for _, c := range t.Columns {
			s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: c}})
		}
		s.Order = append(s.Order, query.Order{Col: query.Col{Of: s, C: t.PrimaryID}})
		fmt.Fprintf(&b, "%s\n%s\n", t.LogicalName, strings.Join(w.rows(s), "\n"))
	}
	return b.String()
}

// revoke takes a privilege from a role.
func (w *world) revoke(role string, p *meta.Privilege) {
	w.t.Helper()
	s := &query.Select{Table: w.table("roleprivileges")}
	c := access.SystemChange("test", access.Parts{
		Kind: access.Remove, From: s, Table: s.Table,
		Where: query.Compare{Col: query.Col{Of: s, C: s.Table.PrimaryID}, Op: query.Equal, Value: guid(role + p.Name)},
	})
	err := w.store.Write(w.t.Context(), func(tx *store.Tx) error {
		_, err := tx.Apply(w.t.Context(), c)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
