package claims

import (
	"slices"
	"time"
)

// Optional are names of claims that an application wants beside those that every token of
// its version has (optionalClaims). Only what appears here by name is ever looked for:
// unknown names say nothing, and no name replaces a claim that a token depends on.
//
// The names are acct, auth_time, email, family_name, given_name, idtyp,
// preferred_username, upn and verified_primary_email. sid needs no asking.
type Optional []string

// Has reports whether a claim is wanted.
func (o Optional) Has(name string) bool { return slices.Contains(o, name) }

// wanted writes a text that is there and was asked for, or is said in any case.
func (o *object) wanted(name, value string, asked bool) {
	if asked {
		o.filled(name, value)
	}
}

// account is acct: 0 for members of the tenant, 1 for its guests.
func (o *object) account(p Person, asked bool) {
	switch {
	case !asked:
	case p.Guest:
		o.number("acct", 1)
	default:
		o.number("acct", 0)
	}
}

// signedIn is auth_time, where it is known.
func (o *object) signedIn(at time.Time, asked bool) {
	if asked && !at.IsZero() {
		o.number("auth_time", at.Unix())
	}
}

// verified is verified_primary_email: a list, of the address that the tenant answers for.
func (o *object) verified(p Person, asked bool) {
	if asked && p.MailVerified && p.Mail != "" {
		o.list("verified_primary_email", []string{p.Mail})
	}
}
