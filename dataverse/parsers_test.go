package dataverse

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

func FuzzConnectionString(f *testing.F) {
	f.Add("AuthType=ClientSecret;Url=https://x;ClientId=1;ClientSecret='a;''b'")
	f.Add(`Url="https://x" ; ; Service Uri=y`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseConnectionString(text)
		if err == nil && c.URL == "" {
			t.Error("no address")
		}
	})
}

func FuzzErrorText(f *testing.F) {
	f.Add("Principal user (Id=5a1f0000-0000-4000-8000-0000000000e1, type=8, roleCount=1), is missing prvReadAccount privilege (Id=5a1f0000-0000-4000-8000-0000000000e2) on OTC=1 for entity 'account' (LocalizedName='Account').")
	f.Add(`{"error":{"code":"0x1","message":"is missing prv privilege"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		if p, found := missingPrivilege(text); found && (!strings.HasPrefix(p.Name, "prv") || !strings.Contains(text, p.Name)) {
			t.Errorf("%+v", p)
		}
		code, message, _ := readError([]byte(text))
		if len(text) > 0 && code == "" && message == "" && !json.Valid([]byte(text)) && strings.TrimSpace(text[:min(len(text), 500)]) != "" {
			t.Error("all was lost")
		}
	})
}

func FuzzCookie(f *testing.F) {
	f.Add(`<cookie pagenumber="2" pagingcookie="%253ccookie%2520page%253d%25221%2522%253e" istracking="False" />`)
	f.Add(`<cookie pagenumber="x"/>`)
	f.Fuzz(func(t *testing.T, text string) {
		next, _, err := readCookie(text, 1)
		if err != nil && next != 0 {
			t.Error("an error and a page")
		}
	})
}

func FuzzFetch(f *testing.F) {
	f.Add(`<fetch count="3" page="2" a='"&lt;'><entity name="account"><attribute name="name"/></entity></fetch>`)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := parseFetch(text)
		if err != nil {
			return
		}
		q.page, q.cookie = q.page+1, `<c a="'&">`
		again, err := parseFetch(q.text())
		if err != nil || again.page != q.page || again.cookie != q.cookie || again.table != q.table || again.rest != q.rest {
			t.Errorf("%v: %s became %s", err, text, q.text())
		}
	})
}

// A next link is followed within the environment alone: the token goes with it.
func FuzzNextLink(f *testing.F) {
	f.Add("https://here.example/api/data/v9.2/accounts?$skiptoken=%3Ccookie%20a=%22b%22/%3E")
	f.Add("https://here.example.evil/api")
	f.Add("https://here.example@evil/")
	c, err := NewClientWithNoCredential("https://here.example", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, link string) {
		address, err := c.address(link)
		if err != nil {
			return
		}
		u, err := url.Parse(address)
		if err == nil && (!strings.EqualFold(u.Host, "here.example") || u.Scheme != "https" || u.User != nil) {
			t.Errorf("%q leads to %s", link, address)
		}
	})
}

func FuzzScan(f *testing.F) {
	f.Add([]byte(`{"value":[{"name":"a","new_Kids":[{"name":null}],"real":1e5}],"@odata.nextLink":"x"}`))
	f.Add([]byte(`{"value":[{"name":"\ud800","when":"2026-01-01T00:00:00Z"}]}`))
	c := codecFor[every](f)
	rows, err := newCodec(rowType)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := readPage[every](c, text); err == nil && !json.Valid(text) {
			t.Error("read what is not JSON")
		}
		page, err := readPage[Row](rows, text)
		if err == nil && !json.Valid(text) {
			t.Error("read what is not JSON")
		}
		if err != nil && json.Valid(text) {
			var any struct{ Value []map[string]any }
			if json.Unmarshal(text, &any) == nil && any.Value != nil && errors.Is(err, errSyntax) && !strings.Contains(err.Error(), "no [") {
				t.Errorf("refused JSON: %v (%v)", err, page)
			}
		}
	})
}

func TestParseConnectionString(t *testing.T) {
	got, err := ParseConnectionString(`AuthType = ClientSecret ;Service Uri=https://contoso.crm.dynamics.com/; AppId=id;
		Secret='a;b''c' ;Tenant=t;RequireNewInstance=True;`)
	want := ConnectionString{AuthType: "ClientSecret", URL: "https://contoso.crm.dynamics.com/", ClientID: "id", ClientSecret: "a;b'c", TenantID: "t",
		Other: map[string]string{"requirenewinstance": "True"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v %v", got, err)
	}
	for _, bad := range []string{"", "AuthType=OAuth", "Url", "Url=a;Server=b", "Url='a", "Url='a'b", "=x;Url=a"} {
		if c, err := ParseConnectionString(bad); err == nil {
			t.Errorf("%q is %+v", bad, c)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Error("a value in an error")
		}
	}
	text, _ := json.Marshal(ConnectionString{ClientSecret: "hunter2", Password: "hunter2"})
	if strings.Contains(string(text), "hunter2") {
		t.Errorf("%s", text)
	}
}

// The privileges of all forms of the message (Dataverse facts 3.9).
func TestMissingPrivilege(t *testing.T) {
	user, privilege := MustID("11111111-1111-4111-8111-111111111111"), MustID("886b280c-6396-4d56-a0a3-2c1b0a50ceb0")
	for message, want := range map[string]Privilege{
		"Principal user (Id=" + user.String() + ", type=8, roleCount=3, privilegeCount=743, accessMode=0), is missing prvReadAccount privilege (Id=" + privilege.String() + ") on OTC=10157 for entity 'account'. context.Caller=x": {"prvReadAccount", privilege, user, "account"},
		"Principal user (Id=" + user.String() + ", type=8) is missing prvActOnBehalfOfAnotherUser privilege (Id=" + privilege.String() + ")":                                                                                        {"prvActOnBehalfOfAnotherUser", privilege, user, ""},
		"Principal team (Id=" + user.String() + ", type=9), is missing prvWriteNote privilege (Id=" + privilege.String() + ")":                                                                                                      {"prvWriteNote", privilege, user, ""},
		"Principal user is missing prvReadaaduser privilege for entity 'aaduser' (LocalizedName='AAD User')":                                                                                                                        {"prvReadaaduser", ID{}, ID{}, "aaduser"},
	} {
		if got, found := missingPrivilege(message); !found || got != want {
			t.Errorf("%s: %+v", message, got)
		}
	}
	if p, found := missingPrivilege("Something else is missing"); found {
		t.Errorf("%+v", p)
	}
}

// Waits are seconds, also in part, or a moment (.NET's client once took them for hours).
func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"17": 17 * time.Second, "0.5": 500 * time.Millisecond, "": 0, "-1": 0, "soon": 0, "1e300": 0,
		"Thu, 01 Jan 2026 00:05:00 GMT": 5 * time.Minute, "Wed, 31 Dec 2025 00:00:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestTenantIn(t *testing.T) {
	for challenge, want := range map[string]string{
		"Bearer authorization_uri=https://login.microsoftonline.com/5a1f0000-0000-4000-8000-000000000001/oauth2/authorize, resource_id=https://x/": "5a1f0000-0000-4000-8000-000000000001",
		`Bearer authorization_uri="https://login.windows.net/contoso.example/oauth2/authorize", resource_id="x"`:                                   "contoso.example",
		"Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize":                                                       "",
		"Bearer authorization_uri=https://evil/..%2f..%2fx/y":                                                                                      "",
		"Basic realm=x": "",
	} {
		if got, _ := tenantIn(challenge); got != want {
			t.Errorf("%s: %q", challenge, got)
		}
	}
}

// What is not the service's JSON, such as a proxy's page, is told too.
func TestErrorOfAProxy(t *testing.T) {
	r := httptest.NewRecorder()
	r.WriteHeader(http.StatusBadGateway)
	r.WriteString("<html>upstream is away</html>")
	var e *Error
	if err := newError(r.Result()); !errors.As(err, &e) || !strings.Contains(e.Error(), "upstream is away") || !errors.Is(err, ErrUnavailable) {
		t.Errorf("%v", err)
	}
}

func TestTableIn(t *testing.T) {
	for statement, want := range map[string]string{
		"select name from account": "account", "SELECT 'from x' AS a FROM [Contact] c": "contact", "select * from account;": "account",
		"select 1": "", "select a from": "", "select a from 'x'": "",
	} {
		if got, _ := tableIn(statement); got != want {
			t.Errorf("%s: %q", statement, got)
		}
	}
}

func TestOrigins(t *testing.T) {
	for text, want := range map[string]string{
		"https://Contoso.crm4.dynamics.com//": "https://contoso.crm4.dynamics.com", "contoso.crm.dynamics.com": "https://contoso.crm.dynamics.com",
		"https://localhost:8445/api/data/v9.2/": "https://localhost:8445", "ftp://x": "", "": "", "https://user:pass@x": "", "https://": "",
	} {
		u, err := parseOrigin(text)
		if (err != nil) != (want == "") || err == nil && u.String() != want {
			t.Errorf("%q: %v %v", text, u, err)
		}
	}
}

// The page on troubleshooting names the links that the client does.
func TestTroubleshootingNamesLinks(t *testing.T) {
	page, err := os.ReadFile("../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	entries := regexp.MustCompile(`(?m)^### (\S+) [^#]*?^Link: ([a-z ]+)`).FindAllStringSubmatch(string(page), -1)
	for _, e := range entries {
		link, _ := linkOf(e[1])
		if strings.HasPrefix(e[1], "AADSTS") {
			link = tokenLink(e[1])
		}
		if string(link) != e[2] {
			t.Errorf("%s: the page says %q, the client %q", e[1], e[2], link)
		}
	}
	if len(entries) < 18 {
		t.Errorf("%d entries were read", len(entries))
	}
}

// The cookie within the cookie is escaped twice, and goes back unescaped (the service's own sample).
func TestReadCookie(t *testing.T) {
	const inner = `<cookie page="1"><name last="a &amp; b%20+c" first="a" /><accountid last="{5A1F0000-0000-4000-8000-0000000000E1}" first="{5A1F0000-0000-4000-8000-0000000000E2}" /></cookie>`
	escaped := url.QueryEscape(url.QueryEscape(inner))
	next, cookie, err := readCookie(`<cookie pagenumber="2" pagingcookie="`+escaped+`" istracking="False" />`, 1)
	if err != nil || next != 2 || cookie != inner {
		t.Errorf("%d %s %v", next, cookie, err)
	}
	if next, cookie, err := readCookie("", 4); err != nil || next != 5 || cookie != "" {
		t.Errorf("%d %q %v", next, cookie, err)
	}
	for _, bad := range []string{"cookie", "<other/>", `<cookie pagenumber="x"/>`, `<cookie pagingcookie="%zz"/>`, `<cookie pagingcookie="%25zz"/>`} {
		if next, _, err := readCookie(bad, 1); err == nil {
			t.Errorf("%s leads to page %d", bad, next)
		}
	}
}
