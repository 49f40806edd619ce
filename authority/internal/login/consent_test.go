package login

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// had is what consent made of an application in a tenant.
type had struct {
	principal *directory.Principal
	grants    map[string][]string // "resource's client id person" to scopes
	roles     []directory.RoleAssignment
}

func (w *world) had(tenant, app directory.ID) had {
	s := w.Directory.Current()
	h := had{grants: map[string][]string{}}
	h.principal, _ = s.Principal(tenant, app)
	if h.principal == nil {
		return h
	}
	for _, g := range s.GrantsOf(h.principal.ID) {
		resource, _ := s.PrincipalByID(g.ResourceID)
		h.grants[string(resource.AppID)+" "+string(g.PrincipalID)] = g.Scopes
	}
	h.roles = s.RoleAssignments(func(a directory.RoleAssignment) bool {
		return a.PrincipalID == h.principal.ID || a.ResourceID == h.principal.ID
	})
	return h
}

func TestConsentOfOnePerson(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	page := b.signIn(b.get(b.ask(contoso, "scope", "openid offline_access "+dataverse+"/user_impersonation")), "ana@contoso.example").wantPage("Permissions requested")
	for _, want := range []string{"<b>Portal</b>", "published by Contoso", "<h2>Dataverse</h2>", "Access Dataverse as you", "<h2>Microsoft Graph</h2>", "Keep the access"} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page does not say %q: %s", want, page.text)
		}
	}
	if strings.Contains(page.text, "Consent on behalf") {
		t.Error("Ana may not consent for everybody")
	}
	b.press(page, "do", "accept", "all", "on").wantBack(callbackA)
	got := w.had(contoso, portal)
	if got.principal == nil || !slices.Contains(got.principal.Tags, "WindowsAzureActiveDirectoryIntegratedApp") {
		t.Fatalf("%+v", got)
	}
	if s := got.grants[string(directory.Dataverse)+" "+string(ana)]; !slices.Equal(s, []string{"user_impersonation"}) || len(got.grants) != 2 {
		t.Errorf("grants %v", got.grants)
	}
	if s := got.grants[string(directory.Graph)+" "+string(ana)]; !slices.Equal(s, []string{"openid", "offline_access"}) {
		t.Errorf("grants %v", got.grants)
	}
	if len(got.roles) != 1 || got.roles[0].PrincipalID != ana || got.roles[0].RoleID != directory.NoID {
		t.Errorf("assignments %+v", got.roles)
	}
	b.get(b.ask(contoso, "scope", dataverse+"/user_impersonation")).wantBack(callbackA)
	more := b.get(b.ask(contoso, "scope", "User.Read openid")).wantPage("Permissions requested")
	if strings.Contains(more.text, "Sign you in with") || strings.Contains(more.text, "<code>openid</code>") {
		t.Errorf("asked again for what was agreed: %s", more.text)
	}
	b.press(more, "do", "accept").wantBack(callbackA)
	if s := w.had(contoso, portal).grants[string(directory.Graph)+" "+string(ana)]; !slices.Equal(s, []string{"openid", "offline_access", "User.Read"}) {
		t.Errorf("grants %v", s)
	}
}

func TestConsentForEverybody(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	page := b.signIn(b.get(b.ask(contoso, "scope", "openid User.Read.All")), "ben@contoso.example").wantPage("Permissions requested")
	b.press(page, "do", "accept", "all", "on").wantBack(callbackA)
	got := w.had(contoso, portal)
	if s := got.grants[string(directory.Graph)+" "]; !slices.Equal(s, []string{"openid", "User.Read.All"}) || len(got.roles) != 0 {
		t.Errorf("%+v", got)
	}
	other := w.browser(t)
	other.signIn(other.get(other.ask(contoso, "scope", "openid User.Read.All")), "ana@contoso.example").wantBack(callbackA)
}

func TestOnlyAdministratorsConsentToSome(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	page := b.signIn(b.get(b.ask(contoso, "scope", "openid User.Read.All")), "ana@contoso.example").wantPage("Need admin approval")
	if !strings.Contains(page.text, "AADSTS90094: ") {
		t.Error(page.text)
	}
	b.press(page, "do", "cancel").wantTold(aadsts.AccessDenied, aadsts.ConsentNeedsAdmin)
	b.press(page, "do", "other").wantPage("Sign in")
	b.press(page, "do", "accept").wantPage("Sign in")
	if got := w.had(contoso, portal); got.principal != nil {
		t.Errorf("%+v", got)
	}
}

func TestPeopleMayNotConsentWhereTheTenantSaysSo(t *testing.T) {
	w := start(t, func(r *directory.Records) { r.Tenants[0].UserConsent = false })
	b := w.browser(t)
	b.signIn(b.get(b.ask(contoso)), "ana@contoso.example").wantPage("Need admin approval")
}

// The page of an administrator says what is asked, and its answer is told as Entra facts
// 5.1 has it.
func TestAdminConsent(t *testing.T) {
	for name, path := range map[string]string{
		"v1":   "/fabrikam.example/adminconsent?",
		"any":  "/organizations/adminconsent?",
		"v2.0": "/" + string(fabrikam) + "/v2.0/adminconsent?scope=" + url.QueryEscape("https://fab.crm.example/.default") + "&",
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			b := w.browser(t)
			at := path + url.Values{"client_id": {string(portal)}, "redirect_uri": {callbackA}, "state": {"s t&a=te"}}.Encode()
			page := b.signIn(b.get(at).wantPage("Sign in"), "zed@fabrikam.example").wantPage("Permissions requested for your organization")
			for _, want := range []string{"everybody in Fabrikam", "user_impersonation", "User.Read.All", "as itself, without a signed-in person"} {
				if !strings.Contains(page.text, want) {
					t.Errorf("the page does not say %q: %s", want, page.text)
				}
			}
			declined := b.press(page, "do", "cancel")
			declined.wantTold(aadsts.AccessDenied, aadsts.ConsentDeclined)
			if declined.params.Get("admin_consent") != "True" || declined.params.Has("tenant") || !strings.HasSuffix(declined.at, "#") {
				t.Errorf("declined: %v", declined.at)
			}
			if got := w.had(fabrikam, portal); got.principal != nil {
				t.Errorf("declined, and yet %+v", got)
			}
			back := b.press(page, "do", "accept").wantBack(callbackA + "?admin_consent=True&tenant=" + string(fabrikam))
			if strings.Contains(name, "v2") != back.params.Has("scope") {
				t.Errorf("scope: %v", back.to)
			}
			if name == "v2.0" && back.params.Get("scope") != "https://fab.crm.example/user_impersonation https://fab.crm.example/.default" {
				t.Errorf("scope %q", back.params.Get("scope"))
			}
			got := w.had(fabrikam, portal)
			if s := got.grants[string(directory.Dataverse)+" "]; !slices.Equal(s, []string{"user_impersonation"}) || len(got.grants) != 1 {
				t.Errorf("grants %v", got.grants)
			}
			if len(got.roles) != 1 || got.roles[0].PrincipalID != got.principal.ID || got.roles[0].RoleID != "df021288-bdef-4463-88db-98f22de89214" {
				t.Errorf("roles %+v", got.roles)
			}
			b.press(b.get(at).wantPage("Permissions requested for your organization"), "do", "accept").wantBack(callbackA)
			if again := w.had(fabrikam, portal); len(again.roles) != 1 || again.principal.ID != got.principal.ID {
				t.Errorf("consent twice: %+v", again)
			}
		})
	}
}

func TestAdminConsentIsForAdministratorsOfTheTenant(t *testing.T) {
	w := start(t)
	at := "/" + string(contoso) + "/adminconsent?" + url.Values{"client_id": {string(portal)}, "redirect_uri": {callbackA}, "state": {"s t&a=te"}}.Encode()
	b := w.browser(t)
	b.signIn(b.get(at), "zed@fabrikam.example").wantTold(aadsts.AccessDenied, aadsts.UserElsewhere)
	b = w.browser(t)
	b.press(b.signIn(b.get(at), "ana@contoso.example").wantPage("Need admin approval"), "do", "cancel").wantTold(aadsts.AccessDenied, aadsts.ConsentNeedsAdmin)
	b.get(strings.Replace(at, "portal.example", "evil.example", 1)).wantError(aadsts.RedirectMismatch)
	b.get("/"+string(contoso)+"/v2.0"+strings.TrimPrefix(at, "/"+string(contoso))).wantTold(aadsts.InvalidRequest, aadsts.MissingParameter)
	b.get("/common/v2.0" + strings.TrimPrefix(at, "/"+string(contoso))).wantError(aadsts.MissingParameter)
}

// The consent link of the older Dataverse sample (Dataverse facts 1.2, Entra facts 5.2).
func TestPromptAdminConsent(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	at := strings.Replace(b.ask("common", "prompt", "admin_consent", "scope", ""), "/v2.0", "", 1)
	page := b.signIn(b.get(at), "zed@fabrikam.example").wantPage("Permissions requested for your organization")
	back := b.press(page, "do", "accept").wantBack(callbackA + "?code=")
	if back.params.Get("admin_consent") != "True" || !back.params.Has("session_state") {
		t.Errorf("%v", back.to)
	}
	if k := b.code(back); !k.V1 || k.Tenant != fabrikam {
		t.Errorf("%+v", k)
	}
	if got := w.had(fabrikam, portal); len(got.grants) != 1 || len(got.roles) != 1 {
		t.Errorf("%+v", got)
	}
	b.get(b.ask("common", "prompt", "admin_consent")).wantTold(aadsts.InvalidRequest, aadsts.PromptInvalid)
}

// A registration that changes while the page is open is shown anew.
func TestNobodyAgreesToWhatTheyDidNotSee(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	at := "/" + string(contoso) + "/adminconsent?" + url.Values{"client_id": {string(portal)}, "redirect_uri": {callbackA}, "state": {"s t&a=te"}}.Encode()
	page := b.signIn(b.get(at), "ben@contoso.example").wantPage("Permissions requested for your organization")
	app, _ := w.Directory.Current().Application(portal)
	greedy := *app
	greedy.RequiredAccess = append(slices.Clone(greedy.RequiredAccess), directory.ResourceAccess{ResourceAppID: directory.Graph,
		Access: []directory.Access{{ID: "19dbc75e-c2e2-444c-a770-ec69d8559fc7", Role: true}}})
	if err := w.Directory.Change(t.Context(), directory.Change{Put: directory.Records{Applications: []directory.Application{greedy}}}); err != nil {
		t.Fatal(err)
	}
	again := b.press(page, "do", "accept").wantPage("Permissions requested for your organization")
	if !strings.Contains(again.text, "Directory.ReadWrite.All") || w.had(contoso, portal).principal != nil {
		t.Error("what was added was agreed to unseen")
	}
	b.press(again, "do", "accept").wantBack(callbackA)
	if got := w.had(contoso, portal); len(got.roles) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestWhatCannotBeAsked(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	b.consented("ana@contoso.example")
	for scope, want := range map[string]aadsts.Entry{
		"openid https://nowhere.example/x":      aadsts.ResourceNotFound,
		"openid " + dataverse + "/other":        aadsts.ScopeNotOfResource,
		"openid Nonsense.Read":                  aadsts.ScopeNotOfResource,
		"openid " + dataverse + "/":             aadsts.ScopeInvalid,
		"openid " + string(gated) + "/.default": aadsts.ResourceNotListed,
	} {
		back := b.get(b.ask("common", "scope", scope)).wantBack(callbackA)
		if !strings.HasPrefix(back.params.Get("error_description"), want.Code()+": ") {
			t.Errorf("%s: %v", scope, back.to)
		}
	}
	b.get(b.ask("common", "scope", dataverse+"/.default")).wantPage("Permissions requested")
	b.get(b.ask("common", "scope", dataverse+"//.default")).wantPage("Permissions requested")
}

// An API of the publisher comes to the subscriber with the consent; one that is for its own
// tenant does not.
func TestConsentBringsTheResource(t *testing.T) {
	const api, scope directory.ID = "5a1f0000-0000-4000-8000-0000000000e1", "5a1f0000-0000-4000-8000-0000000000e2"
	for audience, wanted := range map[directory.Audience]bool{directory.MultiTenant: true, directory.SingleTenant: false} {
		w := start(t, func(r *directory.Records) {
			a := app(api, contoso, "Orders API", audience)
			a.IdentifierURIs, a.Scopes, a.RequiredAccess = []string{"api://orders"}, []directory.Scope{{ID: scope, Value: "Orders.Read"}}, nil
			r.Applications = append(r.Applications, a)
			r.Applications[2].RequiredAccess = []directory.ResourceAccess{{ResourceAppID: api, Access: []directory.Access{{ID: scope}}}}
		})
		b := w.browser(t)
		got := b.signIn(b.get(b.ask(fabrikam, "scope", "openid api://orders/.default")), "zoe@fabrikam.example")
		if !wanted {
			got.wantTold(aadsts.InvalidResource, aadsts.ResourceNotFound)
			continue
		}
		b.press(got.wantPage("Permissions requested"), "do", "accept").wantBack(callbackA)
		if _, present := w.Directory.Current().Principal(fabrikam, api); !present {
			t.Error("the API is not in the tenant")
		}
		if s := w.had(fabrikam, portal).grants[string(api)+" "+string(zoe)]; !slices.Equal(s, []string{"Orders.Read"}) {
			t.Errorf("grants %v", s)
		}
		b.get(b.ask(fabrikam, "scope", "openid api://orders/Orders.Read")).wantBack(callbackA)
	}
}

// A resource that nobody has is told by its code to an administrator too.
func TestResourcesThatAreNowhere(t *testing.T) {
	w := start(t, func(r *directory.Records) {
		r.Applications[2].RequiredAccess = []directory.ResourceAccess{{ResourceAppID: ana}}
	})
	b := w.browser(t)
	at := "/" + string(contoso) + "/adminconsent?" + url.Values{"client_id": {string(portal)}, "redirect_uri": {callbackA}, "state": {"s t&a=te"}}.Encode()
	b.signIn(b.get(at), "ben@contoso.example").wantTold(aadsts.InvalidClient, aadsts.ResourceAbsent)
}

func TestClientsThatNeedNoConsent(t *testing.T) {
	w := start(t, func(r *directory.Records) {
		r.Applications[0].PreAuthorized = []directory.PreAuthorized{{AppID: portal, ScopeIDs: []directory.ID{"78ce3f0f-a1ce-49c2-8cde-64b5c0896db4"}}}
	})
	b := w.browser(t)
	b.consented("ana@contoso.example")
	b.get(b.ask("common", "scope", dataverse+"/user_impersonation")).wantBack(callbackA)
}
