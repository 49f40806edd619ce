package dataverse_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"slices"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/stead-s2s/stead/dataverse"
)

// Requests that travel together; those of a change set are carried out all or none.
func ExampleClient_Batch() {
	ctx, client := connect()
	accounts, contacts := dataverse.Table[Account](client, "accounts"), dataverse.Table[Contact](client, "contacts")
	b := client.Batch()
	set := b.ChangeSet()
	ada := contacts.In(set).Create(Contact{Last: "Byron"}, nil)
	firm := accounts.In(set).Create(Account{Name: "Engines of Batches", Primary: ada.Ref()}, nil)
	check(b.Do(ctx, nil))
	id, err := firm.Value()
	check(err)
	account, err := accounts.Get(ctx, id, nil)
	check(err)
	who, err := ada.Value()
	check(err)
	fmt.Println(account.Name, account.Primary.ID == who)
	// Output: Engines of Batches true
}

// Load sends any number of rows as fast as the server takes them. What it refuses goes to
// OnReject; with a Checkpoint a load that was ended goes on where it was.
func ExampleTableOf_Load() {
	ctx, client := connect()
	rows := []Account{{Name: "Loaded", Number: "L-1"}, {Name: "Loaded", Number: "L-2"}, {Name: "Loaded", Number: "this number is far too long for the column"}}
	report, err := dataverse.Table[Account](client, "accounts").Load(ctx, dataverse.Each(slices.Values(rows)), &dataverse.LoadOptions{
		OnReject: func(r dataverse.Rejected) { fmt.Println("refused: row", r.Index) },
	})
	check(err)
	fmt.Println(report.Rows, "rows,", report.Rejected, "refused")
	// Output:
	// refused: row 2
	// 2 rows, 1 refused
}

// The first time all rows come; then, with the token that was kept, what has changed since.
func ExampleTableOf_Changes() {
	ctx, client := connect()
	contacts := dataverse.Table[Contact](client, "contacts")
	var token dataverse.DeltaToken
	for _, err := range contacts.Changes(ctx, &token, nil) {
		check(err)
	}
	id, err := contacts.Create(ctx, Contact{Last: "Somerville"}, nil)
	check(err)
	for change, err := range contacts.Changes(ctx, &token, nil) {
		check(err)
		if change.ID == id {
			fmt.Println(change.Row.Last, change.Deleted)
		}
	}
	// Output: Somerville false
}

// Contents are streamed, in both directions.
func ExampleClient_File() {
	ctx, client := connect()
	id, err := dataverse.Table[Account](client, "accounts").Create(ctx, Account{Name: "With a picture"}, nil)
	check(err)
	var picture bytes.Buffer
	check(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 200, 100))))
	logo := client.File("accounts", id, "entityimage")
	check(logo.Upload(ctx, &picture, "logo.png", nil))
	var thumbnail bytes.Buffer
	_, err = logo.Download(ctx, &thumbnail, &dataverse.DownloadOptions{Thumbnail: true})
	check(err)
	shown, _, err := image.Decode(&thumbnail)
	check(err)
	fmt.Println(shown.Bounds().Dx(), "pixels wide")
	// Output: 144 pixels wide
}

// All clients that share a governor stay below the limits of their application user
// together. Package redisgovernor shares one between processes.
func ExampleNewGovernor() {
	governor := dataverse.NewGovernor(nil)
	client, err := dataverse.NewClient(environmentURL("contoso"), credential("contoso-app"), &dataverse.ClientOptions{
		Governor:      governor,
		ClientOptions: azcore.ClientOptions{Transport: trust},
	})
	check(err)
	ctx, _ := connect()
	_, err = client.WhoAmI(ctx)
	fmt.Println(err)
	// Output: <nil>
}

// Texts go into a statement by SQLText alone.
func ExampleClient_SQL() {
	ctx, client := connect()
	_, err := dataverse.Table[Account](client, "accounts").Create(ctx, Account{Name: "O'Hara & Co", Number: "S-1"}, nil)
	check(err)
	for row, err := range client.SQL(ctx, "SELECT TOP 1 accountnumber FROM account WHERE name = "+dataverse.SQLText("O'Hara & Co")) {
		check(err)
		fmt.Println(row.String("accountnumber"))
	}
	// Output: S-1
}
