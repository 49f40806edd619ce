// Package sqlstore keeps the directory and the sealed signing keys in a database.
//
// It owns the tables, one column per member, and their versions. It refuses to know
// rules: what may be in use twice the indexes say, all else directory decides before.
// Nothing is read or written here for a token; the face opens it and hands it to
// directory and keys, whose stores it is. It calls sqldb.
package sqlstore
