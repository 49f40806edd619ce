package grant

import (
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// signIn gives the refresh token of a fresh sign-in.
func (w *world) signIn() string {
	w.t.Helper()
	got := w.redeem(v2, w.code())
	if got.str("refresh_token") == "" {
		w.t.Fatalf("%s", got.text)
	}
	return got.str("refresh_token")
}

// A refresh token rotates, and is good for any resource consented to (Entra facts 4.4).
func TestRefresh(t *testing.T) {
	w := start(t)
	one := w.signIn()
	got := w.refresh(one)
	two := got.str("refresh_token")
	if got.status != 200 || two == "" || two == one || got.str("scope") != org+"/user_impersonation" || got.str("id_token") == "" {
		t.Fatalf("%s", got.text)
	}
	got = w.refresh(two, "scope", "api://orders/Read")
	if said := w.said(got.str("access_token")); got.status != 200 || said["aud"] != string(orders) || said["ver"] != "2.0" {
		t.Errorf("another resource: %s", got.text)
	}
	got = w.refresh(two, "scope", "api://orders/Write")
	got.wants(t, "without consent", aadsts.ConsentMissing)
	if got.str("suberror") != "consent_required" {
		t.Errorf("%s", got.text)
	}
	if got := w.refresh(two); got.status != 200 {
		t.Errorf("a refusal used the token up: %s", got.text)
	}
	w.pass(ticket.Leeway + time.Second)
	w.refresh(one).wants(t, "long after its exchange", aadsts.GrantExpired)
	w.refresh(two).wants(t, "of its family", aadsts.GrantExpired)
	w.refresh("").wants(t, "none", aadsts.MissingParameter)
	w.refresh("1.Rnothing").wants(t, "no such", aadsts.GrantMalformed)
}

func TestRefreshIsBound(t *testing.T) {
	w := start(t)
	token := w.signIn()
	w.refresh(token, "client_secret", "").wants(t, "no secret", aadsts.CredentialRequired)
	w.refresh(token, "client_id", string(orders)).wants(t, "another application", aadsts.GrantMalformed)
	w.refresh(token, "client_id", string(tool), "client_secret", "").wants(t, "a public one", aadsts.CredentialRequired)
	w.refresh(token, "@Origin", origin1).wants(t, "a page", aadsts.CrossOriginNotSPA)
	w.post("/"+string(fabrikam)+"/oauth2/v2.0/token", "grant_type", "refresh_token", "client_id", string(portal), "client_secret", secret, "refresh_token", token).
		wants(t, "another tenant", aadsts.CodeOfOtherTenant)
}

func TestRefreshTokensOfPagesEndAfterADay(t *testing.T) {
	w := start(t)
	ask := func(pairs ...string) reply {
		return w.post(v2, append([]string{"client_id", string(page), "@Origin", origin1}, pairs...)...)
	}
	code := w.code(func(k *ticket.Code) { k.App, k.RedirectURI, k.Platform = page, origin1+"/", "spa" })
	got := ask("grant_type", "authorization_code", "code", code, "redirect_uri", origin1+"/", "code_verifier", verifier)
	w.pass(23 * time.Hour)
	got = ask("grant_type", "refresh_token", "refresh_token", got.str("refresh_token"))
	if got.status != 200 {
		t.Fatalf("%s", got.text)
	}
	w.pass(time.Hour)
	ask("grant_type", "refresh_token", "refresh_token", got.str("refresh_token")).wants(t, "after a day", aadsts.RefreshOfSPA)
	idle := w.signIn()
	w.pass(ticket.RefreshLife)
	w.refresh(idle).wants(t, "after a quarter without use", aadsts.RefreshExpired)
}

// What ends a grant: each change in the directory with its refusal (Entra facts 4.4, 5.4).
func TestWhatEndsAGrant(t *testing.T) {
	for name, try := range map[string]struct {
		change func(*world) directory.Change
		want   aadsts.Entry
		sub    string
	}{
		"user disabled": {func(w *world) directory.Change {
			return putUser(w, func(u *directory.User) { u.Disabled = true })
		}, aadsts.UserDisabled, ""},
		"password changed": {func(w *world) directory.Change {
			return putUser(w, func(u *directory.User) { u.SessionsValidFrom = w.now.Add(time.Second) })
		}, aadsts.GrantRevoked, "bad_token"},
		"sessions revoked in the book too": {func(w *world) directory.Change {
			if err := w.Tickets.RevokeUser(w.t.Context(), ana); err != nil {
				w.t.Fatal(err)
			}
			return putUser(w, func(u *directory.User) { u.SessionsValidFrom = w.now.Add(time.Second) })
		}, aadsts.GrantRevoked, "bad_token"},
		"user deleted":          {func(*world) directory.Change { return directory.Change{Remove: []directory.ID{ana}} }, aadsts.UserNotFound, ""},
		"application withdrawn": {func(*world) directory.Change { return directory.Change{Remove: []directory.ID{sp(portal, contoso)}} }, aadsts.AppWithoutPrincipal, ""},
		"consent withdrawn": {func(w *world) directory.Change {
			var c directory.Change
			for _, g := range w.Directory.Current().GrantsOf(sp(portal, contoso)) {
				c.Remove = append(c.Remove, g.ID)
			}
			return c
		}, aadsts.ConsentMissing, "consent_required"},
		"family revoked": {func(w *world) directory.Change {
			if err := w.Tickets.RevokeGrant(w.t.Context(), contoso, portal, ana); err != nil {
				w.t.Fatal(err)
			}
			return directory.Change{}
		}, aadsts.GrantExpired, "bad_token"},
	} {
		w := start(t)
		token := w.signIn()
		if err := w.Directory.Change(t.Context(), try.change(w)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := w.refresh(token)
		got.wants(t, name, try.want)
		if got.str("suberror") != try.sub {
			t.Errorf("%s: suberror %q, want %q", name, got.str("suberror"), try.sub)
		}
	}
}

func putUser(w *world, edit func(*directory.User)) directory.Change {
	u, _ := w.Directory.Current().UserByID(ana)
	changed := *u
	edit(&changed)
	return directory.Change{Put: directory.Records{Users: []directory.User{changed}}}
}
