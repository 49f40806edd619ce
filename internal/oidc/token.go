package oidc

import (
	"encoding/json"
	"errors"
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
	NotBefore     time.Time // zero when not stated
	Expires       time.Time
}

// claims are the members of a payload that matter. Numbers may be fractions.
type claims struct {
	Issuer    string    `json:"iss"`
	Audience  audiences `json:"aud"`
	Expires   *float64  `json:"exp"`
	NotBefore *float64  `json:"nbf"`
	Tenant    string    `json:"tid"`
	Version   string    `json:"ver"`
	AppID     string    `json:"appid"`
	Party     string    `json:"azp"`
	ObjectID  string    `json:"oid"`
	Subject   string    `json:"sub"`
	Type      string    `json:"idtyp"`
	Scope     string    `json:"scp"`
	Roles     []string  `json:"roles"`
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

func readClaims(payload []byte) (claims, error) {
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return c, err
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
		App: c.app(), Scopes: strings.Fields(c.Scope), Roles: c.Roles,
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
