package dataverse_test

import (
	"fmt"
	"testing"

	"github.com/stead-s2s/stead/dataverse"
)

// awkward are texts that a cookie has to carry through XML within an address within an address.
var awkward = []string{`a&b`, `a<b>c`, `a"b'c`, `a%20b`, `a+b c`, `ä ö ☂`, `a%253Cb`, `</cookie>`, `a;b,c`}

// FetchXML's pages follow each other whatever stands in the columns that they are sorted by
// (DynamicsWebApi issue 199: always the first page; Dataverse facts 8, item 13).
func TestFetchPages(t *testing.T) {
	ctx := t.Context()
	contacts := dataverse.Table[Contact](asApp(), "contacts")
	accounts := dataverse.Table[Account](asApp(), "accounts")
	ada, err := contacts.Create(ctx, Contact{Last: "Fetched"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range awkward {
		if _, err := accounts.Create(ctx, Account{Name: name, Number: "fetch", Primary: dataverse.RefTo("contacts", ada)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	for size := 1; size <= len(awkward); size += 3 {
		query := fmt.Sprintf(`<!-- names --><fetch count="%d"><entity name="account"><attribute name="name"/><order attribute="name"/>
			<filter><condition attribute="accountnumber" operator="eq" value="fetch"/></filter>
			<link-entity name="contact" from="contactid" to="primarycontactid" alias="c"><attribute name="lastname"/></link-entity></entity></fetch>`, size)
		seen := map[string]int{}
		for row, err := range asApp().Fetch(ctx, query) {
			if err != nil {
				t.Fatal(err)
			}
			seen[row.String("name")]++
			if row.String("c.lastname") != "Fetched" {
				t.Fatalf("the linked column is %q in %v", row.String("c.lastname"), row)
			}
		}
		for _, name := range awkward {
			if seen[name] != 1 {
				t.Errorf("pages of %d: %q came %d times", size, name, seen[name])
			}
		}
	}
}

// Rows of a fetch may have a type, columns of linked tables among them; top is not paged.
func TestFetchTyped(t *testing.T) {
	type named struct {
		Name string `dv:"name"`
		Last string `dv:"c.lastname"`
	}
	n := 0
	query := `<fetch top="3"><entity name="account"><attribute name="name"/>
		<link-entity name="contact" from="contactid" to="primarycontactid" alias="c"><attribute name="lastname"/></link-entity></entity></fetch>`
	for row, err := range dataverse.Table[named](asApp(), "accounts").Fetch(t.Context(), query) {
		if err != nil || row.Name == "" || row.Last == "" {
			t.Fatalf("%+v %v", row, err)
		}
		n++
	}
	if n != 3 {
		t.Errorf("%d rows of 3", n)
	}
}

func TestFetchRefusesNonsense(t *testing.T) {
	for _, query := range []string{"", "<fetch", "<fetch/>", "<fetch></fetch>", "<entity name='account'/>", `<fetch page="0"><entity name="a"/></fetch>`,
		`<fetch><entity/></fetch>`, `<fetch><entity name="a b"/></fetch>`} {
		for _, err := range asApp().Fetch(t.Context(), query) {
			if err == nil {
				t.Errorf("%q was sent", query)
			}
		}
	}
}
