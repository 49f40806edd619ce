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

// Settle waits until the signing key that follows the first is made, which New leaves to the
// background: for those who are about to copy the database.
func (s *Server) Settle() { s.keys.Settle() }

// beginChores lets Tick be called until the server is closed.
func (s *Server) beginChores() {
	ctx, stop := context.WithCancel(context.Background())
	s.chores.stop = stop
	s.chores.running.Go(func() {
		every := time.NewTicker(choresEvery)
		defer every.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-every.C:
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
