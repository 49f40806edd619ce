package query

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Select is a question for rows of one table.
type Select struct {
	Table   *meta.Table
	Columns []Output
	Where   Expr    // nil: every row
	Order   []Order // the reader ends it with the primary key, so that paging is total
	Expands []*Expand
	Links   []*Link // their columns may stand in Columns, Where and Order

	// Grouped says that the rows are aggregated: Columns without a Function are the
	// keys of the groups. Distinct leaves out equal rows. Either way a row of the
	// answer is no row of the table, and has neither id nor version.
	Grouped, Distinct bool

	// Offset is the number of rows to pass over first.
	Offset int
	// Limit is the number of rows to hand out at most; 0 is no limit. When more
	// rows exist, Page.More reports true after the last row.
	Limit int
	// After holds the Order values of the last row of the previous page; nil on the
	// first page. Rows strictly after it in Order are answered.
	After []Value
	// Count asks for the number of matching rows, counted up to CountLimit.
	Count      bool
	CountLimit int
}

// Col is a column of a particular Select: "current table" is wrong as soon as a
// sub-select refers outward. Masked counts it as null wherever it stands: the caller
// may not read it.
type Col struct {
	Of     *Select
	C      *meta.Column
	Masked bool
}

// Output is one column of the answer. Label asks for what the formatted value of a
// lookup (its target's primary name) or of money (its currency's symbol) needs
// beyond the value; Type for the target table of a polymorphic lookup. A masked
// column keeps its place and is null. Name is what the answer calls the column
// when that is not its property's name. Of a grouped Select, Function and Part say
// what is made of the column; Once takes equal values once.
type Output struct {
	Col      Col
	Name     string
	Label    bool
	Type     bool
	Function Function
	Once     bool
	Part     Part
	Zone     string // of Part, as of InPart
	// Rows, when set, makes the output the number of rows of another Select, whose
	// Where may mention columns of this one; Col is then what they are counted for.
	Rows *Select
}

// Order is one sort key. ByLabel sorts a lookup by its target's primary name, a
// choice by its label. Nulls come first ascending and last descending, as in SQL
// Server. Output, from 1, sorts by an output of a grouped Select, whose Col it is.
type Order struct {
	Col        Col
	Descending bool
	ByLabel    bool
	Output     int
}

// Expand asks for related rows inside each row: one at most when Nav.Single, else
// a collection. Select's Where holds both the client's filter and what access adds.
type Expand struct {
	Nav    meta.Navigation
	Select *Select
}

// Expr is a condition. The node types are And, Or, Not, Const, Compare, Match, In,
// HasBits, IsNull, InPart, Under and Exists; query.Walk visits them all.
type Expr interface{ expr() }

// And is true when all of its members are; empty is true.
type And struct{ Members []Expr }

// Or is true when one of its members is; empty is false.
type Or struct{ Members []Expr }

// Not negates; a comparison with null stays unknown and its row is left out, as in
// SQL, except where the reader spelled null itself (IsNull).
type Not struct{ Member Expr }

// Const is always or never.
type Const struct{ True bool }

// Operator compares two values.
type Operator uint8

// The comparison operators.
const (
	Equal Operator = iota + 1
	NotEqual
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
)

// Compare sets a column against a value, or against another column of the row when
// Other is set. Strings compare without regard to case (Dataverse facts 5.12).
type Compare struct {
	Col   Col
	Op    Operator
	Value Value
	Other *Col
}

// MatchKind says where the pattern of a Match must stand.
type MatchKind uint8

// The kinds: Like takes the pattern's own wildcards only.
const (
	Contains MatchKind = iota + 1
	StartsWith
	EndsWith
	Like
)

// Match compares a text column with a pattern in which SQL Server's wildcards
// % _ [set] [^set] are live (Dataverse facts 5.12).
type Match struct {
	Col     Col
	Kind    MatchKind
	Pattern string
}

// In is true when the column's value is among Values (none of them null).
type In struct {
	Col    Col
	Values []Value
}

// HasBits is true when the integer column holds every bit of Mask: an access mask
// of principalobjectaccess that gives a right (Dataverse facts 3.6).
type HasBits struct {
	Col  Col
	Mask int64
}

// IsNull is true when the column has no value.
type IsNull struct{ Col Col }

// Exists is true when Select, whose Where may mention columns of outer selects,
// has a row; with Op, when the number of its rows is in that relation to Number.
type Exists struct {
	Select *Select
	Op     Operator
	Number int64
}

func (And) expr()     {}
func (Or) expr()      {}
func (Not) expr()     {}
func (Const) expr()   {}
func (Compare) expr() {}
func (Match) expr()   {}
func (In) expr()      {}
func (HasBits) expr() {}
func (IsNull) expr()  {}
func (InPart) expr()  {}
func (Under) expr()   {}
func (Exists) expr()  {}
