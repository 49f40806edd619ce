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

// session is one connection to the file, used by one goroutine at a time.
type session struct {
	path  string
	raw   *sqlite3.Conn
	cache *cache
	ctx   context.Context // of the work being done; Background between works
	held  bool            // a reader's snapshot is open
	since moment          // the snapshot is no older than this

	begin, commit, rollback *sqlite3.Stmt
	mark, release, undo     *sqlite3.Stmt // savepoints, of the writer only
}

// Pragmas of every connection. The page cache is small: the file's pages are in the operating system's cache anyway, and
// many databases live in one process.
const pragmas = `
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA trusted_schema = OFF;
PRAGMA cache_size = -%d;`

// openWriter opens the connection that writes, making the file if there is none.
func openWriter(path string, o Options) (*session, error) {
	setup := fmt.Sprintf("PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864;"+pragmas, o.CacheKiB)
	s, err := openSession(path, sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE, setup, o)
	if err != nil {
		return nil, err
	}
	err = s.transactions("BEGIN IMMEDIATE")
	for _, st := range []struct {
		to  **sqlite3.Stmt
		sql string
	}{{&s.mark, "SAVEPOINT one"}, {&s.release, "RELEASE one"}, {&s.undo, "ROLLBACK TO one"}} {
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
func openReader(path string, o Options) (*session, error) {
	s, err := openSession(path, sqlite3.OPEN_READWRITE, fmt.Sprintf("PRAGMA query_only = ON;"+pragmas, o.CacheKiB), o)
	if err != nil {
		return nil, err
	}
	if err := s.transactions("BEGIN"); err != nil {
		s.close()
		return nil, wrap(path, s.ctx, err)
	}
	return s, nil
}

func openSession(path string, flags sqlite3.OpenFlag, setup string, o Options) (*session, error) {
	ctx := context.Background()
	raw, err := sqlite3.OpenFlags(path, flags)
	if err != nil {
		return nil, wrap(path, ctx, err)
	}
	s := &session{path: path, raw: raw, cache: newCache(cacheSize), ctx: ctx}
	if err = raw.BusyTimeout(o.Patience); err == nil {
		err = raw.Exec(setup)
	}
	for name, f := range o.Tests {
		if err == nil {
			err = raw.CreateFunction(name, 2, sqlite3.DETERMINISTIC, test(f))
		}
	}
	if err != nil {
		s.close()
		return nil, wrap(path, ctx, err)
	}
	return s, nil
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

func (s *session) transactions(begin string) (err error) {
	if s.begin, _, err = s.raw.PrepareFlags(begin, sqlite3.PREPARE_PERSISTENT); err != nil {
		return err
	}
	if s.commit, _, err = s.raw.PrepareFlags("COMMIT", sqlite3.PREPARE_PERSISTENT); err != nil {
		return err
	}
	s.rollback, _, err = s.raw.PrepareFlags("ROLLBACK", sqlite3.PREPARE_PERSISTENT)
	return err
}

// attend makes cancelling ctx interrupt what the connection does, until the next call.
func (s *session) attend(ctx context.Context) {
	s.ctx = ctx
	s.raw.SetInterrupt(ctx)
}

// idle ends the attention: what follows (commit, rollback) must not be interrupted.
func (s *session) idle() { s.attend(context.Background()) }

// lost reports whether no transaction is open, which inside one means that the engine rolled it back by itself.
func (s *session) lost() bool { return s.raw.GetAutocommit() }

// moment is the state of the file a reader must not be older than.
type moment struct {
	phase int64 // of the writer: odd while a commit may be half seen
	at    time.Time
}

// read runs fn over one snapshot, no older than now. The snapshot is kept afterwards and used again as long as nothing
// was committed, nor is being committed (another connection may see it already): taking and leaving the reader's place in the log costs four system calls, a third of a short query.
func (s *session) read(ctx context.Context, now moment, fn func(*Conn) error) error {
	if s.held && (s.since.phase != now.phase || now.phase%2 == 1 || now.at.Sub(s.since.at) > snapshotLife) {
		s.leave()
	}
	if !s.held {
		if err := s.begin.Exec(); err != nil {
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
func (s *session) leave() {
	if s.held && !s.lost() {
		s.rollback.Exec()
	}
	s.held = false
}

// fold moves the log into the file. A reader of another process may stand in the way; the log is then folded by whoever
// opens the file next, so nobody waits for it.
func (s *session) fold() error {
	s.raw.BusyTimeout(0)
	_, _, err := s.raw.WALCheckpoint("main", sqlite3.CHECKPOINT_TRUNCATE)
	if errors.Is(err, sqlite3.BUSY) {
		return nil
	}
	return wrap(s.path, s.ctx, err)
}

func (s *session) close() error {
	s.idle()
	s.cache.close()
	s.leave()
	for _, st := range []*sqlite3.Stmt{s.begin, s.commit, s.rollback, s.mark, s.release, s.undo} {
		st.Close()
	}
	return wrap(s.path, s.ctx, s.raw.Close())
}
