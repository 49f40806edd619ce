package graph

import (
	"net/http"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// cloud is the JSON of a cloud's addresses, as the metadata endpoint of Azure's resource
// manager gives it (Entra facts 6.7).
type cloud struct {
	Portal         string `json:"portal"`
	Authentication struct {
		LoginEndpoint    string   `json:"loginEndpoint"`
		Audiences        []string `json:"audiences"`
		Tenant           string   `json:"tenant"`
		IdentityProvider string   `json:"identityProvider"`
	} `json:"authentication"`
	GraphAudience   string            `json:"graphAudience"`
	Graph           string            `json:"graph"`
	Name            string            `json:"name"`
	Suffixes        map[string]string `json:"suffixes"`
	Batch           string            `json:"batch"`
	ResourceManager string            `json:"resourceManager"`
	MicrosoftGraph  string            `json:"microsoftGraphResourceId"`
	Gallery         string            `json:"gallery"`
}

// Cloud is the answer to GET /metadata/endpoints: one object, and from some versions on a
// list of one.
func Cloud(baseURL, version string) ([]byte, error) {
	if version == "" {
		return nil, refuse(http.StatusBadRequest, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
	}
	c := cloud{Portal: baseURL, GraphAudience: baseURL + "/", Graph: baseURL + "/", Name: "Stead", Suffixes: map[string]string{},
		Batch: baseURL, ResourceManager: baseURL + "/", MicrosoftGraph: baseURL + "/", Gallery: baseURL + "/"}
	c.Authentication.LoginEndpoint, c.Authentication.Tenant, c.Authentication.IdentityProvider = baseURL, "common", "AAD"
	c.Authentication.Audiences = []string{baseURL, string(directory.Graph)}
	if version >= "2019-05-01" && version < "2020-06-01" || version == "2015-01-01" {
		return marshal([]cloud{c})
	}
	return marshal(c)
}
