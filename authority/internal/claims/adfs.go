package claims

import "time"

// ADFS is what AD FS says about an application that acts as itself (Entra facts 8). There
// is no tenant, and no time before which it would not hold.
type ADFS struct {
	Audience string // the identifier of the relying party
	Issuer   string
	ClientID string
	Method   string // authmethod, see [ADFSMethod]
	Scopes   []string
	IssuedAt time.Time
	Lifetime time.Duration
}

// ADFSMethod is how AD FS names the class of a proof ("1" secret, "2" certificate).
func ADFSMethod(class string) string {
	if class == "2" {
		return "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod/tlsclient"
	}
	return "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
}

// Append appends the claims as JSON.
func (a ADFS) Append(dst []byte) []byte {
	o := object{out: append(dst, '{')}
	o.text("aud", a.Audience)
	o.text("iss", a.Issuer)
	o.number("iat", a.IssuedAt.Unix())
	o.number("exp", a.IssuedAt.Add(a.Lifetime).Unix())
	o.text("apptype", "Confidential")
	o.text("appid", a.ClientID)
	o.text("authmethod", a.Method)
	o.text("auth_time", a.IssuedAt.UTC().Format("2006-01-02T15:04:05.000Z"))
	o.text("ver", "1.0")
	o.text("scp", joined(a.Scopes))
	return o.end()
}
