package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// lived serves a request whose time is limited to a minute, and gives its context after it.
func lived(t *testing.T, parent context.Context, during func(ctx context.Context)) context.Context {
	t.Helper()
	var ctx context.Context
	h := Handler(HandlerOptions{Render: render, Timeout: time.Minute}, func(_ http.ResponseWriter, r *http.Request) error {
		ctx = r.Context()
		during(ctx)
		return nil
	})
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil).WithContext(parent))
	return ctx
}

// Whether somebody waits, asks once or asks often, the end is the same.
func TestLifeEnds(t *testing.T) {
	waits := func(ctx context.Context) { <-ctx.Done() }
	asksOften := func(ctx context.Context) {
		for range 2 * often {
			if err := ctx.Err(); err != nil {
				t.Errorf("ended early: %v", err)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait() // for the timer, which strikes now
	}
	child := func(ctx context.Context) {
		below, cancel := context.WithCancel(ctx)
		defer cancel()
		<-below.Done()
		if below.Err() != context.DeadlineExceeded {
			t.Errorf("a context of it ended with %v", below.Err())
		}
	}
	for name, during := range map[string]func(context.Context){"waits": waits, "asks often": asksOften, "child": child, "asks once": func(context.Context) { time.Sleep(time.Minute) }} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx := lived(t, t.Context(), func(ctx context.Context) {
					if end, has := ctx.Deadline(); !has || end.Sub(began) != time.Minute {
						t.Errorf("its end is said to be %v", end)
					}
					during(ctx)
					if err := ctx.Err(); err != context.DeadlineExceeded || context.Cause(ctx) != err {
						t.Errorf("it ended with %v, %v", err, context.Cause(ctx))
					}
				})
				if took := time.Since(began); took != time.Minute || ctx.Err() != context.DeadlineExceeded {
					t.Errorf("it took %v, and ended with %v", took, ctx.Err())
				}
			})
		})
	}
}

// What outlives the answer is told so, whether it waited or not.
func TestLifeEndsWithTheAnswer(t *testing.T) {
	for name, during := range map[string]func(context.Context){"nobody asked": func(context.Context) {}, "asked": func(ctx context.Context) { _ = ctx.Err() }, "waited": func(ctx context.Context) { ctx.Done() }} {
		ctx := lived(t, t.Context(), during)
		<-ctx.Done()
		if ctx.Err() != context.Canceled {
			t.Errorf("%s: it ended with %v", name, ctx.Err())
		}
	}
}

func TestLifeEndsWithTheConnection(t *testing.T) {
	parent, leave := context.WithCancelCause(t.Context())
	why := errors.New("gone")
	lived(t, parent, func(ctx context.Context) {
		below, cancel := context.WithCancel(ctx)
		defer cancel()
		leave(why)
		<-below.Done()
		if ctx.Err() != context.Canceled || context.Cause(ctx) != why || context.Cause(below) != why {
			t.Errorf("it ended with %v, %v, %v", ctx.Err(), context.Cause(ctx), context.Cause(below))
		}
	})
	earlier, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	lived(t, earlier, func(ctx context.Context) {
		got, _ := ctx.Deadline()
		if want, _ := earlier.Deadline(); got != want {
			t.Errorf("the connection ends earlier, at %v, not at %v", want, got)
		}
	})
}

// Rooms are measured where every request is logged, and nowhere else is the clock read for them.
func TestClockIsReadForWhoLogs(t *testing.T) {
	for level, want := range map[slog.Level]int{slog.LevelInfo: 4, slog.LevelWarn: 1} {
		reads := 0
		now := func() time.Time { reads++; return time.Time{} }
		logger := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: level}))
		h := Handler(HandlerOptions{Render: render, Logger: logger, Now: now}, func(_ http.ResponseWriter, r *http.Request) error {
			EventFrom(r.Context()).Time("room").Over()
			return nil
		})
		h.ServeHTTP(httptest.NewRecorder(), get("/"))
		if reads != want {
			t.Errorf("%v: the clock was read %d times, want %d", level, reads, want)
		}
	}
}
