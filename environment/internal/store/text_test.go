package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// textGroups: texts that differ in the case of A to Z alone are one, in DISTINCT, in
// groups, in counts of what differs and in orders; which of them stands for all is
// the engine's choice. Other letters are told apart.
func textGroups(t *testing.T, w *world) {
	names := []string{"beta", "Beta", "ALPHA", "alpha", "Alpha", "éclair", "ÉCLAIR", "_", "Zulu"}
	var changes []access.Change
	for i, name := range names {
		changes = append(changes, w.insertion("account", set{"accountid": guid(i), "name": query.Text(name), "primarycontactid": guid(i % 2)}))
	}
	changes = append(changes, w.insertion("account", set{"accountid": guid(90)}),
		w.insertion("contact", set{"contactid": guid(0), "name": query.Text("Bo")}), w.insertion("contact", set{"contactid": guid(1), "name": query.Text("al")}))
	w.apply(changes...)

	distinct := w.sel("account", "name")
	distinct.Distinct, distinct.Order = true, []query.Order{{Col: w.col(distinct, "name")}}
	distinct.Count = true
	var got []string
	page := w.page(distinct, func(shape *query.Shape, row query.Row) { got = append(got, lower(text(row, shape.Fields[0].Value))) })
	if want := []string{"-", "_", "alpha", "beta", "zulu", "Éclair", "éclair"}; !slices.Equal(got, want) || page.Count != 7 {
		t.Errorf("distinct names are %q, counted %d", got, page.Count)
	}

	labels := w.sel("account", "primarycontactid")
	labels.Columns[0].Label = true
	labels.Distinct, labels.Order = true, []query.Order{{Col: w.col(labels, "primarycontactid"), ByLabel: true, Descending: true}}
	got = nil
	w.page(labels, func(shape *query.Shape, row query.Row) { got = append(got, text(row, shape.Fields[0].Label)) })
	if !slices.Equal(got, []string{"Bo", "al", "-"}) {
		t.Errorf("distinct contacts in the order of their names, backwards: %q", got)
	}

	groups := &query.Select{Table: w.m.Table("account"), Grouped: true}
	name := w.col(groups, "name")
	groups.Columns = []query.Output{{Col: name}, {Col: name, Function: query.Count}}
	groups.Order = []query.Order{{Col: name, Output: 1, Descending: true}}
	got = nil
	w.page(groups, func(shape *query.Shape, row query.Row) {
		got = append(got, lower(text(row, shape.Fields[0].Value))+strings.Repeat("+", int(row.Int(shape.Fields[1].Value))))
	})
	if want := "éclair+ Éclair+ zulu+ beta++ alpha+++ _+ -+"; strings.Join(got, " ") != want {
		t.Errorf("groups are %s, want %s", got, want)
	}

	total := &query.Select{Table: w.m.Table("account"), Grouped: true}
	name = w.col(total, "name")
	total.Columns = []query.Output{{Col: name, Function: query.CountValues, Once: true}, {Col: name, Function: query.Least}, {Col: name, Function: query.Greatest}}
	w.page(total, func(shape *query.Shape, row query.Row) {
		least, greatest := text(row, shape.Fields[1].Value), text(row, shape.Fields[2].Value)
		if n := row.Int(shape.Fields[0].Value); n != 6 || least != "_" || greatest != "éclair" {
			t.Errorf("%d different names from %s to %s", n, least, greatest)
		}
	})
}

// lower folds A to Z.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}
