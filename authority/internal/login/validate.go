package login

import (
	"context"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
)

// shown is an error that the person sees here: it must not be sent to an address that was
// not found to be the application's (Entra facts 4.1).
type shown struct{ error }

func (s shown) Unwrap() error { return s.error }

// validate judges a request before anybody is asked anything. What is wrong with tenant,
// application and redirect URI is shown; all else is told to the application.
func (h *Handler) validate(_ context.Context, v *visit) error {
	if id, isGUID := directory.ParseID(v.req.correlation); isGUID {
		v.correlation = string(id)
	}
	for _, check := range []func(*visit) error{tenant, application} {
		if err := check(v); err != nil {
			return shown{err}
		}
	}
	if v.req.kind == device {
		return nil
	}
	to, err := redirect(v.app, v.req.redirectURI)
	if err != nil {
		return shown{err}
	}
	v.to, v.mode = to, v.req.mode
	if v.req.kind == adminConsent {
		v.mode = modeQuery
		return adminScopes(v)
	}
	return asked(v)
}

func tenant(v *visit) (err error) {
	v.place, err = tenancy.Resolve(v.dir, v.req.segment)
	if err == nil && v.place.Segment == "consumers" {
		return aadsts.TenantMissing.With().Helping("there are no personal accounts here")
	}
	return err
}

// application finds the client. One that is for its own tenant alone is unknown in all
// others, and not to be had over common (Entra facts 5.3).
func application(v *visit) error {
	id, err := v.req.clientGUID()
	if err != nil {
		return err
	}
	app, found := v.dir.Application(id)
	t := v.place.Tenant
	if !found || t != nil && app.Audience != directory.MultiTenant && app.TenantID != t.ID {
		where := v.place.Segment
		if t != nil {
			where = t.DisplayName
		}
		return aadsts.AppNotFound.With(v.req.clientID, where)
	}
	if t == nil && app.Audience != directory.MultiTenant {
		return aadsts.NotMultiTenant.With(app.AppID, app.DisplayName, v.place.Segment)
	}
	v.app = app
	if app.Disabled {
		return aadsts.AppDisabled.With(app.AppID, app.DisplayName)
	}
	if t == nil {
		return nil
	}
	if p, present := v.dir.Principal(t.ID, id); present && p.Disabled {
		return aadsts.AppDisabled.With(app.AppID, app.DisplayName)
	}
	return nil
}

// The response modes.
const (
	modeQuery    = "query"
	modeFragment = "fragment"
	modeForm     = "form_post"
)

// asked judges the rest of an authorize request, in the order of Entra facts 4.1.
func asked(v *visit) error {
	r := v.req
	mode, err := responseMode(r)
	v.mode = mode
	if err != nil {
		return err
	}
	for _, check := range []func(*visit) error{responseType, prompts, proofKey, scopes} {
		if err := check(v); err != nil {
			return err
		}
	}
	return nil
}

// responseMode gives the mode to answer in, which must be known before anything else can
// be told. An id_token never travels in a query, where logs and Referer would have it.
func responseMode(r request) (string, error) {
	usual := modeQuery
	if r.response.idToken || r.response.token {
		usual = modeFragment
	}
	switch r.mode {
	case "":
		return usual, nil
	case modeFragment, modeForm:
		return r.mode, nil
	case modeQuery:
		if usual == modeQuery {
			return modeQuery, nil
		}
	}
	return usual, aadsts.ResponseModeInvalid.With(r.mode)
}

func responseType(v *visit) error {
	r := v.req
	switch {
	case r.responseText == "":
		return aadsts.MissingParameter.With("response_type")
	case r.response.unknown || r.response == response{}:
		return aadsts.ResponseTypeUnknown.With(r.responseText)
	case r.response.token && (!v.app.AccessTokenIssuance || r.response.code || r.version == 2 && !r.response.idToken):
		return aadsts.TokenNotEnabled.With()
	case r.response.idToken && !v.app.IDTokenIssuance:
		return aadsts.IDTokenNotEnabled.With()
	case r.response.idToken && r.nonce == "":
		return aadsts.MissingParameter.With("nonce")
	}
	return nil
}

func prompts(v *visit) error {
	r := v.req
	for _, one := range r.prompts {
		switch one {
		case "none":
			if len(r.prompts) > 1 {
				return aadsts.PromptInvalid.With(strings.Join(r.prompts, " "))
			}
		case "login", "consent", "select_account":
		case "admin_consent":
			if r.version != 1 { // Entra facts 5.2
				return aadsts.PromptInvalid.With(one)
			}
		default:
			return aadsts.PromptInvalid.With(one)
		}
	}
	return nil
}

// proofKey: a method without a challenge is a mistake, a challenge without a method is
// plain. Pages that redeem codes themselves must prove that they asked (Entra facts 4.1).
func proofKey(v *visit) error {
	r := v.req
	switch {
	case r.challenge == "" && r.method != "":
		return aadsts.ChallengeMissing.With()
	case r.challenge == "" && v.to.Platform == "spa" && r.response.code:
		return aadsts.CrossOriginWithoutPKCE.With()
	case r.challenge == "":
		return nil
	case r.method != "" && r.method != "S256" && r.method != "plain":
		return aadsts.ChallengeMethod.With(r.method)
	case len(r.challenge) < 43 || len(r.challenge) > 128 || strings.ContainsFunc(r.challenge, notOfVerifier):
		return aadsts.ChallengeSize.With()
	}
	return nil
}

// notOfVerifier: RFC 7636, 4.1.
func notOfVerifier(c rune) bool {
	return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-._~", c))
}

func scopes(v *visit) error {
	r := v.req
	switch {
	case r.version == 1:
		return nil
	case r.resource != "":
		return aadsts.ResourceParameter.With()
	case len(r.scopes) == 0:
		return aadsts.MissingParameter.With("scope")
	case r.response.idToken && !r.openID():
		return aadsts.ScopeInvalid.With(strings.Join(r.scopes, " "))
	}
	for _, one := range r.scopes {
		if strings.ContainsFunc(one, func(c rune) bool { return c < '!' || c > '~' || c == '"' || c == '\\' }) {
			return aadsts.ScopeInvalid.With(one)
		}
	}
	return nil
}

// adminScopes: v2.0 says what an administrator is to agree to; asking over common fails
// there as it does in Entra ID (Entra facts 5.1).
func adminScopes(v *visit) error {
	r := v.req
	switch {
	case r.version == 1:
		return nil
	case v.place.Segment == "common":
		return shown{aadsts.MissingParameter.With("response_type")}
	case len(r.scopes) == 0:
		return aadsts.MissingParameter.With("scope")
	}
	return nil
}
