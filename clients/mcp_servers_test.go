package clients

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestMCPDataverse asks every tool of mcp-dataverse.
func TestMCPDataverse(t *testing.T) {
	env := append(variables(t, "contoso-app", "contoso-test"), front(t)...)
	env = append(env, "DATAVERSE_ENV_URL=https://"+cloudName, "AUTH_METHOD=client-credentials", "HOME="+t.TempDir())
	serveMCP(t, env, "node/node_modules/mcp-dataverse/dist/server.js").follow("testdata/mcp-dataverse.txt")
}

// TestPowerPlatformMCP asks every tool of powerplatform-mcp.
func TestPowerPlatformMCP(t *testing.T) {
	env := append(variables(t, "contoso-app", "contoso-test"), front(t)...)
	a, _ := world.App("contoso-app")
	for name, value := range map[string]string{"URL": "https://" + cloudName, "CLIENT_ID": a.ClientID, "CLIENT_SECRET": a.Secret, "TENANT_ID": a.TenantID} {
		env = append(env, "POWERPLATFORM_TEST_"+name+"="+value)
	}
	env = append(env, "POWERPLATFORM_ENVIRONMENTS=TEST")
	serveMCP(t, env, "node/node_modules/powerplatform-mcp/build/index.js").follow("testdata/powerplatform-mcp.txt")
}

// follow asks what a file says and compares answers with it; a tool that the file does not
// name is an error.
func (m *mcp) follow(file string) {
	m.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		m.t.Fatal(err)
	}
	known, asked := map[string]string{"png": dot(m.t)}, map[string]bool{}
	fill := func(text string) string {
		for name, value := range known {
			text = strings.ReplaceAll(text, "<"+name+">", value)
		}
		return text
	}
	var tool, got string
	var failed bool
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		mark, rest, _ := strings.Cut(strings.TrimPrefix(line, "\t"), " ")
		switch {
		case line == "" || line[0] == '#':
		case line[0] != '\t':
			if failed && got != "" {
				m.t.Errorf("%s: %.600s", tool, got)
			}
			tool, asked[mark] = mark, true
			got, failed = m.call(tool, arguments(m.t, fill(rest)))
		case mark == "=":
			name, expression, _ := strings.Cut(rest, " ")
			found := regexp.MustCompile(expression).FindStringSubmatch(got)
			if found == nil {
				m.t.Fatalf("%s: no %s in %.900s", tool, name, got)
			}
			known[name] = found[1]
		case failed != (mark == "!") || !strings.Contains(got, fill(rest)):
			m.t.Errorf("%s: want %s %s, got (failed: %v) %.900s", tool, mark, rest, failed, got)
			fallthrough
		default:
			failed = false
		}
	}
	for _, name := range m.tools() {
		if !asked[name] {
			m.t.Errorf("%s is not asked", name)
		}
	}
}

func arguments(t *testing.T, text string) map[string]any {
	t.Helper()
	if text == "" {
		text = "{}"
	}
	var all map[string]any
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return all
}

// dot is a picture of one pixel, in base64.
func dot(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}
