package store_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// A model small enough to know by heart: accounts and contacts with every kind of
// relationship between them, and the tables that security needs.

// tables collects a definition.
type tables struct{ d meta.Definition }

func (b *tables) table(t *meta.Table, columns ...*meta.Column) *meta.Table {
	t.TypeCode = int64(len(b.d.Tables) + 1)
	t.SetName, t.SchemaName = t.LogicalName+"s", t.LogicalName
	t.PrimaryID = columns[0]
	t.CanCreate, t.CanUpdate, t.CanDelete = true, true, true
	for _, c := range columns {
		c.ForRead, c.SchemaName = true, c.LogicalName
		if c.LogicalName == "name" {
			t.PrimaryName = c
		}
	}
	t.Columns = columns
	b.d.Tables = append(b.d.Tables, t)
	return t
}

func (b *tables) lookup(kind meta.Kind, name string, targets ...string) *meta.Column {
	c := col(kind, name)
	if b.d.Targets == nil {
		b.d.Targets = map[*meta.Column][]string{}
	}
	b.d.Targets[c] = targets
	return c
}

func col(kind meta.Kind, name string) *meta.Column {
	return &meta.Column{LogicalName: name, Kind: kind}
}

func ids(names ...string) (all []*meta.Column) {
	for _, n := range names {
		all = append(all, col(meta.UniqueID, n))
	}
	return all
}

func definition() *tables {
	b := &tables{}
	b.table(&meta.Table{LogicalName: "account", Ownership: meta.UserOwned},
		col(meta.UniqueID, "accountid"), col(meta.String, "name"), col(meta.Memo, "description"),
		col(meta.Integer, "employees"), col(meta.Double, "rating"), col(meta.Boolean, "creditonhold"),
		col(meta.Money, "revenue"), &meta.Column{LogicalName: "revenue_base", Kind: meta.Money},
		col(meta.DateTime, "createdon"), col(meta.BigInt, "versionnumber"),
		b.lookup(meta.Lookup, "transactioncurrencyid", "transactioncurrency"),
		b.lookup(meta.Lookup, "parentaccountid", "account"), b.lookup(meta.Lookup, "primarycontactid", "contact"),
		b.lookup(meta.Owner, "ownerid", "systemuser", "team"), b.lookup(meta.Lookup, "owningbusinessunit", "businessunit"))
	b.table(&meta.Table{LogicalName: "contact", Ownership: meta.UserOwned},
		col(meta.UniqueID, "contactid"), col(meta.String, "name"), col(meta.Integer, "age"), col(meta.BigInt, "versionnumber"),
		b.lookup(meta.Customer, "parentcustomerid", "account", "contact"),
		b.lookup(meta.Owner, "ownerid", "systemuser", "team"), b.lookup(meta.Lookup, "owningbusinessunit", "businessunit"))
	b.table(&meta.Table{LogicalName: "accountcontact", Intersect: true}, ids("accountcontactid", "accountid", "contactid")...)
	b.table(&meta.Table{LogicalName: "transactioncurrency", Ownership: meta.OrganizationOwned},
		col(meta.UniqueID, "transactioncurrencyid"), col(meta.String, "name"), col(meta.String, "currencysymbol"),
		b.lookup(meta.Lookup, "organizationid", "organization"))
	b.security()
	b.relationships()
	return b
}

func (b *tables) security() {
	b.table(&meta.Table{LogicalName: "organization"}, col(meta.UniqueID, "organizationid"), col(meta.String, "name"),
		b.lookup(meta.Lookup, "basecurrencyid", "transactioncurrency"), col(meta.String, "allowedapplicationsfordvaccess"))
	b.table(&meta.Table{LogicalName: "businessunit"}, col(meta.UniqueID, "businessunitid"), col(meta.String, "name"),
		b.lookup(meta.Lookup, "parentbusinessunitid", "businessunit"), col(meta.Boolean, "isdisabled"))
	b.table(&meta.Table{LogicalName: "systemuser"}, col(meta.UniqueID, "systemuserid"), col(meta.String, "name"),
		col(meta.String, "fullname"), col(meta.String, "domainname"), col(meta.UniqueID, "applicationid"),
		col(meta.UniqueID, "azureactivedirectoryobjectid"), col(meta.Integer, "accessmode"), col(meta.Boolean, "isdisabled"),
		b.lookup(meta.Lookup, "businessunitid", "businessunit"))
	b.table(&meta.Table{LogicalName: "team"}, col(meta.UniqueID, "teamid"), col(meta.String, "name"),
		col(meta.Choice, "teamtype"), col(meta.Boolean, "isdefault"), b.lookup(meta.Lookup, "businessunitid", "businessunit"))
	b.table(&meta.Table{LogicalName: "role"}, col(meta.UniqueID, "roleid"), col(meta.String, "name"),
		col(meta.UniqueID, "parentrootroleid"), col(meta.UniqueID, "roletemplateid"), col(meta.Choice, "isinherited"),
		b.lookup(meta.Lookup, "businessunitid", "businessunit"))
	b.table(&meta.Table{LogicalName: "roleprivileges", Intersect: true},
		append(ids("roleprivilegeid", "roleid", "privilegeid"), col(meta.Integer, "privilegedepthmask"))...)
	b.table(&meta.Table{LogicalName: "systemuserroles", Intersect: true}, ids("systemuserroleid", "systemuserid", "roleid")...)
	b.table(&meta.Table{LogicalName: "teamroles", Intersect: true}, ids("teamroleid", "teamid", "roleid")...)
	b.table(&meta.Table{LogicalName: "teammembership", Intersect: true}, ids("teammembershipid", "teamid", "systemuserid")...)
	b.table(&meta.Table{LogicalName: "principalobjectaccess"},
		append(ids("principalobjectaccessid", "objectid", "principalid"), col(meta.EntityName, "objecttypecode"),
			col(meta.Integer, "accessrightsmask"), col(meta.Integer, "inheritedaccessrightsmask"))...)
}

func (b *tables) relationships() {
	b.d.Relationships = []meta.RelationshipDefinition{
		{SchemaName: "account_parent", Referenced: "account", Referencing: "account", Lookup: "parentaccountid",
			ReferencingNavigation: "parentaccountid", ReferencedNavigation: "children"},
		{SchemaName: "account_primary", Referenced: "contact", Referencing: "account", Lookup: "primarycontactid",
			ReferencingNavigation: "primarycontactid", ReferencedNavigation: "primary_of"},
		{SchemaName: "contact_account", Referenced: "account", Referencing: "contact", Lookup: "parentcustomerid",
			ReferencingNavigation: "customer_account", ReferencedNavigation: "contacts"},
		{SchemaName: "contact_contact", Referenced: "contact", Referencing: "contact", Lookup: "parentcustomerid",
			ReferencingNavigation: "customer_contact", ReferencedNavigation: "contacts"},
		{SchemaName: "accountcontacts", Table1: "account", Table2: "contact", Intersect: "accountcontact",
			Column1: "accountid", Column2: "contactid", Navigation1: "friends", Navigation2: "friends"},
		{SchemaName: "roles", Table1: "role", Table2: "systemuser", Intersect: "systemuserroles",
			Column1: "roleid", Column2: "systemuserid", Navigation1: "users", Navigation2: "roles"},
	}
}

func build(t testing.TB, b *tables) *meta.Model {
	t.Helper()
	m, err := meta.Build(b.d)
	if err != nil {
		t.Fatal(err)
	}
	account := m.Table("account")
	account.Column("revenue_base").BaseOf = account.Column("revenue")
	return m
}

// world is a store with the words that tests use.
type world struct {
	*store.Store
	t testing.TB
	m *meta.Model
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return openWorld(t, sqldbtest.Database(t))
}

func openWorld(t testing.TB, path string) *world {
	t.Helper()
	m := build(t, definition())
	s, err := store.Open(t.Context(), store.Config{Path: path, Model: m})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &world{Store: s, t: t, m: m}
}

// id makes an id from a number, in the same order.
func id(n int) meta.ID {
	return meta.ID{0: 0xA0, 12: byte(n >> 24), 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)}
}

func guid(n int) query.Value { return query.GUID(id(n)) }

// set is the values of a row by column name.
type set map[string]query.Value

// assignments binds names to columns. The target of a lookup is its first; "name>"
// as the key means its second.
func (w *world) assignments(table string, values set) (all []op.Assignment) {
	w.t.Helper()
	for name, v := range values {
		target := 0
		if name[len(name)-1] == '>' {
			name, target = name[:len(name)-1], 1
		}
		c := w.m.Table(table).Column(name)
		if c == nil {
			w.t.Fatalf("no column %s.%s", table, name)
		}
		a := op.Assignment{Column: c, Value: v}
		if c.IsLookup() && !v.IsNull() {
			a.Target = c.Targets[target]
		}
		if table == meta.SharingTable && name == "objectid" {
			if a.Target = w.m.Table(values["objecttypecode"].Text()); a.Target == nil {
				a.Target = w.m.Table("account") // of a kind that nobody asks for
			}
		}
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b op.Assignment) int { return a.Column.Ordinal - b.Column.Ordinal })
	return all
}

func (w *world) insertion(table string, values set) access.Change {
	return access.SystemChange("test", access.Parts{
		Kind: access.Insert, Table: w.m.Table(table), Set: w.assignments(table, values),
	})
}

func (w *world) key(table string, n int) (*query.Select, query.Expr) {
	s := &query.Select{Table: w.m.Table(table)}
	return s, query.Compare{Col: query.Col{Of: s, C: s.Table.PrimaryID}, Op: query.Equal, Value: guid(n)}
}

func (w *world) modification(table string, n int, values set) access.Change {
	s, where := w.key(table, n)
	return access.SystemChange("test", access.Parts{
		Kind: access.Modify, From: s, Table: s.Table, Set: w.assignments(table, values), Where: where,
	})
}

func (w *world) removal(table string, n int) access.Change {
	s, where := w.key(table, n)
	return access.SystemChange("test", access.Parts{Kind: access.Remove, From: s, Table: s.Table, Where: where})
}

// apply commits changes in one transaction, each of which must change one row.
func (w *world) apply(changes ...access.Change) {
	w.t.Helper()
	err := w.Write(context.Background(), func(tx *store.Tx) error {
		for _, c := range changes {
			if n, err := tx.Apply(context.Background(), c); err != nil || n != 1 {
				w.t.Errorf("apply: %d rows changed, %v", n, err)
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// sel begins a select with these columns, ordered by primary id.
func (w *world) sel(table string, columns ...string) *query.Select {
	s := &query.Select{Table: w.m.Table(table)}
	for _, c := range columns {
		s.Columns = append(s.Columns, query.Output{Col: w.col(s, c)})
	}
	s.Order = []query.Order{{Col: w.col(s, s.Table.PrimaryID.LogicalName)}}
	return s
}

func (w *world) col(s *query.Select, name string) query.Col {
	c := s.Table.Column(name)
	if c == nil {
		w.t.Fatalf("no column %s.%s", s.Table.LogicalName, name)
	}
	return query.Col{Of: s, C: c}
}

func (w *world) equal(s *query.Select, name string, v query.Value) query.Expr {
	return query.Compare{Col: w.col(s, name), Op: query.Equal, Value: v}
}

func (w *world) expand(s *query.Select, nav string, child *query.Select) *query.Expand {
	n, ok := s.Table.Navigation(nav)
	if !ok {
		w.t.Fatalf("no navigation %s.%s", s.Table.LogicalName, nav)
	}
	x := &query.Expand{Nav: n, Select: child}
	s.Expands = append(s.Expands, x)
	return x
}

// page reads a page and hands each row to take.
func (w *world) page(s *query.Select, take func(*query.Shape, query.Row)) query.Page {
	w.t.Helper()
	var page query.Page
	err := w.Read(context.Background(), func(tx *store.Tx) (err error) {
		if page, err = tx.Page(context.Background(), access.System("test", s)); err != nil {
			return err
		}
		for row, err := range page.Rows {
			if err != nil {
				return err
			}
			take(page.Shape, row)
		}
		return nil
	})
	if err != nil {
		w.t.Fatalf("page of %s: %v", query.Print(s), err)
	}
	return page
}

// texts reads the first output of every row as text, "-" for null.
func (w *world) texts(s *query.Select) (out []string) {
	w.t.Helper()
	w.page(s, func(shape *query.Shape, row query.Row) { out = append(out, text(row, shape.Fields[0].Value)) })
	return out
}

func text(row query.Row, cell int) string {
	if cell < 0 {
		return "?"
	}
	if row.Null(cell) {
		return "-"
	}
	return string(row.Bytes(cell))
}
