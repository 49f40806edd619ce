package environment_test

import (
	"net/url"
	"strings"
	"testing"
)

// TestLinksSurviveClients: what clients and their libraries do to a link on the way
// leaves it what it was; what an attacker does, does not.
func TestLinksSurviveClients(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app").with("Prefer", "odata.maxpagesize=1")
	for _, name := range []string{"a & b", "c+d %41", "é'f"} {
		app.made("accounts", `{"name":"`+name+`"}`)
	}
	for _, path := range []string{
		"accounts?$select=name&$orderby=name",
		"accounts?$select=name&$orderby=primarycontactid/fullname,name&$filter=Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=@p)&@p=['a %26 b','c%2Bd %2541']",
	} {
		link, _ := app.get(path).object()["@odata.nextLink"].(string)
		base, raw, _ := strings.Cut(link, "?")
		parsed, err := url.ParseQuery(raw)
		if err != nil {
			t.Fatal(err)
		}
		options := make([]string, 0, len(parsed))
		for part := range strings.SplitSeq(raw, "&") {
			name, value, _ := strings.Cut(part, "=")
			name, _ = url.QueryUnescape(name)
			value, _ = url.QueryUnescape(value)
			options = append(options, url.QueryEscape(name)+"="+url.QueryEscape(value))
		}
		for what, again := range map[string]string{
			"as it is": link, "escaped anew": base + "?" + strings.Join(options, "&"), "normalized": (&url.URL{Scheme: "https", Host: host, Path: strings.TrimPrefix(base, address), RawQuery: raw}).String(),
			"token once more": strings.Replace(link, "$skiptoken="+cutAfter(link, "$skiptoken="), "$skiptoken="+url.PathEscape(cutAfter(link, "$skiptoken=")), 1),
		} {
			if got := app.get(again).names("name"); len(got) != 1 || got[0] != "c+d %41" {
				t.Errorf("%s, %s: %q", path, what, got)
			}
		}
		for _, who := range []string{"ada", "contoso-reader"} {
			w.as(t, who).with("Prefer", "odata.maxpagesize=1").get(link).fails(400, "0x8004112a", "Invalid page number in paging cookie.")
		}
		app.get(strings.Replace(link, "pagenumber=%222", "pagenumber=%223", 1)).fails(400, "0x8004112a", "…")
		app.get(strings.Replace(link, "$orderby=", "$orderby=createdon,", 1)).fails(400, "0x8004112a", "…")
	}
}

func cutAfter(s, mark string) string {
	_, after, _ := strings.Cut(s, mark)
	return after
}
