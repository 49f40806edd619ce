package oidc_test

import (
	"context"
	"crypto/rsa"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/internal/oidc"
	"github.com/stead-s2s/stead/internal/oidc/oidctest"
)

func (w *world) expect(t *testing.T, what, token string, want oidc.Check) {
	t.Helper()
	if _, err := w.Verify(t.Context(), token); failed(t, err) != want {
		t.Errorf("%s: %v, want %q", what, err, want)
	}
}

func (w *world) asked(t *testing.T, what string, want int) {
	t.Helper()
	if got := w.Asked(); got != want {
		t.Errorf("%s: the issuer was asked %d times, want %d", what, got, want)
	}
}

func TestNothingIsAskedBeforeTheFirstToken(t *testing.T) {
	w := start(t)
	w.asked(t, "after New", 0)
	w.expect(t, "nonsense", "x.y.z", oidc.Malformed)
	w.asked(t, "after nonsense", 0)
	w.expect(t, "token", w.Sign(t, w.claims(nil)), "")
	w.expect(t, "another token", w.Sign(t, w.claims(map[string]any{"uti": "y"})), "")
	w.asked(t, "after two tokens", 1)
}

func TestARolledKeyIsFoundAtOnceButUnknownKeysAskRarely(t *testing.T) {
	w := start(t)
	w.expect(t, "first key", w.Sign(t, w.claims(nil)), "")

	second := oidctest.NewKey(t)
	w.Publish(map[string]*rsa.PrivateKey{"first": w.Key("first"), "second": second})
	w.expect(t, "rolled key", oidctest.Sign(t, "second", second, w.claims(nil)), "")
	w.asked(t, "after the roll", 2)

	forger := oidctest.NewKey(t)
	for _, kid := range []string{"a", "b", "c"} {
		w.expect(t, "forged "+kid, oidctest.Sign(t, kid, forger, w.claims(nil)), oidc.UnknownKey)
	}
	w.asked(t, "after forgeries within five minutes", 2)
	w.now = w.now.Add(5 * time.Minute)
	w.expect(t, "forged later", oidctest.Sign(t, "d", forger, w.claims(nil)), oidc.UnknownKey)
	w.expect(t, "forged again", oidctest.Sign(t, "e", forger, w.claims(nil)), oidc.UnknownKey)
	w.asked(t, "after five minutes", 3)
}

func TestConcurrentMissesShareOneFetch(t *testing.T) {
	w := start(t)
	release := w.Hold()
	var all sync.WaitGroup
	for n := range 50 {
		token := w.Sign(t, w.claims(map[string]any{"uti": n}))
		all.Go(func() {
			if _, err := w.Verify(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	release()
	all.Wait()
	w.asked(t, "after fifty at once", 1)
}

func TestOneWhoGivesUpDoesNotFailTheOthers(t *testing.T) {
	w := start(t)
	release := w.Hold()
	token := w.Sign(t, w.claims(nil))
	impatient, cancel := context.WithCancel(t.Context())
	gaveUp, waited := make(chan error, 1), make(chan error, 1)
	go func() { _, err := w.Verify(impatient, token); gaveUp <- err }()
	go func() { _, err := w.Verify(t.Context(), token); waited <- err }()
	cancel()
	if err := <-gaveUp; err != context.Canceled {
		t.Errorf("who gave up got %v", err)
	}
	release()
	if err := <-waited; err != nil {
		t.Errorf("who waited got %v", err)
	}
}

func TestAnIssuerThatIsDownIsNoFaultOfTheToken(t *testing.T) {
	w := start(t)
	w.Down(true)
	token := w.Sign(t, w.claims(nil))
	w.expect(t, "down", token, oidc.Unreachable)
	w.expect(t, "down, at once again", token, oidc.Unreachable)
	w.asked(t, "during the first pause", 1)
	w.now = w.now.Add(250 * time.Millisecond)
	w.expect(t, "down, after the pause", token, oidc.Unreachable)
	w.asked(t, "after the first pause", 2)

	w.Down(false)
	w.now = w.now.Add(250 * time.Millisecond)
	w.expect(t, "up, but within the second pause", token, oidc.Unreachable)
	w.now = w.now.Add(250 * time.Millisecond)
	w.expect(t, "up", token, "")
	w.asked(t, "once it is up", 3)
}

func TestAMissWhileTheIssuerIsDownIsTriedAgain(t *testing.T) {
	w := start(t)
	w.expect(t, "first key", w.Sign(t, w.claims(nil)), "")
	w.Down(true)
	second := oidctest.NewKey(t)
	rolled := oidctest.Sign(t, "second", second, w.claims(nil))
	w.expect(t, "rolled key, issuer down", rolled, oidc.Unreachable)
	w.Down(false)
	w.Publish(map[string]*rsa.PrivateKey{"second": second})
	w.now = w.now.Add(time.Second)
	w.expect(t, "rolled key, issuer up", rolled, "")
}

func TestAWithdrawnKeyForgetsItsTokens(t *testing.T) {
	w := start(t)
	old := w.Sign(t, w.claims(nil))
	w.expect(t, "old key", old, "")
	second := oidctest.NewKey(t)
	w.Publish(map[string]*rsa.PrivateKey{"second": second})
	w.expect(t, "old key, remembered", old, "")
	w.expect(t, "new key", oidctest.Sign(t, "second", second, w.claims(nil)), "")
	w.expect(t, "old key, forgotten", old, oidc.UnknownKey)
}

func TestARememberedTokenStillExpires(t *testing.T) {
	w := start(t)
	token := w.Sign(t, w.claims(nil))
	w.expect(t, "fresh", token, "")
	w.now = noon.Add(time.Hour + 4*time.Minute)
	w.expect(t, "within the skew", token, "")
	w.now = noon.Add(time.Hour + 5*time.Minute)
	w.expect(t, "expired", token, oidc.Expired)
}

func TestOldKeysAreRenewedWithoutBeingMissed(t *testing.T) {
	w := start(t)
	w.expect(t, "first", w.Sign(t, w.claims(nil)), "")
	w.now = w.now.Add(25 * time.Hour)
	later := w.claims(map[string]any{"exp": w.now.Add(time.Hour).Unix()})
	old := w.Sign(t, later)
	second := oidctest.NewKey(t)
	w.Publish(map[string]*rsa.PrivateKey{"second": second})
	w.expect(t, "a day later, by what is known", old, "")
	w.expect(t, "by what the renewal brings", oidctest.Sign(t, "second", second, later), "")
	w.asked(t, "for the renewal alone", 2)
}

func TestDocumentsThatCannotBeUsed(t *testing.T) {
	for name, spoil := range map[string]func(*world){
		"no keys":   func(w *world) { w.Publish(nil) },
		"no issuer": func(w *world) { w.Name = "" },
	} {
		w := start(t)
		token := w.Sign(t, w.claims(nil))
		spoil(w)
		if _, err := w.Verify(t.Context(), token); failed(t, err) != oidc.Unreachable {
			t.Errorf("%s: %v", name, err)
		}
	}
}
