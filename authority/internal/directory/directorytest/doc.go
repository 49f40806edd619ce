// Package directorytest is the conformance suite of [directory.Store], and a store in
// memory that passes it.
//
// It owns what every store must do and nothing that lasts. Only tests import it.
package directorytest
