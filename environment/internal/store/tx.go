package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/internal/sqldb"
)

var errReading = errors.New("a change inside a transaction that reads")

// Tx is one transaction, lent to the function given to Read or Write and ended with
// it. It is for one goroutine.
type Tx struct {
	s       *Store
	conn    *sqldb.Conn
	writing bool

	version, reserved int64
	secured, seeded   bool
	counters          map[string]counter // of autonumber columns

	given meta.ID // what query.Given stands for

	args []sqldb.Arg // reused: the engine copies arguments when a statement starts
	ids  []byte

	// Room for a point read, in the transaction's own memory.
	fewArgs [2]sqldb.Arg
	fewIDs  [2 * len(meta.ID{})]byte
}

// Duplicate is a row that another row forbids: the columns together must be unique.
// A primary id that is taken names the primary id's column.
type Duplicate struct {
	Table   string
	Columns []string
	cause   error
}

func (d *Duplicate) Error() string {
	return fmt.Sprintf("a row of %s with the same %s exists", d.Table, strings.Join(d.Columns, ", "))
}

// Unwrap gives the engine's words.
func (d *Duplicate) Unwrap() error { return d.cause }

// Apply carries out a granted change and tells how many rows it changed: none when
// the row is not there, out of the caller's scope or of another version. A unique
// key that is taken is a *Duplicate; the transaction may go on after it.
func (tx *Tx) Apply(ctx context.Context, c access.Change) (changed int64, err error) {
	return tx.change(ctx, c, (*sqldb.Conn).Exec)
}

// Send is Apply for a change whose outcome decides nothing: it may be carried out later,
// together with others. If it fails then, the transaction's function runs again and is
// told here.
func (tx *Tx) Send(ctx context.Context, c access.Change) error {
	_, err := tx.change(ctx, c, send)
	return err
}

// SendOne is Send for a change that is expected to change a row. It tells one, or how
// many it were; if it turns out to be none, the function runs again and is told so.
func (tx *Tx) SendOne(ctx context.Context, c access.Change) (changed int64, err error) {
	return tx.change(ctx, c, (*sqldb.Conn).SendOne)
}

func send(c *sqldb.Conn, sql string, args ...sqldb.Arg) (int64, error) {
	return 0, c.Send(sql, args...)
}

func (tx *Tx) change(ctx context.Context, c access.Change, run func(*sqldb.Conn, string, ...sqldb.Arg) (int64, error)) (changed int64, err error) {
	if !tx.writing {
		return 0, errReading
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	st, err := sqlgen.CompileChange(c, tx.s.dialect)
	if err != nil {
		return 0, err
	}
	if securityTables[st.Table.LogicalName] {
		tx.secured = true
	}
	if st.Returns {
		return tx.bury(st)
	}
	changed, err = run(tx.conn, st.SQL, tx.bind(st.Args)...)
	if err == nil {
		return changed, nil
	}
	if columns, ok := sqldb.IsUnique(err); ok {
		return 0, duplicate(st.Table, columns, err)
	}
	return 0, fmt.Errorf("change %s: %w", st.Table.LogicalName, err)
}

func duplicate(t *meta.Table, columns []string, cause error) *Duplicate {
	d := &Duplicate{Table: t.LogicalName, Columns: make([]string, len(columns)), cause: cause}
	for i, c := range columns {
		d.Columns[i] = strings.TrimPrefix(c, t.LogicalName+".")
	}
	return d
}

// Exists reports whether a granted question has a row.
func (tx *Tx) Exists(ctx context.Context, g access.Granted) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	plan, err := sqlgen.Compile(g, tx.s.dialect)
	if err != nil {
		return false, err
	}
	rows, err := tx.query(plan.SQL, plan.Args)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

// query starts a statement.
func (tx *Tx) query(sql string, args []query.Value) (*sqldb.Rows, error) {
	rows, err := tx.conn.Query(sql, tx.bind(args)...)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	return rows, nil
}

// bind turns values into arguments, which are valid until the next bind.
func (tx *Tx) bind(values []query.Value) []sqldb.Arg {
	if tx.args == nil {
		tx.args, tx.ids = tx.fewArgs[:0], tx.fewIDs[:0]
	}
	tx.args, tx.ids = slices.Grow(tx.args[:0], len(values)), tx.ids[:0]
	for _, v := range values {
		tx.args = append(tx.args, tx.arg(v))
	}
	return tx.args
}

func (tx *Tx) arg(v query.Value) sqldb.Arg {
	switch v.Storage() {
	case meta.Text:
		return sqldb.Text(v.Text())
	case meta.Int:
		return sqldb.Int(v.Int())
	case meta.Float:
		return sqldb.Float(v.Float())
	case meta.GUID:
		id := v.GUID()
		if v.IsGiven() {
			id = tx.given
		}
		tx.ids = append(tx.ids, id[:]...)
		return sqldb.Blob(tx.ids[len(tx.ids)-len(id):])
	case meta.Bytes:
		return sqldb.Blob(v.Bytes())
	}
	return sqldb.Null()
}
