// Package usage keeps what the users of an environment did, by the minute: requests,
// operations, refusals, time, how many at once, how fast, how many bytes.
//
// It owns the rows and their bounds (minutes for a day, hours for thirty days), where
// they are kept (Memory, or Database which survives a restart), their forms (JSON,
// CSV, Prometheus text) and the arithmetic of when a limit will be met. It refuses to
// know the limits and to decide anything. Called by quota, which tells it of every
// request, and by whoever shows usage.
//
// Nothing is written while a request waits: rows go to their keeper with Flush,
// which whoever composes an environment calls once a minute and at the end.
package usage
