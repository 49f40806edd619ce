package usage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/stead-s2s/stead/internal/sqldb"
)

// Database keeps rows in a file of its own, so that they survive a restart and no
// backup of the environment's data holds them.
type Database struct{ db *sqldb.DB }

var steps = []string{`CREATE TABLE usage (
	start INTEGER NOT NULL, span INTEGER NOT NULL, user BLOB NOT NULL, application BLOB NOT NULL, counts BLOB NOT NULL,
	PRIMARY KEY (start, span, user, application)) WITHOUT ROWID`}

// OpenDatabase opens the file at path, made when there is none. A volatile one may be lost
// when the machine dies.
func OpenDatabase(ctx context.Context, path string, volatile bool) (*Database, error) {
	db, err := sqldb.Open(path, sqldb.Options{Readers: 1, CacheKiB: 512, Volatile: volatile})
	if err != nil {
		return nil, fmt.Errorf("open usage: %w", err)
	}
	if err := sqldb.Migrate(ctx, db, steps); err != nil {
		return nil, errors.Join(fmt.Errorf("open usage: %w", err), db.Close())
	}
	return &Database{db}, nil
}

// Close ends the keeper.
func (d *Database) Close() error { return d.db.Close() }

// Save implements Keeper.
func (d *Database) Save(ctx context.Context, rows []Row) error {
	return d.db.Write(ctx, func(c *sqldb.Conn) error { return save(c, rows) })
}

func save(c *sqldb.Conn, rows []Row) error {
	for _, r := range rows {
		if err := addRow(c, r); err != nil {
			return err
		}
	}
	return nil
}

func addRow(c *sqldb.Conn, r Row) error {
	there, err := read(c, `SELECT start, span, user, application, counts FROM usage
		WHERE start = ? AND span = ? AND user = ? AND application = ?`, r.args()...)
	if err != nil {
		return err
	}
	for _, old := range there {
		r.Plus(old.Counts)
	}
	_, err = c.Exec(`INSERT OR REPLACE INTO usage (start, span, user, application, counts) VALUES (?, ?, ?, ?, ?)`,
		append(r.args(), sqldb.Blob(r.encode()))...)
	return err
}

// args are the values of the row's key.
func (r *Row) args() []sqldb.Arg {
	return []sqldb.Arg{sqldb.Int(r.Start.Unix()), sqldb.Int(int64(r.Span / time.Second)), sqldb.Blob(r.User[:]), sqldb.Blob(r.Application[:])}
}

// Load implements Keeper.
func (d *Database) Load(ctx context.Context, q Query) (found []Row, err error) {
	err = d.db.Read(ctx, func(c *sqldb.Conn) error {
		rows, err := read(c, `SELECT start, span, user, application, counts FROM usage WHERE start >= ? AND start < ?`,
			sqldb.Int(q.From.Unix()), sqldb.Int(q.To.Unix()+1))
		found = rows[:0]
		for i := range rows {
			if q.holds(&rows[i]) {
				found = append(found, rows[i])
			}
		}
		return err
	})
	return found, err
}

// Trim implements Keeper.
func (d *Database) Trim(ctx context.Context, now time.Time) error {
	edge := now.Add(-KeepMinutes).Truncate(time.Hour)
	return d.db.Write(ctx, func(c *sqldb.Conn) error {
		old, err := read(c, `SELECT start, span, user, application, counts FROM usage WHERE start < ? AND span < 3600`, sqldb.Int(edge.Unix()))
		if err != nil {
			return err
		}
		if _, err := c.Exec(`DELETE FROM usage WHERE start < ? AND span < 3600`, sqldb.Int(edge.Unix())); err != nil {
			return err
		}
		if err := save(c, trim(old, now, KeepMinutes)); err != nil {
			return err
		}
		_, err = c.Exec(`DELETE FROM usage WHERE start < ?`, sqldb.Int(now.Add(-KeepHours).Unix()))
		return err
	})
}

func read(c *sqldb.Conn, sql string, args ...sqldb.Arg) (found []Row, err error) {
	rows, err := c.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		r := Row{Start: time.Unix(rows.Int(0), 0).UTC(), Span: time.Duration(rows.Int(1)) * time.Second}
		copy(r.User[:], rows.Blob(2))
		copy(r.Application[:], rows.Blob(3))
		if err := r.decode(rows.Blob(4)); err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

// figures lists the counts in the order in which they are written; a later version
// adds at the end.
func (c *Counts) figures() []*int64 {
	list := []*int64{&c.Requests, &c.Operations, &c.Faults, (*int64)(&c.Execution), &c.Peak, &c.In, &c.Out}
	for i := range c.Refused {
		list = append(list, &c.Refused[i])
	}
	return list
}

func (c *Counts) encode() []byte {
	var b []byte
	for _, n := range c.figures() {
		b = binary.AppendUvarint(b, uint64(*n))
	}
	for _, n := range c.Latency {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

var errCounts = errors.New("a row of usage is damaged")

func (c *Counts) decode(b []byte) error {
	next := func() (v uint64) {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			b = nil
			return 1 << 63
		}
		b = b[n:]
		return v
	}
	for _, p := range c.figures() {
		if *p = int64(next()); *p < 0 {
			return errCounts
		}
	}
	for i := range c.Latency {
		v := next()
		if v > 1<<32-1 {
			return errCounts
		}
		c.Latency[i] = uint32(v)
	}
	return nil
}
