package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/internal/sqldb"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// TestSharedRowsStandInTheirOrder: page by page, in the order of names and of ids, up and
// down, somebody who owns some rows and has others by shares of its own, of its team and
// of the organization reads what one unlimited question, which is sorted, gives. So it is
// after rows were renamed, shared and unshared.
func TestSharedRowsStandInTheirOrder(t *testing.T) {
	w := newScopeWorldAt(t, sqldbtest.Database(t), 400, 40)
	r := rand.New(rand.NewPCG(14, 7))
	for round := range 6 {
		w.shareAtRandom(r, round)
		for n := range 400 {
			if r.IntN(8) == 0 {
				w.apply(w.modification("account", n, set{"name": randomName(r)}))
			}
		}
		for _, order := range [][]query.Order{
			w.orders("name", false, false), w.orders("name", true, true), w.orders("name", false, true), w.orders("", false, false), w.orders("", true, true),
			w.orders("numberofemployees", false, false),
		} {
			w.pagesLikeAll(r, order)
		}
	}
}

// shareAtRandom gives rows to bob, to his team and to the organization, of which some
// lack the right to read.
func (w *scopeWorld) shareAtRandom(r *rand.Rand, round int) {
	shares := w.m.Table(meta.SharingTable)
	from := &query.Select{Table: shares}
	w.must(access.SystemChange("test", access.Parts{Kind: access.Remove, From: from, Table: shares, Where: query.In{
		Col: query.Col{Of: from, C: shares.Column("objectid")}, Values: []query.Value{guid(r.IntN(400)), guid(r.IntN(400)), guid(r.IntN(400))},
	}}))
	for i, to := range []query.Value{ownerID(scopePeople["bob"]), guid(1_000_000 + scopeOwners), guid(5_000_000)} {
		for _, n := range r.Perm(400)[:25] {
			values := set{"principalobjectaccessid": guid(100_000 + round*1000 + i*300 + n%300), "objectid": guid(n), "principalid": to,
				"objecttypecode": query.Text("account"), "accessrightsmask": query.Int(int64(r.IntN(4))), "inheritedaccessrightsmask": query.Int(int64(r.IntN(4)))}
			w.must(w.insertion(meta.SharingTable, values))
		}
	}
}

// must applies a change that may change any number of rows, or stand against one that is
// there.
func (w *scopeWorld) must(c access.Change) {
	w.t.Helper()
	err := w.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Apply(context.Background(), c)
		if _, taken := err.(*store.Duplicate); taken {
			err = nil
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// randomName is one of few, in either case, or none.
func randomName(r *rand.Rand) query.Value {
	if n := r.IntN(12); n > 0 {
		return query.Text(fmt.Sprintf("%c%d", "aAbB"[r.IntN(4)], n))
	}
	return query.Null()
}

// orders is the order of a column and of ids.
func (w *scopeWorld) orders(column string, down, idsDown bool) (all []query.Order) {
	if column != "" {
		all = append(all, query.Order{Col: query.Col{C: w.m.Table("account").Column(column)}, Descending: down})
	}
	return append(all, query.Order{Col: query.Col{C: w.m.Table("account").PrimaryID}, Descending: idsDown})
}

// pagesLikeAll reads what bob sees in pages of a few rows and at once, with and without a
// filter of his own.
func (w *scopeWorld) pagesLikeAll(r *rand.Rand, order []query.Order) {
	w.t.Helper()
	name := query.Null()
	if r.IntN(2) == 0 {
		name = query.Text("b3")
	}
	ask := func(limit int, after []query.Value) *query.Select {
		s := w.sel("account", "name", "telephone1")
		s.Order, s.Limit, s.After = slices.Clone(order), limit, after
		for i := range s.Order {
			s.Order[i].Col.Of = s
		}
		if !name.IsNull() {
			s.Where = query.Compare{Col: w.col(s, "name"), Op: query.Less, Value: name}
		}
		return s
	}
	want, _ := w.read(ask(0, nil))
	var got []string
	for last := []query.Value(nil); ; {
		rows, next := w.read(ask(7, last))
		if got = append(got, rows...); len(rows) < 7 {
			break
		}
		last = next
	}
	if len(want) < 5 || !slices.Equal(got, want) {
		w.t.Fatalf("in pages, by %v:\n%q\nat once\n%q", order, got, want)
	}
}

// read gives the rows that bob sees, and the sort keys of the last.
func (w *scopeWorld) read(s *query.Select) (rows []string, last []query.Value) {
	w.t.Helper()
	err := w.Read(context.Background(), func(tx *store.Tx) error {
		page, err := tx.Page(context.Background(), w.granted(w.as("bob", ""), s))
		if err != nil {
			return err
		}
		for row, err := range page.Rows {
			if err != nil {
				return err
			}
			rows = append(rows, fmt.Sprintf("%x %s", row.Bytes(page.Shape.ID), row.Bytes(page.Shape.Fields[0].Value)))
			last = nil
			for i, o := range s.Order {
				last = append(last, keyOf(row, page.Shape.Order[i], o.Col.C))
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return rows, last
}

func keyOf(row query.Row, cell int, c *meta.Column) query.Value {
	switch {
	case row.Null(cell):
		return query.Null()
	case c.Storage() == meta.GUID:
		return query.GUID(meta.ID(row.Bytes(cell)))
	case c.Storage() == meta.Int:
		return query.Int(row.Int(cell))
	}
	return query.Text(string(row.Bytes(cell)))
}

// TestSharesOfOldGainNames: a file in which shares keep no names yet gets them when it is
// opened.
func TestSharesOfOldGainNames(t *testing.T) {
	w := newScopeWorld(t, 50, 10)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sqldb.Open(w.Path(), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(c *sqldb.Conn) error {
		return c.ExecScript(`UPDATE principalobjectaccess SET objectname = NULL; DROP TRIGGER account_names_shares; DELETE FROM stead_environment WHERE "key" = 'tables';`)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if w.Store, err = store.Open(t.Context(), store.Config{Path: w.Path(), Model: w.m}); err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.people = access.NewResolver(w.Store, func() *meta.Model { return w.m })
	w.apply(w.modification("account", 5, set{"name": query.Text("Renamed")}))
	w.pagesLikeAll(rand.New(rand.NewPCG(1, 1)), w.orders("name", false, false))
}
