package dataverse_test

import (
	"fmt"

	"github.com/stead-s2s/stead/dataverse"
)

// A search goes through the texts of many tables; each hit says where the text is.
func ExampleClient_Search() {
	ctx, client := connect()
	_, err := dataverse.Table[Account](client, "accounts").Create(ctx, Account{Name: "Heliograph Works"}, nil)
	check(err)
	_, err = dataverse.Table[Contact](client, "contacts").Create(ctx, Contact{Last: "Heliograph"}, nil)
	check(err)
	found, err := client.Search(ctx, dataverse.Search{Text: "heliograph", Count: true, Tables: []dataverse.SearchTable{
		{Name: "account", Select: []string{"name"}},
		{Name: "contact", Select: []string{"lastname"}, Filter: "statecode eq 0"},
	}})
	check(err)
	fmt.Println(found.Count, "rows")
	for _, hit := range found.Hits {
		if hit.Table == "account" {
			fmt.Println(hit.Attributes.String("name"), hit.Highlights["name"])
		}
	}
	// Output:
	// 2 rows
	// Heliograph Works [{crmhit}Heliograph{/crmhit} Works]
}

// Suggestions are rows for what somebody has begun to write; Fuzzy forgives a slip.
func ExampleClient_Suggest() {
	ctx, client := connect()
	_, err := dataverse.Table[Account](client, "accounts").Create(ctx, Account{Name: "Zeppelin Yard"}, nil)
	check(err)
	for _, text := range []string{"zepp", "zeppelim"} {
		rows, err := client.Suggest(ctx, dataverse.Search{Text: text, Fuzzy: true, Tables: []dataverse.SearchTable{{Name: "account"}}})
		check(err)
		for _, row := range rows {
			fmt.Println(row.Table, row.Text)
		}
	}
	// Output:
	// account {crmhit}Zeppelin{/crmhit} Yard
	// account {crmhit}Zeppelin{/crmhit} Yard
}

// Autocomplete goes on with a word.
func ExampleClient_Autocomplete() {
	ctx, client := connect()
	_, err := dataverse.Table[Account](client, "accounts").Create(ctx, Account{Name: "Quicksilver Lamps"}, nil)
	check(err)
	word, err := client.Autocomplete(ctx, dataverse.Search{Text: "quicks"})
	check(err)
	fmt.Println(word)
	// Output: {crmhit}quicksilver{/crmhit}
}
