package query

// Link joins rows to those of the Select it stands in: one row of the answer for
// each pair that On holds for. Select's Where counts as a part of On, so that rows
// which a caller may not read are rows that are not there. Select has Links of its
// own, but neither Columns nor Order: the Select around all links has them.
type Link struct {
	Select *Select
	On     Expr
	Outer  bool // keeps rows without a pair, with nulls
	First  bool // pairs with one row at most, that of the least primary id; goes with Outer
}

// Function is what a grouped Select makes of a column's values.
type Function uint8

// The functions. Count counts rows, CountValues those with a value. Average of
// integers is an integer, as in SQL Server.
const (
	Count Function = iota + 1
	CountValues
	Sum
	Average
	Least
	Greatest
)

// Part is a part of a date by which rows are grouped or found: Day is the day of the
// month, Week the week of the year from Sunday to Saturday, of which the one with
// January 1st is the first. FiscalYear and FiscalPeriod make further ones.
type Part uint16

// The parts.
const (
	Day Part = iota + 1
	Week
	Month
	Quarter
	Year
)

// InPart is true when the part of a date is Number.
//
// Zone is the place of the tz database by whose clock the part is read; "" is UTC, of
// columns without a zone too.
type InPart struct {
	Col    Col
	Part   Part
	Number int64
	Zone   string
}

// Under is true when the column holds the id of a row below Root in the hierarchy
// that Parent, a lookup of Select's table to itself, makes; when Up, of a row above
// it. Self takes Root along. Only rows of Select are walked through.
type Under struct {
	Col    Col
	Select *Select
	Parent Col
	Root   Value
	Up     bool
	Self   bool
}

// EachLink gives the links of s and theirs, outer ones first.
func EachLink(s *Select, visit func(*Link)) {
	for _, l := range s.Links {
		visit(l)
		EachLink(l.Select, visit)
	}
}
