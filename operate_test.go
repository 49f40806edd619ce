package stead

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/operator"
)

// authorize asks the authority for a token of the app for its first environment.
func (s *System) authorize(t *testing.T, name string) (status int, header http.Header, body string) {
	t.Helper()
	app, _ := s.World.App(name)
	form := strings.NewReader("grant_type=client_credentials&client_id=" + app.ClientID + "&client_secret=" + app.Secret +
		"&scope=" + s.World.Environments[0].URL + "/.default")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.World.Authority+"/"+app.TenantID+"/oauth2/v2.0/token", form)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.send(t, r)
}

// token gets one.
func (s *System) token(t *testing.T, name string) string {
	t.Helper()
	status, _, body := s.authorize(t, name)
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 {
		t.Fatalf("no token: %d %s", status, body)
	}
	return got.Token
}

// call asks the environment contoso; what is posted is an account.
func (s *System) call(t *testing.T, method, path, token string) (status int, header http.Header, body string) {
	t.Helper()
	return s.callAt(t, s.World.Environments[0].URL, method, path, token)
}

func (s *System) callAt(t *testing.T, url, method, path, token string) (status int, header http.Header, body string) {
	t.Helper()
	var send io.Reader
	if method == http.MethodPost {
		send = strings.NewReader(`{"name":"Clockwork"}`)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url+"/api/data/v9.2/"+path, send)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Prefer", "return=representation")
	return s.send(t, r)
}

// send gives status 0 when no whole answer came.
func (s *System) send(t *testing.T, r *http.Request) (int, http.Header, string) {
	t.Helper()
	answer, err := s.client.Do(r)
	if err != nil {
		return 0, nil, err.Error()
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, answer.Header, string(body)
	}
	return answer.StatusCode, answer.Header, string(body)
}

// rows counts accounts.
func (s *System) accounts(t *testing.T, token string) int {
	t.Helper()
	_, _, body := s.call(t, http.MethodGet, "accounts?$select=name", token)
	return strings.Count(body, `"accountid"`)
}

// Only a world that was started for it can be operated, and only with its key.
func TestOperatorIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := up(t, Config{Data: dir})
	_, err := s.Operator().Clock(t.Context())
	var refused *operator.Error
	if !errors.As(err, &refused) || refused.Status != 403 {
		t.Errorf("got %v", err)
	}
	if _, err := OpenOperator(dir); err == nil || exists(filepath.Join(dir, operatorKeyFile)) {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = up(t, Config{Data: dir, Operator: true})
	stranger := s.Operator()
	stranger.Key = operator.NewKey()
	if _, err := stranger.Clock(t.Context()); !errors.As(err, &refused) || refused.Status != 401 {
		t.Errorf("got %v", err)
	}
	o, err := OpenOperator(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Clock(t.Context()); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(filepath.Join(dir, operatorKeyFile))
	if err != nil || os.PathSeparator == '/' && info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

// The operator's key opens the pages of usage in every environment, and no rows.
func TestTheOperatorReadsUsage(t *testing.T) {
	s := up(t, Config{Ephemeral: true, Operator: true})
	ask := func(method, path, key string) int {
		r, err := http.NewRequestWithContext(t.Context(), method, s.World.Environments[0].URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+key)
		status, _, _ := s.send(t, r)
		return status
	}
	key, other := s.key.Text(), operator.NewKey().Text()
	for _, c := range []struct {
		method, path, key string
		want              int
	}{
		{"GET", "/_stead/usage", key, 200},
		{"GET", "/metrics", key, 200},
		{"POST", "/metrics", key, 405},
		{"GET", "/metrics", other, 401},
		{"GET", "/api/data/v9.2/accounts", key, 401},
	} {
		if got := ask(c.method, c.path, c.key); got != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, got, c.want)
		}
	}
}

// inject orders a fault.
func inject(t *testing.T, s *System, o operator.Order) operator.Fault {
	t.Helper()
	f, err := s.Operator().Inject(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func clearAll(t *testing.T, s *System) {
	t.Helper()
	if _, err := s.Operator().Clear(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
}

func TestFaultsAtEnvironments(t *testing.T) {
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	app, reader := s.token(t, "contoso-app"), s.token(t, "contoso-reader")
	s.call(t, http.MethodGet, "WhoAmI", app) // the environment has the authority's keys from here on
	second := operator.Duration(time.Second)
	for name, c := range map[string]struct {
		order     operator.Order
		status    int
		text      string // in the answer
		retry     string
		bystander int // what contoso-reader gets
	}{
		"throttle":        {operator.Order{Kind: "throttle", Count: 1, RetryAfter: 2 * second, App: "contoso-app"}, 429, `"code":"0x80072322"`, "2", 200},
		"throttle time":   {operator.Order{Kind: "throttle", Limit: "time", App: s.World.Apps[0].ClientID}, 429, `"code":"0x80072321"`, "", 200},
		"throttle many":   {operator.Order{Kind: "throttle", Limit: "concurrency", Environment: "contoso"}, 429, `"code":"0x80072326"`, "", 429},
		"elsewhere":       {operator.Order{Kind: "throttle", Environment: "fabrikam"}, 200, "UserId", "", 200},
		"at the other":    {operator.Order{Kind: "throttle", Authority: true}, 200, "UserId", "", 200},
		"error":           {operator.Order{Kind: "error", Status: 503, RetryAfter: second, Path: "/api/data/"}, 503, `"code":"0x80040216"`, "1", 503},
		"another path":    {operator.Order{Kind: "error", Status: 503, Path: "/api/data/v9.2/accounts"}, 200, "UserId", "", 200},
		"drop":            {operator.Order{Kind: "drop", App: "contoso-app"}, 0, "", "", 200},
		"cut":             {operator.Order{Kind: "cut", Method: "GET", App: "contoso-app"}, 0, `{"@odata.context"`, "", 200},
		"slow":            {operator.Order{Kind: "slow", Delay: operator.Duration(time.Millisecond)}, 200, "UserId", "", 200},
		"lose affinity":   {operator.Order{Kind: "lose-affinity"}, 200, "UserId", "", 200},
		"administration":  {operator.Order{Kind: "admin-mode"}, 200, "UserId", "", 403}, // the application administers
		"new users later": {operator.Order{Kind: "delay-visibility", Delay: second}, 200, "UserId", "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			defer clearAll(t, s)
			id := inject(t, s, c.order).ID
			status, header, body := s.call(t, http.MethodGet, "WhoAmI", app)
			if status != c.status || !strings.Contains(body, c.text) || header.Get("Retry-After") != c.retry {
				t.Errorf("answered %d %v %s", status, header, body)
			}
			if status, _, body := s.call(t, http.MethodGet, "WhoAmI", reader); status != c.bystander {
				t.Errorf("the other got %d %s", status, body)
			}
			if err := Check(t.Context(), s.World); err != nil {
				t.Errorf("the health pages suffer: %v", err)
			}
			if list, err := s.Operator().Faults(t.Context()); err != nil || c.order.Count == 0 && (len(list) != 1 || list[0].ID != id || c.status >= 400 && list[0].Injected == 0) {
				t.Errorf("in force: %+v %v", list, err)
			}
		})
	}
	wantToken(t, s, "contoso-app") // all are cleared
}

func TestFaultsAtTheAuthority(t *testing.T) {
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	second := operator.Duration(time.Second)
	for name, c := range map[string]struct {
		order     operator.Order
		status    int
		text      string
		bystander int
	}{
		"throttle": {operator.Order{Kind: "throttle", Authority: true, App: "contoso-app", RetryAfter: second}, 429, "AADSTS90055", 200},
		"error":    {operator.Order{Kind: "error", Authority: true, Status: 503, Method: "post"}, 503, "AADSTS90033", 503},
		"drop":     {operator.Order{Kind: "drop", Authority: true, App: "contoso-app", Path: "/5a1f0000-0000-4000-8000-000000000001/"}, 0, "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			defer clearAll(t, s)
			inject(t, s, c.order)
			if status, _, body := s.authorize(t, "contoso-app"); status != c.status || !strings.Contains(body, c.text) {
				t.Errorf("answered %d %s", status, body)
			}
			if status, _, body := s.authorize(t, "contoso-reader"); status != c.bystander {
				t.Errorf("the other got %d %s", status, body)
			}
		})
	}
}

func TestDeeds(t *testing.T) {
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	before := s.token(t, "contoso-app")
	inject(t, s, operator.Order{Kind: "rotate-keys"})
	after := s.token(t, "contoso-app")
	if strings.Split(before, ".")[0] == strings.Split(after, ".")[0] {
		t.Error("the same key signs")
	}
	for _, token := range []string{before, after} { // both keys are published
		wantWhoAmI(t, s, s.World.Environments[0].URL, token)
	}
	inject(t, s, operator.Order{Kind: "expire-secret", Subject: "contoso-app"})
	if status, _, body := s.authorize(t, "contoso-app"); status != 401 || !strings.Contains(body, "AADSTS7000222") {
		t.Errorf("answered %d %s", status, body)
	}
	inject(t, s, operator.Order{Kind: "withdraw-consent", Subject: "contoso-reader", Tenant: "contoso"})
	if status, _, body := s.authorize(t, "contoso-reader"); status != 401 || !strings.Contains(body, "AADSTS7000229") {
		t.Errorf("answered %d %s", status, body)
	}
}

func TestOrdersThatCannotBe(t *testing.T) {
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	for say, o := range map[string]operator.Order{
		`no fault "explode"`:            {Kind: "explode"},
		"there are contoso-app":         {Kind: "drop", App: "nobody"},
		"there are contoso, ":           {Kind: "drop", Environment: "nowhere"},
		"or in an environment":          {Kind: "drop", Environment: "contoso", Authority: true},
		"requests, time or":             {Kind: "throttle", Limit: "patience"},
		"500 to 599":                    {Kind: "error", Status: 404},
		"at most 10 minutes":            {Kind: "slow"},
		"a count is not negative":       {Kind: "drop", Count: -1},
		"before it begins":              {Kind: "drop", For: -1},
		"as a whole":                    {Kind: "admin-mode", App: "contoso-app"},
		"greater than 0":                {Kind: "delay-visibility"},
		"done once":                     {Kind: "rotate-keys", For: 1},
		"no application \"nobody\"":     {Kind: "expire-secret", Subject: "nobody"},
		"application \"5a1f0000-0000":   {Kind: "expire-secret", Subject: "5a1f0000-0000-4000-8000-0000000000ff"},
		"tenant \"nowhere.example\": n": {Kind: "withdraw-consent", Subject: "contoso-app", Tenant: "nowhere.example"},
	} {
		_, err := s.Operator().Inject(t.Context(), o)
		var refused *operator.Error
		if !errors.As(err, &refused) || refused.Status/100 != 4 || !strings.Contains(refused.Message, say) {
			t.Errorf("%+v: %v does not say %q", o, err, say)
		}
	}
	if list, err := s.Operator().Faults(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("in force: %+v %v", list, err)
	}
}

// One state of a kind: the last order counts, and clearing it opens the environment.
func TestAdministrationModeTwice(t *testing.T) {
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	app := s.token(t, "contoso-reader")
	inject(t, s, operator.Order{Kind: "admin-mode", For: operator.Duration(time.Hour)})
	inject(t, s, operator.Order{Kind: "admin-mode", Environment: "contoso"})
	if list, err := s.Operator().Faults(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("in force: %+v %v", list, err)
	}
	if status, _, _ := s.call(t, http.MethodGet, "WhoAmI", app); status != 403 {
		t.Errorf("answered %d", status)
	}
	clearAll(t, s)
	if status, _, _ := s.call(t, http.MethodGet, "WhoAmI", app); status != 200 {
		t.Errorf("answered %d when open again", status)
	}
}
