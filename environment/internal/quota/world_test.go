package quota

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/quota/usage"
	"github.com/stead-s2s/stead/internal/limit"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world is an environment's book and a clock that only the test moves.
type world struct {
	t    testing.TB
	now  time.Time
	cfg  Config
	book *Book
}

func newWorld(t testing.TB, change func(*Config)) *world {
	w := &world{t: t, now: noon}
	w.cfg = Config{
		Environment: "contoso", Limits: Documented(), Store: limit.NewMemory(0), Usage: usage.NewLedger(usage.NewMemory(0)),
		Now: func() time.Time { return w.now },
	}
	if change != nil {
		change(&w.cfg)
	}
	w.book = New(w.cfg)
	return w
}

// app and person are users of the environment.
func app(n byte) access.User {
	return access.User{UserRow: access.UserRow{ID: meta.ID{n}, ObjectID: meta.ID{n, 1}, ApplicationID: meta.ID{n, 2}}}
}

func person(n byte) access.User {
	return access.User{UserRow: access.UserRow{ID: meta.ID{n}, ObjectID: meta.ID{n, 1}}}
}

// at moves the clock to seconds after noon.
func (w *world) at(seconds float64) { w.now = noon.Add(time.Duration(seconds * float64(time.Second))) }

// request runs a request that takes no time on the clock; a refusal is returned.
func (w *world) request(u access.User, o Outcome) (Ticket, *dverr.Error) {
	w.t.Helper()
	t, refusal := w.enter(u, "")
	if refusal == nil {
		w.leave(t, o)
	}
	return t, refusal
}

func (w *world) enter(u access.User, cookie string) (Ticket, *dverr.Error) {
	w.t.Helper()
	t, err := w.book.Enter(context.Background(), u, cookie, w.now)
	var refusal *dverr.Error
	if err != nil && !errors.As(err, &refusal) {
		w.t.Fatal(err)
	}
	return t, refusal
}

func (w *world) leave(t Ticket, o Outcome) {
	w.t.Helper()
	if err := t.Leave(context.Background(), o); err != nil {
		w.t.Fatal(err)
	}
}

// times makes n requests and tells how many were let in.
func (w *world) times(n int, u access.User, o Outcome) (in int, last *dverr.Error) {
	w.t.Helper()
	for range n {
		if _, refusal := w.request(u, o); refusal != nil {
			last = refusal
		} else {
			in++
		}
	}
	return in, last
}

// refused checks the words of a refusal on the wire.
func (w *world) refused(e *dverr.Error, code, message string, least, below time.Duration) {
	w.t.Helper()
	switch {
	case e == nil:
		w.t.Errorf("let in, want %s", code)
	case e.HTTPStatus() != 429 || e.Entry.Code.String() != code || e.Message != message:
		w.t.Errorf("refused with %d %s %q\nwant 429 %s %q", e.HTTPStatus(), e.Entry.Code, e.Message, code, message)
	case e.RetryAfter < least || e.RetryAfter >= below:
		w.t.Errorf("Retry-After is %v, want from %v to %v", e.RetryAfter, least, below)
	}
}
