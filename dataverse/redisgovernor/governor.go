package redisgovernor

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/stead-s2s/stead/dataverse"
)

//go:embed governor.lua
var text string

// Options are what a governor may be told. All processes that share a server must be told the same.
type Options struct {
	dataverse.GovernorOptions

	// Prefix begins the names of the keys; "dataverse/".
	Prefix string
	// Lease is after which time a request of which nothing is heard is taken for ended, because its
	// process died; 3 minutes, more than the service lets one take.
	Lease time.Duration
	// OnError, if any, is told when the server does not answer and the process goes on by itself.
	OnError func(error)
}

// Governor is a dataverse.Governor. It is safe for many goroutines.
type Governor struct {
	options Options
	limits  dataverse.GovernorOptions
	client  redis.Scripter
	script  *redis.Script
	alone   dataverse.Governor
}

var _ dataverse.Governor = (*Governor)(nil)

// New makes a governor at a server. The client remains the caller's to close.
func New(client redis.Scripter, o *Options) *Governor {
	g := &Governor{client: client, script: redis.NewScript(text)}
	if o != nil {
		g.options = *o
	}
	if g.options.Prefix == "" {
		g.options.Prefix = "dataverse/"
	}
	if g.options.Lease <= 0 {
		g.options.Lease = 3 * time.Minute
	}
	if g.options.OnError == nil {
		g.options.OnError = func(error) {}
	}
	g.limits = g.options.WithDefaults()
	g.alone = dataverse.NewGovernor(&g.limits)
	return g
}

// Enter implements dataverse.Governor.
func (g *Governor) Enter(ctx context.Context, user string) (func(dataverse.Sent), error) {
	id := dataverse.NewID().String()
	for {
		wait, entered, err := g.ask(ctx, user, "enter", id)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			g.options.OnError(err)
			return g.alone.Enter(ctx, user)
		case wait == 0:
			return func(s dataverse.Sent) { g.leave(ctx, user, id, entered, s) }, nil
		}
		if err := pause(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// leave tells the server how a request ended, even where its caller has gone.
func (g *Governor) leave(ctx context.Context, user, id string, entered int64, s dataverse.Sent) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	answered := 0
	if s.Answered {
		answered = 1
	}
	remaining := int64(-1)
	if s.RemainingTime >= 0 {
		remaining = s.RemainingTime.Milliseconds()
	}
	_, _, err := g.ask(ctx, user, "leave", id, s.Took.Milliseconds(), entered, answered, string(s.Throttled),
		s.RetryAfter.Milliseconds(), s.RemainingRequests, remaining)
	if err != nil {
		g.options.OnError(err)
	}
}

// ask calls the script; the first time in a server's life it sends the text too.
func (g *Governor) ask(ctx context.Context, user, op, id string, more ...any) (wait time.Duration, entered int64, err error) {
	key := g.options.Prefix + "{" + user + "}" // a cluster places by what is within the braces
	l := g.limits
	args := append([]any{op, id, l.Window.Milliseconds(), l.Requests, l.Time.Milliseconds(), l.Concurrent, g.options.Lease.Milliseconds()}, more...)
	got, err := g.script.Run(ctx, g.client, []string{key, key + "/running"}, args...).Int64Slice()
	if err != nil {
		return 0, 0, fmt.Errorf("ask Redis for room: %w", err)
	}
	if len(got) != 2 {
		return 0, 0, fmt.Errorf("ask Redis for room: %d figures answered", len(got))
	}
	return time.Duration(got[0]) * time.Millisecond, got[1], nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
