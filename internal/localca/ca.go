package localca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Names of the files in the directory.
const (
	KeyFile    = "ca-key.pem"
	CertFile   = "ca.pem"
	BundleFile = "ca-bundle.pem"
)

// Lives of certificates. An authority with less than a leaf's life left is replaced when it is opened.
const (
	caLife    = 5 * 365 * 24 * time.Hour
	leafLife  = 90 * 24 * time.Hour
	leafRenew = 30 * 24 * time.Hour // a leaf with less than this left is replaced
	slack     = time.Hour           // certificates are valid from a little before, for clocks that differ
)

// ErrDamaged is matched by the error for a directory whose authority cannot be used.
var ErrDamaged = errors.New("certificate authority is damaged")

// Options of [Open].
type Options struct {
	Name  string           // the authority's name in trust stores; empty: "Local certificate authority"
	Hosts []string         // names and addresses served besides localhost, 127.0.0.1 and ::1
	Now   func() time.Time // nil: time.Now
	Roots []string         // files to look for the system's roots in, the first found is taken; nil: the usual places
}

// CA is an open authority. It is safe for many goroutines.
type CA struct {
	dir   string
	hosts names
	now   func() time.Time
	key   *ecdsa.PrivateKey
	cert  *x509.Certificate

	mu   sync.Mutex
	leaf *tls.Certificate
}

// Open opens the authority in dir, making directory and authority if there is none, and brings the public files up to
// date. The error for a directory that cannot be used matches [ErrDamaged] and says how to mend it.
func Open(dir string, o Options) (*CA, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Name == "" {
		o.Name = "Local certificate authority"
	}
	if o.Roots == nil {
		o.Roots = systemRoots()
	}
	ca := &CA{dir: dir, hosts: split(o.Hosts), now: o.Now}
	if err := ca.load(); err != nil {
		return nil, err
	}
	if ca.cert == nil || ca.cert.NotAfter.Sub(ca.now()) < leafLife {
		if err := ca.create(o.Name); err != nil {
			return nil, fmt.Errorf("make a certificate authority in %s: %w", dir, err)
		}
	}
	if err := ca.mayVouch(); err != nil {
		return nil, err
	}
	return ca, ca.publish(o.Roots)
}

// load reads the key file; without one it leaves the authority unmade.
func (ca *CA) load() error {
	path := filepath.Join(ca.dir, KeyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		ca.key, ca.cert, err = decode(text)
	}
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		return fmt.Errorf("%w: %s: %w: delete that file to make a new authority, which clients must then trust anew", ErrDamaged, path, err)
	}
	return nil
}

// create makes key and certificate. They are one file, so that there is never one without the other.
func (ca *CA) create(name string) error {
	if err := os.MkdirAll(ca.dir, 0o755); err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := ca.now()
	template := &x509.Certificate{
		SerialNumber:                serial(),
		Subject:                     pkix.Name{CommonName: name},
		NotBefore:                   now.Add(-slack),
		NotAfter:                    now.Add(caLife),
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid:       true,
		IsCA:                        true,
		MaxPathLenZero:              true,
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         ca.hosts.dns,
		PermittedIPRanges:           ca.hosts.ranges(),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	text, err := encode(key, cert)
	if err != nil {
		return err
	}
	ca.key, ca.cert = key, cert
	return writeFile(filepath.Join(ca.dir, KeyFile), text, 0o600)
}

// mayVouch makes the first leaf. An authority that was made for other hosts is refused here: clients would refuse it one
// by one, with worse words.
func (ca *CA) mayVouch() (err error) {
	if ca.leaf, err = ca.issue(); err != nil {
		return fmt.Errorf("%w: %s cannot vouch for %s: %w: delete that file to make a new authority, which clients must then trust anew",
			ErrDamaged, filepath.Join(ca.dir, KeyFile), ca.hosts, err)
	}
	return nil
}

// publish writes the files that others read.
func (ca *CA) publish(roots []string) error {
	own := certPEM(ca.cert)
	if err := writeFile(ca.CertFile(), own, 0o644); err != nil {
		return err
	}
	return writeFile(ca.BundleFile(), slices.Concat(own, firstOf(roots)), 0o644)
}

// CertFile is the path of ca.pem.
func (ca *CA) CertFile() string { return filepath.Join(ca.dir, CertFile) }

// BundleFile is the path of ca-bundle.pem.
func (ca *CA) BundleFile() string { return filepath.Join(ca.dir, BundleFile) }

// CertPEM is the authority's certificate, as in ca.pem.
func (ca *CA) CertPEM() []byte { return certPEM(ca.cert) }

// Pool holds this authority and no other.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return pool
}

// SystemPool holds this authority and those the system trusts.
func (ca *CA) SystemPool() (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("load the system's roots: %w", err)
	}
	pool.AddCert(ca.cert)
	return pool, nil
}

// Client is a new HTTP client that trusts this authority and no other, and uses no proxy.
func (ca *CA) Client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     90 * time.Second,
	}}
}

// GetCertificate is for tls.Config: it gives one leaf certificate for all hosts, made again before it expires.
func (ca *CA) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	if ca.leaf != nil && ca.leaf.Leaf.NotAfter.Sub(ca.now()) > leafRenew {
		return ca.leaf, nil
	}
	leaf, err := ca.issue()
	if err != nil {
		return nil, err
	}
	ca.leaf = leaf
	return leaf, nil
}

// issue makes a leaf and checks it as a client would.
func (ca *CA) issue() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := ca.now()
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: ca.hosts.dns[0]},
		NotBefore:             now.Add(-slack),
		NotAfter:              earlier(now.Add(leafLife), ca.cert.NotAfter),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		DNSNames:              ca.hosts.dns,
		IPAddresses:           ca.hosts.ips,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), CurrentTime: now}); err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, ca.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// serial is 127 random bits, positive as RFC 5280 4.1.2.2 asks.
func serial() *big.Int {
	var b [16]byte
	rand.Read(b[:])
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b[:])
}

// names are the hosts served, by kind.
type names struct {
	dns []string
	ips []net.IP
}

func split(hosts []string) names {
	n := names{dns: []string{"localhost"}, ips: []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback}}
	for _, h := range hosts {
		ip := net.ParseIP(h)
		switch {
		case ip == nil && !slices.Contains(n.dns, h):
			n.dns = append(n.dns, h)
		case ip != nil && !slices.ContainsFunc(n.ips, ip.Equal):
			n.ips = append(n.ips, ip)
		}
	}
	return n
}

// ranges are the addresses as networks of one.
func (n names) ranges() []*net.IPNet {
	nets := make([]*net.IPNet, len(n.ips))
	for i, ip := range n.ips {
		if four := ip.To4(); four != nil {
			ip = four
		}
		nets[i] = &net.IPNet{IP: ip, Mask: net.CIDRMask(8*len(ip), 8*len(ip))}
	}
	return nets
}

// String lists the hosts for people.
func (n names) String() string {
	all := slices.Clone(n.dns)
	for _, ip := range n.ips {
		all = append(all, ip.String())
	}
	return strings.Join(all, ", ")
}
