// Package store keeps the rows of one environment in its database: opening, data
// definition from the model, transactions, row versions, and the running of
// granted questions and changes.
//
// One table per table of the model and one column per column, by logical names; the
// indexes are those that the questions of the Web API and the caller's scope need.
// Rows go from the engine's cursor to whoever writes the answer without a copy,
// inside the transaction that saw them.
//
// It owns the database file, the counter of row versions and the security version.
// It decides nothing about who may do what: it runs what access granted, and fixed
// statements of its own over the security tables. Only engine and the environment's
// wiring call it; it calls sqlgen and the hallway's sqldb.
package store
