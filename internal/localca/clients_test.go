package localca

import (
	"crypto/tls"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Programs that people use must accept the leaf under the constrained authority, by name and by address. Each is tried
// where it is installed.

func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip(name + " is not installed")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestOpenSSLVerifies(t *testing.T) {
	ca, leaf := mustLeaf(t)
	path := filepath.Join(t.TempDir(), "leaf.pem")
	if err := os.WriteFile(path, []byte(leaf), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, check := range [][]string{{"-verify_hostname", "localhost"}, {"-verify_ip", "127.0.0.1"}, {"-verify_ip", "::1"}} {
		args := append([]string{"verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", ca.CertFile()}, check...)
		if out := run(t, nil, "openssl", append(args, path)...); !strings.HasSuffix(out, ": OK") {
			t.Errorf("%v: %s", check, out)
		}
	}
}

func TestCurlTrusts(t *testing.T) {
	ca := open(t, t.TempDir(), Options{})
	port := serve(t, ca)
	for _, host := range []string{"localhost", "127.0.0.1"} {
		if out := run(t, nil, "curl", "-sS", "--noproxy", "*", "--cacert", ca.CertFile(), "https://"+host+":"+port); out != "hello" {
			t.Errorf("%s: %s", host, out)
		}
	}
	if out := run(t, []string{"CURL_CA_BUNDLE=" + ca.BundleFile()}, "curl", "-sS", "--noproxy", "*", "https://localhost:"+port); out != "hello" {
		t.Errorf("with the bundle: %s", out)
	}
}

func TestNodeTrusts(t *testing.T) {
	ca := open(t, t.TempDir(), Options{})
	port := serve(t, ca)
	script := `for (const host of ["localhost", "127.0.0.1"])
		require("https").get("https://" + host + ":" + process.argv[1], { agent: false }, r => r.on("data", d => console.log(String(d))))`
	if out := run(t, []string{"NODE_EXTRA_CA_CERTS=" + ca.CertFile()}, "node", "-e", script, port); out != "hello\nhello" {
		t.Errorf("got %s", out)
	}
}

func TestPythonTrusts(t *testing.T) {
	ca := open(t, t.TempDir(), Options{})
	port := serve(t, ca)
	script := `import ssl, sys, urllib.request
context = ssl.create_default_context()
context.verify_flags |= ssl.VERIFY_X509_STRICT
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
for host in ("localhost", "127.0.0.1"):
    print(opener.open("https://%s:%s" % (host, sys.argv[1])).read().decode())`
	if out := run(t, []string{"SSL_CERT_FILE=" + ca.BundleFile()}, "python3", "-c", script, port); out != "hello\nhello" {
		t.Errorf("got %s", out)
	}
}

// A client without the authority must not get through: else the tests above would show nothing.
func TestStrangersAreRefused(t *testing.T) {
	ca := open(t, t.TempDir(), Options{})
	conn, err := tls.Dial("tcp", "127.0.0.1:"+serve(t, ca), nil)
	if err == nil {
		conn.Close()
		t.Error("a client that trusts the system alone was let through")
	}
}
