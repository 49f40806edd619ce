package clientauth

import (
	"context"
	"crypto"
	"errors"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/jose"
)

// Federation knows the keys of foreign issuers; [Foreign] is one.
type Federation interface {
	// Key gives the key with an id. The error says in plain words why not.
	Key(ctx context.Context, issuer, id string) (crypto.PublicKey, error)
}

// checkFederated accepts a foreign issuer's token in place of a credential of ours, where
// the application is registered for exactly its issuer, subject and audience (Entra facts
// 2.4).
func (c Checker) checkFederated(ctx context.Context, call Call, m *jose.Message, said assertionClaims) (Proof, error) {
	credential, err := match(call.Client.App.Federated, said)
	if err != nil {
		return Proof{}, err
	}
	if c.isOursIssuer(said.issuer) && said.scopes {
		return Proof{}, aadsts.FederationToken.With()
	}
	if m.Header.Algorithm != jose.RS256 {
		return Proof{}, aadsts.AssertionMalformed.With("The signature algorithm is not supported.").Helping("tokens of foreign issuers must be signed with RS256")
	}
	key, err := c.foreignKey(ctx, credential, m.Header.KeyID)
	if err != nil {
		return Proof{}, aadsts.FederationKey.With(said.issuer, "The key was not found.").Because(err).Helping(err.Error())
	}
	if m.Verify(key) != nil {
		return Proof{}, aadsts.FederationKey.With(said.issuer, "The provided signature value did not match the expected signature value.")
	}
	if err := said.inTime(call.Now); err != nil {
		return Proof{}, err
	}
	return Proof{method: byCertificate, kind: "federated", KeyID: credential.ID}, nil
}

// match finds the credential. Issuer, subject and audience are compared as they are, a
// slash at the end and the case of letters included.
func match(all []directory.FederatedCredential, said assertionClaims) (directory.FederatedCredential, error) {
	var none directory.FederatedCredential
	of := keep(all, func(f directory.FederatedCredential) bool { return f.Issuer == said.issuer })
	if len(of) == 0 {
		return none, aadsts.FederationIssuer.With(said.issuer).Helping(nearly(all, said.issuer))
	}
	exact := keep(of, func(f directory.FederatedCredential) bool { return f.Subject == said.subject })
	if len(exact) == 0 {
		if slices.ContainsFunc(of, func(f directory.FederatedCredential) bool { return strings.EqualFold(f.Subject, said.subject) }) {
			return none, aadsts.FederationCase.With(said.subject)
		}
		return none, aadsts.FederationSubject.With(said.subject)
	}
	for _, f := range exact {
		for _, audience := range f.Audiences {
			if slices.Contains(said.audience, audience) {
				return f, nil
			}
		}
	}
	return none, aadsts.FederationAudience.With(strings.Join(said.audience, ", "))
}

func keep(all []directory.FederatedCredential, want func(directory.FederatedCredential) bool) []directory.FederatedCredential {
	return slices.DeleteFunc(slices.Clone(all), func(f directory.FederatedCredential) bool { return !want(f) })
}

// nearly names the most frequent mistake: the slash at the end (Entra facts 11).
func nearly(all []directory.FederatedCredential, issuer string) string {
	for _, f := range all {
		if strings.EqualFold(strings.TrimSuffix(f.Issuer, "/"), strings.TrimSuffix(issuer, "/")) {
			return "a federated credential has the same issuer but for a slash at the end or the case of letters"
		}
	}
	return ""
}

// isOursIssuer reports whether an issuer is a tenant of this authority.
func (c Checker) isOursIssuer(issuer string) bool {
	return strings.HasPrefix(issuer, c.Issuers.BaseURL+"/")
}

// foreignKey takes the key from those pinned to the credential, else asks the issuer.
func (c Checker) foreignKey(ctx context.Context, f directory.FederatedCredential, id string) (crypto.PublicKey, error) {
	if len(f.PinnedJWKS) > 0 {
		set, err := jose.ParseSet(f.PinnedJWKS)
		if err != nil {
			return nil, err
		}
		return pick(set, id)
	}
	if c.Federation == nil {
		return nil, errors.New("this authority asks no foreign issuer: pin the issuer's keys to the federated credential")
	}
	return c.Federation.Key(ctx, f.Issuer, id)
}

// pick finds a signing key by id. A set of one key needs no ids.
func pick(set jose.Set, id string) (crypto.PublicKey, error) {
	for _, k := range set.Keys {
		if (k.ID == id && id != "" || len(set.Keys) == 1 && (id == "" || k.ID == "")) && (k.Use == "" || k.Use == "sig") {
			return k.Public()
		}
	}
	return nil, errNoKey
}

// errNoKey is a key id that an issuer does not publish.
var errNoKey = errors.New("the issuer publishes no signing key with the id that the token names")
