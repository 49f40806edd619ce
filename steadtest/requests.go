package steadtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Request is a request that an environment was sent, in the order of the answers. A batch is
// one request.
type Request struct {
	Environment string
	App         string // client id of the application that asked, as its token says; "" without one
	Method      string
	Path        string      // after the root of the Web API: "accounts"; otherwise whole, with its slash
	Query       url.Values  // never nil
	Header      http.Header // without Authorization
	Status      int         // of the answer; 0 where the connection was broken
}

// String is "POST accounts → 204".
func (r Request) String() string { return fmt.Sprintf("%s %s → %d", r.Method, r.Path, r.Status) }

// requestLog looks on at the ports of a world.
type requestLog struct {
	mu  sync.Mutex
	all []Request
}

// front notes the requests to environments. Those to the authority are of tokens, and its
// clients keep those as they like.
func (l *requestLog) front(name string, h http.Handler) http.Handler {
	if name == "authority" {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: w}
		defer func() { l.note(name, r, seen.status) }()
		h.ServeHTTP(seen, r)
		if seen.status == 0 {
			seen.status = http.StatusOK
		}
	})
}

func (l *requestLog) note(environment string, r *http.Request, status int) {
	header := r.Header.Clone()
	header.Del("Authorization")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, Request{
		Environment: environment, App: bearerApp(r), Method: r.Method, Path: relative(r.URL.Path), Query: r.URL.Query(), Header: header, Status: status,
	})
}

// relative takes the root of the Web API off, whatever its version.
func relative(path string) string {
	if rest, is := strings.CutPrefix(path, "/api/data/v"); is {
		_, rest, _ = strings.Cut(rest, "/")
		return rest
	}
	return path
}

// bearerApp reads who a token says that it is for.
func bearerApp(r *http.Request) string {
	parts := strings.Split(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), ".")
	if len(parts) != 3 {
		return ""
	}
	var claims struct {
		V1 string `json:"appid"`
		V2 string `json:"azp"`
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return ""
	}
	return claims.V1 + claims.V2 // a token has one of them
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the first that is no announcement.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write answers 200 where nothing else was said.
func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets controllers reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Requests gives the requests that environments have answered so far, without those of the
// kit itself (seeding, looking at rows).
func (w *World) Requests() []Request {
	w.log.mu.Lock()
	defer w.log.mu.Unlock()
	var all []Request
	for _, r := range w.log.all {
		if !strings.HasPrefix(r.Header.Get("User-Agent"), kitAgent+" ") {
			all = append(all, r)
		}
	}
	return all
}

// ForgetRequests lets the requests that follow be counted alone.
func (w *World) ForgetRequests() {
	w.log.mu.Lock()
	defer w.log.mu.Unlock()
	w.log.all = nil
}

// AssertRequests checks that exactly so many requests match a pattern: a method and a path
// after the root of the Web API, such as "POST accounts" or "PATCH accounts(*)". A star stands
// for any text, and so does a method or path that is left out: "*", "GET *".
func (w *World) AssertRequests(t testing.TB, times int, pattern string) {
	t.Helper()
	n, all := 0, w.Requests()
	for _, r := range all {
		if matches(pattern, r.Method+" "+r.Path) {
			n++
		}
	}
	if n != times {
		t.Errorf("%d requests match %q, want %d, of:\n%s", n, pattern, times, lines(all))
	}
}

func lines(all []Request) string {
	var text strings.Builder
	for _, r := range all {
		fmt.Fprintf(&text, "\t%s\n", r)
	}
	return text.String()
}

// matches tells whether a text is the pattern, in which stars stand for any text.
func matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return pattern == text
	}
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return true
}
