package grant

import (
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

const deviceV2 = "/" + string(contoso) + "/oauth2/v2.0/devicecode"

// A device waits until its person has signed in elsewhere (Entra facts 4.6).
func TestDevice(t *testing.T) {
	w := start(t)
	got := w.post(deviceV2, "client_id", string(tool), "scope", org+"/.default openid offline_access")
	if got.status != 200 || members(got.text) != "user_code device_code verification_uri expires_in interval message" || got.body["expires_in"] != 900.0 || got.body["interval"] != 5.0 {
		t.Fatalf("%d %s", got.status, got.text)
	}
	if !strings.Contains(got.str("message"), got.str("user_code")) || got.str("verification_uri") != base+"/devicelogin" {
		t.Errorf("%s", got.text)
	}
	poll := func(pairs ...string) reply {
		return w.post(v2, append([]string{"grant_type", deviceGrant, "client_id", string(tool), "device_code", got.str("device_code")}, pairs...)...)
	}
	for range 20 { // MSAL for Go begins fast; it waits only while this is 400 and pending
		r := poll()
		if r.wants(t, "early", aadsts.DevicePending); r.status != 400 {
			t.Errorf("early poll answered %d", r.status)
		}
	}
	approve := ticket.Approval{Tenant: contoso, User: ana, AuthTime: w.now, Methods: []string{"pwd"}}
	if err := w.Tickets.ApproveDevice(t.Context(), got.str("user_code"), approve); err != nil {
		t.Fatal(err)
	}
	poll("client_id", string(portal), "client_secret", secret).wants(t, "another application", aadsts.GrantMalformed)
	done := poll()
	if done.status != 200 || done.str("refresh_token") == "" || w.said(done.str("access_token"))["oid"] != string(ana) {
		t.Fatalf("%s", done.text)
	}
	poll().wants(t, "again", aadsts.CodeRedeemed)
	again := w.post(v2, "grant_type", "refresh_token", "client_id", string(tool), "refresh_token", done.str("refresh_token"))
	if again.status != 200 || w.said(again.str("access_token"))["appidacr"] != "0" {
		t.Errorf("refresh: %s", again.text)
	}
}

func TestDeviceV1(t *testing.T) {
	w := start(t)
	got := w.post("/common/oauth2/devicecode", "client_id", string(tool), "resource", org)
	got.wants(t, "an application for one tenant", aadsts.NotMultiTenant)
	got = w.post("/"+string(contoso)+"/oauth2/devicecode", "client_id", string(tool), "resource", org)
	if got.status != 200 || members(got.text) != "user_code device_code verification_url expires_in interval message" || got.str("expires_in") != "900" {
		t.Fatalf("%d %s", got.status, got.text)
	}
	if err := w.Tickets.ApproveDevice(t.Context(), got.str("user_code"), ticket.Approval{Tenant: contoso, User: ana, AuthTime: w.now}); err != nil {
		t.Fatal(err)
	}
	done := w.post(v1, "grant_type", "device_code", "client_id", string(tool), "code", got.str("device_code"), "resource", org)
	if done.status != 200 || done.str("resource") != org {
		t.Errorf("%s", done.text)
	}
}

func TestDeviceRefusals(t *testing.T) {
	w := start(t)
	for name, try := range map[string]struct {
		pairs []string
		want  aadsts.Entry
	}{
		"no client":       {[]string{"scope", "openid"}, aadsts.MissingParameter},
		"no scope":        {[]string{"client_id", string(tool)}, aadsts.MissingParameter},
		"confidential":    {[]string{"client_id", string(orders), "scope", "openid"}, aadsts.CredentialRequired},
		"unknown client":  {[]string{"client_id", string(ana), "scope", "openid"}, aadsts.AppNotFound},
		"broken scope":    {[]string{"client_id", string(tool), "scope", "a/"}, aadsts.ScopeInvalid},
		"client, no GUID": {[]string{"client_id", "tool", "scope", "openid"}, aadsts.InvalidAppID},
	} {
		w.post(deviceV2, try.pairs...).wants(t, name, try.want)
	}
	poll := func(code string) reply {
		return w.post(v2, "grant_type", deviceGrant, "client_id", string(tool), "device_code", code)
	}
	poll("1.Dnothing").wants(t, "no such code", aadsts.DeviceUnknown)
	poll("").wants(t, "no code", aadsts.MissingParameter)
	denied := w.post(deviceV2, "client_id", string(tool), "scope", "openid")
	late := w.post(deviceV2, "client_id", string(tool), "scope", "openid")
	if err := w.Tickets.DenyDevice(t.Context(), denied.str("user_code")); err != nil {
		t.Fatal(err)
	}
	poll(denied.str("device_code")).wants(t, "denied", aadsts.DeviceDenied)
	w.pass(ticket.DeviceLife + time.Second)
	poll(late.str("device_code")).wants(t, "late", aadsts.DeviceExpired)
}

// Who may sign in to a program that devices run, over organizations.
func TestDeviceOverWords(t *testing.T) {
	w := start(t, func(r *directory.Records) {
		for i := range r.Applications {
			if r.Applications[i].AppID == portal {
				r.Applications[i].PublicClient = true
			}
		}
	})
	got := w.post("/organizations/oauth2/v2.0/devicecode", "client_id", string(portal), "scope", org+"/.default")
	if err := w.Tickets.ApproveDevice(t.Context(), got.str("user_code"), ticket.Approval{Tenant: fabrikam, User: ben, AuthTime: w.now}); err != nil {
		t.Fatalf("%s: %v", got.text, err)
	}
	done := w.post("/organizations/oauth2/v2.0/token", "grant_type", deviceGrant, "client_id", string(portal), "device_code", got.str("device_code"))
	if done.status != 200 || w.said(done.str("access_token"))["tid"] != string(fabrikam) {
		t.Errorf("%s", done.text)
	}
}
