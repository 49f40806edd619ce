package clients

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/operator"
)

// world is the one Stead that every witness talks to; desk is its operator's.
var (
	world stead.World
	desk  *operator.Client
)

func TestMain(m *testing.M) {
	system, err := stead.Start(context.Background(), stead.Config{Ephemeral: true, Port: 0, Operator: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	world, desk = system.World, system.Operator()
	code := m.Run()
	if err := system.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// variables is the environment that a client library finds: that of `stead env`.
func variables(t *testing.T, app, environment string) []string {
	t.Helper()
	a, ok := world.App(app)
	if !ok {
		t.Fatalf("no application %s", app)
	}
	e, ok := world.Environment(environment)
	if !ok {
		t.Fatalf("no environment %s", environment)
	}
	return append(os.Environ(),
		"AZURE_AUTHORITY_HOST="+world.Authority, "AZURE_TENANT_ID="+a.TenantID, "AZURE_CLIENT_ID="+a.ClientID,
		"AZURE_CLIENT_SECRET="+a.Secret, "AZURE_CLIENT_CERTIFICATE_PATH="+a.Certificate, "DATAVERSE_URL="+e.URL,
		"STEAD_CA="+world.CA, "SSL_CERT_FILE="+world.CA, "NODE_EXTRA_CA_CERTS="+world.CA, "REQUESTS_CA_BUNDLE="+world.CA, "CURL_CA_BUNDLE="+world.CA)
}

// lines runs a program and gives what it printed, one JSON object a line.
func lines(t *testing.T, env []string, program string, args ...string) []map[string]any {
	t.Helper()
	c := exec.Command(program, args...)
	c.Env = env
	var errOut bytes.Buffer
	c.Stderr = &errOut
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s\n%s", program, args, err, out, errOut.String())
	}
	var all []map[string]any
	scan := bufio.NewScanner(bytes.NewReader(out))
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		var one map[string]any
		if err := json.Unmarshal(scan.Bytes(), &one); err != nil {
			t.Fatalf("not JSON: %s", scan.Text())
		}
		all = append(all, one)
	}
	return all
}

// by indexes printed lines by one of their members.
func by(lines []map[string]any, member string) map[string]map[string]any {
	index := map[string]map[string]any{}
	for _, line := range lines {
		index[fmt.Sprint(line[member])] = line
	}
	return index
}
