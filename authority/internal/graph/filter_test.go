package graph

import (
	"strings"
	"testing"
)

func TestFilterText(t *testing.T) {
	for text, want := range map[string]string{
		"a eq 'b'":                                  "a eq 'b'",
		"A EQ null and b Ne TRUE":                   "A eq null and b ne true",
		"a eq 1 or b eq 2 and c eq 3":               "a eq 1 or b eq 2 and c eq 3",
		"(a eq 1 or b eq 2) and c eq -3.5":          "(a eq 1 or b eq 2) and c eq -3.5",
		"a eq 1 and (b eq 2 and c eq 3)":            "a eq 1 and (b eq 2 and c eq 3)",
		"((a eq 1))":                                "a eq 1",
		"not (a eq 1)":                              "not(a eq 1)",
		"not startswith(a,'x')":                     "not(startswith(a,'x'))",
		"startswith( a , 'it''s' )":                 "startswith(a,'it''s')",
		"a/any(x:x eq 'y')":                         "a/any(x:x eq 'y')",
		"a/b/any( x : x/c eq 'y' and x/d ne 1 )":    "a/b/any(x:x/c eq 'y' and x/d ne 1)",
		"a/any()":                                   "a/any()",
		"a in ( 'x' , 'y''z' )":                     "a in ('x','y''z')",
		"a ge 2026-01-02T03:04:05.5Z":               "a ge 2026-01-02T03:04:05.5Z",
		"a lt 2026-01-02T03:04:05+01:00":            "a lt 2026-01-02T02:04:05Z",
		"a eq 5A1F0000-0000-4000-8000-000000000001": "a eq '5a1f0000-0000-4000-8000-000000000001'",
		"notes eq 'x'":                              "notes eq 'x'",
	} {
		e, err := parseFilter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := e.print(); got != want {
			t.Errorf("%s printed %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{
		"", "a", "a eq", "a eq 'b", "eq 'b'", "a eq b", "a like 'b'", "a eq 'b' and", "(a eq 1", "a eq 1)", "not a eq", "a/any(x eq 1)", "a/any(:x eq 1)", "a in ()",
		"a in 'x'", "startswith(a)", "startswith(a,1)", "upper(a) eq 'b'", "a/ eq 1", "a//b eq 1", "1 eq 1", "a eq 0x1", "a eq NaN", "a eq Inf", "a eq 1e999", "a eq 'b' c",
		strings.Repeat("(", 5000) + "a eq 1" + strings.Repeat(")", 5000), strings.Repeat("not ", 2000) + "a eq 1", strings.Repeat("a eq 1 or ", 5000) + "a eq 1",
	} {
		if e, err := parseFilter(text); err == nil {
			t.Errorf("%.40q was read as %.60s", text, e.print())
		}
	}
}

// FuzzFilter: what is read prints, and what is printed reads the same.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"a eq 'b'", "a/any(x:x eq 'y' or x/z in (1,'2',null))", "not(startswith(a,'it''s')) and (b ge 2026-01-02T03:04:05Z or c le -1.50)", "a eq true or b ne false",
	} {
		f.Add(seed)
	}
	m := matcher{shape: applicationShape}
	view := &application{DisplayName: "a", IdentifierURIs: list[string]{"api://a"}}
	applicationShape.keep("", view)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseFilter(text)
		if err != nil {
			return
		}
		printed := e.print()
		again, err := parseFilter(printed)
		if len(printed) > maxFilter {
			return
		}
		if err != nil || again.print() != printed {
			t.Fatalf("%q printed %q, which is not read the same: %v", text, printed, err)
		}
		m.filter = e
		first := m.matches(view)
		m.filter = again
		if m.matches(view) != first {
			t.Fatalf("%q and %q judge differently", text, printed)
		}
	})
}

// FuzzBody: no body breaks the reader, and what was read is given out as it was.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"displayName":"x","web":{"redirectUris":["https://a"]},"tags":null}`, `{"api":{"oauth2PermissionScopes":[{"id":"5a1f0000-0000-4000-8000-000000000001","value":"a","isEnabled":true}]}}`,
		`{"info":{"logoUrl":1},"optionalClaims":[],"owners@odata.bind":["x"]}`, `{"isFallbackPublicClient":true,"passwordCredentials":[{"endDateTime":"2026-01-01"}]}`, `null`, `{"id":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v := &application{}
		applicationShape.keep("", v)
		if _, err := applicationShape.read(body, v, true); err != nil {
			return
		}
		_, err := applicationShape.appendObject(nil, v, nil, nil, nil)
		if err != nil {
			t.Fatalf("%q was read and cannot be written: %v", body, err)
		}
		again := &application{}
		applicationShape.keep(applicationShape.details(v), again)
		if applicationShape.details(again) != applicationShape.details(v) {
			t.Fatalf("details %s became %s", applicationShape.details(v), applicationShape.details(again))
		}
	})
}
