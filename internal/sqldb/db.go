package sqldb

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// Options of [Open]; the zero value is right for most.
type Options struct {
	Readers  int              // reading connections at most; 0: as many as processors, at least 2, and more while those are held long; at a server four times as many
	CacheKiB int              // page cache of each connection in KiB; 0: 2048
	Patience time.Duration    // how long to wait for another process that holds the file; 0: 5 seconds
	Now      func() time.Time // measures how long groups of writes and snapshots last; nil: time.Now

	// Tests are functions of SQL that compare two values by their bytes, which last for the call. Null with anything is
	// null, as with the engine's own comparisons. A server has none.
	Tests map[string]func(a, b []byte) bool
	// Numbers are functions of SQL that make a number of a number and a text. Null makes null. A server has none of them.
	Numbers map[string]func(n int64, text []byte) int64

	// Volatile leaves it to the operating system when what is written reaches the disk: a process that dies loses nothing,
	// a machine that does may lose the file. It is for what nobody keeps. A server has its own say.
	Volatile bool

	spare int // connections beyond Readers, for who waits long

	// Schema is the part of a server's database to work in, made when it is not there; "" is the server's own choice. A
	// search_path in the address comes before it, joined by an underscore. Files have none.
	Schema string
	// Alone holds the schema of a server: Open gives ErrBusy where another holds it. Files know no such hold.
	Alone bool
}

// DB is one open database. It is safe for many goroutines.
type DB struct {
	path    string
	engine  Engine
	now     func() time.Time
	readers *pool
	writer  *writer
	once    sync.Once
	closing error
}

// Engine is the kind of a database.
type Engine uint8

// The engines.
const (
	SQLite     Engine = iota // a file
	PostgreSQL               // a server
)

// Open opens a database: at a path the file, made (not its directory) if there is none; at an address, postgres:// or
// postgresql://, the server's database. The errors are [ErrBroken] for a file that is no database, [ErrBusy] for one that
// another process holds, [ErrFull]. No error holds a password.
func Open(path string, o Options) (*DB, error) {
	o.fill()
	open := openFile
	if IsAddress(path) {
		open = openServer
	}
	return open(path, o)
}

// fill sets the defaults.
func (o *Options) fill() {
	if o.CacheKiB <= 0 {
		o.CacheKiB = 2048
	}
	if o.Patience <= 0 {
		o.Patience = 5 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

func openFile(path string, o Options) (*DB, error) {
	if o.Readers <= 0 {
		o.Readers, o.spare = max(2, runtime.GOMAXPROCS(0)), spares
	}
	s, err := openWriter(path, o)
	if err != nil {
		return nil, err
	}
	return newDB(path, SQLite, o, s, func() (session, error) { return openReader(path, o) }), nil
}

func newDB(name string, engine Engine, o Options, writer session, open func() (session, error)) *DB {
	readers := newPool(o.Readers, o.spare, open)
	return &DB{path: name, engine: engine, now: o.Now, readers: readers, writer: newWriter(writer, o.Now, readers.refresh)}
}

// Path is the file's name as it was given to [Open], or the address of the server's database without password.
func (db *DB) Path() string { return db.path }

// Engine tells what keeps the rows.
func (db *DB) Engine() Engine { return db.engine }

// Read runs fn over one snapshot of the database: all its queries see the same state, whatever is written meanwhile.
// It holds everything whose Write returned before, and everything that any earlier Read saw. Readers never wait for the
// writer, nor it for them. Cancelling ctx interrupts a running statement; the error then matches ctx.Err(). The error of
// fn is returned as it is.
func (db *DB) Read(ctx context.Context, fn func(*Conn) error) error {
	s, err := db.readers.take(ctx)
	if err != nil {
		return err
	}
	// A panic passes through; the connection it leaves behind in an unknown state is not used again.
	sound := false
	defer func() { db.readers.give(s, sound) }()
	err = s.read(ctx, moment{db.writer.phase.Load(), db.now()}, fn)
	sound = true
	return err
}

// Write runs fn inside a transaction and returns after it is committed: all that fn wrote is kept, or nothing when fn
// fails or panics. Writes that arrive while another runs are committed together, each on its own savepoint.
//
// fn may run more than once (the engine may throw away the whole group when one statement in it is interrupted or the
// disk is full, and those without fault are run again), and on another caller's goroutine. So it must set what it
// captures, not add to it, and must not call Write. A panic in fn is raised again in the caller as a [*Panic].
func (db *DB) Write(ctx context.Context, fn func(*Conn) error) error {
	return db.writer.do(ctx, fn)
}

// Stats counts the work of the writer since [Open].
type Stats struct {
	Writes  int64 // functions that were committed
	Commits int64 // transactions that carried them
}

// Stats tells how well writes are grouped.
func (db *DB) Stats() Stats {
	return Stats{Writes: db.writer.writes.Load(), Commits: db.writer.commits.Load()}
}

// Close waits for running work, folds the log into the file and closes it. It may be called again.
func (db *DB) Close() error {
	db.once.Do(func() {
		first := db.readers.close()
		s := db.writer.close()
		if f, is := s.(*file); is && first == nil {
			first = f.fold()
		}
		if err := s.close(); first == nil {
			first = err
		}
		db.closing = first
	})
	return db.closing
}
