// Package clients runs unmodified client libraries and tools against a started Stead:
// MSAL and azidentity for Go, MSAL for Node and for Python, dynamics-web-api, generators
// that read metadata, servers that speak the Model Context Protocol.
//
// It owns the witnesses that docs/parity.md names; each is a program or a test that
// knows nothing of Stead but an address, a client id and a credential. install.sh
// installs the libraries.
package clients
