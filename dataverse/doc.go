// Package dataverse is a client for the Web API of Microsoft Dataverse, and of Stead. The first program:
//
//	cred, err := azidentity.NewDefaultAzureCredential(nil)
//	// handle err
//	client, err := dataverse.NewClient("https://contoso.crm4.dynamics.com", cred, nil)
//	// handle err
//
//	type Account struct {
//		ID      dataverse.ID     `dv:"accountid,key"`
//		Name    string           `dv:"name"`
//		Revenue *dataverse.Money `dv:"revenue"`
//	}
//	accounts := dataverse.Table[Account](client, "accounts")
//	id, err := accounts.Create(ctx, Account{Name: "Contoso"}, nil)
//	// handle err
//	for account, err := range accounts.All(ctx, dataverse.Where("revenue").Gt(1_000_000).OrderBy("name")) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(account.Name)
//	}
//
// # Authentication
//
// Any azcore.TokenCredential will do: those of the azidentity package, one made from a connection
// string ([NewClientFromConnectionString]), or your own. A [Client] keeps the token until shortly
// before it expires and is safe for use by many goroutines; make one and keep it. [Factory] gives
// clients of many environments and tenants that share what can be shared.
//
// # Rows
//
// [Table] joins a Go type to a table. The type is a struct whose fields carry dv tags (see [TableOf])
// or [Row], which holds whatever the server sends. Only the columns of the struct are asked for. A
// zero field is not sent; a pointer sends zero values too, and the Clear option sends null.
//
// # Impersonation
//
// [Client.As] gives a new client that acts for a user. The old one is unchanged, so that neither
// another goroutine nor a later line acts for somebody by mistake.
//
// # Errors and retries
//
// What the server refuses comes back as *[Error], which holds its code and message and also is an
// *azcore.ResponseError. [ErrNotFound] and its siblings sort errors by what to do about them;
// [Error.MissingPrivilege] and [BrokenLink] say what is missing. Requests that were throttled or cut
// off are repeated where that cannot do a thing twice; see [ClientOptions].
//
// # Queries
//
// [Where] builds conditions that no value can break out of, [Query] says the rest; [TableOf.All]
// gives the rows of all pages one by one. [Client.Fetch] and [Client.SQL] take the service's other
// languages, [Related] follows relationships, [Client.Search] looks into the texts of many tables.
//
// # Many rows
//
// [Client.Batch] sends requests together and types each answer; [TableOf.CreateMultiple] and its
// siblings send up to 1,000 rows by one message; [TableOf.Load] any number, as fast as the server
// takes them. [TableOf.Changes] reads what happened since the last time. [NewGovernor] keeps
// everything below the service protection limits.
//
// # Beside rows
//
// [Call] sends functions and actions, [Begin] has them done in the background, [Client.File] moves
// files as streams, [Discover] finds environments, and [Client.Do] sends any other request.
//
// # Beside this package
//
//   - dataverse/schema reads and declares tables, columns, choices, keys and relationships
//   - dataverse/gen writes Go types from them: stead gen go
//   - dataverse/oteltrace shows requests as spans of OpenTelemetry
//   - dataverse/redisgovernor shares a governor between processes
//   - steadtest runs a whole environment inside a Go test
//
// The package imports the standard library and azcore, and knows nothing of Stead's insides: it
// speaks to either server alike.
package dataverse
