package store_test

import (
	"context"
	"os"
	"strconv"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// BenchmarkDepths lists 50 accounts in order of their names, and in the order they
// come in, at every depth: each must stay within twice of Global. STEAD_BENCH_ROWS
// sets how many accounts there are, of which bob has 10,000 by shares.
func BenchmarkDepths(b *testing.B) {
	rows := 20_000
	if n, err := strconv.Atoi(os.Getenv("STEAD_BENCH_ROWS")); err == nil {
		rows = n
	}
	w := newScopeWorld(b, rows, min(rows/2, 10_000))
	for _, order := range []string{"name", ""} {
		for _, who := range []struct{ name, user, behalf string }{
			{"Global", "gil", ""}, {"Local", "lea", ""}, {"Deep over 1000 units", "dee", ""}, {"Basic and shares", "bob", ""},
			{"impersonating Local", "app", "lea"}, {"impersonating Basic and shares", "app", "bob"},
		} {
			b.Run(who.name+" by "+order, func(b *testing.B) {
				for b.Loop() {
					c := w.as(who.user, who.behalf)
					if n := w.count(w.granted(c, w.list(order))); n != 50 {
						b.Fatal(n, "rows")
					}
				}
			})
		}
	}
}

// count reads every cell and counts the rows.
func (w *scopeWorld) count(g access.Granted) (n int) {
	err := w.Read(context.Background(), func(tx *store.Tx) error {
		page, err := tx.Page(context.Background(), g)
		if err != nil {
			return err
		}
		for row, err := range page.Rows {
			if err != nil {
				return err
			}
			for _, f := range page.Shape.Fields {
				row.Bytes(f.Value)
			}
			n++
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}
