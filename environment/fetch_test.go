package environment_test

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// fetch sends FetchXML; single quotes stand for double ones.
func (c client) fetch(set, text string) answer {
	c.t.Helper()
	return c.get(set + "?fetchXml=" + url.QueryEscape(strings.ReplaceAll(text, "'", `"`)))
}

// market makes three accounts with people in them, as their owner.
func (c client) market() (contoso, fabrikam string) {
	contoso = c.made("accounts", `{"name":"Contoso","revenue":100.5,"numberofemployees":10,"address1_city":"Lund"}`)
	fabrikam = c.made("accounts", `{"name":"Fabrikam","revenue":50,"numberofemployees":5,"address1_city":"lund"}`)
	c.made("accounts", `{"name":"Lonely","numberofemployees":4}`)
	for i, last := range []string{"Ada", "Ben", "Cleo"} {
		parent := contoso
		if i == 2 {
			parent = fabrikam
		}
		id := c.made("contacts", `{"lastname":"`+last+`","parentcustomerid_account@odata.bind":"/accounts(`+parent+`)"}`)
		if i != 1 {
			c.patch("accounts("+parent+")", `{"primarycontactid@odata.bind":"/contacts(`+id+`)"}`).is(204, "")
		}
	}
	return contoso, fabrikam
}

func TestFetchRows(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	contoso, _ := app.market()
	app.fetch("accounts", `<fetch><entity name='account'><attribute name='name'/><attribute name='address1_city' alias='city'/>
		<filter><condition attribute='name' operator='eq' value='contoso'/></filter></entity></fetch>`).
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,accountid)","value":[{"@odata.etag":"W/\"…\"","name":"Contoso","city":"Lund","accountid":"`+contoso+`"}]}`)
	linked := `<fetch top='2'><entity name='account'><attribute name='name'/><order attribute='name' descending='true'/>
		<link-entity name='contact' from='contactid' to='primarycontactid' link-type='outer' alias='p'><attribute name='fullname'/><attribute name='parentcustomerid'/></link-entity></entity></fetch>`
	app.fetch("accounts", linked).is(200, `{…"value":[{"@odata.etag":"…","name":"Lonely","accountid":"…"},{"@odata.etag":"…","name":"Fabrikam","accountid":"…","p.fullname":"Cleo","p.parentcustomerid":"…"}]}`)
	app.with("Prefer", `odata.include-annotations="*"`).fetch("accounts", linked).
		is(200, `{"@odata.context":"…","@Microsoft.Dynamics.CRM.totalrecordcount":-1,"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":false,"@Microsoft.Dynamics.CRM.globalmetadataversion":"…","@Microsoft.Dynamics.CRM.morerecords":true,"value":[…`+
			`"p.fullname@OData.Community.Display.V1.AttributeName":"fullname","p.fullname":"Cleo",`+
			`"p.parentcustomerid@OData.Community.Display.V1.AttributeName":"parentcustomerid","p.parentcustomerid@OData.Community.Display.V1.FormattedValue":"Fabrikam",`+
			`"p.parentcustomerid@Microsoft.Dynamics.CRM.lookuplogicalname":"account","p.parentcustomerid":"…"}]}`).
		has("Preference-Applied", `odata.include-annotations="*"`)
	app.fetch("accounts", `<fetch><entity name='account'><filter><condition attribute='name' operator='eq' value='Contoso'/></filter></entity></fetch>`).
		is(200, `{"@odata.context":"`+root+`$metadata#accounts","value":[{…"name":"Contoso",…}]}`)
}

// Each query is asked of the market; the names are in the order of the answer.
func TestFetchQuestions(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	contoso, fabrikam := app.market()
	app.patch("accounts("+fabrikam+")", `{"parentaccountid@odata.bind":"/accounts(`+contoso+`)"}`).is(204, "")
	people := func(kind, inside string) string {
		return `<filter><link-entity name='contact' from='parentcustomerid' to='accountid' link-type='` + kind + `'>` + inside + `</link-entity></filter>`
	}
	ada := `<filter><condition attribute='lastname' operator='eq' value='Ada'/></filter>`
	for _, tt := range []struct{ inside, want string }{
		{``, "Contoso Fabrikam Lonely"},
		{`<link-entity name='contact' from='parentcustomerid' to='accountid'/>`, "Contoso Contoso Fabrikam"},
		{`<link-entity name='contact' from='parentcustomerid' to='accountid' link-type='outer'/>`, "Contoso Contoso Fabrikam Lonely"},
		{`<link-entity name='contact' from='parentcustomerid' to='accountid' link-type='exists'/>`, "Contoso Fabrikam"},
		{`<link-entity name='contact' from='parentcustomerid' to='accountid' link-type='in'>` + ada + `</link-entity>`, "Contoso"},
		{`<link-entity name='contact' from='parentcustomerid' to='accountid' link-type='matchfirstrowusingcrossapply'/>`, "Contoso Fabrikam Lonely"},
		{people("any", ada), "Contoso"},
		{people("not any", ada), "Fabrikam Lonely"},
		{people("all", ada), "Lonely"},
		{people("not all", ada), "Contoso Fabrikam"},
		{people("all", `<filter><condition attribute='lastname' operator='begins-with' value='C'/></filter>`), "Fabrikam Lonely"},
		{`<link-entity name='contact' from='contactid' to='primarycontactid' link-type='outer' alias='p'/><filter><condition entityname='p' attribute='contactid' operator='null'/></filter>`, "Lonely"},
		{`<link-entity name='contact' from='contactid' to='primarycontactid' alias='p'><link-entity name='account' from='accountid' to='parentcustomerid' alias='a'/></link-entity><filter><condition attribute='accountid' operator='eq' valueof='a.accountid'/></filter>`, "Contoso Fabrikam"},
		{`<filter><condition attribute='accountid' operator='under' value='` + contoso + `'/></filter>`, "Fabrikam"},
		{`<filter><condition attribute='accountid' operator='eq-or-under' value='{` + contoso + `}'/></filter>`, "Contoso Fabrikam"},
		{`<filter><condition attribute='accountid' operator='not-under' value='` + contoso + `'/></filter>`, "Contoso Lonely"},
		{`<filter><condition attribute='accountid' operator='above' value='` + fabrikam + `'/></filter>`, "Contoso"},
		{`<filter><condition attribute='parentaccountid' operator='eq-or-under' value='` + contoso + `'/></filter>`, "Fabrikam"},
		{`<filter><condition attribute='revenue' operator='between'><value>50</value><value>100.5</value></condition></filter>`, "Contoso Fabrikam"},
		{`<filter><condition attribute='address1_city' operator='ne' value='Lund'/></filter>`, "Lonely"},
		{`<filter><condition attribute='ownerid' operator='eq-userid'/></filter>`, "Contoso Fabrikam Lonely"},
		{`<filter><condition attribute='ownerid' operator='ne-userid'/></filter>`, ""},
		{`<filter><condition attribute='ownerid' operator='eq-useroruserhierarchy'/></filter>`, "Contoso Fabrikam Lonely"},
		{`<filter><condition attribute='createdon' operator='today'/></filter>`, "Contoso Fabrikam Lonely"},
		{`<filter><condition attribute='createdon' operator='yesterday'/></filter>`, ""},
	} {
		a := app.fetch("accounts", `<fetch><entity name='account'><attribute name='name'/><order attribute='name'/>`+tt.inside+`</entity></fetch>`)
		if got := strings.Join(a.names("name"), " "); a.status != 200 || got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s\n%s", tt.inside, got, tt.want, a.body)
		}
	}
}

func TestFetchDistinct(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.market()
	app.fetch("accounts", `<fetch distinct='true'><entity name='account'><attribute name='name'/>
		<link-entity name='contact' from='parentcustomerid' to='accountid'/></entity></fetch>`).
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(name)","value":[{"name":"Contoso"},{"name":"Fabrikam"}]}`)
}

func TestFetchAggregates(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.market()
	aggregate := func(inside string) answer {
		return app.fetch("accounts", `<fetch aggregate='true'><entity name='account'>`+inside+`</entity></fetch>`)
	}
	aggregate(`<attribute name='accountid' aggregate='count' alias='n'/><attribute name='revenue' aggregate='countcolumn' alias='r'/>
		<attribute name='numberofemployees' aggregate='avg' alias='mean'/><attribute name='revenue' aggregate='sum' alias='total'/>
		<attribute name='revenue' aggregate='avg' alias='half'/><attribute name='revenue' aggregate='max' alias='most'/><attribute name='numberofemployees' aggregate='min' alias='least'/>
		<attribute name='address1_city' aggregate='countcolumn' distinct='true' alias='cities'/>`).
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(n,r,mean,total,half,most,least,cities)","value":[{"n":3,"r":2,"mean":6,"total":150.500000000,"half":75.250000000,"most":100.5000,"least":4,"cities":1}]}`)
	aggregate(`<attribute name='address1_city' groupby='true' alias='city'/><attribute name='accountid' aggregate='count' alias='n'/><order alias='n' descending='true'/>`).
		is(200, `{…"value":[{"city":"…und","n":2},{"n":1}]}`)
	aggregate(`<attribute name='createdon' groupby='true' dategrouping='year' alias='y'/><attribute name='createdon' groupby='true' dategrouping='week' alias='w'/><attribute name='accountid' aggregate='count' alias='n'/>`).
		is(200, fmt.Sprintf(`{…"value":[{"y":%d,"w":%d,"n":3}]}`, w.clock().Year(), sundayWeek(w.clock().YearDay()-1, int(w.clock().Weekday()))))
	aggregate(`<link-entity name='contact' from='parentcustomerid' to='accountid' alias='c'><attribute name='contactid' aggregate='count' alias='people'/></link-entity><attribute name='name' groupby='true' alias='name'/>`).
		is(200, `{…"value":[{"name":"Contoso","people":2},{"name":"Fabrikam","people":1}]}`)
	aggregate(`<attribute name='primarycontactid' groupby='true' alias='who'/><attribute name='revenue' aggregate='sum' alias='s'/><filter><condition attribute='name' operator='eq' value='Contoso'/></filter>`).
		is(200, `{…"value":[{"who":"…","s":100.500000000}]}`)
	app.fetch("accounts", `<fetch aggregate='true' aggregatelimit='2'><entity name='account'><attribute name='accountid' aggregate='count' alias='n'/></entity></fetch>`).
		fails(400, "0x8004e023", "The maximum record limit is exceeded. Reduce the number of records.")
	// The limit is of the rows that all groups are of, those beyond a page too.
	groups := func(limit, of int) answer {
		return app.fetch("accounts", fmt.Sprintf(`<fetch aggregate='true' aggregatelimit='%d' count='1'><entity name='account'><attribute name='name' groupby='true' alias='name'/><attribute name='accountid' aggregate='count' alias='n'/><order alias='name'/><filter><condition attribute='numberofemployees' operator='in'><value>%d</value></condition></filter></entity></fetch>`, limit, of))
	}
	for _, n := range []int{71, 71, 72} {
		app.made("accounts", fmt.Sprintf(`{"name":"group %d","numberofemployees":71}`, n))
	}
	groups(2, 71).fails(400, "0x8004e023", "The maximum record limit is exceeded. Reduce the number of records.")
	groups(3, 71).is(200, `{…"value":[{"name":"group 71","n":2}]}`)
	groups(3, 99).is(200, `{…"value":[]}`)
}

// sundayWeek counts the weeks of a year day by day.
func sundayWeek(yearDay, weekday int) int {
	week, at := 1, ((weekday-yearDay)%7+7)%7
	for range yearDay {
		if at = (at + 1) % 7; at == 0 {
			week++
		}
	}
	return week
}

// TestFetchPages walks through pages as clients do: with the cookie decoded twice,
// and by number alone.
func TestFetchPages(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app").with("Prefer", `odata.include-annotations="Microsoft.Dynamics.CRM.*"`)
	var want []string
	for n := range 11 {
		name := fmt.Sprintf("<account> & '%02d'", n)
		app.made("accounts", fmt.Sprintf(`{"name":%q,"numberofemployees":%d}`, name, n%3))
		want = append(want, name)
	}
	for _, order := range []string{"", `<order attribute="name" descending="true"/>`, `<order attribute="numberofemployees"/>`, `<order attribute="ownerid"/><order attribute="statecode" descending="true"/>`, `<order attribute="description"/>`} {
		for _, cookies := range []bool{true, false} {
			var got []string
			for page, cookie, more := 1, "", true; more; page++ {
				attributes := ""
				if cookies && cookie != "" {
					attributes = ` paging-cookie="` + escaped(cookie) + `"`
				}
				a := app.get("accounts?fetchXml=" + url.QueryEscape(fmt.Sprintf(`<fetch count="4" page="%d"%s><entity name="account"><attribute name="name"/>%s</entity></fetch>`, page, attributes, order)))
				if a.status != 200 || page > 5 {
					t.Fatalf("page %d: %s", page, a.body)
				}
				got = append(got, a.names("name")...)
				more, _ = a.object()["@Microsoft.Dynamics.CRM.morerecords"].(bool)
				cookie = innerCookie(t, a)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s, cookies %v: %q", order, cookies, got)
			}
		}
	}
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// innerCookie takes the cookie out of an answer as client libraries do.
func innerCookie(t *testing.T, a answer) string {
	t.Helper()
	text, _ := a.object()["@Microsoft.Dynamics.CRM.fetchxmlpagingcookie"].(string)
	if text == "" {
		return ""
	}
	var outer struct {
		Page   int    `xml:"pagenumber,attr"`
		Cookie string `xml:"pagingcookie,attr"`
	}
	if err := xml.Unmarshal([]byte(text), &outer); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	once, err := url.QueryUnescape(outer.Cookie)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := url.QueryUnescape(once)
	if err != nil || !strings.HasPrefix(twice, `<cookie page="`) {
		t.Fatalf("%s: %v", twice, err)
	}
	return twice
}

func TestFetchCounts(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app").with("Prefer", `odata.include-annotations="*"`)
	app.market()
	app.fetch("accounts", `<fetch count='1' returntotalrecordcount='true'><entity name='account'><attribute name='name'/></entity></fetch>`).
		is(200, `{"@odata.context":"…","@Microsoft.Dynamics.CRM.totalrecordcount":3,"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":false,…"@Microsoft.Dynamics.CRM.fetchxmlpagingcookie":"<cookie pagenumber=\"2\" pagingcookie=\"%253ccookie%2520page%253d%25221%2522%253e…\" istracking=\"False\" />","@Microsoft.Dynamics.CRM.morerecords":true,"value":[{…}]}`)
	app.fetch("accounts", `<fetch top='0'><entity name='account'><attribute name='name'/></entity></fetch>`).is(200, `{…"value":[]}`)
}

// TestFetchSecurity: ben reaches his own rows and no others: not by a link, not by a
// filter on one, not by a total, not by walking a hierarchy.
func TestFetchSecurity(t *testing.T) {
	w := start(t)
	ben, cleo := w.as(t, "ben"), w.as(t, "cleo")
	theirs, _ := cleo.market()
	own := ben.made("accounts", `{"name":"ben's","revenue":7}`)
	app := w.as(t, "contoso-app")
	app.patch("accounts("+own+")", `{"parentaccountid@odata.bind":"/accounts(`+theirs+`)"}`).is(204, "")
	hidden := app.made("contacts", `{"lastname":"hidden"}`)
	app.patch("accounts("+own+")", `{"primarycontactid@odata.bind":"/contacts(`+hidden+`)"}`).is(204, "")
	all := func(inside string) string {
		return `<fetch><entity name='account'><attribute name='name'/>` + inside + `</entity></fetch>`
	}
	for inside, want := range map[string]string{
		``: `{…"value":[{…"name":"ben's","accountid":"` + own + `"}]}`,
		`<link-entity name='account' from='accountid' to='parentaccountid' alias='up'><attribute name='name'/></link-entity>`:                                              `{…"value":[]}`,
		`<link-entity name='account' from='accountid' to='parentaccountid' link-type='outer' alias='up'><attribute name='name'/></link-entity>`:                            `{…"value":[{…"name":"ben's","accountid":"` + own + `"}]}`,
		`<link-entity name='contact' from='contactid' to='primarycontactid' link-type='outer' alias='c'><attribute name='lastname'/></link-entity>`:                        `{…"value":[{…"name":"ben's","accountid":"` + own + `"}]}`,
		`<link-entity name='contact' from='contactid' to='primarycontactid' link-type='matchfirstrowusingcrossapply' alias='c'><attribute name='lastname'/></link-entity>`: `{…"value":[{…"name":"ben's","accountid":"` + own + `"}]}`,
		`<link-entity name='contact' from='contactid' to='primarycontactid' link-type='exists'/>`:                                                                          `{…"value":[]}`,
		`<filter><link-entity name='contact' from='contactid' to='primarycontactid' link-type='any'/></filter>`:                                                            `{…"value":[]}`,
		`<filter><condition attribute='accountid' operator='under' value='` + theirs + `'/></filter>`:                                                                      `{…"value":[{…"name":"ben's",…}]}`,
		`<filter><condition attribute='accountid' operator='above' value='` + own + `'/></filter>`:                                                                         `{…"value":[]}`,
	} {
		ben.fetch("accounts", all(inside)).is(200, want)
	}
	total := `<fetch aggregate='true'><entity name='account'><attribute name='revenue' aggregate='sum' alias='s'/><attribute name='accountid' aggregate='count' alias='n'/></entity></fetch>`
	ben.fetch("accounts", total).is(200, `{…"value":[{"s":7.000000000,"n":1}]}`)
	cleo.fetch("accounts", total).is(200, `{…"value":[{"s":150.500000000,"n":3}]}`)
	w.as(t, "ada").fetch("accounts", total).is(200, `{…"value":[{"s":157.500000000,"n":4}]}`)
	app.with("CallerObjectId", people["ben"].object).fetch("accounts", total).is(200, `{…"value":[{"s":7.000000000,"n":1}]}`)
	ben.fetch("accounts", all(`<link-entity name='fieldpermission' from='fieldpermissionid' to='accountid' alias='f'/>`)).
		is(403, `{"error":{"code":"0x80040220",…}}`)
}

func TestFetchRefusals(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	for _, tt := range []struct{ query, code, message string }{
		{`<fetch`, "0x80040203", "Invalid XML. Line 1, position 1: unexpected EOF."},
		{``, "0x80041124", "Xml String can't be null."},
		{`<fetch><entity name='contact'/></fetch>`, "0x80041128", "The entity name specified in fetchxml does not match the entity name specified in the Entity or Query Expression."},
		{`<fetch><entity name='foo'/></fetch>`, "0x80041102", "The entity with a name = 'foo' with namemapping = 'Logical' was not found in the MetadataCache."},
		{`<fetch><entity name='account'><attribute name='foo'/></entity></fetch>`, "0x80041103", "'Account' entity doesn't contain attribute with Name = 'foo' and NameMapping = 'Logical'."},
		{`<!DOCTYPE a [<!ENTITY e "x">]><fetch><entity name='account'/></fetch>`, "0x80040203", "Invalid XML. Line 1, position 1: document types are not allowed."},
		{`<fetch page='2' paging-cookie='x'><entity name='account'/></fetch>`, "0x8004112a", "Invalid page number in paging cookie."},
	} {
		app.fetch("accounts", tt.query).fails(400, tt.code, tt.message)
	}
	app.get("accounts?fetchXml=<fetch/>&$top=1").fails(400, "0x80060888", "The query option '$top' cannot be specified together with fetchXml.")
}

// TestRowAggregate: children are counted as far as they are the asker's to read.
func TestRowAggregate(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	top := app.made("accounts", `{"name":"Top"}`)
	for range 2 {
		app.made("accounts", `{"name":"child","parentaccountid@odata.bind":"/accounts(`+top+`)"}`)
	}
	mine := ben.made("accounts", `{"name":"Ben's"}`)
	ben.made("accounts", `{"name":"child","parentaccountid@odata.bind":"/accounts(`+mine+`)"}`)
	app.made("accounts", `{"name":"child","parentaccountid@odata.bind":"/accounts(`+mine+`)"}`)
	text := `<fetch><entity name='account'><attribute name='name'/><attribute name='accountid' alias='children' rowaggregate='CountChildren'/>
		<order attribute='name'/><filter><condition attribute='name' operator='ne' value='child'/></filter></entity></fetch>`
	app.fetch("accounts", text).is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,accountid)","value":[{"@odata.etag":"…","name":"Ben's","children":2,"accountid":"`+mine+`"},{"@odata.etag":"…","name":"Top","children":2,"accountid":"`+top+`"}]}`)
	ben.fetch("accounts", text).is(200, `{…"value":[{"@odata.etag":"…","name":"Ben's","children":1,"accountid":"`+mine+`"}]}`)
}
