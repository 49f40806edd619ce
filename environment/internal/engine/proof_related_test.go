package engine_test

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// What the game asks of two tables at once: every account has a contact, which belongs to
// somebody else.

func (w *world) putPerson(tx *store.Tx, i int, r account) {
	w.put(tx, "contact", fmt.Sprint("person ", i), values{"lastname": text(fmt.Sprint("person ", i)), "versionnumber": number(int64(i + 1)), "statecode": number(0), "statuscode": number(1),
		"ownerid": ref{tableOf(r.owner), r.owner.String()}, "owningbusinessunit": ref{"businessunit", fmt.Sprint("unit ", r.unit)}})
}

// introduce gives an account its contact, past the engine.
func (w *world) introduce(tx *store.Tx, c *company, row int) {
	s := &query.Select{Table: w.table("account")}
	link := access.SystemChange("test", access.Parts{Kind: access.Modify, From: s, Table: s.Table,
		Set:   w.bind("account", values{"primarycontactid": ref{"contact", fmt.Sprint("person ", row%len(c.people))}}),
		Where: query.Compare{Col: query.Col{Of: s, C: s.Table.PrimaryID}, Op: query.Equal, Value: guid(fmt.Sprint("row ", row))}})
	if _, err := tx.Apply(w.t.Context(), link); err != nil {
		w.t.Fatal(err)
	}
}

func (g *game) introduce(row int) {
	err := g.w.store.Write(g.w.t.Context(), func(tx *store.Tx) error { g.w.introduce(tx, g.c, row); return nil })
	if err != nil {
		g.Fatal(err)
	}
}

// relate asks for accounts with their contacts, for accounts that have a contact, for
// their number, and for the first by ids beside the number of all.
func (g *game) relate(p pair, c access.Caller) {
	var seen, met []string
	rows := g.c.sees(p, false, 0)
	for _, row := range rows {
		name, contact := fmt.Sprintf("name=row %03d", row), "-"
		if g.c.meets(p, row) {
			contact = fmt.Sprint("person ", row%len(g.c.people))
			met = append(met, name)
		}
		seen = append(seen, name+" "+contact)
	}
	denied := g.c.allowed(p, meeting) == 0
	g.relates("contacts of accounts", p, c, g.expanded(), denied, seen, printExpanded)
	g.relates("accounts joined to contacts", p, c, g.linked(false), denied, met, print)
	g.relates("accounts with some contact", p, c, g.linked(true), denied, met, print)
	g.relates("how many have contacts", p, c, g.counted(), denied, []string{fmt.Sprint("accountid=", len(met))}, printCounts)
	g.firstByID(p, c, rows)
}

// relates compares an answer with the oracle's.
func (g *game) relates(what string, p pair, c access.Caller, s *query.Select, denied bool, want []string, show func(*query.Page) []string) {
	what = fmt.Sprintf("%s by %v", what, p)
	var got []string
	err := g.do(c, &op.RetrieveMultiple{Select: s}, func(r engine.Result) { got = show(r.Page) })
	if denied || g.c.allowed(p, reading) == 0 {
		g.expect(what, err, &dverr.PrivilegeDenied)
		return
	}
	g.expect(what, err, nil)
	*g.checks += len(g.c.rows)
	if !slices.Equal(got, want) {
		g.Fatalf("%s:\n%q, the oracle says\n%q\n%+v", what, got, want, *g.c)
	}
}

func (g *game) byName(columns ...string) *query.Select {
	s := g.w.selection("account", columns...)
	s.Order = []query.Order{{Col: query.Col{Of: s, C: s.Table.PrimaryName}}, {Col: query.Col{Of: s, C: s.Table.PrimaryID}}}
	s.Limit = 50
	return s
}

func (g *game) expanded() *query.Select {
	s := g.byName("name")
	nav, _ := s.Table.Navigation("primarycontactid")
	s.Expands = []*query.Expand{{Nav: nav, Select: g.w.selection("contact", "lastname")}}
	return s
}

// linked asks for accounts that have a contact: by a join, or by any.
func (g *game) linked(any bool) *query.Select {
	s := g.byName("name")
	person := &query.Select{Table: g.w.table("contact")}
	same := query.Compare{Col: query.Col{Of: person, C: person.Table.PrimaryID}, Op: query.Equal, Other: &query.Col{Of: s, C: g.w.column(s.Table, "primarycontactid")}}
	if any {
		person.Where = same
		s.Where = query.Exists{Select: person}
		return s
	}
	s.Links = []*query.Link{{Select: person, On: same}}
	return s
}

func (g *game) counted() *query.Select {
	s := g.linked(false)
	s.Grouped, s.Order, s.Limit = true, nil, 0
	s.Columns = []query.Output{{Col: query.Col{Of: s, C: s.Table.PrimaryID}, Function: query.Count}}
	return s
}

// firstByID asks for three accounts in the order of ids and how many there are.
func (g *game) firstByID(p pair, c access.Caller, rows []int) {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b int) int {
		x, y := id(fmt.Sprint("row ", a)), id(fmt.Sprint("row ", b))
		return bytes.Compare(x[:], y[:])
	})
	var want []string
	for _, row := range rows[:min(3, len(rows))] {
		want = append(want, fmt.Sprintf("name=row %03d", row))
	}
	s := g.byName("name")
	s.Order, s.Limit, s.Count = s.Order[1:], 3, true
	g.relates("first by id", p, c, s, false, append(want, fmt.Sprint(len(rows))), func(page *query.Page) []string {
		return append(print(page), fmt.Sprint(page.Count))
	})
}

func printExpanded(p *query.Page) (all []string) {
	for row, err := range p.Rows {
		if err != nil {
			return append(all, err.Error())
		}
		child, contact := p.Shape.Children[0], "-"
		if !row.Null(child.Present) {
			contact = string(row.Bytes(child.Shape.Fields[0].Value))
		}
		all = append(all, "name="+string(row.Bytes(p.Shape.Fields[0].Value))+" "+contact)
	}
	return all
}

func printCounts(p *query.Page) (all []string) {
	for row, err := range p.Rows {
		if err != nil {
			return append(all, err.Error())
		}
		all = append(all, fmt.Sprint("accountid=", row.Int(p.Shape.Fields[0].Value)))
	}
	return all
}
