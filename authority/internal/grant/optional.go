package grant

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/claims"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// optionalClaim is one claim that an application asks for.
type optionalClaim struct {
	Name       string   `json:"name"`
	Source     *string  `json:"source"` // set: an attribute of the person, not a claim
	Properties []string `json:"additionalProperties"`
}

type optionalClaims []optionalClaim

// accessClaims are those that a resource wants in access tokens for it.
func accessClaims(app *directory.Application) optionalClaims {
	return readOptional(app, "accessToken")
}

// idClaims are those that a client wants in id_tokens.
func idClaims(app *directory.Application) optionalClaims { return readOptional(app, "idToken") }

// readOptional reads what Graph keeps for the application. Whoever set it may have written
// anything: what is no list of claims asks for none.
func readOptional(app *directory.Application, list string) optionalClaims {
	if app.Details == "" {
		return nil
	}
	var kept struct {
		Lists map[string]json.RawMessage `json:"optionalClaims"`
	}
	var asked optionalClaims
	if json.Unmarshal([]byte(app.Details), &kept) != nil || json.Unmarshal(kept.Lists[list], &asked) != nil {
		return nil
	}
	return slices.DeleteFunc(asked, func(one optionalClaim) bool { return one.Source != nil })
}

func (o optionalClaims) names() claims.Optional {
	var names claims.Optional
	for _, one := range o {
		names = append(names, one.Name)
	}
	return names
}

// typesPeople reports whether idtyp is to be said of people too.
func (o optionalClaims) typesPeople() bool {
	return slices.ContainsFunc(o, func(one optionalClaim) bool {
		return one.Name == "idtyp" && slices.Contains(one.Properties, "include_user_token")
	})
}

// isGuest: Graph keeps a person's userType.
func isGuest(u *directory.User) bool {
	if u.Details == "" {
		return false
	}
	var kept struct {
		UserType string `json:"userType"`
	}
	return json.Unmarshal([]byte(u.Details), &kept) == nil && strings.EqualFold(kept.UserType, "Guest")
}

// ofTenant reports whether an address is in a domain that the tenant owns.
func ofTenant(mail string, tenant *directory.Tenant) bool {
	_, domain, found := strings.Cut(mail, "@")
	return found && slices.ContainsFunc(tenant.Domains, func(own string) bool { return strings.EqualFold(own, domain) })
}
