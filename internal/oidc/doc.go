// Package oidc verifies bearer tokens as a resource server does: from the signing
// keys that trusted issuers publish in their OpenID Connect metadata, over HTTPS.
//
// It owns the list of trusted issuers, their cached metadata and keys (a key id
// nobody knows makes it look again, rarely), the checks that a token must pass, and
// the memory of tokens that passed. It refuses to know what the bearer may do, and
// which answer a refusal becomes: errors say which check failed, callers word it.
// The faces of the houses call it with the bearer of a request; it calls jose and
// the issuers.
package oidc
