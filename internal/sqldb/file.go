package sqldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// snapshotLife bounds how long a snapshot is used again, so that what another process writes is seen soon.
const snapshotLife = 50 * time.Millisecond

// file is one connection to a database file.
type file struct {
	path  string
	raw   *sqlite3.Conn
	cache *cache
	ctx   context.Context // of the work being done; Background between works
	held  bool            // a reader's snapshot is open
	since moment          // the snapshot is no older than this

	tx transactions
}

// transactions are the statements that begin and end them.
type transactions struct {
	begin, commit, rollback *sqlite3.Stmt
	mark, release, undo     *sqlite3.Stmt // savepoints, of the writer only
}

// Pragmas of every connection. The page cache is small: the file's pages are in the operating system's cache anyway, and
// many databases live in one process.
const pragmas = `
PRAGMA foreign_keys = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA trusted_schema = OFF;
PRAGMA cache_size = -%d;`

// setup gives what a connection begins with: how careful it is, before it makes a log.
func (o Options) setup(own string) string {
	synchronous := "NORMAL"
	if o.Volatile {
		synchronous = "OFF"
	}
	return "PRAGMA synchronous = " + synchronous + ";" + own + fmt.Sprintf(pragmas, o.CacheKiB)
}

// openWriter opens the connection that writes, making the file if there is none.
func openWriter(path string, o Options) (*file, error) {
	s, err := openSession(path, sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE, o.setup("PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864;"), o)
	if err != nil {
		return nil, err
	}
	err = s.prepareTransactions("BEGIN IMMEDIATE")
	for _, st := range []struct {
		to  **sqlite3.Stmt
		sql string
	}{{&s.tx.mark, "SAVEPOINT one"}, {&s.tx.release, "RELEASE one"}, {&s.tx.undo, "ROLLBACK TO one"}} {
		if err == nil {
			*st.to, _, err = s.raw.PrepareFlags(st.sql, sqlite3.PREPARE_PERSISTENT)
		}
	}
	if err != nil {
		s.close()
		return nil, wrap(path, s.ctx, err)
	}
	return s, nil
}

// openReader opens a connection that cannot write. It is not opened read-only: a reader must be able to take its place in
// the shared index of the log.
func openReader(path string, o Options) (*file, error) {
	s, err := openSession(path, sqlite3.OPEN_READWRITE, o.setup("PRAGMA query_only = ON;"), o)
	if err != nil {
		return nil, err
	}
	if err := s.prepareTransactions("BEGIN"); err != nil {
		s.close()
		return nil, wrap(path, s.ctx, err)
	}
	return s, nil
}

func openSession(path string, flags sqlite3.OpenFlag, setup string, o Options) (*file, error) {
	ctx := context.Background()
	raw, err := sqlite3.OpenFlags(path, flags)
	if err != nil {
		return nil, wrap(path, ctx, err)
	}
	s := &file{path: path, raw: raw, cache: newCache(cacheSize), ctx: ctx}
	if err = raw.BusyTimeout(o.Patience); err == nil {
		err = raw.Exec(setup)
	}
	for name, f := range o.Tests {
		if err == nil {
			err = raw.CreateFunction(name, 2, sqlite3.DETERMINISTIC, test(f))
		}
	}
	for name, f := range o.Numbers {
		if err == nil {
			err = raw.CreateFunction(name, 2, sqlite3.DETERMINISTIC, number(f))
		}
	}
	if err != nil {
		s.close()
		return nil, wrap(path, ctx, err)
	}
	return s, nil
}

// number makes a function of SQL of a function of a number and a text.
func number(f func(n int64, text []byte) int64) sqlite3.ScalarFunction {
	return func(ctx sqlite3.Context, arg ...sqlite3.Value) {
		if arg[0].Type() == sqlite3.NULL || arg[1].Type() == sqlite3.NULL {
			ctx.ResultNull()
			return
		}
		ctx.ResultInt64(f(arg[0].Int64(), arg[1].RawText()))
	}
}

// test makes a function of SQL of a test of two values.
func test(f func(a, b []byte) bool) sqlite3.ScalarFunction {
	return func(ctx sqlite3.Context, arg ...sqlite3.Value) {
		if arg[0].Type() == sqlite3.NULL || arg[1].Type() == sqlite3.NULL {
			ctx.ResultNull()
			return
		}
		ctx.ResultBool(f(arg[0].RawBlob(), arg[1].RawBlob()))
	}
}

func (s *file) prepareTransactions(begin string) (err error) {
	if s.tx.begin, _, err = s.raw.PrepareFlags(begin, sqlite3.PREPARE_PERSISTENT); err != nil {
		return err
	}
	if s.tx.commit, _, err = s.raw.PrepareFlags("COMMIT", sqlite3.PREPARE_PERSISTENT); err != nil {
		return err
	}
	s.tx.rollback, _, err = s.raw.PrepareFlags("ROLLBACK", sqlite3.PREPARE_PERSISTENT)
	return err
}

// attend makes cancelling ctx interrupt what the connection does, until the next call.
func (s *file) attend(ctx context.Context) {
	s.ctx = ctx
	s.raw.SetInterrupt(ctx)
}

// idle ends the attention: what follows (commit, rollback) must not be interrupted.
func (s *file) idle() { s.attend(context.Background()) }

// lost reports whether no transaction is open, which inside one means that the engine rolled it back by itself.
func (s *file) lost() bool { return s.raw.GetAutocommit() }

// read runs fn over one snapshot, no older than now. The snapshot is kept afterwards and used again as long as nothing
// was committed, nor is being committed (another connection may see it already): taking and leaving the reader's place in the log costs four system calls, a third of a short query.
func (s *file) read(ctx context.Context, now moment, fn func(*Conn) error) error {
	if s.held && (s.since.phase != now.phase || now.phase%2 == 1 || now.at.Sub(s.since.at) > snapshotLife) {
		s.leave()
	}
	if !s.held {
		if err := s.tx.begin.Exec(); err != nil {
			return wrap(s.path, ctx, err)
		}
		s.held, s.since = true, now
	}
	s.attend(ctx)
	c := &Conn{s: s}
	err := fn(c)
	c.finish()
	s.idle()
	if err != nil {
		s.leave()
	}
	return err
}

// leave gives up the snapshot, if one is kept. Ending a transaction that only read cannot lose anything.
func (s *file) leave() {
	if s.held && !s.lost() {
		s.tx.rollback.Exec()
	}
	s.held = false
}

// fold moves the log into the file. A reader of another process may stand in the way; the log is then folded by whoever
// opens the file next, so nobody waits for it.
func (s *file) fold() error {
	s.raw.BusyTimeout(0)
	_, _, err := s.raw.WALCheckpoint("main", sqlite3.CHECKPOINT_TRUNCATE)
	if errors.Is(err, sqlite3.BUSY) {
		return nil
	}
	return wrap(s.path, s.ctx, err)
}

func (s *file) close() error {
	s.idle()
	s.cache.close()
	s.leave()
	for _, st := range []*sqlite3.Stmt{s.tx.begin, s.tx.commit, s.tx.rollback, s.tx.mark, s.tx.release, s.tx.undo} {
		st.Close()
	}
	return wrap(s.path, s.ctx, s.raw.Close())
}

func (s *file) begin(bool) error { return wrap(s.path, s.ctx, s.tx.begin.Exec()) }

// spoiled: the functions of a group are told apart by their savepoints.
func (s *file) spoiled(error, bool) bool { return false }

func (s *file) commit() (again bool, err error) {
	err = s.wrap(s.tx.commit.Exec())
	if err != nil && !s.lost() {
		s.rollback()
	}
	return false, err
}

func (s *file) rollback()      { s.tx.rollback.Exec() }
func (s *file) mark() error    { return wrap(s.path, s.ctx, s.tx.mark.Exec()) }
func (s *file) release() error { return wrap(s.path, s.ctx, s.tx.release.Exec()) }
func (s *file) undo()          { s.tx.undo.Exec() }

// passing: a file has no failures that pass; who holds it too long is reported.
func (s *file) passing(error) bool { return false }

// blocked: readers of a file are in nobody's way.
func (s *file) blocked(error) bool { return false }

// unfinished: after a statement that failed, the engine goes on as if it had not been given.
func (s *file) unfinished(error) bool { return false }
func (s *file) careful(bool)          {}

func (s *file) exec(sql string, args []Arg) (changed int64, err error) {
	p, err := s.start(sql, args)
	if err != nil {
		return 0, err
	}
	before := s.raw.TotalChanges()
	err = p.stmt.Exec()
	if s.raw.TotalChanges() > before { // a statement that is no change leaves the count of the last one, and triggers do not count
		changed = s.raw.Changes()
	}
	p.rest()
	if err != nil {
		return 0, wrap(s.path, s.ctx, err)
	}
	return changed, nil
}

// later: nothing is gained by waiting.
func (s *file) later(sql string, args []Arg, _ bool) (changed int64, err error) {
	return s.exec(sql, args)
}

func (s *file) query(sql string, args []Arg) (*Rows, error) {
	p, err := s.start(sql, args)
	if err != nil {
		return nil, err
	}
	return &Rows{p: p, stmt: p.stmt}, nil
}

func (s *file) queryAll(asks []Ask) (all []*Rows, err error) {
	for _, a := range asks {
		r, err := s.query(a.SQL, a.Args)
		if err != nil {
			return all, err
		}
		all = append(all, r)
	}
	return all, nil
}

func (s *file) far() bool { return false }

func (s *file) script(sql string) error { return wrap(s.path, s.ctx, s.raw.Exec(sql)) }

// start takes the statement from the cache and binds its arguments.
func (s *file) start(sql string, args []Arg) (*prepared, error) {
	p, err := s.cache.get(s.raw, sql)
	if err != nil {
		return nil, wrap(s.path, s.ctx, err)
	}
	if len(args) != p.params {
		p.rest()
		return nil, wrongArgs(sql, p.params, len(args))
	}
	size := 0
	for i := range args {
		if err := args[i].bind(p.stmt, i+1); err != nil {
			p.rest()
			return nil, wrap(s.path, s.ctx, err)
		}
		size += args[i].size()
	}
	p.heavy = size > heavyArgs
	return p, nil
}

func (s *file) wrap(err error) error { return wrap(s.path, s.ctx, err) }

func (s *file) versions() versions {
	return versions{read: "PRAGMA user_version", set: "PRAGMA user_version = %d"}
}
