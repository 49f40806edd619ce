package dataverse_test

import (
	"testing"

	"github.com/stead-s2s/stead/dataverse"
)

// SQL goes on over pages of a whole environment and meets its refusals.
func TestSQLAtAnEnvironment(t *testing.T) {
	c := dial("contoso-app", "contoso-test", nil)
	accounts := dataverse.Table[dataverse.Row](c, "accounts")
	const name = "O'Brian & Sons, asked in SQL"
	id, err := accounts.Create(t.Context(), dataverse.Row{"name": name}, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for row, err := range c.SQL(t.Context(), "SELECT accountid, name FROM account WHERE name = "+dataverse.SQLText(name)) {
		if err != nil {
			t.Fatal(err)
		}
		if found++; row.String("name") != name || row.String("accountid") != id.String() {
			t.Errorf("%v", row)
		}
	}
	if found != 1 {
		t.Errorf("%d rows", found)
	}
	for _, err := range c.SQL(t.Context(), "SELECT name FROM account UNION SELECT fullname FROM contact") {
		if err == nil {
			t.Error("a union is read")
		}
	}
}

// The discovery service tells an application that there is nothing for it.
func TestDiscoverAtTheService(t *testing.T) {
	o := &dataverse.DiscoverOptions{Service: world.Discovery}
	o.Transport = trust
	all, err := dataverse.Discover(t.Context(), credential("contoso-app"), o)
	if err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
}
