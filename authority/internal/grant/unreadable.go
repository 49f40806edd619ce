package grant

import (
	"context"
	"errors"
	"net/http"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
)

// unreadable words what went wrong while a body was read.
func unreadable(err error) error {
	e := aadsts.Malformed.With().Because(err)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		e.Status = http.StatusRequestEntityTooLarge
		e.Help = "the body is too large"
	}
	return e
}

// unsigned words why there is no signature: a request whose time is over met a queue.
func unsigned(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return aadsts.Unavailable.With().Because(err)
	}
	return err
}
