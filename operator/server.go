package operator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/stead-s2s/stead/internal/web"
)

// Path is where the API begins.
const Path = "/_stead/operator/"

// maxOrder bounds an order, in bytes.
const maxOrder = 64 << 10

// Config is what the API is made from.
type Config struct {
	Key       Key // the zero key refuses everything
	Clock     Clock
	Faults    Faults
	Snapshots Snapshots
	Logger    *slog.Logger // may be nil
	Now       func() time.Time
}

// New returns the handler of everything below Path.
func New(c Config) http.Handler {
	s := &server{Config: c, routes: http.NewServeMux()}
	for pattern, answer := range map[string]func(*http.Request) (any, error){
		"GET clock":                   s.clock,
		"POST clock":                  s.moveClock,
		"GET faults":                  s.faults,
		"POST faults":                 s.inject,
		"DELETE faults":               s.clear,
		"DELETE faults/{id}":          s.clear,
		"GET snapshots":               s.snapshots,
		"PUT snapshots/{name}":        s.save,
		"POST snapshots/{name}/loads": s.load,
		"DELETE snapshots/{name}":     s.delete,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		s.routes.Handle(method+" "+Path+path, s.handler(answer))
	}
	s.routes.Handle("/", s.handler(func(r *http.Request) (any, error) {
		return nil, NotFound("there is no %s %s", r.Method, r.URL.Path)
	}))
	return s.routes
}

type server struct {
	Config
	routes *http.ServeMux
}

// handler checks the key, then answers with JSON.
func (s *server) handler(answer func(*http.Request) (any, error)) http.Handler {
	return web.Handler(web.HandlerOptions{Logger: s.Logger, Render: render, MaxBody: maxOrder, Now: s.Now}, func(w http.ResponseWriter, r *http.Request) error {
		if err := s.admit(r); err != nil {
			return err
		}
		body, err := answer(r)
		if err != nil {
			return err
		}
		return write(w, http.StatusOK, body)
	})
}

func (s *server) admit(r *http.Request) error {
	if s.Key == (Key{}) {
		return &Error{http.StatusForbidden, "NoOperator", "this world was started without an operator"}
	}
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || !s.Key.Opens(text) {
		return &Error{http.StatusUnauthorized, "WrongKey", "the operator's key is needed: it is in the file operator.key of the data directory"}
	}
	return nil
}

func render(w http.ResponseWriter, _ *http.Request, err error) {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{http.StatusInternalServerError, "Failed", err.Error()} // whoever has the key may know the cause
	}
	_ = write(w, e.Status, struct {
		Error *Error `json:"error"`
	}{e}) // a client that has left needs no answer
}

func write(w http.ResponseWriter, status int, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err = w.Write(append(text, '\n'))
	return err
}

// read reads an order and refuses members it does not know: a typing error must not
// become a fault that happens to everybody.
func read(r *http.Request, to any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return Invalid("the order cannot be read: %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Invalid("the order cannot be read: something follows it")
	}
	return nil
}

func (s *server) clock(*http.Request) (any, error) { return s.Clock.State(), nil }

func (s *server) moveClock(r *http.Request) (any, error) {
	var m ClockMove
	if err := read(r, &m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return s.Clock.Move(r.Context(), m)
}

// check wants one move.
func (m ClockMove) check() error {
	moves := 0
	for _, is := range []bool{m.Advance != 0, m.Set != nil, m.Reset} {
		if is {
			moves++
		}
	}
	switch {
	case moves != 1:
		return Invalid("one of advance, set and reset is needed")
	case m.Advance < 0:
		return Invalid("a clock advances forwards: set it to go back")
	case m.Reset && m.Freeze:
		return Invalid("a clock that is reset goes")
	}
	return nil
}

// list is how many things travel.
type list[T any] struct {
	Value []T `json:"value"`
}

func (s *server) faults(*http.Request) (any, error) { return list[Fault]{s.Faults.List()}, nil }

func (s *server) inject(r *http.Request) (any, error) {
	var o Order
	if err := read(r, &o); err != nil {
		return nil, err
	}
	return s.Faults.Inject(r.Context(), o)
}

type cleared struct {
	Cleared int `json:"cleared"`
}

func (s *server) clear(r *http.Request) (any, error) {
	id := r.PathValue("id")
	n := s.Faults.Clear(id)
	if n == 0 && id != "" {
		return nil, NotFound("there is no fault %s", id)
	}
	return cleared{n}, nil
}

func (s *server) snapshots(*http.Request) (any, error) {
	all, err := s.Snapshots.List()
	return list[Snapshot]{all}, err
}

func (s *server) save(r *http.Request) (any, error) {
	return s.Snapshots.Save(r.Context(), r.PathValue("name"))
}

func (s *server) load(r *http.Request) (any, error) {
	return s.Snapshots.Load(r.Context(), r.PathValue("name"))
}

func (s *server) delete(r *http.Request) (any, error) {
	return struct{}{}, s.Snapshots.Delete(r.PathValue("name"))
}
