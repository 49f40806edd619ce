package environment

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// tables are security tables in memory: each Security is another copy, as store's are.
type tables struct {
	version int64
	users   []access.UserRow
	roles   []access.RoleAssignment
	broken  error
}

func (s *tables) SecurityVersion() int64 { return s.version }

func (s *tables) Security(context.Context) (*access.Facts, error) {
	return &access.Facts{Users: slices.Clone(s.users), UserRoles: slices.Clone(s.roles)}, s.broken
}

func (s *tables) hire(user, role byte, app bool) {
	s.version++
	row := access.UserRow{ID: meta.ID{user}}
	if app {
		row.ApplicationID = meta.ID{user, 1}
	}
	s.users = append(s.users, row)
	s.give(user, role)
}

func (s *tables) give(user, role byte) {
	s.version++
	s.roles = append(s.roles, access.RoleAssignment{Principal: meta.ID{user}, Role: meta.ID{role}})
}

// stage is a curtain, what is behind it, and a clock.
type stage struct {
	*testing.T
	*curtain
	tables tables
	at     time.Time
	seen   int64 // the version that was looked at last
}

func newStage(t *testing.T) *stage {
	s := &stage{T: t, at: time.Unix(1000, 0)}
	s.tables.hire(1, 9, true)
	s.curtain = &curtain{Source: &s.tables, now: func() time.Time { return s.at }}
	return s
}

// shows looks through the curtain, as a resolver would when the version has moved.
func (s *stage) shows(stale bool, users, roles int) {
	s.Helper()
	version := s.SecurityVersion()
	if (version != s.seen) != stale {
		s.Errorf("the version went from %d to %d", s.seen, version)
	}
	s.seen = version
	facts, err := s.Security(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	if len(facts.Users) != users || len(facts.UserRoles) != roles {
		s.Errorf("%d users and %d roles are seen, want %d and %d", len(facts.Users), len(facts.UserRoles), users, roles)
	}
}

// New application users and their roles are seen when their time has come, each in its
// turn; people and their roles at once.
func TestNewcomersAreSeenLater(t *testing.T) {
	s := newStage(t)
	s.shows(true, 1, 1)
	s.shows(false, 1, 1)
	if err := s.delay(t.Context(), time.Minute, time.Time{}); err != nil {
		t.Fatal(err)
	}
	s.shows(true, 1, 1)
	s.tables.hire(2, 9, true)
	s.tables.hire(3, 9, false) // a person
	s.shows(true, 2, 2)
	s.at = s.at.Add(30 * time.Second)
	s.tables.give(1, 8) // a new role of an old user
	s.shows(true, 2, 2)
	s.at = s.at.Add(30*time.Second - 1)
	s.shows(false, 2, 2)
	s.at = s.at.Add(1)
	s.shows(true, 3, 3)
	s.shows(false, 3, 3)
	s.at = s.at.Add(30 * time.Second)
	s.shows(true, 3, 4)
}

func TestHidingEnds(t *testing.T) {
	for name, end := range map[string]func(*stage) error{
		"by itself": func(s *stage) error { s.at = s.at.Add(time.Second); return nil },
		"by order":  func(s *stage) error { return s.delay(s.Context(), 0, time.Time{}) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			if err := s.delay(t.Context(), time.Hour, s.at.Add(time.Second)); err != nil {
				t.Fatal(err)
			}
			s.tables.hire(2, 9, true)
			s.shows(true, 1, 1)
			if err := end(s); err != nil {
				t.Fatal(err)
			}
			s.shows(true, 2, 2)
			if s.drawn.Load() {
				t.Error("an open curtain still costs something")
			}
		})
	}
}

func TestBrokenTables(t *testing.T) {
	s := newStage(t)
	s.tables.broken = errors.New("disk on fire")
	if _, err := s.Security(t.Context()); !errors.Is(err, s.tables.broken) {
		t.Errorf("got %v", err)
	}
	if err := s.delay(t.Context(), time.Hour, time.Time{}); !errors.Is(err, s.tables.broken) || s.drawn.Load() {
		t.Errorf("got %v", err)
	}
}
