package dataverse_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/dataverse"
)

// An environment understands what a search says: tables, columns, filters, order, pages, counts,
// facets and the syntax.
func TestSearchAtAnEnvironment(t *testing.T) {
	c := dial("contoso-app", "contoso-test", nil)
	accounts := dataverse.Table[Account](c, "accounts")
	for _, name := range []string{"Sextant North", "Sextant South", "Sextant West"} {
		if _, err := accounts.Create(t.Context(), Account{Name: name, Number: name[8:9]}, nil); err != nil {
			t.Fatal(err)
		}
	}
	table := dataverse.SearchTable{Name: "account", Select: []string{"name", "accountnumber"}, Columns: []string{"name"}}
	north := table
	north.Filter = "accountnumber eq 'N'"
	lucene := &dataverse.SearchOptions{QueryType: "lucene", SearchMode: "all"}
	for _, tc := range []struct {
		name   string
		search dataverse.Search
		want   string
	}{
		{"order", dataverse.Search{Text: "sextant", OrderBy: []string{"name desc"}}, "Sextant West,Sextant South,Sextant North"},
		{"a page", dataverse.Search{Text: "sextant", OrderBy: []string{"name"}, Skip: 1, Top: 1}, "Sextant South"},
		{"a table's filter", dataverse.Search{Text: "sextant", Tables: []dataverse.SearchTable{north}}, "Sextant North"},
		{"a filter of all", dataverse.Search{Text: "sextant", Filter: "accountnumber eq 'S'"}, "Sextant South"},
		{"Lucene", dataverse.Search{Text: "sextant AND NOT north", Options: lucene, OrderBy: []string{"name"}}, "Sextant South,Sextant West"},
		{"nothing", dataverse.Search{Text: "octant"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.search.Tables == nil {
				tc.search.Tables = []dataverse.SearchTable{table}
			}
			found, err := c.Search(t.Context(), tc.search)
			var names []string
			for _, hit := range found.Hits {
				names = append(names, hit.Attributes.String("name"))
			}
			if got := strings.Join(names, ","); err != nil || got != tc.want || found.Count != -1 {
				t.Errorf("%q, %d, %v", got, found.Count, err)
			}
		})
	}
	found, err := c.Search(t.Context(), dataverse.Search{Text: "sextant", Top: 1, Count: true, Facets: []string{"entityname,count:10"}})
	if err != nil || found.Count != 3 || len(found.Hits) != 1 || !strings.Contains(string(found.Facets["entityname"]), `"account"`) {
		t.Errorf("%+v %v", found, err)
	}
	if row, err := accounts.Get(t.Context(), found.Hits[0].ID, nil); err != nil || !strings.HasPrefix(row.Name, "Sextant") || found.Hits[0].Score <= 0 {
		t.Errorf("the row of the hit: %+v %v", row, err)
	}
}

// Suggestions and completions of an environment; who may not read a row gets none.
func TestSuggestAtAnEnvironment(t *testing.T) {
	c := dial("contoso-app", "contoso-test", nil)
	id, err := dataverse.Table[Account](c, "accounts").Create(t.Context(), Account{Name: "Theodolite Hall"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ask := dataverse.Search{Text: "theod", Tables: []dataverse.SearchTable{{Name: "account", Select: []string{"name"}}}}
	all, err := c.Suggest(t.Context(), ask)
	if err != nil || len(all) != 1 || all[0].ID != id || all[0].Table != "account" || all[0].Attributes.String("name") != "Theodolite Hall" {
		t.Errorf("%+v %v", all, err)
	}
	if word, err := c.Autocomplete(t.Context(), ask); err != nil || word != "{crmhit}theodolite{/crmhit}" {
		t.Errorf("%q %v", word, err)
	}
	ben, _ := person(t, "ben@contoso.example")
	if all, err := c.As(dataverse.EntraObjectID(ben)).Suggest(t.Context(), ask); err != nil || len(all) != 0 {
		t.Errorf("ben is told of %+v %v", all, err)
	}
}

// What an environment refuses to search is an error with its code.
func TestSearchIsRefused(t *testing.T) {
	c := dial("contoso-app", "contoso-test", nil)
	for _, bad := range []dataverse.Search{{}, {Text: "theod", Tables: []dataverse.SearchTable{{Name: "systemuser"}}}} {
		_, err := c.Search(t.Context(), bad)
		var refused *dataverse.Error
		if !errors.As(err, &refused) || refused.StatusCode != http.StatusBadRequest || refused.Code != "0x80040203" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
