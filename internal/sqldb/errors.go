package sqldb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ncruces/go-sqlite3"
)

// What callers act on; match with errors.Is. The text of an error that matches names the file.
var (
	ErrNewer  = errors.New("made by a newer version of this program") // the schema is newer than the steps given to Migrate
	ErrUnique = errors.New("unique constraint violated")              // a row with the same key exists
	ErrFull   = errors.New("the disk is full")                        // nothing of the transaction was kept
	ErrBroken = errors.New("not a database, or a damaged one")        // the file cannot be read as a database
	ErrBusy   = errors.New("in use by another program")               // another process held the file for longer than Options.Patience
	ErrClosed = errors.New("database is closed")                      // the database, or the Conn whose function has returned
	ErrServer = errors.New("kept by a server: its own tools copy it") // CopyTo of what is no file
	ErrEnded  = errors.New("transaction ended inside its function")   // the function ended or lost its transaction, yet reported success
)

// fileError says which file a failure is about. It matches its kind and its cause.
type fileError struct {
	path  string
	kind  error
	cause error
}

func (e *fileError) Error() string {
	return "database " + e.path + ": " + e.kind.Error() + " (" + e.cause.Error() + ")"
}

func (e *fileError) Unwrap() []error { return []error{e.kind, e.cause} }

// UniqueError is a violated unique index or primary key; it matches [ErrUnique].
type UniqueError struct {
	Columns []string // "table.column" in the order of the index; empty when the index is on expressions
	Index   string   // name of the index, given by the engine only for indexes on expressions
	cause   error
}

func (e *UniqueError) Error() string {
	if len(e.Columns) == 0 {
		return ErrUnique.Error() + ": index " + e.Index
	}
	return ErrUnique.Error() + ": " + strings.Join(e.Columns, ", ")
}

// Unwrap makes the error match [ErrUnique] and the engine's own.
func (e *UniqueError) Unwrap() []error { return []error{ErrUnique, e.cause} }

// IsUnique reports whether err is a violated unique constraint, and of which columns ("table.column"; nil when the
// engine names an index on expressions).
func IsUnique(err error) (columns []string, ok bool) {
	if u, is := errors.AsType[*UniqueError](err); is {
		return u.Columns, true
	}
	return nil, false
}

// wrap translates an engine's error that arose under ctx. Nil stays nil.
func wrap(path string, ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	code, isCode := errors.AsType[sqlite3.ErrorCode](err)
	if !isCode {
		return err
	}
	switch code {
	case sqlite3.INTERRUPT:
		if ctx.Err() != nil {
			return fmt.Errorf("statement interrupted: %w", ctx.Err())
		}
	case sqlite3.CONSTRAINT:
		return wrapConstraint(err)
	case sqlite3.FULL:
		return &fileError{path, ErrFull, err}
	case sqlite3.NOTADB, sqlite3.CORRUPT:
		return &fileError{path, ErrBroken, err}
	case sqlite3.BUSY, sqlite3.LOCKED:
		return &fileError{path, ErrBusy, err}
	case sqlite3.IOERR:
		if full(path) {
			return &fileError{path, ErrFull, err}
		}
		return fmt.Errorf("database %s: %w", path, err)
	case sqlite3.CANTOPEN, sqlite3.READONLY, sqlite3.PERM:
		return fmt.Errorf("database %s: %w", path, err)
	}
	return err
}

// full asks the disk itself whether it is full: where the log's index cannot grow, the engine speaks of an I/O error and
// gives no reason.
func full(path string) bool {
	f, err := os.CreateTemp(filepath.Dir(path), ".room-*")
	if err != nil {
		return false
	}
	defer os.Remove(f.Name())
	defer f.Close()
	_, err = f.Write(make([]byte, 64<<10))
	return err != nil
}

// wrapConstraint keeps other constraints (NOT NULL, CHECK) as the engine words them: they are faults of the caller.
func wrapConstraint(err error) error {
	ext, _ := errors.AsType[sqlite3.ExtendedErrorCode](err)
	switch ext {
	case sqlite3.CONSTRAINT_UNIQUE, sqlite3.CONSTRAINT_PRIMARYKEY, sqlite3.CONSTRAINT_ROWID:
		return parseUnique(err)
	}
	return err
}

// parseUnique reads "… UNIQUE constraint failed: t.a, t.b" or "… failed: index 'name'": the engine has no other way to
// tell which key it was.
func parseUnique(err error) *UniqueError {
	u := &UniqueError{cause: err}
	_, list, found := strings.Cut(err.Error(), "constraint failed: ")
	if i := strings.LastIndex(list, "constraint failed: "); i >= 0 {
		list = list[i+len("constraint failed: "):]
	}
	switch {
	case !found:
	case strings.HasPrefix(list, "index '"):
		u.Index = strings.TrimSuffix(strings.TrimPrefix(list, "index '"), "'")
	default:
		u.Columns = strings.Split(list, ", ")
	}
	return u
}
