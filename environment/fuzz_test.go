package environment_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzHandler sends anything to a real environment in the name of somebody who may
// do everything: every answer is a well-formed one, and none is a 500. It begins with all
// that the samples and the table of refusals ask.
func FuzzHandler(f *testing.F) {
	for _, s := range []struct{ method, target, headers, body string }{
		{"GET", "accounts?$select=name&$filter=contains(name,'a') and revenue gt 1.5&$orderby=name desc&$top=3&$count=true", "Prefer: odata.include-annotations=\"*\"", ""},
		{"GET", "contacts?$expand=parentcustomerid_account($select=name)&$filter=_ownerid_value eq " + absent, "Prefer: odata.maxpagesize=2", ""},
		{"GET", "accounts(" + absent + ")/name", "If-None-Match: W/\"12\"", ""},
		{"POST", "accounts?$select=name", "Prefer: return=representation", `{"name":"x","primarycontactid@odata.bind":"/contacts(` + absent + `)","createdon":"2020-01-01"}`},
		{"PATCH", "accounts(" + absent + ")", "If-Match: *", `{"revenue":12.5,"ownerid@odata.bind":"systemusers(` + absent + `)","statecode":1}`},
		{"DELETE", "tasks(" + absent + ")", "If-Match: W/\"1\"\nCallerObjectId: " + absent, ""},
		{"GET", "RetrieveCurrentOrganization(AccessType=@p)?@p='x'", "Accept: application/json", ""},
		{"OPTIONS", "$batch", "Host: x", ""},
		{"PUT", "accounts(accountnumber='x''y')/Account_Tasks/$ref", "Content-Type: text/plain", "{"},
		{"GET", "accounts?$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22x%22%20/%3E", "", ""},
		{"GET", "accounts?sql=SELECT TOP 3 name FROM account WHERE name LIKE 'a%'", "", ""},
		{"PATCH", "accounts(" + absent + ")/entityimage", "Content-Type: application/octet-stream\nx-ms-file-name: a.png\nContent-Range: bytes 0-3/9", "\x89PNG"},
		{"GET", "/api/backgroundoperation/" + absent, "", ""},
		{"GET", "/api/discovery/v2.0/Instances?$filter=UniqueName eq 'x'", "", ""},
		{"POST", "WhoAmI", "Prefer: respond-async", ""},
		{"GET", "$metadata?annotations=true", "Accept: application/xml", ""},
		{"GET", "EntityDefinitions?$select=LogicalName&$filter=IsCustomizable/Value eq true&$expand=Attributes($select=LogicalName;$filter=IsPrimaryName eq true)", "Consistency: Strong", ""},
	} {
		f.Add(s.method, s.target, s.headers, s.body)
	}
	for _, s := range written(f) {
		f.Add(s.method, s.target, s.headers, s.body)
	}
	w := start(f)
	token := w.token(f, "contoso-app")
	f.Fuzz(func(t *testing.T, method, target, headers, body string) {
		r := aimed(method, target, headers, body)
		if r == nil {
			return // the server refuses it before any handler sees it
		}
		r.Header.Set("Authorization", "Bearer "+token)
		a := client{w: w, t: t}.serve(r)
		switch kind := a.header.Get("Content-Type"); {
		case a.status >= 500 && a.status != 501 || a.status < 200:
			t.Fatalf("%d %s\n%s", a.status, a.body, lastLine(w.log.String()))
		case strings.HasPrefix(kind, "application/json") && a.body != "" && !json.Valid([]byte(a.body)):
			t.Fatalf("%d: not JSON: %q", a.status, a.body)
		case a.status >= 400 && a.status != 401 && !strings.HasPrefix(a.body, `{"error":{"code":"0x`) && !strings.HasPrefix(kind, "multipart/mixed"):
			t.Fatalf("%d: not an error: %q", a.status, a.body)
		}
	})
}

// aimed makes a request; a target that does not begin with a slash lies below the root.
func aimed(method, target, headers, body string) *http.Request {
	r, err := http.NewRequest(method, "https://"+host, strings.NewReader(body))
	if err != nil {
		return nil
	}
	path, query, _ := strings.Cut(target, "?")
	if !strings.HasPrefix(path, "/") {
		path = "/api/data/v9.2/" + path
	}
	unescaped, err := url.PathUnescape(path)
	if err != nil {
		return nil
	}
	r.URL = &url.URL{Path: unescaped, RawPath: path, RawQuery: query}
	r.RequestURI = path + "?" + query
	r.Header.Set("Content-Type", "application/json")
	for line := range strings.SplitSeq(headers, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok {
			r.Header.Set(name, strings.TrimSpace(value))
		}
	}
	return r
}

// sent is a request of the samples or of the refusals.
type sent struct{ method, target, headers, body string }

// written are the requests of the files in testdata; names of values become ids.
func written(f *testing.F) []sent {
	f.Helper()
	texts := []string{refusals}
	err := fs.WalkDir(samples, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			text, err := fs.ReadFile(samples, path)
			texts = append(texts, string(text))
			return err
		}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	var all []sent
	for _, text := range texts {
		lines := strings.Split(slot.ReplaceAllString(text, absent), "\n")
		for i, line := range lines {
			if m := requestLine.FindStringSubmatch(line); m != nil {
				s := sent{method: m[1], target: m[2]}
				s.headers, s.body = below(lines[i+1:])
				all = append(all, s)
			}
		}
	}
	return all
}

// below reads the headers and the body under a request line, up to its answer.
func below(lines []string) (headers, body string) {
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, "< "), strings.HasPrefix(line, "\t"):
			return headers, body
		case body == "" && strings.Contains(line, ": ") && !strings.HasPrefix(line, "{"):
			headers += strings.TrimPrefix(line, "+") + "\n"
		default:
			body += strings.TrimPrefix(line, "| ") + "\r\n"
		}
	}
	return headers, body
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
