package environment_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
)

// follow is a client's copy of a set that it keeps by delta links.
type follow struct {
	client
	link string // where to go on; the first request's path before that
	rows map[string]string
	seen []string // what the last sync told, in order: names, and ids with a minus
}

func (c client) follow(path string) *follow {
	return &follow{client: c, link: path, rows: map[string]string{}}
}

// sync goes through all pages and keeps the delta link of the last.
func (f *follow) sync() {
	f.t.Helper()
	first, key := f.rows == nil || !strings.Contains(f.link, "deltatoken"), "accountid"
	f.seen = nil
	for next := f.link; next != ""; {
		c := f.client
		if first && !strings.Contains(next, "skiptoken") {
			c = c.with("Prefer", strings.TrimPrefix(c.header.Get("Prefer")+",odata.track-changes", ","))
		}
		a := c.get(next)
		if a.status != 200 {
			f.t.Fatalf("%s: %d %s", next, a.status, a.body)
		}
		o := a.object()
		next, _ = o["@odata.nextLink"].(string)
		delta, last := o["@odata.deltaLink"].(string)
		if last == (next != "") {
			f.t.Fatalf("a page needs one link: %s", a.body)
		}
		if last {
			f.link = delta
		}
		for _, row := range o["value"].([]any) {
			f.apply(row.(map[string]any), key)
		}
	}
}

func (f *follow) apply(row map[string]any, key string) {
	f.t.Helper()
	if row["reason"] == "deleted" {
		delete(f.rows, row["id"].(string))
		f.seen = append(f.seen, "-"+row["id"].(string))
		return
	}
	f.rows[row[key].(string)] = row["name"].(string)
	f.seen = append(f.seen, row["name"].(string))
}

// saw checks what the last sync told.
func (f *follow) saw(want ...string) {
	f.t.Helper()
	if !slices.Equal(f.seen, want) {
		f.t.Errorf("told %q, want %q", f.seen, want)
	}
}

// TestChangesAsDocumented goes through the sample of Dataverse facts 5.14, members in order.
func TestChangesAsDocumented(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	stays := app.made("accounts", `{"name":"Monte Orton","telephone1":"555000","fax":"10101"}`)
	goes := app.made("accounts", `{"name":"Litware"}`)

	w.pass(time.Hour)
	const set = "accounts?$select=name,accountnumber,telephone1,fax"
	link := set + "&$deltatoken="
	first := app.with("Prefer", "odata.track-changes").get(set)
	first.is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,accountnumber,telephone1,fax)","@odata.deltaLink":"`+root+link+
		`…%2111%2f21%2f2026%2013%3a00%3a00","value":[{"@odata.etag":"W/\"…\"","name":"Monte Orton","accountnumber":null,"telephone1":"555000","fax":"10101","accountid":"`+stays+`"},`+
		`{"@odata.etag":…,"name":"Litware",…}]}`).has("Preference-Applied", "odata.track-changes")
	delta := first.object()["@odata.deltaLink"].(string)
	app.get(delta).is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,accountnumber,telephone1,fax)/$delta","@odata.deltaLink":"`+root+link+`…","value":[]}`).
		has("Preference-Applied", "")

	w.pass(11 * time.Minute)
	app = w.as(t, "contoso-app")
	app.patch("accounts("+stays+")", `{"fax":"20202"}`).is(204, "")
	made := app.made("accounts", `{"name":"Wide World"}`)
	app.delete("accounts("+goes+")").is(204, "")
	second := app.get(delta)
	second.is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,accountnumber,telephone1,fax)/$delta","@odata.deltaLink":"`+root+link+`…%2111%2f21%2f2026%2013%3a11%3a00","value":[`+
		`{"@odata.etag":"W/\"…\"","name":"Monte Orton","accountnumber":null,"telephone1":"555000","fax":"20202","accountid":"`+stays+`"},`+
		`{"@odata.etag":"W/\"…\"","name":"Wide World","accountnumber":null,"telephone1":null,"fax":null,"accountid":"`+made+`"},`+
		`{"@odata.context":"`+root+`$metadata#accounts/$deletedEntity","id":"`+goes+`","reason":"deleted"}]}`)
	token := delta[strings.Index(delta, "$deltatoken="):]
	app.get("accounts/$count?"+token).is(200, "\xef\xbb\xbf3").has("Content-Type", "text/plain")
	app.get("accounts/$count?$select=name&"+token).is(200, "\xef\xbb\xbf3")
	app.get(delta).is(200, second.body) // links may be followed twice

	// Other clients spell the same link otherwise.
	value, _ := url.QueryUnescape(strings.TrimPrefix(token, "$deltatoken="))
	for _, spelt := range []string{value, url.QueryEscape(value), url.QueryEscape(url.QueryEscape(value))} {
		app.with("Prefer", "odata.track-changes").get("/api/data/v9.2/"+link+spelt).is(200, second.body)
	}
	app.with("Prefer", `odata.include-annotations="OData.Community.Display.V1.FormattedValue", odata.track-changes`).get("accounts?$select=donotfax&$deltatoken="+value).
		is(200, `{…"donotfax@OData.Community.Display.V1.FormattedValue":…}`).
		has("Preference-Applied", `odata.include-annotations="OData.Community.Display.V1.FormattedValue"; odata.track-changes`)
	last := second.object()["@odata.deltaLink"].(string)
	app.get(last).is(200, `{…"value":[]}`)
}

// TestChangesPageByPage: what changes between two pages is told, once more or by the next
// delta link, and never lost.
func TestChangesPageByPage(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	var ids []string
	for n := range 7 {
		ids = append(ids, app.made("accounts", fmt.Sprintf(`{"name":"%d"}`, n)))
	}
	f := app.with("Prefer", "odata.maxpagesize=3").follow("accounts?$select=name")
	page := f.with("Prefer", "odata.maxpagesize=3,odata.track-changes").get(f.link)
	page.is(200, `{"@odata.context":"…","value":[{…"name":"2",…}],"@odata.nextLink":"…istracking=%22True%22%20/%3E"}`)
	app.delete("accounts(" + ids[0] + ")")
	app.patch("accounts("+ids[1]+")", `{"name":"1b"}`)
	app.patch("accounts("+ids[5]+")", `{"name":"5b"}`)
	f.link = page.object()["@odata.nextLink"].(string)
	f.sync()
	f.saw("3", "4", "5b", "6")
	f.sync()
	f.saw("1b", "5b", "-"+ids[0])

	for _, id := range ids[1:5] {
		app.delete("accounts(" + id + ")")
	}
	app.patch("accounts("+ids[5]+")", `{"name":"5c"}`)
	app.patch("accounts("+ids[6]+")", `{"name":"6c"}`)
	f.sync() // three pages: two rows and a deletion, then deletions alone
	f.saw("5c", "6c", "-"+ids[1], "-"+ids[2], "-"+ids[3], "-"+ids[4])
	for _, name := range []string{"8", "9", "10"} { // a page of rows alone, with a deletion behind
		ids = append(ids, app.made("accounts", `{"name":"`+name+`"}`))
	}
	app.delete("accounts(" + ids[5] + ")")
	f.sync()
	f.saw("8", "9", "10", "-"+ids[5])

	// A row that goes before it was told is told; one that comes back is no deletion.
	short := app.made("accounts", `{"name":"short"}`)
	app.delete("accounts(" + short + ")")
	app.delete("accounts(" + ids[6] + ")")
	app.patch("accounts("+ids[6]+")", `{"name":"back"}`).is(204, "")
	f.sync()
	f.saw("back", "-"+short)
}

// TestChangesRefused words what cannot be followed, and by whom.
func TestChangesRefused(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	tracked := app.with("Prefer", "odata.track-changes")
	for _, option := range []string{"$filter=name eq 'x'", "$orderby=name", "$expand=primarycontactid", "$top=3", "$count=true", "$apply=aggregate($count as n)", "fetchXml=<fetch/>"} {
		name, _, _ := strings.Cut(option, "=")
		want := `The "` + name + `" query parameter is not supported when Change Tracking is enabled.`
		tracked.get("accounts?$select=name&"+option).fails(400, "0x80060888", want)
		app.get("accounts?$deltatoken=1!08/22/2017 08:10:44&"+option).fails(400, "0x80060888", want)
	}
	tracked.get("privileges").fails(400, "0x80072491", "Entity privilege isn't enabled for change tracking.")
	for _, token := range []string{"", "1", "!", "x!08/22/2017 08:10:44", "-1!08/22/2017 08:10:44", "1!22/08/2017 08:10:44"} {
		app.get("accounts?$deltatoken="+url.QueryEscape(token)).fails(400, "0x80060888", "The value '"+token+"' of the query option '$deltatoken' is not valid.")
	}
	app.get("accounts("+absent+")?$deltatoken=1").fails(400, "0x80060888", "The query option '$deltatoken' can only be applied to an entity set.")
	tracked.get("accounts/$count").is(200, "\xef\xbb\xbf0").has("Preference-Applied", "")
	tracked.get("accounts("+app.made("accounts", `{}`)+")?$select=name").is(200, "…").has("Preference-Applied", "")

	lacks := "Principal user (Id=" + people["ben"].user + ", type=8, …), is missing prvReadAccount privilege (Id=…) on OTC=1 for entity 'account' …"
	w.as(t, "ben").with("Prefer", "odata.track-changes").get("accounts").fails(403, "0x80040220", lacks).has("x-stead-help", "…change tracking…Global…")
	w.as(t, "ben").get("accounts/$count?$deltatoken=0!11/21/2026 12:00:00").fails(403, "0x80040220", lacks)
	tracked.with("CallerObjectId", people["ben"].object).get("accounts").fails(403, "0x80040220", lacks)
	tracked.with("CallerObjectId", people["ada"].object).get("accounts?$select=name").is(200, `{…"@odata.deltaLink":…}`)
}

// TestChangesExpire: after the organization's days a client must begin anew, and no
// deletion of that time is kept.
func TestChangesExpire(t *testing.T) {
	w := start(t, func(c *environment.Config) { c.Database = t.TempDir() + "/environment.db" })
	app := w.as(t, "contoso-app")
	const expired = "Version stamp associated with the client has expired. Please perform a full sync."
	goes := app.made("accounts", `{"name":"goes"}`)
	f := app.follow("accounts?$select=name")
	f.sync()
	app.patch("organizations("+organization+")", `{"expirechangetrackingindays":7}`)
	app.delete("accounts(" + goes + ")")
	w.pass(7 * 24 * time.Hour)
	app = w.as(t, "contoso-app") // tokens of yesterday are old as well
	f.client = app
	old := f.link
	f.sync()
	f.saw("-" + goes)
	w.pass(time.Second)
	app.get(old).fails(400, "0x80044352", expired)
	f.sync()

	w.pass(8 * 24 * time.Hour)
	app = w.as(t, "contoso-app")
	app.get(f.link).fails(400, "0x80044352", expired)
	app.delete("accounts(" + app.made("accounts", `{}`) + ")") // old deletions go with it
	// A client that makes up the time is told as well: what it missed is forgotten.
	app.get("accounts?$select=name&$deltatoken=1!"+url.QueryEscape(w.clock().UTC().Format("01/02/2006 15:04:05"))).fails(400, "0x80044352", expired)
	app.get("accounts?$deltatoken=99999999!"+url.QueryEscape(w.clock().UTC().Format("01/02/2006 15:04:05"))).fails(400, "0x80044352", expired)
}

// TestChangesMaskSecuredColumns: who follows a table reads no more of it than by other
// questions.
func TestChangesMaskSecuredColumns(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	app.post("EntityDefinitions(LogicalName='account')/Attributes", `{"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata","SchemaName":"sample_Secret","IsSecured":true,
		"MaxLength":100,"DisplayName":`+label("Secret")+`,"RequiredLevel":{"Value":"None"}}`).is(204, "")
	made := app.made("accounts", `{"name":"a","sample_secret":"hush"}`)
	top := app.unit("Contoso")
	app.role("Followers", top, "prvReadAccount", "Global")
	app.give("integration", "Followers", top).is(204, "")
	for who, value := range map[string]string{"contoso-app": `"hush"`, "integration": "null"} {
		app := w.as(t, who)
		row := `"sample_secret":` + value + `,"accountid":"` + made + `"}]}`
		first := app.with("Prefer", "odata.track-changes").get("accounts?$select=sample_secret").is(200, `{…`+row)
		w.as(t, "contoso-app").patch("accounts("+made+")", `{"name":"b"}`).is(204, "")
		app.get(first.object()["@odata.deltaLink"].(string)).is(200, `{…`+row)
	}
}

// TestTrackingIsTurnedOn: makers let a table be followed, and cannot stop it.
func TestTrackingIsTurnedOn(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	is := func(text string) {
		t.Helper()
		app.get(bankPath+"?$select=ChangeTrackingEnabled").is(200, `{…"ChangeTrackingEnabled":`+text+`,…}`)
	}
	is("false")
	id := app.made("sample_bankaccounts", `{}`)
	tracked := app.with("Prefer", "odata.track-changes")
	tracked.get("sample_bankaccounts").fails(400, "0x80072491", "Entity sample_bankaccount isn't enabled for change tracking.")
	for _, text := range []string{"true", "false"} {
		app.send("PUT", bankPath, `{"@odata.type":"Microsoft.Dynamics.CRM.EntityMetadata","ChangeTrackingEnabled":`+text+`}`).is(204, "")
		is("true")
	}
	delta, _ := tracked.get("sample_bankaccounts").is(200, `{…"value":[{…`+id+`…}]}`).object()["@odata.deltaLink"].(string)
	app.delete("sample_bankaccounts("+id+")").is(204, "")
	app.get(delta).is(200, `{…"value":[{"@odata.context":"`+root+`$metadata#sample_bankaccounts/$deletedEntity","id":"`+id+`","reason":"deleted"}]}`)
	app.get("$metadata?annotations=true").is(200, `…<EntitySet Name="sample_bankaccounts" …<Annotation Term="Org.OData.Capabilities.V1.ChangeTracking"><Record><PropertyValue Property="Supported" Bool="true" /></Record></Annotation></EntitySet>…`)
	app.get("EntityDefinitions?$select=LogicalName&$filter=ChangeTrackingEnabled eq true and IsCustomEntity eq false").is(200, `{…"LogicalName":"account"…}`)
}

// TestNoChangeIsMissed: whoever follows a set while many write to it has what the set has
// in the end, whatever the pages were.
func TestNoChangeIsMissed(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	var writers sync.WaitGroup
	for n := range 4 {
		writers.Go(func() { app.churn(rand.New(rand.NewPCG(7, uint64(n))), 60) })
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	f := app.with("Prefer", "odata.maxpagesize=7").follow("accounts?$select=name")
	for writing := true; writing; {
		select {
		case <-done:
			writing = false
		default:
		}
		f.sync()
	}
	f.sync()
	there := app.follow("accounts?$select=name")
	there.sync()
	if len(there.rows) == 0 || !maps.Equal(f.rows, there.rows) {
		t.Errorf("the copy has %d rows\n%v\nthe set %d\n%v", len(f.rows), f.rows, len(there.rows), there.rows)
	}
}

// churn makes, changes and deletes rows, alone and several in one transaction.
func (c client) churn(random *rand.Rand, times int) {
	var mine []string
	for n := range times {
		name := fmt.Sprintf(`{"name":"%d-%d"}`, random.Uint32(), n)
		switch at := random.IntN(5); {
		case at < 2 || len(mine) == 0:
			mine = append(mine, c.made("accounts", name))
		case at == 2:
			c.patch("accounts("+mine[random.IntN(len(mine))]+")", name).is(204, "")
		case at == 3:
			last := len(mine) - 1
			c.delete("accounts("+mine[last]+")").is(204, "")
			mine = mine[:last]
		default:
			targets := `{"@odata.type":"Microsoft.Dynamics.CRM.account",` + name[1:]
			c.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", `{"Targets":[`+targets+","+targets+`]}`).is(200, "…")
		}
	}
}
