// Package limit counts what keys do within a sliding window, and says when they
// have done too much: how often they came, how much time they spent, how many of
// them are in at once.
//
// It owns the arithmetic (Window), the counters of one process (Memory) and what
// happens when counters kept elsewhere are out of reach (Fallback). It refuses to
// know what a key is, why it is limited and what it is told. Stores shared by
// several processes are rooms of their own below this one; limittest holds the
// tests that all stores pass.
//
// All times are given by the caller. No goroutine is started.
//
// # What a window promises
//
// Time is cut into slots of Window/300, a second at least. An entry counts for the window at least
// and for less than the window and one slot: never are more than the limit let in
// during any span as long as the window, and nobody is refused who stayed below
// the limit for the window and one slot. Entries on whole slots count for the
// window exactly.
//
// An entry that has not left after a window is taken for lost and no longer counts
// as being in, so that a process that died does not hold its places for ever.
//
// # How long one is told to wait
//
// Whoever waits Decision.RetryAfter finds room, if nobody else of the same key
// takes it first. Every refusal since the key was last let in adds window/600 to
// what the next one is told, up to one window more: hammering makes the wait told
// longer, never the wait needed. A refusal costs the key nothing else; so those of
// its connections which do wait are not punished for those which do not.
package limit
