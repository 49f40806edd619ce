package claims

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"time"
)

// ID is what an id_token says about a person who signed in (Entra facts 4.3).
type ID struct {
	Version  int // 1 or 2: the endpoint's
	Issuer   string
	TenantID string
	ClientID string
	Subject  string // pairwise with the client
	Person
	Profile   bool // v2.0: scope profile was asked for
	Email     bool // v2.0: scope email was
	Nonce     string
	Roles     []string // the person's on the client
	Groups    []string
	Methods   []string
	Session   string
	AuthTime  time.Time // zero: not said
	CodeHash  string    // c_hash, see [HalfHash]; front channel only
	TokenHash string    // at_hash
	IssuedAt  time.Time
	Entropy   Entropy
}

// IDLifetime is how long an id_token lives (Entra facts 3.3).
const IDLifetime = time.Hour

// Append appends the claims as JSON.
func (t ID) Append(dst []byte) []byte {
	o := object{out: append(dst, '{')}
	from := t.IssuedAt.Add(-backdating) // clients refuse tokens of the future
	o.frame(t.ClientID, t.Issuer, from, t.IssuedAt.Add(IDLifetime))
	if t.Version == 2 {
		o.raw("aio", base64.StdEncoding, t.Entropy[:33])
	} else {
		o.list("amr", t.Methods)
	}
	o.filled("at_hash", t.TokenHash)
	if !t.AuthTime.IsZero() {
		o.number("auth_time", t.AuthTime.Unix())
	}
	o.filled("c_hash", t.CodeHash)
	t.names(&o)
	o.opaque("rh", "1.A", t.Entropy[33:53], ".")
	o.list("roles", t.Roles)
	o.filled("sid", t.Session)
	o.text("sub", t.Subject)
	o.text("tid", t.TenantID)
	if t.Version != 2 {
		o.filled("unique_name", t.UPN)
		o.filled("upn", t.UPN)
	}
	o.raw("uti", base64.RawURLEncoding, t.Entropy[53:69])
	o.text("ver", strconv.Itoa(t.Version)+".0")
	return o.end()
}

// names are the claims about the person. v2.0 says who it is only when scope profile was
// asked for; v1.0 knows no scopes.
func (t ID) names(o *object) {
	if t.Version != 2 {
		o.filled("family_name", t.Surname)
		o.filled("given_name", t.GivenName)
		o.list("groups", t.Groups)
		o.filled("name", t.Name)
		o.filled("nonce", t.Nonce)
		o.text("oid", t.ObjectID)
		return
	}
	if t.Email {
		o.filled("email", t.Mail)
	}
	o.list("groups", t.Groups)
	if t.Profile {
		o.filled("name", t.Name)
	}
	o.filled("nonce", t.Nonce)
	if t.Profile {
		o.text("oid", t.ObjectID)
		o.filled("preferred_username", t.UPN)
	}
}

// HalfHash is c_hash and at_hash of a code or access token (OpenID Connect Core 3.3.2.11).
func HalfHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
