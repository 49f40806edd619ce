// Package lease spares calls to a store of package limit that several processes share:
// a process that is busy with a key takes several places at once, good for the present
// slot of time only, and hands back with its next call those it did not use.
//
// It owns what a process holds of a key and has not told (leased places, who came in
// and left, time spent), when to call, and how much to lease: the lease doubles while
// the slot lasts, from none to Chunk, never over a quarter of what is left of the first
// half of the limit. The second call of the next slot leases as much as the last one did. In the second half every request is asked about, so that all the
// limit allows is let in by whichever process asks.
//
// So one process alone is answered as by a store without leases. Between processes,
// what another has leased and not used counts against the limit until that process
// calls again or Flush is called; how many are in at once, and the time spent, are known
// to the others then too. Never are more requests let in than the limit.
//
// It refuses to know how counters are kept: Far does. Called through the stores below
// internal/limit that are built on it.
package lease
