package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

// ServerOptions of [Listen].
type ServerOptions struct {
	// Addr is host:port. Port 0 takes a free one. The host "localhost" means the loopback addresses of both families:
	// clients differ in which they try first, and some wait seconds before they try the other.
	Addr string
	// GetCertificate makes the server speak TLS (1.2 and later, HTTP/2 and 1.1); nil means plain HTTP.
	GetCertificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	// Logger gets what goes wrong with connections, at level debug: failed handshakes are the client's affair. May be nil.
	Logger *slog.Logger
}

// Server has its address from the start and serves later.
type Server struct {
	http      http.Server
	listeners []net.Listener
	host      string
	tls       bool
}

// Limits of every connection. Answers have no time limit of their own: they may be long streams.
const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	headerMax  = 64 << 10
)

// Listen takes the address; connections wait in the system's queue until [Server.Serve]. A port that is taken gives an
// error that says so and how to choose another.
func Listen(o ServerOptions) (*Server, error) {
	host, port, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", o.Addr, err)
	}
	s := &Server{host: host, tls: o.GetCertificate != nil}
	if s.listeners, err = listen(host, port); err != nil {
		return nil, err
	}
	s.http = http.Server{ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: headerMax}
	if s.tls {
		s.http.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: o.GetCertificate}
	}
	handler := slog.DiscardHandler
	if o.Logger != nil {
		handler = o.Logger.Handler()
	}
	s.http.ErrorLog = slog.NewLogLogger(handler, slog.LevelDebug)
	return s, nil
}

func listen(host, port string) ([]net.Listener, error) {
	if host != "localhost" {
		l, err := net.Listen("tcp", net.JoinHostPort(host, port))
		if err != nil {
			return nil, listenError(port, err)
		}
		return []net.Listener{l}, nil
	}
	for try := 0; ; try++ {
		four, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			return nil, listenError(port, err)
		}
		six, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(portOf(four))))
		switch {
		case err == nil:
			return []net.Listener{four, six}, nil
		case !taken(err): // the machine has no IPv6
			return []net.Listener{four}, nil
		}
		four.Close()
		if port != "0" || try == 10 {
			return nil, listenError(port, err)
		}
	}
}

// wsaAddrInUse and wsaAccess are how Windows says that a port is taken or reserved; package syscall does not map them.
const (
	wsaAddrInUse syscall.Errno = 10048
	wsaAccess    syscall.Errno = 10013
)

func taken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, wsaAddrInUse)
}

func listenError(port string, err error) error {
	switch {
	case taken(err):
		return fmt.Errorf("port %s is in use by another program: choose another with --port", port)
	case errors.Is(err, syscall.EACCES), errors.Is(err, wsaAccess):
		return fmt.Errorf("port %s is not allowed to this user: choose another with --port", port)
	}
	return fmt.Errorf("listen: %w", err)
}

func portOf(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

// Port is the port taken.
func (s *Server) Port() int { return portOf(s.listeners[0]) }

// URL is the address to call, without a slash at its end. A server for every interface is called localhost.
func (s *Server) URL() string {
	host := s.host
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	u := url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(s.Port()))}
	if s.tls {
		u.Scheme = "https"
	}
	return u.String()
}

// Serve answers with h until [Server.Shutdown] or [Server.Close], and then gives nil. It is called once.
func (s *Server) Serve(h http.Handler) error {
	s.http.Handler = h
	ends := make(chan error, len(s.listeners))
	for _, l := range s.listeners {
		go func() {
			if s.tls {
				ends <- s.http.ServeTLS(l, "", "")
			} else {
				ends <- s.http.Serve(l)
			}
		}()
	}
	var first error
	for range s.listeners {
		err := <-ends
		if !errors.Is(err, http.ErrServerClosed) && first == nil {
			first = err
			s.http.Close()
		}
	}
	return first
}

// Shutdown takes no new connections and waits for running requests until ctx ends; then it cuts them off and says so.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.http.Shutdown(ctx)
	s.closeListeners()
	if err != nil {
		s.http.Close()
		return fmt.Errorf("requests cut off: %w", err)
	}
	return nil
}

// Close ends at once. It also frees the port of a server that never served.
func (s *Server) Close() error {
	s.closeListeners()
	return s.http.Close()
}

// closeListeners frees the port even if Serve was not called; closing twice does no harm.
func (s *Server) closeListeners() {
	for _, l := range s.listeners {
		l.Close()
	}
}
