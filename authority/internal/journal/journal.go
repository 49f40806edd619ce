package journal

import (
	"context"
	"sync"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Entry is one attempt to sign in. It holds no secret.
type Entry struct {
	Seq  int64  // given when it is written; later ones are greater
	ID   string // of the attempt: the trace id of the answer
	Time time.Time

	Tenant     directory.ID
	App        directory.ID // client id
	AppName    string
	Principal  directory.ID // of the client in the tenant; may be empty
	Credential string       // kind and id of what the client proved itself with
	User       directory.ID // empty for an application that acts as itself
	UserName   string       // user principal name, as it was given when nobody has it
	Resource   directory.ID // client id of the resource
	ResourceAs string       // its name

	Grant       string // client_credentials, authorization_code, …
	Code        int    // AADSTS number; 0: success
	Explanation string // what the code means and what to do, one line
	Correlation string
	IP          string
	Client      string // user agent
	Interactive bool
}

// Limits of what is kept (Entra keeps 30 days).
const (
	MaxRows = 100_000
	MaxAge  = 30 * 24 * time.Hour

	pendingMax  = 8192                   // entries that wait to be written
	batchDelay  = 250 * time.Millisecond // how long the first of a batch waits for others
	pruneEvery  = 64                     // batches
	columnNames = "id, at, tenant, app, app_name, principal, credential, user, user_name, resource, resource_as, grant_type, code, explanation, correlation, ip, client, interactive"
)

// Config is what a Book is made from.
type Config struct {
	DB  *sqldb.DB
	Now func() time.Time
}

// Book is the log. It is safe for many goroutines.
type Book struct {
	db   *sqldb.DB
	now  func() time.Time
	wake chan struct{}
	stop chan struct{}
	done chan struct{}

	writing sync.Mutex // one batch at a time
	batches int

	mu      sync.Mutex
	pending []Entry
	spare   []Entry // the memory of the last batch
	dropped int64
	closed  bool
}

const schema = `
CREATE TABLE IF NOT EXISTS sign_in (
	seq INTEGER PRIMARY KEY, id TEXT NOT NULL, at INTEGER NOT NULL, tenant TEXT NOT NULL, app TEXT NOT NULL, app_name TEXT NOT NULL,
	principal TEXT NOT NULL, credential TEXT NOT NULL, user TEXT NOT NULL, user_name TEXT NOT NULL, resource TEXT NOT NULL, resource_as TEXT NOT NULL,
	grant_type TEXT NOT NULL, code INTEGER NOT NULL, explanation TEXT NOT NULL, correlation TEXT NOT NULL, ip TEXT NOT NULL, client TEXT NOT NULL,
	interactive INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS sign_in_of ON sign_in (tenant, seq);`

// Open makes the table where there is none. Close the book before its database.
func Open(ctx context.Context, c Config) (*Book, error) {
	if err := c.DB.Write(ctx, func(conn *sqldb.Conn) error { return conn.ExecScript(schema) }); err != nil {
		return nil, err
	}
	b := &Book{db: c.DB, now: c.Now, wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go b.run()
	return b, nil
}

// Record notes an entry and returns at once. A nil book takes nothing down.
func (b *Book) Record(e Entry) {
	if b == nil {
		return
	}
	b.mu.Lock()
	switch {
	case b.closed:
		b.dropped++
	case len(b.pending) >= pendingMax:
		b.pending = append(b.pending[1:], e)
		b.dropped++
	default:
		b.pending = append(b.pending, e)
	}
	first := len(b.pending) == 1
	b.mu.Unlock()
	if first {
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
}

// Dropped is how many entries were lost because more came than could be written.
func (b *Book) Dropped() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dropped
}

// run writes batches until the book is closed.
func (b *Book) run() {
	defer close(b.done)
	for {
		select {
		case <-b.stop:
			return
		case <-b.wake:
		}
		timer := time.NewTimer(batchDelay)
		select {
		case <-b.stop:
			timer.Stop()
			return
		case <-timer.C:
		}
		_ = b.Flush(context.Background()) // a batch that fails is counted as dropped
	}
}

// Flush writes what waits.
func (b *Book) Flush(ctx context.Context) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	b.mu.Lock()
	batch := b.pending
	b.pending, b.spare = b.spare[:0], nil
	b.mu.Unlock()
	defer b.recycle(batch)
	if len(batch) == 0 {
		return nil
	}
	b.batches++
	prune := b.batches%pruneEvery == 1
	err := b.db.Write(ctx, func(c *sqldb.Conn) error {
		for i := range batch {
			if err := insert(c, &batch[i]); err != nil {
				return err
			}
		}
		if prune {
			return b.prune(c)
		}
		return nil
	})
	if err != nil {
		b.mu.Lock()
		b.dropped += int64(len(batch))
		b.mu.Unlock()
	}
	return err
}

// recycle keeps a batch's memory for the next but one.
func (b *Book) recycle(batch []Entry) {
	clear(batch)
	b.mu.Lock()
	b.spare = batch[:0]
	b.mu.Unlock()
}

func (b *Book) prune(c *sqldb.Conn) error {
	oldest := b.now().Add(-MaxAge).UnixMicro()
	_, err := c.Exec("DELETE FROM sign_in WHERE seq <= (SELECT max(seq) FROM sign_in) - ? OR seq < (SELECT min(seq) FROM sign_in WHERE at >= ?)",
		sqldb.Int(MaxRows), sqldb.Int(oldest))
	return err
}

// Close writes what waits; entries that come later are dropped.
func (b *Book) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	b.mu.Unlock()
	close(b.stop)
	<-b.done
	return b.Flush(context.Background())
}
