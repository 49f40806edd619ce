package environment_test

import (
	"testing"
)

// TestRetrieveTotalRecordCount: a function with a list for a parameter, inline and by
// alias.
func TestRetrieveTotalRecordCount(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.firm()
	want := `{"@odata.context":"` + root + `$metadata#Microsoft.Dynamics.CRM.RetrieveTotalRecordCountResponse","EntityRecordCountCollection":{"Count":2,"IsReadOnly":false,"Keys":["account","task"],"Values":[1,3]}}`
	app.get("RetrieveTotalRecordCount(EntityNames=['account','task'])").is(200, want)
	app.get(`RetrieveTotalRecordCount(EntityNames=@p1)?@p1=[%22account%22,%22task%22]`).is(200, want)
	w.as(t, "ben").get("RetrieveTotalRecordCount(EntityNames=['account','task'])").is(200, want)
	w.as(t, "idle").get("RetrieveTotalRecordCount(EntityNames=['account'])").is(403, "…")
	app.get("RetrieveTotalRecordCount(EntityNames=['foo'])").fails(400, "0x80040203", "The entity with a name = 'foo' was not found.")
	app.get("RetrieveTotalRecordCount(EntityNames=@p1)").is(400, "…")
	app.get("RetrieveTotalRecordCount").is(404, "…")
	app.post("RetrieveTotalRecordCount(EntityNames=['account'])", "").is(405, "…")
}

// TestFunctionsOfTheSample: addresses and rows to begin from, as the sample of functions
// and actions asks for them.
func TestFunctionsOfTheSample(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	address := func(text string) string {
		return `{"@odata.context":"` + root + `$metadata#Microsoft.Dynamics.CRM.FormatAddressResponse","Address":"` + text + `"}`
	}
	app.get("FormatAddress(Line1=@p1,City=@p2,StateOrProvince=@p3,PostalCode=@p4,Country=@p5)?@p1='123%20Maple%20St.'&@p2='Seattle'&@p3='WA'&@p4='98007'&@p5='USA'").
		is(200, address(`123 Maple St.\r\nSeattle, WA 98007\r\nUSA`))
	app.get("FormatAddress(Line1='1-2-3 Sakura',City='Nagoya',StateOrProvince='Aichi',PostalCode='455-2345',Country='JAPAN')").
		is(200, address(`455-2345\r\nAichi\r\nNagoya\r\n1-2-3 Sakura\r\nJAPAN`))

	id := app.made("accounts", `{"name":"Contoso, Ltd","telephone1":"555-1234","address1_line1":"100 Maple St.","address1_city":"Seattle","address1_addresstypecode":1}`)
	begin := func(table string) string {
		return "InitializeFrom(EntityMoniker=@p1,TargetEntityName=@p2,TargetFieldType=@p3)?@p1={'@odata.id':'accounts(" + id + ")'}&@p2='" + table + "'&@p3=Microsoft.Dynamics.CRM.TargetFieldType'ValidForCreate'"
	}
	row := app.get(begin("account"))
	row.is(200, `{"@odata.context":"`+root+`$metadata#accounts/$entity","@odata.type":"#Microsoft.Dynamics.CRM.account","parentaccountid@odata.bind":"accounts(`+id+`)",`+
		`"transactioncurrencyid@odata.bind":"transactioncurrencies(…)",…"address1_addresstypecode":1,"address1_line1":"100 Maple St.","address1_city":"Seattle"…}`)
	below := app.made("accounts", row.body)
	app.get("accounts("+below+")?$select=_parentaccountid_value,address1_city").is(200, `{…"_parentaccountid_value":"`+id+`","address1_city":"Seattle",…}`)
	contact := app.get(begin("contact"))
	contact.is(200, `{…"@odata.type":"#Microsoft.Dynamics.CRM.contact","parentcustomerid_account@odata.bind":"accounts(`+id+`)",…"telephone1":"555-1234",…}`)
	app.made("contacts", contact.body)
	app.get(begin("systemuser")).is(400, "…")
	app.get(begin("nonsense")).fails(400, "0x80040203", "The entity with a name = 'nonsense' was not found.")
	w.as(t, "ben").get(begin("account")).is(403, "…")
	w.as(t, "idle").get(begin("account")).is(403, "…")

	app.get("RetrieveProvisionedLanguages()").is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.RetrieveProvisionedLanguagesResponse","RetrieveProvisionedLanguages":[1033]}`)
	app.get("RetrieveAvailableLanguages").is(200, `{…"LocaleIds":[1033]}`)
	app.get("RetrieveDeprovisionedLanguages").is(200, `{…"RetrieveDeprovisionedLanguages":[]}`)
}

func TestMerge(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	one, two := app.made("accounts", `{"name":"one"}`), app.made("accounts", `{"name":"two"}`)
	task := app.made("tasks", `{"subject":"x","regardingobjectid_account_task@odata.bind":"accounts(`+two+`)"}`)
	row := func(id string) string {
		return `{"@odata.type":"Microsoft.Dynamics.CRM.account","accountid":"` + id + `"}`
	}
	body := func(target, subordinate string) string {
		return `{"Target":` + target + `,"Subordinate":` + subordinate + `,"UpdateContent":{"@odata.type":"Microsoft.Dynamics.CRM.account","accountnumber":"1234"},"PerformParentingChecks":false}`
	}
	app.post("Merge", body(row(one), row(two))).is(204, "")
	app.get("accounts("+one+")?$select=name,accountnumber,statecode,merged").is(200, `{…"name":"one","accountnumber":"1234","statecode":0,"merged":false,…}`)
	app.get("accounts("+two+")?$select=name,statecode,merged,_masterid_value").is(200, `{…"name":"two","statecode":1,"merged":true,"_masterid_value":"`+one+`",…}`)
	app.get("tasks("+task+")/_regardingobjectid_value/$value").is(200, one)
	app.post("Merge", body(row(one), row(two))).fails(400, "0x80040233", "The object is not in a valid state to perform this operation.")
	app.post("Merge", body(row(one), row(one))).is(400, "…")
	app.post("Merge", `{"Target":`+row(one)+`,"PerformParentingChecks":false}`).is(400, "…")
	app.get("Merge").is(405, "…")
}
