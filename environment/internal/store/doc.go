// Package store keeps the rows of one environment in its database: opening, data
// definition from the model, transactions, row versions, and the running of
// granted questions and changes.
//
// It owns the database file and the security version. It decides nothing about
// who may do what; only engine and the environment's wiring call it.
package store
