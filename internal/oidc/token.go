package oidc

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// Token is what a verified token says. Ids are as the issuer wrote them.
type Token struct {
	Issuer        string
	Audience      string // the one that was accepted
	Tenant        string // tid
	Version       string // ver
	ApplicationID string // appid, or azp: the client that asked for the token
	ObjectID      string // oid: the service principal of an application, or the person
	Subject       string
	App           bool // the application itself, nobody signed in (Entra facts 3.2)
	Scopes        []string
	Roles         []string
	Groups        []string  // nil when the token does not tell all of them
	NotBefore     time.Time // zero when not stated
	Expires       time.Time
}

// claims are the members of a payload that matter. Numbers may be fractions.
type claims struct {
	Issuer    string
	Audience  audiences
	Expires   *float64
	NotBefore *float64
	Tenant    string
	Version   string
	AppID     string
	Party     string // azp, which stands for appid in version 2.0
	ObjectID  string
	Subject   string
	Type      string
	Scope     string
	Roles     []string
	Groups    groups
}

// groups are those that a payload names. What an issuer writes otherwise than as a list of
// texts tells nothing.
type groups []string

// UnmarshalJSON reads an array of strings.
func (g *groups) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, (*[]string)(g)) != nil {
		*g = nil
	}
	return nil
}

// overage reports that there are more groups than a token has room for: it says so, or
// where to ask for them.
func overage(members map[string]json.RawMessage) bool {
	var elsewhere map[string]json.RawMessage
	_ = json.Unmarshal(members["_claim_names"], &elsewhere) // of no other form is it known
	return members["hasgroups"] != nil || elsewhere["groups"] != nil
}

// audiences is one audience or several.
type audiences []string

// UnmarshalJSON reads a string or an array of strings.
func (a *audiences) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = audiences{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// readClaims reads members by their exact names: encoding/json would take "TID",
// which an issuer may let somebody choose, for "tid".
func readClaims(payload []byte) (claims, error) {
	var c claims
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil {
		return c, err
	}
	for name, to := range map[string]any{
		"iss": &c.Issuer, "aud": &c.Audience, "exp": &c.Expires, "nbf": &c.NotBefore, "tid": &c.Tenant, "ver": &c.Version,
		"appid": &c.AppID, "azp": &c.Party, "oid": &c.ObjectID, "sub": &c.Subject, "idtyp": &c.Type, "scp": &c.Scope, "roles": &c.Roles, "groups": &c.Groups,
	} {
		raw, given := members[name]
		if !given {
			continue
		}
		if err := json.Unmarshal(raw, to); err != nil {
			return c, fmt.Errorf("%s: %w", name, err)
		}
	}
	if overage(members) {
		c.Groups = nil
	}
	if c.Issuer == "" {
		return c, errors.New("iss is missing")
	}
	return c, nil
}

// token gives the claims as a Token; audience is the accepted one.
func (c claims) token(audience string) Token {
	t := Token{
		Issuer: c.Issuer, Audience: audience, Tenant: c.Tenant, Version: c.Version,
		ApplicationID: c.AppID, ObjectID: c.ObjectID, Subject: c.Subject,
		App: c.app(), Scopes: strings.Fields(c.Scope), Roles: c.Roles, Groups: c.Groups,
		Expires: instant(*c.Expires),
	}
	if t.ApplicationID == "" {
		t.ApplicationID = c.Party
	}
	if c.NotBefore != nil {
		t.NotBefore = instant(*c.NotBefore)
	}
	return t
}

// app decides between an application and a person as Entra facts 3.2 say.
func (c claims) app() bool {
	return c.Type == "app" || (c.Type == "" && c.Scope == "" && c.ObjectID != "" && c.ObjectID == c.Subject)
}

// instant reads a NumericDate. Dates that no clock will show are pulled to a far
// one, where they compare as they should.
func instant(seconds float64) time.Time {
	const far = 1 << 40
	whole, fraction := math.Modf(max(-far, min(far, seconds)))
	return time.Unix(int64(whole), int64(fraction*1e9))
}
