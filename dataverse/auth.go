package dataverse

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Link is one link of the chain from an application to a row: where a request stopped. [BrokenLink]
// tells it from an error.
type Link string

// The links, in the order in which a request meets them.
const (
	LinkTenant          Link = "tenant"           // the authority knows no such tenant
	LinkRegistration    Link = "registration"     // the application is not known in the tenant: wrong tenant, or no consent
	LinkCredential      Link = "credential"       // the secret, certificate or assertion is wrong or expired
	LinkResource        Link = "resource"         // the tenant has no such environment to give tokens for
	LinkTokenEndpoint   Link = "token endpoint"   // the authority refused for another reason, or did not answer
	LinkToken           Link = "token"            // the environment does not accept the token: audience, issuer or age
	LinkAppAccess       Link = "app access"       // the environment does not admit this application
	LinkAdminMode       Link = "admin mode"       // the environment is closed to all but administrators
	LinkApplicationUser Link = "application user" // the environment has no user for the application
	LinkDisabled        Link = "disabled user"    // the user is disabled
	LinkRole            Link = "role"             // the user has no role at all
	LinkImpersonation   Link = "impersonation"    // the application may not act for others
	LinkPrivilege       Link = "privilege"        // no role gives the privilege
	LinkRow             Link = "row"              // the privilege does not reach this row
)

// AuthenticationError says that no token was to be had. It wraps what the credential said and is of
// kind [ErrUnauthorized].
type AuthenticationError struct {
	Link Link
	Code string // such as "AADSTS7000215", empty if the authority gave none
	Err  error
}

// Error gives the authority's own words where the credential tells them, else all that it says.
func (e *AuthenticationError) Error() string {
	text := e.Err.Error()
	if _, said, found := strings.Cut(text, e.Code); e.Code != "" && found {
		if end := strings.IndexAny(said, "\"\r\n"); end >= 0 {
			said = said[:end]
		}
		said, _, _ = strings.Cut(said, " Trace ID:")
		text = e.Code + said
	}
	return "dataverse: no token, the " + string(e.Link) + " is at fault: " + text
}

// Unwrap gives what the credential said.
func (e *AuthenticationError) Unwrap() error { return e.Err }

// Is reports whether target is ErrUnauthorized.
func (e *AuthenticationError) Is(target error) bool { return target == ErrUnauthorized }

// BrokenLink tells where in the chain of authentication and authorization a request stopped.
func BrokenLink(err error) (Link, bool) {
	var auth *AuthenticationError
	if errors.As(err, &auth) {
		return auth.Link, true
	}
	var e *Error
	if !errors.As(err, &e) {
		return "", false
	}
	if p, is := e.MissingPrivilege(); is && p.Name == actOnBehalf {
		return LinkImpersonation, true
	}
	if link, known := linkOf(e.Code); known {
		return link, true
	}
	return LinkToken, e.StatusCode == http.StatusUnauthorized
}

// linkOf goes by the code of the environment (Dataverse facts 1.6 and 5.21).
func linkOf(code string) (Link, bool) {
	switch code {
	case "0x80072560":
		return LinkApplicationUser, true
	case "0x80040225":
		return LinkDisabled, true
	case "0x80042f09":
		return LinkRole, true
	case "0x80095ffc":
		return LinkAppAccess, true
	case "0x8004a104":
		return LinkAdminMode, true
	case "0x8004a110":
		return LinkImpersonation, true
	case "0x80040220":
		return LinkPrivilege, true
	case "0x80048306":
		return LinkRow, true
	}
	return "", false
}

// explaining wraps the errors of a credential.
type explaining struct{ azcore.TokenCredential }

// GetToken implements azcore.TokenCredential.
func (c explaining) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := c.TokenCredential.GetToken(ctx, o)
	if err != nil && ctx.Err() == nil {
		code := tokenCode(err.Error())
		err = &AuthenticationError{Link: tokenLink(code), Code: code, Err: err}
	}
	return token, err
}

// tokenCode finds the authority's code in a text: AADSTS and digits.
func tokenCode(text string) string {
	const mark = "AADSTS"
	_, rest, found := strings.Cut(text, mark)
	n := digits(rest)
	if !found || n == 0 {
		return ""
	}
	return mark + rest[:n]
}

// tokenLink sorts the authority's codes (Dataverse facts 8, item 3).
func tokenLink(code string) Link {
	switch strings.TrimPrefix(code, "AADSTS") {
	case "90002", "900023", "900021", "50059":
		return LinkTenant
	case "700016", "700038", "65001", "650056", "7000229", "7000112":
		return LinkRegistration
	case "7000215", "7000216", "7000218", "7000222", "700025", "50012", "50027", "50048",
		"700021", "700023", "700024", "700027", "700211", "70021":
		return LinkCredential
	case "500011", "50001", "500014", "70011", "1002012":
		return LinkResource
	}
	return LinkTokenEndpoint
}
