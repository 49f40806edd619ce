package dataverse_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/stead-s2s/stead/dataverse"
)

// An action that may take long is carried out in the background; the program waits for it, or
// asks now and then.
func ExampleBegin() {
	ctx, client := connect()
	id, err := dataverse.Table[Account](client, "accounts").Create(ctx, Account{Name: "Shared"}, nil)
	check(err)
	operation, err := dataverse.Begin[struct{}](ctx, client, dataverse.Action("GrantAccess", dataverse.Params{
		"Target": map[string]any{"@odata.type": "Microsoft.Dynamics.CRM.account", "accountid": id},
		"PrincipalAccess": map[string]any{
			"AccessMask": "ReadAccess",
			"Principal":  map[string]any{"@odata.type": "Microsoft.Dynamics.CRM.systemuser", "systemuserid": benID()},
		},
	}), nil)
	check(err)
	_, err = operation.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: 10 * time.Millisecond}) // against the cloud: nil
	check(err)
	fmt.Println("done:", operation.Done())
	// Output: done: true
}

func benID() dataverse.ID {
	for _, p := range world.Users {
		if strings.HasPrefix(p.UPN, "ben@") {
			return dataverse.MustID(p.SystemUsers[0].SystemUserID)
		}
	}
	return dataverse.ID{}
}

// Discovery lists the environments that the person behind a credential may enter. Applications
// are told of none: they are given addresses.
func ExampleDiscover() {
	ctx, _ := connect()
	options := &dataverse.DiscoverOptions{Service: world.Discovery} // against the cloud: nil
	options.Transport = trust
	environments, err := dataverse.Discover(ctx, credential("contoso-app"), options)
	check(err)
	for _, e := range environments {
		fmt.Println(e.FriendlyName, e.APIURL)
	}
	fmt.Println(len(environments))
	// Output: 0
}

// Functions and actions travel in batches too; each gives its own type.
func ExampleCallIn() {
	ctx, client := connect()
	b := client.Batch()
	me := dataverse.CallIn[dataverse.Me](client, b, dataverse.Function("WhoAmI", nil))
	version := dataverse.CallIn[struct{ Version string }](client, b, dataverse.Function("RetrieveVersion", nil))
	check(b.Do(ctx, nil))
	who, err := me.Value()
	check(err)
	server, err := version.Value()
	check(err)
	fmt.Println(!who.UserID.IsZero(), strings.HasPrefix(server.Version, "9.2."))
	// Output: true true
}

// Some hundred rows by one message: all of them, or none.
func ExampleTableOf_CreateMultiple() {
	ctx, client := connect()
	ids, err := dataverse.Table[Account](client, "accounts").CreateMultiple(ctx, []Account{{Name: "First of two"}, {Name: "Second of two"}}, nil)
	check(err)
	fmt.Println(len(ids))
	// Output: 2
}

// Counting, and aggregates, whose rows have the members that the expression names.
func ExampleQuery_Apply() {
	ctx, client := connect()
	accounts := dataverse.Table[Account](client, "accounts")
	for range 3 {
		_, err := accounts.Create(ctx, Account{Name: "Counted"}, nil)
		check(err)
	}
	n, err := accounts.Count(ctx, dataverse.Where("name").Eq("Counted"))
	check(err)
	fmt.Println(n)
	byName := dataverse.Where("name").Eq("Counted").Apply("groupby((name),aggregate($count as rows))")
	for row, err := range dataverse.Table[dataverse.Row](client, "accounts").All(ctx, byName) {
		check(err)
		fmt.Println(row.String("name"), row.Int("rows"))
	}
	// Output:
	// 3
	// Counted 3
}

// Pages in the way of Azure's other clients.
func ExampleTableOf_Pager() {
	ctx, client := connect()
	accounts := dataverse.Table[Account](client, "accounts")
	for range 5 {
		_, err := accounts.Create(ctx, Account{Name: "Leafed"}, nil)
		check(err)
	}
	pager := accounts.Pager(dataverse.Where("name").Eq("Leafed").PageSize(2))
	for pager.More() {
		page, err := pager.NextPage(ctx)
		check(err)
		fmt.Println(len(page.Rows))
	}
	// Output:
	// 2
	// 2
	// 1
}

// The rows behind a navigation property of a row.
func ExampleRelated() {
	ctx, client := connect()
	contacts := dataverse.Table[Contact](client, "contacts")
	accounts := dataverse.Table[Account](client, "accounts")
	firm, err := accounts.Create(ctx, Account{Name: "Related"}, nil)
	check(err)
	ada, err := contacts.Create(ctx, Contact{Last: "Lovelace"}, nil)
	check(err)
	check(accounts.Associate(ctx, firm, "contact_customer_accounts", dataverse.RefTo("contacts", ada)))
	for contact, err := range dataverse.Related[Contact](client, dataverse.RefTo("accounts", firm), "contact_customer_accounts").All(ctx, nil) {
		check(err)
		fmt.Println(contact.Last)
	}
	// Output: Lovelace
}
