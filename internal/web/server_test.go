package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func start(t *testing.T, o ServerOptions, h http.Handler) (*Server, <-chan error) {
	t.Helper()
	s, err := Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	end := make(chan error, 1)
	go func() { end <- s.Serve(h) }()
	t.Cleanup(func() { s.Close() })
	return s, end
}

var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello over "+r.Proto) })

func fetch(t *testing.T, c *http.Client, url string) string {
	t.Helper()
	res, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestLocalhostMeansBothFamilies(t *testing.T) {
	s, end := start(t, ServerOptions{Addr: "localhost:0"}, hello)
	if want := fmt.Sprintf("http://localhost:%d", s.Port()); s.URL() != want {
		t.Errorf("URL is %s, want %s", s.URL(), want)
	}
	hosts := []string{"localhost", "127.0.0.1"}
	if len(s.listeners) == 2 {
		hosts = append(hosts, "[::1]")
	}
	client := &http.Client{Transport: &http.Transport{}}
	for _, host := range hosts {
		if got := fetch(t, client, fmt.Sprintf("http://%s:%d/", host, s.Port())); got != "hello over HTTP/1.1" {
			t.Errorf("%s: %q", host, got)
		}
	}
	client.CloseIdleConnections()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-end; err != nil {
		t.Errorf("Serve gave %v", err)
	}
}

func TestTLSSpeaksHTTP2(t *testing.T) {
	donor := httptest.NewTLSServer(hello) // for its certificate
	defer donor.Close()
	cert := donor.TLS.Certificates[0]
	s, _ := start(t, ServerOptions{
		Addr:           "127.0.0.1:0",
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &cert, nil },
	}, hello)
	trust := donor.Client().Transport.(*http.Transport).TLSClientConfig
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: trust, ForceAttemptHTTP2: true}}
	if !strings.HasPrefix(s.URL(), "https://127.0.0.1:") {
		t.Errorf("URL is %s", s.URL())
	}
	if got := fetch(t, client, s.URL()); got != "hello over HTTP/2.0" {
		t.Errorf("got %q", got)
	}
	old := trust.Clone()
	old.MaxVersion = tls.VersionTLS11
	if conn, err := tls.Dial("tcp", strings.TrimPrefix(s.URL(), "https://"), old); err == nil {
		conn.Close()
		t.Error("TLS 1.1 was accepted")
	}
}

func TestTakenPortIsNamed(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "localhost:0"} {
		first, err := Listen(ServerOptions{Addr: addr})
		if err != nil {
			t.Fatal(err)
		}
		host, _, _ := net.SplitHostPort(addr)
		_, err = Listen(ServerOptions{Addr: fmt.Sprintf("%s:%d", host, first.Port())})
		want := fmt.Sprintf("port %d is in use by another program: choose another with --port", first.Port())
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		first.Close()
		again, err := Listen(ServerOptions{Addr: fmt.Sprintf("%s:%d", host, first.Port())})
		if err != nil {
			t.Fatalf("the port of a closed server is not free: %v", err)
		}
		again.Close()
	}
}

func TestBadAddress(t *testing.T) {
	for _, addr := range []string{"", "localhost", "localhost:x", "203.0.113.7:0"} {
		if s, err := Listen(ServerOptions{Addr: addr}); err == nil {
			t.Errorf("%q was accepted", addr)
			s.Close()
		}
	}
}

func TestURLOfEveryInterface(t *testing.T) {
	for _, addr := range []string{":0", "0.0.0.0:0"} {
		s, err := Listen(ServerOptions{Addr: addr})
		if err != nil {
			t.Fatal(err)
		}
		if u, err := url.Parse(s.URL()); err != nil || u.Hostname() != "localhost" {
			t.Errorf("%s: %s", addr, s.URL())
		}
		s.Close()
	}
}

func TestShutdownWaitsThenCutsOff(t *testing.T) {
	for name, patient := range map[string]bool{"waits": true, "cuts off": false} {
		t.Run(name, func(t *testing.T) {
			begun, let := make(chan struct{}), make(chan struct{})
			s, end := start(t, ServerOptions{Addr: "127.0.0.1:0"}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				close(begun)
				<-let
				io.WriteString(w, "late")
			}))
			answer := make(chan error, 1)
			go func() {
				res, err := http.Get(s.URL())
				if err == nil {
					res.Body.Close()
				}
				answer <- err
			}()
			<-begun
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			if patient {
				close(let)
				ctx = t.Context()
			} else {
				defer close(let)
			}
			err := s.Shutdown(ctx)
			if patient && err != nil || !patient && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Shutdown gave %v", err)
			}
			if err := <-answer; (err == nil) != patient {
				t.Errorf("the client got %v", err)
			}
			if err := <-end; err != nil {
				t.Errorf("Serve gave %v", err)
			}
		})
	}
}
