package environment_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// sampled is the people of the Web API's query data sample, in the order in which it
// makes them: name, job title, annual income.
var sampled = [][3]string{
	{"Susanna Stubberod (sample)", "Senior Purchaser", "52000"}, {"Nancy Anderson (sample)", "Activities Manager", "55500"},
	{"Maria Cambell (sample)", "Accounts Manager", "31000"}, {"Scott Konersmann (sample)", "Accounts Manager", "38000"},
	{"Robert Lyon (sample)", "Senior Technician", "78000"}, {"Paul Cannon (sample)", "Ski Instructor", "68500"},
	{"Rene Valdes (sample)", "Data Analyst III", "86000"}, {"Jim Glynn (sample)", "Senior International Sales Manager", "81400"},
}

// grouped writes 52000 as $52,000.00.
func grouped(income string) string {
	return "$" + income[:len(income)-3] + "," + income[len(income)-3:] + ".00"
}

// shown is a contact as the sample page shows it with all annotations, members in order.
func shown(first string) string {
	for _, p := range append(sampled, [3]string{"Yvonne McKay (sample)", "Coffee Master", "45000"}) {
		if !strings.HasPrefix(p[0], first) {
			continue
		}
		return `{"@odata.etag":"W/\"…\"","fullname":"` + p[0] + `","jobtitle":"` + p[1] + `",` +
			`"annualincome@OData.Community.Display.V1.FormattedValue":"` + grouped(p[2]) + `","annualincome":` + p[2] + `.0000,` +
			`"_transactioncurrencyid_value@OData.Community.Display.V1.FormattedValue":"US Dollar",` +
			`"_transactioncurrencyid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"transactioncurrencyid",` +
			`"_transactioncurrencyid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"transactioncurrency",` +
			`"_transactioncurrencyid_value":"…","contactid":"…"}`
	}
	panic(first)
}

// samplePage is a collection's body: its context, what stands before the rows, and the rows of
// people by first name.
func samplePage(context, count string, firsts string) string {
	var rows []string
	for first := range strings.FieldsSeq(firsts) {
		rows = append(rows, shown(first))
	}
	total := "-1"
	if count != "" {
		total, count = count, `"@odata.count":`+count+`,`
	}
	return `{"@odata.context":"` + root + `$metadata#contacts(` + context + `)",` + count + `"@Microsoft.Dynamics.CRM.totalrecordcount":` + total +
		`,"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":false,"@Microsoft.Dynamics.CRM.globalmetadataversion":"…",…"value":[` + strings.Join(rows, ",") + `]}`
}

// TestQueryDataSample asks what the page "Web API query data sample" asks, and compares
// bodies member by member. Amounts have four decimals here and the next page's cookie a
// seal; ids and versions are our own.
func TestQueryDataSample(t *testing.T) {
	w := start(t)
	bare := w.as(t, "contoso-app")
	contact := bare.made("contacts", `{"firstname":"Yvonne","lastname":"McKay (sample)","jobtitle":"Coffee Master","annualincome":45000}`)
	account := bare.made("accounts", `{"name":"Contoso, Ltd. (sample)","primarycontactid@odata.bind":"/contacts(`+contact+`)"}`)
	for _, p := range sampled {
		first, last, _ := strings.Cut(p[0], " ")
		bare.made("contacts", fmt.Sprintf(`{"firstname":%q,"lastname":%q,"jobtitle":%q,"annualincome":%s,"parentcustomerid_account@odata.bind":"/accounts(%s)"}`, first, last, p[1], p[2], account))
	}
	app := bare.with("Prefer", `odata.include-annotations="*"`)
	const columns = "fullname,jobtitle,annualincome"
	app.get("contacts("+contact+")?$select="+columns).
		is(200, strings.Replace(shown("Yvonne"), "{", `{"@odata.context":"`+root+`$metadata#contacts(`+columns+`)/$entity",`, 1)).has("Preference-Applied", `odata.include-annotations="*"`)
	of := " and _parentcustomerid_value eq " + account
	everybody := "Susanna Nancy Maria Scott Robert Paul Rene Jim"
	for _, tt := range []struct{ options, count, firsts string }{
		{"$filter=contains(fullname,'(sample)')" + of, "", everybody},
		{"$filter=Microsoft.Dynamics.CRM.LastXHours(PropertyName=@p1,PropertyValue=@p2)" + of + "&@p1='createdon'&@p2='1'", "", everybody},
		{"$filter=contains(fullname,'(sample)') and annualincome gt 55000" + of, "", "Nancy Robert Paul Rene Jim"},
		{"$filter=contains(fullname,'(sample)') and (contains(jobtitle,'senior') or contains(jobtitle,'manager')) and annualincome gt 55000" + of, "", "Nancy Robert Jim"},
		{"$filter=contains(fullname,'(sample)')" + of + "&$orderby=jobtitle asc,annualincome desc", "", "Scott Maria Nancy Rene Jim Susanna Robert Paul"},
		{"$filter=contains(@p1,'(sample)') and @p2 eq " + account + "&$orderby=@p3 asc,@p4 desc&@p1=fullname&@p2=_parentcustomerid_value&@p3=jobtitle&@p4=annualincome", "", "Scott Maria Nancy Rene Jim Susanna Robert Paul"},
		{"$filter=contains(fullname,'(sample)')" + of + "&$top=5", "", "Susanna Nancy Maria Scott Robert"},
		{"$filter=(contains(jobtitle,'senior') or contains(jobtitle, 'manager'))" + of + "&$count=true", "6", "Susanna Nancy Maria Scott Robert Jim"},
	} {
		app.get("contacts?$select="+columns+"&"+tt.options).is(200, samplePage(columns, tt.count, tt.firsts))
	}
	bare.get("contacts/$count").is(200, bom+"9")
	app.get("accounts("+account+")?$select=name&$expand=primarycontactid($select="+columns+")").
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,primarycontactid(`+columns+`))/$entity","@odata.etag":"…","name":"Contoso, Ltd. (sample)","accountid":"`+account+`","primarycontactid":`+shown("Yvonne")+`}`)
	samplePages(t, app)
	sampleFetch(t, app, account)
}

// samplePages is section 5: pages of four.
func samplePages(t *testing.T, app client) {
	paged := app.with("Prefer", `odata.maxpagesize=4,odata.include-annotations="*"`)
	path, want := "contacts?$select=fullname,jobtitle,annualincome&$filter=contains(fullname,'(sample)')&$count=true", []string{"Yvonne Susanna Nancy Maria", "Scott Robert Paul Rene", "Jim"}
	for i, firsts := range want {
		body := samplePage("fullname,jobtitle,annualincome", "9", firsts)
		if i < len(want)-1 {
			body = strings.TrimSuffix(body, "}") + `,"@odata.nextLink":"` + root + `contacts?$select=fullname,jobtitle,annualincome&$filter=contains(fullname,'(sample)')&$count=true&$skiptoken=%3Ccookie%20pagenumber=%22` + fmt.Sprint(i+2) + `%22%20pagingcookie=%22%253ccookie%2520page%253d%2522` + fmt.Sprint(i+1) + `%2522…%20istracking=%22False%22%20/%3E"}`
		}
		a := paged.get(path)
		a.is(200, body)
		path, _ = a.object()["@odata.nextLink"].(string)
	}
	if path != "" {
		t.Errorf("a fourth page: %s", path)
	}
}

// sampleFetch is sections 8 and 9: FetchXML, saved queries.
func sampleFetch(t *testing.T, app client, account string) {
	const context = "fullname,jobtitle,annualincome,_transactioncurrencyid_value,transactioncurrencyid,contactid,transactioncurrencyid()"
	fetch := `<fetch mapping="logical" output-format="xml-platform" version="1.0" distinct="false"%s><entity name="contact"><attribute name="fullname" /><attribute name="jobtitle" /><attribute name="annualincome" /><order descending="true" attribute="fullname" />` +
		`<filter type="and"><condition value="%%(sample)%%" attribute="fullname" operator="like" /><condition value="` + account + `" attribute="parentcustomerid" operator="eq" /></filter></entity></fetch>`
	for paging, firsts := range map[string]string{"": "Susanna Scott Robert Rene Paul Nancy Maria Jim", ` count="4" page="2"`: "Paul Nancy Maria Jim", ` count="4" page="3"`: ""} {
		app.get("contacts?fetchXml="+url.QueryEscape(fmt.Sprintf(fetch, paging))+"&$count=true").is(200, samplePage(context, "8", firsts))
	}
	bare := app.with("Prefer", "odata.maxpagesize=3")
	bare.get("savedqueries?$select=name,savedqueryid&$filter=name eq 'Active Accounts'").
		is(200, `{"@odata.context":"`+root+`$metadata#savedqueries(name,savedqueryid)","value":[{"@odata.etag":"…","name":"Active Accounts","savedqueryid":"00000000-0000-0000-00aa-000010001002"}]}`)
	mine := app.made("userqueries", `{"name":"My User Query","description":"User query to display contact info.","querytype":0,"returnedtypecode":"contact","fetchxml":"<fetch mapping='logical' output-format='xml-platform' version='1.0' distinct='false'><entity name ='contact'><attribute name ='fullname' /><attribute name ='jobtitle' /><attribute name ='annualincome' /><order descending ='false' attribute='fullname' /><filter type ='and'><condition value ='%(sample)%' attribute='fullname' operator='like' /><condition value ='%Manager%' attribute='jobtitle' operator='like' /><condition value ='55000' attribute='annualincome' operator='gt' /></filter></entity></fetch>"}`)
	bare.get("userqueries?$select=name,userqueryid,&$filter=name%20eq%20'My%20User%20Query'").
		is(200, `{"@odata.context":"`+root+`$metadata#userqueries(name,userqueryid)","value":[{"@odata.etag":"…","name":"My User Query","userqueryid":"`+mine+`"}]}`)
	app.with("Prefer", `odata.maxpagesize=3,odata.include-annotations="*"`).get("contacts?userQuery="+mine).is(200, samplePage(context, "", "Jim Nancy"))
	app.delete("userqueries("+mine+")").is(204, "")
}
