package webapi

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/quota"
	"github.com/stead-s2s/stead/internal/web"
)

// visit is a request that the limits let in, from the moment its user is known until
// its answer is written. It stands for the response and for the request's body, and
// counts what goes through.
type visit struct {
	http.ResponseWriter
	body       io.ReadCloser
	ticket     quota.Ticket
	begun      time.Time // when the request came: now, for all that it does
	in, out    int64
	operations int64
	kept       bool      // the request goes on after its answer: settle is called later
	shown      [2]string // the values of the headers, in the visit's memory
	account
}

// enter asks the limits on behalf of the authenticated user, whoever is acted for
// (Dataverse facts 2.3), and sets the headers that show what the user has left and what is
// recommended: refusals have them too. A visit that is given must be left.
func (a *API) enter(w http.ResponseWriter, r *http.Request, event *web.Event, user access.User) (*visit, error) {
	defer event.Time("quota").Over()
	pinned := affinity(r)
	v := &visit{ResponseWriter: w, begun: event.Start()}
	var err error
	v.ticket, err = a.Quota.Enter(r.Context(), user, pinned, v.begun)
	v.recommend(w.Header(), pinned)
	v.remaining(w.Header())
	if err != nil {
		return nil, err
	}
	if warning := v.ticket.Warning(); warning != "" {
		event.Add(slog.String("entitlement", warning))
	}
	if r.Body != nil && r.Body != http.NoBody {
		v.body = r.Body
		r.Body = (*visitBody)(v)
	}
	return v, nil
}

// affinity gives the value of the cookie that pins a client to a web server. What else
// cookies may be is of no interest: whatever is no server's value names none.
func affinity(r *http.Request) string {
	for _, line := range r.Header["Cookie"] {
		for pair := ""; line != ""; {
			pair, line, _ = strings.Cut(line, ";")
			if name, value, _ := strings.Cut(strings.TrimSpace(pair), "="); name == quota.AffinityCookie {
				return value
			}
		}
	}
	return ""
}

// recommend sets the headers that say how many requests to send at once and at which web
// server; whether anything is limited is another question.
func (v *visit) recommend(h http.Header, pinned string) {
	h[quota.ParallelHeader] = v.ticket.Parallel()
	if name, line := v.ticket.Cookie(); name != pinned {
		h["Set-Cookie"] = line
	}
}

// remaining sets the headers of Dataverse facts 4.1. Their names are sent as they stand, in
// lower case. Where nothing is limited there is nothing to show.
func (v *visit) remaining(h http.Header) {
	requests, seconds := v.ticket.Remaining()
	if requests == "" {
		return
	}
	v.shown = [...]string{requests, seconds}
	h[quota.RequestsHeader] = v.shown[0:1:1]
	h[quota.TimeHeader] = v.shown[1:2:2]
}

// did counts an operation handed to the engine. What needs no engine, such as the
// service document, is no operation (Dataverse facts 4.2).
func (v *visit) did(o op.Op) {
	if o != nil {
		v.operations++
	}
}

// leave tells the limits what came of the request. Stores that fail concern the log
// alone.
func (v *visit) leave(ctx context.Context, event *web.Event, now time.Time) {
	if v.kept {
		return
	}
	if err := v.settle(ctx, event.Has("fault"), now); err != nil {
		event.Add(slog.String("quota_error", err.Error()))
	}
}

// settle is leave for a request that went on after its answer, too.
func (v *visit) settle(ctx context.Context, fault bool, now time.Time) error {
	// No request runs for longer than maxTime: a clock that was moved meanwhile shall not
	// use up the user's time.
	elapsed := min(max(now.Sub(v.begun), 0), maxTime)
	return v.ticket.Leave(ctx, quota.Outcome{At: now, Elapsed: elapsed, Operations: v.operations, In: v.in, Out: v.out, Fault: fault})
}

// Write counts what the answer holds.
func (v *visit) Write(p []byte) (int, error) {
	v.tell(nil)
	n, err := v.ResponseWriter.Write(p)
	v.out += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (v *visit) Unwrap() http.ResponseWriter { return v.ResponseWriter }

// visitBody is a visit in its role of the request's body.
type visitBody visit

// Read counts what the request holds.
func (b *visitBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	b.in += int64(n)
	return n, err
}

// Close closes the body.
func (b *visitBody) Close() error { return b.body.Close() }
