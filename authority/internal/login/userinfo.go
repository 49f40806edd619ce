package login

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/jose"
)

// bearer is what userinfo looks at in an access token.
type bearer struct {
	Audience string `json:"aud"`
	Issuer   string `json:"iss"`
	Expires  int64  `json:"exp"`
	NotFrom  int64  `json:"nbf"`
	Tenant   string `json:"tid"`
	Object   string `json:"oid"`
	Scopes   string `json:"scp"`
	App      string `json:"appid"`
	Party    string `json:"azp"`
	Version  string `json:"ver"`
}

// Userinfo answers /oidc/userinfo and /{t}/openid/userinfo: what an access token for
// Microsoft Graph may know of its person (OpenID Connect Core, 5.3).
func (h *Handler) Userinfo(w http.ResponseWriter, r *http.Request) error {
	u, t, ok := h.bearer(r)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token", error_description="The access token is missing, expired or not for Microsoft Graph."`)
		w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	info := struct {
		Subject    string `json:"sub"`
		Name       string `json:"name,omitempty"`
		FamilyName string `json:"family_name,omitempty"`
		GivenName  string `json:"given_name,omitempty"`
		Email      string `json:"email,omitempty"`
	}{Subject: h.Subject(u.ID, directory.ID(t.App+t.Party))}
	scopes := strings.Fields(t.Scopes)
	if slices.Contains(scopes, "profile") {
		info.Name, info.FamilyName, info.GivenName = u.DisplayName, u.Surname, u.GivenName
	}
	if slices.Contains(scopes, "email") {
		info.Email = u.Mail
	}
	body, err := json.Marshal(info)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err = w.Write(body)
	return err
}

// bearer verifies the access token of a request, and finds its person.
func (h *Handler) bearer(r *http.Request) (*directory.User, bearer, bool) {
	var t bearer
	text, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	m, err := jose.Parse(strings.TrimSpace(text), jose.RS256)
	if !isBearer || err != nil || !h.signed(m) || json.Unmarshal(m.Payload, &t) != nil {
		return nil, t, false
	}
	now := h.Now()
	version := 1
	if t.Version == "2.0" {
		version = 2
	}
	if now.After(time.Unix(t.Expires, 0)) || now.Add(5*time.Minute).Before(time.Unix(t.NotFrom, 0)) ||
		!slices.Contains(strings.Fields(t.Scopes), "openid") || t.Issuer != h.Issuers.Of(version, directory.ID(t.Tenant)) {
		return nil, t, false
	}
	dir := h.Directory.Current()
	p, found := dir.Resource(directory.ID(t.Tenant), t.Audience)
	u, exists := dir.UserByID(directory.ID(t.Object))
	ok := found && p.AppID == directory.Graph && exists && !u.Disabled && u.TenantID == directory.ID(t.Tenant)
	return u, t, ok
}

func (h *Handler) signed(m *jose.Message) bool {
	for _, k := range h.Published() {
		if k.ID != m.Header.KeyID {
			continue
		}
		public, err := k.Public()
		return err == nil && m.Verify(public) == nil
	}
	return false
}
