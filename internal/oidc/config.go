package oidc

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// TenantPlaceholder stands in an issuer for the tenant of the token, as in the
// metadata of authorities that serve several (Entra facts 1.2).
const TenantPlaceholder = "{tenantid}"

// Issuer is an issuer of tokens that is trusted.
type Issuer struct {
	// Metadata is the https URL of the OpenID Connect metadata document.
	Metadata string
	// Issuer is what the iss claim must be, character by character once
	// TenantPlaceholder is replaced by the tid claim. Empty takes the metadata's.
	Issuer string
	// Version is what the ver claim must be ("1.0", "2.0"); empty takes any.
	Version string
	// Tenants are the values of tid that are accepted, in any case; none accepts all.
	Tenants []string
}

// Config is what a Verifier is made from.
type Config struct {
	Issuers []Issuer
	// Audiences are the accepted values of aud. URLs match with or without a slash
	// at the end, their scheme and host in any case; so do GUIDs.
	Audiences []string
	Client    *http.Client     // asks the issuers; it must trust their certificates
	Now       func() time.Time // the clock that tokens and keys age by
}

// The durations of Entra facts 3.3 and 3.4, and this package's own patience.
const (
	// Skew is how far the issuer's clock may be off.
	Skew = 5 * time.Minute
	// refetchAfter is how long an unknown key id does not make the verifier ask
	// again once it did.
	refetchAfter = 5 * time.Minute
	// keysLife is the age at which keys are fetched anew without being asked for, so
	// that a withdrawn key is forgotten.
	keysLife = 24 * time.Hour

	fetchTimeout   = 10 * time.Second
	firstBackoff   = 250 * time.Millisecond
	longestBackoff = 30 * time.Second

	// rememberedTokens bounds the memory of verified tokens, latestTokens that of their texts.
	rememberedTokens = 10_000
	latestTokens     = 256
	maxToken         = 32 << 10
	maxDocument      = 1 << 20
)

// New returns a verifier. It asks no issuer before the first token arrives, so that
// a resource can start before its issuers do.
func New(c Config) (*Verifier, error) {
	if len(c.Issuers) == 0 || len(c.Audiences) == 0 {
		return nil, errors.New("oidc: an issuer and an audience are needed")
	}
	v := &Verifier{audiences: map[string]bool{}, now: c.Now, passed: newMemory(rememberedTokens, latestTokens)}
	for _, a := range c.Audiences {
		v.audiences[audienceKey(a)] = true
	}
	for _, i := range c.Issuers {
		if err := requireHTTPS(i.Metadata); err != nil {
			return nil, fmt.Errorf("oidc: metadata of issuer: %w", err)
		}
		v.sources = append(v.sources, &source{trusted: i, client: c.Client, now: c.Now, changed: v.passed.forget})
	}
	return v, nil
}

func requireHTTPS(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return err
	}
	if u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%q is not an https URL", raw)
	}
	return nil
}

// audienceKey is the form in which audiences are compared: without the slash at the
// end, scheme and host (or a whole GUID) in lower case (Entra facts 3.4).
func audienceKey(aud string) string {
	aud = strings.TrimSuffix(aud, "/")
	scheme, rest, isURL := strings.Cut(aud, "://")
	if !isURL {
		return strings.ToLower(aud)
	}
	host, path, hasPath := strings.Cut(rest, "/")
	key := strings.ToLower(scheme) + "://" + strings.ToLower(host)
	if hasPath {
		key += "/" + path
	}
	return key
}
