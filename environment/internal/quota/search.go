package quota

import (
	"context"
	"fmt"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/internal/limit"
)

// Dataverse search has limits of its own, which are met long before the others: a search a
// second for a user, 150 a minute for the environment.
var (
	searchesOfUser = limit.Limits{Window: time.Second, Requests: 1, Spent: time.Hour, Concurrent: 1000}
	searchesOfAll  = limit.Limits{Window: time.Minute, Requests: 150, Spent: 24 * time.Hour, Concurrent: 1000}
)

// Search asks whether a user may search now. The error is a *dverr.Error with the time to
// wait. Where nothing is limited, searches are not.
func (b *Book) Search(ctx context.Context, u access.User) error {
	if b.cfg.Limits.Off {
		return nil
	}
	for _, l := range []struct {
		key string
		limit.Limits
	}{{b.cfg.Environment + "/search/" + u.ID.String(), searchesOfUser}, {b.cfg.Environment + "/search", searchesOfAll}} {
		now := b.cfg.Now()
		d, err := b.cfg.Store.Enter(ctx, l.key, now, l.Limits)
		if err != nil {
			return fmt.Errorf("count a search of user %s: %w", u.ID, err)
		}
		if d.Refused != limit.None {
			e := dverr.Throttled.With(l.Requests, int64(l.Window/time.Second))
			e.Helping("Dataverse search lets a user search once a second, and an environment 150 times a minute.")
			e.RetryAfter = max(d.RetryAfter, time.Second)
			return e
		}
		if err := b.cfg.Store.Leave(ctx, l.key, l.Limits, limit.Exit{Entered: d.Entered, At: now, Local: d.Local}); err != nil {
			return fmt.Errorf("count a search of user %s: %w", u.ID, err)
		}
	}
	return nil
}
