package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/environment/internal/zone"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Config says where an environment's rows are kept. Path is the database file, made
// when it is not there (its directory is not), or the address of a server's database,
// where Schema is made; Logger may be nil, and Now too: deletions are dated by it.
type Config struct {
	Path     string
	Schema   string // "" at a file; at a server what the address says
	Model    *meta.Model
	Volatile bool // a file may be lost when the machine dies
	Logger   *slog.Logger
	Now      func() time.Time
}

// Store is the database of one environment. It is safe for many goroutines.
type Store struct {
	db      *sqldb.DB
	model   *meta.Model
	ddl     ddl
	dialect sqlgen.Dialect
	now     func() time.Time

	fresh    atomic.Bool
	security atomic.Int64

	// version is the last row version given to a transaction that ran to its end;
	// confirmed is how far the counter in the database is known to have been moved.
	version, confirmed atomic.Int64

	numbers numbers
}

// Open opens the database and brings its tables up to the model: a new file gets
// all, an older one what it lacks. A file of another program is ErrForeign, one of a
// newer Stead sqldb.ErrNewer, a damaged one sqldb.ErrBroken.
func Open(ctx context.Context, c Config) (*Store, error) {
	db, err := sqldb.Open(c.Path, sqldb.Options{
		Schema: c.Schema, Alone: true, Volatile: c.Volatile, Tests: map[string]func(a, b []byte) bool{"among": sqlgen.Among},
		Numbers: map[string]func(int64, []byte) int64{"shown": zone.Shown},
	})
	if err != nil {
		return nil, fmt.Errorf("open environment: %w", err)
	}
	tables := tablesAt(db.Engine())
	s := &Store{db: db, model: c.Model, ddl: tables, dialect: tables.dialect, now: c.Now}
	if s.now == nil {
		s.now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if err := s.prepare(ctx, c.Logger); err != nil {
		db.Close()
		return nil, fmt.Errorf("open environment: %w", err)
	}
	return s, nil
}

// Remove removes an environment's rows and tables from a server's database. A schema
// that is another program's is ErrForeign, one that is open sqldb.ErrBusy; files are for
// their owner to remove.
func Remove(ctx context.Context, c Config) error {
	o := sqldb.Options{Schema: c.Schema, Alone: true}
	db, err := sqldb.Open(c.Path, o)
	if err != nil {
		return fmt.Errorf("remove environment: %w", err)
	}
	err = db.Read(ctx, tablesAt(db.Engine()).refuseForeign(db.Path()))
	if err = errors.Join(err, db.Close()); err == nil {
		err = sqldb.DropSchema(ctx, c.Path, o)
	}
	if err != nil {
		return fmt.Errorf("remove environment: %w", err)
	}
	return nil
}

// prepare makes what is missing and reads what is kept beside the rows.
func (s *Store) prepare(ctx context.Context, log *slog.Logger) error {
	if err := s.db.Read(ctx, s.ddl.refuseForeign(s.db.Path())); err != nil {
		return err
	}
	if err := sqldb.Migrate(ctx, s.db, s.ddl.migrations); err != nil {
		return err
	}
	if err := s.matchModel(ctx, keyTables, s.model, log); err != nil {
		return fmt.Errorf("make tables: %w", err)
	}
	s.security.Store(1)
	return s.db.Read(ctx, func(c *sqldb.Conn) error {
		version, _, err := setting(c, keyVersion)
		if err != nil {
			return err
		}
		s.version.Store(version)
		s.confirmed.Store(version)
		_, seeded, err := setting(c, keySeeded)
		s.fresh.Store(!seeded)
		return err
	})
}

// Close waits for running work and closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Fresh reports that no seed has been committed yet.
func (s *Store) Fresh() bool { return s.fresh.Load() }

// MarkSeeded records that the environment has its first rows; it counts when tx
// commits.
func (s *Store) MarkSeeded(tx *Tx) error {
	if !tx.writing {
		return errReading
	}
	tx.seeded = true
	return keep(tx.conn, keySeeded, 1)
}

// Weigh makes a server look at the rows of tables that got many, so that its first plans
// are made for them; it would look by itself after a minute. Of files nobody does:
// the lists of scopes would take three times as long.
func (s *Store) Weigh(ctx context.Context, tables ...*meta.Table) error {
	if s.ddl.weigh == "" {
		return nil
	}
	var script strings.Builder
	for _, t := range tables {
		script.WriteString(s.ddl.weigh + quote(t.LogicalName) + ";\n")
	}
	if err := s.db.Write(ctx, func(c *sqldb.Conn) error { return c.ExecScript(script.String()) }); err != nil {
		return fmt.Errorf("weigh tables: %w", err)
	}
	return nil
}

// Read runs fn over one snapshot: all it asks sees the same state.
func (s *Store) Read(ctx context.Context, fn func(*Tx) error) error {
	return s.db.Read(ctx, func(c *sqldb.Conn) error {
		return fn(&Tx{s: s, conn: c})
	})
}

// Write runs fn in a transaction; all it applied is kept when Write returns nil, and
// nothing otherwise. Writes that meet are committed together.
//
// fn may run more than once and on another goroutine (sqldb.DB.Write says when), so
// it must set what it captures, not add to it, and must not call Write.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	var tx *Tx
	err := s.db.Write(ctx, func(c *sqldb.Conn) error {
		if tx != nil {
			tx.giveBackNumbers()
		}
		tx = &Tx{s: s, conn: c, writing: true}
		if err := fn(tx); err != nil {
			return err
		}
		if err := tx.keepNumbers(); err != nil {
			return err
		}
		if tx.version > 0 {
			s.version.Store(tx.version)
		}
		return nil
	})
	if tx != nil {
		s.ended(tx, err)
	}
	return err
}

// ended draws the consequences of a transaction. The security version is moved on
// failure too: whoever reads anew for nothing loses little, and whether a commit that
// failed was kept is not always known.
func (s *Store) ended(tx *Tx, err error) {
	if tx.secured {
		s.security.Add(1)
	}
	tx.numbersEnded(err)
	if err != nil {
		return
	}
	if tx.seeded {
		s.fresh.Store(false)
	}
	for {
		known := s.confirmed.Load()
		if tx.reserved <= known || s.confirmed.CompareAndSwap(known, tx.reserved) {
			return
		}
	}
}

// Path is the database file, or the address of the database without password.
func (s *Store) Path() string { return s.db.Path() }
