package redisstore

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/stead-s2s/stead/internal/limit"
)

var (
	//go:embed window.lua
	windowText string
	//go:embed enter.lua
	enterText string
	//go:embed leave.lua
	leaveText string
	//go:embed add.lua
	addText string
)

// Store is limit.Store in Redis. It is safe for many goroutines.
type Store struct {
	client            redis.Scripter
	prefix            string
	enter, leave, add *redis.Script
}

var _ limit.Store = (*Store)(nil)

// New keeps its keys as prefix{key}: the braces make a cluster place by the key
// alone. The client remains the caller's to close.
func New(client redis.Scripter, prefix string) *Store {
	script := func(text string) *redis.Script { return redis.NewScript(windowText + text) }
	return &Store{client: client, prefix: prefix, enter: script(enterText), leave: script(leaveText), add: script(addText)}
}

// Enter implements limit.Store.
func (s *Store) Enter(ctx context.Context, key string, at time.Time, l limit.Limits) (limit.Decision, error) {
	_, _, spent := l.Milliseconds()
	return s.run(ctx, s.enter, key, at, l, l.Requests, spent, l.Concurrent)
}

// Leave implements limit.Store.
func (s *Store) Leave(ctx context.Context, key string, l limit.Limits, e limit.Exit) error {
	_, err := s.run(ctx, s.leave, key, e.At, l, e.Entered.UnixMilli(), e.Spent.Milliseconds())
	return err
}

// Add implements limit.Store.
func (s *Store) Add(ctx context.Context, key string, at time.Time, l limit.Limits, n int64) (limit.Decision, error) {
	return s.run(ctx, s.add, key, at, l, n)
}

// run calls a script; the first time in a server's life it sends the text too.
func (s *Store) run(ctx context.Context, script *redis.Script, key string, at time.Time, l limit.Limits, more ...int64) (limit.Decision, error) {
	window, width, _ := l.Milliseconds()
	args := make([]any, 0, 6)
	args = append(args, at.UnixMilli(), window, width)
	for _, n := range more {
		args = append(args, n)
	}
	got, err := script.Run(ctx, s.client, []string{s.prefix + "{" + key + "}"}, args...).Int64Slice()
	if err != nil {
		return limit.Decision{}, fmt.Errorf("count %s in Redis: %w", key, err)
	}
	if len(got) != 6 {
		return limit.Decision{}, fmt.Errorf("count %s in Redis: %d figures answered", key, len(got))
	}
	return limit.Decision{
		Refused: limit.Reason(got[0]), Used: got[1], Spent: time.Duration(got[2]) * time.Millisecond, Running: got[3],
		RetryAfter: time.Duration(got[4]) * time.Millisecond, Entered: time.UnixMilli(got[5]),
	}, nil
}
