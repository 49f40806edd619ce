//go:build unix

package pgstore_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/pgstore"
)

// What one process counted and flushed at its end, the next one knows.
func TestDial(t *testing.T) {
	address := server(t).Config().ConnString()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	c := pgstore.DialConfig{Address: address, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)}
	l := limit.Limits{Requests: 3}
	for i, want := range []limit.Reason{limit.None, limit.None, limit.None, limit.Requests} {
		s, end, err := pgstore.Dial(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.Enter(t.Context(), "k", now, l)
		if err != nil || d.Refused != want {
			t.Errorf("process %d is told %v, %v; want %v", i, d.Refused, err, want)
		}
		if d.Refused == limit.None {
			if err := s.Leave(t.Context(), "k", l, limit.Exit{Entered: d.Entered, At: now}); err != nil {
				t.Error(err)
			}
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	}
}

func TestAddresses(t *testing.T) {
	if !pgstore.Speaks("postgres://h/d") || !pgstore.Speaks("postgresql://h") || pgstore.Speaks("redis://h") || pgstore.Speaks("") {
		t.Error("addresses are mistaken")
	}
	_, _, err := pgstore.Dial(t.Context(), pgstore.DialConfig{Address: "postgres://me:hunter2@h:no/"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a broken address: %v", err)
	}
}
