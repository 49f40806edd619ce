package environment_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzHandler sends anything to a real environment in the name of somebody who may
// do everything: every answer is a well-formed one, and none is a 500.
func FuzzHandler(f *testing.F) {
	for _, s := range []struct{ method, target, headers, body string }{
		{"GET", "accounts?$select=name&$filter=contains(name,'a') and revenue gt 1.5&$orderby=name desc&$top=3&$count=true", "Prefer: odata.include-annotations=\"*\"", ""},
		{"GET", "contacts?$expand=parentcustomerid_account($select=name)&$filter=_ownerid_value eq " + absent, "Prefer: odata.maxpagesize=2", ""},
		{"GET", "accounts(" + absent + ")/name", "If-None-Match: W/\"12\"", ""},
		{"POST", "accounts?$select=name", "Prefer: return=representation\nContent-Type: application/json", `{"name":"x","primarycontactid@odata.bind":"/contacts(` + absent + `)","createdon":"2020-01-01"}`},
		{"PATCH", "accounts(" + absent + ")", "If-Match: *\nContent-Type: application/json", `{"revenue":12.5,"ownerid@odata.bind":"systemusers(` + absent + `)","statecode":1}`},
		{"DELETE", "tasks(" + absent + ")", "If-Match: W/\"1\"\nCallerObjectId: " + absent, ""},
		{"GET", "RetrieveCurrentOrganization(AccessType=@p)?@p='x'", "Accept: application/json", ""},
		{"OPTIONS", "$batch", "Host: x", ""},
		{"PUT", "accounts(accountnumber='x''y')/Account_Tasks/$ref", "Content-Type: text/plain", "{"},
		{"GET", "accounts?$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22x%22%20/%3E", "", ""},
	} {
		f.Add(s.method, s.target, s.headers, s.body)
	}
	w := start(f)
	token := w.token(f, "contoso-app")
	f.Fuzz(func(t *testing.T, method, target, headers, body string) {
		r, err := http.NewRequest(method, "https://"+host, strings.NewReader(body))
		if err != nil {
			return
		}
		path, query, _ := strings.Cut(target, "?")
		unescaped, err := url.PathUnescape(path)
		if err != nil {
			return // the server refuses it before any handler sees it
		}
		r.URL = &url.URL{Path: "/api/data/v9.2/" + unescaped, RawPath: "/api/data/v9.2/" + path, RawQuery: query}
		for line := range strings.SplitSeq(headers, "\n") {
			if name, value, ok := strings.Cut(line, ":"); ok {
				r.Header.Add(name, strings.TrimSpace(value))
			}
		}
		r.Header.Set("Authorization", "Bearer "+token)
		a := client{w: w, t: t}.serve(r)
		if a.status >= 500 && a.status != 501 || a.status < 200 {
			t.Fatalf("%d %s\n%s", a.status, a.body, lastLine(w.log.String()))
		}
		if a.body != "" && !json.Valid([]byte(a.body)) {
			t.Fatalf("%d: not JSON: %q", a.status, a.body)
		}
		if a.status >= 400 && a.status != 401 && !strings.HasPrefix(a.body, `{"error":{"code":"0x`) {
			t.Fatalf("%d: not an error: %q", a.status, a.body)
		}
	})
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
