package grant

import (
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
)

// grantType is what one grant adds to the phases.
type grantType struct {
	name        string
	needsTenant bool                          // common and its like will not do
	resource    func(Request) (string, error) // which resource is asked for
}

// grants are all there are.
var grants = []grantType{
	{name: "client_credentials", needsTenant: true, resource: applicationResource},
}

func find(name string) (grantType, bool) {
	for _, g := range grants {
		if g.name == name {
			return g, true
		}
	}
	return grantType{}, false
}

// applicationResource: v1.0 names the resource in a parameter of its own and does not look
// at scope; v2.0 the other way round (Entra facts 2.1).
func applicationResource(req Request) (string, error) {
	if req.Version == 1 {
		if req.Resource == "" {
			return "", aadsts.MissingParameter.With(paramResource)
		}
		return req.Resource, nil
	}
	if req.Resource != "" {
		return "", aadsts.ResourceParameter.With()
	}
	if strings.TrimSpace(req.Scope) == "" {
		return "", aadsts.MissingParameter.With(paramScope)
	}
	return defaultScope(req.Scope)
}

const suffix = "/.default"

// defaultScope gives the resource of "<resource>/.default". The scopes of OpenID Connect
// are passed over: MSAL for Go always sends them (Entra facts 0.4). Of a resource that
// ends in a slash the scope has two in a row.
func defaultScope(scope string) (string, error) {
	resource := ""
	for one := range strings.FieldsSeq(scope) {
		switch one {
		case "openid", "profile", "offline_access", "email":
			continue
		}
		name, isDefault := strings.CutSuffix(one, suffix)
		if !isDefault || name == "" {
			return "", aadsts.ScopeNotDefault.With(one)
		}
		if resource != "" && resource != name {
			return "", aadsts.ScopeManyResources.With()
		}
		resource = name
	}
	if resource == "" {
		return "", aadsts.ScopeNotDefault.With(scope)
	}
	return resource, nil
}
