package aadsts

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Word is the OAuth error of an answer (RFC 6749, 5.2, and those that Entra adds).
type Word string

// The words. Clients decide by them what to do next.
const (
	InvalidRequest         Word = "invalid_request"
	InvalidClient          Word = "invalid_client"
	InvalidGrant           Word = "invalid_grant"
	InvalidScope           Word = "invalid_scope"
	InvalidResource        Word = "invalid_resource"
	InvalidTenant          Word = "invalid_tenant"
	InvalidInstance        Word = "invalid_instance"
	UnauthorizedClient     Word = "unauthorized_client"
	UnsupportedGrantType   Word = "unsupported_grant_type"
	TemporarilyUnavailable Word = "temporarily_unavailable"
	ServerError            Word = "server_error"
	AuthorizationPending   Word = "authorization_pending"
	AuthorizationDeclined  Word = "authorization_declined"
	BadVerificationCode    Word = "bad_verification_code"
	ExpiredToken           Word = "expired_token"
)

// status follows from the word (Entra facts 7.1).
func (w Word) status() int {
	switch w {
	case InvalidClient:
		return 401
	case TemporarilyUnavailable:
		return 503
	case ServerError:
		return 500
	}
	return 400
}

// Entry is one error of the catalogue.
type Entry struct {
	Number   int    // the digits after AADSTS
	Name     string // symbolic name, for logs
	Word     Word
	Template string // of the message, for fmt.Sprintf
}

// Code is the number as messages begin: "AADSTS700016".
func (e Entry) Code() string { return "AADSTS" + strconv.Itoa(e.Number) }

// With fills the template.
func (e Entry) With(args ...any) *Error {
	return &Error{Entry: e, Status: e.Word.status(), Message: fmt.Sprintf(e.Template, args...)}
}

// Error is a refusal. Its text for the log is code and name only: the message repeats
// what the client sent, and a client may send a secret in the wrong place.
type Error struct {
	Entry
	Status      int // HTTP status
	Message     string
	SubError    string // further word that clients look at; may be empty
	Help        string // what the person who reads it should do; no secret, one line; may be empty
	Correlation string // id the client gave in the body; may be empty
	Cause       error  // for the log; may be nil
}

// Error gives code, name, help and cause.
func (e *Error) Error() string {
	text := e.Code() + " " + e.Name
	if e.Help != "" {
		text += ": " + e.Help
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Helping returns e with a hint for the person who reads it.
func (e *Error) Helping(hint string) *Error {
	e.Help = hint
	return e
}

// Sub returns e with the further word that clients look at.
func (e *Error) Sub(word string) *Error {
	e.SubError = word
	return e
}

// Because returns e with its cause.
func (e *Error) Because(err error) *Error {
	e.Cause = err
	return e
}

// From makes any error one of the catalogue: what is not yet becomes Unexpected, with
// the error as its cause.
func From(err error) *Error {
	if e, is := errors.AsType[*Error](err); is {
		return e
	}
	return Unexpected.With().Because(err)
}

// Is reports whether err is a refusal with this entry.
func Is(err error, entry Entry) bool {
	e, is := errors.AsType[*Error](err)
	return is && e.Number == entry.Number
}

// Explanation is the template as a person reads it: dots where particulars stood.
func (e Entry) Explanation() string { return strings.ReplaceAll(e.Template, "%s", "…") }
