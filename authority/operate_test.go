package authority_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority"
)

func TestRefuse(t *testing.T) {
	w := start(t)
	for _, c := range []struct {
		how   authority.Refusal
		code  float64
		word  string
		retry string
	}{
		{authority.Refusal{Status: 429, RetryAfter: 1500 * time.Millisecond}, 90055, "temporarily_unavailable", "2"},
		{authority.Refusal{Status: 503, RetryAfter: time.Second}, 90033, "temporarily_unavailable", "1"},
		{authority.Refusal{Status: 500}, 50000, "server_error", ""},
		{authority.Refusal{Status: 504}, 50000, "server_error", ""},
	} {
		server := httptest.NewServer(w.Refuse(c.how))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+v2, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := w.send(t, r)
		server.Close()
		codes, _ := got.body["error_codes"].([]any)
		if got.status != c.how.Status || got.body["error"] != c.word || len(codes) != 1 || codes[0] != c.code || got.header.Get("Retry-After") != c.retry {
			t.Errorf("%+v answered %d %s, Retry-After %q", c.how, got.status, got.text, got.header.Get("Retry-After"))
		}
		if got.header.Get("X-Ms-Request-Id") == "" || got.header.Get(headerHelp) == "" {
			t.Errorf("headers %v", got.header)
		}
	}
}

// wantCode checks the number of a refusal.
func wantCode(t *testing.T, got reply, code float64) {
	t.Helper()
	codes, _ := got.body["error_codes"].([]any)
	if len(codes) != 1 || codes[0] != code {
		t.Errorf("answered %d %s, want %v", got.status, got.text, code)
	}
}

func TestExpireSecrets(t *testing.T) {
	w := start(t)
	if got := w.token(t, v2, form()); got.status != 200 {
		t.Fatal(got.text)
	}
	if err := w.ExpireSecrets(t.Context(), orders); err != nil {
		t.Fatal(err)
	}
	wantCode(t, w.token(t, v2, form()), 7000222)
	wantCode(t, w.token(t, v2, form("client_secret", "wrong")), 7000215)
	for _, unknown := range []string{nobody, "orders", ""} {
		if err := w.ExpireSecrets(t.Context(), unknown); !errors.Is(err, authority.ErrUnknown) {
			t.Errorf("%q: %v", unknown, err)
		}
	}
}

func TestWithdrawConsent(t *testing.T) {
	w := start(t)
	if err := w.WithdrawConsent(t.Context(), orders, "nowhere.example"); !errors.Is(err, authority.ErrUnknown) {
		t.Errorf("got %v", err)
	}
	if err := w.WithdrawConsent(t.Context(), homeless, contoso); !errors.Is(err, authority.ErrUnknown) {
		t.Errorf("got %v", err)
	}
	if err := w.WithdrawConsent(t.Context(), orders, contoso); err != nil {
		t.Fatal(err)
	}
	wantCode(t, w.token(t, v2, form()), 7000229)
}
