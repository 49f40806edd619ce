// Package maker carries out what makers do: it changes definitions, and has the rules of
// the rows that are definitions themselves, custom APIs and environment variables.
//
// It owns what surrounds a change of definitions in its transaction: the tables, the rows
// that tell of them, privileges and who holds them, the lists of solutions; and that the
// next model is there when the answer is. It refuses to know which changes are allowed:
// custom judges them, without a database; and what custom APIs answer, which is standin's.
//
// webapi calls Bench; engine asks Rules in every write; environment wires.
package maker
