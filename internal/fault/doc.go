// Package fault makes servers fail on purpose, so that whoever calls them can be tested.
//
// It owns the rules (which requests, what happens to them, how often, how long), their
// order, their counts, and the handler that stands in front of a server and applies
// them. It refuses to know what a refusal looks like, who a caller is, or what time it
// is: the composition gives it those for each place. A rule may also stand for a state
// that something else keeps, so that all that is wrong on purpose is on one list. The
// root package is its caller.
package fault
