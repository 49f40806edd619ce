package login

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// chromium finds a browser. Without one the test fails, unless STEAD_SKIP_BROWSER is 1.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("STEAD_SKIP_BROWSER") == "1" {
		t.Skip("no chromium here")
	}
	t.Fatal("no chromium here: install.sh brings it, STEAD_SKIP_BROWSER=1 does without")
	return ""
}

// tab is a real browser. With STEAD_SCREENSHOTS set to a directory it takes pictures.
type tab struct {
	context.Context
	t   *testing.T
	url string // of the authority
}

func openTab(t *testing.T, w *world) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.Flag("ignore-certificate-errors", true), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop := chromedp.NewContext(allocator)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil { // starts the browser, whose life has no limit of time
		t.Fatal(err)
	}
	ctx, stop = context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(stop)
	return &tab{ctx, t, w.url}
}

func (b *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b, actions...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// heading waits for a page and takes its picture: wide and light, wide and dark, as narrow
// as a phone.
func (b *tab) heading(title string) {
	b.t.Helper()
	got, err := chromedp.Run(b, chromedp.Evaluate[string](`document.querySelector("h1").innerText`))
	if err != nil || got != title {
		b.t.Fatalf("want the page %q, got %q, %v", title, got, err)
	}
	folder := os.Getenv("STEAD_SCREENSHOTS")
	if folder == "" {
		return
	}
	name := strings.ToLower(strings.Map(func(r rune) rune {
		if r == ' ' || r == '?' || r == ',' {
			return '-'
		}
		return r
	}, title))
	for _, look := range []struct {
		name, scheme  string
		width, height int64
	}{{"light", "light", 1000, 760}, {"dark", "dark", 1000, 760}, {"phone", "dark", 360, 740}} {
		features := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}}
		if _, err := chromedp.Call(b, emulation.SetEmulatedMedia, features); err != nil {
			b.t.Fatal(err)
		}
		b.do("picture", chromedp.EmulateViewport(look.width, look.height))
		picture, err := chromedp.Run(b, chromedp.CaptureScreenshot())
		if err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+"-"+look.name+".png"), picture, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
}

// site is a web application that people come back to.
func site(t *testing.T, arrived chan<- *http.Request, next string) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if r.URL.Path == "/signin" && r.Method == http.MethodGet && r.Form.Has("code") && next != "" {
			arrived <- r
			http.Redirect(w, r, next, http.StatusFound) // to another origin of its own
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!DOCTYPE html><title>app</title><h1 id=app>" + r.URL.Path + "</h1>"))
		if strings.HasPrefix(r.URL.Path, "/signin") || strings.HasPrefix(r.URL.Path, "/signout") {
			arrived <- r
		}
	}))
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func arrival(t *testing.T, arrived <-chan *http.Request) *http.Request {
	t.Helper()
	select {
	case r := <-arrived:
		return r
	case <-time.After(20 * time.Second):
		t.Fatal("nobody came back to the application")
		return nil
	}
}

// A person signs in, agrees, comes back by a form post, and signs out, with a real browser
// that enforces the pages' security policy.
func TestBrowser(t *testing.T) {
	arrived := make(chan *http.Request, 10)
	elsewhere := site(t, arrived, "")
	there := site(t, arrived, elsewhere.URL+"/signin-elsewhere")
	w := start(t, func(r *directory.Records) {
		r.Applications[2].RedirectURIs = []directory.RedirectURI{{Platform: "web", URI: there.URL + "/signin"}}
		r.Applications[2].LogoutURL = there.URL + "/signout"
	})
	b := openTab(t, w)
	plain := w.browser(t)
	at := w.url + plain.ask("common", "redirect_uri", there.URL+"/signin", "response_mode", "form_post", "scope", "openid offline_access "+dataverse+"/user_impersonation")
	b.do("open", chromedp.Navigate(at))
	b.heading("Sign in")
	b.do("type a wrong password", chromedp.SendKeys(chromedp.CSS("#username"), "ana@contoso.example"), chromedp.SendKeys(chromedp.CSS("#password"), "wrong\r"), chromedp.WaitVisible(chromedp.CSS(".trouble p")))
	b.heading("Sign in")
	b.do("sign in by keyboard", chromedp.SendKeys(chromedp.CSS("#password"), secret+"\r"), chromedp.WaitVisible(chromedp.CSS(".asks")))
	b.heading("Permissions requested")
	b.do("accept", chromedp.Click(chromedp.CSS(`button[value="accept"]`)))
	back := arrival(t, arrived)
	if back.Method != http.MethodPost || !strings.HasPrefix(back.PostForm.Get("code"), "1.C") || back.PostForm.Get("state") != "s t&a=te" {
		t.Errorf("came back as %s %v", back.Method, back.PostForm)
	}
	b.do("arrive", chromedp.WaitVisible(chromedp.CSS("#app")))
	b.do("single sign-on", chromedp.Navigate(strings.Replace(at, "form_post", "query", 1)))
	if again := arrival(t, arrived); again.Method != http.MethodGet || again.Form.Get("code") == "" {
		t.Errorf("came back as %s %v", again.Method, again.URL)
	}
	arrival(t, arrived)
	b.do("choose", chromedp.Navigate(strings.Replace(at, "form_post", "query", 1)+"&prompt=select_account"))
	b.heading("Pick an account")
	b.do("pick", chromedp.Click(chromedp.CSS(`.accounts button`)))
	if again := arrival(t, arrived); again.Method != http.MethodGet || again.Form.Get("code") == "" {
		t.Errorf("came back as %s %v", again.Method, again.URL)
	}
	if r := arrival(t, arrived); r.URL.Path != "/signin-elsewhere" {
		t.Errorf("the application could not go on to %v", r.URL)
	}
	b.do("arrive", chromedp.WaitVisible(chromedp.CSS("#app")))
	b.do("sign out", chromedp.Navigate(w.url+leave("post_logout_redirect_uri", there.URL+"/signin")))
	for range 2 {
		r := arrival(t, arrived)
		if r.URL.Path == "/signout" && (r.Form.Get("sid") == "" || r.Form.Get("iss") == "") {
			t.Errorf("signed out by %v", r.URL)
		}
	}
	b.do("arrive", chromedp.WaitVisible(chromedp.CSS("#app")))
	b.do("come again", chromedp.Navigate(at))
	b.heading("Sign in")
}

// The rest of the pages, for the eye: their headings, their buttons, and that their form
// works under their own security policy.
func TestBrowserPages(t *testing.T) {
	w := start(t)
	b := openTab(t, w)
	plain := w.browser(t)
	b.do("sign-out page", chromedp.Navigate(w.url+leave()))
	b.heading("You signed out of your account")
	b.do("error page", chromedp.Navigate(w.url+plain.ask("common", "redirect_uri", "https://evil.example/")))
	b.heading("Sorry, we cannot sign you in")
	b.do("device page", chromedp.Navigate(w.url+"/devicelogin"))
	b.heading("Enter code")
	b.do("type the code", chromedp.SendKeys(chromedp.CSS("#code"), w.device(t)+"\r"), chromedp.WaitVisible(chromedp.CSS("#username")))
	b.do("sign in", chromedp.SendKeys(chromedp.CSS("#username"), "ana@contoso.example"), chromedp.SendKeys(chromedp.CSS("#password"), secret+"\r"), chromedp.WaitVisible(chromedp.CSS(`button[value="confirm"]`)))
	b.heading("Are you signing in on another device?")
	b.do("confirm", chromedp.Click(chromedp.CSS(`button[value="confirm"]`)), chromedp.WaitVisible(chromedp.CSS(`button[value="accept"]`)))
	b.do("accept", chromedp.Click(chromedp.CSS(`button[value="accept"]`)), chromedp.WaitVisible(chromedp.CSS(`[role="status"]`)))
	b.heading("You are signed in")
	b.do("need an administrator", chromedp.Navigate(w.url+plain.ask("common", "scope", "openid User.Read.All")))
	b.heading("Need admin approval")
	b.do("sign in as another", chromedp.Click(chromedp.CSS(`button[value="other"]`)), chromedp.WaitVisible(chromedp.CSS("#username")))
	b.do("as one who must change", chromedp.SendKeys(chromedp.CSS("#username"), "carl@contoso.example"), chromedp.SendKeys(chromedp.CSS("#password"), secret+"\r"), chromedp.WaitVisible(chromedp.CSS("#again")))
	b.heading("Choose a new password")
	b.do("admin consent", chromedp.Navigate(w.url+"/"+string(fabrikam)+"/adminconsent?client_id="+string(portal)), chromedp.WaitVisible(chromedp.CSS(`button[value="other"]`)))
	b.do("another account", chromedp.Click(chromedp.CSS(`button[value="other"]`)), chromedp.WaitVisible(chromedp.CSS("#username")))
	b.do("as its administrator", chromedp.SendKeys(chromedp.CSS("#username"), "zed@fabrikam.example"), chromedp.SendKeys(chromedp.CSS("#password"), secret+"\r"), chromedp.WaitVisible(chromedp.CSS(`button[value="accept"]`)))
	b.heading("Permissions requested for your organization")
}
