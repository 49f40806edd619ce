package sqlgen

import "github.com/stead-s2s/stead/environment/internal/query"

// Dialect is what one database engine answers to the questions on which engines
// differ. A value is all that another engine needs here. Whether text compares
// without regard to case is the tables' business: store declares it per column.
type Dialect struct {
	// Name is how the engine is called in errors and tests.
	Name string

	quote       func(b []byte, identifier string) []byte
	placeholder func(b []byte, n int) []byte // the n-th argument, from 1
	maxArgs     int                          // arguments of one statement at most

	// What follows a sort key so that nulls come first ascending, last descending.
	ascendingNulls, descendingNulls string
	// What follows a text expression that is no column, so that it is compared like one.
	collate string

	// part writes a part of a date as an integer.
	part func(w *writer, c query.Col, p query.Part)

	// judge writes that a column holds one of the ids of an In, as a test of each row that
	// no index is chosen for; nil writes the list.
	judge func(w *writer, e query.In)

	// match writes the condition that a text column matches a pattern, without
	// regard to case, unknown for null.
	match func(w *writer, c query.Col, p pattern)
}
