package environment_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// walk follows a question to its last page and gives every answer, links and cookies and
// counts in them.
func (c client) walk(path string) (all []string) {
	c.t.Helper()
	c = c.with("Prefer", `odata.maxpagesize=2,odata.include-annotations="*"`)
	for path != "" && len(all) < 20 {
		a := c.get(path)
		all = append(all, fmt.Sprint(a.status, " ", a.header["Preference-Applied"], a.body))
		if path = ""; strings.Contains(a.body, "@odata.nextLink") {
			path, _ = a.object()["@odata.nextLink"].(string)
		}
	}
	return all
}

// TestHiddenRowsLeaveNoTrace: rows that somebody may not read stand between those that he
// reads, in every order. They make no page shorter or longer and none more, move no count,
// cookie or link, and fill no group: each answer is to the byte what it was without them.
func TestHiddenRowsLeaveNoTrace(t *testing.T) {
	w := start(t)
	ada, ben := w.as(t, "ada"), w.as(t, "ben")
	fill := func(c client, from int) {
		for n := range 5 {
			account := c.made("accounts", fmt.Sprintf(`{"name":"n%d","numberofemployees":%d}`, 2*n+from, 9-2*n-from))
			c.made("contacts", fmt.Sprintf(`{"lastname":"of n%d","parentcustomerid_account@odata.bind":"accounts(%s)"}`, 2*n+from, account))
		}
	}
	fill(ben, 1)
	fetch := func(f string) string { return "accounts?fetchXml=" + url.QueryEscape(f) }
	questions := []string{
		"accounts?$select=name", "accounts?$select=name&$orderby=name", "accounts?$select=name&$orderby=name desc&$count=true", "accounts?$select=name&$orderby=numberofemployees",
		"accounts?$select=name&$count=true&$top=3", "accounts?$select=name&$filter=numberofemployees ge 3&$count=true", "accounts/$count",
		"accounts?$select=name&$filter=contact_customer_accounts/any(c:startswith(c/lastname,'of'))", "accounts?$select=name&$expand=contact_customer_accounts($select=lastname)",
		"contacts?$select=lastname&$orderby=parentcustomerid_account/name&$expand=parentcustomerid_account($select=name)",
		"accounts?$apply=aggregate($count as n,numberofemployees with max as m)", "accounts?$apply=groupby((name),aggregate($count as n))",
		fetch(`<fetch count="2" page="1" returntotalrecordcount="true"><entity name="account"><attribute name="name"/><order attribute="name"/></entity></fetch>`),
		fetch(`<fetch count="2" page="3"><entity name="account"><attribute name="name"/><order attribute="name"/></entity></fetch>`),
		fetch(`<fetch count="2"><entity name="account"><attribute name="name"/><link-entity name="contact" from="parentcustomerid" to="accountid" link-type="outer"><attribute name="lastname"/></link-entity></entity></fetch>`),
		fetch(`<fetch aggregate="true"><entity name="account"><attribute name="accountid" alias="n" aggregate="count"/><attribute name="numberofemployees" alias="s" aggregate="sum"/></entity></fetch>`),
	}
	before := map[string][]string{}
	for _, q := range questions {
		if before[q] = ben.walk(q); len(before[q]) == 0 || before[q][0][:4] != "200 " {
			t.Fatalf("%s: %q", q, before[q])
		}
	}
	fill(ada, 0)
	fill(ada, 1)
	for _, q := range questions {
		if after := ben.walk(q); !slices.Equal(before[q], after) {
			t.Errorf("%s: before\n%q\nbeside hidden rows\n%q", q, before[q], after)
		}
	}
	if n := len(ada.walk("accounts?$select=name")); n < 7 {
		t.Errorf("ada has only %d pages: nothing is hidden", n)
	}
}
