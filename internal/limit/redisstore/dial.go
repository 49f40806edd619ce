package redisstore

import (
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Speaks reports whether an address is one that Dial takes: redis://, rediss:// (with
// TLS) or unix://.
func Speaks(address string) bool {
	scheme, _, found := strings.Cut(address, "://")
	return found && (scheme == "redis" || scheme == "rediss" || scheme == "unix")
}

// Dial makes a store at an address, such as redis://user:password@host:6379/0, with a
// client of its own, which close ends. Nothing is asked yet: a server that is not there
// fails the calls, not the start.
func Dial(address, prefix string) (s *Store, close func() error, err error) {
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, nil, fmt.Errorf("address of the counters: %w", hidden(err, address))
	}
	client := redis.NewClient(o)
	return New(client, prefix), client.Close, nil
}

// hidden keeps an address, which may hold a password, out of an error.
func hidden(err error, address string) error {
	if strings.Contains(err.Error(), address) {
		return errors.New("it cannot be read")
	}
	return err
}
