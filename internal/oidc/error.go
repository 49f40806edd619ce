package oidc

import "fmt"

// Check names the check that a token did not pass.
type Check string

// The checks, in the order in which they are made. Unreachable is no fault of the
// token: no issuer that could have signed it can be asked for its keys.
const (
	Malformed   Check = "malformed"
	Algorithm   Check = "algorithm"
	KeyID       Check = "key id"
	Unreachable Check = "issuer unreachable"
	WrongIssuer Check = "issuer"
	UnknownKey  Check = "unknown key"
	Signature   Check = "signature"
	Claims      Check = "claims"
	NotYetValid Check = "not yet valid"
	Expired     Check = "expired"
	Audience    Check = "audience"
	WrongTenant Check = "tenant"
)

// Error is the refusal of a token. Detail is one line in plain words; it holds no
// part of the token but the claims it names.
type Error struct {
	Check  Check
	Detail string

	cause error
}

func refuse(c Check, format string, args ...any) *Error {
	return &Error{Check: c, Detail: fmt.Sprintf(format, args...)}
}

// Error gives the check and the detail.
func (e *Error) Error() string { return fmt.Sprintf("token refused (%s): %s", e.Check, e.Detail) }

// Unwrap gives what went wrong while asking an issuer.
func (e *Error) Unwrap() error { return e.cause }
