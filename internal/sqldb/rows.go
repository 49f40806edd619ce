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
	p    *prepared // nil once closed
	stmt *sqlite3.Stmt
	err  error

	next, prev *Rows // the others open on the connection
}

// Next goes to the next row. After the last it closes the rows and gives false, as it does on failure: see [Rows.Err].
func (r *Rows) Next() bool {
	if r.p == nil {
		return false
	}
	// A column read that failed left its error in the statement, and the next step would wipe it.
	if r.err = r.stmt.Err(); r.err == nil {
		if r.stmt.Step() {
			return true
		}
		r.err = r.stmt.Err()
	}
	r.err = wrap(r.c.s.path, r.c.s.ctx, r.err)
	r.Close()
	return false
}

// Err is what ended the rows before their end, or nil.
func (r *Rows) Err() error { return r.err }

// Close ends the query and gives [Rows.Err]. It may be called again.
func (r *Rows) Close() error {
	if r.p == nil {
		return r.err
	}
	r.p.rest()
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
func (r *Rows) Columns() int { return r.stmt.ColumnCount() }

// Name is the name of column i.
func (r *Rows) Name(i int) string { return r.stmt.ColumnName(i) }

// Kind is the storage class of the value in column i; ask before reading it, for reading may convert the value in place.
func (r *Rows) Kind(i int) Kind {
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
func (r *Rows) Null(i int) bool { return r.stmt.ColumnType(i) == sqlite3.NULL }

// Int is column i as an integer; NULL gives 0.
func (r *Rows) Int(i int) int64 { return r.stmt.ColumnInt64(i) }

// Float is column i as a floating-point number; NULL gives 0.
func (r *Rows) Float(i int) float64 { return r.stmt.ColumnFloat(i) }

// Text is column i as UTF-8, in the engine's own memory: it is valid until Next or Close. NULL gives nil.
func (r *Rows) Text(i int) []byte { return r.stmt.ColumnRawText(i) }

// Blob is column i as bytes, in the engine's own memory: it is valid until Next or Close. NULL and the empty blob give
// an empty slice.
func (r *Rows) Blob(i int) []byte { return r.stmt.ColumnRawBlob(i) }
