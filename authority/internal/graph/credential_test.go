package graph

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// identity is a certificate and its key.
type identity struct {
	der []byte
	key *rsa.PrivateKey
}

// identities are made once: RSA keys are slow to make.
var identities = sync.OnceValue(func() (made [2]identity) {
	for i := range made {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(int64(i)), NotBefore: start, NotAfter: start.AddDate(1, 0, 0)}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
		if err != nil {
			panic(err)
		}
		made[i] = identity{der, key}
	}
	return made
})

func (i identity) base64() string { return base64.StdEncoding.EncodeToString(i.der) }

func (i identity) pemBase64() string {
	return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.der}))
}

func (i identity) thumbprint() string {
	sum := sha1.Sum(i.der)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// proof is a proof of possession.
func (i identity) proof(issuer directory.ID, audience string, from time.Time, life time.Duration) string {
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`))
	body := base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf(`{"aud":%q,"iss":%q,"nbf":%d,"exp":%d}`, audience, issuer, from.Unix(), from.Add(life).Unix())))
	digest := sha256.Sum256([]byte(head + "." + body))
	signature, err := rsa.SignPKCS1v15(nil, i.key, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return head + "." + body + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestPasswords(t *testing.T) {
	for _, at := range []string{"/v1.0/applications/" + string(shopApp), "/v1.0/servicePrincipals/" + string(shopSP)} {
		w := newWorld(t)
		made := w.must(200, "POST", at+"/addPassword", `{"passwordCredential":{"displayName":"ci","endDateTime":"2027-01-01T00:00:00Z"}}`)
		if got := strings.Join(members(t, made.text), " "); got != "@odata.context customKeyIdentifier displayName endDateTime hint keyId secretText startDateTime" {
			t.Errorf("members %s", got)
		}
		value := made.str("secretText")
		if len(value) != 40 || made.str("hint") != value[:3] || made.str("endDateTime") != "2027-01-01T00:00:00Z" || made.str("startDateTime") != "2026-03-02T12:00:00Z" {
			t.Errorf("made %s", made.text)
		}
		plain := w.must(200, "POST", at+"/addPassword", "")
		if plain.str("endDateTime") != "2028-03-02T12:00:00Z" || plain.str("secretText") == value {
			t.Errorf("made %s", plain.text)
		}
		got := w.must(200, "GET", at, "")
		got.want("passwordCredentials.0.secretText", "null")
		got.want("passwordCredentials.0.displayName", `"ci"`)
		if strings.Contains(got.text, value) {
			t.Error("the secret is given again")
		}
		p, _ := w.directory.Current().PrincipalByID(shopSP)
		own := append(p.App.Secrets, p.Secrets...)
		if len(own) != 2 || own[0].Hash != sha256.Sum256([]byte(value)) {
			t.Error("the hash is not that of the secret")
		}
		w.must(204, "PATCH", at, `{"passwordCredentials":[{"keyId":"`+made.str("keyId")+`","displayName":"ci"}]}`)
		w.must(200, "GET", at, "").want("passwordCredentials.1", "null")
		for body, code := range map[string]string{
			`{"keyId":"` + string(id(7)) + `"}`: "400 Request_BadRequest", `{"keyId":"x"}`: "400 Request_BadRequest", `{`: "400 Request_BadRequest",
		} {
			if got := w.send(admin, "POST", at+"/removePassword", body); got.code() != code {
				t.Errorf("%s: %s", body, got.code())
			}
		}
		w.must(400, "POST", at+"/addPassword", `{"passwordCredential":{"endDateTime":"2020-01-01T00:00:00Z"}}`)
		w.must(400, "PATCH", at, `{"passwordCredentials":[{"displayName":"new","secretText":"my own"}]}`)
		w.must(204, "POST", at+"/removePassword", `{"keyId":"`+made.str("keyId")+`"}`)
		w.must(200, "GET", at, "").want("passwordCredentials", "[]")
	}
}

// Two who add secrets at once both have theirs.
func TestPasswordsAtOnce(t *testing.T) {
	w := newWorld(t)
	var running sync.WaitGroup
	for range 20 {
		running.Go(func() { w.send(admin, "POST", "/v1.0/applications/"+string(shopApp)+"/addPassword", "") })
	}
	running.Wait()
	a, _ := w.directory.Current().ApplicationByID(shopApp)
	if len(a.Secrets) != 20 {
		t.Errorf("%d secrets are left", len(a.Secrets))
	}
}

func TestKeysByPatch(t *testing.T) {
	one, two := identities()[0], identities()[1]
	for _, at := range []string{"/v1.0/applications/" + string(shopApp), "/v1.0/servicePrincipals/" + string(shopSP)} {
		w := newWorld(t)
		w.must(204, "PATCH", at, `{"keyCredentials":[{"type":"AsymmetricX509Cert","usage":"Verify","displayName":"CN=one","key":"`+one.base64()+`"}]}`)
		got := w.must(200, "GET", at, "")
		key := got.str("keyCredentials.0.keyId")
		for path, value := range map[string]string{
			"keyCredentials.0.key": "null", "keyCredentials.0.customKeyIdentifier": `"` + one.thumbprint() + `"`, "keyCredentials.0.displayName": `"CN=one"`,
			"keyCredentials.0.endDateTime": `"2027-03-01T12:00:00Z"`, "keyCredentials.0.type": `"AsymmetricX509Cert"`, "keyCredentials.0.usage": `"Verify"`,
		} {
			got.want(path, value)
		}
		// The whole set, as terraform and az send it: the old one by its id, the new one in PEM.
		w.must(204, "PATCH", at, `{"keyCredentials":[{"customKeyIdentifier":null,"displayName":"CN=one","endDateTime":"2027-03-01T12:00:00Z","key":null,"keyId":"`+key+`",
			"startDateTime":"2026-03-01T12:00:00Z","type":"AsymmetricX509Cert","usage":"Verify"},
			{"type":"AsymmetricX509Cert","usage":"Verify","keyId":"`+string(id(5))+`","endDateTime":"2026-12-01T00:00:00Z","key":"`+two.pemBase64()+`"}]}`)
		got = w.must(200, "GET", at+"?$select=keyCredentials", "")
		got.want("keyCredentials.0.key", `"`+one.base64()+`"`)
		got.want("keyCredentials.1.key", `"`+two.base64()+`"`)
		got.want("keyCredentials.1.keyId", `"`+string(id(5))+`"`)
		got.want("keyCredentials.1.endDateTime", `"2026-12-01T00:00:00Z"`)
		for body, code := range map[string]string{
			`{"keyCredentials":[{"key":"AAAA"}]}`: "400 Request_BadRequest", `{"keyCredentials":[{"key":"*"}]}`: "400 Request_BadRequest",
			`{"keyCredentials":[{"displayName":"no key"}]}`:                                              "400 Request_BadRequest",
			`{"keyCredentials":[{"key":"` + one.base64() + `","endDateTime":"2030-01-01T00:00:00Z"}]}`:   "400 KeyCredentialsInvalidEndDate",
			`{"keyCredentials":[{"key":"` + one.base64() + `","startDateTime":"2020-01-01T00:00:00Z"}]}`: "400 KeyCredentialsInvalidStartDate",
			`{"keyCredentials":[{"key":"` + one.base64() + `","type":"Symmetric"}]}`:                     "400 Request_BadRequest",
		} {
			if got := w.send(admin, "PATCH", at, body); got.code() != code {
				t.Errorf("%.60s: %s, want %s", body, got.code(), code)
			}
		}
		w.must(204, "PATCH", at, `{"keyCredentials":[]}`)
		w.must(200, "GET", at, "").want("keyCredentials", "[]")
	}
}

// Who proves to hold a key may exchange it, without any permission.
func TestKeysByProof(t *testing.T) {
	one, two := identities()[0], identities()[1]
	for at, object := range map[string]directory.ID{"/v1.0/applications/" + string(shopApp): shopApp, "/v1.0/servicePrincipals/" + string(shopSP): shopSP} {
		w := newWorld(t)
		add := func(proof string) reply {
			return w.send("app ", "POST", at+"/addKey", `{"keyCredential":{"type":"AsymmetricX509Cert","usage":"Verify","key":"`+two.base64()+`"},"passwordCredential":null,"proof":"`+proof+`"}`)
		}
		good := one.proof(object, proofAudience, w.now, proofLife)
		if got := add(good); got.status != 401 {
			t.Errorf("without a certificate: %d", got.status)
		}
		w.must(204, "PATCH", at, `{"keyCredentials":[{"key":"`+one.base64()+`"}]}`)
		for name, proof := range map[string]string{
			"of another key": two.proof(object, proofAudience, w.now, proofLife), "of another object": one.proof(toolApp, proofAudience, w.now, proofLife),
			"for another audience": one.proof(object, string(directory.Graph), w.now, proofLife), "expired": one.proof(object, proofAudience, w.now.Add(-time.Hour), proofLife),
			"not yet valid": one.proof(object, proofAudience, w.now.Add(time.Hour), proofLife), "too long": one.proof(object, proofAudience, w.now, time.Hour),
			"no token": "x", "empty": "", "cut": good[:len(good)-4],
		} {
			if got := add(proof); got.status != 401 {
				t.Errorf("proof %s: %d %s", name, got.status, got.text)
			}
		}
		added := add(good)
		if added.status != 200 || added.str("customKeyIdentifier") != two.thumbprint() {
			t.Fatalf("%d %s", added.status, added.text)
		}
		first := w.must(200, "GET", at, "").str("keyCredentials.0.keyId")
		remove := `{"keyId":"` + first + `","proof":"` + two.proof(object, proofAudience, w.now, proofLife) + `"}`
		if got := w.send("app ", "POST", at+"/removeKey", remove); got.status != 204 {
			t.Errorf("%d %s", got.status, got.text)
		}
		if got := w.send("app ", "POST", at+"/removeKey", remove); got.status != 400 {
			t.Errorf("a second time: %d", got.status)
		}
		left := w.must(200, "GET", at, "")
		left.want("keyCredentials.0.customKeyIdentifier", `"`+two.thumbprint()+`"`)
		left.want("keyCredentials.1", "null")
	}
}

func TestFederatedCredentials(t *testing.T) {
	w := newWorld(t)
	at := "/v1.0/applications/" + string(shopApp) + "/federatedIdentityCredentials"
	body := `{"name":"gh-main","issuer":"https://token.actions.githubusercontent.com","subject":"repo:o/r:ref:refs/heads/main","description":"d","audiences":["api://AzureADTokenExchange"]}`
	made := w.must(201, "POST", at, body)
	if got := strings.Join(members(t, made.text), " "); got != "@odata.context id name issuer subject description audiences" {
		t.Errorf("members %s", got)
	}
	for _, key := range []string{made.str("id"), "gh-main"} {
		w.must(200, "GET", at+"/"+key, "").want("subject", `"repo:o/r:ref:refs/heads/main"`)
	}
	w.must(200, "GET", at+"(name='gh-main')", "")
	w.must(409, "POST", at, body)
	w.must(409, "POST", at, strings.Replace(body, "gh-main", "gh-other", 1)) // the same issuer and subject
	w.must(204, "PATCH", at+"/gh-main", `{"subject":"repo:o/r:environment:prod"}`)
	w.must(400, "PATCH", at+"/gh-main", `{"name":"other"}`)
	w.must(404, "PATCH", at+"/missing", `{"subject":"x"}`)
	upsert := strings.Replace(strings.Replace(body, "gh-main", "made", 1), "heads/main", "heads/next", 1)
	w.must(201, "PATCH", at+"(name='made')", upsert, "Prefer: create-if-missing")
	w.must(204, "PATCH", at+"(name='made')", `{"description":"again"}`, "Prefer: create-if-missing")
	if got := w.must(200, "GET", at, ""); got.names("name") != "gh-main,made" {
		t.Error(got.text)
	}
	for name, change := range map[string][2]string{
		"short name": {"gh-main", "x"}, "no https": {"https://token", "http://token"}, "no subject": {"repo:o/r:ref:refs/heads/main", ""},
		"two audiences": {`["api://AzureADTokenExchange"]`, `["a","b"]`}, "no audience": {`["api://AzureADTokenExchange"]`, `[]`}, "long subject": {"repo:o", strings.Repeat("x", 700)},
	} {
		if got := w.send(admin, "POST", at, strings.Replace(body, change[0], change[1], 1)); got.code() != "400 Request_BadRequest" {
			t.Errorf("%s: %s", name, got.code())
		}
	}
	w.must(204, "DELETE", at+"/"+made.str("id"), "")
	w.must(404, "GET", at+"/gh-main", "")
	a, _ := w.directory.Current().ApplicationByID(shopApp)
	if len(a.Federated) != 1 || a.Federated[0].Issuer != "https://token.actions.githubusercontent.com" {
		t.Errorf("left %+v", a.Federated)
	}
}

// Secrets do not repeat and use the alphabet they should.
func TestSecretText(t *testing.T) {
	c := &call{h: &Handler{}}
	seen := map[string]bool{}
	for range 200 {
		s, err := c.secret()
		if err != nil || len(s) != 40 || s[5] != '~' || seen[s] || strings.Trim(s, alphabet) != "" {
			t.Fatalf("%q, %v", s, err)
		}
		seen[s] = true
	}
	c.h.Rand = bytes.NewReader(nil)
	if _, err := c.secret(); err == nil {
		t.Error("without randomness there was a secret")
	}
	if text, err := json.Marshal(password{}); err != nil || !bytes.Contains(text, []byte(`"secretText":null`)) {
		t.Errorf("%s %v", text, err)
	}
}

func b64(s string) ([]byte, error) { return base64.RawStdEncoding.DecodeString(s) }
