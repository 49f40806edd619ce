package clientauth

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/internal/jose"
)

// skew is how far a client's clock may be off (Entra facts 2.3).
const skew = 5 * time.Minute

// algorithms are those an assertion may be signed with. None of them shares a key with
// the client, and the certificate decides which family is possible.
var algorithms = []jose.Algorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512,
}

// checkAssertion reads the assertion, finds the key that it names, and believes nothing
// before the signature is verified. Some clients leave a line break after it.
func (c Checker) checkAssertion(ctx context.Context, call Call, presented Secret) (Proof, error) {
	text := strings.TrimSpace(string(presented))
	m, err := jose.Parse(text, algorithms...)
	if errors.Is(err, jose.ErrAlgorithm) {
		return Proof{}, aadsts.AssertionMalformed.With("The signature algorithm is not supported.").Because(err)
	}
	if err != nil {
		return Proof{}, aadsts.AssertionMalformed.With("JWT token is malformed.").Because(err)
	}
	said, err := readClaims(m.Payload)
	if err != nil {
		return Proof{}, aadsts.AssertionMalformed.With("JWT token is malformed.").Because(err)
	}
	if said.isForeign() {
		return c.checkFederated(ctx, call, m, said)
	}
	if err := said.about(call.Client.AppID); err != nil {
		return Proof{}, err
	}
	proof := Proof{method: byCertificate}
	if key, err := findKey(call, m); err == nil {
		proof.KeyID = key.ID
	} else if proof, err = c.checkChain(call, text, m, err); err != nil {
		return Proof{}, err
	}
	if !c.meant(call, said.audience) {
		return Proof{}, aadsts.AssertionAudience.With()
	}
	if err := said.inTime(call.Now); err != nil {
		return Proof{}, err
	}
	return proof, nil
}

// findKey gives the registered key that signed the message.
func findKey(call Call, m *jose.Message) (directory.Key, error) {
	name, err := named(m.Header)
	if err != nil {
		return directory.Key{}, err
	}
	reason := "The key was not found."
	for _, key := range call.Client.Keys {
		switch {
		case !name.matches(key):
		case !key.End.IsZero() && !call.Now.Before(key.End):
			reason = "The key used is expired."
		case call.Now.Before(key.Start.Add(-skew)):
			reason = "The key used is not yet valid."
		case m.Verify(key.Public) != nil:
			reason = "The provided signature value did not match the expected signature value."
		default:
			return key, nil
		}
	}
	return directory.Key{}, aadsts.AssertionSignature.With(reason, name.shown, call.Client.AppID)
}

// keyName is what a header says about the key: thumbprints that must all match or, in
// their absence, a key id that is a thumbprint or the id of the registered key.
type keyName struct {
	thumbprints [][]byte
	id          directory.ID
	shown       string // for messages: the first thumbprint in hexadecimal
}

// named reads the header. Clients without a certificate at hand name the key by kid
// alone (Entra facts 2.3); where there is a thumbprint, kid is some name of their own.
func named(h jose.Header) (keyName, error) {
	var n keyName
	spellings := []string{h.Thumbprint, h.Thumbprint256}
	if h.Thumbprint == "" && h.Thumbprint256 == "" {
		if h.KeyID == "" {
			return n, aadsts.AssertionMalformed.With("No certificate thumbprint specified in token header.")
		}
		if id, isGUID := directory.ParseID(h.KeyID); isGUID {
			return keyName{id: id}, nil
		}
		spellings = []string{h.KeyID}
	}
	for _, s := range spellings {
		if s == "" {
			continue
		}
		sum := jose.DecodeThumbprint(s)
		if n.thumbprints == nil {
			n.shown = strings.ToUpper(hex.EncodeToString(sum))
		}
		n.thumbprints = append(n.thumbprints, sum) // nil matches no key
	}
	return n, nil
}

func (n keyName) matches(k directory.Key) bool {
	if n.id != "" {
		return n.id == k.ID
	}
	for _, sum := range n.thumbprints {
		if string(sum) != string(k.SHA1[:]) && string(sum) != string(k.SHA256[:]) {
			return false
		}
	}
	return true
}

// assertionClaims are the claims that matter.
type assertionClaims struct {
	issuer, subject string
	audience        []string
	expires         time.Time
	notBefore       time.Time
	scopes          bool // it is about a person: scp is there
}

// readClaims reads members by their exact names. Numbers may be fractions, a missing one
// is 1970; the audience is a text or a list of them.
func readClaims(payload []byte) (assertionClaims, error) {
	var members map[string]json.RawMessage
	var c assertionClaims
	if err := json.Unmarshal(payload, &members); err != nil || members == nil {
		return c, errors.New("payload is not a JSON object")
	}
	var expires, notBefore float64
	for name, to := range map[string]any{"iss": &c.issuer, "sub": &c.subject, "exp": &expires, "nbf": &notBefore} {
		if raw, given := members[name]; given && json.Unmarshal(raw, to) != nil {
			return c, errors.New("claim " + name + " has the wrong type")
		}
	}
	c.expires, c.notBefore = instant(expires), instant(notBefore)
	_, c.scopes = members["scp"]
	if raw, given := members["aud"]; given {
		var one string
		if json.Unmarshal(raw, &one) == nil {
			c.audience = []string{one}
		} else if json.Unmarshal(raw, &c.audience) != nil {
			return c, errors.New("claim aud has the wrong type")
		}
	}
	return c, nil
}

// instant reads a NumericDate; dates far away are pulled to where a clock can be.
func instant(seconds float64) time.Time {
	const furthest = 253402300799 // the end of the year 9999
	whole, fraction := math.Modf(max(-furthest, min(furthest, seconds)))
	return time.Unix(int64(whole), int64(fraction*1e9)).UTC()
}

// isForeign: an assertion whose issuer is no client id must match a federated credential.
func (c assertionClaims) isForeign() bool {
	_, isGUID := directory.ParseID(c.issuer)
	return !isGUID && c.issuer != ""
}

// about checks whom the client's own assertion is about.
func (c assertionClaims) about(client directory.ID) error {
	issuer, _ := directory.ParseID(c.issuer)
	switch {
	case issuer != client:
		return aadsts.AssertionOtherApp.With()
	case !strings.EqualFold(c.subject, c.issuer):
		return aadsts.AssertionSubject.With()
	}
	return nil
}

func (c assertionClaims) inTime(now time.Time) error {
	if now.Before(c.expires.Add(skew)) && !now.Before(c.notBefore.Add(-skew)) {
		return nil
	}
	const layout = "2006-01-02T15:04:05.0000000Z"
	return aadsts.AssertionTime.With(now.UTC().Format(layout), c.notBefore.Format(layout), c.expires.Format(layout))
}

// meant reports whether an audience is this tenant's token endpoint or issuer, of either
// version, the tenant named by its id or a domain (Entra facts 0.7).
func (c Checker) meant(call Call, audience []string) bool {
	for _, one := range audience {
		if c.isOurs(call, one) {
			return true
		}
	}
	return false
}

func (c Checker) isOurs(call Call, audience string) bool {
	if audience == c.Issuers.Of(1, call.Tenant.ID) {
		return true
	}
	if call.Audience != "" && strings.EqualFold(strings.TrimSuffix(audience, "/"), strings.TrimSuffix(call.Audience, "/")) {
		return true
	}
	base := c.Issuers.BaseURL + "/"
	if len(audience) < len(base) || !strings.EqualFold(audience[:len(base)], base) {
		return false
	}
	segment, rest, _ := strings.Cut(audience[len(base):], "/")
	switch strings.ToLower(strings.TrimSuffix(rest, "/")) {
	case "", "v2.0", "oauth2/token", "oauth2/v2.0/token":
	default:
		return false
	}
	p, err := tenancy.Resolve(call.Directory, segment)
	if err == nil && p.Tenant == nil {
		return call.Segment != "" && p.Segment == call.Segment
	}
	return err == nil && p.Tenant == call.Tenant
}
