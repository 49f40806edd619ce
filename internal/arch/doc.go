// Package arch holds the house rules as tests: which room may import which, what a room must say of itself, how long
// files and functions may be, which words may be said where.
//
// It owns arrows.txt, the allowed imports, and reads the module's source as text; it imports nothing of it and nobody
// imports it. A change to arrows.txt is a change to the architecture: it needs a note in docs/decisions. The rules are
// tried against small modules made to break them, so a rule that sees nothing is noticed.
package arch
