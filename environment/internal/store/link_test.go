package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/query"
)

// joined gives the rows of a question with links: for each, the row of every Select
// that takes part; none where an outer link found nothing.
func (o *oracle) joined(s *query.Select) (out []map[*query.Select]tuple) {
	var links []*query.Link
	query.EachLink(s, func(l *query.Link) { links = append(links, l) })
	var walk func(i int)
	walk = func(i int) {
		if i == len(links) {
			if o.holds(s.Where) == yes {
				row := map[*query.Select]tuple{}
				for sel, at := range o.at {
					row[sel] = at
				}
				out = append(out, row)
			}
			return
		}
		l := links[i]
		partners := o.partners(l)
		if len(partners) == 0 && (l.Outer || l.First) {
			partners = []tuple{{}}
		}
		for _, p := range partners {
			o.at[l.Select] = p
			walk(i + 1)
			delete(o.at, l.Select)
		}
	}
	for _, row := range o.rows[s.Table] {
		o.at[s] = row
		walk(0)
		delete(o.at, s)
	}
	return out
}

// partners are the rows that a link finds for the rows in scope.
func (o *oracle) partners(l *query.Link) (all []tuple) {
	for _, row := range o.rows[l.Select.Table] {
		o.at[l.Select] = row
		if o.holds(l.On) == yes && o.holds(l.Select.Where) == yes {
			all = append(all, row)
		}
		delete(o.at, l.Select)
	}
	id := l.Select.Table.PrimaryID
	slices.SortFunc(all, func(a, b tuple) int { return compare(a[id], b[id]) })
	if l.First && len(all) > 1 {
		all = all[:1]
	}
	return all
}

// link makes a link from s to rows that point to it or that it points to.
func (d *dice) link(s *query.Select, depth int) *query.Link {
	ways := map[string][][3]string{
		"account": {{"contact", "contactid", "primarycontactid"}, {"contact", "parentcustomerid", "accountid"}, {"account", "accountid", "parentaccountid"}, {"accountcontact", "accountid", "accountid"}},
		"contact": {{"account", "primarycontactid", "contactid"}, {"contact", "contactid", "parentcustomerid"}},
	}
	way := pick(d, ways[s.Table.LogicalName])
	inner := &query.Select{Table: d.w.m.Table(way[0])}
	outer := d.w.col(s, way[2])
	l := &query.Link{Select: inner, On: query.Compare{Col: d.w.col(inner, way[1]), Op: query.Equal, Other: &outer}}
	switch d.IntN(4) {
	case 0, 1:
		l.Outer = true
	case 2:
		l.Outer, l.First = true, true
	}
	if way[0] == "accountcontact" {
		return l
	}
	if d.IntN(3) == 0 {
		inner.Where = d.condition(inner, 1)
	}
	if depth > 0 && d.IntN(3) == 0 {
		inner.Links = []*query.Link{d.link(inner, depth-1)}
	}
	return l
}

// linked makes a question with links, whose order ends with the ids of all rows.
func (d *dice) linked(table string) *query.Select {
	s := d.tree(table)
	for range 1 + d.IntN(2) {
		s.Links = append(s.Links, d.link(s, 2))
	}
	query.EachLink(s, func(l *query.Link) {
		id := query.Col{Of: l.Select, C: l.Select.Table.PrimaryID}
		s.Columns = append(s.Columns, query.Output{Col: id})
		s.Order = append(s.Order, query.Order{Col: id})
	})
	return s
}

// randomLinks compares the pairs, triples… that random questions with links give, in
// any order, with the oracle's.
func randomLinks(t *testing.T, w *world) {
	d := &dice{rand.New(rand.NewPCG(3, 9)), w}
	o, telling := d.populate(), 0
	for range 600 {
		s := d.linked(pick(d, []string{"account", "contact"}))
		s.Count = true
		var want, got []string
		for _, row := range o.joined(s) {
			text := ""
			for _, out := range s.Columns {
				text += fmt.Sprint(row[out.Col.Of][out.Col.C]) + " "
			}
			want = append(want, text)
		}
		page := w.page(s, func(shape *query.Shape, row query.Row) {
			text := ""
			for _, f := range shape.Fields {
				text += fmt.Sprint(read(row, f)) + " "
			}
			got = append(got, text)
		})
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) || page.Count != int64(len(want)) {
			t.Fatalf("%s\ngot %d, counted %d\nwant %d", query.Print(s), len(got), page.Count, len(want))
		}
		if len(want) > 0 {
			telling++
		}
	}
	if telling < 200 {
		t.Errorf("only %d questions had an answer", telling)
	}
}

// randomGroups compares aggregates with what the oracle's rows add up to.
func randomGroups(t *testing.T, w *world) {
	d := &dice{rand.New(rand.NewPCG(5, 9)), w}
	o := d.populate()
	for range 300 {
		s := &query.Select{Table: w.m.Table("account"), Grouped: true}
		if d.IntN(2) == 0 {
			s.Where = d.condition(s, 2)
		}
		if d.IntN(2) == 0 {
			s.Links = []*query.Link{d.link(s, 1)}
		}
		for range d.IntN(3) {
			s.Columns = append(s.Columns, query.Output{Col: w.col(s, pick(d, []string{"employees", "creditonhold", "primarycontactid", "rating"}))})
		}
		keys := len(s.Columns)
		for _, f := range []query.Function{query.Count, query.CountValues, query.Sum, query.Average, query.Least, query.Greatest} {
			s.Columns = append(s.Columns, query.Output{Col: w.col(s, "revenue"), Function: f, Once: f != query.Count && d.IntN(4) == 0})
		}
		want := o.groups(s, keys)
		got := map[string]string{}
		w.page(s, func(shape *query.Shape, row query.Row) {
			cells := make([]string, len(shape.Fields))
			for i, f := range shape.Fields {
				if cells[i] = "null"; !row.Null(f.Value) {
					cells[i] = fmt.Sprint(read(row, f))
				}
			}
			got[strings.Join(cells[:keys], " ")] = strings.Join(cells[keys:], " ")
		})
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%s\ngot  %v\nwant %v", query.Print(s), got, want)
		}
	}
}

// groups adds up what joined gives: for each key the functions' values as text.
func (o *oracle) groups(s *query.Select, keys int) map[string]string {
	rows := map[string][]map[*query.Select]tuple{}
	if keys == 0 {
		rows[""] = nil // without keys there is one group, empty or not
	}
	for _, row := range o.joined(s) {
		cells := make([]string, keys)
		for i, out := range s.Columns[:keys] {
			if cells[i] = "null"; !row[out.Col.Of][out.Col.C].IsNull() {
				cells[i] = fmt.Sprint(row[out.Col.Of][out.Col.C])
			}
		}
		key := strings.Join(cells, " ")
		rows[key] = append(rows[key], row)
	}
	out := map[string]string{}
	for key, group := range rows {
		var cells []string
		for _, f := range s.Columns[keys:] {
			cells = append(cells, total(f, group))
		}
		out[key] = strings.Join(cells, " ")
	}
	return out
}

func total(f query.Output, rows []map[*query.Select]tuple) string {
	var values []int64
	for _, row := range rows {
		v := row[f.Col.Of][f.Col.C]
		if !v.IsNull() && !(f.Once && slices.Contains(values, v.Int())) {
			values = append(values, v.Int())
		}
	}
	sum := int64(0)
	for _, v := range values {
		sum += v
	}
	switch {
	case f.Function == query.Count:
		return fmt.Sprint(query.Int(int64(len(rows))))
	case f.Function == query.CountValues:
		return fmt.Sprint(query.Int(int64(len(values))))
	case len(values) == 0:
		return "null"
	case f.Function == query.Sum:
		return fmt.Sprint(query.Int(sum))
	case f.Function == query.Average:
		return fmt.Sprint(query.Int(sum / int64(len(values))))
	case f.Function == query.Least:
		return fmt.Sprint(query.Int(slices.Min(values)))
	}
	return fmt.Sprint(query.Int(slices.Max(values)))
}

// hierarchies: a chain, a circle and a row apart; each is walked to its end.
func hierarchies(t *testing.T, w *world) {
	parents := map[int]int{1: 0, 2: 1, 3: 1, 10: 12, 11: 10, 12: 11}
	for _, n := range []int{0, 1, 2, 3, 10, 11, 12, 20} {
		values := set{"accountid": guid(n), "name": query.Text("x")}
		w.apply(w.insertion("account", values))
	}
	for n, p := range parents {
		w.apply(w.modification("account", n, set{"parentaccountid": guid(p)}))
	}
	for _, tt := range []struct {
		root     int
		up, self bool
		want     string
	}{
		{0, false, false, "[1 2 3]"}, {0, false, true, "[0 1 2 3]"}, {1, false, false, "[2 3]"}, {2, true, false, "[0 1]"}, {2, true, true, "[0 1 2]"},
		{10, false, false, "[11 12]"}, {10, true, true, "[10 11 12]"}, {20, false, false, "[]"}, {20, true, true, "[20]"}, {99, false, true, "[]"},
	} {
		s := w.sel("account", "accountid")
		below := &query.Select{Table: s.Table}
		s.Where = query.Under{Col: w.col(s, "accountid"), Select: below, Parent: w.col(below, "parentaccountid"), Root: guid(tt.root), Up: tt.up, Self: tt.self}
		var got []int
		w.page(s, func(shape *query.Shape, row query.Row) { got = append(got, numberOf(row.Bytes(shape.ID))) })
		if fmt.Sprint(got) != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

// datesInParts: the first and last days of years, whatever day of the week they are.
func datesInParts(t *testing.T, w *world) {
	for i, tt := range []struct {
		seconds int64
		want    string // day, week, month, quarter, year
	}{
		{1794960000, "18 47 11 4 2026"}, {1767225600, "1 1 1 1 2026"}, {1767484800, "4 2 1 1 2026"}, {1672531200, "1 1 1 1 2023"},
		{1673049600, "7 1 1 1 2023"}, {1673136000, "8 2 1 1 2023"}, {1735603200, "31 53 12 4 2024"}, {-1, "31 53 12 4 1969"},
	} {
		w.apply(w.insertion("account", set{"accountid": guid(i), "createdon": query.Int(tt.seconds)}))
		s := &query.Select{Table: w.m.Table("account"), Grouped: true}
		s.Where = w.equal(s, "createdon", query.Int(tt.seconds))
		for _, p := range []query.Part{query.Day, query.Week, query.Month, query.Quarter, query.Year} {
			s.Columns = append(s.Columns, query.Output{Col: w.col(s, "createdon"), Part: p})
		}
		var got []string
		w.page(s, func(shape *query.Shape, row query.Row) {
			for _, f := range shape.Fields {
				got = append(got, fmt.Sprint(row.Int(f.Value)))
			}
		})
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%d: %v, want %s", tt.seconds, got, tt.want)
		}
		in := w.sel("account", "accountid")
		in.Where = query.And{Members: []query.Expr{w.equal(in, "createdon", query.Int(tt.seconds)),
			query.InPart{Col: w.col(in, "createdon"), Part: query.Year, Number: yearOf(tt.want)}}}
		n := 0
		w.page(in, func(*query.Shape, query.Row) { n++ })
		if n != 1 {
			t.Errorf("%d: not found by its year", tt.seconds)
		}
	}
}

func yearOf(parts string) (year int64) {
	_, _ = fmt.Sscan(parts[strings.LastIndex(parts, " ")+1:], &year)
	return year
}
