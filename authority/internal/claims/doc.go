// Package claims makes the claims of tokens: facts in, JSON out. Access tokens of
// applications and of people, v1.0 and v2.0, id_tokens, and access tokens of AD FS.
//
// It owns which claims there are, what they are called in each version and the order
// they stand in (Entra facts 3.1, 3.2, 4.3, 8), pairwise subjects, and how long a token
// lives. It is pure: it asks nobody, knows no request and no clock, and imports neither
// net/http nor a database. grant calls it between the last check and the signature.
package claims
