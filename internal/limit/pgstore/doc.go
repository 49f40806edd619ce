// Package pgstore keeps the counters of package limit in PostgreSQL, for a few
// processes that share a limit and have no Redis.
//
// It owns one unlogged table, a row a key that holds a limit.Window as it is, and
// the leases that spare round trips: a process that is busy with a key takes
// several places at once, good for the present slot of time only, and hands back
// with its next call those it did not use. The lease doubles while the slot lasts,
// from none to Chunk and never over a quarter of what is left, so that near the
// limit every request is asked about.
//
// So one process alone is answered as by the other stores. Between processes, what
// another has leased and not used counts against the limit until that process calls
// again (at most as many as it used); how many are in at once, and the time spent,
// are known to the others when it calls next or Flush is called. Never are more let
// in than the limit.
//
// It refuses to know what is counted, and what to do when the database is away:
// limit.Fallback does. Called by whoever composes a system of several processes.
package pgstore
