package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var errTeapot = errors.New("short and stout")

// render answers 418 to a known error and 500 to all others.
func render(w http.ResponseWriter, _ *http.Request, err error) {
	status := http.StatusInternalServerError
	if errors.Is(err, errTeapot) {
		status = http.StatusTeapot
	}
	http.Error(w, "sorry", status)
}

// call serves one request and gives the answer and the logged event; what the handler panicked with, too.
func call(t *testing.T, o HandlerOptions, r *http.Request, h HandlerFunc) (*httptest.ResponseRecorder, map[string]any, any) {
	t.Helper()
	var log bytes.Buffer
	o.Logger = slog.New(slog.NewJSONHandler(&log, nil))
	if o.Render == nil {
		o.Render = render
	}
	w := httptest.NewRecorder()
	var v any
	func() {
		defer func() { v = recover() }()
		Handler(o, h).ServeHTTP(w, r)
	}()
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("the event was logged %d times: %s", n, &log)
	}
	var event map[string]any
	if err := json.Unmarshal(log.Bytes(), &event); err != nil {
		t.Fatal(err)
	}
	return w, event, v
}

func get(target string) *http.Request { return httptest.NewRequest("GET", target, nil) }

func TestAnswers(t *testing.T) {
	for name, try := range map[string]struct {
		h      HandlerFunc
		render Renderer
		status int
		level  string
		cut    bool
	}{
		"an answer": {h: func(w http.ResponseWriter, r *http.Request) error {
			w.WriteHeader(http.StatusCreated)
			return nil
		}, status: 201, level: "INFO"},
		"nothing":   {h: func(http.ResponseWriter, *http.Request) error { return nil }, status: 200, level: "INFO"},
		"a refusal": {h: func(http.ResponseWriter, *http.Request) error { return errTeapot }, status: 418, level: "INFO"},
		"a failure": {h: func(http.ResponseWriter, *http.Request) error { return io.ErrNoProgress }, status: 500, level: "ERROR"},
		"a panic":   {h: func(http.ResponseWriter, *http.Request) error { panic("boom") }, status: 500, level: "ERROR"},
		"an error after the first byte": {h: func(w http.ResponseWriter, _ *http.Request) error {
			io.WriteString(w, `{"value":[`)
			return errTeapot
		}, status: 200, level: "ERROR", cut: true},
		"a panic after a flush": {h: func(w http.ResponseWriter, _ *http.Request) error {
			http.NewResponseController(w).Flush()
			panic("boom")
		}, status: 200, level: "ERROR", cut: true},
		"an abort": {h: func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }, status: 200, level: "ERROR", cut: true},
		"a renderer that panics": {h: func(http.ResponseWriter, *http.Request) error { return errTeapot },
			render: func(http.ResponseWriter, *http.Request, error) { panic("again") }, status: 500, level: "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			w, event, v := call(t, HandlerOptions{Render: try.render}, get("/"), try.h)
			if w.Code != try.status || event["status"] != float64(try.status) || event["level"] != try.level {
				t.Errorf("answered %d, logged %v", w.Code, event)
			}
			if cut := v == http.ErrAbortHandler; cut != try.cut || !cut && v != nil || cut != (event["cut"] == true) {
				t.Errorf("panicked with %v, logged %v", v, event)
			}
		})
	}
}

func TestEventTellsTheRequest(t *testing.T) {
	clock := time.Unix(1000, 0)
	o := HandlerOptions{
		Now:   func() time.Time { clock = clock.Add(time.Millisecond); return clock },
		NewID: func() string { return "id-1" },
	}
	_, event, _ := call(t, o, get("/token?client_secret=hunter2"), func(w http.ResponseWriter, r *http.Request) error {
		e := EventFrom(r.Context())
		e.Add(slog.String("who", "ana"))
		e.Time("door").Over()
		stay := e.Time("store")
		stay.Over()
		e.Time("store").Over()
		if e.ID() != "id-1" || EventFrom(r.Context()) != e || !e.Start().Equal(time.Unix(1000, 1e6)) {
			t.Error("the event is not one and the same")
		}
		_, err := io.WriteString(w, "hello")
		return err
	})
	rooms := event["rooms"].(map[string]any)
	if rooms["door"] != float64(time.Millisecond) || rooms["store"] != float64(2*time.Millisecond) {
		t.Errorf("rooms took %v", rooms)
	}
	for key, want := range map[string]any{"method": "GET", "path": "/token", "bytes": 5.0, "who": "ana", "request": "id-1", "took": float64(7 * time.Millisecond)} {
		if event[key] != want {
			t.Errorf("%s is %v, want %v", key, event[key], want)
		}
	}
	if text, _ := json.Marshal(event); strings.Contains(string(text), "hunter2") {
		t.Errorf("a query's value was logged: %s", text)
	}
}

func TestBodyIsLimited(t *testing.T) {
	read := func(_ http.ResponseWriter, r *http.Request) error {
		_, err := io.ReadAll(r.Body)
		return err
	}
	for size, want := range map[int]int{10: 200, 11: 413} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", size)))
		tooBig := func(w http.ResponseWriter, _ *http.Request, err error) {
			if _, is := errors.AsType[*http.MaxBytesError](err); is {
				w.WriteHeader(http.StatusRequestEntityTooLarge)
			}
		}
		if w, _, _ := call(t, HandlerOptions{MaxBody: 10, Render: tooBig}, r, read); w.Code != want {
			t.Errorf("%d bytes: %d, want %d", size, w.Code, want)
		}
	}
}

func TestTimeIsLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got error
		call(t, HandlerOptions{Timeout: time.Minute}, get("/"), func(_ http.ResponseWriter, r *http.Request) error {
			<-r.Context().Done()
			got = r.Context().Err()
			return got
		})
		if !errors.Is(got, context.DeadlineExceeded) {
			t.Errorf("the context ended with %v", got)
		}
	})
}

func TestClientThatLeavesIsNoFailure(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, event, _ := call(t, HandlerOptions{}, get("/").WithContext(ctx), func(w http.ResponseWriter, r *http.Request) error {
		io.WriteString(w, "[")
		cancel()
		return r.Context().Err()
	})
	if event["level"] != "INFO" || event["cut"] != true {
		t.Errorf("logged %v", event)
	}
}

func TestEventOutsideARequest(t *testing.T) {
	e := EventFrom(t.Context())
	e.Add(slog.Int("n", 1))
	e.Time("room").Over()
	if id := e.ID(); len(id) != 36 || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) || id == NewID() {
		t.Errorf("id %q", id)
	}
}

// The writer a handler gets must let http.ResponseController through to the connection.
func TestResponseControllerReachesTheConnection(t *testing.T) {
	srv := httptest.NewServer(Handler(HandlerOptions{Render: render}, func(w http.ResponseWriter, r *http.Request) error {
		w.WriteHeader(http.StatusEarlyHints)
		return http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Hour))
	}))
	defer srv.Close()
	res, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("answered %d", res.StatusCode)
	}
}

// nobody is a response that costs nothing, so that only the handler is measured.
type nobody struct{ header http.Header }

func (n nobody) Header() http.Header       { return n.header }
func (nobody) Write(p []byte) (int, error) { return len(p), nil }
func (nobody) WriteHeader(int)             {}

func BenchmarkEvent(b *testing.B) {
	run := func(b *testing.B, l *slog.Logger) {
		h := Handler(HandlerOptions{Render: render, Logger: l, MaxBody: 1 << 20}, func(w http.ResponseWriter, r *http.Request) error {
			e := EventFrom(r.Context())
			e.Time("store").Over()
			e.Add(slog.String("who", "ana"))
			_, err := w.Write(nil)
			return err
		})
		w, r := nobody{http.Header{}}, get("/accounts")
		b.ReportAllocs()
		for b.Loop() {
			h.ServeHTTP(w, r)
		}
	}
	b.Run("silent", func(b *testing.B) { run(b, nil) })
	b.Run("off", func(b *testing.B) {
		run(b, slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError})))
	})
	b.Run("text", func(b *testing.B) { run(b, slog.New(slog.NewTextHandler(io.Discard, nil))) })
}
