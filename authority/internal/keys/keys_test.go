package keys

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stead-s2s/stead/internal/jose"
)

// memory is a Store.
type memory struct {
	mu   sync.Mutex
	keys map[string]Record
	fail error
}

func (m *memory) LoadKeys(context.Context) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.keys)), m.fail
}

func (m *memory) SaveKeys(_ context.Context, put []Record, remove []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	if m.keys == nil {
		m.keys = map[string]Record{}
	}
	for _, r := range put {
		m.keys[r.ID] = r
	}
	for _, id := range remove {
		delete(m.keys, id)
	}
	return nil
}

// clock is set by tests.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(1_800_000_000+c.at.Load(), 0) }

func config(store Store, c *clock) Config {
	return Config{Store: store, KEK: bytes.Repeat([]byte{7}, 32), Now: c.now, Rand: rand.Reader}
}

// open opens a ring whose next key is published.
func open(t testing.TB, c Config) *Ring {
	t.Helper()
	r, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	tick(t, r)
	if len(ids(r)) < 2 {
		t.Fatal("there is no next key")
	}
	return r
}

func ids(r *Ring) []string {
	var all []string
	for _, k := range r.Published() {
		all = append(all, k.ID)
	}
	return all
}

// verify checks a signature with what the ring publishes, as a resource would.
func verify(t *testing.T, r *Ring, token []byte) jose.Header {
	t.Helper()
	m, err := jose.Parse(string(token), jose.RS256)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(r.Published(), func(k jose.Key) bool { return k.ID == m.Header.KeyID })
	if i < 0 {
		t.Fatalf("key %s is not published", m.Header.KeyID)
	}
	public, err := r.Published()[i].Public()
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Verify(public); err != nil {
		t.Error(err)
	}
	return m.Header
}

func TestSignsAndPublishes(t *testing.T) {
	r := open(t, config(&memory{}, &clock{}))
	if all := ids(r); len(all) != 2 || all[0] == all[1] {
		t.Errorf("published %v", all)
	}
	for version, header := range map[int]string{1: `{"typ":"JWT","alg":"RS256","x5t":"%[1]s","kid":"%[1]s"}`, 2: `{"typ":"JWT","alg":"RS256","kid":"%[1]s"}`} {
		token, err := r.Sign(t.Context(), version, nil, []byte(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := verify(t, r, token); got.KeyID != ids(r)[0] {
			t.Errorf("signed with %s, the current one is %s", got.KeyID, ids(r)[0])
		}
		head, _, _ := strings.Cut(string(token), ".")
		plain, _ := base64.RawURLEncoding.DecodeString(head)
		if want := fmt.Sprintf(header, ids(r)[0]); string(plain) != want {
			t.Errorf("header %s, want %s", plain, want)
		}
	}
	der, _ := base64.StdEncoding.DecodeString(r.Published()[0].Chain[0])
	if cert, err := x509.ParseCertificate(der); err != nil || cert.PublicKey.(*rsa.PublicKey).N.BitLen() != 2048 || jose.Thumbprint(der) != ids(r)[0] {
		t.Errorf("certificate: %v", err)
	}
}

func TestComesBackTheSame(t *testing.T) {
	store, c := &memory{}, &clock{}
	first := open(t, config(store, c))
	token, err := first.Sign(t.Context(), 1, nil, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	again := open(t, config(store, c))
	if !slices.Equal(ids(first), ids(again)) {
		t.Errorf("published %v, then %v", ids(first), ids(again))
	}
	verify(t, again, token)
	for _, k := range store.keys {
		if bytes.Contains(k.Sealed, first.state.Load().current.private.D.Bytes()[:16]) {
			t.Error("a private key is kept unsealed")
		}
	}
}

func TestSealingKey(t *testing.T) {
	store, c := &memory{}, &clock{}
	open(t, config(store, c))
	other := config(store, c)
	other.KEK = bytes.Repeat([]byte{8}, 32)
	if _, err := Open(t.Context(), other); err == nil || !strings.Contains(err.Error(), "cannot be opened with this sealing key") {
		t.Errorf("another sealing key gave %v", err)
	}
	other.KEK = other.KEK[:16]
	if _, err := Open(t.Context(), other); err == nil {
		t.Error("a short sealing key was taken")
	}
	var swapped []Record
	for _, k := range store.keys {
		swapped = append(swapped, k)
	}
	swapped[0].Sealed, swapped[1].Sealed = swapped[1].Sealed, swapped[0].Sealed
	for _, k := range swapped {
		store.keys[k.ID] = k
	}
	if _, err := Open(t.Context(), config(store, c)); err == nil {
		t.Error("one sealed key stood in for another")
	}
	store.keys[swapped[0].ID] = Record{ID: swapped[0].ID, State: Current, Sealed: []byte("x")}
	if _, err := Open(t.Context(), config(store, c)); err == nil {
		t.Error("a cut sealed key was taken")
	}
}

func TestRotate(t *testing.T) {
	store, c := &memory{}, &clock{}
	r := open(t, config(store, c))
	before := ids(r)
	old, err := r.Sign(t.Context(), 1, nil, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := ids(r)
	if len(after) != 3 || after[0] != before[1] || after[2] != before[0] || slices.Contains(before, after[1]) {
		t.Errorf("published %v, then %v", before, after)
	}
	verify(t, r, old)
	fresh, err := r.Sign(t.Context(), 1, nil, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := verify(t, r, fresh); got.KeyID != before[1] {
		t.Errorf("signed with %s", got.KeyID)
	}
	if got := ids(open(t, config(store, c))); !slices.Equal(got, after) {
		t.Errorf("came back as %v, was %v", got, after)
	}
	c.at.Add(int64(Retention/time.Second) + 1)
	if err := r.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ids(r); slices.Contains(got, before[0]) || len(got) != 3 || len(store.keys) != 3 {
		t.Errorf("a key whose time is over stays: %v", got)
	}
}

func TestFailedRotationChangesNothing(t *testing.T) {
	store := &memory{}
	r := open(t, config(store, &clock{}))
	before := ids(r)
	store.fail = errors.New("disk full")
	if err := r.Rotate(t.Context()); !errors.Is(err, store.fail) {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(before, ids(r)) {
		t.Errorf("published %v, then %v", before, ids(r))
	}
	if _, err := Open(t.Context(), config(store, &clock{})); !errors.Is(err, store.fail) {
		t.Errorf("got %v", err)
	}
}

// closing is a store that keeps the first key and fails from then on.
type closing struct{ memory }

func (c *closing) SaveKeys(ctx context.Context, put []Record, remove []string) error {
	err := c.memory.SaveKeys(ctx, put, remove)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fail = errors.New("disk full")
	return err
}

// A ring begins with one key. That there cannot be a next one is told, and signing goes on.
func TestNextKeyFails(t *testing.T) {
	store := &closing{}
	r, err := Open(t.Context(), config(store, &clock{}))
	if err != nil {
		t.Fatal(err)
	}
	if len(ids(r)) != 1 || len(store.keys) != 1 {
		t.Errorf("begins with %d keys", len(ids(r)))
	}
	if err := r.Tick(t.Context()); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
	token, err := r.Sign(t.Context(), 1, nil, []byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	verify(t, r, token)
	store.fail = nil
	if err := r.Tick(t.Context()); err != nil || len(ids(r)) != 2 {
		t.Errorf("with room again: %v, %d keys", err, len(ids(r)))
	}
}

// Who makes a key and is told to stop does not wait for its primes; a ring that is closed
// makes none, and leaves a sound store.
func TestCloseAtOnce(t *testing.T) {
	store := &memory{}
	r, err := Open(t.Context(), config(store, &clock{}))
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Tick(ended); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	kept := len(store.keys)
	current := ids(r)[0]
	if err := r.Rotate(t.Context()); err == nil {
		t.Error("a closed ring was rotated")
	}
	if err := r.Tick(t.Context()); err != nil || len(store.keys) != kept {
		t.Errorf("a closed ring made a key: %v", err)
	}
	if again := open(t, config(store, &clock{})); ids(again)[0] != current || len(ids(again)) != 2 {
		t.Errorf("came back with %v, kept %d", ids(again), kept)
	}
}

// Signers wait in line, and those whose time is over leave it.
func TestQueue(t *testing.T) {
	r := open(t, config(&memory{}, &clock{}))
	for range runtime.GOMAXPROCS(0) {
		r.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Sign(ctx, 1, nil, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	for range runtime.GOMAXPROCS(0) {
		<-r.slots
	}
	var running sync.WaitGroup
	for range 4 * runtime.GOMAXPROCS(0) {
		running.Go(func() {
			if _, err := r.Sign(t.Context(), 2, nil, []byte("{}")); err != nil {
				t.Error(err)
			}
		})
	}
	running.Go(func() {
		if err := r.Rotate(t.Context()); err != nil {
			t.Error(err)
		}
	})
	running.Wait()
	if len(r.slots) != 0 {
		t.Errorf("%d places in the line were not given back", len(r.slots))
	}
}
