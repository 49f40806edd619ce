package dataverse_test

import (
	"context"
	"fmt"

	"github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/steadtest"
)

// CreditRequest and CreditResponse are the parameters and the properties of the custom API new_CheckCredit.
type CreditRequest struct {
	Amount    dataverse.Money
	Guarantor dataverse.Ref
	Purposes  []string
}

// CreditResponse has the names of the properties.
type CreditResponse struct {
	Granted bool
	Limit   dataverse.Money
	Case    dataverse.ID
}

// checkCredit calls the custom API on an account: whoever calls it deals with Go's types alone.
func checkCredit(ctx context.Context, c *dataverse.Client, account dataverse.ID, r CreditRequest) (CreditResponse, error) {
	return dataverse.Call[CreditResponse](ctx, c, dataverse.Action("new_CheckCredit", dataverse.Params{
		"Amount": r.Amount, "Guarantor": r.Guarantor, "Purposes": r.Purposes,
	}).On(dataverse.RefTo("accounts", account)))
}

// A custom API has a function of its own in the program, with types for what goes in and what comes
// out. Here a test's world declares it and answers in the place of the plug-in.
func ExampleCall_customAPI() {
	var t steadtest.Main
	defer t.End()
	w := steadtest.Start(&t, nil)
	w.CustomAPI(&t, steadtest.CustomAPI{
		Name: "new_CheckCredit", Table: "account",
		Request: []steadtest.CustomAPIMember{
			{Name: "Amount", Type: "Money"},
			{Name: "Guarantor", Type: "EntityReference", Table: "contact"},
			{Name: "Purposes", Type: "StringArray", Optional: true},
		},
		Response: []steadtest.CustomAPIMember{{Name: "Granted", Type: "Boolean"}, {Name: "Limit", Type: "Money"}, {Name: "Case", Type: "Guid"}},
		Answer: func(_ context.Context, c stead.CustomAPICall) (map[string]any, error) {
			amount := c.Parameters["Amount"].(float64)
			return map[string]any{"Granted": amount <= 1000, "Limit": 1000, "Case": c.ID}, nil
		},
	})

	ctx, client := context.Background(), w.Client(&t, "contoso-load")
	account, err := dataverse.Table[Account](client, "accounts").Create(ctx, Account{Name: "Engines"}, nil)
	check(err)
	ada, err := dataverse.Table[Contact](client, "contacts").Create(ctx, Contact{Last: "Lovelace"}, nil)
	check(err)
	for _, amount := range []dataverse.Money{"999.95", "1000.05"} {
		credit, err := checkCredit(ctx, client, account, CreditRequest{Amount: amount, Guarantor: dataverse.RefTo("contacts", ada), Purposes: []string{"rent"}})
		check(err)
		fmt.Println(credit.Granted, credit.Limit, credit.Case == account)
	}
	// Output:
	// true 1000 true
	// false 1000 true
}
