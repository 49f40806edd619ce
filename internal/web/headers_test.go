package web

import (
	"net/http"
	"strings"
	"testing"
)

// TestHeadersEnd: headers of up to 64 KB are read, more are refused before any handler
// sees them, and the server goes on.
func TestHeadersEnd(t *testing.T) {
	s, _ := start(t, ServerOptions{Addr: "localhost:0"}, hello)
	for _, tt := range []struct{ size, status int }{{60 << 10, 200}, {80 << 10, 431}, {1 << 20, 431}, {10, 200}} {
		r, err := http.NewRequest(http.MethodGet, s.URL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Long", strings.Repeat("x", tt.size))
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := client.Do(r)
		if err != nil && tt.status != 431 { // the answer may be lost where the server closes while it is still told
			t.Errorf("%d bytes: %v", tt.size, err)
		}
		if err != nil {
			continue
		}
		res.Body.Close()
		if res.StatusCode != tt.status {
			t.Errorf("%d bytes: %d, want %d", tt.size, res.StatusCode, tt.status)
		}
	}
}
