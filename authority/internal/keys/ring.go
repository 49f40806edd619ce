package keys

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stead-s2s/stead/internal/jose"
)

// Retention is how long a retired key stays published: longer than the longest life of
// a token and than clients keep key sets (Entra facts 1.5, 3.3).
const Retention = 48 * time.Hour

// Config is what a Ring is made from.
type Config struct {
	Store Store
	KEK   []byte // 32 bytes that seal private keys at rest
	Now   func() time.Time
	Rand  io.Reader // nonces and serial numbers; safe for many goroutines
	// First are the primes of the first key, if somebody looks for them already; a ring that
	// has keys leaves them. nil: they are looked for when they are needed.
	First Primes
	// Every is how often Tick lets another key sign, at least Ahead; 0: never.
	Every time.Duration
}

// Ring is the signing keys in use. It is safe for many goroutines.
type Ring struct {
	config  Config
	sealer  sealer
	state   atomic.Pointer[state]
	slots   chan struct{} // one for each processor that may sign
	rolling sync.Mutex    // one change of the ring at a time
	closed  atomic.Bool
}

// state is the ring as of one moment, never changed.
type state struct {
	current   *Key
	next      *Key // nil until Tick or Rotate makes it
	retired   []*Key
	published []jose.Key
}

func newState(current, next *Key, retired []*Key) *state {
	s := &state{current: current, next: next, retired: retired}
	for _, k := range append([]*Key{current, next}, retired...) {
		if k != nil {
			s.published = append(s.published, jose.RSAKey(&k.private.PublicKey, k.der))
		}
	}
	return s
}

// Open loads the ring. The first time it makes the current key alone: making one is most of
// the processor time of a first start, and a key that will sign in a day at the earliest can
// be made by the first Tick. Close it.
func Open(ctx context.Context, c Config) (*Ring, error) {
	sealer, err := newSealer(c.KEK, c.Rand)
	if err != nil {
		return nil, err
	}
	r := &Ring{config: c, sealer: sealer, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
	records, err := c.Store.LoadKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("load signing keys: %w", err)
	}
	s, err := r.read(records)
	if err != nil {
		return nil, err
	}
	if s.current == nil {
		if s, err = r.begin(ctx, s.retired); err != nil {
			return nil, err
		}
	}
	r.state.Store(s)
	return r, nil
}

// read opens the records. Keys retired long ago stay published until the next rotation
// removes them: that harms nobody, and needs no clock here.
func (r *Ring) read(records []Record) (*state, error) {
	var current, next *Key
	var retired []*Key
	for _, one := range records {
		private, err := r.sealer.open(one.ID, one.Sealed)
		if err != nil {
			return nil, err
		}
		k, err := newKey(private, one.Certificate, one.Created)
		if err != nil {
			return nil, err
		}
		switch one.State {
		case Current:
			current = k
		case Next:
			next = k
		default:
			k.retired = one.Retired
			retired = append(retired, k)
		}
	}
	if current == nil {
		return &state{retired: retired}, nil
	}
	return newState(current, next, retired), nil
}

// begin makes the first current key.
func (r *Ring) begin(ctx context.Context, retired []*Key) (*state, error) {
	primes := r.config.First
	if primes == nil {
		primes = Search()
	}
	k, err := r.generate(ctx, primes)
	if err != nil {
		return nil, err
	}
	if err := r.save(ctx, nil, kept{k, Current}); err != nil {
		return nil, err
	}
	return newState(k, nil, retired), nil
}

// addNext gives the ring the next key; rolling is held.
func (r *Ring) addNext(ctx context.Context) error {
	k, err := r.generate(ctx, Search())
	if err != nil {
		return err
	}
	if err := r.save(ctx, nil, kept{k, Next}); err != nil {
		return err
	}
	s := r.state.Load()
	r.state.Store(newState(s.current, k, s.retired))
	return nil
}

// generate makes a key. The prime numbers, a matter of luck and of a tenth of a second or a
// whole one, are looked for aside, so that nobody whose time is over waits for them.
func (r *Ring) generate(ctx context.Context, primes Primes) (*Key, error) {
	select {
	case made := <-primes:
		if made.err != nil {
			return nil, fmt.Errorf("generate signing key: %w", made.err)
		}
		return certify(made.key, r.config.Now(), r.config.Rand)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// kept is a key and the state it is to be kept in.
type kept struct {
	*Key
	state State
}

func (r *Ring) save(ctx context.Context, remove []string, all ...kept) error {
	records := make([]Record, len(all))
	for i, k := range all {
		sealed, err := r.sealer.seal(k.id, k.private)
		if err != nil {
			return fmt.Errorf("seal signing key: %w", err)
		}
		records[i] = Record{ID: k.id, State: k.state, Created: k.created, Retired: k.retired, Certificate: k.der, Sealed: sealed}
	}
	if err := r.config.Store.SaveKeys(ctx, records, remove); err != nil {
		return fmt.Errorf("save signing keys: %w", err)
	}
	return nil
}

// Rotate lets the next key sign from now on and publishes one to follow it; the key that
// signed until now stays published for Retention. A schedule calls it, a day or more
// after the last time, so that every client has seen the key that begins to sign.
func (r *Ring) Rotate(ctx context.Context) error {
	r.rolling.Lock()
	defer r.rolling.Unlock()
	return r.rotate(ctx)
}

// rotate is Rotate; rolling is held.
func (r *Ring) rotate(ctx context.Context) error {
	if r.closed.Load() {
		return errors.New("the ring is closed")
	}
	if r.state.Load().next == nil { // not made yet, or its making failed
		if err := r.addNext(ctx); err != nil {
			return err
		}
	}
	following, err := r.generate(ctx, Search())
	if err != nil {
		return err
	}
	s := r.state.Load()
	retired, gone := retire(s, r.config.Now())
	if err := r.save(ctx, gone, kept{retired[0], Retired}, kept{s.next, Current}, kept{following, Next}); err != nil {
		return err
	}
	r.state.Store(newState(s.next, following, retired))
	return nil
}

// retire gives the retired keys, the current one before them, and the ids of those whose
// time is over.
func retire(s *state, now time.Time) (retired []*Key, gone []string) {
	old := *s.current
	old.retired = now
	kept, gone := outlived(s.retired, now)
	return append([]*Key{&old}, kept...), gone
}

// Sign appends the payload, signed with the current key, to dst; version (1 or 2) is
// that of the token and decides its header. Callers wait their turn, first come first
// served; the error is ctx's when its time ends first.
func (r *Ring) Sign(ctx context.Context, version int, dst, payload []byte) ([]byte, error) {
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-r.slots }()
	return r.state.Load().current.signer(version).Append(dst, payload)
}

// Published are the keys that clients may meet, the current one first.
func (r *Ring) Published() []jose.Key { return slices.Clone(r.state.Load().published) }

// Close waits for a key that is being saved, and lets none be made from then on. Signing goes
// on working.
func (r *Ring) Close() error {
	r.closed.Store(true)
	r.rolling.Lock()
	defer r.rolling.Unlock()
	return nil
}
