// Package schema reads and writes what tables are: their columns, choices, keys and
// relationships.
//
//	report, err := schema.EnsureTable(ctx, client, schema.Table{
//		SchemaName: "new_Project", Label: "Project", Plural: "Projects",
//		Columns: []schema.Column{
//			{SchemaName: "new_Name", Type: schema.String, Primary: true},
//			{SchemaName: "new_Budget", Type: schema.Money},
//			{SchemaName: "new_Customer", Type: schema.Lookup, Targets: []string{"account"}},
//		},
//		Keys: []schema.Key{{SchemaName: "new_ByName", Columns: []string{"new_name"}}},
//	}, nil)
//	// report.Created: what was missing; report.Drift: what is there and differs
//
// EnsureTable says what is to be, and can be run again and again: it makes what is missing,
// tells what differs, and never drops or changes anything. The functions beside it do one thing
// each. A client with a [dataverse.Behavior] that names a solution puts what it makes into it.
//
// The package owns the definitions and their form on the wire; it refuses to know rows. It
// calls package dataverse alone; package gen writes Go from what it reads.
package schema
