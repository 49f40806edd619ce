package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// HandlerFunc answers a request or says why it cannot. After it has written anything, an error cuts the connection off.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// Renderer writes an error in the shape of its house. Nothing has been written before.
type Renderer func(w http.ResponseWriter, r *http.Request, err error)

// HandlerOptions of [Handler].
type HandlerOptions struct {
	Logger  *slog.Logger  // where events go; nil: nowhere
	Render  Renderer      // required
	MaxBody int64         // bytes of a request's body; beyond it reading gives *http.MaxBytesError; 0: no limit
	Timeout time.Duration // after which the request's context ends; 0: never
	// CloseAfterChunks makes a chunked HTTP/1.1 request the last of its connection. Package net/http drops a
	// Content-Length that came along, silently, and goes on reading; RFC 9112 6.1 wants the connection closed then, as
	// a proxy that believed the length takes what follows for this request's body. No handler can tell the two apart.
	CloseAfterChunks bool
	Now              func() time.Time // nil: time.Now
	NewID            func() string    // ids of requests; nil: NewID
}

// Handler makes an http.Handler of h: it opens the event, limits body and time, turns panics into errors, renders errors
// and logs the event once. A panic with http.ErrAbortHandler is passed on.
func Handler(o HandlerOptions, h HandlerFunc) http.Handler {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = NewID
	}
	return &handler{o, h}
}

type handler struct {
	HandlerOptions
	next HandlerFunc
}

// exchange is one request's event, response and context, in one piece of memory.
type exchange struct {
	event Event
	response
	life lifetime
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	x := &exchange{
		event: Event{
			method: r.Method, path: r.URL.Path, start: h.Now(), now: h.Now, newID: h.NewID, attrs: notes(ctx),
			timed: h.Logger != nil && h.Logger.Enabled(ctx, slog.LevelInfo),
		},
		response: response{ResponseWriter: w},
	}
	x.life.Context, x.life.event = ctx, &x.event
	if h.Timeout > 0 {
		x.life.end = time.Now().Add(h.Timeout)
	}
	defer x.life.finish()
	r = r.WithContext(&x.life)
	if h.MaxBody > 0 && r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(w, r.Body, h.MaxBody)
	}
	if h.CloseAfterChunks && r.ProtoMajor == 1 && len(r.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
	err := safely(h.next, &x.response, r)
	cut := err != nil && h.fail(x, r, err)
	x.event.log(r.Context(), h.Logger, outcome{x.code(), x.bytes, cut, err})
	if cut {
		panic(http.ErrAbortHandler)
	}
}

// fail renders err, unless it is too late for that: then the connection must be cut off.
func (h *handler) fail(x *exchange, r *http.Request, err error) (cut bool) {
	if x.status != 0 || errors.Is(err, http.ErrAbortHandler) {
		return true
	}
	broken := safely(func(w http.ResponseWriter, r *http.Request) error {
		h.Render(w, r, err)
		return nil
	}, &x.response, r)
	if broken == nil {
		return false
	}
	x.event.Add(slog.String("render", broken.Error()))
	if x.status == 0 {
		http.Error(&x.response, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return false
	}
	return true
}

// panicked is a panic as an error; its text, with the stack, is for the log.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v\n%s", p.value, p.stack) }

func (p *panicked) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

func safely(h HandlerFunc, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v, debug.Stack()}
		}
	}()
	return h(w, r)
}
