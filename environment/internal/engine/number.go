package engine

import (
	"github.com/stead-s2s/stead/environment/internal/autonumber"
	"github.com/stead-s2s/stead/environment/internal/cell"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// numbering is an autonumber column with its format, or with what is wrong with that.
type numbering struct {
	column *meta.Column
	format autonumber.Format
	wrong  error
}

func newNumbering(c *meta.Column) numbering {
	n := numbering{column: c}
	n.format, n.wrong = autonumber.Parse(c.AutoNumber)
	return n
}

// NumbersOf is the name by which store counts the numbers of a column.
func NumbersOf(c *meta.Column) string { return c.Table.LogicalName + "." + c.LogicalName }

// enumerate gives a new row the texts of its autonumber columns, but for those that the
// client gave itself. A format that cannot be read shows here, as in the service, where
// nobody judges it before. Numbers are taken before the row is judged: one that is
// refused leaves a gap ("Create autonumber columns").
func (w *work) enumerate(d *draft) error {
	for _, n := range d.numbered {
		if d.Gives(n.column) {
			continue
		}
		text, err := w.numberOf(n)
		if err != nil {
			return err
		}
		v, err := cell.Keep(op.Assignment{Column: n.column, Value: query.Text(text)})
		if err != nil {
			return err
		}
		d.Put(n.column, v)
	}
	return nil
}

func (w *work) numberOf(n numbering) (string, error) {
	if n.wrong != nil {
		return "", dverr.InvalidArgument.With().
			Helping("The AutoNumberFormat %q of %s.%s: %s.", n.column.AutoNumber, n.column.Table.LogicalName, n.column.LogicalName, n.wrong)
	}
	var next int64
	if n.format.Numbered() {
		var err error
		if next, err = w.DB.TakeNumber(NumbersOf(n.column), autonumber.First); err != nil {
			return "", err
		}
	}
	return n.format.Write(next, w.Call.Now, w.engine.random)
}

// SetSeed says which number the next row gets in an autonumber column.
func (w *Work) SetSeed(c *meta.Column, n int64) error { return w.work.DB.SetSeed(NumbersOf(c), n) }
