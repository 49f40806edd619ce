package login

import (
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"strconv"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

//go:embed assets
var files embed.FS

// The pages with forms.
const (
	pageSignIn   = "signin"
	pagePick     = "pick"
	pagePassword = "password"
	pageConsent  = "consent"
	pageDevice   = "device"
	pageConfirm  = "confirm"

	pageNeedsAdmin = "needsadmin"
)

// view is what pages show; each takes what it needs.
type view struct {
	Page  string
	Title string
	Flow  string // the sealed note
	Error string

	App        string
	Publisher  string
	Tenant     string
	Username   string
	UserCode   string
	Accounts   []account
	Asks       []askView
	ForAdmin   bool
	MayForAll  bool
	Cancelable bool

	Message, Code, Help, Trace, Correlation, Time string

	Action template.URL
	Params []param
	Frames []template.URL
	Next   template.URL
}

type account struct{ ID, Name, UPN, Initial string }

type askView struct {
	Resource string
	Items    []item
}

// item is one permission in words.
type item struct {
	Title, Text, Value string
	App                bool // for the application itself, without a person
}

// safeURL marks an address that usable has found fit to send a browser to.
func safeURL(uri string) template.URL { return template.URL(uri) } //nolint:gosec // judged by usable

// asset is a file that pages load.
type asset struct {
	kind string
	body []byte
}

// load reads templates and assets, so that a broken one stops the start.
func load() (*template.Template, map[string]asset, error) {
	pages, err := template.ParseFS(files, "assets/*.html")
	if err != nil {
		return nil, nil, fmt.Errorf("read pages: %w", err)
	}
	assets := map[string]asset{}
	for name, kind := range map[string]string{"login.css": "text/css; charset=utf-8", "login.js": "text/javascript; charset=utf-8"} {
		body, err := files.ReadFile(path.Join("assets", name))
		if err != nil {
			return nil, nil, fmt.Errorf("read asset %s: %w", name, err)
		}
		assets[name] = asset{kind, body}
	}
	return pages, assets, nil
}

// Asset answers /login/{name}: the style and the script of the pages.
func (h *Handler) Asset(w http.ResponseWriter, r *http.Request, name string) error {
	a, found := h.assets[name]
	if !found {
		http.NotFound(w, r)
		return nil
	}
	head := w.Header()
	head.Set("Content-Type", a.kind)
	head.Set("Content-Length", strconv.Itoa(len(a.body)))
	head.Set("Cache-Control", "public, max-age=3600")
	head.Del("Pragma")
	head.Del("Expires")
	head.Set("X-Content-Type-Options", "nosniff")
	_, err := w.Write(a.body)
	return err
}

// form makes a page with a form that goes on from here.
func (h *Handler) form(v *visit, name string, w view, edit func(*standing)) (answer, error) {
	flow, err := h.stand(v, name, edit)
	if err != nil {
		return nil, err
	}
	w.Flow, w.Cancelable = flow, v.to.URI != "" || v.req.kind == device
	if v.app != nil {
		w.App = v.app.DisplayName
	}
	if v.place.Tenant != nil {
		w.Tenant = v.place.Tenant.DisplayName
	}
	return page{name: name, status: http.StatusOK, view: w}, nil
}

func (h *Handler) signInPage(v *visit, name string, wrong *aadsts.Error) (answer, error) {
	w := view{Title: "Sign in", Username: name}
	if wrong != nil {
		w.Error = inWords(wrong)
	}
	return h.form(v, pageSignIn, w, nil)
}

// inWords says to a person what is wrong with a sign-in.
func inWords(e *aadsts.Error) string {
	switch e.Number {
	case aadsts.PasswordWrong.Number:
		return "Your user name or password is incorrect."
	case aadsts.UserLocked.Number:
		return "There were too many attempts. Wait ten minutes and try again."
	case aadsts.UserDisabled.Number:
		return "Your account is disabled. Ask your administrator."
	case aadsts.Unavailable.Number:
		return "We are busy at the moment. Try again."
	}
	return e.Code() + ": " + e.Message
}

func (h *Handler) passwordPage(v *visit, user *directory.User, wrong string) (answer, error) {
	return h.form(v, pagePassword, view{Title: "Choose a new password", Username: user.UPN, Error: wrong},
		func(s *standing) { s.User = user.ID })
}

func (h *Handler) pickPage(v *visit) (answer, error) {
	w := view{Title: "Pick an account"}
	for _, s := range v.held {
		w.Accounts = append(w.Accounts, newAccount(s))
	}
	return h.form(v, pagePick, w, nil)
}

func newAccount(s held) account {
	name := s.user.DisplayName
	if name == "" {
		name = s.user.UPN
	}
	initial := "?"
	for _, c := range name {
		initial = string(c)
		break
	}
	return account{ID: string(s.ID), Name: name, UPN: s.user.UPN, Initial: initial}
}

func (h *Handler) consentPage(v *visit, who held, p *proposal) (answer, error) {
	w := view{Title: "Permissions requested", Username: who.user.UPN, ForAdmin: p.forAdmin, MayForAll: p.isAdmin && !p.forAdmin}
	if home, found := v.dir.Tenant(string(v.app.TenantID)); found {
		w.Publisher = home.DisplayName
	}
	if p.forAdmin {
		w.Title = "Permissions requested for your organization"
	}
	for _, a := range p.shown {
		w.Asks = append(w.Asks, inPlain(a, p.forAdmin))
	}
	v.chosen = who.ID
	a, err := h.form(v, pageConsent, w, func(s *standing) { s.Asked = p.digest() })
	if made, is := a.(page); is {
		made.view.Tenant = p.tenant.DisplayName
		a = made
	}
	return a, err
}

// inPlain words permissions as the resource does; those of OpenID Connect, and of
// resources that say nothing, in our own words.
func inPlain(a ask, forAdmin bool) askView {
	w := askView{Resource: a.app.DisplayName}
	for _, s := range a.scopes {
		one := item{Title: s.UserTitle, Text: s.UserText, Value: s.Value}
		if forAdmin || one.Title == "" {
			one.Title, one.Text = s.AdminTitle, s.AdminText
		}
		if own, known := ownWords(s.Value, forAdmin); known && (a.app.AppID == directory.Graph || a.app.AppID == directory.Dataverse) {
			one.Title, one.Text = own.Title, own.Text
		}
		if one.Title == "" {
			one.Title = s.Value
		}
		w.Items = append(w.Items, one)
	}
	for _, r := range a.roles {
		one := item{Title: r.DisplayName, Text: r.Description, Value: r.Value, App: true}
		if one.Title == "" {
			one.Title = r.Value
		}
		w.Items = append(w.Items, one)
	}
	return w
}

// ownWords are ours for the permissions that nearly every application asks for, said to the
// person, or to the administrator about all people.
func ownWords(scope string, forAdmin bool) (item, bool) {
	you := map[string]item{
		"openid":             {Title: "Sign you in", Text: "Lets you sign in to the app with your work account."},
		"profile":            {Title: "View your basic profile", Text: "Your name, picture and user name."},
		"email":              {Title: "View your email address", Text: "Your primary email address."},
		"offline_access":     {Title: "Keep the access that you give it", Text: "Also when you are not using the app. It gets no further permissions."},
		"User.Read":          {Title: "Sign you in and read your profile", Text: "Your profile and basic information about your organization."},
		"user_impersonation": {Title: "Access Dataverse as you", Text: "Everything that you may read and change there."},
	}
	all := map[string]item{
		"openid":             {Title: "Sign people in", Text: "Lets people sign in to the app with their work accounts."},
		"profile":            {Title: "View people's basic profiles", Text: "Names, pictures and user names."},
		"email":              {Title: "View people's email addresses", Text: "Their primary email addresses."},
		"offline_access":     {Title: "Keep the access that it is given", Text: "Also when people are not using the app. It gets no further permissions."},
		"User.Read":          {Title: "Sign people in and read their profiles", Text: "Profiles and basic information about the organization."},
		"user_impersonation": {Title: "Access Dataverse as the signed-in person", Text: "Everything that the person may read and change there."},
	}
	if forAdmin {
		you = all
	}
	w, known := you[scope]
	return w, known
}

// needsAdminPage tells the person that only an administrator can agree; the way back
// refuses (Entra facts 5.1).
func (h *Handler) needsAdminPage(v *visit, who held) (answer, error) {
	e := aadsts.ConsentNeedsAdmin.With()
	h.took(v, who, e)
	v.chosen = who.ID
	w := view{Title: "Need admin approval", Username: who.user.UPN, Code: e.Code(), Message: e.Message, Trace: v.trace, Correlation: v.correlation,
		Time: v.now.UTC().Format("2006-01-02 15:04:05Z")}
	return h.form(v, pageNeedsAdmin, w, nil)
}
