package access

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// Whoever waits for somebody's load takes what it brought and loads no second time.
func TestWhoWaitsDoesNotLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := contoso(t)
		w.r.loading <- struct{}{} // somebody loads
		for range 3 {
			go func() {
				if _, err := w.r.User(t.Context(), w.identity("ben")); err != nil {
					t.Error(err)
				}
			}()
		}
		synctest.Wait()
		if n := w.src.loads.Load(); n != 0 {
			t.Errorf("%d loads beside somebody's", n)
		}
		<-w.r.loading
		synctest.Wait()
		if n := w.src.loads.Load(); n != 1 {
			t.Errorf("%d loads", n)
		}
	})
}

// While nothing changed nobody waits, whoever else may be loading.
func TestNobodyWaitsForWhatIsFresh(t *testing.T) {
	w := contoso(t)
	w.as("ben")
	w.r.loading <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.r.User(ctx, w.identity("ben")); err != nil {
		t.Error(err)
	}
}

// Who was found before is not renewed where the facts cannot be read.
func TestRenewFails(t *testing.T) {
	w := contoso(t)
	ben := w.as("ben").Effective
	w.changed()
	w.src.fail = errors.New("disk on fire")
	if _, err := w.r.Renew(t.Context(), ben); !errors.Is(err, w.src.fail) {
		t.Error(err)
	}
}
