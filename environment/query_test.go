package environment_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// asked lists the names of the accounts that a filter leaves, in order of name.
func (c client) asked(filter string) string {
	c.t.Helper()
	filter = strings.ReplaceAll(filter, "MS.", "Microsoft.Dynamics.CRM.")
	return strings.Join(c.get("accounts?$select=name&$orderby=name&$filter="+url.QueryEscape(filter)).names("name"), " ")
}

// TestQueryFunctions: the same question in both languages has the same answer.
func TestQueryFunctions(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	contoso, fabrikam := app.market()
	app.patch("accounts("+fabrikam+")", `{"parentaccountid@odata.bind":"/accounts(`+contoso+`)"}`).is(204, "")
	w.pass(48 * time.Hour)
	app = w.as(t, "contoso-app")
	app.made("accounts", `{"name":"Young","numberofemployees":7}`)
	condition := func(attribute, operator, values string) string {
		return `<fetch><entity name='account'><attribute name='name'/><order attribute='name'/><filter><condition attribute='` + attribute + `' operator='` + operator + `'>` + values + `</condition></filter></entity></fetch>`
	}
	for _, tt := range []struct{ filter, fetch, want string }{
		{"MS.In(PropertyName='name',PropertyValues=['Contoso','Young'])", condition("name", "in", "<value>Contoso</value><value>Young</value>"), "Contoso Young"},
		{"not MS.In(PropertyName='name',PropertyValues=['Contoso','Young'])", condition("name", "not-in", "<value>Contoso</value><value>Young</value>"), "Fabrikam Lonely"},
		{`MS.Between(PropertyName='numberofemployees',PropertyValues=["5","7"])`, condition("numberofemployees", "between", "<value>5</value><value>7</value>"), "Fabrikam Young"},
		{"MS.Today(PropertyName='createdon')", condition("createdon", "today", ""), "Young"},
		{"MS.LastXDays(PropertyName='createdon',PropertyValue=3)", condition("createdon", "last-x-days", "<value>3</value>"), "Contoso Fabrikam Lonely Young"},
		{"MS.OlderThanXHours(PropertyName='createdon',PropertyValue=30)", condition("createdon", "olderthan-x-hours", "<value>30</value>"), "Contoso Fabrikam Lonely"},
		{"MS.Under(PropertyName='accountid',PropertyValue='" + contoso + "')", condition("accountid", "under", "<value>"+contoso+"</value>"), "Fabrikam"},
		{"MS.EqualUserId(PropertyName='ownerid') and not MS.NotEqualUserId(PropertyName='ownerid')", condition("ownerid", "eq-userid", ""), "Contoso Fabrikam Lonely Young"},
		{"MS.NotEqualUserId(PropertyName='ownerid')", condition("ownerid", "ne-userid", ""), ""},
	} {
		if got := app.asked(tt.filter); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.filter, got, tt.want)
		}
		if got := strings.Join(app.fetch("accounts", tt.fetch).names("name"), " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.fetch, got, tt.want)
		}
	}
	app.get("accounts?$select=name&$filter=Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)&@p1='name'&@p2=[\"Lonely\"]").
		is(200, `{…"value":[{…"name":"Lonely",…}]}`)
}

// TestLambdas: ben sees no task but his own, so that to him an account whose tasks are
// others' has none.
func TestLambdas(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	contoso, fabrikam := app.market()
	for subject, on := range map[string]string{"call": contoso, "mail": contoso, "visit": fabrikam} {
		app.made("tasks", `{"subject":"`+subject+`","regardingobjectid_account_task@odata.bind":"accounts(`+on+`)"}`)
	}
	for filter, want := range map[string]string{
		"Account_Tasks/any()":                                                       "Contoso Fabrikam",
		"not Account_Tasks/any()":                                                   "Lonely",
		"Account_Tasks/any(o:o/subject eq 'call')":                                  "Contoso",
		"Account_Tasks/any(o:o/subject ne 'call')":                                  "Contoso Fabrikam",
		"not Account_Tasks/any(o:o/subject ne 'call')":                              "Lonely",
		"Account_Tasks/all(o:o/subject ne 'call')":                                  "Fabrikam Lonely",
		"Account_Tasks/all(o:o/description eq 'x')":                                 "Lonely",
		"not Account_Tasks/all(o:o/subject eq 'call')":                              "Contoso Fabrikam",
		"contact_customer_accounts/any(c:c/lastname eq 'Cleo') or name eq 'Lonely'": "Fabrikam Lonely",
		"contact_customer_accounts/any(c:c/parentcustomerid_account/Account_Tasks/any(k:k/subject eq 'mail'))": "Contoso",
		"primarycontactid/parentcustomerid_account/name eq 'Fabrikam'":                                         "Fabrikam",
		"primarycontactid/parentcustomerid_account/name ne 'Fabrikam'":                                         "Contoso Lonely",
		"primarycontactid/createdby/fullname eq 'contoso-app'":                                                 "Contoso Fabrikam",
		"owninguser/fullname eq 'contoso-app' and ownerid/ownerid eq " + people["contoso-app"].user:            "Contoso Fabrikam Lonely",
		"ownerid/Microsoft.Dynamics.CRM.systemuser/fullname eq 'contoso-app'":                                  "Contoso Fabrikam Lonely",
		"ownerid/Microsoft.Dynamics.CRM.team/name eq 'contoso-app'":                                            "",
		"Account_Tasks/$count gt 1":                                                                         "Contoso",
		"not (Account_Tasks/$count gt 1)":                                                                   "Fabrikam Lonely",
		"Account_Tasks/$count eq 0":                                                                         "Lonely",
		"1 le Account_Tasks/$count and Account_Tasks/$count ne 2":                                           "Fabrikam",
		"primarycontactid/parentcustomerid_account/Account_Tasks/$count eq 1":                               "Fabrikam",
		"contact_customer_accounts/any(c:c/parentcustomerid_account/Account_Tasks/$count eq 2)":             "Contoso",
		"Account_Tasks/any(o:o/Microsoft.Dynamics.CRM.In(PropertyName='subject',PropertyValues=['visit']))": "Fabrikam",
	} {
		if got := app.asked(filter); got != want {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
	ben.made("accounts", `{"name":"Ben's"}`)
	if got := ben.asked("not Account_Tasks/any()"); got != "Ben's" {
		t.Errorf("ben: %q", got)
	}
	if got := ben.asked("Account_Tasks/any()"); got != "" {
		t.Errorf("ben: %q", got)
	}
	app.made("accounts", `{"name":"Below","parentaccountid@odata.bind":"accounts(`+ben.id("accounts?$select=accountid", "accountid")+`)"}`)
	if got := app.asked("account_parent_account/$count eq 1"); got != "Ben's" {
		t.Errorf("the administrator: %q", got)
	}
	if got := ben.asked("account_parent_account/$count eq 0"); got != "Ben's" {
		t.Errorf("ben counts what ben may not read: %q", got)
	}
}

func TestOrdersThroughNavigation(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.market()
	for order, want := range map[string]string{
		"primarycontactid/lastname":                          "Lonely Contoso Fabrikam",
		"primarycontactid/lastname desc":                     "Fabrikam Contoso Lonely",
		"primarycontactid/createdby/fullname desc,name desc": "Fabrikam Contoso Lonely",
		"address1_city desc,primarycontactid/lastname desc":  "Fabrikam Contoso Lonely",
		"primarycontactid/contactid desc":                    "Fabrikam Contoso Lonely",
	} {
		path := "accounts?$select=name&$count=true&$orderby=" + order
		if got := strings.Join(app.get(path).names("name"), " "); got != want {
			t.Errorf("%s: %q, want %q", order, got, want)
		}
		got, links := app.with("Prefer", "odata.maxpagesize=1").pages(path)
		if strings.Join(got, " ") != want || len(links) != 2 {
			t.Errorf("%s by pages: %q, %d links", order, got, len(links))
		}
	}
	app.get("accounts?$select=name&$expand=contact_customer_accounts($select=lastname;$orderby=parentcustomerid_account/name desc,lastname desc)&$filter=name eq 'Contoso'").
		is(200, `{…"contact_customer_accounts":[{…"lastname":"Ben",…},{…"lastname":"Ada",…}],…`)
}
