// Package oidctest is an issuer of tokens for tests: metadata and keys over TLS on
// a loopback port, and tokens signed with real keys, right or wrong in every way.
//
// It owns nothing that lasts. Only tests import it, those of oidc and of the houses
// that verify tokens.
package oidctest
