package fetchxml

import (
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/predicate"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// model is accounts with contacts, and users with managers.
func model(t testing.TB) *meta.Model {
	t.Helper()
	targets := map[*meta.Column][]string{}
	column := func(kind meta.Kind, name string, to ...string) *meta.Column {
		c := &meta.Column{LogicalName: name, Kind: kind, ForRead: true}
		if to != nil {
			targets[c] = to
		}
		return c
	}
	table := func(code int64, name string, columns ...*meta.Column) *meta.Table {
		return &meta.Table{LogicalName: name, SchemaName: strings.ToUpper(name[:1]) + name[1:], SetName: name + "s", TypeCode: code,
			Columns: columns, PrimaryID: columns[0], PrimaryName: columns[1]}
	}
	choice := column(meta.Choice, "size")
	choice.Options = []meta.Option{{Value: 1, Label: "large"}, {Value: 2, Label: "Small"}}
	day, independent := column(meta.DateTime, "opened"), column(meta.DateTime, "meeting")
	day.Date, independent.Date = meta.DateOnly, meta.TimeZoneIndependent
	m, err := meta.Build(meta.Definition{
		Targets: targets,
		Tables: []*meta.Table{
			table(1, "account", column(meta.UniqueID, "accountid"), column(meta.String, "name"), column(meta.Integer, "employees"),
				column(meta.Money, "revenue"), column(meta.Decimal, "rate"), column(meta.Boolean, "active"), column(meta.DateTime, "createdon"),
				day, independent, choice, column(meta.Choices, "colours"), column(meta.Image, "picture"), column(meta.BigInt, "versionnumber"),
				column(meta.Lookup, "primarycontactid", "contact"), column(meta.Owner, "ownerid", "systemuser", "contact"),
				column(meta.Lookup, "parentaccountid", "account")),
			table(2, "contact", column(meta.UniqueID, "contactid"), column(meta.String, "fullname"),
				column(meta.Customer, "parentcustomerid", "account", "contact")),
			table(8, "systemuser", column(meta.UniqueID, "systemuserid"), column(meta.String, "fullname"), column(meta.Lookup, "parentsystemuserid", "systemuser")),
		},
		Relationships: []meta.RelationshipDefinition{
			{SchemaName: "primary", Referenced: "contact", Referencing: "account", Lookup: "primarycontactid", ReferencingNavigation: "primarycontactid"},
			{SchemaName: "customer", Referenced: "account", Referencing: "contact", Lookup: "parentcustomerid", ReferencingNavigation: "parentcustomerid_account"},
			{SchemaName: "parent", Referenced: "account", Referencing: "account", Lookup: "parentaccountid", ReferencingNavigation: "parentaccountid"},
			{SchemaName: "manager", Referenced: "systemuser", Referencing: "systemuser", Lookup: "parentsystemuserid", ReferencingNavigation: "parentsystemuserid"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var (
	ada   = meta.MustID("00000000-0000-0000-0000-00000000ada0")
	sales = meta.MustID("00000000-0000-0000-0000-000000005a1e")
	crew  = meta.MustID("00000000-0000-0000-0000-000000000c4e")
)

// noon is Wednesday, 2026-11-18 12:34:56.
var noon = time.Date(2026, time.November, 18, 12, 34, 56, 789, time.UTC)

func request(t testing.TB) Request {
	return Request{Reader: predicate.Reader{Model: model(t), Now: noon, User: predicate.User{ID: ada, Unit: sales, Teams: []meta.ID{crew}}}}
}

func (r Request) read(t testing.TB, text string) (*Query, error) {
	t.Helper()
	return r.Read(r.Model.Table("account"), text)
}

// ask binds a query about accounts.
func (r Request) ask(t testing.TB, inside string) *query.Select {
	t.Helper()
	q, err := r.read(t, "<fetch><entity name='account'><attribute name='name'/>"+inside+"</entity></fetch>")
	if err != nil {
		t.Fatalf("%s: %v", inside, err)
	}
	return q.Select
}

func refusal(t testing.TB, err error) *dverr.Error {
	t.Helper()
	if err == nil {
		t.Fatal("not refused")
	}
	return dverr.From(err)
}
