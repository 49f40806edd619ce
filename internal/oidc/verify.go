package oidc

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/internal/jose"
)

// Verifier verifies the tokens of one resource. It may be used concurrently.
type Verifier struct {
	sources   []*source
	audiences map[string]bool
	now       func() time.Time
	passed    *memory
}

// Verify gives what the token says once it passed every check; else the error is
// an *Error, or that of ctx.
func (v *Verifier) Verify(ctx context.Context, bearer string) (Token, error) {
	if len(bearer) > maxToken {
		return Token{}, refuse(Malformed, "the token is longer than %d bytes", maxToken)
	}
	now := v.now()
	known, unknown, ok := v.passed.known(bearer, now)
	if ok {
		return known, nil
	}
	t, err := v.check(ctx, bearer, now)
	if err == nil {
		v.passed.learn(unknown, t)
	}
	return t, err
}

// check makes every check, in order.
func (v *Verifier) check(ctx context.Context, bearer string, now time.Time) (Token, error) {
	signed, err := parse(bearer)
	if err != nil {
		return Token{}, err
	}
	claims, err := readClaims(signed.Payload)
	if err != nil {
		return Token{}, refuse(Malformed, "the payload cannot be read: %v", err)
	}
	from, published, err := v.source(ctx, claims)
	if err != nil {
		return Token{}, err
	}
	if err := from.signedBy(ctx, published, signed, claims); err != nil {
		return Token{}, err
	}
	if err := inTime(claims, now); err != nil {
		return Token{}, err
	}
	audience, err := v.audience(claims)
	if err != nil {
		return Token{}, err
	}
	if err := from.admits(claims); err != nil {
		return Token{}, err
	}
	return claims.token(audience), nil
}

// parse takes a compact JWS apart. RS256 is the one algorithm there is: what the
// header says only ever refuses (Entra facts 3.4).
func parse(bearer string) (*jose.Message, error) {
	signed, err := jose.Parse(bearer, jose.RS256)
	switch {
	case errors.Is(err, jose.ErrAlgorithm):
		return nil, refuse(Algorithm, "only RS256 is accepted: %v", err)
	case err != nil:
		return nil, refuse(Malformed, "%v", err)
	case signed.Header.KeyID == "":
		return nil, refuse(KeyID, "the token's header names no key (kid)")
	}
	return signed, nil
}

// source finds the trusted issuer of the claims. One that cannot be asked may be the
// one: its failure counts only when no other is.
func (v *Verifier) source(ctx context.Context, c claims) (*source, *published, error) {
	var unreachable error
	for _, s := range v.sources {
		if s.trusted.Version != "" && s.trusted.Version != c.Version {
			continue
		}
		if s.trusted.Issuer != "" && issuerOf(s.trusted.Issuer, c.Tenant) != c.Issuer {
			continue
		}
		p, err := s.current(ctx)
		if err != nil {
			unreachable = err
			continue
		}
		if s.trusted.Issuer != "" || issuerOf(p.issuer, c.Tenant) == c.Issuer {
			return s, p, nil
		}
	}
	if unreachable != nil {
		return nil, nil, unreachable
	}
	return nil, nil, refuse(WrongIssuer, "no trusted issuer of version %q tokens is %q", c.Version, c.Issuer)
}

func issuerOf(template, tenant string) string {
	return strings.ReplaceAll(template, TenantPlaceholder, tenant)
}

// signedBy checks the signature with the key that the header names.
func (s *source) signedBy(ctx context.Context, p *published, signed *jose.Message, c claims) error {
	id := signed.Header.KeyID
	k, found, err := s.key(ctx, p, id)
	switch {
	case err != nil:
		return err
	case !found:
		return refuse(UnknownKey, "%s does not publish the key %q", c.Issuer, id)
	case k.issuer != "" && issuerOf(k.issuer, c.Tenant) != c.Issuer:
		return refuse(UnknownKey, "the key %q signs for %s only", id, k.issuer)
	}
	if err := signed.Verify(k.public); err != nil {
		return refuse(Signature, "the signature is not that of the key %q", id)
	}
	return nil
}

func inTime(c claims, now time.Time) error {
	if c.Expires == nil {
		return refuse(Claims, "exp is missing")
	}
	if expires := instant(*c.Expires); !now.Before(expires.Add(Skew)) {
		return refuse(Expired, "the token expired at %s; it is %s", stamp(expires), stamp(now))
	}
	if c.NotBefore == nil {
		return nil
	}
	if from := instant(*c.NotBefore); now.Before(from.Add(-Skew)) {
		return refuse(NotYetValid, "the token is valid from %s; it is %s", stamp(from), stamp(now))
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// audience gives the claim's audience that is accepted here.
func (v *Verifier) audience(c claims) (string, error) {
	for _, a := range c.Audience {
		if v.audiences[audienceKey(a)] {
			return a, nil
		}
	}
	return "", refuse(Audience, "the token is for %q", []string(c.Audience))
}

// admits checks the tenant, and that the token says who bears it.
func (s *source) admits(c claims) error {
	same := func(tenant string) bool { return strings.EqualFold(tenant, c.Tenant) }
	if len(s.trusted.Tenants) > 0 && !slices.ContainsFunc(s.trusted.Tenants, same) {
		return refuse(WrongTenant, "the token comes from tenant %q", c.Tenant)
	}
	if !c.app() && c.Scope == "" {
		return refuse(Claims, "the token is neither an application's nor has it scopes (scp)")
	}
	return nil
}
