package claims

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"time"
)

// Person is who a token is about.
type Person struct {
	ObjectID  string
	UPN       string
	Name      string
	GivenName string
	Surname   string
	Mail      string
}

// User is what an access token says about a person whom an application acts for (Entra
// facts 3.2).
type User struct {
	Version  int    // 1 or 2: the resource's choice
	Audience string // v1.0: the resource as it was asked for; v2.0: its client id
	Issuer   string
	TenantID string
	ClientID string
	Proof    string // appidacr, azpacr: "0" public, "1" secret, "2" certificate
	Subject  string // pairwise with the resource, see [Subject]
	Person
	Scopes     []string
	Roles      []string // the person's on the resource
	Groups     []string
	AdminRoles []string // template ids of directory roles: wids
	Methods    []string // amr
	Session    string   // sid; may be empty
	IssuedAt   time.Time
	Lifetime   time.Duration
	Entropy    Entropy
}

// NotBefore is the time that iat and nbf state.
func (u User) NotBefore() time.Time { return u.IssuedAt.Add(-backdating) }

// Expires is the time that exp states.
func (u User) Expires() time.Time { return u.IssuedAt.Add(u.Lifetime) }

// Append appends the claims as JSON.
func (u User) Append(dst []byte) []byte {
	o := object{out: append(dst, '{')}
	o.frame(u.Audience, u.Issuer, u.NotBefore(), u.Expires())
	if u.Version == 2 {
		o.raw("aio", base64.StdEncoding, u.Entropy[:33])
		o.text("azp", u.ClientID)
		o.text("azpacr", u.Proof)
		o.list("groups", u.Groups)
		o.filled("name", u.Name)
		o.text("oid", u.ObjectID)
		o.filled("preferred_username", u.UPN)
	} else {
		o.text("acr", "1")
		o.raw("aio", base64.StdEncoding, u.Entropy[:33])
		o.list("amr", u.Methods)
		o.text("appid", u.ClientID)
		o.text("appidacr", u.Proof)
		o.filled("family_name", u.Surname)
		o.filled("given_name", u.GivenName)
		o.list("groups", u.Groups)
		o.filled("name", u.Name)
		o.text("oid", u.ObjectID)
	}
	o.opaque("rh", "1.A", u.Entropy[33:53], ".")
	o.list("roles", u.Roles)
	o.text("scp", joined(u.Scopes))
	o.filled("sid", u.Session)
	o.text("sub", u.Subject)
	o.text("tid", u.TenantID)
	if u.Version != 2 {
		o.filled("unique_name", u.UPN)
		o.filled("upn", u.UPN)
	}
	o.raw("uti", base64.RawURLEncoding, u.Entropy[53:69])
	o.text("ver", strconv.Itoa(u.Version)+".0")
	o.list("wids", u.AdminRoles)
	return o.end()
}

// frame is what every token begins with.
func (o *object) frame(audience, issuer string, from, until time.Time) {
	o.text("aud", audience)
	o.text("iss", issuer)
	o.number("iat", from.Unix())
	o.number("nbf", from.Unix())
	o.number("exp", until.Unix())
}

// filled leaves an empty text out.
func (o *object) filled(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func joined(words []string) string {
	text := ""
	for i, w := range words {
		if i > 0 {
			text += " "
		}
		text += w
	}
	return text
}

// Subject is sub of a person for the application that receives the token: the same every
// time, and worth nothing to any other (Entra facts 3.5).
func Subject(key []byte, user, app string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(user + " " + app))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
