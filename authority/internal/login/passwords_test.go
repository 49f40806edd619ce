package login

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/limit"
)

func newPasswords(t *testing.T) *Passwords {
	t.Helper()
	p, err := NewPasswords(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestHashAndVerify(t *testing.T) {
	p := newPasswords(t)
	hash, err := p.Hash(t.Context(), "Zażółć gęślą")
	if err != nil || !strings.HasPrefix(string(hash), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%s, %v", string(hash), err)
	}
	again, _ := p.Hash(t.Context(), "Zażółć gęślą")
	if again == hash {
		t.Error("two hashes of a password are the same")
	}
	for password, want := range map[Password]bool{"Zażółć gęślą": true, "zażółć gęślą": false, "": false, Password(strings.Repeat("x", 5000)): false} {
		if ok, err := p.Verify(t.Context(), hash, password); ok != want || err != nil {
			t.Errorf("%q: %v, %v", string(password), ok, err)
		}
	}
	for _, broken := range []directory.PasswordHash{"", "x", "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHQ$c3Vtc3Vtc3Vtc3Vtc3Vt"} {
		if ok, err := p.Verify(t.Context(), broken, ""); ok || err != nil {
			t.Errorf("%s: %v, %v", string(broken), ok, err)
		}
	}
	long := Password(strings.Repeat("x", longest+1))
	cut, _ := p.Hash(t.Context(), long[:longest])
	if ok, _ := p.Verify(t.Context(), cut, long); ok {
		t.Error("a password that is too long matches its beginning")
	}
	if text := fmt.Sprintf("%v %s %#v %+v", long, long, long, Attempt{Password: long}); strings.Contains(text, "xxx") {
		t.Errorf("passwords print: %s", text)
	}
}

// A hash made by another implementation, the seed's.
func TestVerifyOfSeed(t *testing.T) {
	const seeded = "$argon2id$v=19$m=19456,t=2,p=1$c3RlYWQtbG9jYWwtc2FsdA$VIHiQMJi9RIGqLjs4XFgAfSMAUPiAcZM+xS2QFVX5jI"
	if ok, err := newPasswords(t).Verify(t.Context(), seeded, "wrong"); ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
	if p, ok := parsePHC(seeded); !ok || p.String() != seeded {
		t.Errorf("%v, %v", p, ok)
	}
}

// What is read prints as it was, and never asks for more memory or time than allowed.
func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c3RlYWQtbG9jYWwtc2FsdA$VIHiQMJi9RIGqLjs4XFgAfSMAUPiAcZM+xS2QFVX5jI")
	f.Add("$argon2id$v=19$m=+8,t=2,p=1$AAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2i$v=19$m=8,t=1,p=1$AA$AA")
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := parsePHC(text)
		if !ok {
			return
		}
		if p.memory > mostMemory || p.passes > mostPasses || p.lanes > mostLanes || p.lanes == 0 {
			t.Errorf("%q was accepted", text)
		}
		if q, ok := parsePHC(p.String()); !ok || q.String() != p.String() {
			t.Errorf("%q reads as %s", text, p)
		}
	})
}

// A storm of sign-ins waits, up to a limit, and gives up when its time is over.
func TestStorm(t *testing.T) {
	p := newPasswords(t)
	leave := make([]func(), cap(p.running))
	for i := range leave {
		leave[i], _ = p.enter(t.Context())
	}
	ctx, cancel := context.WithCancel(t.Context())
	results := make(chan error, mostWaiting)
	var waiting sync.WaitGroup
	for range mostWaiting {
		waiting.Go(func() { _, err := p.enter(ctx); results <- err })
	}
	for len(p.waiting) < mostWaiting { // goroutines take their places
		runtime.Gosched()
	}
	if _, err := p.Verify(t.Context(), hashed(), secret); !errors.Is(err, errBusy) {
		t.Errorf("one too many: %v", err)
	}
	cancel()
	waiting.Wait()
	for range mostWaiting {
		if err := <-results; !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
	for _, f := range leave {
		f()
	}
	if ok, err := p.Verify(t.Context(), hashed(), secret); !ok || err != nil {
		t.Errorf("after the storm: %v, %v", ok, err)
	}
}

// trial tries passwords.
type trial struct {
	*Guard
	*clock
	dir *directory.Snapshot
}

func newTrial(t *testing.T) trial {
	t.Helper()
	dir, err := directory.NewSnapshot(records())
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
	return trial{&Guard{Passwords: newPasswords(t), Attempts: limit.NewMemory(0), Now: c.Now}, c, dir}
}

func (w trial) try(t *testing.T, name, network string, password Password, k known) error {
	t.Helper()
	_, err := w.Check(t.Context(), w.dir, Attempt{Name: name, Network: network, Password: password, Known: k})
	return err
}

func TestWrongPasswords(t *testing.T) {
	w := newTrial(t)
	for range perAccountNetwork {
		if err := w.try(t, "ana@contoso.example", "1.1.1.1", "wrong", known{}); !aadsts.Is(err, aadsts.PasswordWrong) {
			t.Fatal(err)
		}
	}
	if err := w.try(t, "ANA@contoso.example", "1.1.1.1", secret, known{}); !aadsts.Is(err, aadsts.UserLocked) {
		t.Errorf("after %d attempts: %v", perAccountNetwork, err)
	}
	if err := w.try(t, "ana@contoso.example", "2.2.2.2", secret, known{}); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	if err := w.try(t, "ben@contoso.example", "1.1.1.1", secret, known{}); err != nil {
		t.Errorf("somebody else of the same network: %v", err)
	}
	w.pass(11 * time.Minute)
	for range 3 * perAccountNetwork {
		if err := w.try(t, "ana@contoso.example", "1.1.1.1", secret, known{}); err != nil {
			t.Fatalf("right passwords count as attempts: %v", err)
		}
	}
}

// Whoever locks an account does not lock out its person, who has signed in with their
// browser before.
func TestLockoutCannotBeUsedAgainstOthers(t *testing.T) {
	w := newTrial(t)
	own := known{Browser: "b", People: []directory.ID{ana}}
	for i := range 2 * perAccount {
		_ = w.try(t, "ana@contoso.example", fmt.Sprintf("10.0.%d.1", i), "wrong", known{})
	}
	if err := w.try(t, "ana@contoso.example", "3.3.3.3", secret, known{}); !aadsts.Is(err, aadsts.UserLocked) {
		t.Errorf("from many networks: %v", err)
	}
	if err := w.try(t, "ana@contoso.example", "3.3.3.3", secret, known{Browser: "b", People: []directory.ID{ben}}); !aadsts.Is(err, aadsts.UserLocked) {
		t.Errorf("a browser of somebody else: %v", err)
	}
	if err := w.try(t, "ana@contoso.example", "3.3.3.3", secret, own); err != nil {
		t.Errorf("their own browser: %v", err)
	}
	for range perAccountNetwork {
		_ = w.try(t, "ana@contoso.example", "3.3.3.3", "wrong", own)
	}
	if err := w.try(t, "ana@contoso.example", "3.3.3.3", secret, own); !aadsts.Is(err, aadsts.UserLocked) {
		t.Errorf("a stolen browser: %v", err)
	}
}

func TestNetworksThatTryManyPeople(t *testing.T) {
	w := newTrial(t)
	w.Passwords.nobody.memory, w.Passwords.nobody.passes = 8, 1 // so that the test is quick
	for i := range perNetwork {
		if err := w.try(t, fmt.Sprintf("u%d@contoso.example", i), "1.1.1.1", "Spring2026!", known{}); !aadsts.Is(err, aadsts.PasswordWrong) {
			t.Fatal(err)
		}
	}
	if err := w.try(t, "ana@contoso.example", "1.1.1.1", secret, known{}); !aadsts.Is(err, aadsts.UserLocked) {
		t.Error(err)
	}
}

// Nobody learns whether there is such a person: not by words, nor because less is done.
func TestUnknownPeople(t *testing.T) {
	w := newTrial(t)
	for _, name := range []string{"nobody@contoso.example", "ana@nowhere.example", "ana", "", "@", strings.Repeat("x", 1000)} {
		if err := w.try(t, name, "1.1.1.1", secret, known{}); !aadsts.Is(err, aadsts.PasswordWrong) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if n := w.Passwords.nobody; n.memory != costMemory || n.passes != costPasses || n.lanes != costLanes {
		t.Errorf("checking nobody costs %+v", n)
	}
	if err := w.try(t, "dora@contoso.example", "1.1.1.1", "wrong", known{}); !aadsts.Is(err, aadsts.PasswordWrong) {
		t.Errorf("a stranger learns that Dora is disabled: %v", err)
	}
	if err := w.try(t, "dora@contoso.example", "1.1.1.1", secret, known{}); !aadsts.Is(err, aadsts.UserDisabled) {
		t.Errorf("Dora: %v", err)
	}
}

func TestManyAttemptsAtOnce(t *testing.T) {
	w := newTrial(t)
	var running sync.WaitGroup
	var mu sync.Mutex
	judged := 0
	for range 100 {
		running.Go(func() {
			if aadsts.Is(w.try(t, "ana@contoso.example", "1.1.1.1", "wrong", known{}), aadsts.PasswordWrong) {
				mu.Lock()
				judged++
				mu.Unlock()
			}
		})
	}
	running.Wait()
	if judged != perAccountNetwork {
		t.Errorf("%d attempts were judged", judged)
	}
}

func TestNetwork(t *testing.T) {
	for remote, want := range map[string]string{
		"1.2.3.4:5": "1.2.3.4", "[2001:db8:1:2:3::4]:5": "2001:db8:1:2::/64", "[::ffff:1.2.3.4]:5": "::ffff:1.2.3.4", "[fe80::1%eth0]:5": "fe80::/64", "pipe": "pipe", "x:5": "x",
	} {
		if got := network(remote); got != want {
			t.Errorf("%s: %s", remote, got)
		}
	}
}
