package login

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// kind is what brought a person here.
type kind string

const (
	authorize    kind = "authorize"
	adminConsent kind = "adminconsent"
	device       kind = "device"
)

// request is what an application asks for, parsed. Everything in it is still to be judged.
type request struct {
	kind    kind
	version int    // of the endpoint, 1 or 2
	segment string // first of the path, as sent
	query   string // what the rest was parsed from; empty for a device

	clientID     string
	redirectURI  string
	response     response
	mode         string
	scopes       []string
	resource     string // v1.0
	state        string
	nonce        string
	prompts      []string
	loginHint    string
	domainHint   string
	challenge    string
	method       string
	maxAge       int // seconds; -1: any
	clientInfo   bool
	claims       string
	correlation  string
	userCode     string // of a device
	responseText string // response_type as sent
}

// response is what response_type asks for.
type response struct{ code, idToken, token, unknown bool }

// prompts reports whether the application wants the person to see something.
func (r request) wants(prompt string) bool { return slices.Contains(r.prompts, prompt) }

// openID reports whether a scope was asked for. v1.0 knows none: it always is.
func (r request) openID() bool { return r.version == 1 || slices.Contains(r.scopes, "openid") }

// maxField bounds what travels through the pages with the person.
const maxField = 16 << 10

// readFields gives the parameters of a GET or of a POSTed form.
func readFields(r *http.Request) (url.Values, error) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return r.URL.Query(), nil
	case http.MethodPost:
		if err := r.ParseForm(); err != nil {
			return nil, aadsts.Malformed.With().Because(err)
		}
		fields := url.Values{}
		for _, from := range []url.Values{r.PostForm, r.URL.Query()} {
			for name, values := range from {
				if !fields.Has(name) {
					fields[name] = values
				}
			}
		}
		return fields, nil
	}
	return nil, aadsts.Malformed.With().Helping("this address takes GET and POST")
}

// parse reads the parameters of Entra facts 4.1; others are passed over. One that occurs
// twice makes the request ambiguous (RFC 6749, 3.1).
func parse(req request, fields url.Values) (request, error) {
	kept := url.Values{}
	for _, name := range parameters() {
		values := fields[name]
		switch {
		case len(values) > 1:
			return req, aadsts.Malformed.With().Helping("the parameter " + name + " occurs twice")
		case len(values) == 1 && !utf8.ValidString(values[0]):
			return req, aadsts.Malformed.With().Helping("the value of " + name + " is not UTF-8")
		case len(values) == 1:
			kept.Set(name, values[0])
		}
	}
	req.query = kept.Encode()
	if len(req.query) > maxField {
		return req, aadsts.Malformed.With().Helping("the request is too long")
	}
	return req.fill(kept)
}

func parameters() []string {
	return []string{
		"client_id", "redirect_uri", "response_type", "response_mode", "scope", "resource", "state", "nonce", "prompt", "login_hint", "domain_hint",
		"code_challenge", "code_challenge_method", "max_age", "client_info", "claims", "client-request-id",
	}
}

func (r request) fill(f url.Values) (request, error) {
	r.clientID, r.redirectURI, r.mode = f.Get("client_id"), f.Get("redirect_uri"), f.Get("response_mode")
	r.responseText = f.Get("response_type")
	r.response = readResponse(r.responseText)
	r.scopes, r.resource = strings.Fields(f.Get("scope")), f.Get("resource")
	r.state, r.nonce, r.claims = f.Get("state"), f.Get("nonce"), f.Get("claims")
	r.prompts, r.loginHint = strings.Fields(f.Get("prompt")), f.Get("login_hint")
	r.domainHint = f.Get("domain_hint")
	r.challenge, r.method = f.Get("code_challenge"), f.Get("code_challenge_method")
	r.clientInfo = f.Get("client_info") == "1"
	r.correlation = f.Get("client-request-id")
	r.maxAge = -1
	if text := f.Get("max_age"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return r, aadsts.Malformed.With().Helping("max_age is a number of seconds")
		}
		r.maxAge = n
	}
	return r, nil
}

// readResponse takes the words in any order.
func readResponse(text string) (r response) {
	for word := range strings.FieldsSeq(text) {
		switch word {
		case "code":
			r.code = true
		case "id_token":
			r.idToken = true
		case "token":
			r.token = true
		default:
			r.unknown = true
		}
	}
	return r
}

// clientGUID is the client id as a GUID.
func (r request) clientGUID() (directory.ID, error) {
	if r.clientID == "" {
		return "", aadsts.MissingParameter.With("client_id")
	}
	id, isGUID := directory.ParseID(r.clientID)
	if !isGUID {
		return "", aadsts.InvalidAppID.With(r.clientID)
	}
	return id, nil
}
