package dataverse

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// The defaults that fit this service better than azcore's. A throttled client is told to wait for up
// to the five minutes of the window and more, and azcore gives up at once where that is
// longer than its bound (azure-sdk-for-go issue 19118).
const (
	maxRetries    = 6
	maxRetryDelay = 10 * time.Minute
)

// retrying fills in how to retry, where the caller did not say.
func retrying(o policy.RetryOptions) policy.RetryOptions {
	if o.MaxRetries == 0 {
		o.MaxRetries = maxRetries
	}
	if o.MaxRetryDelay == 0 {
		o.MaxRetryDelay = maxRetryDelay
	}
	if o.ShouldRetry == nil && o.StatusCodes == nil {
		o.ShouldRetry = shouldRetry
	}
	return o
}

// attempts is what is known of the tries of one request. It travels in the request's context, as the
// only place that azcore's retry policy shows to its predicate.
type attempts struct {
	repeatable bool        // doing it twice does what doing it once does
	ambiguous  atomic.Bool // an earlier try may have been carried out though it failed
}

type attemptsKey struct{}

func attemptsOf(r *http.Request) *attempts {
	if r == nil {
		return &attempts{}
	}
	a, _ := r.Context().Value(attemptsKey{}).(*attempts)
	if a == nil {
		a = &attempts{repeatable: r.Method == http.MethodGet || r.Method == http.MethodHead}
	}
	return a
}

func withAttempts(ctx context.Context, a *attempts) context.Context {
	return context.WithValue(ctx, attemptsKey{}, a)
}

// shouldRetry judges an answer, or the error instead of one. A refusal that says the request was not
// carried out is retried whatever the request is; all else only where repeating does no harm.
func shouldRetry(answer *http.Response, err error) bool {
	if err != nil {
		return true // once judges these first, and stops what must not be repeated
	}
	switch answer.StatusCode {
	case http.StatusTooManyRequests:
		return inTime(answer)
	case http.StatusServiceUnavailable:
		return (answer.Header.Get("Retry-After") != "" || attemptsOf(answer.Request).repeatable) && inTime(answer)
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return attemptsOf(answer.Request).repeatable && inTime(answer)
	}
	return false
}

// inTime reports whether the wait that the server asks for ends before the caller's deadline: else the
// refusal is a better answer than a deadline that passed while asleep.
func inTime(answer *http.Response) bool {
	if answer.Request == nil {
		return true
	}
	deadline, has := answer.Request.Context().Deadline()
	return !has || retryAfter(answer.Header, time.Now()) < time.Until(deadline)
}

// once is the policy nearest to the wire. It notes which tries may have been carried out, and stops
// the retries of what must not happen twice.
type once struct{}

// Do implements policy.Policy.
func (once) Do(r *policy.Request) (*http.Response, error) {
	a := attemptsOf(r.Raw())
	answer, err := r.Next()
	if err == nil {
		err = fill(r, answer)
	}
	switch {
	case err != nil && !arrived(err):
		if hopeless(err) {
			return nil, final{err}
		}
	case err != nil:
		a.ambiguous.Store(true)
		if !a.repeatable {
			return nil, final{err}
		}
		return nil, again{err}
	case answer.StatusCode >= 500 || answer.StatusCode == http.StatusRequestTimeout:
		a.ambiguous.Store(true)
	}
	return answer, err
}

// arrived reports whether a request that failed may have reached the server: not when no connection
// was made.
func arrived(err error) bool {
	var op *net.OpError
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	return !(errors.As(err, &op) && op.Op == "dial" || errors.As(err, &name) || errors.As(err, &certificate))
}

// hopeless reports whether another try will end in the same way.
func hopeless(err error) bool {
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	return errors.As(err, &certificate) || errors.As(err, &name) && name.IsNotFound
}

// final is an error that azcore does not retry.
type final struct{ error }

// NonRetriable tells azcore so.
func (final) NonRetriable() {}

// Unwrap gives the error itself.
func (f final) Unwrap() error { return f.error }

// again is an error that azcore may retry, though it thinks otherwise of the one within: it holds a POST or
// PATCH whose answer was cut off for done once and for all. So it shows what is within, but not as
// errors.As would find it.
type again struct{ within error }

// Error gives the text of the error within.
func (a again) Error() string { return a.within.Error() }

// Is reports what errors.Is reports of the error within.
func (a again) Is(target error) bool { return errors.Is(a.within, target) }
