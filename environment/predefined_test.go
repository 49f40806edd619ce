package environment_test

import (
	"net/url"
	"strings"
	"testing"
)

// view keeps a query in a table and gives its id.
func (c client) view(set, table, fetch string) string {
	fetch = strings.ReplaceAll(strings.ReplaceAll(fetch, "'", `\"`), "\n", "")
	return c.made(set, `{"name":"A view","returnedtypecode":"`+table+`","querytype":0,"fetchxml":"`+fetch+`"}`)
}

const byName = `<fetch><entity name='account'><attribute name='name'/><order attribute='name'/><filter><condition attribute='name' operator='ne' value='Lonely'/></filter></entity></fetch>`

func TestPredefinedQueries(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	contoso, fabrikam := app.market()
	saved, user := app.view("savedqueries", "account", byName), app.view("userqueries", "account", byName)
	people := app.view("savedqueries", "contact", `<fetch><entity name='contact'><attribute name='lastname'/><order attribute='lastname' descending='true'/></entity></fetch>`)
	rows := `{"@odata.etag":"…","name":"Contoso","accountid":"` + contoso + `"},{"@odata.etag":"…","name":"Fabrikam","accountid":"` + fabrikam + `"}`
	for _, path := range []string{"accounts?savedQuery=" + saved, "accounts?userQuery=" + user, "accounts?userQuery={" + user + "}", "accounts?savedquery=" + saved} {
		app.get(path).is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,accountid)","value":[`+rows+`]}`)
	}
	app.get("accounts?savedQuery=00000000-0000-0000-00aa-000010001002").is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,address1_city,_primarycontactid_value,primarycontactid,telephone1,accountid,primarycontactid())","value":[{…"name":"Contoso","address1_city":"Lund","_primarycontactid_value":"…","accountid":"…"},{…},{…"name":"Lonely",…}]}`)
	app.get("accounts("+contoso+")/contact_customer_accounts/?savedQuery="+people).
		is(200, `{"@odata.context":"`+root+`$metadata#contacts(lastname,contactid)","value":[{…"lastname":"Ben",…},{…"lastname":"Ada",…}]}`)
	app.get("accounts?savedQuery="+people).fails(400, "0x80041128", "…")
	app.get("accounts?savedQuery="+absent).fails(404, "0x80040217", "Entity 'savedquery' With Id = "+absent+" Does Not Exist")
	app.get("accounts?savedQuery=x").fails(400, "0x80060888", "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).")
	app.get("accounts?$select=name&savedQuery="+saved).fails(400, "0x80060888", "The query option '$select' cannot be specified together with savedQuery.")
	app.get("accounts?userQuery="+user+"&savedQuery="+saved).fails(400, "0x80060888", "Query option 'savedQuery' was specified more than once, but it must be specified at most once.")
	app.get("accounts("+contoso+")?savedQuery="+saved).fails(400, "0x80060888", "The query option 'savedQuery' can only be applied to an entity set.")
}

// TestPredefinedQueriesHeedRights: a query answers with what its asker may read, and a
// personal one is its owner's.
func TestPredefinedQueriesHeedRights(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	app.market()
	saved, user := app.view("savedqueries", "account", byName), app.view("userqueries", "account", byName)
	ben.made("accounts", `{"name":"Ben's"}`)
	if got := ben.get("accounts?savedQuery=" + saved).names("name"); len(got) != 1 || got[0] != "Ben's" {
		t.Errorf("ben sees %s", got)
	}
	ben.get("accounts?userQuery="+user).fails(403, "0x80048306", "…")
}

// TestPredefinedPages: links lead to the end, survive what clients do to them, and are
// nobody else's.
func TestPredefinedPages(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app").with("Prefer", "odata.maxpagesize=1")
	app.market()
	for _, fetch := range []string{
		byName,
		strings.Replace(byName, "<order attribute='name'/>", "<link-entity name='contact' from='contactid' to='primarycontactid' alias='p'><order attribute='lastname'/></link-entity>", 1),
	} {
		saved := app.view("savedqueries", "account", fetch)
		names, links := app.pages("accounts?savedQuery=" + saved)
		if strings.Join(names, " ") != "Contoso Fabrikam" || len(links) != 1 {
			t.Fatalf("%s by %d links", names, len(links))
		}
		before, token, _ := strings.Cut(links[0], "$skiptoken=")
		again := before + "%24skiptoken=" + url.QueryEscape(token)
		for what, link := range map[string]string{"as it is": links[0], "encoded again": again, "lower case": strings.ReplaceAll(links[0], "%3C", "%3c")} {
			if got := app.get(link).names("name"); len(got) != 1 || got[0] != "Fabrikam" {
				t.Errorf("%s: %s", what, got)
			}
		}
		w.as(t, "ada").with("Prefer", "odata.maxpagesize=1").get(links[0]).fails(400, "0x8004112a", "…")
		app.get(strings.Replace(links[0], "pagenumber=%222", "pagenumber=%223", 1)).fails(400, "0x8004112a", "…")
		app.get(strings.Replace(links[0], "savedQuery", "userQuery", 1)).fails(400, "0x8004112a", "…")
	}
}
