// Package operator is how a local world is operated over the wire: its clock, its
// faults, its snapshots.
//
// It owns the API's paths, its JSON, its key, the server's handler and the client that
// speaks to it. What an order does is the composition's knowledge, which gives the
// handler a Clock, Faults and Snapshots; which words people type is the command line's.
// It exists for worlds that are made to be tested against, never for those that serve:
// without a key there is a handler that refuses everything. The root package serves it;
// the command line and tests use the client.
package operator
