// Package clientauth finds out whether a client is the application it says it is: by a
// client secret, by an assertion signed with the key of a registered certificate, or by the
// token of a foreign issuer that it is registered for.
//
// It owns every shape of assertion that shipping clients send (Entra facts 2.3) and the
// reasons for which a credential is refused. Its [Proof] is what the issuing of a token
// requires. It also asks foreign issuers for their keys, and guards whom it asks. It
// refuses to know what a request looks like and what the client wants; grant calls it with
// what the request presented, it looks at the client's credentials in directory and calls
// jose.
package clientauth
