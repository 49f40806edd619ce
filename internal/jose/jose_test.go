package jose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	oracle "github.com/go-jose/go-jose/v4"
)

var all = []Algorithm{RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512}

// keys are made once: RSA keys are slow to make.
type keys struct {
	rsa *rsa.PrivateKey
	ec  map[Algorithm]*ecdsa.PrivateKey
}

func newKeys(t testing.TB) keys {
	t.Helper()
	k := keys{ec: map[Algorithm]*ecdsa.PrivateKey{}}
	var err error
	if k.rsa, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	for a, c := range map[Algorithm]elliptic.Curve{ES256: elliptic.P256(), ES384: elliptic.P384(), ES512: elliptic.P521()} {
		if k.ec[a], err = ecdsa.GenerateKey(c, rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

func (k keys) private(a Algorithm) crypto.Signer {
	if ec, is := k.ec[a]; is {
		return ec
	}
	return k.rsa
}

// sign lets another implementation sign.
func (k keys) sign(t testing.TB, a Algorithm, payload string) string {
	t.Helper()
	o := (&oracle.SignerOptions{}).WithType("JWT").WithHeader("kid", "k1").WithHeader("x5t", "AA").WithHeader("x5t#S256", "BB")
	s, err := oracle.NewSigner(oracle.SigningKey{Algorithm: oracle.SignatureAlgorithm(a), Key: k.private(a)}, o)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := s.Sign([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestVerifiesWhatAnotherImplementationSigns(t *testing.T) {
	k := newKeys(t)
	for _, a := range all {
		m, err := Parse(k.sign(t, a, `{"sub":"me"}`), all...)
		if err != nil {
			t.Fatalf("%s: %v", a, err)
		}
		want := Header{Algorithm: a, KeyID: "k1", Thumbprint: "AA", Thumbprint256: "BB"}
		if m.Header != want || string(m.Payload) != `{"sub":"me"}` {
			t.Errorf("%s: read %+v %s", a, m.Header, m.Payload)
		}
		if err := m.Verify(k.private(a).Public()); err != nil {
			t.Errorf("%s: %v", a, err)
		}
		m.signature[3] ^= 1
		if err := m.Verify(k.private(a).Public()); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: a changed signature gave %v", a, err)
		}
	}
}

func TestKeyMustBeOfTheAlgorithmsKind(t *testing.T) {
	k := newKeys(t)
	for signed, other := range map[Algorithm]crypto.PublicKey{
		RS256: k.ec[ES256].Public(), ES256: k.rsa.Public(), ES384: k.ec[ES256].Public(), PS256: []byte("shared"),
	} {
		m, err := Parse(k.sign(t, signed, "{}"), all...)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Verify(other); !errors.Is(err, ErrSignature) {
			t.Errorf("%s verified with %T: %v", signed, other, err)
		}
	}
	if err := (&Message{Header: Header{Algorithm: "none"}}).Verify(k.rsa.Public()); !errors.Is(err, ErrSignature) {
		t.Errorf("none gave %v", err)
	}
}

// go-azure-sdk signs with the ASN.1 form (Entra facts 2.3).
func TestECDSAInASN1(t *testing.T) {
	k := newKeys(t)
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte("{}"))
	digest := sha256.Sum256([]byte(head))
	signature, err := ecdsa.SignASN1(rand.Reader, k.ec[ES256], digest[:])
	if err != nil {
		t.Fatal(err)
	}
	m, err := Parse(head+"."+base64.RawURLEncoding.EncodeToString(signature), ES256)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Verify(k.ec[ES256].Public()); err != nil {
		t.Error(err)
	}
}

// message makes an unsigned one from a header.
func message(header string) string {
	e := base64.RawURLEncoding.EncodeToString
	return e([]byte(header)) + "." + e([]byte("{}")) + "." + e([]byte("sig"))
}

func TestParseRefuses(t *testing.T) {
	k := newKeys(t)
	public := x509.MarshalPKCS1PublicKey(&k.rsa.PublicKey)
	mac := hmac.New(sha256.New, public)
	unsigned := strings.TrimSuffix(message(`{"alg":"HS256"}`), base64.RawURLEncoding.EncodeToString([]byte("sig")))
	mac.Write([]byte(strings.TrimSuffix(unsigned, ".")))
	for text, want := range map[string]error{
		"":                                     ErrMalformed,
		"a.b":                                  ErrMalformed,
		"a.b.c.d":                              ErrMalformed,
		"!!!.e30.c2ln":                         ErrMalformed,
		message(`[]`):                          ErrMalformed,
		message(`null`):                        ErrMalformed,
		message(`{"alg":7}`):                   ErrMalformed,
		message(`{"alg":"RS256","crit":[]}`):   ErrMalformed,
		message(`{"alg":"RS256"}`) + "=":       ErrMalformed,
		message(`{"alg":"RS256"}`) + "\n":      ErrMalformed,
		message(`{"alg":"RS256"}`)[:12] + "\n": ErrMalformed,
		strings.TrimSuffix(message(`{"alg":"RS256"}`), "c2ln"):               ErrMalformed,
		message(`{"alg":"none"}`):                                            ErrAlgorithm,
		message(`{"alg":"None"}`):                                            ErrAlgorithm,
		message(`{"ALG":"RS256"}`):                                           ErrAlgorithm,
		message(`{"alg":"ES256"}`):                                           ErrAlgorithm,
		message(`{}`):                                                        ErrAlgorithm,
		unsigned + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)):        ErrAlgorithm,
		message(`{"alg":"RS256","alg":"none"}`):                              ErrAlgorithm,
		strings.TrimSuffix(message(`{"alg":"none"}`), "c2ln") + "":           ErrAlgorithm,
		message(`{"alg":"` + strings.Repeat("x", 10_000) + `","kid":"k"}`):   ErrAlgorithm,
		message(`{"alg":"RS256","kid":{"deep":"` + strings.Repeat("x", 9)):   ErrMalformed,
		strings.Replace(message(`{"alg":"RS256"}`), ".e30.", ".e31.", 1):     ErrMalformed, // trailing bits
		strings.Replace(message(`{"alg":"RS256"}`), ".e30.", ".e30=.", 1):    ErrMalformed,
		strings.Replace(message(`{"alg":"RS256"}`), ".e30.", ".e3\n0.", 1):   ErrMalformed,
		strings.Replace(message(`{"alg":"RS256"}`), ".e30.", ".e30.e30.", 1): ErrMalformed,
	} {
		if _, err := Parse(text, RS256, PS256); !errors.Is(err, want) {
			t.Errorf("%.60q gave %v, want %v", text, err, want)
		} else if len(err.Error()) > 200 {
			t.Errorf("%.60q: the error repeats what it was given", text)
		}
	}
}

func TestSignerWritesItsHeaderInOrder(t *testing.T) {
	k := newKeys(t)
	s, err := NewSigner(k.rsa, Member{"typ", "JWT"}, Member{"alg", "RS256"}, Member{"x5t", `q"q`}, Member{"kid", "K"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Append([]byte("before "), []byte(`{"aud":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	text, found := strings.CutPrefix(string(got), "before ")
	if !found {
		t.Fatalf("%s does not continue what it was given", got)
	}
	head, _, _ := strings.Cut(text, ".")
	if plain, _ := base64.RawURLEncoding.DecodeString(head); string(plain) != `{"typ":"JWT","alg":"RS256","x5t":"q\"q","kid":"K"}` {
		t.Errorf("header %s", plain)
	}
	signed, err := oracle.ParseSignedCompact(text, []oracle.SignatureAlgorithm{oracle.RS256})
	if err != nil {
		t.Fatal(err)
	}
	if payload, err := signed.Verify(&k.rsa.PublicKey); err != nil || string(payload) != `{"aud":"x"}` {
		t.Errorf("another implementation read %s, %v", payload, err)
	}
}

func TestSetIsReadByAnotherImplementation(t *testing.T) {
	k := newKeys(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.rsa.PublicKey, k.rsa)
	if err != nil {
		t.Fatal(err)
	}
	one := RSAKey(&k.rsa.PublicKey, der)
	one.Issuer = "https://authority.example/{tenantid}/v2.0"
	text, err := json.Marshal(Set{Keys: []Key{one}})
	if err != nil {
		t.Fatal(err)
	}
	var theirs oracle.JSONWebKeySet
	if err := json.Unmarshal(text, &theirs); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if got := theirs.Key(one.ID); len(got) != 1 || !k.rsa.PublicKey.Equal(got[0].Key) || len(got[0].Certificates) != 1 {
		t.Errorf("another implementation read %+v", got)
	}
	ours, err := ParseSet(text)
	if err != nil {
		t.Fatal(err)
	}
	if public, err := ours.Keys[0].Public(); err != nil || !k.rsa.PublicKey.Equal(public) {
		t.Errorf("read back %v, %v", public, err)
	}
	if again, _ := json.Marshal(ours); string(again) != string(text) {
		t.Errorf("written %s, then %s", text, again)
	}
	if !strings.HasPrefix(string(text), `{"keys":[{"kty":"RSA","use":"sig","kid":"`+one.ID+`","x5t":"`+one.ID+`","n":"`) ||
		!strings.Contains(string(text), `","e":"AQAB","x5c":["MII`) {
		t.Errorf("order of members: %s", text)
	}
}

func TestSetReadsWhatAnotherImplementationWrites(t *testing.T) {
	k := newKeys(t)
	for a, key := range k.ec {
		text, err := json.Marshal(oracle.JSONWebKeySet{Keys: []oracle.JSONWebKey{{Key: key.Public(), KeyID: "e"}}})
		if err != nil {
			t.Fatal(err)
		}
		set, err := ParseSet(text)
		if err != nil {
			t.Fatal(err)
		}
		if public, err := set.Keys[0].Public(); err != nil || !key.PublicKey.Equal(public) {
			t.Errorf("%s: read %v, %v", a, public, err)
		}
	}
}

func TestPublicRefuses(t *testing.T) {
	b := func(n int) string { return base64.RawURLEncoding.EncodeToString(make([]byte, n)) }
	big := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("\xff", 256)))
	for name, key := range map[string]Key{
		"no type":              {},
		"symmetric":            {Type: "oct"},
		"short modulus":        {Type: "RSA", Modulus: b(128), Exponent: "AQAB"},
		"exponent one":         {Type: "RSA", Modulus: big, Exponent: "AQ"},
		"huge exponent":        {Type: "RSA", Modulus: big, Exponent: big},
		"modulus not base64":   {Type: "RSA", Modulus: "!", Exponent: "AQAB"},
		"unknown curve":        {Type: "EC", Curve: "P-224"},
		"point off the curve":  {Type: "EC", Curve: "P-256", X: b(32), Y: b(32)},
		"short coordinate":     {Type: "EC", Curve: "P-256", X: b(31), Y: b(32)},
		"coordinate no base64": {Type: "EC", Curve: "P-384", X: "!", Y: b(48)},
	} {
		if public, err := key.Public(); err == nil {
			t.Errorf("%s: gave %v", name, public)
		}
	}
	if _, err := ParseSet([]byte(`{"keys":7}`)); err == nil {
		t.Error("a set that is none was read")
	}
}

func TestThumbprints(t *testing.T) {
	der := []byte("certificate")
	sum := DecodeThumbprint(Thumbprint(der))
	if len(sum) != 20 {
		t.Fatalf("%q decodes to %x", Thumbprint(der), sum)
	}
	// 0xfb, 0xff make both special characters of base64.
	raw := append([]byte{0xfb, 0xff}, sum[2:]...)
	for _, spelling := range []string{
		base64.RawURLEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw),
		base64.RawStdEncoding.EncodeToString(raw), base64.StdEncoding.EncodeToString(raw),
		"FBFF" + strings.ToUpper(hexOf(raw[2:])), "fbff" + hexOf(raw[2:]),
	} {
		if got := DecodeThumbprint(spelling); string(got) != string(raw) {
			t.Errorf("%s decodes to %x", spelling, got)
		}
	}
	for _, wrong := range []string{"", "AAAA", "=", strings.Repeat("g", 40), strings.Repeat("A", 27) + "\n", "5a1f0000-0000-4000-8000-0000000000a1"} {
		if got := DecodeThumbprint(wrong); got != nil {
			t.Errorf("%q decodes to %x", wrong, got)
		}
	}
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

// Whatever Parse accepts, written again from its parts, is what was read: there is no
// second spelling of a message.
func FuzzParse(f *testing.F) {
	k := newKeys(f)
	for _, a := range []Algorithm{RS256, ES256} {
		f.Add(k.sign(f, a, `{"iss":"x"}`))
	}
	for _, header := range []string{`{"alg":"RS256"}`, `{"alg":"none"}`, `{"alg":"RS256","x5c":["AA\n"],"kid":""}`, `{`} {
		f.Add(message(header))
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse(text, all...)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrAlgorithm) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		head, _, _ := strings.Cut(m.signed, ".")
		e := base64.RawURLEncoding.EncodeToString
		if again := head + "." + e(m.Payload) + "." + e(m.signature); again != text {
			t.Errorf("%q read, %q written", text, again)
		}
		if err := m.Verify(k.ec[ES384].Public()); err == nil {
			t.Errorf("%q was signed by nobody and verified", text)
		}
	})
}
