package odata

import (
	"crypto/hmac"
	"crypto/sha256"
	"iter"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

const root = "https://contoso.example/api/data/v9.2/"

func col(name string, kind meta.Kind) *meta.Column {
	return &meta.Column{LogicalName: name, SchemaName: name, Kind: kind, ForCreate: true, ForUpdate: true, ForRead: true}
}

func readOnly(c *meta.Column) *meta.Column {
	c.ForCreate, c.ForUpdate = false, false
	return c
}

func table(name, set string, code int64, columns ...*meta.Column) *meta.Table {
	return &meta.Table{LogicalName: name, SchemaName: name, SetName: set, TypeCode: code, PrimaryID: columns[0], Columns: columns}
}

// newModel is a small Dataverse: accounts, contacts, tasks, users, teams, currencies
// and marketing lists, which accounts belong to many-to-many.
func newModel(t testing.TB) *meta.Model {
	t.Helper()
	d := meta.Definition{Version: 812, Targets: map[*meta.Column][]string{}}
	lookup := func(name string, kind meta.Kind, targets ...string) *meta.Column {
		c := col(name, kind)
		d.Targets[c] = targets
		return c
	}
	key := func(name string) *meta.Column {
		c := col(name, meta.UniqueID)
		c.ForUpdate = false
		return c
	}
	revenue, industry, state := col("revenue", meta.Money), col("industrycode", meta.Choice), col("statecode", meta.State)
	revenue.Precision = 2
	industry.Options = []meta.Option{{Value: 1, Label: "Accounting"}, {Value: 4, Label: `Brokers "A"`}}
	state.Options = []meta.Option{{Value: 0, Label: "Active"}, {Value: 1, Label: "Inactive"}}
	choices := col("hobbies", meta.Choices)
	choices.Options = []meta.Option{{Value: 1, Label: "Chess"}, {Value: 2, Label: "Go"}}
	founded, rate, latitude := col("founded", meta.DateTime), readOnly(col("exchangerate", meta.Decimal)), col("latitude", meta.Double)
	founded.Date, founded.DateOnly = meta.DateOnly, true
	rate.Precision, latitude.Precision = 10, 5
	opaque := col("secretnote", meta.String)
	opaque.ForRead = false
	d.Tables = []*meta.Table{
		table("account", "accounts", 1, key("accountid"), col("name", meta.String), col("description", meta.Memo), col("numberofemployees", meta.Integer),
			revenue, industry, choices, state, col("donotemail", meta.Boolean), founded, readOnly(col("createdon", meta.DateTime)), rate, latitude,
			col("address1_city", meta.String), readOnly(col("address1_composite", meta.Memo)), opaque, readOnly(col("versionnumber", meta.BigInt)),
			lookup("primarycontactid", meta.Lookup, "contact"), lookup("parentaccountid", meta.Lookup, "account"),
			lookup("transactioncurrencyid", meta.Lookup, "transactioncurrency"), lookup("ownerid", meta.Owner, "systemuser", "team"),
			readOnly(lookup("createdby", meta.Lookup, "systemuser"))),
		table("contact", "contacts", 2, key("contactid"), col("fullname", meta.String), col("lastname", meta.String), readOnly(col("versionnumber", meta.BigInt)),
			lookup("parentcustomerid", meta.Customer, "account", "contact")),
		table("task", "tasks", 4212, key("activityid"), col("subject", meta.String), readOnly(col("versionnumber", meta.BigInt)),
			lookup("regardingobjectid", meta.Lookup, "account", "contact")),
		table("systemuser", "systemusers", 8, key("systemuserid"), col("fullname", meta.String), readOnly(col("versionnumber", meta.BigInt))),
		table("team", "teams", 9, key("teamid"), col("name", meta.String)),
		table("transactioncurrency", "transactioncurrencies", 9105, key("transactioncurrencyid"), col("currencyname", meta.String)),
		table("list", "lists", 4300, key("listid"), col("listname", meta.String)),
		table("listmember", "listmembers", 4301, key("listmemberid"), lookup("listid", meta.Lookup, "list"), lookup("entityid", meta.Lookup, "account")),
	}
	oneToMany := func(name, referenced, referencing, column, nav, collection string) meta.RelationshipDefinition {
		return meta.RelationshipDefinition{SchemaName: name, Referenced: referenced, Referencing: referencing, Lookup: column, ReferencingNavigation: nav, ReferencedNavigation: collection}
	}
	d.Relationships = []meta.RelationshipDefinition{
		oneToMany("account_primary_contact", "contact", "account", "primarycontactid", "primarycontactid", "account_primary_contact"),
		oneToMany("account_parent_account", "account", "account", "parentaccountid", "parentaccountid", "Referencedaccount_parent_account"),
		oneToMany("contact_customer_accounts", "account", "contact", "parentcustomerid", "parentcustomerid_account", "contact_customer_accounts"),
		oneToMany("contact_customer_contacts", "contact", "contact", "parentcustomerid", "parentcustomerid_contact", "contact_customer_contacts"),
		oneToMany("Account_Tasks", "account", "task", "regardingobjectid", "regardingobjectid_account_task", "Account_Tasks"),
		oneToMany("Contact_Tasks", "contact", "task", "regardingobjectid", "regardingobjectid_contact_task", "Contact_Tasks"),
		oneToMany("transactioncurrency_account", "transactioncurrency", "account", "transactioncurrencyid", "transactioncurrencyid", "transactioncurrency_account"),
		oneToMany("lk_accountbase_createdby", "systemuser", "account", "createdby", "createdby", "lk_accountbase_createdby"),
		{SchemaName: "listaccount_association", Table1: "list", Table2: "account", Intersect: "listmember", Column1: "listid", Column2: "entityid", Navigation1: "listaccount_association", Navigation2: "accountlist_association"},
	}
	for _, columns := range [][]string{{"name"}, {"name", "numberofemployees"}, {"primarycontactid", "name"}, {"accountid", "name"}} {
		d.Keys = append(d.Keys, meta.KeyDefinition{Table: "account", LogicalName: strings.Join(columns, "_"), Columns: columns})
	}
	m, err := meta.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// asAda is a request of a caller whose seal nobody else has.
func asAda(t testing.TB) Request { return request(newModel(t), "ada") }

func request(m *meta.Model, person string) Request {
	return Request{Model: m, Root: root, Seal: func(data []byte) []byte {
		h := hmac.New(sha256.New, []byte("environment secret of "+person))
		h.Write(data)
		return h.Sum(nil)
	}}
}

// cells is a row in memory: nil, int64, float64, string or meta.ID.
type cells struct {
	values   []any
	children map[int][]query.Row
}

func (c *cells) Null(i int) bool                { return c.values[i] == nil }
func (c *cells) Int(i int) int64                { return c.values[i].(int64) }
func (c *cells) Float(i int) float64            { return c.values[i].(float64) }
func (c *cells) Children(child int) []query.Row { return c.children[child] }

func (c *cells) Bytes(i int) []byte {
	switch v := c.values[i].(type) {
	case meta.ID:
		return v[:]
	default:
		return []byte(v.(string))
	}
}

func rowsOf(rows ...query.Row) iter.Seq2[query.Row, error] {
	return func(yield func(query.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// shapeOf lays the cells of a Select out as a store would: values, then type codes
// and labels that were asked for, then version and order keys, then children.
type layout struct {
	next, collections int
}

func (l *layout) cell() int {
	l.next++
	return l.next - 1
}

func (l *layout) shape(s *query.Select) *query.Shape {
	sh := &query.Shape{Table: s.Table, Version: -1}
	for _, o := range s.Columns {
		sh.Fields = append(sh.Fields, query.Field{Column: o.Col.C, Value: l.cell(), Type: -1, Label: -1})
	}
	for i, o := range s.Columns {
		if o.Type {
			sh.Fields[i].Type = l.cell()
		}
		if o.Label {
			sh.Fields[i].Label = l.cell()
		}
	}
	sh.ID = l.cell()
	if s.Table.Column("versionnumber") != nil {
		sh.Version = l.cell()
	}
	for range s.Order {
		sh.Order = append(sh.Order, l.cell())
	}
	for _, e := range s.Expands {
		if e.Nav.Single {
			present := l.cell()
			sh.Children = append(sh.Children, query.Child{Nav: e.Nav, Shape: l.shape(e.Select), Present: present})
		} else {
			sh.Children = append(sh.Children, query.Child{Nav: e.Nav, Shape: (&layout{}).shape(e.Select), At: l.collections})
			l.collections++
		}
	}
	return sh
}

func shapeOf(s *query.Select) *query.Shape { return (&layout{}).shape(s) }
