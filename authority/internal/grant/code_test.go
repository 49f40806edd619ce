package grant

import (
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/claims"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// The answer of Entra facts 4.2 and what its tokens say (3.2, 4.3).
func TestCode(t *testing.T) {
	w := start(t)
	got := w.redeem(v2, w.code(), "client_info", "1")
	if got.status != 200 || members(got.text) != "token_type scope expires_in ext_expires_in access_token refresh_token id_token client_info" {
		t.Fatalf("%d %s", got.status, got.text)
	}
	if got.str("scope") != org+"/user_impersonation" || got.body["expires_in"] != 3599.0 || got.str("client_info") != ClientInfo(&directory.User{ID: ana, TenantID: contoso}) {
		t.Errorf("%s", got.text)
	}
	access := w.said(got.str("access_token"))
	for name, want := range map[string]any{
		"aud": org, "iss": base + "/" + string(contoso) + "/", "acr": "1", "appid": string(portal), "appidacr": "1", "family_name": "Silva", "given_name": "Ana",
		"name": "Ana", "oid": string(ana), "scp": "user_impersonation", "sub": claims.Subject([]byte("key"), string(ana), string(directory.Dataverse)),
		"tid": string(contoso), "unique_name": "ana@contoso.example", "upn": "ana@contoso.example", "ver": "1.0", "idtyp": nil, "roles": nil, "groups": nil, "sid": string(directory.DerivedID("session", ana)),
	} {
		if access[name] != want {
			t.Errorf("access token: %s is %v, want %v", name, access[name], want)
		}
	}
	id := w.said(got.str("id_token"))
	for name, want := range map[string]any{
		"aud": string(portal), "iss": base + "/" + string(contoso) + "/v2.0", "nonce": "n-1", "name": "Ana", "preferred_username": "ana@contoso.example", "oid": string(ana),
		"sub": claims.Subject([]byte("key"), string(ana), string(portal)), "ver": "2.0", "email": nil, "auth_time": nil, "c_hash": nil, "upn": nil, "exp": float64(w.now.Add(time.Hour).Unix()),
	} {
		if id[name] != want {
			t.Errorf("id_token: %s is %v, want %v", name, id[name], want)
		}
	}
	if g, _ := id["groups"].([]any); len(g) != 1 || g[0] != string(staff) {
		t.Errorf("id_token: groups %v", id["groups"])
	}
}

// v1.0 names the resource apart, writes numbers as texts and always brings an id_token.
func TestCodeV1(t *testing.T) {
	w := start(t)
	code := w.code(func(k *ticket.Code) { k.V1, k.Scopes, k.Challenge, k.Resource = true, nil, "", org+"/" })
	got := w.redeem(v1, code, "code_verifier", "")
	if got.status != 200 || members(got.text) != "token_type scope expires_in ext_expires_in expires_on not_before resource access_token refresh_token id_token" {
		t.Fatalf("%d %s", got.status, got.text)
	}
	if got.str("scope") != "user_impersonation" || got.str("resource") != org+"/" || got.str("expires_in") != "3599" {
		t.Errorf("%s", got.text)
	}
	if id := w.said(got.str("id_token")); id["ver"] != "1.0" || id["upn"] != "ana@contoso.example" || id["iss"] != base+"/"+string(contoso)+"/" {
		t.Errorf("id_token says %v", id)
	}
}

// What a token is for and what it says follow from the scope of the request, else of the
// sign-in.
func TestScopesOfPeople(t *testing.T) {
	w := start(t)
	for scope, want := range map[string][3]string{ // scope of the answer, aud, scp
		"":                       {org + "/user_impersonation", org, "user_impersonation"},
		org + "/.default openid": {org + "/user_impersonation " + org + "/.default", org, "user_impersonation"},
		org + "//.default":       {org + "//user_impersonation " + org + "//.default", org + "/", "user_impersonation"},
		"api://orders/Read":      {"api://orders/Read", string(orders), "Read"},
		"api://orders/.default":  {"api://orders/Read api://orders/.default", string(orders), "Read"},
		"openid profile":         {org + "/user_impersonation", org, "user_impersonation"},
	} {
		got := w.redeem(v2, w.code(), "scope", scope)
		if got.status != 200 {
			t.Errorf("%q: %s", scope, got.text)
			continue
		}
		said := w.said(got.str("access_token"))
		if got.str("scope") != want[0] || said["aud"] != want[1] || said["scp"] != want[2] {
			t.Errorf("%q: answer %q, aud %v, scp %v", scope, got.str("scope"), said["aud"], said["scp"])
		}
		if want[1] == string(orders) && (said["ver"] != "2.0" || strings.Join(asTexts(said["roles"]), " ") != "Approver") {
			t.Errorf("%q: %v", scope, said)
		}
	}
	// Nobody named a resource: it is Microsoft Graph, with the scopes of OpenID Connect.
	code := w.code(func(k *ticket.Code) { k.Scopes = []string{"openid", "email"} })
	got := w.redeem(v2, code)
	if said := w.said(got.str("access_token")); said["aud"] != "https://graph.microsoft.com" || said["scp"] != "openid email" || got.str("scope") != "openid email" {
		t.Errorf("%s: %v", got.text, said)
	}
	if id := w.said(got.str("id_token")); id["email"] != "ana@mail.example" || id["oid"] != nil || got.str("refresh_token") != "" {
		t.Errorf("%v", id)
	}
	for scope, want := range map[string]aadsts.Entry{
		"api://orders/Write": aadsts.ConsentMissing, "api://orders/Burn": aadsts.ScopeNotOfResource, "api://nobody/Read": aadsts.ResourceNotFound,
		org + "/.default api://orders/Read": aadsts.ScopeManyResources, "api://orders/": aadsts.ScopeInvalid, "é": aadsts.ScopeInvalid, "User.Read": aadsts.ConsentMissing,
	} {
		got := w.redeem(v2, w.code(), "scope", scope)
		got.wants(t, scope, want)
		if want == aadsts.ConsentMissing && got.str("suberror") != "consent_required" {
			t.Errorf("%s", got.text)
		}
	}
}

func asTexts(list any) (out []string) {
	all, _ := list.([]any)
	for _, one := range all {
		s, _ := one.(string)
		out = append(out, s)
	}
	return out
}

// What a code is bound to (Entra facts 4.1, 4.2): every mistake, and that none of them uses
// the code up.
func TestCodeIsBound(t *testing.T) {
	w := start(t, func(r *directory.Records) {
		r.ServicePrincipals = append(r.ServicePrincipals, directory.ServicePrincipal{ID: sp(page, fabrikam), AppID: orders, TenantID: fabrikam})
	})
	plain := func(k *ticket.Code) { k.Challenge = "" }
	isPage := func(k *ticket.Code) { k.App, k.RedirectURI, k.Platform = page, origin1+"/", "spa" }
	asPage := []string{"client_id", string(page), "client_secret", "", "redirect_uri", origin1 + "/"}
	both := func(more ...string) []string { return append(append([]string{}, asPage...), more...) }
	for name, try := range map[string]struct {
		change func(*ticket.Code)
		path   string
		pairs  []string
		want   aadsts.Entry
	}{
		"no verifier":               {nil, v2, []string{"code_verifier", ""}, aadsts.VerifierMismatch},
		"another verifier":          {nil, v2, []string{"code_verifier", verifier + "x"}, aadsts.VerifierMismatch},
		"the challenge itself":      {nil, v2, []string{"code_verifier", challenge()}, aadsts.VerifierMismatch},
		"challenge taken away":      {plain, v2, nil, aadsts.VerifierMismatch},
		"redirect URI, slash":       {nil, v2, []string{"redirect_uri", back + "/"}, aadsts.RedirectMismatch},
		"redirect URI, case":        {nil, v2, []string{"redirect_uri", strings.ToUpper(back)}, aadsts.RedirectMismatch},
		"no redirect URI":           {nil, v2, []string{"redirect_uri", ""}, aadsts.MissingParameter},
		"another tenant":            {nil, "/" + string(fabrikam) + "/oauth2/v2.0/token", nil, aadsts.CodeOfOtherTenant},
		"another application":       {nil, v2, []string{"client_id", string(orders)}, aadsts.GrantMalformed},
		"no secret":                 {nil, v2, []string{"client_secret", ""}, aadsts.CredentialRequired},
		"wrong secret":              {nil, v2, []string{"client_secret", "x"}, aadsts.SecretInvalid},
		"no code":                   {nil, v2, []string{"code", ""}, aadsts.MissingParameter},
		"no such code":              {nil, v2, []string{"code", "1.Cnothing"}, aadsts.GrantMalformed},
		"web code, from a page":     {nil, v2, []string{"@Origin", origin1}, aadsts.CrossOriginNotSPA},
		"page's code, from no page": {isPage, v2, asPage, aadsts.SPAWithoutOrigin},
		"page without PKCE":         {func(k *ticket.Code) { isPage(k); plain(k) }, v2, both("@Origin", origin1, "code_verifier", ""), aadsts.CrossOriginWithoutPKCE},
		"single tenant, common":     {isPage, "/common/oauth2/v2.0/token", both("@Origin", origin1), aadsts.NotMultiTenant},
		"resource on v2.0":          {nil, v2, []string{"resource", org}, aadsts.ResourceParameter},
	} {
		var change []func(*ticket.Code)
		if try.change != nil {
			change = append(change, try.change)
		}
		code := w.code(change...)
		w.redeem(try.path, code, try.pairs...).wants(t, name, try.want)
		if _, err := w.Tickets.Code(t.Context(), code); err != nil {
			t.Errorf("%s: the code is gone: %v", name, err)
		}
	}
	got := w.redeem(v2, w.code(isPage), both("@Origin", origin1)...)
	if got.status != 200 || got.header.Get("Access-Control-Allow-Origin") != origin1 {
		t.Errorf("page: %d %s %v", got.status, got.text, got.header)
	}
	if said := w.said(got.str("access_token")); said["appidacr"] != "0" {
		t.Errorf("page: appidacr %v", said["appidacr"])
	}
	got = w.redeem(v2, w.code(isPage), both("@Origin", "https://evil.example")...)
	if got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a strange page may read the answer")
	}
	code := w.code(func(k *ticket.Code) { k.Method, k.Challenge = "plain", verifier })
	if got := w.redeem(v2, code); got.status != 200 {
		t.Errorf("plain challenge: %s", got.text)
	}
}

func TestCodeIsUsedOnce(t *testing.T) {
	w := start(t)
	code := w.code()
	first := w.redeem(v2, code)
	w.redeem(v2, code).wants(t, "second", aadsts.CodeRedeemed)
	w.refresh(first.str("refresh_token")).wants(t, "refresh token of a stolen code", aadsts.GrantExpired)
	late := w.code()
	w.pass(ticket.CodeLife)
	w.redeem(v2, late).wants(t, "late", aadsts.GrantExpired)
}

// Of a thousand who redeem one code at once, one gets tokens.
func TestOneOfAThousandWins(t *testing.T) {
	w := start(t)
	code := w.code()
	replies := make(chan reply, 1000)
	begin := make(chan struct{})
	for range cap(replies) {
		go func() { <-begin; replies <- w.redeem(v2, code) }()
	}
	close(begin)
	won := 0
	for range cap(replies) {
		if r := <-replies; r.status == 200 {
			won++
		} else {
			r.wants(t, "loser", aadsts.CodeRedeemed)
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

// Over common the sign-in says which tenant it is; applications for one tenant are sent
// away.
func TestCommon(t *testing.T) {
	w := start(t)
	code := w.code(func(k *ticket.Code) { k.Tenant, k.User = fabrikam, ben })
	got := w.redeem("/common/oauth2/v2.0/token", code)
	if got.status != 200 {
		t.Fatalf("%s", got.text)
	}
	if said := w.said(got.str("access_token")); said["tid"] != string(fabrikam) || said["oid"] != string(ben) {
		t.Errorf("%v", said)
	}
	got = w.post("/organizations/oauth2/v2.0/token", "grant_type", "refresh_token", "client_id", string(portal), "client_secret", secret, "refresh_token", got.str("refresh_token"))
	if got.status != 200 || w.said(got.str("id_token"))["iss"] != base+"/"+string(fabrikam)+"/v2.0" {
		t.Errorf("%s", got.text)
	}
	w.redeem("/common/oauth2/v2.0/token", "1.Cnothing").wants(t, "unknown code", aadsts.GrantMalformed)
	w.redeem("/common/oauth2/v2.0/token", "1.Cnothing", "client_secret", "x").wants(t, "unknown code, wrong secret", aadsts.SecretInvalid)
	w.redeem("/common/oauth2/v2.0/token", "x", "client_id", string(contoso)).wants(t, "unknown application", aadsts.AppNotFound)
}

// An application that only the assigned may use (50105).
func TestAssignmentRequired(t *testing.T) {
	for name, try := range map[string]struct {
		principal directory.ID
		ok        bool
	}{"nobody": {ben, false}, "herself": {ana, true}, "her group": {staff, true}} {
		w := start(t, func(r *directory.Records) {
			for i := range r.ServicePrincipals {
				if r.ServicePrincipals[i].ID == sp(portal, contoso) {
					r.ServicePrincipals[i].AssignmentRequired = true
				}
			}
			r.RoleAssignments = append(r.RoleAssignments, directory.RoleAssignment{ID: roleID, PrincipalID: try.principal, ResourceID: sp(portal, contoso), RoleID: directory.NoID})
		})
		got := w.redeem(v2, w.code())
		if !try.ok {
			got.wants(t, name, aadsts.UserNotAssigned)
		} else if got.status != 200 {
			t.Errorf("%s: %s", name, got.text)
		}
	}
}

func TestAuthTime(t *testing.T) {
	w := start(t)
	for name, change := range map[string]func(*ticket.Code){
		"max_age": func(k *ticket.Code) { k.MaxAge = true },
		"claims":  func(k *ticket.Code) { k.Claims = `{"id_token":{"auth_time":{"essential":true}}}` },
	} {
		if id := w.said(w.redeem(v2, w.code(change)).str("id_token")); id["auth_time"] != float64(w.now.Unix()) {
			t.Errorf("%s: %v", name, id)
		}
	}
	if id := w.said(w.redeem(v2, w.code(func(k *ticket.Code) { k.Claims = `{"id_token":` })).str("id_token")); id["auth_time"] != nil {
		t.Errorf("%v", id)
	}
}
