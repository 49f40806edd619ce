package redisstore

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/lease"
)

var (
	//go:embed window.lua
	windowText string
	//go:embed tell.lua
	tellText string
)

// Store is limit.Store in Redis. It is safe for many goroutines; of one key, one calls
// Redis at a time.
type Store struct{ *lease.Store }

var _ limit.Store = (*Store)(nil)

// New keeps its keys as prefix{key}: the braces make a cluster place by the key
// alone. chunk is how many places are leased at once at most; 0: 250; negative: none, every
// entry asks. The client remains the caller's to close, after Flush.
func New(client redis.Scripter, prefix string, chunk int) *Store {
	return &Store{lease.New(newFar(client, prefix), chunk)}
}

func newFar(client redis.Scripter, prefix string) *far {
	return &far{client, prefix, redis.NewScript(windowText + tellText)}
}

// far is lease.Far: one script call each.
type far struct {
	client redis.Scripter
	prefix string
	script *redis.Script
}

// Tell calls the script; the first time in a server's life it sends the text too.
func (f *far) Tell(ctx context.Context, c *lease.Call) (limit.Decision, int64, error) {
	got, err := f.script.Run(ctx, f.client, []string{f.prefix + "{" + c.Key + "}"}, arguments(c)...).Int64Slice()
	if err != nil {
		return limit.Decision{}, 0, fmt.Errorf("ask Redis: %w", err)
	}
	if len(got) != 7 {
		return limit.Decision{}, 0, fmt.Errorf("ask Redis: %d figures answered", len(got))
	}
	return limit.Decision{
		Refused: limit.Reason(got[0]), Used: got[1], Spent: time.Duration(got[2]) * time.Millisecond, Running: got[3],
		RetryAfter: time.Duration(got[4]) * time.Millisecond, Entered: time.UnixMilli(got[5]),
	}, got[6], nil
}

// arguments are those that tell.lua reads.
func arguments(c *lease.Call) []any {
	l := c.Limits()
	window, width, spent := l.Milliseconds()
	args := []any{
		c.At.UnixMilli(), window, width, l.Requests, spent, l.Concurrent,
		c.Leased.UnixMilli() / width, c.Unused, c.Started, int64(c.Ask), c.N, c.Lease, c.Slot,
	}
	for _, g := range groups(c.Exits, width) {
		args = append(args, g.slot, g.left, g.spent, g.last)
	}
	return args
}

// group is what exits did to a slot: who entered there has left, what was spent is counted
// there, last at so many milliseconds into the slot.
type group struct{ slot, left, spent, last int64 }

// groups joins exits: those of a busy key are of one or two slots.
func groups(exits []limit.Exit, width int64) []group {
	var list []group
	at := func(t time.Time) *group {
		slot := t.UnixMilli() / width
		for i := range list {
			if list[i].slot == slot {
				return &list[i]
			}
		}
		list = append(list, group{slot: slot})
		return &list[len(list)-1]
	}
	for _, e := range exits {
		at(e.Entered).left++
		g := at(e.At)
		g.spent += max(e.Spent.Milliseconds(), 0)
		g.last = max(g.last, e.At.UnixMilli()%width)
	}
	return list
}
