package clients

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cloudName is what programs call contoso-test that accept the cloud's names alone.
const cloudName = "contoso-test.crm4.dynamics.com"

// front starts what bears the cloud's host names and hands every request to the world's
// authority or to contoso-test, with the names of tokens' resources translated. It gives
// the variables that send a program there.
func front(t *testing.T) []string {
	t.Helper()
	e, _ := world.Environment("contoso-test")
	names := strings.NewReplacer(url.QueryEscape("https://"+cloudName), url.QueryEscape(e.URL))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: worldTrust(t)}}
	t.Cleanup(transport.CloseIdleConnections)
	f := httptest.NewUnstartedServer(&httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			to := e.URL
			if strings.HasPrefix(p.In.Host, "login.") {
				to = world.Authority
				body, _ := io.ReadAll(p.In.Body)
				text := names.Replace(string(body))
				p.Out.Body, p.Out.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
			}
			address, _ := url.Parse(to)
			p.SetURL(address)
			p.Out.Host = p.In.Host
		},
	})
	certificate, authority := named(t, "login.microsoftonline.com", cloudName)
	f.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	f.StartTLS()
	t.Cleanup(f.Close)
	ours, err := os.ReadFile(world.CA)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "trust.pem")
	if err := os.WriteFile(file, append(ours, authority...), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"STEAD_FRONT=" + f.URL, "NODE_EXTRA_CA_CERTS=" + file}
}

func worldTrust(t *testing.T) *x509.CertPool {
	t.Helper()
	text, err := os.ReadFile(world.CA)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		t.Fatal("the world's certificate authority is none")
	}
	return pool
}

// named makes a certificate for host names, and gives it as text too.
func named(t *testing.T, hosts ...string) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "front"}, DNSNames: hosts, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, text.Bytes()
}
