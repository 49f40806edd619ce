package dataverse_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/stead-s2s/stead/dataverse"
)

// The examples run against environments in this process. Elsewhere the first lines are:
//
//	cred, err := azidentity.NewDefaultAzureCredential(nil)
//	client, err := dataverse.NewClient("https://contoso.crm4.dynamics.com", cred, nil)
func connect() (context.Context, *dataverse.Client) { return context.Background(), asApp() }

// check ends an example: programs return the error.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

func Example() {
	cred := credential("contoso-app") // azidentity.NewDefaultAzureCredential(nil)
	client, err := dataverse.NewClient(environmentURL("contoso"), cred, &dataverse.ClientOptions{
		App:           "first-program/1.0",
		ClientOptions: azcore.ClientOptions{Transport: trust}, // only for servers of your own
	})
	check(err)
	ctx := context.Background()

	type Account struct {
		ID      dataverse.ID     `dv:"accountid,key"`
		Name    string           `dv:"name"`
		Revenue *dataverse.Money `dv:"revenue"`
	}
	accounts := dataverse.Table[Account](client, "accounts")
	revenue := dataverse.Money("1250000.50")
	id, err := accounts.Create(ctx, Account{Name: "First Program", Revenue: &revenue}, nil)
	check(err)
	for account, err := range accounts.All(ctx, dataverse.Where("name").StartsWith("First Pro").And(dataverse.Where("revenue").Gt(1_000_000))) {
		check(err)
		fmt.Println(account.Name)
	}
	check(accounts.Delete(ctx, id, nil))
	// Output: First Program
}

func ExampleTableOf_Create() {
	ctx, client := connect()
	contacts := dataverse.Table[Contact](client, "contacts")
	accounts := dataverse.Table[Account](client, "accounts")
	ada, err := contacts.Create(ctx, Contact{Last: "Lovelace"}, nil)
	check(err)
	// A lookup is set by a reference. The id is made by the client, so that the request can be repeated.
	id, err := accounts.Create(ctx, Account{Name: "Engines", Primary: dataverse.RefTo("contacts", ada)}, nil)
	check(err)
	row, err := accounts.Get(ctx, id, nil)
	check(err)
	fmt.Println(row.Name, row.Primary.ID == ada)
	// Output: Engines true
}

func ExampleTableOf_Update() {
	ctx, client := connect()
	accounts := dataverse.Table[Account](client, "accounts")
	id, err := accounts.Create(ctx, Account{Name: "Before", Number: "7"}, nil)
	check(err)
	row, err := accounts.Get(ctx, id, nil)
	check(err)
	// Only if nobody changed it meanwhile; the number is emptied, the rest stays.
	err = accounts.Update(ctx, id, Account{Name: "After"}, &dataverse.UpdateOptions{IfMatch: row.ETag, Clear: []string{"accountnumber"}})
	check(err)
	err = accounts.Update(ctx, id, Account{Name: "Late"}, &dataverse.UpdateOptions{IfMatch: row.ETag})
	fmt.Println(errors.Is(err, dataverse.ErrConflict))
	row, err = accounts.Get(ctx, id, nil)
	check(err)
	fmt.Printf("%s %q\n", row.Name, row.Number)
	// Output:
	// true
	// After ""
}

func ExampleTableOf_Upsert() {
	ctx, client := connect()
	accounts := dataverse.Table[Account](client, "accounts")
	id := dataverse.NewID() // or dataverse.AltKey{"accountnumber": "A-1"}, where the table has such a key
	for range 2 {
		result, err := accounts.Upsert(ctx, id, Account{Name: "There"}, nil)
		check(err)
		fmt.Println(result.ID == id, result.Created)
	}
	// Output:
	// true true
	// true false
}

func ExampleTableOf_All() {
	ctx, client := connect()
	accounts := dataverse.Table[Account](client, "accounts")
	for _, name := range []string{"Query B", "Query A", "Query O'C"} {
		_, err := accounts.Create(ctx, Account{Name: name}, nil)
		check(err)
	}
	q := dataverse.Where("name").StartsWith("Query ").
		And(dataverse.Where("statecode").Eq(0).Or(dataverse.Where("revenue").Between(1, 10))).
		OrderByDesc("name").PageSize(2)
	for row, err := range accounts.All(ctx, q) {
		check(err)
		fmt.Println(row.Name)
	}
	n, err := accounts.Count(ctx, dataverse.Where("name").StartsWith("Query "))
	check(err)
	fmt.Println(n, "rows")
	// Output:
	// Query O'C
	// Query B
	// Query A
	// 3 rows
}

func ExampleQuery_Expand() {
	ctx, client := connect()
	type Family struct {
		ID       dataverse.ID `dv:"accountid,key"`
		Name     string       `dv:"name"`
		State    string       `dv:"statecode@formatted"`
		Contacts []Contact    `dv:"contact_customer_accounts"` // expanded
	}
	families := dataverse.Table[Family](client, "accounts")
	// Rows within rows are made with them, all or none.
	id, err := families.Create(ctx, Family{Name: "Expanded", Contacts: []Contact{{Last: "A"}, {Last: "B"}}}, nil)
	check(err)
	row, err := families.Get(ctx, id, nil)
	check(err)
	fmt.Println(row.State, len(row.Contacts))
	// The expansion may be narrowed, too.
	row, err = families.First(ctx, dataverse.Where("accountid").Eq(id).
		Expand("contact_customer_accounts", dataverse.Where("lastname").Eq("B").Select("lastname")))
	check(err)
	fmt.Println(row.Contacts[0].Last)
	// Output:
	// Active 2
	// B
}

func ExampleRow() {
	ctx, client := connect()
	accounts := dataverse.Table[dataverse.Row](client, "accounts")
	id, err := accounts.Create(ctx, dataverse.Row{"name": "Untyped", "numberofemployees": 12, "revenue": dataverse.Money("99.95")}, nil)
	check(err)
	row, err := accounts.Get(ctx, id, &dataverse.GetOptions{
		Query: dataverse.Query{}.Select("name", "numberofemployees", "statecode").Annotations(dataverse.FormattedValues),
	})
	check(err)
	fmt.Println(row.String("name"), row.Int("numberofemployees"), row.Formatted("statecode"), row.ID("accountid") == id)
	// Output: Untyped 12 Active true
}

func ExampleClient_As() {
	ctx, client := connect()
	asBen := client.As(dataverse.UPN("ben@contoso.example")) // or EntraObjectID, SystemUserID
	id, err := dataverse.Table[Account](asBen, "accounts").Create(ctx, Account{Name: "Ben's own"}, nil)
	check(err)
	row, err := dataverse.Table[dataverse.Row](client, "accounts").Get(ctx, id, &dataverse.GetOptions{
		Query: dataverse.Query{}.Select("_createdby_value").Annotations(dataverse.FormattedValues),
	})
	check(err)
	fmt.Println(row.Formatted("createdby"))
	// Output: Ben Basic
}

func ExampleClient_Fetch() {
	ctx, client := connect()
	_, err := dataverse.Table[Account](client, "accounts").Create(ctx, Account{Name: "Fetched & Found"}, nil)
	check(err)
	for row, err := range client.Fetch(ctx, `<fetch count="50"><entity name="account"><attribute name="name"/>
		<filter><condition attribute="name" operator="like" value="Fetched &amp;%"/></filter></entity></fetch>`) {
		check(err)
		fmt.Println(row.String("name"))
	}
	// Output: Fetched & Found
}

func ExampleCall() {
	ctx, client := connect()
	version, err := dataverse.Call[struct{ Version string }](ctx, client, dataverse.Function("RetrieveVersion", nil))
	check(err)
	fmt.Println(strings.HasPrefix(version.Version, "9.2."))

	account, err := dataverse.Table[Account](client, "accounts").Create(ctx, Account{Name: "Shared"}, nil)
	check(err)
	rights, err := dataverse.Call[struct{ AccessRights string }](ctx, client,
		dataverse.Function("RetrievePrincipalAccess", dataverse.Params{"Target": dataverse.RefTo("accounts", account)}).On(me(ctx, client)))
	check(err)
	fmt.Println(strings.Contains(rights.AccessRights, "ReadAccess"))
	// Output:
	// true
	// true
}

func me(ctx context.Context, client *dataverse.Client) dataverse.Ref {
	who, err := client.WhoAmI(ctx)
	check(err)
	return dataverse.RefTo("systemusers", who.UserID)
}

func ExampleTableOf_Associate() {
	ctx, client := connect()
	accounts := dataverse.Table[Account](client, "accounts")
	account, err := accounts.Create(ctx, Account{Name: "Employer"}, nil)
	check(err)
	contact, err := dataverse.Table[Contact](client, "contacts").Create(ctx, Contact{Last: "Employed"}, nil)
	check(err)
	check(accounts.Associate(ctx, account, "contact_customer_accounts", dataverse.RefTo("contacts", contact)))
	for row, err := range dataverse.Related[Contact](client, dataverse.RefTo("accounts", account), "contact_customer_accounts").All(ctx, nil) {
		check(err)
		fmt.Println(row.Last)
	}
	check(accounts.Disassociate(ctx, account, "contact_customer_accounts", dataverse.RefTo("contacts", contact)))
	// Output: Employed
}

func ExampleError_MissingPrivilege() {
	ctx, client := connect()
	asBen := client.As(dataverse.UPN("ben@contoso.example"))
	_, err := dataverse.Table[dataverse.Row](asBen, "teams").Create(ctx, dataverse.Row{"name": "Ben's team"}, nil)
	var refused *dataverse.Error
	if errors.As(err, &refused) {
		privilege, _ := refused.MissingPrivilege()
		fmt.Println(refused.Code, privilege.Name, privilege.Table)
	}
	link, _ := dataverse.BrokenLink(err)
	fmt.Println(errors.Is(err, dataverse.ErrForbidden), link)
	// Output:
	// 0x80040220 prvCreateTeam team
	// true privilege
}

func ExampleBrokenLink() {
	// The application is registered, but nobody made a user for it in the environment.
	client := dial("contoso-unassigned", "contoso", nil)
	_, err := client.WhoAmI(context.Background())
	link, _ := dataverse.BrokenLink(err)
	fmt.Println(link)
	// Output: application user
}

func ExampleFactory() {
	ctx := context.Background()
	factory := dataverse.NewFactory(func(tenant string) (azcore.TokenCredential, error) {
		return credential("contoso-app"), nil // azidentity.NewClientCertificateCredential(tenant, …)
	}, &dataverse.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: trust}})
	for _, name := range []string{"contoso", "contoso-test"} {
		client, err := factory.Client(ctx, environmentURL(name))
		check(err)
		_, err = client.WhoAmI(ctx)
		fmt.Println(name, err)
	}
	// Output:
	// contoso <nil>
	// contoso-test <nil>
}

func ExampleNewClientFromConnectionString() {
	app, _ := world.App("contoso-app")
	options := &dataverse.ClientOptions{}
	options.Transport, options.Cloud.ActiveDirectoryAuthorityHost = trust, world.Authority // only for servers of your own
	client, err := dataverse.NewClientFromConnectionString(
		"AuthType=ClientSecret;Url="+environmentURL("contoso")+";ClientId="+app.ClientID+";ClientSecret="+app.Secret, nil, options)
	check(err)
	_, err = client.WhoAmI(context.Background())
	fmt.Println(err)
	// Output: <nil>
}

func ExampleClient_Do() {
	ctx, client := connect()
	var answer struct {
		Value []struct{ Name string }
	}
	check(client.Do(ctx, "GET", "accounts?$select=name&$top=2", nil, &answer, nil))
	fmt.Println(len(answer.Value))
	// Output: 2
}

func ExampleClient_With() {
	ctx, client := connect()
	load := client.With(dataverse.Behavior{BypassSync: true, SuppressFlows: true, Tag: "nightly"})
	_, err := dataverse.Table[Account](load, "accounts").Create(ctx, Account{Name: "Quietly"}, nil)
	fmt.Println(err)
	// Output: <nil>
}

func ExampleLogging() {
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == "method" || a.Key == "status" || a.Key == "path" {
			return a
		}
		return slog.Attr{} // the others differ from run to run
	}}))
	options := &dataverse.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: trust}}
	options.PerRetryPolicies = []policy.Policy{dataverse.Logging(log)}
	client, err := dataverse.NewClient(environmentURL("contoso"), credential("contoso-app"), options)
	check(err)
	_, err = client.WhoAmI(context.Background())
	check(err)
	// Output: method=GET path=/api/data/v9.2/WhoAmI status=200
}
