// Package localca is a certificate authority for this machine, kept in a directory, and the certificates it vouches for.
//
// It owns three files and the leaf certificate made from them in memory:
//
//   - ca-key.pem: private key and certificate, readable by the owner alone. All else is made from it.
//   - ca.pem: the certificate. For clients that add it to what they trust (NODE_EXTRA_CA_CERTS, curl --cacert for one
//     host) and for trust stores.
//   - ca-bundle.pem: the same and the system's own roots, where they are found. For variables that replace what a client
//     trusts (SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE): with ca.pem there, the client would reach this machine
//     and nothing else. On Windows the system keeps its roots elsewhere and the bundle equals ca.pem.
//
// The authority is bound by name constraints to the loopback addresses and the hosts it was made for, so whoever trusts
// it trusts it for nothing else, even if the key leaks. It refuses to know what is served behind its certificates.
//
// Called by whoever composes a running system, and by tests; calls only the standard library.
package localca
