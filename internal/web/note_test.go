package web

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What was noted in front of the house stands in its event, and in no other's.
func TestNotesReachTheEvent(t *testing.T) {
	var log bytes.Buffer
	h := Handler(HandlerOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))}, func(_ http.ResponseWriter, r *http.Request) error {
		EventFrom(r.Context()).Add(slog.String("who", "ana"))
		return nil
	})
	ask := func(ctx context.Context) string {
		log.Reset()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
		return log.String()
	}
	noted := Note(Note(t.Context(), slog.String("fault", "slow")), slog.Int("n", 2))
	for range 2 { // what a request adds is not another's
		if line := ask(noted); !strings.Contains(line, "fault=slow n=2 who=ana") || strings.Count(line, "who=") != 1 {
			t.Errorf("logged %s", line)
		}
	}
	if line := ask(t.Context()); strings.Contains(line, "fault") {
		t.Errorf("logged %s", line)
	}
}
