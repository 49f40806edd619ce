package authority

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	// choresEvery is how often what is due is looked for.
	choresEvery = 10 * time.Minute
	// choresAfter is when it is looked for first: the first time that is the making of the
	// next signing key, which takes a processor for a part of a second and has a day's time.
	// Those who start an authority for a test need neither.
	choresAfter = time.Minute
	// defaultKeyRotation is how long a signing key signs.
	defaultKeyRotation = 90 * 24 * time.Hour
)

// chores are what the authority does without being asked. The zero value has not begun.
type chores struct {
	stop    context.CancelFunc
	running sync.WaitGroup
}

// Tick does what is due by the authority's clock: it rotates and forgets signing keys, and
// forgets what sign-ins left behind and nobody can use any more. The server calls it from
// time to time; calling it more often changes nothing.
func (s *Server) Tick(ctx context.Context) error {
	return errors.Join(s.keys.Tick(ctx), s.tickets.Purge(ctx), s.forgetDeleted(ctx))
}

// beginChores lets Tick be called until the server is closed.
func (s *Server) beginChores() {
	ctx, stop := context.WithCancel(context.Background())
	s.chores.stop = stop
	s.chores.running.Go(func() {
		due := time.NewTimer(choresAfter)
		defer due.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-due.C:
				due.Reset(choresEvery)
			}
			if err := s.Tick(ctx); err != nil && ctx.Err() == nil && s.config.Logger != nil {
				s.config.Logger.Error("chores of the authority", slog.Any("error", err))
			}
		}
	})
}

func (c *chores) end() {
	if c.stop != nil {
		c.stop()
		c.running.Wait()
	}
}
