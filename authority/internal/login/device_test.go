package login

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// device begins a device's sign-in, and gives the person's code.
func (w *world) device(t *testing.T) string {
	t.Helper()
	_, userCode := w.devices(t)
	return userCode
}

func (w *world) devices(t *testing.T) (deviceCode, userCode string) {
	t.Helper()
	deviceCode, userCode, err := w.tickets.IssueDevice(t.Context(), ticket.Device{Segment: "common", App: native, Scopes: []string{"openid", "User.Read"}})
	if err != nil {
		t.Fatal(err)
	}
	return deviceCode, userCode
}

func TestDevice(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	deviceCode, userCode := w.devices(t)
	page := b.get("/devicelogin").wantPage("Enter code")
	signIn := b.press(page, "code", " "+strings.ToLower(userCode[:4])+"-"+userCode[4:], "do", "next").wantPage("Sign in")
	confirm := b.signIn(signIn, "ana@contoso.example").wantPage("Are you signing in on another device?")
	if !strings.Contains(confirm.text, "<strong>Native</strong>") {
		t.Error(confirm.text)
	}
	if _, err := w.tickets.PollDevice(t.Context(), deviceCode); !errors.Is(err, ticket.ErrPending) {
		t.Errorf("before the person confirmed: %v", err)
	}
	consent := b.press(confirm, "do", "confirm").wantPage("Permissions requested")
	b.press(consent, "do", "accept").wantPage("You are signed in")
	d, err := w.tickets.PollDevice(t.Context(), deviceCode)
	if err != nil || d.User != ana || d.Tenant != contoso || d.App != native || d.AuthTime.IsZero() {
		t.Errorf("%+v, %v", d, err)
	}
	b.press(confirm, "do", "confirm").wantError(aadsts.DeviceUnknown)
	again := b.press(page, "code", userCode, "do", "next").wantPage("Enter code")
	if !strings.Contains(again.text, "That code did not work") {
		t.Error(again.text)
	}
}

func TestDeviceDeclined(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	deviceCode, userCode := w.devices(t)
	confirm := b.signIn(b.press(b.get("/devicelogin?otc="+userCode), "code", userCode, "do", "next"), "ana@contoso.example")
	b.press(confirm, "do", "cancel").wantPage("You declined")
	if _, err := w.tickets.PollDevice(t.Context(), deviceCode); !errors.Is(err, ticket.ErrDenied) {
		t.Errorf("%v", err)
	}
}

func TestDeviceCodesThatAreNone(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	userCode := w.device(t)
	page := b.get("/devicelogin")
	for _, code := range []string{"", "XXXXXXXXX", strings.Repeat("X", 30), "' OR 1=1"} {
		b.press(page, "code", code, "do", "next").wantPage("Enter code")
	}
	w.pass(16 * time.Minute)
	if got := b.press(page, "code", userCode, "do", "next").wantPage("Enter code"); !strings.Contains(got.text, "has expired") {
		t.Error(got.text)
	}
	for range 60 {
		b.press(page, "code", "XXXXXXXXX", "do", "next")
	}
	if got := b.press(page, "code", "XXXXXXXXX", "do", "next"); !strings.Contains(got.text, "too many attempts") {
		t.Error("codes can be guessed without end")
	}
}

func TestPasswordThatMustBeChanged(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	page := b.signIn(b.get(b.ask("common")), "carl@contoso.example").wantPage("Choose a new password")
	b.get(b.ask("common", "prompt", "none")).wantTold(aadsts.LoginRequired, aadsts.NobodySignedIn)
	const better = "much better secret"
	for _, try := range [][2]string{{better, "other"}, {"short", "short"}, {secret, secret}, {"carl@contoso.example", "carl@contoso.example"}} {
		if got := b.press(page, "new", try[0], "again", try[1], "do", "change").wantPage("Choose a new password"); !strings.Contains(got.text, `role="alert"`) {
			t.Errorf("%v: %s", try, got.text)
		}
	}
	consent := b.press(page, "new", better, "again", better, "do", "change").wantPage("Permissions requested")
	b.press(consent, "do", "accept").wantBack(callbackA)
	user, _ := w.Directory.Current().UserByID(carl)
	if user.MustChangePassword || user.Password == hashed() || !user.SessionsValidFrom.Equal(w.Now()) {
		t.Errorf("%+v", user)
	}
	b.press(page, "new", "a third secret", "again", "a third secret", "do", "change").wantError(aadsts.PageExpired)
	old := w.browser(t)
	old.signIn(old.get(old.ask("common")), "carl@contoso.example").wantPage("Sign in")
	old.press(old.get(old.ask("common")), "username", "carl@contoso.example", "password", better, "do", "signin").wantBack(callbackA)
}

func TestWhatTheSignInPageSays(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	wrong := b.press(b.get(b.ask("common")), "username", "ana@contoso.example", "password", "no", "do", "signin").wantPage("Sign in")
	unknown := b.press(wrong, "username", "nobody@contoso.example", "password", "no", "do", "signin").wantPage("Sign in")
	const words = "Your user name or password is incorrect."
	if !strings.Contains(wrong.text, words) || !strings.Contains(unknown.text, words) || strings.Contains(wrong.text, `value="no"`) {
		t.Errorf("%s\n%s", wrong.text, unknown.text)
	}
	disabled := b.press(wrong, "username", "dora@contoso.example", "password", secret, "do", "signin").wantPage("Sign in")
	if !strings.Contains(disabled.text, "Your account is disabled") {
		t.Error(disabled.text)
	}
	for range perAccountNetwork {
		wrong = b.press(wrong, "username", "ana@contoso.example", "password", "no", "do", "signin")
	}
	if !strings.Contains(wrong.text, "too many attempts") {
		t.Error(wrong.text)
	}
}

func TestNoticesOfSignIns(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	b.press(b.get(b.ask("common")), "username", "ana@contoso.example", "password", "secret typo", "do", "signin")
	b.consented("ana@contoso.example")
	b.get(b.ask(contoso)).wantBack(callbackA)
	var got []string
	err := w.Journal.Read(t.Context(), contoso, 0, func(e journal.Entry) bool {
		got = append(got, fmt.Sprintf("%s %s %s %d %v %s", e.UserName, e.User, e.AppName, e.Code, e.Interactive, e.IP))
		if strings.Contains(fmt.Sprintf("%+v", e), "secret typo") {
			t.Errorf("a password was written down: %+v", e)
		}
		return true
	})
	want := []string{
		"ana@contoso.example " + string(ana) + " Portal 0 true 127.0.0.1", "ana@contoso.example " + string(ana) + " Portal 0 true 127.0.0.1",
		"ana@contoso.example  Portal 50126 true 127.0.0.1",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %q", err, got)
	}
}
