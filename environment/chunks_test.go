package environment_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stead-s2s/stead/environment"
)

// A request with a length and chunks is the last of its connection, whoever sends it and whatever answers: what
// follows it is nobody's request (RFC 9112 6.1).
func TestLengthAndChunksEndTheConnection(t *testing.T) {
	w := start(t)
	for name, h := range map[string]http.Handler{"environment": w.Server, "refusing": w.Refuse(environment.Refusal{Limit: "requests"})} {
		server := httptest.NewTLSServer(h)
		defer server.Close()
		conn, err := tls.Dial("tcp", server.Listener.Addr().String(), server.Client().Transport.(*http.Transport).TLSClientConfig)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		const hidden = "GET /api/data/v9.2/WhoAmI HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
		_, _ = io.WriteString(conn, "POST /api/data/v9.2/accounts HTTP/1.1\r\nHost: "+host+"\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"+hidden)
		answers := bufio.NewReader(conn)
		first, err := http.ReadResponse(answers, nil)
		if err != nil || !first.Close {
			t.Fatalf("%s: %v, %v", name, first, err)
		}
		if _, err := io.Copy(io.Discard, first.Body); err != nil {
			t.Error(err)
		}
		if second, err := http.ReadResponse(answers, nil); err == nil {
			t.Errorf("%s: what was hidden is answered: %s", name, second.Status)
		}
	}
}
