package sqldb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// server is one connection to a database on a PostgreSQL server. It connects anew by itself when a transaction begins.
type server struct {
	at    *address
	alone bool // hold the schema for this program

	conn  *pgconn.PgConn
	cache *statements
	ctx   context.Context // of the work being done; Background between works
	open  *answer         // what is being read from the wire; the protocol has room for one
	xid   string          // of the writer's transaction
	sent  parameters

	queue   []waiting // statements of the writer's transaction that were not sent yet, the first next of them
	next    int
	weight  int  // of their arguments in bytes
	unbegun bool // the beginning is among them

	due  bool             // a reader's transaction is to begin with its first statement
	tail *pgconn.Pipeline // the end of a reader's transaction, sent and not yet answered

	failed, after     bool // a statement of the transaction failed; others were given after it
	deferred, touched bool // of the function at work statements waited; were sent that may have changed something
	broken            bool // a statement that waited failed
	wary              bool // no statement waits, functions get savepoints
	cautious          bool // every statement gets a savepoint
	marked            bool // a savepoint is left from an earlier job of the group
}

// lockWriters makes writers of a schema wait for each other, whatever program they are in: row versions are then in the
// order of commits, and no two transactions can lock each other out. The number of the transaction tells, after a
// connection that broke during its commit, whether it was kept.
const (
	beginWrite  = "BEGIN"
	lockWriters = `SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 0)), pg_current_xact_id()::text`
	commitWrite = "COMMIT"
)

// connect connects, or connects anew. Once a connection was there, a server that is away is waited for: it may be
// failing over.
func (s *server) connect() error {
	if s.conn != nil && !s.conn.IsClosed() {
		return nil
	}
	again := s.conn != nil
	ctx, cancel := context.WithTimeout(context.Background(), s.at.patience)
	defer cancel()
	for {
		err := s.dial(ctx)
		if err == nil || !again || !s.fleeting(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *server) dial(ctx context.Context) error {
	conn, err := pgconn.ConnectConfig(ctx, s.at.config.Copy())
	if err != nil {
		return s.at.wrap(ctx, err)
	}
	if s.alone {
		if err := holdSchema(ctx, conn); err != nil {
			_ = conn.Close(ctx)
			return s.at.wrap(ctx, err)
		}
	}
	s.conn, s.cache, s.open, s.tail = conn, newStatements(cacheSize), nil, nil
	return nil
}

// holdSchema takes the schema for this connection's life. The number beside the schema's tells it from the lock of writers.
func holdSchema(ctx context.Context, conn *pgconn.PgConn) error {
	got, err := conn.Exec(ctx, `SELECT pg_try_advisory_lock(hashtextextended(current_schema(), 1))`).ReadAll()
	if err == nil && string(got[0].Rows[0][0]) != "t" {
		err = errHeld
	}
	return err
}

func (s *server) attend(ctx context.Context) { s.ctx = ctx }
func (s *server) idle()                      { s.ctx = context.Background() }
func (s *server) wrap(err error) error       { return s.at.wrap(s.ctx, err) }

// leave: nothing is kept between reads. An idle transaction would stop changes of tables and the server's cleaning.
func (s *server) leave() {}

// begin begins a transaction with its first statement, on a new connection when the old one is known to be gone.
func (s *server) begin(wary bool) error {
	for {
		kept := s.conn != nil && !s.conn.IsClosed()
		if err := s.connect(); err != nil {
			return err
		}
		err := s.beginLater()
		if err == nil {
			s.wary, s.xid = wary, ""
			s.failed, s.after, s.marked = false, false, false
			s.deferred, s.touched, s.broken = false, false, false
			return nil
		}
		if !kept || !s.conn.IsClosed() {
			return s.wrap(err)
		}
	}
}

func (s *server) beginLater() error {
	s.drop()
	for _, sql := range [...]string{beginWrite, lockWriters} {
		p, err := s.cache.find(s.ctx, s.conn, sql)
		if err != nil {
			return err
		}
		s.wait(p, nil)
	}
	s.unbegun = true
	return nil
}

// rollback ends the transaction; of a reader's nothing is lost by it.
func (s *server) rollback() {
	s.settle()
	s.answered()
	s.drop()
	if s.conn != nil && !s.lost() {
		_ = s.simple(context.Background(), "ROLLBACK")
	}
}

// commit keeps what was done. When the connection breaks, a new one asks what became of it.
func (s *server) commit() (again bool, err error) {
	if s.unbegun && !s.deferred {
		s.drop()
		return false, nil
	}
	if s.unbegun {
		err = s.push()
	}
	var tag string
	if err == nil {
		tag, err = s.end()
	}
	switch {
	case err == nil && tag == "COMMIT":
		return false, nil
	case err == nil: // the server makes COMMIT of a failed transaction a ROLLBACK
		return false, ErrEnded
	case s.conn.IsClosed() && s.xid == "":
		return true, s.wrap(err) // the commit was not sent
	case s.conn.IsClosed():
		return s.outcome(err)
	case s.broken && !s.wary:
		s.rollback()
		return false, errSpoiled
	}
	s.rollback()
	return s.fleeting(err), s.wrap(err)
}

// end sends what waits and the commit in one message. A failure keeps the server from carrying out the commit.
func (s *server) end() (tag string, err error) {
	s.settle()
	p, err := s.cache.find(s.ctx, s.conn, commitWrite)
	if err != nil {
		return "", err
	}
	s.sent.fill(nil, nil)
	line, err := s.sendWaiting(s.ctx, p)
	if err != nil {
		return "", err
	}
	reader, err := nextOf(line)
	if err == nil {
		var done pgconn.CommandTag
		done, err = reader.Close()
		tag = done.String()
	}
	if failed := line.Close(); err == nil {
		err = failed
	}
	return tag, err
}

// outcome asks what became of a transaction whose commit was not answered. The lock of writers is only had when the
// server is done with it.
func (s *server) outcome(cause error) (again bool, err error) {
	lost, unknown := s.xid, fmt.Errorf("database %s: the connection broke during a commit, and whether it was kept is not known: %w", s.at.name, cause)
	if errors.Join(s.begin(true), s.push()) != nil {
		return false, unknown
	}
	defer s.rollback()
	result, err := s.conn.Exec(s.ctx, "SELECT pg_xact_status('"+lost+"'::xid8)").ReadAll()
	if err != nil || len(result[0].Rows) != 1 {
		return false, unknown
	}
	switch string(result[0].Rows[0][0]) {
	case "committed":
		return false, nil
	case "aborted":
		return true, s.wrap(cause)
	}
	return false, unknown
}

// mark makes a savepoint, if there are to be any. That of the job before goes in the same message.
func (s *server) mark() error {
	if s.deferred, s.touched = false, false; !s.wary {
		return nil
	}
	sql := "SAVEPOINT one"
	if s.marked {
		sql = "RELEASE one; SAVEPOINT one"
	}
	s.failed, s.after = false, false
	err := s.simple(context.Background(), sql)
	s.marked = err == nil
	return s.wrap(err)
}

// release does nothing yet: mark or the commit does it.
func (s *server) release() error { return nil }

func (s *server) undo() {
	if s.settle(); !s.wary {
		return // there is nothing to undo: see spoiled
	}
	_ = s.simple(context.Background(), "ROLLBACK TO one")
	s.failed, s.after = false, false
}

// lost reports whether no transaction is open.
func (s *server) lost() bool { return s.conn.IsClosed() || s.conn.TxStatus() == 'I' && !s.unbegun }

// passing: the server or the way to it failed, or it chose this transaction to fail for another's sake.
func (s *server) passing(err error) bool {
	return s.conn == nil || s.conn.IsClosed() || s.fleeting(err)
}

// unfinished: after a failure the server does nothing more for the transaction. Whoever ended at once with an error
// missed nothing by it.
func (s *server) unfinished(err error) bool {
	return !s.lost() && s.conn.TxStatus() == 'E' && s.failed && !s.cautious && (s.after || err == nil)
}

func (s *server) careful(on bool) { s.cautious = on }

func (s *server) versions() versions {
	return versions{
		prepare: "CREATE TABLE IF NOT EXISTS stead_schema (version BIGINT NOT NULL)",
		read:    "SELECT version FROM stead_schema",
		set:     "DELETE FROM stead_schema; INSERT INTO stead_schema VALUES (%d)",
	}
}

// simple runs statements whose rows nobody wants.
func (s *server) simple(ctx context.Context, sql string) error {
	if err := s.push(); err != nil {
		return err
	}
	_, err := s.conn.Exec(ctx, sql).ReadAll()
	return err
}

// settle takes what is still on the wire into memory, so that another statement can be given.
func (s *server) settle() {
	if s.open != nil {
		s.open.keep()
	}
}

func (s *server) close() error {
	if s.conn == nil {
		return nil
	}
	s.rollback()
	ctx, cancel := context.WithTimeout(context.Background(), s.at.patience)
	defer cancel()
	if s.alone { // the server notices a while later that a connection is gone: who comes next need not wait
		_, _ = s.conn.Exec(ctx, `SELECT pg_advisory_unlock_all()`).ReadAll()
	}
	return s.conn.Close(ctx)
}
