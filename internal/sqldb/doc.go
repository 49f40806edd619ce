// Package sqldb keeps rows in a file, or in a schema of a PostgreSQL server: one writer that commits in groups, many
// readers that never wait for it.
//
// It owns connections, transactions, prepared statements, schema versions and the translation of the engine's failures
// into a handful of errors that a person can act on. It refuses to know what the rows mean: no table, column or rule of
// any house is named here, and no SQL is made here except for transactions and pragmas.
//
// The door is narrow on purpose. database/sql costs 45–95 % on reads whichever driver stands under it, so a [Conn] is a
// thin seam over the engine's own interface: arguments are [Arg] values and columns are read in place, neither boxed
// into any. Both engines stand behind it; the SQL they are given differs, and is its giver's business, but for parameters:
// a question mark is one at both.
//
// To a server each statement whose answer is needed is a journey. Who needs none says so by [Conn.Send], who asks several
// things at once by [Conn.QueryAll]; what the engine makes of it is its own business, and of no consequence but time.
//
// Called by the rooms that keep things (stores); calls the two drivers only. No goroutine is started: the caller whose
// write finds nobody writing carries out its own write and those that queued behind it.
package sqldb
