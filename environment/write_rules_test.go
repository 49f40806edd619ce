package environment_test

import (
	"fmt"
	"testing"
)

// TestDecimalsOfMoney: amounts have the decimals of their column, of the organization's
// prices or of their currency, as PrecisionSource says (Dataverse facts 6.1).
func TestDecimalsOfMoney(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	yen := app.made("transactioncurrencies", `{"currencyname":"Yen","isocurrencycode":"JPY","currencysymbol":"¥","currencyprecision":0,"exchangerate":150}`)
	for source, name := range []string{"sample_Own", "sample_Price", "sample_Cash"} {
		app.column("Money", name, fmt.Sprintf(`,"Precision":3,"PrecisionSource":%d`, source))
	}
	app.patch("organizations("+organization+")", `{"pricingdecimalprecision":1}`).is(204, "")
	amounts := `"sample_own":1.23456,"sample_price":1.23456,"sample_cash":1.23456`
	read := func(id string) answer {
		t.Helper()
		return app.get("sample_bankaccounts(" + id + ")?$select=sample_own,sample_price,sample_cash,sample_cash_base")
	}
	dollars := app.made("sample_bankaccounts", `{"sample_name":"x",`+amounts+`}`)
	read(dollars).is(200, `…"sample_own":1.2350,"sample_price":1.2000,"sample_cash":1.2300,"sample_cash_base":1.2300,…`)
	yens := app.made("sample_bankaccounts", `{"sample_name":"y","transactioncurrencyid@odata.bind":"transactioncurrencies(`+yen+`)",`+amounts+`}`)
	read(yens).is(200, `…"sample_own":1.2350,"sample_price":1.2000,"sample_cash":1.0000,"sample_cash_base":0.0067,…`)
	app.patch("organizations("+organization+")", `{"pricingdecimalprecision":4}`).is(204, "")
	app.patch("sample_bankaccounts("+yens+")", `{"sample_price":2.71828,"sample_cash":2.71828}`).is(204, "")
	read(yens).is(200, `…"sample_own":1.2350,"sample_price":2.7183,"sample_cash":3.0000,…`)

	tiny := app.made("transactioncurrencies", `{"currencyname":"Tiny","isocurrencycode":"TNY","currencysymbol":"t","currencyprecision":2,"exchangerate":0.000001}`)
	app.post("sample_bankaccounts", `{"sample_name":"z","transactioncurrencyid@odata.bind":"transactioncurrencies(`+tiny+`)","sample_cash":922337203685477}`).
		is(400, `{"error":{"code":"0x80048cec","message":"The exchange rate set for the currency specified in this record has generated a value for sample_cash that is larger than the maximum allowed for the base currency (922337203685477)."}}`)
	app.post("sample_bankaccounts", `{"sample_name":"z","transactioncurrencyid@odata.bind":"transactioncurrencies(`+tiny+`)","sample_cash":-922337203685477}`).is(400, "…0x80048ceb…")
}

// TestFullNameConvention: names are composed as the organization says, from the write on
// that concerns them.
func TestFullNameConvention(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	id := app.made("contacts", `{"firstname":"Susanna","middlename":"Ruth","lastname":"Stubberod"}`)
	is := func(want string) {
		t.Helper()
		app.get("contacts("+id+")/fullname/$value").is(200, want)
	}
	is("Susanna Stubberod")
	for convention, want := range []string{
		"Stubberod, Susanna", "Susanna Stubberod", "Stubberod, Susanna R.", "Susanna R. Stubberod",
		"Stubberod, Susanna Ruth", "Susanna Ruth Stubberod", "Stubberod Susanna", "StubberodSusanna",
	} {
		app.patch("organizations("+organization+")", fmt.Sprintf(`{"fullnameconventioncode":%d}`, convention)).is(204, "")
		app.patch("contacts("+id+")", `{"description":"nothing of the name"}`).is(204, "")
		app.patch("contacts("+id+")", `{"lastname":"Stubberod"}`).is(204, "")
		is(want)
	}
	app.patch("organizations("+organization+")", `{"fullnameconventioncode":2}`).is(204, "")
	app.patch("contacts("+id+")", `{"jobtitle":"x"}`).is(204, "")
	is("StubberodSusanna")
	app.patch("contacts("+id+")", `{"middlename":null}`).is(204, "")
	is("Stubberod, Susanna")
}

// TestAccountsStandBelowNoneOfTheirOwn: an account does not come below itself, by whatever
// way; contacts may.
func TestAccountsStandBelowNoneOfTheirOwn(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	const text = "Creating this parental association would create a loop in Accounts hierarchy."
	a := app.made("accounts", `{"name":"a"}`)
	b := app.made("accounts", `{"name":"b","parentaccountid@odata.bind":"accounts(`+a+`)"}`)
	c := app.made("accounts", `{"name":"c","parentaccountid@odata.bind":"accounts(`+b+`)"}`)
	app.patch("accounts("+a+")", `{"parentaccountid@odata.bind":"accounts(`+c+`)"}`).fails(400, "0x80040507", text)
	app.patch("accounts("+a+")", `{"parentaccountid@odata.bind":"accounts(`+a+`)"}`).fails(400, "0x80040507", text)
	app.send("PUT", "accounts("+a+")/parentaccountid/$ref", `{"@odata.id":"`+root+`accounts(`+b+`)"}`).fails(400, "0x80040507", text)
	app.post("accounts("+c+")/account_parent_account/$ref", `{"@odata.id":"`+root+`accounts(`+a+`)"}`).fails(400, "0x80040507", text)
	app.patch("accounts("+c+")", `{"parentaccountid@odata.bind":"accounts(`+a+`)"}`).is(204, "")
	app.patch("accounts("+b+")", `{"parentaccountid@odata.bind":"accounts(`+c+`)"}`).is(204, "")
	one := app.made("contacts", `{"lastname":"one"}`)
	app.patch("contacts("+one+")", `{"parentcustomerid_contact@odata.bind":"contacts(`+one+`)"}`).is(204, "")
}

// TestScheduledDuration: how long a task is to last follows from its ends, whatever the
// client says.
func TestScheduledDuration(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	id := app.made("tasks", `{"subject":"x","scheduledstart":"2026-11-21T09:00:00Z","scheduledend":"2026-11-21T10:30:00Z","scheduleddurationminutes":5}`)
	is := func(want string) {
		t.Helper()
		app.get("tasks("+id+")?$select=scheduleddurationminutes").is(200, `…"scheduleddurationminutes":`+want+`,…`)
	}
	is("90")
	app.patch("tasks("+id+")", `{"scheduledend":"2026-11-21T10:00:00Z"}`).is(204, "")
	is("60")
	app.patch("tasks("+id+")", `{"scheduleddurationminutes":7}`).is(204, "")
	is("60")
	app.patch("tasks("+id+")", `{"scheduledstart":null}`).is(204, "")
	is("null")
}

// TestMergeMakesNoLoop: an account below the one that it takes in, with others in
// between, would come below itself.
func TestMergeMakesNoLoop(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	top := app.made("accounts", `{"name":"top"}`)
	middle := app.made("accounts", `{"name":"middle","parentaccountid@odata.bind":"accounts(`+top+`)"}`)
	low := app.made("accounts", `{"name":"low","parentaccountid@odata.bind":"accounts(`+middle+`)"}`)
	merge := func(target, subordinate string) answer {
		return app.post("Merge", `{"Target":`+to("account", target)+`,"Subordinate":`+to("account", subordinate)+`,"UpdateContent":{"@odata.type":"Microsoft.Dynamics.CRM.account"},"PerformParentingChecks":false}`)
	}
	merge(low, top).is(400, `{"error":{"code":"0x80040507",…`)
	merge(middle, top).is(204, "")
}
