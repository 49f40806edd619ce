package sqlgen

import (
	"fmt"
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// writer holds one statement while it is written. The first fault is kept and the
// rest written to no purpose: faults are rare and checking every word is not.
type writer struct {
	d    Dialect
	b    []byte
	args []query.Value
	err  error

	// names holds the Selects in scope; the index is the number in the alias. A
	// Select that went out of scope leaves nil, so that aliases stay unique.
	names []*query.Select
	room  [4]*query.Select

	many     bool // the root goes over many rows, not one or a handful
	grouped  bool // the cells are those of groups
	veiled   bool // the planner is not to see the arguments
	keyed    bool // the root is a branch that is merged by keys of its own
	via      *via // the root is found by shares, which stand beside it
	hidden   bool // lists are judged row by row, not looked up
	cells    []cell
	total    int // the cell of Plan.Total
	joined   []join
	children []ChildPlan
}

// fewArgs is how many arguments most questions have.
const fewArgs = 8

// newWriter makes a writer with room for as many arguments.
func newWriter(d Dialect, args int) *writer {
	w := &writer{d: d, b: make([]byte, 0, 1024), args: make([]query.Value, 0, args)}
	w.names = w.room[:0]
	return w
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("compile: "+format, args...)
	}
}

func (w *writer) text(s string) { w.b = append(w.b, s...) }

func (w *writer) number(n int64) { w.b = strconv.AppendInt(w.b, n, 10) }

// name writes a quoted identifier.
func (w *writer) name(s string) { w.b = w.d.quote(w.b, s) }

// arg writes a placeholder for v.
func (w *writer) arg(v query.Value) {
	if w.veiled {
		w.text("(SELECT ")
	}
	w.placeholder(v)
	if w.d.cast != nil {
		w.text(w.d.cast(v))
	}
	if w.veiled {
		w.text(")")
	}
}

// argBeside is arg where a column beside it says of what type v is.
func (w *writer) argBeside(v query.Value) {
	if w.veiled {
		w.arg(v)
		return
	}
	w.placeholder(v)
}

func (w *writer) placeholder(v query.Value) {
	w.args = append(w.args, v)
	w.b = w.d.placeholder(w.b, len(w.args))
}

// value is arg for a constant that a column is set against or to; a constant of
// another storage class would be compared or kept by the engine's own conversions,
// which no reader means.
func (w *writer) value(c *meta.Column, v query.Value) {
	want, have := c.Storage(), v.Storage()
	if !v.IsNull() && want != have && (!numeric(want) || !numeric(have)) {
		w.fail("column %s.%s given a constant of another kind", c.Table.LogicalName, c.LogicalName)
	}
	if v.IsNull() || want == have {
		w.argBeside(v)
		return
	}
	w.arg(v)
}

// against is value for a constant that a column is compared with.
func (w *writer) against(c *meta.Column, v query.Value) { w.value(c, w.fold(v)) }

// fold gives a constant as it is compared.
func (w *writer) fold(v query.Value) query.Value {
	if w.d.lowers && v.Storage() == meta.Text {
		return query.Text(lowerASCII(v.Text()))
	}
	return v
}

func numeric(s meta.Storage) bool { return s == meta.Int || s == meta.Float }

// list writes placeholders for values, repeating the last up to a power of two, so
// that lists of any length make few statements.
func (w *writer) list(values []query.Value) {
	n := 1
	for n < len(values) {
		n *= 2
	}
	if n > w.d.maxArgs/2 {
		n = len(values)
	}
	for i := range n {
		if i > 0 {
			w.text(", ")
		}
		w.arg(w.fold(values[min(i, len(values)-1)]))
	}
}

// limit writes its number into the text: page sizes are few, planners choose the
// better form when they know it, and one that learns it from an argument plans anew
// whenever the argument is given.
func (w *writer) limit(n int) {
	w.text(" LIMIT ")
	w.number(int64(n))
}

// statement gives what was written.
func (w *writer) statement() (Statement, error) {
	w.checkArgs()
	return Statement{SQL: string(w.b), Args: w.args}, w.err
}

// checkArgs refuses what the engine would refuse with words about itself.
func (w *writer) checkArgs() {
	if len(w.args) > w.d.maxArgs {
		w.fail("%d constants in one question; the most is %d", len(w.args), w.d.maxArgs)
	}
}

// enter puts a Select in scope and gives the number of its alias.
func (w *writer) enter(s *query.Select) int {
	w.names = append(w.names, s)
	return len(w.names) - 1
}

// leave takes the Select with this alias out of scope.
func (w *writer) leave(self int) { w.names[self] = nil }

// of gives the alias number of the Select that a column names.
func (w *writer) of(c query.Col) int {
	for i := len(w.names) - 1; i >= 0; i-- {
		if w.names[i] == c.Of && c.Of != nil {
			if c.C.Table != c.Of.Table {
				w.fail("column %s does not belong to table %s", c.C.LogicalName, c.Of.Table.LogicalName)
			}
			return i
		}
	}
	w.fail("column %s belongs to a select that is not in scope", c.C.LogicalName)
	return 0
}

// table writes a table with its alias after a word such as FROM.
func (w *writer) table(word string, t *meta.Table, self int) {
	w.text(word)
	w.name(t.LogicalName)
	w.text(" AS ")
	w.alias(self)
}

func (w *writer) alias(self int) {
	w.b = append(w.b, 't')
	w.number(int64(self))
}

// column writes a column of the table with this alias. Where shares stand beside the
// root they tell what they know of it.
func (w *writer) column(self int, c *meta.Column) {
	if w.via != nil && self == 0 {
		if told := w.via.told(c); told != nil {
			self, c = viaAlias, told
		}
	}
	w.alias(self)
	w.b = append(w.b, '.')
	w.name(c.LogicalName)
}

// col writes a column, or a null of its type when it is masked.
func (w *writer) col(c query.Col) {
	if !c.Masked {
		w.column(w.of(c), c.C)
		return
	}
	w.text("CASE WHEN FALSE THEN ")
	w.column(w.of(c), c.C)
	w.text(" END")
}

// compared is column where it is compared, ordered or grouped by.
func (w *writer) compared(self int, c *meta.Column) {
	if !w.d.lowers || c.Storage() != meta.Text {
		w.column(self, c)
		return
	}
	w.text("lower(")
	w.column(self, c)
	w.text(")")
}

func (w *writer) comparedCol(c query.Col) {
	if !c.Masked {
		w.compared(w.of(c), c.C)
		return
	}
	w.col(c)
}

// conjunction begins the first or a further condition of a WHERE.
func (w *writer) conjunction(further bool) {
	if further {
		w.text(" AND ")
		return
	}
	w.text(" WHERE ")
}
