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
	Membership
	Profile   bool // v2.0: scope profile was asked for
	Email     bool // v2.0: scope email was
	Nonce     string
	Roles     []string // the person's on the client
	Methods   []string
	Session   string
	AuthTime  time.Time // zero: not said
	CodeHash  string    // c_hash, see [HalfHash]; front channel only
	TokenHash string    // at_hash
	IssuedAt  time.Time
	Entropy   Entropy
	Optional  Optional // what the client wants to hear beside the rest
}

// IDLifetime is how long an id_token lives (Entra facts 3.3).
const IDLifetime = time.Hour

// Append appends the claims as JSON.
func (t ID) Append(dst []byte) []byte {
	o := object{out: append(dst, '{')}
	from := t.IssuedAt.Add(-backdating) // clients refuse tokens of the future
	o.frame(t.ClientID, t.Issuer, from, t.IssuedAt.Add(IDLifetime))
	o.elsewhere(t.Membership)
	o.account(t.Person, t.Optional.Has("acct"))
	if t.Version == 2 {
		o.raw("aio", base64.StdEncoding, t.Entropy[:33])
	} else {
		o.list("amr", t.Methods)
	}
	o.filled("at_hash", t.TokenHash)
	o.signedIn(t.AuthTime, true)
	o.filled("c_hash", t.CodeHash)
	t.names(&o)
	o.opaque("rh", "1.A", t.Entropy[33:53], ".")
	o.list("roles", t.Roles)
	o.filled("sid", t.Session)
	o.text("sub", t.Subject)
	o.text("tid", t.TenantID)
	if t.Version != 2 {
		o.filled("unique_name", t.UPN)
	}
	o.wanted("upn", t.UPN, t.Version != 2 || t.asksProfile("upn"))
	o.raw("uti", base64.RawURLEncoding, t.Entropy[53:69])
	o.text("ver", strconv.Itoa(t.Version)+".0")
	o.verified(t.Person, t.Optional.Has("verified_primary_email"))
	o.list("wids", t.AdminRoles)
	return o.end()
}

// asksProfile: in v2.0 these optional claims come with scope profile alone.
func (t ID) asksProfile(name string) bool { return t.Profile && t.Optional.Has(name) }

// names are the claims about the person. v2.0 says who it is only when scope profile was
// asked for; v1.0 knows no scopes.
func (t ID) names(o *object) {
	old := t.Version != 2
	o.wanted("email", t.Mail, t.Email && !old || t.Optional.Has("email"))
	o.wanted("family_name", t.Surname, old || t.asksProfile("family_name"))
	o.wanted("given_name", t.GivenName, old || t.asksProfile("given_name"))
	o.groups(t.Membership)
	o.wanted("name", t.Name, old || t.Profile)
	o.filled("nonce", t.Nonce)
	o.wanted("oid", t.ObjectID, old || t.Profile)
	o.wanted("preferred_username", t.UPN, t.Profile && !old || old && t.Optional.Has("preferred_username"))
}

// HalfHash is c_hash and at_hash of a code or access token (OpenID Connect Core 3.3.2.11).
func HalfHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
