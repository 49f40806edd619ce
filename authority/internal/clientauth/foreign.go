package clientauth

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/stead-s2s/stead/internal/jose"
)

// Patience with foreign issuers.
const (
	foreignTimeout  = 10 * time.Second
	foreignLife     = time.Hour        // of an issuer's keys
	foreignPause    = 30 * time.Second // between two questions about keys that are not there
	foreignDocument = 1 << 20
	foreignMost     = 1000 // issuers remembered
)

// ForeignConfig is what a Foreign is made from.
type ForeignConfig struct {
	// Private are issuers that may live at private, loopback and link-local addresses, as
	// written in the federated credential; "*" stands for all.
	Private []string
	// Roots gives those that sign issuers' certificates, asked when the first issuer is; nil:
	// the system's.
	Roots func() *x509.CertPool
	Now   func() time.Time
}

// Foreign fetches the keys of foreign issuers over HTTPS. Whoever may register a federated
// credential chooses where it connects to, so addresses inside are refused, after names are
// resolved and for every connection, and no redirect is followed. It is safe for many
// goroutines.
type Foreign struct {
	config          ForeignConfig
	guarded, inside func() *http.Client

	mu      sync.Mutex
	issuers map[string]*foreignIssuer
}

// foreignIssuer is what is known of one issuer. One question at a time.
type foreignIssuer struct {
	mu    sync.Mutex
	set   jose.Set
	at    time.Time // of the set
	asked time.Time
	err   error // of the last question
}

// NewForeign makes a Foreign that knows no issuer yet.
func NewForeign(c ForeignConfig) *Foreign {
	roots := func() *x509.CertPool { return nil }
	if c.Roots != nil {
		roots = sync.OnceValue(c.Roots)
	}
	return &Foreign{
		config:  c,
		guarded: sync.OnceValue(func() *http.Client { return foreignClient(roots(), guard) }),
		inside:  sync.OnceValue(func() *http.Client { return foreignClient(roots(), nil) }),
		issuers: map[string]*foreignIssuer{},
	}
}

func foreignClient(roots *x509.CertPool, control func(string, string, syscall.RawConn) error) *http.Client {
	dialer := &net.Dialer{Timeout: foreignTimeout, Control: control}
	return &http.Client{
		Timeout: foreignTimeout,
		// No proxy: it would connect to where the guard does not look.
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2: true, MaxIdleConns: 10, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("the issuer answers with a redirect: none is followed")
		},
	}
}

// errInside is an address that nobody outside may make this program connect to.
var errInside = errors.New("the issuer is at a private, loopback or link-local address: list it in the configuration, or pin its keys to the federated credential")

// guard sees the address that is connected to, after the name was resolved.
func guard(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !isOutside(at.Addr()) {
		return errInside
	}
	return nil
}

// inner are the ranges beside those that netip knows by name: shared, benchmarking,
// documentation, reserved, and IPv6 that carries IPv4.
func inner() []netip.Prefix {
	var list []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	} {
		list = append(list, netip.MustParsePrefix(s))
	}
	return list
}

// isOutside reports whether an address is on the open internet.
func isOutside(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(inner(), func(p netip.Prefix) bool { return p.Contains(a) })
}

// Key gives an issuer's key, asking the issuer when it must.
func (f *Foreign) Key(ctx context.Context, issuer, id string) (crypto.PublicKey, error) {
	i := f.issuer(issuer)
	i.mu.Lock()
	defer i.mu.Unlock()
	now := f.config.Now()
	if now.Sub(i.at) < foreignLife {
		if key, err := pick(i.set, id); !errors.Is(err, errNoKey) {
			return key, err
		}
	}
	if !i.asked.IsZero() && now.Sub(i.asked) < foreignPause {
		if i.err != nil {
			return nil, i.err
		}
		return pick(i.set, id)
	}
	i.asked = now
	set, err := f.fetch(ctx, issuer)
	if i.err = err; err != nil {
		return nil, err
	}
	i.set, i.at = set, now
	return pick(set, id)
}

func (f *Foreign) issuer(name string) *foreignIssuer {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, found := f.issuers[name]
	if !found {
		if len(f.issuers) >= foreignMost {
			clear(f.issuers)
		}
		i = &foreignIssuer{}
		f.issuers[name] = i
	}
	return i
}

// fetch reads the issuer's metadata, which must name it exactly, and its keys.
func (f *Foreign) fetch(ctx context.Context, issuer string) (jose.Set, error) {
	client := f.guarded()
	if slices.Contains(f.config.Private, issuer) || slices.Contains(f.config.Private, "*") {
		client = f.inside()
	}
	var metadata struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	text, err := get(ctx, client, strings.TrimSuffix(issuer, "/")+"/.well-known/openid-configuration")
	if err != nil {
		return jose.Set{}, err
	}
	if json.Unmarshal(text, &metadata) != nil {
		return jose.Set{}, errors.New("the issuer's metadata is not JSON")
	}
	if metadata.Issuer != issuer {
		return jose.Set{}, errors.New("the issuer's metadata names another issuer")
	}
	if text, err = get(ctx, client, metadata.JWKSURI); err != nil {
		return jose.Set{}, err
	}
	return jose.ParseSet(text)
}

// get reads a document. Its errors are for the person who registered the issuer: what the
// other side said is not repeated.
func get(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, errors.New("the issuer's address is not a plain https URL")
	}
	ctx, cancel := context.WithTimeout(ctx, foreignTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if errors.Is(err, errInside) {
		return nil, errInside
	}
	if err != nil {
		return nil, fmt.Errorf("the issuer cannot be asked: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the issuer answered %d", resp.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, foreignDocument+1))
	if err == nil && len(text) > foreignDocument {
		err = errors.New("the issuer's document is too large")
	}
	return text, err
}
