// Package limittest holds the tests that every limit.Store passes, with a clock that
// only they move, and starts a real Redis for the tests that want one.
//
// It owns what a store promises, worked out by hand and as properties against a list
// of instants. It knows no store. Called by tests alone.
package limittest
