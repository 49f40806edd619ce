package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// people fills a world with who the tests speak of: ana owns Alpha and beta, the
// team owns Gamma; Alpha's primary contact is Zoe.
func people(w *world) {
	w.apply(
		w.insertion("organization", set{"organizationid": guid(900), "name": query.Text("Contoso"), "basecurrencyid": guid(950)}),
		w.insertion("transactioncurrency", set{"transactioncurrencyid": guid(950), "name": query.Text("US Dollar"), "currencysymbol": query.Text("$"), "organizationid": guid(900)}),
		w.insertion("transactioncurrency", set{"transactioncurrencyid": guid(951), "name": query.Text("Euro"), "currencysymbol": query.Text("€"), "organizationid": guid(900)}),
		w.insertion("systemuser", set{"systemuserid": guid(800), "name": query.Text("Ana")}),
		w.insertion("team", set{"teamid": guid(810), "name": query.Text("Sales")}),
		w.insertion("contact", set{"contactid": guid(101), "name": query.Text("Zoe"), "parentcustomerid": guid(1)}),
		w.insertion("contact", set{"contactid": guid(102), "name": query.Text("Yan"), "parentcustomerid": guid(1), "age": query.Int(30)}),
		w.insertion("contact", set{"contactid": guid(103), "name": query.Text("Xi"), "parentcustomerid>": guid(101)}),
		w.insertion("account", set{"accountid": guid(1), "name": query.Text("Alpha"), "ownerid": guid(800), "primarycontactid": guid(101),
			"revenue": query.Int(125_0000), "revenue_base": query.Int(150_0000), "transactioncurrencyid": guid(951), "versionnumber": query.Int(7)}),
		w.insertion("account", set{"accountid": guid(2), "name": query.Text("beta"), "ownerid": guid(800), "parentaccountid": guid(1)}),
		w.insertion("account", set{"accountid": guid(3), "name": query.Text("Gamma"), "ownerid>": guid(810), "parentaccountid": guid(1)}),
		w.insertion("accountcontact", set{"accountcontactid": guid(201), "accountid": guid(1), "contactid": guid(102)}),
		w.insertion("accountcontact", set{"accountcontactid": guid(202), "accountid": guid(1), "contactid": guid(103)}),
		w.insertion("accountcontact", set{"accountcontactid": guid(203), "accountid": guid(2), "contactid": guid(103)}),
	)
}

func labelsAndTypes(t *testing.T, w *world) {
	people(w)
	s := w.sel("account")
	for _, c := range []string{"ownerid", "primarycontactid", "revenue", "revenue_base", "name"} {
		s.Columns = append(s.Columns, query.Output{Col: w.col(s, c), Label: true, Type: true})
	}
	var got []string
	w.page(s, func(shape *query.Shape, row query.Row) {
		line := fmt.Sprint(row.Int(shape.Version), " type ", row.Int(shape.Fields[0].Type))
		for _, f := range shape.Fields {
			line += " " + text(row, f.Label)
		}
		got = append(got, line)
	})
	code := func(table string) int64 { return w.m.Table(table).TypeCode }
	want := []string{
		fmt.Sprint("7 type ", code("systemuser"), " Ana Zoe € $ ?"),
		fmt.Sprint("0 type ", code("systemuser"), " Ana - - $ ?"),
		fmt.Sprint("0 type ", code("team"), " Sales - - $ ?"),
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func maskedColumnIsNull(t *testing.T, w *world) {
	people(w)
	s := w.sel("account", "revenue")
	s.Columns[0].Col.Masked, s.Columns[0].Label = true, true
	if got := w.texts(s); !slices.Equal(got, []string{"-", "-", "-"}) {
		t.Errorf("masked column shows %q", got)
	}
}

// family prints rows with their expands: name(one)[many].
func family(shape *query.Shape, row query.Row) string {
	var b strings.Builder
	b.WriteString(text(row, shape.Fields[0].Value))
	for _, c := range shape.Children {
		if !c.Nav.Single {
			var names []string
			for _, r := range row.Children(c.At) {
				names = append(names, family(c.Shape, r))
			}
			fmt.Fprintf(&b, "[%s]", strings.Join(names, " "))
		} else if !row.Null(c.Present) {
			fmt.Fprintf(&b, "(%s)", family(c.Shape, row))
		}
	}
	return b.String()
}

func families(w *world, s *query.Select) (out []string) {
	w.page(s, func(shape *query.Shape, row query.Row) { out = append(out, family(shape, row)) })
	return out
}

func expands(t *testing.T, w *world) {
	people(w)
	tests := map[string]struct {
		table string
		build func(s *query.Select)
		want  []string
	}{
		"single": {"account", func(s *query.Select) {
			w.expand(s, "primarycontactid", w.sel("contact", "name"))
		}, []string{"Alpha(Zoe)", "beta", "Gamma"}},
		"single, filtered": {"account", func(s *query.Select) {
			x := w.sel("contact", "name")
			x.Where = w.equal(x, "name", query.Text("nobody"))
			w.expand(s, "primarycontactid", x)
		}, []string{"Alpha", "beta", "Gamma"}},
		"single of a polymorphic lookup": {"contact", func(s *query.Select) {
			w.expand(s, "customer_account", w.sel("account", "name"))
			w.expand(s, "customer_contact", w.sel("contact", "name"))
		}, []string{"Zoe(Alpha)", "Yan(Alpha)", "Xi(Zoe)"}},
		"single in single": {"account", func(s *query.Select) {
			parent := w.sel("account", "name")
			w.expand(parent, "primarycontactid", w.sel("contact", "name"))
			w.expand(s, "parentaccountid", parent)
		}, []string{"Alpha", "beta(Alpha(Zoe))", "Gamma(Alpha(Zoe))"}},
		"collection": {"account", func(s *query.Select) {
			w.expand(s, "contacts", w.sel("contact", "name"))
		}, []string{"Alpha[Zoe Yan]", "beta[]", "Gamma[]"}},
		"collection, ordered and filtered, beside a single": {"account", func(s *query.Select) {
			x := w.sel("account", "name")
			x.Order = slices.Insert(x.Order, 0, query.Order{Col: w.col(x, "name"), Descending: true})
			x.Where = query.Not{Member: w.equal(x, "name", query.Text("nobody"))}
			w.expand(s, "primarycontactid", w.sel("contact", "name"))
			w.expand(s, "children", x)
		}, []string{"Alpha(Zoe)[Gamma beta]", "beta[]", "Gamma[]"}},
		"many to many": {"account", func(s *query.Select) {
			w.expand(s, "friends", w.sel("contact", "name"))
		}, []string{"Alpha[Yan Xi]", "beta[Xi]", "Gamma[]"}},
		"many to many from the other side, in a collection": {"account", func(s *query.Select) {
			x := w.sel("contact", "name")
			w.expand(x, "friends", w.sel("account", "name"))
			w.expand(s, "friends", x)
		}, []string{"Alpha[Yan[Alpha] Xi[Alpha beta]]", "beta[Xi[Alpha beta]]", "Gamma[]"}},
		"collection with a single inside": {"account", func(s *query.Select) {
			x := w.sel("account", "name")
			w.expand(x, "parentaccountid", w.sel("account", "name"))
			w.expand(s, "children", x)
		}, []string{"Alpha[beta(Alpha) Gamma(Alpha)]", "beta[]", "Gamma[]"}},
		"collections in a single, beside one of the row": {"account", func(s *query.Select) {
			x := w.sel("account", "name")
			w.expand(x, "contacts", w.sel("contact", "name"))
			w.expand(x, "children", w.sel("account", "name"))
			w.expand(s, "parentaccountid", x)
			w.expand(s, "friends", w.sel("contact", "name"))
		}, []string{"Alpha[Yan Xi]", "beta(Alpha[Zoe Yan][beta Gamma])[Xi]", "Gamma(Alpha[Zoe Yan][beta Gamma])[]"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := w.sel(tt.table, "name")
			tt.build(s)
			if got := families(w, s); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func collectionLimit(t *testing.T, w *world) {
	people(w)
	for _, where := range []string{"all parents", "one parent"} {
		for limit, more := range map[int]bool{1: true, 2: false, 3: false} {
			s, x := w.sel("account", "name"), w.sel("contact", "name")
			x.Limit = limit
			w.expand(s, "friends", x)
			if where == "one parent" {
				s.Where = w.equal(s, "name", query.Text("Alpha"))
			}
			got := 0
			page := w.page(s, func(_ *query.Shape, row query.Row) { got = max(got, len(row.Children(0))) })
			if want := min(limit, 2); got != want || page.Shape.Children[0].More != more {
				t.Errorf("%s, limit %d: %d rows, more %v; want %d, %v", where, limit, got, page.Shape.Children[0].More, want, more)
			}
		}
	}
}

func collectionsOfManyParents(t *testing.T, w *world) {
	var changes []access.Change
	const parents = 700 // more than two chunks
	for n := range parents {
		changes = append(changes, w.insertion("account", set{"accountid": guid(n), "name": query.Text(fmt.Sprint(n))}))
		for k := range n % 3 {
			changes = append(changes, w.insertion("contact", set{
				"contactid": guid(10_000 + 10*n + k), "name": query.Text(fmt.Sprint(n, "/", k)), "parentcustomerid": guid(n)}))
		}
	}
	w.apply(changes...)
	s := w.sel("account", "name")
	s.Limit = 600
	w.expand(s, "contacts", w.sel("contact", "name"))
	n := 0
	page := w.page(s, func(shape *query.Shape, row query.Row) {
		var children []string
		for k := range n % 3 {
			children = append(children, fmt.Sprint(n, "/", k))
		}
		want := fmt.Sprint(n, children)
		if got := family(shape, row); got != strings.ReplaceAll(want, " [", "[") {
			t.Errorf("row %d is %s, want %s", n, got, want)
		}
		n++
	})
	if n != 600 || !page.More() {
		t.Errorf("%d rows, more %v", n, page.More())
	}
}

func oneAndExists(t *testing.T, w *world) {
	people(w)
	ask := func(name string) (got string, there bool) {
		s := w.sel("account", "name")
		s.Where = w.equal(s, "name", query.Text(name))
		w.expand(s, "contacts", w.sel("contact", "name"))
		g := access.System("test", s)
		err := w.Read(t.Context(), func(tx *store.Tx) error {
			row, shape, err := tx.One(t.Context(), g)
			if err != nil {
				return err
			}
			if got = "nothing"; row != nil {
				got = family(shape, row)
			}
			there, err = tx.Exists(t.Context(), g)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return got, there
	}
	if got, there := ask("ALPHA"); got != "Alpha[Zoe Yan]" || !there {
		t.Errorf("Alpha: %s, %v", got, there)
	}
	if got, there := ask("Omega"); got != "nothing" || there {
		t.Errorf("Omega: %s, %v", got, there)
	}
}

func count(t *testing.T, w *world) {
	people(w)
	for _, tt := range []struct {
		limit  int
		n      int64
		capped bool
	}{{0, 3, false}, {5, 3, false}, {3, 3, false}, {2, 2, true}} {
		s := w.sel("account", "name")
		s.Limit, s.Count, s.CountLimit = 1, true, tt.limit
		s.After = []query.Value{guid(1)} // a later page counts the whole
		w.expand(s, "primarycontactid", w.sel("contact", "name"))
		page := w.page(s, func(*query.Shape, query.Row) {})
		if page.Count != tt.n || page.CountCapped != tt.capped {
			t.Errorf("limit %d: count %d, capped %v; want %d, %v", tt.limit, page.Count, page.CountCapped, tt.n, tt.capped)
		}
	}
}

func zeroGrantsAreRefused(t *testing.T, w *world) {
	err := w.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.Page(t.Context(), access.Granted{}); err == nil {
			t.Error("a page of nothing granted")
		}
		if _, _, err := tx.One(t.Context(), access.Granted{}); err == nil {
			t.Error("a row of nothing granted")
		}
		if _, err := tx.Exists(t.Context(), access.Granted{}); err == nil {
			t.Error("existence of nothing granted")
		}
		if _, err := tx.Apply(t.Context(), access.Change{}); err == nil {
			t.Error("a change not granted")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func duplicates(t *testing.T, w *world) {
	people(w)
	tests := map[string]struct {
		change access.Change
		table  string
		want   []string
	}{
		"primary id": {w.insertion("account", set{"accountid": guid(1)}), "account", []string{"accountid"}},
		"intersect": {w.insertion("accountcontact", set{"accountcontactid": guid(299), "accountid": guid(1), "contactid": guid(102)}),
			"accountcontact", []string{"accountid", "contactid"}},
	}
	for name, tt := range tests {
		err := w.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Apply(t.Context(), tt.change)
			return err
		})
		d, ok := errors.AsType[*store.Duplicate](err)
		if !ok || d.Table != tt.table || !slices.Equal(d.Columns, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func applicationIDsAreUniqueAmongApplications(t *testing.T, w *world) {
	w.apply(
		w.insertion("systemuser", set{"systemuserid": guid(1)}),
		w.insertion("systemuser", set{"systemuserid": guid(2)}), // people have none
		w.insertion("systemuser", set{"systemuserid": guid(3), "applicationid": guid(77)}),
	)
	err := w.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Apply(t.Context(), w.insertion("systemuser", set{"systemuserid": guid(4), "applicationid": guid(77)}))
		return err
	})
	d, ok := errors.AsType[*store.Duplicate](err)
	if !ok || !slices.Equal(d.Columns, []string{"applicationid"}) {
		t.Errorf("second user of an application: %v", err)
	}
}

func modifyAndRemove(t *testing.T, w *world) {
	people(w)
	w.apply(w.modification("account", 2, set{"name": query.Text("Beta"), "ownerid>": guid(810), "parentaccountid": query.Null()}))
	w.apply(w.removal("account", 3))
	s := w.sel("account", "name", "ownerid")
	s.Columns[1].Label, s.Columns[1].Type = true, true
	w.expand(s, "parentaccountid", w.sel("account", "name"))
	var got []string
	w.page(s, func(shape *query.Shape, row query.Row) {
		got = append(got, family(shape, row)+" of "+text(row, shape.Fields[1].Label))
	})
	if want := []string{"Alpha of Ana", "Beta of Sales"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	err := w.Write(t.Context(), func(tx *store.Tx) error {
		for _, c := range []access.Change{w.modification("account", 99, set{"name": query.Null()}), w.removal("account", 99)} {
			if n, err := tx.Apply(t.Context(), c); n != 0 || err != nil {
				t.Errorf("a row that is not there: %d changed, %v", n, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func noChangeInsideRead(t *testing.T, w *world) {
	err := w.Read(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.Apply(t.Context(), w.removal("account", 1)); err == nil {
			t.Error("applied")
		}
		if _, err := tx.NextVersion(); err == nil {
			t.Error("numbered")
		}
		if err := w.MarkSeeded(tx); err == nil {
			t.Error("seeded")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
