package sqlgen

import "github.com/stead-s2s/stead/environment/internal/query"

// Dialect is what one database engine answers to the questions on which engines
// differ. A value is all that another engine needs here. Text compares without regard
// to the case of A to Z, in the order of bytes, at every engine: where the tables'
// declarations do not say so, lowers does.
type Dialect struct {
	// Name is how the engine is called in errors and tests.
	Name string

	quote       func(b []byte, identifier string) []byte
	placeholder func(b []byte, n int) []byte // the n-th argument, from 1
	maxArgs     int                          // arguments of one statement at most
	cast        func(v query.Value) string   // what follows a placeholder that stands beside no column; nil: nothing

	// What follows a sort key so that nulls come first ascending, last descending.
	ascendingNulls, descendingNulls string
	// What follows a text expression that is no column, so that it is compared like one.
	collate string
	// lowers says that the tables compare text by its bytes, so that what is compared,
	// ordered and grouped is lower(text), and constants are in lower case. Rows that are
	// the same but for case are then told apart by grouping, not by DISTINCT.
	lowers bool

	// limited says that the branches of a merged list are ordered and limited each for
	// itself, by an engine that would otherwise read all of them before it sorts.
	limited bool
	// veils says that the planner is not to see whose rows a scope is of: it would plan
	// for each of them anew, which takes longer than the page that it plans.
	veils bool
	// inOrder joins a table to those that stand before it, which the engine is to read
	// first.
	inOrder string

	// quotient is what stands before, between and after two totals that are divided, so
	// that the result is an integer, rounded towards zero.
	quotient [3]string
	// extreme writes the least or greatest text of a group; nil: min and max do.
	extreme func(w *writer, o query.Output)

	// part writes a part of a date as an integer.
	part func(w *writer, c dated, p query.Part, back int64)
	// shown writes what the clock of a place shows at a column's instant, as seconds of UTC.
	shown func(w *writer, c dated)

	// judge writes that a column holds one of the ids of an In, as a test of each row that
	// no index is chosen for; nil writes the list.
	judge func(w *writer, e query.In)

	// match writes the condition that a text column matches a pattern, without
	// regard to case, unknown for null.
	match func(w *writer, c query.Col, p pattern)
}
