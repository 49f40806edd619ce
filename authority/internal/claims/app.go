package claims

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"
)

// App is what an access token says about an application that acts as itself.
type App struct {
	Version  int    // 1 or 2: the resource's choice, not the endpoint's (Entra facts 1.4)
	Audience string // v1.0: the resource as it was asked for; v2.0: its client id
	Issuer   string
	TenantID string
	ClientID string
	ObjectID string   // of the client's service principal in the tenant
	Proof    string   // appidacr, azpacr: "1" secret, "2" certificate
	Typed    bool     // idtyp is said: unasked for first-party resources
	Roles    []string // values of the client's roles on the resource
	IssuedAt time.Time
	Lifetime time.Duration
	Entropy  Entropy
}

// Entropy is the randomness of one token: what stands in its opaque claims, and how long
// it lives when nothing else is said.
type Entropy [72]byte

// backdating is how long before now a token says it was issued (Entra facts 3.1).
const backdating = 300 * time.Second

// Lifetime is between 60 and 90 minutes, by chance, in whole seconds (Entra facts 3.3).
func (e Entropy) Lifetime() time.Duration {
	const shortest, longest = 3600, 5400
	n := uint(e[69])<<16 | uint(e[70])<<8 | uint(e[71])
	return time.Duration(shortest+n%(longest-shortest+1)) * time.Second
}

// NotBefore is the time that iat and nbf state.
func (a App) NotBefore() time.Time { return a.IssuedAt.Add(-backdating) }

// Expires is the time that exp states.
func (a App) Expires() time.Time { return a.IssuedAt.Add(a.Lifetime) }

// Append appends the claims as JSON.
func (a App) Append(dst []byte) []byte {
	o := object{out: append(dst, '{')}
	o.text("aud", a.Audience)
	o.text("iss", a.Issuer)
	o.number("iat", a.NotBefore().Unix())
	o.number("nbf", a.NotBefore().Unix())
	o.number("exp", a.Expires().Unix())
	o.raw("aio", base64.StdEncoding, a.Entropy[:33])
	if a.Version == 2 {
		a.party(&o, "azp", "azpacr")
	} else {
		a.party(&o, "appid", "appidacr")
		o.text("idp", a.Issuer)
	}
	if a.Typed {
		o.text("idtyp", "app")
	}
	o.text("oid", a.ObjectID)
	o.opaque("rh", "1.A", a.Entropy[33:53], ".")
	o.list("roles", a.Roles)
	o.text("sub", a.ObjectID)
	o.text("tid", a.TenantID)
	o.raw("uti", base64.RawURLEncoding, a.Entropy[53:69])
	o.text("ver", strconv.Itoa(a.Version)+".0")
	return o.end()
}

func (a App) party(o *object, id, proof string) {
	o.text(id, a.ClientID)
	o.text(proof, a.Proof)
}

// object appends members to a JSON object.
type object struct {
	out  []byte
	some bool // there is a member already
}

func (o *object) name(name string) {
	if o.some {
		o.out = append(o.out, ',')
	}
	o.some = true
	o.out = append(o.out, '"')
	o.out = append(o.out, name...)
	o.out = append(o.out, '"', ':')
}

func (o *object) text(name, value string) {
	o.name(name)
	o.out = appendString(o.out, value)
}

func (o *object) number(name string, value int64) {
	o.name(name)
	o.out = strconv.AppendInt(o.out, value, 10)
}

func (o *object) raw(name string, as *base64.Encoding, value []byte) {
	o.name(name)
	o.out = append(o.out, '"')
	o.out = as.AppendEncode(o.out, value)
	o.out = append(o.out, '"')
}

func (o *object) opaque(name, before string, value []byte, after string) {
	o.name(name)
	o.out = append(append(o.out, '"'), before...)
	o.out = base64.RawURLEncoding.AppendEncode(o.out, value)
	o.out = append(append(o.out, after...), '"')
}

// list leaves an empty list out: an application without roles has no claim of them.
func (o *object) list(name string, values []string) {
	if len(values) == 0 {
		return
	}
	o.name(name)
	for i, v := range values {
		if i == 0 {
			o.out = append(o.out, '[')
		} else {
			o.out = append(o.out, ',')
		}
		o.out = appendString(o.out, v)
	}
	o.out = append(o.out, ']')
}

func (o *object) end() []byte { return append(o.out, '}') }

// appendString writes what needs no escape as it is, and leaves the rest to
// encoding/json.
func appendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := json.Marshal(s)
			if err != nil { // strings cannot fail
				panic(err)
			}
			return append(dst, quoted...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}
