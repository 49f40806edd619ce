// Package background runs work that nobody waits for: a few jobs at a time, in the
// order in which they came.
//
// It owns the line of those who wait, the workers, and the end: Close stops what runs
// and forgets what waits. It refuses to know what a job does and keeps nothing: whoever
// hands in a job writes down what becomes of it.
//
// webapi hands in the requests that clients do not want to wait for; environment makes
// and closes the Runner.
package background
