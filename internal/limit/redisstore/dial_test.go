package redisstore_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/limittest"
	"github.com/stead-s2s/stead/internal/limit/redisstore"
)

func TestDial(t *testing.T) {
	addr := limittest.Redis(t)
	l, now := limit.Limits{Requests: 1}, time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	dial := func(address string) (*redisstore.Store, func() error, error) {
		return redisstore.Dial(redisstore.DialConfig{
			Address: address, Prefix: "stead/", Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler),
		})
	}
	one, closeOne, err := dial("redis://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	two, closeTwo, err := dial("redis://" + addr + "/0")
	if err != nil {
		t.Fatal(err)
	}
	first, err := one.Enter(t.Context(), "k", now, l)
	if err != nil || first.Refused != limit.None {
		t.Fatal(first, err)
	}
	second, err := two.Enter(t.Context(), "k", now, l)
	if err != nil || second.Refused != limit.Requests {
		t.Errorf("the second client of the server is told %v, %v", second.Refused, err)
	}
	for _, end := range []func() error{closeOne, closeTwo} {
		if err := end(); err != nil {
			t.Error(err)
		}
	}
	if _, err := one.Enter(t.Context(), "k", now, l); err == nil {
		t.Error("a closed store answers")
	}
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"redis://h": true, "rediss://h:1/2": true, "unix:///run/redis.sock": true, "http://h": false, "redis": false, "": false,
	} {
		if redisstore.Speaks(address) != want {
			t.Errorf("%q: %v", address, !want)
		}
	}
	_, _, err := redisstore.Dial(redisstore.DialConfig{Address: "redis://me:hunter2@h:99999x/"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a broken address: %v", err)
	}
}
