// Package access decides what a caller may do: who the caller is, for whom it
// acts, which rows and columns it may reach. It is the only maker of Granted and
// Change, the only things that sqlgen compiles.
//
// It owns users, teams, roles, privileges and depths as an immutable snapshot of
// the environment's security tables, and the words of every refusal that concerns
// them. It knows no SQL and no HTTP: scopes are expressed as conditions of the
// query tree, so that the database judges rows and shares in the same statement
// that reads or changes them. engine calls it after binding and before SQL.
package access
