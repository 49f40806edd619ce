package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// Error is a refusal in Graph's words (Entra facts 6).
type Error struct {
	Status  int
	Code    string
	Message string
	Cause   error // for the log; may be nil
}

// Error is for the log: the message may repeat what the caller sent, and is left out.
func (e *Error) Error() string {
	text := "graph: " + e.Code
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

func refuse(status int, code, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) *Error {
	return refuse(http.StatusBadRequest, "Request_BadRequest", format, args...)
}

func unsupported(format string, args ...any) *Error {
	return refuse(http.StatusBadRequest, "Request_UnsupportedQuery", format, args...)
}

func notFound(id string) *Error {
	return refuse(http.StatusNotFound, "Request_ResourceNotFound",
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}

func denied() *Error {
	return refuse(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

func unauthenticated(why string) *Error {
	return refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "%s", why)
}

func duplicate(property string) *Error {
	return refuse(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue",
		"Another object with the same value for property %s already exists.", property)
}

// from makes any error one of Graph's.
func from(err error) *Error {
	if e, is := errors.AsType[*Error](err); is {
		return e
	}
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
		return refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request is too large.")
	}
	if errors.Is(err, directory.ErrConflict) {
		e := refuse(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue",
			"Another object with the same value for a property that must be unique already exists.")
		e.Cause = err
		return e
	}
	e := refuse(http.StatusInternalServerError, "InternalServerError", "An internal server error has occurred.")
	e.Cause = err
	return e
}

// errorBody is the JSON of a refusal.
type errorBody struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Inner   struct {
			Date    string `json:"date"`
			Request string `json:"request-id"`
			Client  string `json:"client-request-id"`
		} `json:"innerError"`
	} `json:"error"`
}

// JSON is the body of the refusal.
func (e *Error) JSON(now time.Time, request, client string) []byte {
	var b errorBody
	b.Error.Code, b.Error.Message = e.Code, e.Message
	b.Error.Inner.Date = now.UTC().Format("2006-01-02T15:04:05")
	b.Error.Inner.Request, b.Error.Inner.Client = request, client
	text, err := json.Marshal(b)
	if err != nil { // texts always marshal
		return nil
	}
	return text
}
