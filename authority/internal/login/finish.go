package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/grant"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// finish gives the application what it asked for (Entra facts 4.1).
func (h *Handler) finish(ctx context.Context, v *visit, who held) (answer, error) {
	k := ticket.Code{
		Tenant: who.user.TenantID, App: v.app.AppID, User: who.User, Session: who.ID, RedirectURI: v.req.redirectURI, Platform: v.to.Platform,
		Challenge: v.req.challenge, Method: v.challengeMethod(), Nonce: v.req.nonce, Scopes: v.req.scopes, Resource: v.req.resource,
		Claims: v.req.claims, MaxAge: v.req.maxAge >= 0, AuthTime: who.AuthTime, Methods: who.Methods, V1: v.req.version == 1,
	}
	var params []param
	code := ""
	if v.req.response.code {
		var err error
		if code, err = h.Tickets.IssueCode(ctx, k); err != nil {
			return nil, err
		}
		params = append(params, param{"code", code})
	}
	if v.req.response.idToken || v.req.response.token {
		tokens, err := h.Front(ctx, grant.Front{Code: k, Issued: code, IDToken: v.req.response.idToken, AccessToken: v.req.response.token})
		if err != nil {
			return nil, err
		}
		params = append(params, inFragment(tokens)...)
	}
	if v.req.clientInfo {
		params = append(params, param{"client_info", clientInfo(who.user)})
	}
	if v.req.wants("admin_consent") {
		params = append(params, param{"admin_consent", "True"})
	}
	if v.req.state != "" {
		params = append(params, param{"state", v.req.state})
	}
	params = append(params, param{"session_state", string(directory.DerivedID("session_state "+string(v.app.AppID), who.ID))})
	if err := h.Tickets.TouchApp(ctx, who.ID, ticket.SessionApp{App: v.app.AppID, LogoutURL: v.app.LogoutURL}); err != nil {
		return nil, err
	}
	h.took(v, who, nil)
	return callback{params: params}, nil
}

// inFragment are tokens as they travel (RFC 6749, 4.2.2).
func inFragment(t grant.Fragment) []param {
	var params []param
	if t.AccessToken != "" {
		params = []param{{"access_token", t.AccessToken}, {"token_type", "Bearer"}, {"expires_in", strconv.Itoa(t.ExpiresIn)}, {"scope", t.Scope}}
	}
	if t.IDToken != "" {
		params = append(params, param{"id_token", t.IDToken})
	}
	return params
}

// challengeMethod is plain when a challenge comes without one.
func (v *visit) challengeMethod() string {
	if v.req.challenge != "" && v.req.method == "" {
		return "plain"
	}
	return v.req.method
}

// clientInfo tells MSAL whose tokens it will get.
func clientInfo(u *directory.User) string {
	text, err := json.Marshal(struct {
		UID  directory.ID `json:"uid"`
		UTID directory.ID `json:"utid"`
	}{u.ID, u.TenantID})
	if err != nil { // strings cannot fail
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// cancel is the button for leaving. A page that only an administrator could pass says so
// to the application.
func (h *Handler) cancel(ctx context.Context, v *visit, f form) (answer, error) {
	if v.req.kind == device {
		if v.req.userCode != "" {
			if err := h.Tickets.DenyDevice(ctx, v.req.userCode); err != nil {
				return h.deviceTrouble(v, err)
			}
		}
		return h.done("You declined", "The device was not signed in. You can close this window."), nil
	}
	e := aadsts.ConsentDeclined.With()
	switch f.page {
	case pageNeedsAdmin:
		e = aadsts.ConsentNeedsAdmin.With()
	case pageConsent:
	default:
		h.take(v, journal.Entry{Code: e.Number, Explanation: "the person cancelled the sign-in"})
		return v.cancelled(), nil
	}
	h.take(v, journal.Entry{Code: e.Number, Explanation: e.Explanation()})
	return nil, e
}

// cancelled is what an application hears of a person who went back (Entra facts 4.1).
func (v *visit) cancelled() answer {
	c := callback{params: []param{{"error", string(aadsts.AccessDenied)}, {"error_subcode", "cancel"}}}
	if v.req.kind == adminConsent {
		c.params = append(c.params, param{"admin_consent", "True"})
	}
	if v.req.state != "" {
		c.params = append(c.params, param{"state", v.req.state})
	}
	return c
}

func (h *Handler) done(title, message string) answer {
	return page{name: "done", status: 200, view: view{Title: title, Message: message}}
}
