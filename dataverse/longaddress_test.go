package dataverse_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/dataverse"
)

// A query that no address can hold goes by a batch, with its pages, preferences and errors.
func TestLongQueries(t *testing.T) {
	ctx := t.Context()
	longest, batches := 0, 0
	c := dial("contoso-app", "contoso", transport(func(r *http.Request) (*http.Response, error) {
		longest = max(longest, len(r.URL.RequestURI()))
		if strings.HasSuffix(r.URL.Path, "/$batch") {
			batches++
		}
		return trust.Do(r)
	}))
	accounts := dataverse.Table[Account](c, "accounts")
	var names []any
	var values strings.Builder
	for i := range 1200 {
		names = append(names, fmt.Sprintf("A name that nobody has: %d", i))
		if i < 600 {
			fmt.Fprintf(&values, "<value>A name that nobody has: %d</value>", i)
		}
	}
	for i := range 3 {
		if _, err := accounts.Create(ctx, Account{Name: names[i].(string)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for row, err := range accounts.All(ctx, dataverse.Where("name").In(names...).PageSize(2)) {
		if n++; err != nil || row.Name == "" {
			t.Fatal(row, err)
		}
	}
	if n != 3 || batches != 2 || longest > 32_000 {
		t.Errorf("%d rows by %d batches, the longest address %d", n, batches, longest)
	}
	n, batches = 0, 0
	for row, err := range c.Fetch(ctx, `<fetch count="2"><entity name="account"><attribute name="name"/><filter><condition attribute="name" operator="in">`+
		values.String()+`</condition></filter></entity></fetch>`) {
		if n++; err != nil || row.String("name") == "" {
			t.Fatal(row, err)
		}
	}
	if n != 3 || batches != 2 {
		t.Errorf("%d rows by %d batches", n, batches)
	}
	_, err := accounts.First(ctx, dataverse.Where("nosuchcolumn").In(names...))
	var refused *dataverse.Error
	if !errors.As(err, &refused) || refused.StatusCode != 400 {
		t.Errorf("%v", err)
	}
}
