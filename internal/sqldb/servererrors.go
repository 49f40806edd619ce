package sqldb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Codes of the server's errors that mean something here.
const (
	featureNotSupported = "0A000" // also: the tables of a prepared statement have changed
	uniqueViolation     = "23505"
	readOnlyTransaction = "25006" // the server became a standby
	queryCanceled       = "57014"
	diskFull            = "53100"
	lockNotAvailable    = "55P03" // a script waited too long for readers of its tables
)

var errHeld = errors.New("another stead works in this schema")

// fleeting tells whether a failure passes by itself: two transactions in each other's way, a server that goes or comes,
// a connection that broke.
func (s *server) fleeting(err error) bool {
	if errors.Is(err, ErrBusy) {
		return true
	}
	e, is := errors.AsType[*pgconn.PgError](err)
	if !is {
		_, dialling := errors.AsType[*pgconn.ConnectError](err)
		return dialling
	}
	switch e.Code {
	case "40001", "40P01", "57P01", "57P02", "57P03", readOnlyTransaction, featureNotSupported:
		return true
	}
	return strings.HasPrefix(e.Code, "08")
}

// blocked: readers of a table kept a script from changing it.
func (s *server) blocked(err error) bool {
	e, is := errors.AsType[*pgconn.PgError](err)
	return is && e.Code == lockNotAvailable
}

// wrap translates an error that arose under ctx. Nil stays nil, and what is translated already too.
func (a *address) wrap(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, errHeld) {
		return &fileError{a.name, ErrBusy, err}
	}
	e, is := errors.AsType[*pgconn.PgError](err)
	if !is {
		if ctx.Err() != nil {
			return fmt.Errorf("statement interrupted: %w", ctx.Err())
		}
		if refusal, is := errors.AsType[*pgconn.ConnectError](err); is {
			return &unreachable{a.name, refusal}
		}
		return fmt.Errorf("database %s: %w", a.name, err)
	}
	switch {
	case e.Code == uniqueViolation:
		return uniqueOf(e)
	case e.Code == diskFull:
		return &fileError{a.name, ErrFull, err}
	case e.Code == queryCanceled && ctx.Err() != nil:
		return fmt.Errorf("statement interrupted: %w", ctx.Err())
	}
	return fmt.Errorf("database %s: %w", a.name, err)
}

// unreachable says why there is no connection, in the server's words where it has any: the driver's list every address
// it tried.
type unreachable struct {
	name  string
	cause *pgconn.ConnectError
}

func (u *unreachable) Error() string {
	if e, is := errors.AsType[*pgconn.PgError](u.cause); is {
		return "database " + u.name + ": " + e.Message
	}
	reason := u.cause.Error()
	if i := strings.LastIndex(reason, ": "); i >= 0 {
		reason = reason[i+2:]
	}
	return "database " + u.name + " cannot be reached: " + strings.TrimSpace(reason)
}

func (u *unreachable) Unwrap() error { return u.cause }

// uniqueOf reads the columns of a violated key from "Key (a, lower(b))=(…)": the server has no other way to tell them.
func uniqueOf(e *pgconn.PgError) *UniqueError {
	u := &UniqueError{cause: e, Index: e.ConstraintName}
	_, list, _ := strings.Cut(e.Detail, "(")
	list, _, found := strings.Cut(list, ")=(")
	if !found {
		return u
	}
	for _, column := range strings.Split(list, ", ") {
		if folded, is := strings.CutPrefix(column, "lower("); is {
			column = strings.TrimSuffix(folded, ")")
		}
		u.Columns = append(u.Columns, e.TableName+"."+strings.Trim(column, `"`))
	}
	return u
}
