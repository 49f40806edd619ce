// Package claims makes the claims of access tokens, v1.0 and v2.0: facts in, JSON out.
//
// It owns which claims there are, what they are called in each version and the order
// they stand in (Entra facts 3.1), and how long a token lives. It is pure: it asks
// nobody, knows no request and no clock, and imports neither net/http nor a database.
// grant calls it between the last check and the signature.
package claims
