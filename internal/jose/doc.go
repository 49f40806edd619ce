// Package jose reads, verifies and writes compact JSON Web Signatures and the key
// sets that go with them.
//
// It owns the wire forms: three segments, an algorithm that must be on the
// caller's own list, key sets as providers publish them, certificate thumbprints in
// every spelling that shipping clients use, and signing with a header whose members
// stand in a fixed order. It refuses to know what a payload says: payloads are bytes
// here. Encryption, detached payloads and unprotected headers do not exist.
// Rooms that issue tokens or check signed assertions call it; it calls crypto only.
package jose
