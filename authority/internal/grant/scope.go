package grant

import (
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

const suffix = "/.default"

// everything is the scope that stands for all that was consented to.
const everything = ".default"

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

// defaultScope gives the resource of "<resource>/.default". The scopes of OpenID Connect
// are passed over: MSAL for Go always sends them (Entra facts 0.4). Of a resource that
// ends in a slash the scope has two in a row.
func defaultScope(scope string) (string, error) {
	resource := ""
	for one := range strings.FieldsSeq(scope) {
		if isOpenID(one) {
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

// isOpenID reports whether a scope is one of OpenID Connect, in which no resource is
// named.
func isOpenID(scope string) bool {
	switch scope {
	case "openid", "profile", "offline_access", "email":
		return true
	}
	return false
}

// graph is the resource of scopes that name none.
const graph = string(directory.Graph)

// graphAudience is what tokens for it name when the request named nothing.
const graphAudience = "https://graph.microsoft.com"

// wanted is what a person's grant asks for: scopes of one resource, and those of OpenID
// Connect.
type wanted struct {
	resource string   // as it was asked for; empty: Microsoft Graph, which nobody named
	values   []string // after the resource's name
	openID   []string
}

// readScopes reads the scopes of one request. With several resources it is the first that
// counts when firstOnly is set (people may consent to several at once, but a token is for
// one, Entra facts 4.1), else a refusal.
func readScopes(scopes []string, firstOnly bool) (wanted, error) {
	var w wanted
	for _, one := range scopes {
		if isOpenID(one) {
			w.openID = append(w.openID, one)
			continue
		}
		resource, value := splitScope(one)
		if value == "" || strings.ContainsFunc(one, func(r rune) bool { return r < '!' || r > '~' || r == '"' || r == '\\' }) {
			return w, aadsts.ScopeInvalid.With(one)
		}
		switch {
		case len(w.values) == 0:
			w.resource = resource
		case w.resource != resource && firstOnly:
			continue
		case w.resource != resource:
			return w, aadsts.ScopeManyResources.With()
		}
		if !slices.Contains(w.values, value) {
			w.values = append(w.values, value)
		}
	}
	return w, nil
}

// splitScope cuts a scope at its last slash; a name without one is a permission of
// Microsoft Graph.
func splitScope(scope string) (resource, value string) {
	i := strings.LastIndexByte(scope, '/')
	if i < 0 {
		return "", scope
	}
	return scope[:i], scope[i+1:]
}

// audience is the resource's name for the token.
func (w wanted) audience() string {
	if w.resource == "" {
		return graphAudience
	}
	return w.resource
}

// has reports whether a scope of OpenID Connect was asked for.
func (w wanted) has(scope string) bool { return slices.Contains(w.openID, scope) }

// echo is the member scope of the answer: every scope granted and asked for, by its full
// name (Entra facts 0.5, 4.2).
func (w wanted) echo(granted []string) string {
	names := make([]string, 0, len(granted)+len(w.values))
	for _, value := range slices.Concat(granted, w.values) {
		name := value
		if w.resource != "" && !isOpenID(value) {
			name = w.resource + "/" + value
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}
