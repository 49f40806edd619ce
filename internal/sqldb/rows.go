package sqldb

import "github.com/ncruces/go-sqlite3"

// Rows is the answer to a query, one row at a time:
//
//	rows, err := c.Query("SELECT name FROM t WHERE id = ?", sqldb.Int(7))
//	if err != nil { return err }
//	defer rows.Close()
//	for rows.Next() { use(rows.Text(0)) }
//	return rows.Err()
//
// Columns count from 0. Reading a column before the first Next or after the last is a fault of the program.
type Rows struct {
	c    *Conn
	err  error
	done bool // closed

	// One of the two engines, a file's statement or a server's answer.
	p      *prepared
	stmt   *sqlite3.Stmt
	answer *answer

	next, prev *Rows // the others open on the connection
}

// Next goes to the next row. After the last it closes the rows and gives false, as it does on failure: see [Rows.Err].
func (r *Rows) Next() bool {
	if r.done {
		return false
	}
	var more bool
	if r.answer != nil {
		more, r.err = r.answer.step()
	} else {
		more, r.err = r.step()
	}
	if more {
		return true
	}
	r.err = r.c.s.wrap(r.err)
	r.Close()
	return false
}

// step goes on in a file. A column read that failed left its error in the statement, and the next step would wipe it.
func (r *Rows) step() (bool, error) {
	if err := r.stmt.Err(); err != nil {
		return false, err
	}
	if r.stmt.Step() {
		return true, nil
	}
	return false, r.stmt.Err()
}

// Err is what ended the rows before their end, or nil.
func (r *Rows) Err() error { return r.err }

// Close ends the query and gives [Rows.Err]. It may be called again.
func (r *Rows) Close() error {
	if r.done {
		return r.err
	}
	r.done = true
	if r.answer != nil {
		r.answer.end()
	} else {
		r.p.rest()
	}
	r.p, r.stmt = nil, nil
	if r.prev != nil {
		r.prev.next = r.next
	} else {
		r.c.open = r.next
	}
	if r.next != nil {
		r.next.prev = r.prev
	}
	r.next, r.prev = nil, nil
	return r.err
}

// Columns is the number of columns.
func (r *Rows) Columns() int {
	if r.answer != nil {
		return len(r.answer.fields)
	}
	return r.stmt.ColumnCount()
}

// Name is the name of column i.
func (r *Rows) Name(i int) string {
	if r.answer != nil {
		return r.answer.fields[i].Name
	}
	return r.stmt.ColumnName(i)
}

// Kind is the storage class of the value in column i; ask before reading it, for reading may convert the value in place.
func (r *Rows) Kind(i int) Kind {
	if r.answer != nil {
		return r.answer.kind(i)
	}
	switch r.stmt.ColumnType(i) {
	case sqlite3.INTEGER:
		return KindInt
	case sqlite3.FLOAT:
		return KindFloat
	case sqlite3.TEXT:
		return KindText
	case sqlite3.BLOB:
		return KindBlob
	}
	return KindNull
}

// Null tells whether column i is NULL.
func (r *Rows) Null(i int) bool {
	if r.answer != nil {
		return r.answer.row[i] == nil
	}
	return r.stmt.ColumnType(i) == sqlite3.NULL
}

// Int is column i as an integer; NULL gives 0.
func (r *Rows) Int(i int) int64 {
	if r.answer != nil {
		return r.answer.integer(i)
	}
	return r.stmt.ColumnInt64(i)
}

// Float is column i as a floating-point number; NULL gives 0.
func (r *Rows) Float(i int) float64 {
	if r.answer != nil {
		return r.answer.float(i)
	}
	return r.stmt.ColumnFloat(i)
}

// Text is column i as UTF-8, in the engine's own memory: it is valid until Next or Close. NULL gives nil.
func (r *Rows) Text(i int) []byte {
	if r.answer != nil {
		return r.answer.row[i]
	}
	return r.stmt.ColumnRawText(i)
}

// Blob is column i as bytes, in the engine's own memory: it is valid until Next or Close. NULL and the empty blob give
// an empty slice.
func (r *Rows) Blob(i int) []byte {
	if r.answer != nil {
		return r.answer.row[i]
	}
	return r.stmt.ColumnRawBlob(i)
}
