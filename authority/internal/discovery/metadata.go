package discovery

import "github.com/stead-s2s/stead/authority/internal/tenancy"

// metadataV2 has the members of Entra facts 1.2, in their order, and code challenges. The
// address for Kerberos is left out: nothing answers there.
type metadataV2 struct {
	TokenEndpoint         string   `json:"token_endpoint"`
	TokenAuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	KeysURI               string   `json:"jwks_uri"`
	ResponseModes         []string `json:"response_modes_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	SigningAlgorithms     []string `json:"id_token_signing_alg_values_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	Scopes                []string `json:"scopes_supported"`
	Issuer                string   `json:"issuer"`
	RequestURIParameter   bool     `json:"request_uri_parameter_supported"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	DeviceEndpoint        string   `json:"device_authorization_endpoint"`
	HTTPLogout            bool     `json:"http_logout_supported"`
	FrontchannelLogout    bool     `json:"frontchannel_logout_supported"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"`
	Claims                []string `json:"claims_supported"`
	CodeChallengeMethods  []string `json:"code_challenge_methods_supported"`
	cloud
}

// metadataV1 has those of Entra facts 1.3, without Kerberos and check_session_iframe: no
// frame here watches sessions, and a client that loaded one would take its silence for an
// ended session.
type metadataV1 struct {
	TokenEndpoint         string   `json:"token_endpoint"`
	TokenAuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	KeysURI               string   `json:"jwks_uri"`
	ResponseModes         []string `json:"response_modes_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	SigningAlgorithms     []string `json:"id_token_signing_alg_values_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	Scopes                []string `json:"scopes_supported"`
	Issuer                string   `json:"issuer"`
	MultiRefreshToken     bool     `json:"microsoft_multi_refresh_token"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	DeviceEndpoint        string   `json:"device_authorization_endpoint"`
	HTTPLogout            bool     `json:"http_logout_supported"`
	FrontchannelLogout    bool     `json:"frontchannel_logout_supported"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"`
	Claims                []string `json:"claims_supported"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`
	cloud
}

// cloud says which cloud this is. The hosts of other services are this authority's own:
// a client that followed Entra's would send its tokens to strangers.
type cloud struct {
	TenantRegionScope *string `json:"tenant_region_scope"`
	InstanceName      string  `json:"cloud_instance_name"`
	GraphHostName     string  `json:"cloud_graph_host_name"`
	MSGraphHost       string  `json:"msgraph_host"`
	RBACURL           string  `json:"rbac_url"`
}

// instanceName is the public cloud's: clients compare it with what they know.
const instanceName = "microsoftonline.com"

func (d *Documents) cloud(p tenancy.Place) cloud {
	c := cloud{InstanceName: instanceName, GraphHostName: d.host(), MSGraphHost: d.host(), RBACURL: d.Issuers.BaseURL}
	if p.Tenant != nil {
		world := "WW"
		c.TenantRegionScope = &world
	}
	return c
}

func (d *Documents) v2(p tenancy.Place) metadataV2 {
	at := d.Issuers.BaseURL + "/" + p.Segment
	return metadataV2{
		TokenEndpoint: at + "/oauth2/v2.0/token", TokenAuthMethods: authMethods(), KeysURI: at + "/discovery/v2.0/keys",
		ResponseModes: responseModes(), SubjectTypes: []string{"pairwise"}, SigningAlgorithms: []string{"RS256"},
		ResponseTypes: []string{"code", "id_token", "code id_token", "id_token token"},
		Scopes:        []string{"openid", "profile", "email", "offline_access"},
		Issuer:        d.Issuers.At(2, p), UserinfoEndpoint: at + "/openid/userinfo",
		AuthorizationEndpoint: at + "/oauth2/v2.0/authorize", DeviceEndpoint: at + "/oauth2/v2.0/devicecode",
		HTTPLogout: true, FrontchannelLogout: true, EndSessionEndpoint: at + "/oauth2/v2.0/logout",
		Claims: []string{"sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat",
			"auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"},
		CodeChallengeMethods: []string{"plain", "S256"}, cloud: d.cloud(p),
	}
}

func (d *Documents) v1(p tenancy.Place) metadataV1 {
	at := d.Issuers.BaseURL + "/" + p.Segment
	return metadataV1{
		TokenEndpoint: at + "/oauth2/token", TokenAuthMethods: authMethods(), KeysURI: d.Issuers.BaseURL + "/common/discovery/keys",
		ResponseModes: responseModes(), SubjectTypes: []string{"pairwise"}, SigningAlgorithms: []string{"RS256"},
		ResponseTypes: []string{"code", "id_token", "code id_token", "token id_token", "token"},
		Scopes:        []string{"openid"}, Issuer: d.Issuers.At(1, p), MultiRefreshToken: true,
		AuthorizationEndpoint: at + "/oauth2/authorize", DeviceEndpoint: at + "/oauth2/devicecode",
		HTTPLogout: true, FrontchannelLogout: true, EndSessionEndpoint: at + "/oauth2/logout",
		Claims: []string{"sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat",
			"auth_time", "acr", "amr", "nonce", "email", "given_name", "family_name", "nickname"},
		UserinfoEndpoint: at + "/openid/userinfo", cloud: d.cloud(p),
	}
}

func authMethods() []string {
	return []string{"client_secret_post", "private_key_jwt", "client_secret_basic"}
}

func responseModes() []string { return []string{"query", "fragment", "form_post"} }
