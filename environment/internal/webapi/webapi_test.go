package webapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/internal/oidc"
	"github.com/stead-s2s/stead/internal/web"
)

func TestCut(t *testing.T) {
	for path, want := range map[string]string{
		"/api/data/v9.2/accounts":        "v9.2 accounts",
		"/api/data/v9.0/":                "v9.0 ",
		"/api/data/v9.1":                 "v9.1 ",
		"/api/data/v9.2/accounts(a%2Fb)": "v9.2 accounts(a%2Fb)",
		"/api/data/v9.2//accounts":       "v9.2 /accounts",
		"/api/data/v8.2/accounts":        "404",
		"/api/data":                      "404",
		"/api/Data/v9.2/accounts":        "404",
		"/api/data/v9.2%2Faccounts":      "404",
	} {
		version, resource, err := cut(path)
		got := version + " " + resource
		if dverr.SegmentNotFound.Is(err) {
			got = "404"
		}
		if got != want {
			t.Errorf("cut(%s) = %q, want %q", path, got, want)
		}
	}
}

func TestHelpFitsAHeader(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		"plain: (a) 'b' \"c\"":   "plain: (a) 'b' \"c\"",
		"two\r\nlines\tand tabs": "two%0D%0Alines%09and tabs",
		"Köln, 100 %":            "K%C3%B6ln, 100 %25",
		"\x00\x7f":               "%00%7F",
	} {
		w := httptest.NewRecorder()
		help(w, text)
		if got := strings.Join(w.Header()[helpHeader], "|"); got != want {
			t.Errorf("help(%q) = %q", text, got)
		}
	}
}

func TestConditionsOfAWrite(t *testing.T) {
	for name, c := range map[string]struct {
		match, noneMatch string
		mode             op.Mode
		version          int64
		fails            bool
	}{
		"none":                   {"", "", op.Upsert, 0, false},
		"null":                   {"null", "null", op.Upsert, 0, false},
		"must exist":             {"*", "", op.UpdateOnly, 0, false},
		"must be of a version":   {`W/"12"`, "null", op.UpdateOnly, 12, false},
		"must not exist":         {"", "*", op.CreateOnly, 0, false},
		"must be of another":     {"", `W/"12"`, 0, 0, true},
		"must and must not":      {"*", "*", 0, 0, true},
		"a version that is none": {"12", "", 0, 0, true},
	} {
		h := http.Header{"If-Match": {c.match}, "If-None-Match": {c.noneMatch}}
		when, err := readConditions(h)
		var mode op.Mode
		if err == nil {
			mode, err = when.update()
		}
		if (err != nil) != c.fails || err == nil && (mode != c.mode || when.match.version != c.version) {
			t.Errorf("%s: mode %d, version %d, %v", name, mode, when.match.version, err)
		}
	}
}

func TestIdentityOf(t *testing.T) {
	const a, b, c = "5a1f0000-0000-4000-8000-00000000000a", "5a1f0000-0000-4000-8000-00000000000b", "5a1f0000-0000-4000-8000-00000000000c"
	who, err := identityOf(oidc.Token{App: true, Tenant: a, ApplicationID: b, ObjectID: "odd"})
	if err != nil || !who.App || who.ApplicationID != meta.MustID(b) || !who.ObjectID.IsZero() {
		t.Errorf("application: %+v, %v", who, err)
	}
	who, err = identityOf(oidc.Token{Tenant: a, ApplicationID: "odd", ObjectID: c, Scopes: []string{"user_impersonation"}})
	if err != nil || who.App || who.ObjectID != meta.MustID(c) {
		t.Errorf("person: %+v, %v", who, err)
	}
	for name, token := range map[string]oidc.Token{
		"no tenant":      {App: true, ApplicationID: b},
		"no application": {App: true, Tenant: a, ObjectID: c},
		"no person":      {Tenant: a, ApplicationID: b, Scopes: []string{"user_impersonation"}},
		"no scope":       {Tenant: a, ApplicationID: b, ObjectID: c, Scopes: []string{"openid"}},
	} {
		var challenged *challenge
		if _, err := identityOf(token); !errors.As(err, &challenged) || !challenged.token {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSealsDifferByUserAndKey(t *testing.T) {
	one, two := &API{Config: Config{LinkKey: []byte("1")}}, &API{Config: Config{LinkKey: []byte("2")}}
	seen := map[string]bool{}
	for _, seal := range []odata.Seal{one.seal(meta.ID{1}), one.seal(meta.ID{2}), two.seal(meta.ID{1})} {
		seen[string(seal([]byte("a link")))] = true
		seen[string(seal([]byte("another")))] = true
	}
	if len(seen) != 6 {
		t.Errorf("%d seals of 6 things", len(seen))
	}
}

// TestFailuresByTheFirstByte: an error before it is rendered, one after it cuts the
// connection.
func TestFailuresByTheFirstByte(t *testing.T) {
	a := &API{Config: Config{URL: "https://org.example", Now: time.Now}}
	broken := errors.New("the disk is gone")
	for name, c := range map[string]struct {
		write  string
		err    error
		status int
		body   string
		cut    bool
	}{
		"before, from outside the catalogue": {"", broken, 500, `{"error":{"code":"0x80040216","message":"An unexpected error occurred."}}`, false},
		"before, from the catalogue":         {"", fmt.Errorf("read: %w", dverr.InvalidArgument.With()), 400, `{"error":{"code":"0x80040203","message":"Invalid argument."}}`, false},
		"before, out of time":                {"", context.DeadlineExceeded, 503, `{"error":{"code":"0x80040216","message":"The request took too long and was cancelled."}}`, false},
		"after":                              {`{"value":[`, broken, 200, `{"value":[`, true},
		"not at all":                         {`{}`, nil, 200, `{}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := web.Handler(web.HandlerOptions{Render: a.render, Now: a.Now}, func(w http.ResponseWriter, r *http.Request) error {
				to := &reply{w: w, status: 200, version: 7, entity: "https://x", applied: "y"}
				if c.write != "" {
					if _, err := to.Write([]byte(c.write)); err != nil {
						return err
					}
				}
				return c.err
			})
			w := httptest.NewRecorder()
			cut := func() (v any) {
				defer func() { v = recover() }()
				h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
				return nil
			}() == http.ErrAbortHandler
			if w.Code != c.status || w.Body.String() != c.body || cut != c.cut {
				t.Errorf("%d %s, cut %v", w.Code, w.Body, cut)
			}
			if failed := w.Code >= 400; failed && (w.Header()["ETag"] != nil || w.Header()["OData-EntityId"] != nil) {
				t.Errorf("an error has the headers of an answer: %v", w.Header())
			}
		})
	}
}

func TestWhoWentAwayIsNoFailure(t *testing.T) {
	a := &API{Config: Config{URL: "https://org.example", Now: time.Now}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequest("GET", "/api/data/v9.2/accounts", nil).WithContext(ctx)
	if err := a.unlessGone(httptest.NewRecorder(), r); !errors.Is(err, http.ErrAbortHandler) {
		t.Errorf("got %v", err)
	}
}

func TestEveryKindOfPathIsDecidedOn(t *testing.T) {
	api := &API{operations: map[string]bool{"WhoAmI": true, "GrantAccess": false}}
	for kind := odata.ServicePath; kind <= odata.MessagePath; kind++ {
		for _, method := range []string{"GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE"} {
			_, err := api.permit(method, &odata.Path{Kind: kind}, nil)
			if err == nil || dverr.NotImplemented.Is(err) || dverr.MethodNotAllowed.Is(err) {
				continue
			}
			t.Errorf("%s on kind %d: %v", method, kind, err)
		}
	}
	if _, err := api.permit("POST", &odata.Path{Kind: odata.MessagePath, Message: "WhoAmI"}, nil); !dverr.MethodNotAllowed.Is(err) {
		t.Errorf("POST to a function: %v", err)
	}
	if _, err := api.permit("GET", &odata.Path{Kind: odata.MessagePath, Message: "GrantAccess"}, nil); !dverr.MethodNotAllowed.Is(err) {
		t.Errorf("GET of an action: %v", err)
	}
}

func TestAddressOfARow(t *testing.T) {
	q := &request{odata: odata.Request{Root: "https://org.example/api/data/v9.2/"}}
	key := op.Key{Table: &meta.Table{SetName: "accounts"}, ID: meta.MustID("5a1f0000-0000-4000-8000-00000000000a")}
	if got := q.address(engine.Result{Key: key}); got != "https://org.example/api/data/v9.2/accounts(5a1f0000-0000-4000-8000-00000000000a)" {
		t.Error(got)
	}
}

func TestAffinityOf(t *testing.T) {
	for _, c := range []struct {
		want  string
		lines []string
	}{
		{"", nil},
		{"", []string{"a=b; NotARRAffinity=1"}},
		{"abc", []string{"ARRAffinity=abc"}},
		{"abc", []string{"a=b;c", "x=y; ARRAffinity=abc; ARRAffinity=second"}},
		{"", []string{"ARRAffinity"}},
	} {
		if got := affinity(&http.Request{Header: http.Header{"Cookie": c.lines}}); got != c.want {
			t.Errorf("%q: %q, want %q", c.lines, got, c.want)
		}
	}
}

func TestEscapedPathIsThatOfNetURL(t *testing.T) {
	for _, target := range []string{"/api/data/v9.2/accounts", "/api/data/v9.2/accounts(1)?$top=1", "/a/b(name='x y')", "/a/b(name='x%20y')", "/a/\"é\"", "/a(%27)/$ref", "/a%2Fb(c)", "*", "/[a]!~;:@&+*()", "/a(<>)"} {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := escapedPath(u), u.EscapedPath(); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}
