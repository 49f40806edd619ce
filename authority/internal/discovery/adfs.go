package discovery

import (
	"net/http"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/jose"
)

// metadataADFS is what AD FS says of itself (Entra facts 8), without the endpoints of
// people: here they sign in at the other tenants. The address to authorize at is named all
// the same, because MSAL refuses metadata that has none; it refuses every request in
// words, and no response type is announced for it.
type metadataADFS struct {
	Issuer            string   `json:"issuer"`
	Authorization     string   `json:"authorization_endpoint"`
	Token             string   `json:"token_endpoint"`
	KeysURI           string   `json:"jwks_uri"`
	AuthMethods       []string `json:"token_endpoint_auth_methods_supported"`
	ResponseTypes     []string `json:"response_types_supported"`
	Grants            []string `json:"grant_types_supported"`
	SubjectTypes      []string `json:"subject_types_supported"`
	Scopes            []string `json:"scopes_supported"`
	SigningAlgorithms []string `json:"id_token_signing_alg_values_supported"`
	AuthAlgorithms    []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	AccessTokenIssuer string   `json:"access_token_issuer"`
	Claims            []string `json:"claims_supported"`
}

// ADFS writes the metadata of the tenant that is served as AD FS.
func (d *Documents) ADFS(w http.ResponseWriter, _ *http.Request) error {
	if !d.hasADFS() {
		return aadsts.TenantNotFound.With("adfs")
	}
	at := d.Issuers.BaseURL + "/adfs"
	return writeCached(w, metadataADFS{
		Issuer: at, Authorization: at + "/oauth2/authorize/", Token: at + "/oauth2/token/", KeysURI: at + "/discovery/keys",
		AuthMethods: authMethods(), ResponseTypes: []string{}, Grants: []string{"client_credentials"}, SubjectTypes: []string{"pairwise"},
		Scopes:            []string{"allatclaims", "email", "user_impersonation", "logon_cert", "aza", "profile", "vpn_cert", "winhello_cert", "openid"},
		SigningAlgorithms: []string{"RS256"}, AuthAlgorithms: []string{"RS256"},
		AccessTokenIssuer: "http://" + strings.TrimPrefix(at, "https://") + "/services/trust",
		Claims:            []string{"aud", "iss", "iat", "exp", "auth_time", "nonce", "at_hash", "c_hash", "sub", "upn", "unique_name", "pwd_url", "pwd_exp", "sid"},
	})
}

// ADFSKeys writes the signing keys at AD FS's address.
func (d *Documents) ADFSKeys(w http.ResponseWriter, _ *http.Request) error {
	if !d.hasADFS() {
		return aadsts.TenantNotFound.With("adfs")
	}
	return writeCached(w, jose.Set{Keys: d.Published()})
}

func (d *Documents) hasADFS() bool {
	for _, t := range d.Directory.Current().Tenants() {
		if t.Kind == directory.ADFS {
			return true
		}
	}
	return false
}
