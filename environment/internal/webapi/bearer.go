package webapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/internal/oidc"
)

// challenge is a 401: no token, or one that failed a check. Dataverse says the same
// to every bad token (facts 1.6); the check that failed goes to the log and to the
// x-stead-help header.
type challenge struct {
	token bool // there was one
	check oidc.Check
	help  string
	cause error
}

// Error gives the reason, for the log.
func (c *challenge) Error() string {
	if c.cause != nil {
		return c.cause.Error()
	}
	return c.help
}

// Unwrap gives the verifier's refusal.
func (c *challenge) Unwrap() error { return c.cause }

// bearerOf gives the token of the Authorization header. Any other scheme counts as
// no token.
func bearerOf(h http.Header) (string, error) {
	scheme, token, _ := strings.Cut(strings.TrimSpace(h.Get("Authorization")), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", &challenge{help: "the request has no bearer token"}
	}
	return token, nil
}

// refused tells a token that failed a check from an issuer that cannot be asked: the
// one is the client's to mend, the other is nobody's fault here and may pass.
func refused(ctx context.Context, err error) error {
	var failed *oidc.Error
	switch {
	case ctx.Err() != nil || !errors.As(err, &failed):
		return err
	case failed.Check == oidc.Unreachable:
		e := dverr.ServiceUnavailable.With("The service that issues tokens cannot be reached.").Because(err).
			Helping("the environment cannot read the issuer's keys: %s", failed.Detail)
		e.RetryAfter = time.Second
		return e
	}
	return &challenge{token: true, check: failed.Check, help: failed.Detail, cause: err}
}

// userScope is the permission that a token for a person must carry.
const userScope = "user_impersonation"

// identityOf reads the ids of a token. An application is known by its application
// id, a person by the object id (Dataverse facts 1.1).
func identityOf(t oidc.Token) (access.Identity, error) {
	who := access.Identity{App: t.App}
	var err error
	if who.Tenant, err = claimID("tid", t.Tenant, true); err != nil {
		return who, err
	}
	if who.ApplicationID, err = claimID("appid", t.ApplicationID, t.App); err != nil {
		return who, err
	}
	if who.ObjectID, err = claimID("oid", t.ObjectID, !t.App); err != nil {
		return who, err
	}
	if !t.App && !slices.Contains(t.Scopes, userScope) {
		return who, unusable("the token is a person's and does not have the scope " + userScope)
	}
	return who, nil
}

func claimID(name, text string, needed bool) (meta.ID, error) {
	id, err := meta.ParseID(text)
	if err != nil && needed {
		return id, unusable(fmt.Sprintf("the token's %s claim is no GUID", name))
	}
	return id, nil
}

// toldBy reads what a token says of groups. One that calls them otherwise than by ids
// says nothing that is known here.
func toldBy(t oidc.Token) company.Told {
	if t.Groups == nil {
		return company.Told{}
	}
	told := company.Told{Groups: make([]meta.ID, 0, len(t.Groups)), At: t.NotBefore}
	for _, text := range t.Groups {
		id, err := meta.ParseID(text)
		if err != nil {
			return company.Told{}
		}
		told.Groups = append(told.Groups, id)
	}
	return told
}

func unusable(why string) error { return &challenge{token: true, check: oidc.Claims, help: why} }

// onBehalfOf reads the impersonation headers (Dataverse facts 2.1). access decides
// which one counts.
func onBehalfOf(h http.Header) (access.OnBehalf, error) {
	var b access.OnBehalf
	var err error
	if b.ObjectID, err = callerID(h, "CallerObjectId", "Callerobjectid"); err != nil {
		return b, err
	}
	b.UserID, err = callerID(h, "MSCRMCallerID", "Mscrmcallerid")
	return b, err
}

// callerID reads the id in a header, whose canonical name spares every request to make it.
func callerID(h http.Header, name, canonical string) (id meta.ID, err error) {
	values := h[canonical]
	if len(values) == 0 {
		return id, nil
	}
	text := strings.TrimSpace(values[0])
	if text == "" {
		return id, nil
	}
	if id, err = meta.ParseID(text); err != nil {
		return id, dverr.InvalidUserID.With(text).Helping("the header %s must hold a GUID", name)
	}
	return id, nil
}

// challengeHeader words WWW-Authenticate. The values are not quoted: clients take
// them apart at commas and equals signs (Dataverse facts, appendix C).
func (a *API) challengeHeader(token bool) string {
	where := "authorization_uri=" + a.AuthorizationURI + ", resource_id=" + a.URL + "/"
	if token {
		return "Bearer error=invalid_token, error_description=Error during token validation!, " + where
	}
	return "Bearer " + where
}

// advise says what to do about a challenge.
func (a *API) advise(c *challenge) string {
	switch {
	case !c.token, c.check == oidc.Audience:
		return fmt.Sprintf("%s: get one with the scope %s/.default and send it as Authorization: Bearer", c.help, a.URL)
	case c.check == oidc.Expired:
		return c.help + ": get a new one"
	case c.check == oidc.WrongIssuer, c.check == oidc.WrongTenant, c.check == oidc.UnknownKey:
		return fmt.Sprintf("%s: tokens for this environment come from %s", c.help, a.AuthorizationURI)
	}
	return c.help
}
