package environment_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// numbered makes the bank account's autonumber column.
func (c client) numbered(name, format string) {
	c.t.Helper()
	c.column("String", name, `,"MaxLength":100,"FormatName":{"Value":"Text"},"AutoNumberFormat":"`+format+`"`)
}

// number reads a column of a bank account.
func (c client) number(id, column string) string {
	c.t.Helper()
	text, _ := c.get("sample_bankaccounts(" + id + ")?$select=" + column).object()[column].(string)
	return text
}

// seedOf asks for the seed, or for the next number, of a column.
func (c client) seedOf(message, column string, want int64) {
	c.t.Helper()
	member := map[string]string{"GetAutoNumberSeed": "AutoNumberSeedValue", "GetNextAutoNumberValue": "NextAutoNumberValue"}[message]
	c.post(message, `{"EntityName":"sample_bankaccount","AttributeName":"`+column+`"}`).
		is(200, fmt.Sprintf(`{"@odata.context":"%s$metadata#Microsoft.Dynamics.CRM.%sResponse","%s":%d}`, root, message, member, want))
}

// TestAutoNumbers: rows that are made in any way get the next number when the client
// gives none; the seed moves it; a failed write leaves a gap.
func TestAutoNumbers(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	app.numbered("sample_Serial", "WID-{SEQNUM:5}-{RANDSTRING:6}-{DATETIMEUTC:yyyyMMddhhmmss}")
	app.numbered("sample_Short", "{SEQNUM:2}")
	app.numbered("sample_Luck", "{RANDSTRING:3}/{RANDSTRING:4}")
	app.seedOf("GetAutoNumberSeed", "sample_serial", 1000)
	app.seedOf("GetNextAutoNumberValue", "sample_serial", 1000)

	first := app.made("sample_bankaccounts", `{"sample_name":"first"}`)
	if got := app.number(first, "sample_serial"); !regexp.MustCompile(`^WID-01000-[A-Z0-9]{6}-20261121120000$`).MatchString(got) {
		t.Errorf("the first serial number is %s", got)
	}
	if got := app.number(first, "sample_luck"); !regexp.MustCompile(`^[A-Z0-9]{3}/[A-Z0-9]{4}$`).MatchString(got) {
		t.Errorf("the lucky number is %s", got)
	}
	own := app.made("sample_bankaccounts", `{"sample_name":"own","sample_short":"mine"}`)
	if got := app.number(own, "sample_short"); got != "mine" {
		t.Errorf("the client's own number became %s", got)
	}
	app.seedOf("GetNextAutoNumberValue", "sample_short", 1001)
	app.seedOf("GetNextAutoNumberValue", "sample_serial", 1002)

	app.post("SetAutoNumberSeed", `{"EntityName":"sample_BankAccount","AttributeName":"sample_Short","Value":7}`).is(204, "")
	app.seedOf("GetAutoNumberSeed", "sample_short", 7)
	app.post("sample_bankaccounts/Microsoft.Dynamics.CRM.CreateMultiple", `{"Targets":[
		{"@odata.type":"Microsoft.Dynamics.CRM.sample_bankaccount","sample_name":"a"},
		{"@odata.type":"Microsoft.Dynamics.CRM.sample_bankaccount","sample_name":"b","sample_short":null},
		{"@odata.type":"Microsoft.Dynamics.CRM.sample_bankaccount","sample_name":"c","sample_short":""}]}`).is(200, "…")
	app.patch("sample_bankaccounts(5a1f0000-0000-4000-8000-00000000aa01)", `{"sample_name":"d"}`).is(204, "") // makes it
	app.patch("sample_bankaccounts(5a1f0000-0000-4000-8000-00000000aa01)", `{"sample_name":"d again"}`).is(204, "")
	rows := app.get("sample_bankaccounts?$select=sample_short&$filter=sample_short ne 'mine'&$orderby=sample_name").names("sample_short")
	if want := []string{"07", "08", "09", "10", "1000"}; !slices.Equal(rows, want) {
		t.Errorf("numbers %v, want %v", rows, want)
	}

	app.post("sample_bankaccounts", `{"sample_name":"`+strings.Repeat("x", 101)+`"}`).is(400, "…") // judged before a number is taken
	app.post("sample_bankaccounts", `{"sample_bankaccountid":"`+first+`","sample_name":"twice"}`).is(412, "…")
	app.seedOf("GetNextAutoNumberValue", "sample_short", 12)

	w.Close()
	w.open(t)
	again := w.as(t, "contoso-app")
	again.seedOf("GetAutoNumberSeed", "sample_short", 7)
	// Nobody holds the number of the failed write, which only memory knew of.
	again.seedOf("GetNextAutoNumberValue", "sample_short", 11)
	if got := again.number(again.made("sample_bankaccounts", `{"sample_name":"e"}`), "sample_short"); got != "11" {
		t.Errorf("after a restart the number is %s", got)
	}
}

// TestAutoNumbersByDeepInsert: rows beside a row get numbers too, and a failed change
// set takes seeds back.
func TestAutoNumbersByDeepInsert(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	app.numbered("sample_Short", "{SEQNUM:2}")
	app.relationship("sample_Account_BankAccounts", "account", "sample_bankaccount", "sample_RelatedAccountId")
	app.post("accounts", `{"name":"deep","sample_Account_BankAccounts":[{"sample_name":"one"},{"sample_name":"two"}]}`).is(204, "")
	if got := app.get("sample_bankaccounts?$select=sample_short&$orderby=sample_name").names("sample_short"); !slices.Equal(got, []string{"1000", "1001"}) {
		t.Errorf("numbers %v", got)
	}
	app.post("SetAutoNumberSeed", `{"EntityName":"sample_bankaccount","AttributeName":"sample_short","Value":5}`).is(204, "")
	app.post("SetAutoNumberSeed", `{"EntityName":"sample_bankaccount","AttributeName":"sample_short","Value":-1}`).is(400, "…must not be negative…")
	app.seedOf("GetNextAutoNumberValue", "sample_short", 5)

	// The column goes with its counter.
	column := bankPath + "/Attributes(LogicalName='sample_short')"
	app.delete(column).is(204, "")
	app.numbered("sample_Short", "{SEQNUM:2}")
	app.seedOf("GetNextAutoNumberValue", "sample_short", 1000)
	app.seedOf("GetAutoNumberSeed", "sample_short", 1000)

	// It can become a column like others, and another's format can be changed.
	read := app.get(column + "/Microsoft.Dynamics.CRM.StringAttributeMetadata").object()
	read["AutoNumberFormat"] = "N{SEQNUM:1}"
	app.send("PUT", column, text(t, read)).is(204, "")
	if got := app.number(app.made("sample_bankaccounts", `{"sample_name":"three"}`), "sample_short"); got != "N1000" {
		t.Errorf("the number is %s", got)
	}
	read["AutoNumberFormat"] = ""
	app.send("PUT", column, text(t, read)).is(204, "")
	if got := app.number(app.made("sample_bankaccounts", `{"sample_name":"four"}`), "sample_short"); got != "" {
		t.Errorf("the number is %s", got)
	}
	app.post("GetNextAutoNumberValue", `{"EntityName":"sample_bankaccount","AttributeName":"sample_short"}`).
		fails(400, "0x80040203", "The attribute 'sample_short' of the entity 'sample_bankaccount' is not an autonumber attribute.")
}

// TestAutoNumbersAreDifferent: however many make rows at once.
func TestAutoNumbersAreDifferent(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	app.numbered("sample_Short", "{SEQNUM:4}")
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 20 {
				body := fmt.Sprintf(`{"sample_name":"%d-%d"}`, i, j)
				if j%5 == 4 { // fails after it took a number
					body = fmt.Sprintf(`{"sample_name":"%d","sample_bankaccountid":"5a1f0000-0000-4000-8000-00000000bb01"}`, i)
				}
				app.post("sample_bankaccounts", body)
			}
		})
	}
	group.Wait()
	seen := map[string]bool{}
	for _, n := range app.get("sample_bankaccounts?$select=sample_short").names("sample_short") {
		if seen[n] || n == "" {
			t.Errorf("%q was given twice", n)
		}
		seen[n] = true
	}
	if len(seen) != 8*16+1 {
		t.Errorf("%d numbers", len(seen))
	}
}

// TestAutoNumbersRefused: formats show what is wrong with them when a row is made, as
// documented; only texts without another format can have one.
func TestAutoNumbersRefused(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	app.numbered("sample_Bad", "A-{RANDSTRING:7}")
	app.post("sample_bankaccounts", `{"sample_name":"x"}`).has("x-stead-help", "…sample_bankaccount.sample_bad…from 1 to 6…").is(400, `{"error":{"code":"0x80040203",…`)
	app.made("sample_bankaccounts", `{"sample_name":"x","sample_bad":"by hand"}`)
	app.delete(bankPath+"/Attributes(LogicalName='sample_bad')").is(204, "")
	app.column("String", "sample_Tight", `,"MaxLength":3,"AutoNumberFormat":"{SEQNUM:4}"`)
	app.post("sample_bankaccounts", `{"sample_name":"x"}`).is(400, `{"error":{"code":"0x80044331",…'sample_tight'…'3'…`)

	refuse := func(kind, more string) {
		t.Helper()
		app.post(bankPath+"/Attributes", `{"@odata.type":"Microsoft.Dynamics.CRM.`+kind+`AttributeMetadata","SchemaName":"sample_Other","DisplayName":`+label("Other")+more+`}`).
			fails(400, "0x80040203", "The attribute sample_other cannot have an AutoNumberFormat: its format must be Text.")
	}
	refuse("String", `,"FormatName":{"Value":"Email"},"AutoNumberFormat":"{SEQNUM:4}"`)
	refuse("Memo", `,"AutoNumberFormat":"{SEQNUM:4}"`)

	reader := w.as(t, "contoso-reader")
	reader.post("SetAutoNumberSeed", `{"EntityName":"sample_bankaccount","AttributeName":"sample_tight","Value":1}`).is(403, "…prvWriteAttribute…")
	app.post("SetAutoNumberSeed", `{"EntityName":"sample_bankaccount","AttributeName":"sample_tight"}`).is(400, "…")
	app.post("SetAutoNumberSeed", `{"EntityName":"sample_nothing","AttributeName":"sample_tight","Value":1}`).
		fails(400, "0x80040203", "The entity with a name = 'sample_nothing' was not found.")
	app.post("GetAutoNumberSeed", `{"EntityName":"account","AttributeName":"name"}`).
		fails(400, "0x80040203", "The attribute 'name' of the entity 'account' is not an autonumber attribute.")
}
