package redisstore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/lease"
)

// Speaks reports whether an address is one that Dial takes: redis://, rediss:// (with
// TLS) or unix://.
func Speaks(address string) bool {
	scheme, _, found := strings.Cut(address, "://")
	return found && (scheme == "redis" || scheme == "rediss" || scheme == "unix")
}

// DialConfig of Dial. Every field is needed.
type DialConfig struct {
	Address string           // such as redis://user:password@host:6379/0
	Prefix  string           // of keys
	Now     func() time.Time // that of those who call the store
	Logger  *slog.Logger     // told of flushes that fail
}

// Dial makes a store at an address, with a client of its own and a goroutine that flushes
// once a second. A call takes limit.Patience at most. close flushes for the last time and ends both. Nothing is asked yet: a
// server that is not there fails the calls, not the start.
func Dial(c DialConfig) (s *Store, close func() error, err error) {
	o, err := redis.ParseURL(c.Address)
	if err != nil {
		return nil, nil, fmt.Errorf("address of the counters: %w", hidden(err, c.Address))
	}
	client := redis.NewClient(o)
	s = &Store{lease.New(lease.Within(newFar(client, c.Prefix), limit.Patience), 0)}
	flush := func(ctx context.Context) error { return s.Flush(ctx, c.Now()) }
	done, stop := context.WithCancel(context.Background())
	var flushing sync.WaitGroup
	flushing.Go(func() { lease.FlushEvery(done, time.Second, flush, c.Logger) })
	return s, func() error {
		stop()
		flushing.Wait()
		last, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		return errors.Join(flush(last), client.Close())
	}, nil
}

// hidden keeps an address, which may hold a password, out of an error.
func hidden(err error, address string) error {
	if strings.Contains(err.Error(), address) {
		return errors.New("it cannot be read")
	}
	return err
}
