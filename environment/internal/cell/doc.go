// Package cell judges the values that clients give to columns, and brings them to the
// form in which rows keep them: texts no longer than their column, numbers within its
// range and rounded to its decimals, options that it has, dates that databases know.
//
// It owns the rules that a column alone decides, and the arithmetic of money. It refuses
// to know rows, callers and the database: what depends on them is judged by engine.
//
// engine and rows call it.
package cell
