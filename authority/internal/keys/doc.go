// Package keys holds the keys that tokens are signed with: it makes them, keeps them
// sealed, publishes them and rolls them.
//
// It owns the ring of one current key, the next one (published before it ever signs,
// because clients keep key sets for a day, Entra facts 1.5) and those retired whose
// tokens may still live; the schedule by which they follow each other; the sealing of private keys at rest (AES-256-GCM); and the
// queue before the processors, which keeps a storm of tokens from starving everything
// else. It refuses to know what is signed.
//
// grant asks it for signatures, discovery for what is published; sqlstore keeps what it
// seals. It calls jose.
package keys
