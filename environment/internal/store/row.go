package store

import (
	"math"

	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// live is the row under the engine's cursor.
type live struct{ rows *sqldb.Rows }

func (l live) Null(cell int) bool       { return l.rows.Null(cell) }
func (l live) Int(cell int) int64       { return l.rows.Int(cell) }
func (l live) Float(cell int) float64   { return l.rows.Float(cell) }
func (l live) Bytes(cell int) []byte    { return l.rows.Blob(cell) }
func (l live) Children(int) []query.Row { return nil }

// kept is a row copied out, for answers whose rows have collections and for single
// rows.
type kept struct {
	cells    []value
	children [][]query.Row
}

// value is one copied cell; num is an integer, or a float's bits.
type value struct {
	kind  sqldb.Kind
	num   int64
	bytes []byte
}

func (k *kept) Null(cell int) bool { return k.cells[cell].kind == sqldb.KindNull }

func (k *kept) Int(cell int) int64 {
	v := k.cells[cell]
	if v.kind == sqldb.KindFloat {
		return int64(math.Float64frombits(uint64(v.num)))
	}
	return v.num
}

func (k *kept) Float(cell int) float64 {
	v := k.cells[cell]
	if v.kind == sqldb.KindFloat {
		return math.Float64frombits(uint64(v.num))
	}
	return float64(v.num)
}

func (k *kept) Bytes(cell int) []byte { return k.cells[cell].bytes }

func (k *kept) Children(child int) []query.Row {
	if child >= len(k.children) {
		return nil
	}
	return k.children[child]
}

// keeper copies rows into blocks of memory that many rows share; the first block is
// for one row, each further one for more.
type keeper struct {
	cells []value
	bytes []byte
	rows  int // of the current block of cells
}

// keep copies the row under the cursor. collections is the number of those that
// it has.
func (k *keeper) keep(rows *sqldb.Rows, columns, collections int) *kept {
	if cap(k.cells)-len(k.cells) < columns {
		k.rows = min(k.rows*4+1, 64)
		k.cells = make([]value, 0, columns*k.rows)
	}
	from := len(k.cells)
	for i := range columns {
		k.cells = append(k.cells, k.value(rows, i))
	}
	row := &kept{cells: k.cells[from:len(k.cells):len(k.cells)]}
	if collections > 0 {
		row.children = make([][]query.Row, collections)
	}
	return row
}

func (k *keeper) value(rows *sqldb.Rows, i int) value {
	v := value{kind: rows.Kind(i)}
	switch v.kind {
	case sqldb.KindInt:
		v.num = rows.Int(i)
	case sqldb.KindFloat:
		v.num = int64(math.Float64bits(rows.Float(i)))
	case sqldb.KindText, sqldb.KindBlob:
		v.bytes = k.copy(rows.Blob(i))
	}
	return v
}

func (k *keeper) copy(b []byte) []byte {
	if cap(k.bytes)-len(k.bytes) < len(b) {
		k.bytes = make([]byte, 0, max(len(b), min(2*cap(k.bytes)+256, 16<<10)))
	}
	from := len(k.bytes)
	k.bytes = append(k.bytes, b...)
	return k.bytes[from:len(k.bytes):len(k.bytes)]
}
