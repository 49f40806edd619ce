package sqldb

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// answer is what a server answers to one statement: on the wire, row by row, until another statement needs the wire.
type answer struct {
	s      *server
	reader *pgconn.ResultReader // nil once it is off the wire
	line   *pgconn.Pipeline     // what the reader is a part of; may be nil
	fields []pgconn.FieldDescription
	kinds  []Kind

	row  [][]byte
	kept [][][]byte // rows taken off the wire ahead of their turn
	err  error
}

// step goes to the next row.
func (a *answer) step() (bool, error) {
	if a.reader == nil {
		if len(a.kept) == 0 {
			a.row = nil
			return false, a.err
		}
		a.row, a.kept = a.kept[0], a.kept[1:]
		return true, nil
	}
	if a.reader.NextRow() {
		a.row = a.reader.Values()
		return true, nil
	}
	a.row = nil
	_, err := a.finish()
	return false, err
}

// finish takes the answer off the wire.
func (a *answer) finish() (pgconn.CommandTag, error) {
	tag, err := a.reader.Close()
	if a.line != nil {
		if end := a.line.Close(); err == nil {
			err = end
		}
	}
	a.reader, a.s.open = nil, nil
	a.s.note(err)
	return tag, err
}

// keep copies the row that is being looked at and all further ones.
func (a *answer) keep() {
	a.row = cloneRow(a.row)
	for a.reader.NextRow() {
		a.kept = append(a.kept, cloneRow(a.reader.Values()))
	}
	_, a.err = a.finish()
}

func cloneRow(row [][]byte) [][]byte {
	if row == nil {
		return nil
	}
	size := 0
	for _, cell := range row {
		size += len(cell)
	}
	room, out := make([]byte, 0, size), make([][]byte, len(row))
	for i, cell := range row {
		if cell != nil {
			from := len(room)
			room = append(room, cell...)
			out[i] = slices.Clip(room[from:])
		}
	}
	return out
}

// end gives up what was not read.
func (a *answer) end() {
	if a.reader != nil {
		_, _ = a.finish()
	}
	a.kept = nil
}

func (a *answer) kind(i int) Kind {
	if a.row[i] == nil {
		return KindNull
	}
	return a.kinds[i]
}

func (a *answer) integer(i int) int64 {
	switch cell := a.row[i]; a.kinds[i] {
	case KindInt:
		return wireInt(cell)
	case KindFloat:
		return int64(a.float(i))
	default:
		n, _ := strconv.ParseInt(string(cell), 10, 64)
		return n
	}
}

// wireInt reads a number of any width; a boolean is one of one byte.
func wireInt(cell []byte) int64 {
	switch len(cell) {
	case 8:
		return int64(binary.BigEndian.Uint64(cell))
	case 4:
		return int64(int32(binary.BigEndian.Uint32(cell)))
	case 2:
		return int64(int16(binary.BigEndian.Uint16(cell)))
	case 1:
		return int64(cell[0])
	}
	return 0
}

func (a *answer) float(i int) float64 {
	cell := a.row[i]
	switch a.kinds[i] {
	case KindInt:
		return float64(wireInt(cell))
	case KindFloat:
		if len(cell) == 8 {
			return math.Float64frombits(binary.BigEndian.Uint64(cell))
		}
		if len(cell) == 4 {
			return float64(math.Float32frombits(binary.BigEndian.Uint32(cell)))
		}
		return 0
	default:
		f, _ := strconv.ParseFloat(string(cell), 64)
		return f
	}
}
