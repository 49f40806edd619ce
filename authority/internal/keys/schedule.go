package keys

import (
	"context"
	"fmt"
	"time"
)

// Ahead is how long a key must have been published before it signs: clients keep key sets
// for a day (Entra facts 1.5).
const Ahead = 24 * time.Hour

// Tick does what is due at this time: it makes the next key when there is none, lets the
// next one sign when it has been published for Config.Every, and forgets keys that retired
// longer than Retention ago. Something calls it from time to time; calling it more often
// changes nothing.
func (r *Ring) Tick(ctx context.Context) error {
	r.rolling.Lock()
	defer r.rolling.Unlock()
	s, now := r.state.Load(), r.config.Now()
	switch {
	case r.closed.Load():
		return nil
	case s.next == nil: // the first time, or its making failed
		return r.addNext(ctx)
	case r.config.Every > 0 && now.Sub(s.next.created) >= max(r.config.Every, Ahead):
		return r.rotate(ctx)
	}
	return r.forget(ctx, s, now)
}

// forget stops publishing keys whose tokens are over; rolling is held.
func (r *Ring) forget(ctx context.Context, s *state, now time.Time) error {
	kept, gone := outlived(s.retired, now)
	if len(gone) == 0 {
		return nil
	}
	if err := r.config.Store.SaveKeys(ctx, nil, gone); err != nil {
		return fmt.Errorf("forget signing keys: %w", err)
	}
	r.state.Store(newState(s.current, s.next, kept))
	return nil
}

// outlived parts retired keys from those whose time is over.
func outlived(retired []*Key, now time.Time) (kept []*Key, gone []string) {
	for _, k := range retired {
		if now.Sub(k.retired) > Retention {
			gone = append(gone, k.id)
		} else {
			kept = append(kept, k)
		}
	}
	return kept, gone
}

// Signing is the id of the key that signs.
func (r *Ring) Signing() string { return r.state.Load().current.id }
