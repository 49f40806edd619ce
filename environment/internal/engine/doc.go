// Package engine executes one op for one caller in one transaction: the rules of
// creating, changing and deleting rows, and the streaming of answers.
//
// It calls access for every row it reads or changes, then store. It knows neither
// the wire nor SQL.
package engine
