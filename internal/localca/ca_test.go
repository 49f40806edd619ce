package localca

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

var spring = time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, dir string, o Options) *CA {
	t.Helper()
	ca, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// serve answers "hello" with the authority's leaf and gives the port.
func serve(t *testing.T, ca *CA) (port string) {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{GetCertificate: ca.GetCertificate})
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{
		Handler:  http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }),
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestClientTrustsTheLeaf(t *testing.T) {
	ca := open(t, t.TempDir(), Options{})
	port := serve(t, ca)
	for _, host := range []string{"localhost", "127.0.0.1"} {
		res, err := ca.Client().Get("https://" + host + ":" + port)
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		res.Body.Close()
	}
	stranger := open(t, t.TempDir(), Options{})
	_, err := stranger.Client().Get("https://localhost:" + port)
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); !unknown {
		t.Errorf("another authority of the same name: %v", err)
	}
}

func TestAuthorityOutlivesTheProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "tls")
	first := open(t, dir, Options{})
	port := serve(t, open(t, dir, Options{}))
	res, err := first.Client().Get("https://localhost:" + port)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, []byte("the system's roots\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{Roots: []string{"nowhere.pem", roots}}
	ca := open(t, dir, o)
	check := func(name, want string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		if err != nil || want != "" && string(text) != want {
			t.Errorf("%s holds %q, %v", name, text, err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode() != mode {
			t.Errorf("%s is %v, want %v", name, info.Mode(), mode)
		}
	}
	for _, mend := range []func() error{
		func() error { return nil },
		func() error { return os.Remove(ca.CertFile()) },
		func() error { return os.WriteFile(ca.BundleFile(), []byte("half a b"), 0o600) },
		func() error { return os.Chmod(filepath.Join(dir, KeyFile), 0o644) },
	} {
		if err := mend(); err != nil {
			t.Fatal(err)
		}
		open(t, dir, o)
		check(KeyFile, "", 0o600)
		check(CertFile, string(ca.CertPEM()), 0o644)
		check(BundleFile, string(ca.CertPEM())+"the system's roots\n", 0o644)
		if entries, _ := os.ReadDir(dir); len(entries) != 3 {
			t.Errorf("the directory holds %v", entries)
		}
	}
}

func TestNameConstraints(t *testing.T) {
	ca := open(t, t.TempDir(), Options{Hosts: []string{"dev.example", "192.0.2.7", "localhost", "::1"}})
	if got := ca.hosts.String(); got != "localhost, dev.example, 127.0.0.1, ::1, 192.0.2.7" {
		t.Errorf("hosts are %s", got)
	}
	thief := &CA{key: ca.key, cert: ca.cert, now: ca.now} // whoever has the key
	for host, permitted := range map[string]bool{
		"localhost": true, "crm.localhost": true, "dev.example": true, "192.0.2.7": true,
		"login.example": false, "example": false, "127.0.0.2": false, "192.0.2.8": false, "::2": false,
	} {
		thief.hosts = split([]string{host})
		_, err := thief.issue()
		if (err == nil) != permitted {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestOtherHostsAreRefusedWithAMend(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, Options{})
	_, err := Open(dir, Options{Hosts: []string{"dev.example"}})
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "dev.example") || !strings.Contains(err.Error(), "delete that file") {
		t.Errorf("got %v", err)
	}
}

func TestLeafIsRenewedInTime(t *testing.T) {
	now := spring
	ca := open(t, t.TempDir(), Options{Now: func() time.Time { return now }})
	leaf := func() *tls.Certificate {
		c, err := ca.GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := leaf()
	if life := first.Leaf.NotAfter.Sub(now); life != leafLife {
		t.Errorf("the leaf lives %v", life)
	}
	now = now.Add(leafLife - leafRenew - time.Second)
	if leaf() != first {
		t.Error("the leaf was renewed too early")
	}
	now = now.Add(time.Second)
	if second := leaf(); second == first || second.Leaf.NotAfter.Sub(now) != leafLife {
		t.Error("the leaf was not renewed")
	}
}

func TestOldAuthorityIsReplaced(t *testing.T) {
	dir, now := t.TempDir(), spring
	o := Options{Now: func() time.Time { return now }}
	first := open(t, dir, o)
	now = now.Add(caLife - leafLife)
	if again := open(t, dir, o); !again.cert.Equal(first.cert) {
		t.Error("an authority with a leaf's life left was replaced")
	}
	now = now.Add(time.Second)
	if again := open(t, dir, o); again.cert.Equal(first.cert) {
		t.Error("an authority that ends before its leaf was kept")
	}
}

func TestDamagedAuthority(t *testing.T) {
	good := t.TempDir()
	open(t, good, Options{})
	whole, err := os.ReadFile(filepath.Join(good, KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	key, cert, _ := strings.Cut(string(whole), "-----END PRIVATE KEY-----\n")
	key += "-----END PRIVATE KEY-----\n"
	other := open(t, t.TempDir(), Options{}).CertPEM()
	_, leaf := mustLeaf(t)
	for name, text := range map[string]string{
		"empty":            "",
		"half":             string(whole[:len(whole)/2]),
		"no key":           cert,
		"no certificate":   key,
		"another's":        key + string(other),
		"not an authority": key + leaf,
		"not DER":          "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" + cert,
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, KeyFile)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, Options{})
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
		if kept, _ := os.ReadFile(path); string(kept) != text {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func mustLeaf(t *testing.T) (*CA, string) {
	t.Helper()
	ca := open(t, t.TempDir(), Options{})
	c, err := ca.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return ca, string(certPEM(c.Leaf))
}

func TestSelfSigned(t *testing.T) {
	certText, keyText, err := SelfSigned("sales-app", spring, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certText, keyText)
	if err != nil {
		t.Fatal(err)
	}
	cert := pair.Leaf
	if cert.Subject.CommonName != "sales-app" || !cert.NotAfter.Equal(spring.Add(24*time.Hour)) || cert.IsCA {
		t.Errorf("made %v until %v", cert.Subject, cert.NotAfter)
	}
	if err := cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature); err != nil {
		t.Error(err)
	}
	if block, rest := pem.Decode(keyText); block.Type != "PRIVATE KEY" || len(rest) != 0 {
		t.Errorf("the key is %s", block.Type)
	}
}

// FuzzDecode: whatever is in the key file, the answer is an error or a pair that belongs together.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Add([]byte{})
	dir := f.TempDir()
	if _, err := Open(dir, Options{}); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, KeyFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Fuzz(func(t *testing.T, text []byte) {
		key, cert, err := decode(text)
		if err != nil {
			return
		}
		again, err := encode(key, cert)
		if err != nil {
			t.Fatal(err)
		}
		if key2, cert2, err := decode(again); err != nil || !key2.Equal(key) || !cert2.Equal(cert) {
			t.Errorf("read back %v", err)
		}
	})
}
