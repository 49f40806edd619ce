package dataverse_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/dataverse"
)

// copyOf is a program's own copy of a table that it keeps by its changes.
type copyOf struct {
	table *dataverse.TableOf[Account]
	token dataverse.DeltaToken
	rows  map[dataverse.ID]string
	seen  int
}

func (c *copyOf) sync(t *testing.T) {
	t.Helper()
	c.seen = 0
	for change, err := range c.table.Changes(t.Context(), &c.token, &dataverse.ChangesOptions{PageSize: 37}) {
		if err != nil {
			t.Fatal(err)
		}
		c.seen++
		if change.Deleted {
			delete(c.rows, change.ID)
		} else {
			c.rows[change.ID] = change.Row.Name
		}
	}
}

// same fails unless the copy is what the table is.
func (c *copyOf) same(t *testing.T) {
	t.Helper()
	n := 0
	for row, err := range c.table.All(t.Context(), nil) {
		if name, has := c.rows[row.ID]; err != nil || !has || name != row.Name {
			t.Fatalf("%s %q: the copy has %q, %v", row.ID, row.Name, name, err)
		}
		n++
	}
	if n != len(c.rows) {
		t.Errorf("the copy has %d rows of %d", len(c.rows), n)
	}
}

func TestChanges(t *testing.T) {
	ctx := t.Context()
	c := &copyOf{table: dataverse.Table[Account](asApp(), "accounts"), rows: map[dataverse.ID]string{}}
	c.sync(t)
	c.same(t)
	if !strings.Contains(string(c.token), "deltatoken") {
		t.Fatalf("token %q", c.token)
	}
	var rows []Account
	for i := range 50 {
		rows = append(rows, Account{Name: fmt.Sprint("delta ", i)})
	}
	ids, err := c.table.CreateMultiple(ctx, rows, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept := c.token
	for change, err := range c.table.Changes(ctx, &c.token, nil) { // left before its end
		if err != nil || change.Row.Name == "" {
			t.Error(change, err)
		}
		break
	}
	if c.token != kept {
		t.Error("an iteration that was left moved the token")
	}
	if c.sync(t); c.seen != 50 {
		t.Errorf("%d changes of 50", c.seen)
	}
	if err := c.table.Delete(ctx, ids[3], nil); err != nil {
		t.Fatal(err)
	}
	if err := c.table.Update(ctx, ids[4], Account{Name: "other"}, nil); err != nil {
		t.Fatal(err)
	}
	if c.sync(t); c.seen != 2 || c.rows[ids[3]] != "" || c.rows[ids[4]] != "other" {
		t.Errorf("%d changes of 2", c.seen)
	}
	c.same(t)
	if c.sync(t); c.seen != 0 {
		t.Errorf("%d changes of none", c.seen)
	}
}

func TestChangesFail(t *testing.T) {
	accounts := dataverse.Table[Account](asApp(), "accounts")
	for token, want := range map[dataverse.DeltaToken]error{
		"accounts?$select=name&$deltatoken=nonsense":                          dataverse.ErrInvalid,
		"accounts?$select=name&$deltatoken=1%2108%2f22%2f2017%2008%3a10%3a44": dataverse.ErrExpired,
		"https://elsewhere.example/api/data/v9.2/accounts":                    nil,
	} {
		before := token
		for _, err := range accounts.Changes(t.Context(), &token, nil) {
			if err == nil || want != nil && !errors.Is(err, want) {
				t.Errorf("%s: %v", before, err)
			}
		}
		if token != before {
			t.Errorf("%s became %s", before, token)
		}
	}
}
