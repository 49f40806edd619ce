package dataverse

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Kind sorts errors by what a program does about them: errors.Is(err, dataverse.ErrNotFound).
type Kind string

// The kinds of errors. One error may be of several.
const (
	ErrNotFound     Kind = "not found"             // 404: no such row, table or message
	ErrConflict     Kind = "conflict"              // 412: the row changed meanwhile, exists, or does not
	ErrDuplicate    Kind = "duplicate"             // the id or an alternate key is taken
	ErrThrottled    Kind = "throttled"             // 429: over the service protection limits
	ErrForbidden    Kind = "forbidden"             // 403: a privilege, a role or the right to the row is missing
	ErrUnauthorized Kind = "unauthorized"          // 401, or no token was to be had
	ErrInvalid      Kind = "invalid request"       // 400, 405, 406, 413, 415
	ErrNotModified  Kind = "not modified"          // 304: the row is as the caller knows it
	ErrUnavailable  Kind = "temporarily not there" // 408, 500, 502, 503, 504: may go well another time
)

// Error implements error.
func (k Kind) Error() string { return "dataverse: " + string(k) }

// Error is what the server refused with. It is an *azcore.ResponseError too.
type Error struct {
	*azcore.ResponseError

	Operation string // method and path of the request, without its query
	Code      string // such as "0x80040220"; older servers leave it empty
	Message   string
	// Help is what Stead says about where the request stopped; other servers say nothing.
	Help string

	RequestID       string // the server's name of the request, for its operators
	CorrelationID   string // what the requests of one operation share
	ClientRequestID string // the client's name of the request

	RetryAfter time.Duration // how long the server wants the client to wait, 0 if it did not say

	// Details are further members of the error, where annotations were asked for: such as
	// "@Microsoft.PowerApps.CDS.TraceText".
	Details map[string]string
}

// newError reads an answer that is no success. It closes the body.
func newError(answer *http.Response) error {
	e := &Error{
		Help:            answer.Header.Get("X-Stead-Help"),
		RequestID:       first(answer.Header.Get("X-Ms-Service-Request-Id"), answer.Header.Get("Req_id")),
		CorrelationID:   answer.Header.Get("X-Ms-Correlation-Id"),
		ClientRequestID: answer.Header.Get("X-Ms-Client-Request-Id"),
		RetryAfter:      retryAfter(answer.Header, time.Now()),
	}
	if r := answer.Request; r != nil {
		e.Operation = r.Method + " " + r.URL.EscapedPath()
		e.ClientRequestID = first(e.ClientRequestID, r.Header.Get("X-Ms-Client-Request-Id"))
		e.CorrelationID = first(e.CorrelationID, r.Header.Get("X-Ms-Correlation-Id"))
	}
	body, err := runtime.Payload(answer)
	if err != nil {
		return fmt.Errorf("%s: %s: read the error: %w", e.Operation, answer.Status, err)
	}
	e.Code, e.Message, e.Details = readError(body)
	if !errors.As(runtime.NewResponseErrorWithErrorCode(answer, e.Code), &e.ResponseError) {
		e.ResponseError = &azcore.ResponseError{StatusCode: answer.StatusCode, ErrorCode: e.Code, RawResponse: answer}
	}
	return e
}

// readError reads the body of an error. What is not the service's JSON, such as the page of a proxy,
// becomes the message, cut.
func readError(body []byte) (code, message string, details map[string]string) {
	var outer struct {
		Error map[string]json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &outer) != nil || outer.Error == nil {
		const enough = 500
		text := strings.ToValidUTF8(string(body[:min(len(body), enough)]), "\ufffd")
		return "", strings.TrimSpace(text), nil
	}
	for name, raw := range outer.Error {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		switch name {
		case "code":
			code = text
		case "message":
			message = text
		default:
			if details == nil {
				details = map[string]string{}
			}
			details[name] = text
		}
	}
	return code, message, details
}

// Error gives operation, status, code and message on one line, and the id by which the service's
// operators find the request.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Operation != "" {
		b.WriteString(e.Operation + ": ")
	}
	fmt.Fprintf(&b, "%d", e.StatusCode)
	if text := http.StatusText(e.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	if e.Code != "" {
		b.WriteString(" " + e.Code)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Help != "" {
		b.WriteString(" [" + e.Help + "]")
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID + ")")
	}
	return b.String()
}

// Unwrap gives the *azcore.ResponseError.
func (e *Error) Unwrap() error {
	if e.ResponseError == nil {
		return nil
	}
	return e.ResponseError
}

// Is reports whether the error is of a [Kind].
func (e *Error) Is(target error) bool {
	kind, is := target.(Kind)
	if !is {
		return false
	}
	switch kind {
	case ErrDuplicate:
		return e.Code == codeDuplicate || e.Code == codeDuplicateKey
	case ErrThrottled:
		return e.StatusCode == http.StatusTooManyRequests
	}
	return kind == kindOf(e.StatusCode)
}

func kindOf(status int) Kind {
	switch status {
	case http.StatusNotModified:
		return ErrNotModified
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusPreconditionFailed, http.StatusConflict:
		return ErrConflict
	case http.StatusTooManyRequests:
		return ErrThrottled
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return ErrUnavailable
	}
	return ErrInvalid
}

// Codes that the client acts upon (Dataverse facts 5.21).
const (
	codeDuplicate      = "0x80040237"
	codeDuplicateKey   = "0x80060892"
	codeAggregateLimit = "0x8004e023"
)

// retryAfter reads how long to wait: seconds, a fraction of them, or a moment.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds > 0 && seconds < 1e9 {
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
