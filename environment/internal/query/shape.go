package query

import (
	"iter"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Row is one row of an answer: cells by index, valid until the next row is asked
// for. Which cell holds what is the Shape's knowledge.
type Row interface {
	Null(cell int) bool
	Int(cell int) int64
	Float(cell int) float64
	Bytes(cell int) []byte // text as UTF-8, an id as 16 bytes; not to be kept
	// Children gives the rows of the collection-valued child whose At this is, in
	// order.
	Children(child int) []Row
}

// Shape says which cell of a Row holds what.
type Shape struct {
	Table    *meta.Table
	Fields   []Field // in the order of Select.Columns
	Version  int     // cell of versionnumber, for the ETag; -1 when the table has none
	ID       int     // cell of the primary id
	Order    []int   // cells of the Order keys, from which next links are made
	Children []Child // in the order of Select.Expands
}

// Field is one output column: its value, and -1 or the cells of the target's type
// code and of the label that Output asked for.
type Field struct {
	Column *meta.Column
	Value  int
	Type   int
	Label  int
}

// Child is an expanded navigation. A single-valued child lives in the same Row
// (its Shape's cells are absolute) and is absent when the cell Present is null; a
// collection-valued child's rows come from Row.Children.
type Child struct {
	Nav     meta.Navigation
	Shape   *Shape
	Present int
	At      int  // collection: the number by which Row.Children knows it
	More    bool // collection: set when rows beyond the limit were left out
}

// Page is an answer while it streams.
type Page struct {
	Shape       *Shape
	Rows        iter.Seq2[Row, error]
	One         Row         // the only row, of a page that is known to have one; nil: go through Rows
	More        func() bool // after the last row: do rows beyond Select.Limit exist
	Count       int64       // when Select.Count; at most Select.CountLimit
	CountCapped bool        // there are more than Count says
}
