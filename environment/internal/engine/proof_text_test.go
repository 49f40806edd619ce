package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/fetchxml"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/predicate"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// What the game asks in the words of callers: URLs that expand and filter by the accounts
// of contacts, and FetchXML with links of every type.

// texts is what is asked in a round, by everybody and by one pair besides: about accounts
// of at least a revenue, and how many of them below each contact.
type texts struct {
	*game
	atLeast int64
	top     int
	besides pair
}

func (g *game) texts() texts {
	besides := pair{g.below(len(g.c.users), "asks"), g.below(len(g.c.users), "for")}
	return texts{g, int64(1 + g.below(4, "at least")), 1 + g.below(3, "top"), besides}
}

func (t texts) put(p pair, c access.Caller) {
	if p.a != p.b && p != t.besides {
		return
	}
	t.below(p, c)
	t.nested(p, c)
	t.quantified(p, c)
	t.fetchUp(p, c)
	t.fetchDown(p, c)
	t.fetchThrough(p, c)
}

// of lists the accounts of a contact that a pair reads, those of the round's revenue where
// asked.
func (t texts) of(p pair, person int, limited bool) (names []string) {
	atLeast := int64(0)
	if limited {
		atLeast = t.atLeast
	}
	for _, row := range t.c.sees(p, false, atLeast) {
		if row%len(t.c.people) == person {
			names = append(names, fmt.Sprintf("row %03d", row))
		}
	}
	return names
}

func (t texts) known(p pair) (people []int) {
	for i := range t.c.people {
		if t.c.knows(p, i) {
			people = append(people, i)
		}
	}
	return people
}

// url asks in the words of a URL, about a table.
func (t texts) url(p pair, c access.Caller, table, text string, want []string, show func(*query.Page) []string) {
	conditions := func() predicate.Reader { return predicate.Reader{Model: t.w.model, Now: t.w.now.In(time.UTC)} }
	r := odata.Request{Model: t.w.model, Conditions: conditions, Seal: func(b []byte) []byte { return b }}
	q, err := r.ReadQuery(t.w.table(table), strings.ReplaceAll(text, " ", "%20"), false)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	t.relates(text, p, c, q.Select, t.c.allowed(p, meeting) == 0, want, show)
}

// fetch asks in FetchXML, whose rows may come in any order.
func (t texts) fetch(p pair, c access.Caller, table, inside string, want []string) {
	r := fetchxml.Request{Reader: predicate.Reader{Model: t.w.model, Now: t.w.now.In(time.UTC)}}
	q, err := r.Read(t.w.table(table), "<fetch><entity name='"+table+"'>"+inside+"</entity></fetch>")
	if err != nil {
		t.Fatalf("%s: %v", inside, err)
	}
	want = slices.Clone(want)
	slices.Sort(want)
	t.relates(inside, p, c, q.Select, t.c.allowed(p, meeting) == 0, want, func(page *query.Page) []string {
		got := printNames(page)
		slices.Sort(got)
		return got
	})
}

// under is the expand of a contact's accounts.
func (t texts) under() string {
	return fmt.Sprintf("$expand=account_primary_contact($select=name;$filter=revenue ge %d;$orderby=name;$top=%d)", t.atLeast, t.top)
}

// shown is what that expand shows below a contact.
func (t texts) shown(p pair, person int) string {
	names := t.of(p, person, true)
	return fmt.Sprint(names[:min(t.top, len(names))])
}

// below expands the accounts of contacts.
func (t texts) below(p pair, c access.Caller) {
	var want []string
	for _, i := range t.known(p) {
		want = append(want, fmt.Sprint("person ", i, " ", t.shown(p, i)))
	}
	t.url(p, c, "contact", "$select=lastname&$orderby=lastname&"+t.under(), want, printNames)
}

// nested expands two steps, the second of which takes no order and no limit.
func (t texts) nested(p pair, c access.Caller) {
	var want []string
	for _, row := range t.c.sees(p, false, 0) {
		line, person := fmt.Sprintf("row %03d -", row), row%len(t.c.people)
		if t.c.meets(p, row) {
			line = fmt.Sprintf("row %03d (person %d %v)", row, person, t.of(p, person, true))
		}
		want = append(want, line)
	}
	t.url(p, c, "account", "$select=name&$orderby=name&$expand=primarycontactid($select=lastname;$expand=account_primary_contact($select=name;"+
		fmt.Sprintf("$filter=revenue ge %d))", t.atLeast), want, printNames)
}

// quantified asks for contacts some of whose accounts, or none, have a revenue, and for
// accounts by the name of their contact.
func (t texts) quantified(p pair, c access.Caller) {
	var some, none, named []string
	for _, i := range t.known(p) {
		name := fmt.Sprint("person ", i)
		if len(t.of(p, i, true)) > 0 {
			some = append(some, name)
		} else {
			none = append(none, name)
		}
		if i == 1 {
			named = t.of(p, i, false)
		}
	}
	any := fmt.Sprintf("account_primary_contact/any(a:a/revenue ge %d)", t.atLeast)
	t.url(p, c, "contact", "$select=lastname&$orderby=lastname&$filter="+any, some, printNames)
	t.url(p, c, "contact", "$select=lastname&$orderby=lastname&$filter=not "+any, none, printNames)
	t.url(p, c, "account", "$select=name&$orderby=name&$filter=primarycontactid/lastname eq 'person 1'", named, printNames)
}

// fetchUp asks for accounts with their contacts.
func (t texts) fetchUp(p pair, c access.Caller) {
	link := func(kind, inside string) string {
		return "<link-entity name='contact' from='contactid' to='primarycontactid' link-type='" + kind + "'>" + inside + "</link-entity>"
	}
	var inner, outer, met, alone []string
	for _, row := range t.c.sees(p, false, 0) {
		name := fmt.Sprintf("row %03d", row)
		if t.c.meets(p, row) {
			line := fmt.Sprint(name, " person ", row%len(t.c.people))
			inner, outer, met = append(inner, line), append(outer, line), append(met, name)
		} else {
			outer, alone = append(outer, name+" -"), append(alone, name)
		}
	}
	const name, last = "<attribute name='name'/>", "<attribute name='lastname'/>"
	t.fetch(p, c, "account", name+link("inner", last), inner)
	t.fetch(p, c, "account", name+link("outer", last), outer)
	t.fetch(p, c, "account", name+"<filter>"+link("any", "")+"</filter>", met)
	t.fetch(p, c, "account", name+"<filter>"+link("not any", "")+"</filter>", alone)
}

// fetchDown asks for contacts with their accounts of a revenue.
func (t texts) fetchDown(p pair, c access.Caller) {
	link := func(kind, inside string) string {
		return fmt.Sprintf("<link-entity name='account' from='primarycontactid' to='contactid' link-type='%s'>%s<filter><condition attribute='revenue' operator='ge' value='%d'/></filter></link-entity>", kind, inside, t.atLeast)
	}
	var inner, outer, some, none, all []string
	for _, i := range t.known(p) {
		name, names := fmt.Sprint("person ", i), t.of(p, i, true)
		all = append(all, name)
		for _, account := range names {
			inner, outer = append(inner, name+" "+account), append(outer, name+" "+account)
		}
		if len(names) > 0 {
			some = append(some, name)
		} else {
			outer, none = append(outer, name+" -"), append(none, name)
		}
	}
	const last, name = "<attribute name='lastname'/>", "<attribute name='name'/>"
	t.fetch(p, c, "contact", last+link("inner", name), inner)
	t.fetch(p, c, "contact", last+link("outer", name), outer)
	t.fetch(p, c, "contact", last+link("exists", ""), some)
	t.fetch(p, c, "contact", last+link("in", ""), some)
	t.fetch(p, c, "contact", last+link("matchfirstrowusingcrossapply", ""), all)
	t.fetch(p, c, "contact", last+"<filter>"+link("any", "")+"</filter>", some)
	t.fetch(p, c, "contact", last+"<filter>"+link("not any", "")+"</filter>", none)
}

// fetchThrough asks for accounts that have a contact in common.
func (t texts) fetchThrough(p pair, c access.Caller) {
	var want []string
	for _, row := range t.c.sees(p, false, 0) {
		if !t.c.meets(p, row) {
			continue
		}
		for _, other := range t.of(p, row%len(t.c.people), false) {
			want = append(want, fmt.Sprintf("row %03d %s", row, other))
		}
	}
	t.fetch(p, c, "account", "<attribute name='name'/><link-entity name='contact' from='contactid' to='primarycontactid' link-type='inner'>"+
		"<link-entity name='account' from='primarycontactid' to='contactid' link-type='inner'><attribute name='name'/></link-entity></link-entity>", want)
}

// printNames shows the names in an answer, with what is expanded below them.
func printNames(p *query.Page) (all []string) {
	for row, err := range p.Rows {
		if err != nil {
			return append(all, err.Error())
		}
		all = append(all, names(p.Shape, row, false))
	}
	return all
}

func names(shape *query.Shape, row query.Row, nested bool) string {
	var cells []string
	for _, f := range shape.Fields {
		if f.Column == f.Column.Table.PrimaryName || f.Column.LogicalName == "lastname" {
			cells = append(cells, show(row, f))
		}
	}
	for _, child := range shape.Children {
		switch {
		case !child.Nav.Single:
			below := []string{}
			for _, r := range row.Children(child.At) {
				below = append(below, names(child.Shape, r, true))
			}
			if nested { // which has no order
				slices.Sort(below)
			}
			cells = append(cells, fmt.Sprint(below))
		case row.Null(child.Present):
			cells = append(cells, "-")
		default:
			cells = append(cells, "("+names(child.Shape, row, true)+")")
		}
	}
	return strings.Join(cells, " ")
}
