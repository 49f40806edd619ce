package graph

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"slices"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/jose"
)

// password is the JSON of a client secret; its text is there once (Entra facts 6.2).
type password struct {
	CustomKeyID text  `json:"customKeyIdentifier"`
	DisplayName text  `json:"displayName"`
	End         stamp `json:"endDateTime"`
	Hint        text  `json:"hint"`
	KeyID       guid  `json:"keyId"`
	Text        text  `json:"secretText"`
	Start       stamp `json:"startDateTime"`
}

// keyCredential is the JSON of a certificate.
type keyCredential struct {
	CustomKeyID text  `json:"customKeyIdentifier"`
	DisplayName text  `json:"displayName"`
	End         stamp `json:"endDateTime"`
	Key         text  `json:"key"`
	KeyID       guid  `json:"keyId"`
	Start       stamp `json:"startDateTime"`
	Type        text  `json:"type"`
	Usage       text  `json:"usage"`
}

var (
	passwordShape = shapeOf[password]("microsoft.graph.passwordCredential", "microsoft.graph.passwordCredential")
	keyShape      = shapeOf[keyCredential]("microsoft.graph.keyCredential", "microsoft.graph.keyCredential")
)

func passwordJSON(s directory.Secret) password {
	return password{DisplayName: text(s.Name), End: stamp{s.End}, Hint: text(s.Hint), KeyID: guid(s.ID), Start: stamp{s.Start}}
}

func passwordsJSON(secrets []directory.Secret) list[password] {
	var out list[password]
	for _, s := range secrets {
		out = append(out, passwordJSON(s))
	}
	return out
}

func keyJSON(c directory.Certificate) keyCredential {
	sum := sha1.Sum(c.DER)
	return keyCredential{CustomKeyID: text(base64.StdEncoding.EncodeToString(sum[:])), DisplayName: text(c.Name), End: stamp{c.End},
		KeyID: guid(c.ID), Start: stamp{c.Start}, Type: "AsymmetricX509Cert", Usage: "Verify"}
}

func keysJSON(certificates []directory.Certificate) list[keyCredential] {
	var out list[keyCredential]
	for _, c := range certificates {
		out = append(out, keyJSON(c))
	}
	return out
}

// secretLife is how long a secret lasts when nothing is said.
const secretLife = 2 // years

// alphabet of secrets: they look like those of Entra, "abc8Q~…".
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"

// addPassword makes a secret and answers with its text, which is not kept.
func (c *call) addPassword(own *directory.Credentials) (answer, error) {
	var given struct {
		Password *password `json:"passwordCredential"`
	}
	if len(c.body) > 0 {
		if err := strict(c.body, &given); err != nil {
			return answer{}, badRequest("Unable to read JSON request payload.")
		}
	}
	if given.Password == nil {
		given.Password = &password{}
	}
	out, err := c.newPassword(own, *given.Password)
	if err != nil {
		return answer{}, err
	}
	return c.bare(passwordShape, &out)
}

// newPassword makes a secret and gives it with its text.
func (c *call) newPassword(own *directory.Credentials, p password) (password, error) {
	if p.Start.IsZero() {
		p.Start.Time = c.now
	}
	if p.End.IsZero() {
		p.End.Time = p.Start.AddDate(secretLife, 0, 0)
	}
	if !p.End.After(p.Start.Time) {
		return password{}, badRequest("The end date of the credential is invalid: it must be later than its start.")
	}
	id, err := c.id()
	if err != nil {
		return password{}, err
	}
	value, err := c.secret()
	if err != nil {
		return password{}, err
	}
	kept := directory.NewSecret(id, string(p.DisplayName), value, p.Start.Time, p.End.Time)
	own.Secrets = append(slices.Clone(own.Secrets), kept)
	out := passwordJSON(kept)
	out.Text = text(value)
	return out, nil
}

// newPasswords makes the secrets that a new application is asked for with. Their texts
// are chosen here, as those of addPassword are.
func (c *call) newPasswords(own *directory.Credentials, given list[password]) (list[password], error) {
	var made list[password]
	for _, p := range given {
		if p.Text != "" || p.KeyID != "" {
			return nil, badRequest("New password credentials must be generated with service actions.")
		}
		one, err := c.newPassword(own, p)
		if err != nil {
			return nil, err
		}
		made = append(made, one)
	}
	return made, nil
}

// bare answers with a structure that is no object.
func (c *call) bare(s shape, view any) (answer, error) {
	body, err := s.appendObject(nil, view, nil, []extra{{"@odata.context", c.context(s.set, nil)}}, nil)
	return answer{status: 200, body: body}, err
}

// secret makes 40 characters of more than 200 random bits.
func (c *call) secret() (string, error) {
	out := make([]byte, 0, 40)
	var b [64]byte
	for len(out) < cap(out) {
		if _, err := c.h.random().Read(b[:]); err != nil {
			return "", err
		}
		for _, one := range b {
			if int(one) < 256/len(alphabet)*len(alphabet) && len(out) < cap(out) {
				out = append(out, alphabet[int(one)%len(alphabet)])
			}
		}
	}
	out[5] = '~'
	return string(out), nil
}

// removePassword takes a secret away.
func (c *call) removePassword(own *directory.Credentials) (answer, error) {
	var given struct {
		KeyID guid `json:"keyId"`
	}
	if err := strict(c.body, &given); err != nil {
		return answer{}, badRequest("Unable to read JSON request payload.")
	}
	left := slices.DeleteFunc(slices.Clone(own.Secrets), func(s directory.Secret) bool { return s.ID == directory.ID(given.KeyID) })
	if len(left) == len(own.Secrets) {
		return answer{}, badRequest("No password credential found with keyId.")
	}
	own.Secrets = left
	return answer{status: 204}, nil
}

// setPasswords: by PATCH secrets can be taken away, not made.
func setPasswords(own *directory.Credentials, given list[password]) error {
	var kept []directory.Secret
	for _, p := range given {
		i := slices.IndexFunc(own.Secrets, func(s directory.Secret) bool { return s.ID == directory.ID(p.KeyID) })
		if i < 0 || p.Text != "" {
			return badRequest("Password credentials cannot be added by an update: use addPassword.")
		}
		one := own.Secrets[i]
		one.Name = string(p.DisplayName)
		kept = append(kept, one)
	}
	own.Secrets = kept
	return nil
}

// setKeys puts a set of certificates in the place of the one before. Those without a key
// are known by their id.
func (c *call) setKeys(own *directory.Credentials, given list[keyCredential]) error {
	var kept []directory.Certificate
	for _, k := range given {
		if k.Key != "" {
			one, err := c.certificate(k)
			if err != nil {
				return err
			}
			kept = append(kept, one)
			continue
		}
		i := slices.IndexFunc(own.Certificates, func(have directory.Certificate) bool { return have.ID == directory.ID(k.KeyID) })
		if i < 0 {
			return badRequest("New key credential must have its key.")
		}
		one := own.Certificates[i]
		one.Name = string(k.DisplayName)
		kept = append(kept, one)
	}
	own.Certificates = kept
	return nil
}

// certificate reads a certificate: base64 of DER, or of PEM text as terraform sends it.
func (c *call) certificate(k keyCredential) (directory.Certificate, error) {
	if k.Type != "" && k.Type != "AsymmetricX509Cert" || k.Usage != "" && k.Usage != "Verify" {
		return directory.Certificate{}, badRequest("Key credential type or usage is not supported: it must be AsymmetricX509Cert to Verify.")
	}
	der, err := base64.StdEncoding.DecodeString(string(k.Key))
	if err != nil {
		return directory.Certificate{}, badRequest("The value of the key credential is not base64.")
	}
	if block, _ := pem.Decode(der); block == nil {
		der = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	id := directory.ID(k.KeyID)
	if id == "" {
		if id, err = c.id(); err != nil {
			return directory.Certificate{}, err
		}
	}
	one, err := directory.NewCertificate(id, string(k.DisplayName), der)
	if err != nil {
		e := badRequest("Key value is invalid certificate")
		e.Cause = err
		return directory.Certificate{}, e
	}
	return one, within(&one, k.Start.Time, k.End.Time)
}

// within limits a certificate's life to what was said, inside of its own. A second's
// difference is the rounding of certificates.
func within(c *directory.Certificate, start, end time.Time) error {
	if !end.IsZero() {
		if end.After(c.End.Add(time.Second)) {
			return refuse(400, "KeyCredentialsInvalidEndDate", "Key credential end date is invalid.")
		}
		c.End = end
	}
	if !start.IsZero() {
		if start.Before(c.Start.Add(-time.Second)) || !start.Before(c.End) {
			return refuse(400, "KeyCredentialsInvalidStartDate", "Key credential start date is invalid.")
		}
		c.Start = start
	}
	return nil
}

// proofAudience is whom proofs of possession are meant for.
const proofAudience = "00000002-0000-0000-c000-000000000000"

// proofLife is the longest life of a proof.
const proofLife = 10 * time.Minute

// prove checks a proof of possession: a token that the object signs with one of its
// certificates (Entra facts 6.2).
func (c *call) prove(own directory.Credentials, object directory.ID, proof string) error {
	bad := refuse(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.")
	m, err := jose.Parse(proof, jose.RS256, jose.PS256, jose.ES256)
	if err != nil {
		return bad
	}
	var said struct {
		Audience  string  `json:"aud"`
		Issuer    string  `json:"iss"`
		NotBefore float64 `json:"nbf"`
		Expires   float64 `json:"exp"`
	}
	if err := json.Unmarshal(m.Payload, &said); err != nil {
		return bad
	}
	from, until := time.Unix(int64(said.NotBefore), 0), time.Unix(int64(said.Expires), 0)
	const skew = 5 * time.Minute
	if said.Audience != proofAudience || said.Issuer != string(object) || until.Sub(from) > proofLife ||
		c.now.Before(from.Add(-skew)) || !c.now.Before(until.Add(skew)) {
		return bad
	}
	keys, err := directory.ReadKeys(own.Certificates)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if c.now.Before(k.End) && !c.now.Before(k.Start) && m.Verify(k.Public) == nil {
			return nil
		}
	}
	return bad
}

// addKey adds a certificate; who has one needs no permission to add another.
func (c *call) addKey(own *directory.Credentials, object directory.ID) (answer, error) {
	var given struct {
		Key      keyCredential `json:"keyCredential"`
		Password *password     `json:"passwordCredential"`
		Proof    string        `json:"proof"`
	}
	if err := strict(c.body, &given); err != nil {
		return answer{}, badRequest("Unable to read JSON request payload.")
	}
	if err := c.prove(*own, object, given.Proof); err != nil {
		return answer{}, err
	}
	one, err := c.certificate(given.Key)
	if err != nil {
		return answer{}, err
	}
	own.Certificates = append(slices.Clone(own.Certificates), one)
	out := keyJSON(one)
	return c.bare(keyShape, &out)
}

func (c *call) removeKey(own *directory.Credentials, object directory.ID) (answer, error) {
	var given struct {
		KeyID guid   `json:"keyId"`
		Proof string `json:"proof"`
	}
	if err := strict(c.body, &given); err != nil {
		return answer{}, badRequest("Unable to read JSON request payload.")
	}
	if err := c.prove(*own, object, given.Proof); err != nil {
		return answer{}, err
	}
	left := slices.DeleteFunc(slices.Clone(own.Certificates), func(k directory.Certificate) bool { return k.ID == directory.ID(given.KeyID) })
	if len(left) == len(own.Certificates) {
		return answer{}, badRequest("No credentials found to be removed.")
	}
	own.Certificates = left
	return answer{status: 204}, nil
}
