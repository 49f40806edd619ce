package web

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Event is what is known about one request. It is opened by [Handler], filled by the rooms that the request passes, and
// logged once. The methods may be called from many goroutines, and on the event of a context that has none.
type Event struct {
	method string
	path   string // without the query, whose values may be secrets
	start  time.Time
	now    func() time.Time
	newID  func() string
	timed  bool // rooms are measured

	mu    sync.Mutex
	id    string
	attrs []slog.Attr
	rooms []roomTime

	// Room for what most requests have, in the event's own memory.
	fewAttrs [4]slog.Attr
	fewRooms [6]roomTime
}

// roomTime is how long one room had the request, all visits together.
type roomTime struct {
	room  string
	spent time.Duration
}

type eventKey struct{}

// EventFrom gives the event of the request that ctx belongs to. Outside a request it gives one that nobody logs, so
// that callers need not ask.
func EventFrom(ctx context.Context) *Event {
	if e, ok := ctx.Value(eventKey{}).(*Event); ok {
		return e
	}
	return &Event{now: time.Now, newID: NewID}
}

// ID is the id of the request: the same at every call, made at the first.
func (e *Event) ID() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.id == "" {
		e.id = e.newID()
	}
	return e.id
}

// Start is when the request arrived.
func (e *Event) Start() time.Time { return e.start }

// Add notes facts about the request. Secrets must come as values that redact themselves.
func (e *Event) Add(attrs ...slog.Attr) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.attrs == nil {
		e.attrs = e.fewAttrs[:0]
	}
	e.attrs = append(e.attrs, attrs...)
}

// Has reports whether a fact of this name was noted.
func (e *Event) Has(key string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.ContainsFunc(e.attrs, func(a slog.Attr) bool { return a.Key == key })
}

// Time measures a room from now until the stay it returns is over: defer e.Time("access").Over(). Several visits add up.
// Where not every request is logged nothing is measured: it takes the clock a dozen times a request, and the few
// failures that are logged there have no times of rooms.
func (e *Event) Time(room string) Stay {
	if !e.timed {
		return Stay{}
	}
	return Stay{e, room, e.now()}
}

// Stay is a visit of a room that lasts.
type Stay struct {
	event *Event // nil: not measured
	room  string
	begun time.Time
}

// Over ends the stay.
func (s Stay) Over() {
	if s.event != nil {
		s.event.spend(s.room, s.event.now().Sub(s.begun))
	}
}

func (e *Event) spend(room string, d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.rooms {
		if e.rooms[i].room == room {
			e.rooms[i].spent += d
			return
		}
	}
	if e.rooms == nil {
		e.rooms = e.fewRooms[:0]
	}
	e.rooms = append(e.rooms, roomTime{room, d})
}

// outcome is how the request ended.
type outcome struct {
	status int
	bytes  int64
	cut    bool // the connection was cut off
	err    error
}

// level: a failure of ours is an error in the log; a refusal is not, nor a client that went away.
func (o outcome) level(ctx context.Context) slog.Level {
	if o.status >= 500 || o.cut && !errors.Is(ctx.Err(), context.Canceled) {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// log writes the event. When nobody listens nothing is formatted.
func (e *Event) log(ctx context.Context, l *slog.Logger, o outcome) {
	level := o.level(ctx)
	if l == nil || !l.Enabled(ctx, level) {
		return
	}
	id, spent := e.ID(), e.now().Sub(e.start)
	e.mu.Lock()
	defer e.mu.Unlock()
	attrs := make([]slog.Attr, 0, 9+len(e.attrs))
	attrs = append(attrs, slog.String("method", e.method), slog.String("path", e.path), slog.Int("status", o.status),
		slog.Int64("bytes", o.bytes), slog.Duration("took", spent), slog.String("request", id))
	attrs = append(attrs, e.attrs...)
	if len(e.rooms) > 0 {
		attrs = append(attrs, slog.GroupAttrs("rooms", e.roomAttrs()...))
	}
	if o.cut {
		attrs = append(attrs, slog.Bool("cut", true))
	}
	if o.err != nil {
		attrs = append(attrs, slog.String("error", o.err.Error()))
	}
	l.LogAttrs(ctx, level, "request", attrs...)
}

func (e *Event) roomAttrs() []slog.Attr {
	attrs := make([]slog.Attr, len(e.rooms))
	for i, r := range e.rooms {
		attrs[i] = slog.Duration(r.room, r.spent)
	}
	return attrs
}
