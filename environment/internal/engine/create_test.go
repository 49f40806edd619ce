package engine_test

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/query"
)

func TestCreateFillsInWhatTheServiceFillsIn(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	ben.must(ben.create("account", "Fabrikam", values{"name": text("Fabrikam"), "revenue": dollars(12.345)}))
	tests := map[string]struct {
		columns []string
		want    string
	}{
		"stamps": {[]string{"createdon", "createdby", "createdonbehalfby", "modifiedon", "modifiedby", "modifiedonbehalfby"},
			"createdon=1741064767 createdby=ben createdonbehalfby=- modifiedon=1741064767 modifiedby=ben modifiedonbehalfby=-"},
		"owner": {[]string{"ownerid", "owneridtype", "owninguser", "owningteam", "owningbusinessunit"},
			"ownerid=ben owneridtype=8 owninguser=ben owningteam=- owningbusinessunit=sales"},
		"state": {[]string{"statecode", "statuscode"}, "statecode=0 statuscode=1"},
		"money": {[]string{"revenue", "revenue_base", "creditlimit_base", "transactioncurrencyid", "exchangerate"},
			"revenue=123500 revenue_base=123500 creditlimit_base=- transactioncurrencyid=dollar exchangerate=1"},
		"defaults": {[]string{"donotphone", "creditonhold", "preferredcontactmethodcode", "industrycode", "timezoneruleversionnumber"},
			"donotphone=0 creditonhold=0 preferredcontactmethodcode=1 industrycode=- timezoneruleversionnumber=0"},
	}
	for name, tt := range tests {
		if got := w.row("account", "Fabrikam", tt.columns...); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", name, got, tt.want)
		}
	}
}

func TestCreateOnBehalfStampsBoth(t *testing.T) {
	w := newWorld(t)
	bridge := w.onBehalfOf("contoso-bridge", "ben")
	bridge.must(bridge.create("account", "Fabrikam", values{"name": text("Fabrikam")}))
	want := "createdby=ben createdonbehalfby=contoso-bridge modifiedonbehalfby=contoso-bridge ownerid=ben owningbusinessunit=sales"
	if got := w.row("account", "Fabrikam", "createdby", "createdonbehalfby", "modifiedonbehalfby", "ownerid", "owningbusinessunit"); got != want {
		t.Errorf("got %s", got)
	}
	ben := w.as("ben")
	ben.must(ben.update("account", "Fabrikam", values{"name": text("Fabrikam Inc.")}))
	want = "createdonbehalfby=contoso-bridge modifiedonbehalfby=-"
	if got := w.row("account", "Fabrikam", "createdonbehalfby", "modifiedonbehalfby"); got != want {
		t.Errorf("got %s", got)
	}
}

func TestComposedColumns(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	ada.must(ada.create("account", "Fabrikam", values{"name": text("Fabrikam")}))
	ada.must(ada.create("contact", "Yvonne", values{
		"firstname": text("Yvonne"), "lastname": text("McKay"), "parentcustomerid": ref{"account", "Fabrikam"},
		"address1_line1": text("249 Alexander Pl."), "address1_city": text("Redmond"), "address1_stateorprovince": text("WA"),
		"address1_postalcode": text("86372"), "address1_country": text("U.S."),
	}))
	want := "fullname=Yvonne McKay address1_composite=249 Alexander Pl.\r\nRedmond, WA 86372\r\nU.S. address2_composite=- accountid=Fabrikam parentcontactid=-"
	got := func() string {
		return w.row("contact", "Yvonne", "fullname", "address1_composite", "address2_composite", "accountid", "parentcontactid")
	}
	if got := got(); got != want {
		t.Errorf("created\n got %q\nwant %q", got, want)
	}
	ada.must(ada.create("contact", "Jim", values{"lastname": text("Glynn")}))
	ada.must(ada.update("contact", "Yvonne", values{
		"firstname": text(""), "address1_line1": text(""), "address1_stateorprovince": text(""), "parentcustomerid": ref{"contact", "Jim"},
	}))
	want = "fullname=McKay address1_composite=Redmond, 86372\r\nU.S. address2_composite=- accountid=- parentcontactid=Jim"
	if got := got(); got != want {
		t.Errorf("updated\n got %q\nwant %q", got, want)
	}
}

func TestActivityAndNote(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	ben.must(ben.create("account", "Fabrikam", values{"name": text("Fabrikam")}))
	ben.must(ben.create("task", "Call", values{"subject": text("Call"), "regardingobjectid": ref{"account", "Fabrikam"}}))
	want := "activitytypecode=task statecode=0 statuscode=2 prioritycode=1 regardingobjectid=Fabrikam regardingobjectidtype=1"
	if got := w.row("task", "Call", "activitytypecode", "statecode", "statuscode", "prioritycode", "regardingobjectid", "regardingobjectidtype"); got != want {
		t.Errorf("task\n got %s\nwant %s", got, want)
	}
	ben.must(ben.create("annotation", "Note", values{"documentbody": text("aGVsbG8="), "filename": text("a.txt"), "objectid": ref{"account", "Fabrikam"}}))
	want = "isdocument=1 filesize=5 objecttypecode=account"
	if got := w.row("annotation", "Note", "isdocument", "filesize", "objecttypecode"); got != want {
		t.Errorf("note\n got %s\nwant %s", got, want)
	}
	ben.must(ben.update("annotation", "Note", values{"documentbody": text("")}))
	if got := w.row("annotation", "Note", "isdocument", "filesize", "documentbody"); got != "isdocument=0 filesize=- documentbody=-" {
		t.Errorf("note without its document: %s", got)
	}
}

func TestForeignCurrency(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	money := func() string {
		return w.row("account", "Fabrikam", "revenue", "revenue_base", "creditlimit", "creditlimit_base", "exchangerate")
	}
	steps := []struct {
		set  values
		want string
	}{
		{values{"revenue": dollars(100), "transactioncurrencyid": ref{"transactioncurrency", "euro"}},
			"revenue=1000000 revenue_base=1250000 creditlimit=- creditlimit_base=- exchangerate=0.8"},
		{values{"creditlimit": dollars(0.03)},
			"revenue=1000000 revenue_base=1250000 creditlimit=300 creditlimit_base=375 exchangerate=0.8"},
		{values{"transactioncurrencyid": ref{"transactioncurrency", "dollar"}},
			"revenue=1000000 revenue_base=1000000 creditlimit=300 creditlimit_base=300 exchangerate=1"},
		{values{"revenue": query.Null()},
			"revenue=- revenue_base=- creditlimit=300 creditlimit_base=300 exchangerate=1"},
	}
	for i, s := range steps {
		if i == 0 {
			s.set["name"] = text("Fabrikam")
			ben.must(ben.create("account", "Fabrikam", s.set))
		} else {
			ben.must(ben.update("account", "Fabrikam", s.set))
		}
		if got := money(); got != s.want {
			t.Errorf("step %d\n got %s\nwant %s", i, got, s.want)
		}
	}
}

// A user's own currency comes before the organization's.
func TestOwnCurrency(t *testing.T) {
	w := newWorld(t)
	w.system("systemuser", "ben", values{"transactioncurrencyid": ref{"transactioncurrency", "euro"}})
	ben := w.as("ben")
	ben.must(ben.create("account", "Fabrikam", values{"name": text("Fabrikam")}))
	if got := w.row("account", "Fabrikam", "transactioncurrencyid", "exchangerate"); got != "transactioncurrencyid=euro exchangerate=0.8" {
		t.Errorf("got %s", got)
	}
}

func TestBackdatedRow(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	ada.must(ada.create("account", "Fabrikam", values{"name": text("Fabrikam"), "overriddencreatedon": number(1_000_000_000)}))
	if got := w.row("account", "Fabrikam", "createdon", "overriddencreatedon"); got != "createdon=1000000000 overriddencreatedon=1741064767" {
		t.Errorf("got %s", got)
	}
}

func TestRowsMadeForOthers(t *testing.T) {
	w := newWorld(t)
	ada := w.as("ada")
	ada.must(ada.create("account", "Fabrikam", values{"name": text("Fabrikam"), "ownerid": ref{"systemuser", "cleo"}}))
	ada.must(ada.create("account", "Litware", values{"name": text("Litware"), "ownerid": ref{"team", "crew"}}))
	for name, want := range map[string]string{
		"Fabrikam": "owneridtype=8 owninguser=cleo owningteam=- owningbusinessunit=service createdby=ada",
		"Litware":  "owneridtype=9 owninguser=- owningteam=crew owningbusinessunit=sales createdby=ada",
	} {
		if got := w.row("account", name, "owneridtype", "owninguser", "owningteam", "owningbusinessunit", "createdby"); got != want {
			t.Errorf("%s\n got %s\nwant %s", name, got, want)
		}
	}
}

// Columns that a client may not set are dropped without a word.
func TestReadOnlyColumnsAreDropped(t *testing.T) {
	w := newWorld(t)
	ben := w.as("ben")
	ben.must(ben.create("account", "Fabrikam", values{"name": text("Fabrikam"), "revenue_base": dollars(5), "createdby": ref{"systemuser", "cleo"}, "versionnumber": number(1)}))
	ben.must(ben.update("account", "Fabrikam", values{"modifiedby": ref{"systemuser", "cleo"}, "createdon": number(5)}))
	if got := w.row("account", "Fabrikam", "revenue_base", "createdby", "modifiedby", "createdon"); got != "revenue_base=- createdby=ben modifiedby=ben createdon=1741064767" {
		t.Errorf("got %s", got)
	}
}
