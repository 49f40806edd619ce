// Package stead composes a whole server-to-server world in one process: a token
// authority, the environments of its tenants, a local certificate authority, and
// the data directory they live in.
//
// It owns composition only: the configuration, the seeded world, which port serves
// what, and the order of starting and stopping. The houses it starts know each
// other's addresses and nothing else; every request between them crosses TLS.
// cmd/stead and steadtest are its callers.
package stead
