// Package steadtest starts a whole server-to-server world inside a test: a token authority and
// Dataverse environments, in process, over real TLS, on free ports.
//
//	func TestSync(t *testing.T) {
//		t.Parallel()
//		w := steadtest.Start(t, nil)
//		sync(w.Client(t, "contoso-app")) // the code under test; its tokens are from a real authority
//		w.AssertRows(t, "accounts?$filter=name eq 'Contoso'", steadtest.Row{"name": "Contoso"})
//	}
//
// Every world is one of its own: nothing that a test does is seen by another, and nothing is
// left when the test ends. The first world of a process is seeded; those that follow begin
// with a copy of it. Who and what is in a world is told by docs/world.md of the project; more
// is put into it by a [Seed], over the wire, as an administrator would.
//
// The package owns the form of seeds and what tests assert. What a world is it leaves to
// package stead, and what goes wrong on purpose to package operator. Methods that cannot do
// what they are asked fail the test.
package steadtest
