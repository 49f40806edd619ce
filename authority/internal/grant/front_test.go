package grant

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/claims"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

func TestFrontChannel(t *testing.T) {
	w := start(t)
	k := ticket.Code{Tenant: contoso, App: portal, User: ana, Nonce: "n-2", Scopes: []string{"openid", "profile", org + "/.default"}, AuthTime: w.now}
	got, err := w.FrontChannel(t.Context(), Front{Code: k, Issued: "the-code", IDToken: true, AccessToken: true})
	if err != nil {
		t.Fatal(err)
	}
	id := w.said(got.IDToken)
	if id["nonce"] != "n-2" || id["c_hash"] != claims.HalfHash("the-code") || id["at_hash"] != claims.HalfHash(got.AccessToken) || id["ver"] != "2.0" {
		t.Errorf("%v", id)
	}
	if said := w.said(got.AccessToken); said["scp"] != "user_impersonation" || said["appidacr"] != "0" || got.ExpiresIn != 3599 || got.Scope == "" {
		t.Errorf("%v %+v", said, got)
	}
	k.V1 = true
	got, err = w.FrontChannel(t.Context(), Front{Code: k, IDToken: true})
	if id := w.said(got.IDToken); err != nil || id["ver"] != "1.0" || id["c_hash"] != nil || id["at_hash"] != nil || got.AccessToken != "" {
		t.Errorf("%v, %v", id, err)
	}
	k.V1, k.Scopes = false, []string{"openid", "api://orders/Write"}
	if _, err = w.FrontChannel(t.Context(), Front{Code: k, AccessToken: true}); !aadsts.Is(err, aadsts.ConsentMissing) {
		t.Errorf("without consent: %v", err)
	}
	k.User = ben
	if _, err = w.FrontChannel(t.Context(), Front{Code: k, IDToken: true}); !aadsts.Is(err, aadsts.UserNotFound) {
		t.Errorf("a stranger: %v", err)
	}
}

func TestConsenting(t *testing.T) {
	w := start(t)
	s := w.Directory.Current()
	client, _ := s.Principal(contoso, portal)
	missing, err := Consenting(s, client, ana, []string{"openid", org + "/.default", "api://orders/Read", "api://orders/Write", "User.Read"})
	if want := []string{"api://orders/Write", "User.Read"}; err != nil || !slices.Equal(missing, want) {
		t.Errorf("missing %v, %v", missing, err)
	}
	if _, err := Consenting(s, client, ana, []string{"api://orders/Burn"}); !aadsts.Is(err, aadsts.ScopeNotOfResource) {
		t.Errorf("%v", err)
	}
}

// A client that the resource authorized beforehand needs no consent, for those scopes.
func TestPreAuthorized(t *testing.T) {
	w := start(t, func(r *directory.Records) {
		for i := range r.Applications {
			if r.Applications[i].AppID == orders {
				r.Applications[i].PreAuthorized = []directory.PreAuthorized{{AppID: page, ScopeIDs: []directory.ID{directory.DerivedID("scope2", orders)}}}
			}
		}
	})
	code := w.code(func(k *ticket.Code) { k.App, k.RedirectURI, k.Platform = page, origin1+"/", "spa" })
	ask := func(scope string) reply {
		return w.redeem(v2, code, "client_id", string(page), "client_secret", "", "redirect_uri", origin1+"/", "@Origin", origin1, "scope", scope)
	}
	ask("api://orders/Read").wants(t, "another scope", aadsts.ConsentMissing)
	if got := ask("api://orders/Write"); got.status != 200 || w.said(got.str("access_token"))["scp"] != "Write" {
		t.Errorf("%s", got.text)
	}
}

// alone is the portal's request for itself.
func (w *world) alone(pairs ...string) reply {
	w.t.Helper()
	return w.post(v2, append([]string{"grant_type", "client_credentials", "client_id", string(portal), "client_secret", secret, "scope", org + "/.default"}, pairs...)...)
}

// The same token again within the window, and never after something changed.
func TestReuse(t *testing.T) {
	w := start(t)
	w.Reuse = &Reuse{Window: 5 * time.Minute}
	first := w.alone()
	w.pass(time.Minute)
	again := w.alone()
	if again.str("access_token") != first.str("access_token") || again.body["expires_in"] != 3539.0 {
		t.Errorf("a minute later: %s", again.text)
	}
	old := w.post(v1, "grant_type", "client_credentials", "client_id", string(portal), "client_secret", secret, "resource", org)
	if old.str("access_token") != first.str("access_token") || old.str("expires_in") != "3539" {
		t.Errorf("on the other endpoint: %s", old.text)
	}
	if w.alone("scope", org+"//.default").str("access_token") == first.str("access_token") || w.alone("scope", "api://orders/.default").str("access_token") == first.str("access_token") {
		t.Error("the same token for another resource")
	}
	w.alone("client_secret", "x").wants(t, "wrong secret", aadsts.SecretInvalid)
	w.pass(4 * time.Minute)
	if w.alone().str("access_token") == first.str("access_token") {
		t.Error("the same token after the window")
	}
}

func TestReuseEndsWithAnyChange(t *testing.T) {
	w := start(t)
	w.Reuse = &Reuse{Window: time.Hour}
	for name, change := range map[string]func(*directory.Records){
		"role given": func(r *directory.Records) {
			r.RoleAssignments = []directory.RoleAssignment{{ID: ana, PrincipalID: sp(portal, contoso), ResourceID: sp(orders, contoso), RoleID: roleID}}
		},
		"service principal changed": func(r *directory.Records) {
			p, _ := w.Directory.Current().Principal(contoso, portal)
			r.ServicePrincipals = []directory.ServicePrincipal{p.ServicePrincipal}
		},
		"a second secret": func(r *directory.Records) {
			a, _ := w.Directory.Current().Application(portal)
			changed := *a
			changed.Secrets = append(slices.Clone(a.Secrets), directory.NewSecret(ben, "", "another", time.Time{}, time.Time{}))
			r.Applications = []directory.Application{changed}
		},
	} {
		before := w.alone("scope", "api://orders/.default").str("access_token")
		var c directory.Change
		change(&c.Put)
		if err := w.Directory.Change(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		after := w.alone("scope", "api://orders/.default").str("access_token")
		if after == before || after == "" {
			t.Errorf("%s: the same token", name)
		}
		if name == "role given" && strings.Join(asTexts(w.said(after)["roles"]), "") != "Approver" {
			t.Errorf("the token does not know the role: %v", w.said(after))
		}
	}
	before := w.alone().str("access_token")
	if err := ring().Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w.alone().str("access_token") == before {
		t.Error("the same token after the key changed")
	}
}

// FuzzReadScopes: what is read is what was written, and a token has one resource.
func FuzzReadScopes(f *testing.F) {
	f.Add("openid https://org.crm.test/.default User.Read")
	f.Add("api://a/b api://a/c api://a//d")
	f.Add("/ // a/ \x00/b é/x")
	f.Fuzz(func(t *testing.T, text string) {
		asked := strings.Fields(text)
		w, err := readScopes(asked, false)
		if err != nil {
			if aadsts.From(err).Word == aadsts.ServerError {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		var names []string
		for _, value := range w.values {
			name := value
			if w.resource != "" {
				name = w.resource + "/" + value
			}
			if !slices.Contains(asked, name) && !slices.Contains(asked, w.resource+"/"+value) {
				t.Errorf("%q: read %q", text, name)
			}
			names = append(names, name)
		}
		again, err := readScopes(append(names, w.openID...), false)
		if err != nil || !slices.Equal(again.values, w.values) || len(w.values) > 0 && again.resource != w.resource {
			t.Errorf("%q: %+v, then %+v, %v", text, w, again, err)
		}
	})
}
