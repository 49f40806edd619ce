// Package pgstore keeps the counters of package limit in PostgreSQL, for a few
// processes that share a limit and have no Redis.
//
// It owns one unlogged table, a row a key that holds a limit.Window as it is. When a
// process calls and how much it leases, package lease says.
//
// It refuses to know what is counted, and what to do when the database is away:
// limit.Fallback does. Called by whoever composes a system of several processes.
package pgstore
