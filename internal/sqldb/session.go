package sqldb

import (
	"context"
	"time"
)

// session is one connection to a database, used by one goroutine at a time.
type session interface {
	// read runs fn over one snapshot, no older than now.
	read(ctx context.Context, now moment, fn func(*Conn) error) error
	leave() // gives up a snapshot kept for the next read
	close() error

	// attend makes cancelling ctx interrupt what the connection does, until idle: what follows (commit, rollback) must
	// not be interrupted.
	attend(ctx context.Context)
	idle()

	exec(sql string, args []Arg) (changed int64, err error)
	later(sql string, args []Arg, one bool) (changed int64, err error) // see Conn.Send and Conn.SendOne
	query(sql string, args []Arg) (*Rows, error)
	queryAll(asks []Ask) ([]*Rows, error) // what it gives is open, even beside an error
	far() bool
	script(sql string) error
	wrap(err error) error // translates an engine's error
	versions() versions

	// The transactions of the writer. commit says again when nothing was kept and the same work may be kept when it is
	// done again; after its error no transaction is open. The error errSpoiled asks for that, too, and for a wary
	// transaction, as spoiled does of one in which a function ended with err.
	begin(wary bool) error
	spoiled(err error, alone bool) bool
	commit() (again bool, err error)
	rollback()
	mark() error // a savepoint, one at a time
	release() error
	undo()
	lost() bool // no transaction is open, which inside one means that the engine ended it by itself

	blocked(err error) bool    // readers were in the way of work that ended with err, and will be gone
	passing(err error) bool    // the failure passes: the same work may succeed when it is done again
	unfinished(err error) bool // work that ended with err went on after a statement that failed, and did nothing more
	careful(on bool)           // makes work able to go on after a statement that failed, at a price
}

// moment is the state of the file a reader must not be older than.
type moment struct {
	phase int64 // of the writer: odd while a commit may be half seen
	at    time.Time
}
