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

	Guest        bool // of the tenant, not a member: acct
	MailVerified bool // the tenant owns the domain of Mail
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
	Membership
	Scopes   []string
	Roles    []string // the person's on the resource
	Methods  []string // amr
	Session  string   // sid; may be empty
	IssuedAt time.Time
	Lifetime time.Duration
	Entropy  Entropy

	Optional Optional  // what the resource wants to hear beside the rest
	AuthTime time.Time // for auth_time; zero: not known
	UserType bool      // idtyp is said of people too (include_user_token)
}

// NotBefore is the time that iat and nbf state.
func (u User) NotBefore() time.Time { return u.IssuedAt.Add(-backdating) }

// Expires is the time that exp states.
func (u User) Expires() time.Time { return u.IssuedAt.Add(u.Lifetime) }

// Append appends the claims as JSON.
func (u User) Append(dst []byte) []byte {
	o := object{out: append(dst, '{')}
	o.frame(u.Audience, u.Issuer, u.NotBefore(), u.Expires())
	o.elsewhere(u.Membership)
	if u.Version == 2 {
		u.party(&o)
	} else {
		o.account(u.Person, u.Optional.Has("acct"))
		o.text("acr", "1")
		o.raw("aio", base64.StdEncoding, u.Entropy[:33])
		o.list("amr", u.Methods)
		o.text("appid", u.ClientID)
		o.text("appidacr", u.Proof)
		o.signedIn(u.AuthTime, u.Optional.Has("auth_time"))
	}
	u.names(&o)
	o.opaque("rh", "1.A", u.Entropy[33:53], ".")
	o.list("roles", u.Roles)
	o.text("scp", joined(u.Scopes))
	o.filled("sid", u.Session)
	o.text("sub", u.Subject)
	o.text("tid", u.TenantID)
	if u.Version != 2 {
		o.filled("unique_name", u.UPN)
	}
	o.wanted("upn", u.UPN, u.Version != 2 || u.Optional.Has("upn"))
	o.raw("uti", base64.RawURLEncoding, u.Entropy[53:69])
	o.text("ver", strconv.Itoa(u.Version)+".0")
	o.verified(u.Person, u.Optional.Has("verified_primary_email"))
	o.list("wids", u.AdminRoles)
	return o.end()
}

// party is how a v2.0 token begins: who acts.
func (u User) party(o *object) {
	o.account(u.Person, u.Optional.Has("acct"))
	o.raw("aio", base64.StdEncoding, u.Entropy[:33])
	o.signedIn(u.AuthTime, u.Optional.Has("auth_time"))
	o.text("azp", u.ClientID)
	o.text("azpacr", u.Proof)
}

// names are the claims about the person: v1.0 has their parts unasked, v2.0 the name to
// show.
func (u User) names(o *object) {
	o.wanted("email", u.Mail, u.Optional.Has("email"))
	o.wanted("family_name", u.Surname, u.Version != 2 || u.Optional.Has("family_name"))
	o.wanted("given_name", u.GivenName, u.Version != 2 || u.Optional.Has("given_name"))
	o.groups(u.Membership)
	o.wanted("idtyp", "user", u.UserType)
	o.filled("name", u.Name)
	o.text("oid", u.ObjectID)
	o.wanted("preferred_username", u.UPN, u.Version == 2 || u.Optional.Has("preferred_username"))
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
