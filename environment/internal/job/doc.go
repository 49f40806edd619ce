// Package job keeps the rows that tell of work behind answers: background operations, and
// bulk deletions, which it also carries out. Clients look there for what became of their
// work, and call it off there.
//
// It owns the states of these rows and what clients may change of them. It refuses to know
// when work runs and who runs it: background has the workers, webapi hands them the work.
//
// webapi calls Book; engine asks Rules in every write; environment wires.
package job
