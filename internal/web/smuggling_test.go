package web

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// counted answers with what it understood of the request and counts them.
func counted(n *atomic.Int32) http.Handler {
	return Handler(HandlerOptions{
		MaxBody: 1 << 10, CloseAfterChunks: true,
		Render: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), http.StatusBadRequest)
		},
	}, func(w http.ResponseWriter, r *http.Request) error {
		n.Add(1)
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, r.Method+" "+r.URL.Path+" "+r.Header.Get("X-Who")+"|"+string(body))
		return err
	})
}

// raw sends text as it is over TLS and gives the answers until the server closes.
func raw(t *testing.T, s *Server, trust *tls.Config, text string) (statuses []int, bodies []string) {
	t.Helper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.URL(), "https://"), trust)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	if err := conn.CloseWrite(); err != nil { // the server sees the end after what it can read
		t.Fatal(err)
	}
	for answers := bufio.NewReader(conn); ; {
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			return statuses, bodies
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		statuses, bodies = append(statuses, answer.StatusCode), append(bodies, string(body))
	}
}

// smuggled is a request that hides in another's body.
const smuggled = "GET /admin HTTP/1.1\r\nHost: x\r\n\r\n"

// Forms on which a proxy and a server disagree where a request ends. Each is refused
// or is one request whose body holds the rest: what follows is never taken for another. (A lone LF ends a line, and a
// folded line belongs to the header before it; RFC 9112 2.2 and 5.2 allow both.)
func TestSmugglingForms(t *testing.T) {
	donor := httptest.NewTLSServer(hello)
	defer donor.Close()
	cert := donor.TLS.Certificates[0]
	var n atomic.Int32
	s, _ := start(t, ServerOptions{
		Addr:           "127.0.0.1:0",
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &cert, nil },
	}, counted(&n))
	trust := donor.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	trust.NextProtos = []string{"http/1.1"}
	for name, try := range map[string]struct {
		head, body string
		status     int
		want       string // the only answer of a request that is understood
	}{
		"plain":                   {"Content-Length: 3", "a=b", 200, "POST /token |a=b"},
		"second in the body":      {"Content-Length: 32", smuggled[:32], 200, "POST /token |" + smuggled[:32]},
		"two lengths":             {"Content-Length: 3\r\nContent-Length: 40", "a=b" + smuggled, 400, ""},
		"two lengths in one":      {"Content-Length: 3, 40", "a=b" + smuggled, 400, ""},
		"signed length":           {"Content-Length: +3", "a=b", 400, ""},
		"negative length":         {"Content-Length: -3", "a=b", 400, ""},
		"hexadecimal length":      {"Content-Length: 0x3", "a=b", 400, ""},
		"length that overflows":   {"Content-Length: 18446744073709551619", "a=b", 400, ""},
		"length and chunks":       {"Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n" + smuggled, 200, "POST /token |"},
		"chunks and length":       {"Transfer-Encoding: chunked\r\nContent-Length: 3", "3\r\na=b\r\n0\r\n\r\n" + smuggled, 200, "POST /token |a=b"},
		"two encodings":           {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n" + smuggled, 501, ""},
		"encodings in one":        {"Transfer-Encoding: identity, chunked", "0\r\n\r\n" + smuggled, 501, ""},
		"unknown encoding":        {"Transfer-Encoding: xchunked", "0\r\n\r\n" + smuggled, 501, ""},
		"encoding after a tab":    {"Transfer-Encoding:\x0bchunked", "0\r\n\r\n" + smuggled, 400, ""},
		"space before the colon":  {"Transfer-Encoding : chunked", "0\r\n\r\n" + smuggled, 400, ""},
		"chunk size that is none": {"Transfer-Encoding: chunked", "-1\r\n\r\n" + smuggled, 400, ""},
		"folded header":           {"X-Who: ada\r\n Content-Length: 3", "a=b", 200, "POST /token ada Content-Length: 3|"},
		"folded encoding":         {"Transfer-Encoding:\r\n chunked", "3\r\na=b\r\n0\r\n\r\n" + smuggled, 200, "POST /token |a=b"},
		"folded first header":     {" X-Who: ada\r\nContent-Length: 3", "a=b", 400, ""},
		"bare CR in a value":      {"X-Who: ada\rContent-Length: 3", "a=b", 400, ""},
		"NUL in a value":          {"X-Who: a\x00da", "", 400, ""},
		"header without a colon":  {"X-Who", "", 400, ""},
		"two hosts":               {"Host: y", "", 400, ""},
		"bare LF in a value":      {"X-Who: ada\nContent-Length: 3", "a=b", 200, "POST /token ada|a=b"},
	} {
		n.Store(0)
		statuses, bodies := raw(t, s, trust, "POST /token HTTP/1.1\r\nHost: x\r\n"+try.head+"\r\n\r\n"+try.body)
		if len(statuses) != 1 || statuses[0] != try.status || n.Load() > 1 {
			t.Errorf("%s: answers %v %q, %d handled", name, statuses, bodies, n.Load())
			continue
		}
		if try.status == http.StatusOK && (bodies[0] != try.want || n.Load() != 1) {
			t.Errorf("%s: understood as %q, %d handled", name, bodies[0], n.Load())
		}
	}
}
