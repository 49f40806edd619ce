package dverr

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Code is a Dataverse error code, the HRESULT that clients see as "0x80040220".
type Code uint32

// Signed gives the code as the signed 32-bit number that rows and SDKs hold.
func (c Code) Signed() int64 { return int64(int32(c)) }

// String gives the form used on the wire: lower-case hexadecimal with 0x.
func (c Code) String() string {
	if c == 0 {
		return "0x0"
	}
	return fmt.Sprintf("0x%08x", uint32(c))
}

// Entry is one line of the catalogue. Template is a fmt format; an entry whose
// live message differs from the documented one holds the live form.
type Entry struct {
	Code     Code
	Name     string
	Status   int
	Template string
}

// Error is a refusal on its way to the wire.
type Error struct {
	Entry   Entry
	Message string

	// Help says in plain words where in the chain the request stopped, who the
	// effective principal was and what to do. It never enters the body, which
	// stays as the service words it; webapi sends it as the x-stead-help header.
	Help string

	// RetryAfter is sent as the Retry-After header (whole seconds) when positive.
	RetryAfter time.Duration

	cause error
}

// With fills the template: Entry.With(args…) is the usual way to refuse.
func (e Entry) With(args ...any) *Error {
	if len(args) == 0 {
		return &Error{Entry: e, Message: e.Template}
	}
	return &Error{Entry: e, Message: fmt.Sprintf(e.Template, args...)}
}

// Text refuses with this entry's code and status and a message of its own.
func (e Entry) Text(format string, args ...any) *Error {
	return &Error{Entry: e, Message: fmt.Sprintf(format, args...)}
}

// Helping returns the error with its Help set.
func (e *Error) Helping(format string, args ...any) *Error {
	e.Help = fmt.Sprintf(format, args...)
	return e
}

// Because returns the error with a cause that goes to the log, never to the wire.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// Error gives code, name and message; it is what logs show.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s %s: %s: %v", e.Entry.Code, e.Entry.Name, e.Message, e.cause)
	}
	return fmt.Sprintf("%s %s: %s", e.Entry.Code, e.Entry.Name, e.Message)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is(err, dverr.X.With()) true for every error of the same entry.
func (e *Error) Is(target error) bool {
	var other *Error
	return errors.As(target, &other) && other.Entry == e.Entry
}

// Is reports whether err is a refusal of this entry.
func (e Entry) Is(err error) bool {
	var d *Error
	return errors.As(err, &d) && d.Entry == e
}

// From gives the refusal in err, or the bland 500 that hides anything else.
func From(err error) *Error {
	var d *Error
	if errors.As(err, &d) {
		return d
	}
	return Unexpected.With().Because(err)
}

// HTTPStatus is the status of the answer.
func (e *Error) HTTPStatus() int {
	if e.Entry.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Entry.Status
}
