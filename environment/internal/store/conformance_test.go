package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Conformance is what every engine must do, whatever it is: open gives an empty
// store of its own to each part.
func Conformance(t *testing.T, open func(testing.TB) *world) {
	parts := map[string]func(*testing.T, *world){
		"labels and types":                     labelsAndTypes,
		"masked column is null":                maskedColumnIsNull,
		"expands":                              expands,
		"collection limit":                     collectionLimit,
		"collections of many parents":          collectionsOfManyParents,
		"one and exists":                       oneAndExists,
		"shown":                                shown,
		"count":                                count,
		"zero grants are refused":              zeroGrantsAreRefused,
		"duplicates":                           duplicates,
		"application ids are unique":           applicationIDsAreUniqueAmongApplications,
		"modify and remove":                    modifyAndRemove,
		"no change inside read":                noChangeInsideRead,
		"readers see whole transactions":       readersSeeWholeTransactions,
		"snapshot while streaming":             snapshotWhileStreaming,
		"leaving a page early":                 leavingAPageEarly,
		"cancelled question":                   cancelledQuestion,
		"security facts":                       securityFacts,
		"security version":                     securityVersionMovesForSecurityTablesAlone,
		"versions of a failed transaction":     versionsOfAFailedTransactionAreFree,
		"versions of concurrent writers":       versionsOfConcurrentWritersDiffer,
		"a failed write leaves nothing":        aFailedWriteLeavesNothing,
		"every value comes back as it went in": valuesComeBack,
		"long conditions":                      longConditions,
		"random questions":                     randomQuestions,
		"random expands":                       randomExpands,
		"random links":                         randomLinks,
		"random groups":                        randomGroups,
		"hierarchies":                          hierarchies,
		"dates in parts":                       datesInParts,
		"text in groups":                       textGroups,
	}
	for name, part := range parts {
		t.Run(name, func(t *testing.T) { part(t, open(t)) })
	}
}

func TestConformance(t *testing.T) { Conformance(t, newWorld) }

// number reads an id that the tests made.
func numberOf(b []byte) int { return int(b[13])<<16 | int(b[14])<<8 | int(b[15]) }

func numbersOf(rows []tuple, of *meta.Column) (out []int) {
	for _, r := range rows {
		id := r[of].GUID()
		out = append(out, numberOf(id[:]))
	}
	return out
}

// randomQuestions compares what the engine answers to random trees, page by page,
// with what the oracle does.
func randomQuestions(t *testing.T, w *world) {
	for seed := range uint64(5) {
		d := &dice{rand.New(rand.NewPCG(seed, 7)), w}
		if seed > 0 {
			d.w = newWorld(t)
		}
		o := d.populate()
		telling := 0
		for range 1000 {
			s := d.tree(pick(d, []string{"account", "contact"}))
			want := numbersOf(o.answer(s), s.Table.PrimaryID)
			s.Limit = 1 + d.IntN(30)
			s.Count, s.CountLimit = true, d.IntN(30)
			if got := d.w.pages(s, len(want)); !slices.Equal(got, want) {
				t.Fatalf("seed %d: %s\ngot  %v\nwant %v", seed, query.Print(s), got, want)
			}
			if 0 < len(want) && len(want) < 40 {
				telling++
			}
		}
		if telling < 400 {
			t.Errorf("seed %d: only %d questions told rows apart", seed, telling)
		}
	}
}

// pages reads all pages of s, each after the last row of the one before.
func (w *world) pages(s *query.Select, all int) (got []int) {
	w.t.Helper()
	for {
		var after []query.Value
		page := w.page(s, func(shape *query.Shape, row query.Row) {
			got = append(got, numberOf(row.Bytes(shape.ID)))
			after = orderValues(s, shape, row)
		})
		capped := s.CountLimit > 0 && all > s.CountLimit
		if want := all; page.CountCapped != capped || !capped && page.Count != int64(want) || capped && page.Count != int64(s.CountLimit) {
			w.t.Errorf("%s\ncount %d, capped %v; there are %d", query.Print(s), page.Count, page.CountCapped, all)
		}
		if !page.More() || len(got) > all {
			return got
		}
		s.After = after
	}
}

// orderValues reads what a next link is made from.
func orderValues(s *query.Select, shape *query.Shape, row query.Row) (out []query.Value) {
	for i, o := range s.Order {
		class := o.Col.C.Storage()
		if o.ByLabel {
			class = meta.Text
		}
		cell := shape.Order[i]
		switch {
		case row.Null(cell):
			out = append(out, query.Null())
		case class == meta.Text:
			out = append(out, query.Text(string(row.Bytes(cell))))
		case class == meta.GUID:
			out = append(out, query.GUID(meta.ID(row.Bytes(cell))))
		case class == meta.Float:
			out = append(out, query.Float(row.Float(cell)))
		default:
			out = append(out, query.Int(row.Int(cell)))
		}
	}
	return out
}

// randomExpands compares rows with their expands.
func randomExpands(t *testing.T, w *world) {
	d := &dice{rand.New(rand.NewPCG(1, 2)), w}
	o := d.populate()
	for range 600 {
		s := d.tree(pick(d, []string{"account", "contact"}))
		for _, nav := range []string{"parentaccountid", "primarycontactid", "children", "contacts", "friends", "customer_account", "customer_contact", "primary_of"} {
			if n, ok := s.Table.Navigation(nav); ok && d.IntN(2) == 0 {
				x := d.tree(n.Target.LogicalName)
				x.Limit = d.IntN(4)
				w.expand(s, nav, x)
			}
		}
		var got, want []string
		answers := make([][]tuple, len(s.Expands))
		for i, x := range s.Expands {
			answers[i] = o.answer(x.Select)
		}
		w.page(s, func(shape *query.Shape, row query.Row) { got = append(got, numbered(shape, row)) })
		for _, row := range o.answer(s) {
			line := fmt.Sprint(numbersOf([]tuple{row}, s.Table.PrimaryID))
			for i, x := range s.Expands {
				line += " " + x.Nav.Name + fmt.Sprint(numbersOf(o.related(x, answers[i], row), x.Select.Table.PrimaryID))
			}
			want = append(want, line)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s\ngot  %v\nwant %v", query.Print(s), strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}
}

// numbered prints a row and its expands by the numbers of their ids.
func numbered(shape *query.Shape, row query.Row) string {
	line := fmt.Sprint([]int{numberOf(row.Bytes(shape.ID))})
	for _, c := range shape.Children {
		var ids []int
		if c.Nav.Single && !row.Null(c.Present) {
			ids = append(ids, numberOf(row.Bytes(c.Shape.ID)))
		}
		if !c.Nav.Single {
			for _, r := range row.Children(c.At) {
				ids = append(ids, numberOf(r.Bytes(c.Shape.ID)))
			}
		}
		line += " " + c.Nav.Name + fmt.Sprint(ids)
	}
	return line
}

// valuesComeBack: what goes in comes out, streamed and copied, at the ends of what
// each storage class holds.
func valuesComeBack(t *testing.T, w *world) {
	rows := []set{
		{"name": query.Text("Zoë 日本 \U0001F600 'quoted' \"x\" \\ %"), "employees": query.Int(-1 << 63), "rating": query.Float(-1.5e300), "parentaccountid": guid(3)},
		{"name": query.Text(" blanks "), "employees": query.Int(1<<63 - 1), "rating": query.Float(0), "creditonhold": query.Bool(true)},
		{"name": query.Text("2.50"), "rating": query.Float(3), "revenue": query.Int(922_337_203_685_477_0000)},
		{},
	}
	for n, values := range rows {
		values["accountid"] = guid(n)
		w.apply(w.insertion("account", values))
	}
	columns := []string{"name", "employees", "rating", "parentaccountid", "creditonhold", "revenue"}
	for _, copied := range []bool{false, true} {
		s := w.sel("account", columns...)
		if copied {
			w.expand(s, "children", w.sel("account"))
		}
		n := 0
		w.page(s, func(shape *query.Shape, row query.Row) {
			for i, f := range shape.Fields {
				want := rows[n][columns[i]]
				if got := read(row, f); got != want {
					t.Errorf("row %d, %s: got %v, want %v", n, columns[i], got, want)
				}
			}
			n++
		})
	}
}

func read(row query.Row, f query.Field) query.Value {
	switch class := f.Column.Storage(); {
	case row.Null(f.Value):
		return query.Null()
	case class == meta.Text:
		return query.Text(string(row.Bytes(f.Value)))
	case class == meta.GUID:
		return query.GUID(meta.ID(row.Bytes(f.Value)))
	case class == meta.Float:
		return query.Float(row.Float(f.Value))
	}
	return query.Int(row.Int(f.Value))
}

// longConditions: engines refuse trees of operators that are too deep; the chains
// that a long filter or a long list of ids makes are not.
func longConditions(t *testing.T, w *world) {
	w.apply(w.insertion("account", set{"accountid": guid(1), "name": query.Text("name 999")}))
	s := w.sel("account", "name")
	var chain, sum query.Expr = query.Const{}, query.Const{True: true}
	var side []query.Expr
	for n := range 1000 {
		one := w.equal(s, "name", query.Text(fmt.Sprint("name ", n)))
		side = append(side, one)
		chain = query.Or{Members: []query.Expr{chain, one}} // as a reader nests a or b or c
		if n >= 600 {
			sum = query.And{Members: []query.Expr{sum, query.Not{Member: w.equal(s, "name", query.Text("other"))}}}
		}
	}
	for _, where := range []query.Expr{query.Or{Members: side}, chain, sum} {
		s.Where = where
		if got := w.texts(s); len(got) != 1 {
			t.Errorf("got %d rows", len(got))
		}
	}
}
