// Package gen writes Go from the definitions of tables: a struct for rows of each, with dv tags,
// types with constants for choices, references, and alternate keys. The command
//
//	stead gen go --tables account,contact --package crm --out crm_gen.go
//
// calls it; so may a program of your own, under go generate.
//
// Write one file for a package: what the types share is in it. The same definitions give the
// same text, formatted by gofmt: a test that generates again and compares tells when an
// environment has changed. The package owns names and text; package schema reads the
// definitions.
package gen
