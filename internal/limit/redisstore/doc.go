// Package redisstore keeps the counters of package limit in Redis 7 or Valkey, for
// several processes that share one limit.
//
// It owns one script, which does a lease.Call in one round trip, and the shape of
// the hash that a key is: the same slots as limit.Window, so that all stores answer
// alike. When a process calls and how much it leases, package lease says. It refuses to
// know what is counted and what to do when Redis is away: limit.Fallback does. Called by
// whoever composes a system of several processes.
package redisstore
