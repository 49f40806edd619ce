// Package meta is the model of an environment: tables, columns, relationships,
// keys, choices and privileges, with the names that the Web API gives them.
//
// A Model is immutable and numbered; Cache hands out the current one by one atomic
// load, and a request pins one Model for its life. The room knows no SQL, no HTTP
// and no caller: catalog supplies the definitions an environment is born with,
// store keeps rows in the tables that the Model describes, and every other room
// asks it what a name means.
package meta
