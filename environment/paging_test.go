package environment_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func (c client) pages(path string) (all []string, links []string) {
	c.t.Helper()
	for path != "" {
		a := c.get(path)
		if a.status != 200 {
			c.t.Fatalf("%s: %d %s", a.what, a.status, a.body)
		}
		all = append(all, a.names("name")...)
		path, _ = a.object()["@odata.nextLink"].(string)
		if path != "" {
			links = append(links, path)
		}
		if len(links) > 100 {
			c.t.Fatal("the links have no end")
		}
	}
	return all, links
}

func TestPagesToTheEnd(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	var want []string
	for n := range 17 {
		name := fmt.Sprintf("account %02d", n)
		app.made("accounts", fmt.Sprintf(`{"name":%q,"numberofemployees":%d}`, name, n%3))
		want = append(want, name)
	}
	paged := app.with("Prefer", "odata.maxpagesize=5")
	paged.get("accounts?$select=name").has("Preference-Applied", "odata.maxpagesize=5")
	for _, query := range []string{
		"accounts?$select=name",
		"accounts?$select=name&$orderby=name",
		"accounts?$select=name&$orderby=name desc",
		"accounts?$select=name&$orderby=numberofemployees,name desc",
		"accounts?$select=name&$filter=startswith(name,'account')&$orderby=_ownerid_value",
	} {
		got, links := paged.pages(query)
		if len(links) != 3 {
			t.Errorf("%s: %d links", query, len(links))
		}
		if strings.HasSuffix(query, "desc") && !strings.Contains(query, ",") && !slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(b, a) }) {
			t.Errorf("%s: order is %s", query, got)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s", query, got)
		}
	}
	if got, links := paged.pages("accounts?$select=name&$filter=numberofemployees eq 1"); len(got) != 6 || len(links) != 1 {
		t.Errorf("six rows by five: %d rows, %d links", len(got), len(links))
	}
	if got, links := app.pages("accounts?$select=name&$top=4"); len(got) != 4 || links != nil {
		t.Errorf("$top=4: %d rows, links %s", len(got), links)
	}
}

// TestLinksAreSealed: a link is worth something only as it was given, to whom it was
// given.
func TestLinksAreSealed(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app").with("Prefer", "odata.maxpagesize=1")
	for _, name := range []string{"a", "b", "c"} {
		app.made("accounts", `{"name":"`+name+`"}`)
	}
	link, _ := app.get("accounts?$select=name&$filter=name ne 'x'").object()["@odata.nextLink"].(string)
	app.get(link).is(200, `{…"name":"b",…}`)
	for who, changed := range map[string]string{
		"ada":         link,
		"contoso-app": strings.Replace(link, "'x'", "'y'", 1),
	} {
		w.as(t, who).with("Prefer", "odata.maxpagesize=1").get(changed).fails(400, "0x8004112a", "Invalid page number in paging cookie.")
	}
	app.get("accounts?$skiptoken=letmein").fails(400, "0x8004112a", "Invalid page number in paging cookie.")

	w.Close()
	w.open(t)
	app.get(link).is(200, `{…"name":"b",…}`)
}
