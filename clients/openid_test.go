package clients

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestAzureIdentityNode(t *testing.T) {
	got := by(lines(t, variables(t, "contoso-app", "contoso"), "node", "node/identity.mjs"), "kind")
	wantMe(t, got["secret"]["body"])
	wantMe(t, got["certificate"]["body"])
}

// openid-client names its key by an id only: the certificate's thumbprint.
func TestOpenIDClient(t *testing.T) {
	app, _ := world.App("contoso-app")
	text, err := os.ReadFile(app.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	thumbprint := sha1.Sum(block.Bytes)
	env := append(variables(t, "contoso-app", "contoso"), "KEY_ID="+base64.RawURLEncoding.EncodeToString(thumbprint[:]))
	got := by(lines(t, env, "node", "node/openid-client.mjs"), "kind")
	for _, kind := range []string{"post", "basic", "key"} {
		wantMe(t, got[kind]["body"])
	}
	if text := fmt.Sprint(got["wrong"]["message"]); got["wrong"]["error"] != "invalid_client" || !strings.Contains(text, "AADSTS7000215") {
		t.Errorf("a wrong secret reached the caller as %v", got["wrong"])
	}
}
