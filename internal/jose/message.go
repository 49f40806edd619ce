package jose

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What can be wrong with a message; match with errors.Is.
var (
	ErrMalformed = errors.New("not a signed message in compact form")
	ErrAlgorithm = errors.New("signature algorithm not accepted")
	ErrSignature = errors.New("signature does not match")
)

// Algorithm is the name of a signature algorithm (RFC 7518, 3.1).
type Algorithm string

// The algorithms there are. "none" and those with shared keys are left out on
// purpose: no list can allow them.
const (
	RS256 Algorithm = "RS256"
	RS384 Algorithm = "RS384"
	RS512 Algorithm = "RS512"
	PS256 Algorithm = "PS256"
	PS384 Algorithm = "PS384"
	PS512 Algorithm = "PS512"
	ES256 Algorithm = "ES256"
	ES384 Algorithm = "ES384"
	ES512 Algorithm = "ES512"
)

// Header is what a protected header says, as it is written there: nothing in it is
// trusted before the signature is verified.
type Header struct {
	Algorithm     Algorithm
	KeyID         string // kid
	Thumbprint    string // x5t, see [DecodeThumbprint]
	Thumbprint256 string // x5t#S256, see [DecodeThumbprint]
}

// Message is a signed message that has been read but not verified.
type Message struct {
	Header  Header
	Payload []byte // unverified until Verify has said nil

	signed    string // what the signature covers
	signature []byte
}

// Parse reads a compact message. Its algorithm must be one of those allowed, else the
// error is ErrAlgorithm; anything else that is wrong is ErrMalformed. A header that
// calls for extensions (crit) is refused: there are none.
func Parse(compact string, allowed ...Algorithm) (*Message, error) {
	end := strings.LastIndexByte(compact, '.')
	if end < 0 {
		return nil, malformed("no signature")
	}
	head, payload, found := strings.Cut(compact[:end], ".")
	if !found || strings.IndexByte(payload, '.') >= 0 {
		return nil, malformed("not three segments")
	}
	m := &Message{signed: compact[:end]}
	var err error
	if m.Header, err = readHeader(head); err != nil {
		return nil, err
	}
	if !slices.Contains(allowed, m.Header.Algorithm) {
		return nil, fmt.Errorf("%w: %.20q", ErrAlgorithm, string(m.Header.Algorithm))
	}
	if m.Payload, err = decodeSegment(payload); err != nil {
		return nil, malformed("payload: " + err.Error())
	}
	if m.signature, err = decodeSegment(compact[end+1:]); err != nil || len(m.signature) == 0 {
		return nil, malformed("signature is not base64url")
	}
	return m, nil
}

// readHeader reads members by their exact names: encoding/json would take "ALG" for
// "alg". The chain (x5c) is not looked at, so its line breaks do no harm (Entra
// facts 2.3).
func readHeader(segment string) (Header, error) {
	var h Header
	text, err := decodeSegment(segment)
	if err != nil {
		return h, malformed("header: " + err.Error())
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil || members == nil {
		return h, malformed("header is not a JSON object")
	}
	if _, critical := members["crit"]; critical {
		return h, malformed("header has critical extensions")
	}
	var algorithm string
	for name, to := range map[string]*string{"alg": &algorithm, "kid": &h.KeyID, "x5t": &h.Thumbprint, "x5t#S256": &h.Thumbprint256} {
		raw, given := members[name]
		if !given {
			continue
		}
		if err := json.Unmarshal(raw, to); err != nil {
			return h, malformed("header member " + name + " is not a string")
		}
	}
	h.Algorithm = Algorithm(algorithm)
	return h, nil
}

// decodeSegment is strict: one spelling per value, so that nothing can be appended to
// a message without its signature noticing.
func decodeSegment(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("line break in base64url")
	}
	return base64.RawURLEncoding.Strict().DecodeString(s)
}

func malformed(why string) error { return fmt.Errorf("%w: %s", ErrMalformed, why) }
