package grant

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
)

// Identity is a managed identity: what runs in one place and knows that place's secret
// gets tokens of an application without a credential of its own (Entra facts 2.5).
type Identity struct {
	Secret   clientauth.Secret // the header X-IDENTITY-HEADER
	Tenant   directory.ID
	App      directory.ID // client id
	Resource string       // mi_res_id, for identities of the user's; may be empty
}

// identityVersion is the one version of this interface that clients use.
const identityVersion = "2019-08-01"

// Identity answers in the form of App Service.
func (h *Handler) Identity(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	c := attempt{directory: h.Directory.Current(), now: h.Now(), kind: grantType{name: "managed_identity"}}
	c.Request = Request{Version: 1, Resource: q.Get("resource")}
	candidates := h.hosted(clientauth.Secret(r.Header.Get("X-Identity-Header")))
	switch {
	case r.Method != http.MethodGet:
		return refuseIdentity(w, http.StatusMethodNotAllowed, "only GET is answered")
	case len(candidates) == 0:
		return refuseIdentity(w, http.StatusUnauthorized, "the header X-IDENTITY-HEADER is missing or wrong")
	case q.Get("api-version") != identityVersion:
		return refuseIdentity(w, http.StatusBadRequest, "api-version must be "+identityVersion)
	case c.Resource == "":
		return refuseIdentity(w, http.StatusBadRequest, "the parameter resource is missing")
	}
	if !c.choose(candidates, q.Get("client_id"), q.Get("object_id"), q.Get("mi_res_id")) {
		return refuseIdentity(w, http.StatusBadRequest, "Identity not found")
	}
	answer, err := h.asHosted(r.Context(), &c)
	h.record(r, &c, err)
	if err != nil {
		return err
	}
	return writeIdentity(w, c.client, answer)
}

// hosted gives the identities that a secret belongs to, taking the same time for any.
func (h *Handler) hosted(secret clientauth.Secret) (found []Identity) {
	given := sha256.Sum256([]byte(secret))
	for _, one := range h.Identities {
		own := sha256.Sum256([]byte(one.Secret))
		if subtle.ConstantTimeCompare(given[:], own[:]) == 1 && one.Secret != "" {
			found = append(found, one)
		}
	}
	return found
}

// choose takes the identity that the request names, the first when it names none.
func (c *attempt) choose(candidates []Identity, client, object, resource string) bool {
	for _, one := range candidates {
		p, found := c.directory.Principal(one.Tenant, one.App)
		tenant, known := c.directory.Tenant(string(one.Tenant))
		if !found || !known || p.Disabled || p.App.Disabled {
			continue
		}
		if client != "" && !strings.EqualFold(client, string(one.App)) || object != "" && !strings.EqualFold(object, string(p.ID)) ||
			resource != "" && !strings.EqualFold(resource, one.Resource) {
			continue
		}
		c.client, c.place, c.proof = p, tenancy.Place{Tenant: tenant, Segment: string(tenant.ID)}, clientauth.Hosted(p.ID)
		return true
	}
	return false
}

func (h *Handler) asHosted(ctx context.Context, c *attempt) (token, error) {
	defer c.note(ctx)
	if err := h.resource(ctx, c); err != nil {
		return token{}, err
	}
	if err := h.assignment(c); err != nil {
		return token{}, err
	}
	return h.sign(ctx, c)
}

func writeIdentity(w http.ResponseWriter, client *directory.Principal, t token) error {
	body, err := json.Marshal(struct {
		Token     string `json:"access_token"`
		ExpiresOn string `json:"expires_on"`
		ExpiresIn string `json:"expires_in"`
		NotBefore string `json:"not_before"`
		Resource  string `json:"resource"`
		Type      string `json:"token_type"`
		ClientID  string `json:"client_id"`
	}{
		string(t.text), strconv.FormatInt(t.expires.Unix(), 10), strconv.Itoa(int(t.lifetime.Seconds()) - 1),
		strconv.FormatInt(t.notBefore.Unix(), 10), t.resource, "Bearer", string(client.AppID),
	})
	if err != nil {
		return err
	}
	return writeJSON(w, body)
}

// refuseIdentity writes a refusal in this interface's own form. None is one that clients
// repeat (Entra facts 2.5).
func refuseIdentity(w http.ResponseWriter, status int, why string) error {
	return refuse(w, status, "invalid_request", why)
}

// refuse writes the two members that every form of refusal has.
func refuse(w http.ResponseWriter, status int, word, description string) error {
	body, err := json.Marshal(struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{word, description})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}
