// Command bench measures Stead against a bare net/http handler that does the least
// that could answer the same request, in the same run on the same machine: the
// distance between the two is what Stead's generality costs.
//
// It owns the bare handlers, the load and the table it prints. It starts Stead as
// its users do and calls it over TLS; only the bare handlers touch the database
// file themselves. It measures the SDK against bodies written by hand and another client
// in the same way. Absolute figures move with the machine; the ratios are the result.
package main
