package grant

import (
	"encoding/base64"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/clientauth"
)

// Request is a token request, parsed.
type Request struct {
	Version     int    // of the endpoint, 1 or 2
	Tenant      string // first segment of the path, as sent
	GrantType   string
	ClientID    string // as sent
	Credential  clientauth.Presented
	Scope       string // v2.0
	Resource    string // v1.0
	Correlation string // as sent in the body: one client sends it there
	Origin      string // of the page that asks, when a browser says so

	// What people's grants bring.
	Code         clientauth.Secret
	RedirectURI  string
	Verifier     clientauth.Secret // PKCE
	RefreshToken clientauth.Secret
	DeviceCode   clientauth.Secret
	Bearer       clientauth.Secret // assertion, of on-behalf-of
	RequestedUse string            // requested_token_use
	Username     string
	Password     clientauth.Secret
	ClientInfo   bool // the client wants to know whose tokens these are
}

// The parameters. Others are none of our business (Entra facts 2.6).
const (
	paramGrantType     = "grant_type"
	paramClientID      = "client_id"
	paramSecret        = "client_secret"
	paramAssertion     = "client_assertion"
	paramAssertionType = "client_assertion_type"
	paramScope         = "scope"
	paramResource      = "resource"
	paramCorrelation   = "client-request-id"
	paramCode          = "code"
	paramRedirectURI   = "redirect_uri"
	paramVerifier      = "code_verifier"
	paramRefreshToken  = "refresh_token"
	paramDeviceCode    = "device_code"
	paramBearer        = "assertion"
	paramRequestedUse  = "requested_token_use"
	paramUsername      = "username"
	paramPassword      = "password"
	paramClientInfo    = "client_info"
)

const formType = "application/x-www-form-urlencoded"

// read parses a request. Query parameters are never form fields (Entra facts 1.1).
func read(r *http.Request, version int, tenant string) (Request, error) {
	req := Request{Version: version, Tenant: tenant, Origin: r.Header.Get("Origin")}
	if r.Method != http.MethodPost {
		return req, aadsts.MethodNotPost.With(r.Method)
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != formType {
		// A body of another type holds no parameters, so the first is missing.
		return req, aadsts.MissingParameter.With(paramGrantType).Helping("send the parameters in the body as " + formType)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return req, unreadable(err)
	}
	f, err := parseForm(string(body))
	if err != nil {
		return req, err
	}
	req.take(f)
	return req, req.addBasic(r.Header.Get("Authorization"))
}

// take fills the request from its form.
func (req *Request) take(f map[string]string) {
	secret := func(name string) clientauth.Secret { return clientauth.Secret(f[name]) }
	req.GrantType, req.Scope, req.Resource, req.Correlation = f[paramGrantType], f[paramScope], f[paramResource], f[paramCorrelation]
	req.ClientID = f[paramClientID]
	req.Credential = clientauth.Presented{Secret: secret(paramSecret), Assertion: secret(paramAssertion), AssertionType: f[paramAssertionType]}
	req.Code, req.RedirectURI, req.Verifier = secret(paramCode), f[paramRedirectURI], secret(paramVerifier)
	req.RefreshToken, req.DeviceCode = secret(paramRefreshToken), secret(paramDeviceCode)
	if req.DeviceCode == "" && req.GrantType == deviceGrantV1 {
		req.DeviceCode = req.Code // v1.0 clients send the device code so
	}
	req.Bearer, req.RequestedUse = secret(paramBearer), f[paramRequestedUse]
	req.Username, req.Password = f[paramUsername], secret(paramPassword)
	req.ClientInfo = f[paramClientInfo] == "1"
}

// parseForm reads the known parameters of a form. One that occurs twice makes the request
// ambiguous (RFC 6749, 3.2).
func parseForm(body string) (map[string]string, error) {
	f := make(map[string]string, 8)
	for pair := range strings.SplitSeq(body, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, aadsts.Malformed.With().Because(err)
		}
		if !known(name) {
			continue
		}
		if value, err = url.QueryUnescape(value); err != nil || !utf8.ValidString(value) {
			return nil, aadsts.Malformed.With().Helping("the value of " + name + " is not form-urlencoded UTF-8")
		}
		if _, twice := f[name]; twice {
			return nil, aadsts.Malformed.With().Helping("the parameter " + name + " occurs twice")
		}
		f[name] = value
	}
	return f, nil
}

func known(name string) bool {
	switch name {
	case paramGrantType, paramClientID, paramSecret, paramAssertion, paramAssertionType, paramScope, paramResource, paramCorrelation,
		paramCode, paramRedirectURI, paramVerifier, paramRefreshToken, paramDeviceCode, paramBearer, paramRequestedUse,
		paramUsername, paramPassword, paramClientInfo:
		return true
	}
	return false
}

// addBasic takes client id and secret from a Basic header; other schemes are passed
// over. Both halves are form-urlencoded (Entra facts 0.8); a half that cannot be decoded
// was sent as it is.
func (req *Request) addBasic(header string) error {
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return nil
	}
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	id, secret, found := strings.Cut(string(plain), ":")
	if err != nil || !found || !utf8.Valid(plain) {
		return aadsts.Malformed.With().Helping("the Authorization header is not Basic base64(client_id:client_secret)")
	}
	id, secret = unescaped(id), unescaped(secret)
	if req.ClientID != "" && !strings.EqualFold(req.ClientID, id) {
		return aadsts.Malformed.With().Helping("the Authorization header and the body name two clients")
	}
	if req.Credential.Secret != "" {
		return aadsts.Malformed.With().Helping("send the client secret in the Authorization header or in the body, not both")
	}
	req.ClientID, req.Credential.Secret = id, clientauth.Secret(secret)
	return nil
}

func unescaped(half string) string {
	if plain, err := url.QueryUnescape(half); err == nil && utf8.ValidString(plain) {
		return plain
	}
	return half
}
