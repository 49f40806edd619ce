package environment_test

import (
	"fmt"
	"testing"
)

// TestAlternateKeys goes through Dataverse facts 5.5 and A.3 with the keys that users
// and teams have.
func TestAlternateKeys(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	ben, missing := people["ben"], "azureactivedirectoryobjectid="+absent
	row, key := "systemusers("+ben.user+")", "systemusers(azureactivedirectoryobjectid="+ben.object+")"
	app.get(key+"?$select=fullname").is(200, `{"@odata.context":"`+root+`$metadata#systemusers(fullname)/$entity",…"fullname":"ben","systemuserid":"`+ben.user+`",…}`)
	app.get(key+"/fullname").is(200, `{"@odata.context":"`+root+`$metadata#`+key+`/fullname","value":"ben"}`)
	app.get("systemusers(ownerid="+ben.user+")/fullname/$value").is(200, "ben")
	app.get(key+"/systemuserroles_association?$select=name").is(200, `{…"name":"Basic User",…}`)

	account := app.made("accounts", `{"name":"by key","ownerid@odata.bind":"/`+key+`"}`)
	app.get("accounts("+account+")/_ownerid_value/$value").is(200, ben.user)
	app.send("PUT", "accounts("+account+")/preferredsystemuserid/$ref", `{"@odata.id":"`+root+key+`"}`).is(204, "")
	app.get("accounts("+account+")/_preferredsystemuserid_value/$value").is(200, ben.user)
	app.patch(key, `{"jobtitle":"Seller"}`).is(204, "").has("OData-EntityId", root+row)
	app.get(row+"/jobtitle/$value").is(200, "Seller")
	app.send("DELETE", key+"/jobtitle", "").is(204, "")
	app.get(row+"/jobtitle/$value").is(204, "")
	app.post("accounts/Microsoft.Dynamics.CRM.UpdateMultiple", `{"Targets":[{"@odata.type":"Microsoft.Dynamics.CRM.account","accountid":"`+account+`","preferredsystemuserid@odata.bind":"systemusers(`+missing+`)"}]}`).
		fails(404, "0x80060891", "A record with the specified key values does not exist in systemuser entity")

	for _, path := range []string{"systemusers(" + missing + ")", "systemusers(" + missing + ")/fullname", "systemusers(" + missing + ")/systemuserroles_association"} {
		app.get(path).fails(404, "0x80060891", "A record with the specified key values does not exist in systemuser entity")
	}
	wrong := "The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.%[1]s'. Ensure that the names and number of key properties match the declared or alternate key properties for the resource 'Microsoft.Dynamics.CRM.%[1]s'."
	for path, table := range map[string]string{
		"systemusers(systemuserid=" + ben.user + ")": "systemuser", "systemusers(azureactivedirectoryobjectid=null)": "systemuser",
		"teams(azureactivedirectoryobjectid=" + absent + ")": "team", "accounts(name='x')": "account", "accounts(nonsense=1)": "account",
	} {
		app.get(path).fails(400, "0x80060888", fmt.Sprintf(wrong, table))
	}
	app.get("EntityDefinitions(LogicalName='systemuser')/Keys?$select=LogicalName,KeyAttributes,EntityKeyIndexStatus").
		is(200, `{…"LogicalName":"aadobjectid"…"EntityKeyIndexStatus":"Active","KeyAttributes":["azureactivedirectoryobjectid"]…}`)
}

// TestKeysOfCustomers: a key that a customizer adds names accounts from then on.
func TestKeysOfCustomers(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	label := `{"@odata.type":"Microsoft.Dynamics.CRM.Label","LocalizedLabels":[{"@odata.type":"Microsoft.Dynamics.CRM.LocalizedLabel","Label":"Number","LanguageCode":1033}]}`
	app.post("EntityDefinitions(LogicalName='account')/Keys", `{"@odata.type":"Microsoft.Dynamics.CRM.EntityKeyMetadata","SchemaName":"new_Number","DisplayName":`+label+`,"KeyAttributes":["accountnumber"]}`).is(204, "")
	made := app.with("Prefer", "return=representation").patch("accounts(accountnumber='A%2F1')?$select=name,accountnumber", `{"name":"by key"}`)
	made.is(201, `{…"name":"by key","accountnumber":"A/1","accountid":"…"}`)
	app.patch("accounts(accountnumber='A%2F1')", `{"name":"changed"}`).is(204, "").has("Location", "")
	app.get("accounts(accountnumber='a%2F1')/name/$value").is(200, "changed")
	app.with("If-Match", "*").patch("accounts(accountnumber='B')", `{"name":"x"}`).fails(404, "0x80060891", "A record with the specified key values does not exist in account entity")
	app.with("If-None-Match", "*").patch("accounts(accountnumber='A%2F1')", `{"name":"x"}`).fails(412, "0x80060892", "A record with matching key values already exists.")
	app.post("accounts", `{"accountnumber":"A/1"}`).fails(412, "0x80060892", "Entity Key Number violated. A record with the same value for Account Number already exists. A duplicate record cannot be created. Select one or more unique values and try again.")
	target := func(number, name string) string {
		return `{"@odata.type":"Microsoft.Dynamics.CRM.account","@odata.id":"accounts(accountnumber='` + number + `')","name":"` + name + `"}`
	}
	app.post("accounts/Microsoft.Dynamics.CRM.UpsertMultiple", `{"Targets":[`+target("A/1", "again")+`,`+target("B", "made")+`]}`).is(204, "")
	app.get("accounts?$select=name,accountnumber&$orderby=accountnumber").is(200, `{…"name":"again","accountnumber":"A/1"…"name":"made","accountnumber":"B"…}`)
	app.made("contacts", `{"lastname":"x","parentcustomerid_account@odata.bind":"/accounts(accountnumber='B')"}`)
	app.get("accounts(accountnumber='B')/contact_customer_accounts/$count").is(200, bom+"1")
	app.delete("accounts(accountnumber='B')").is(204, "")
	app.get("accounts(accountnumber='B')").is(404, "…")
}

// TestKeysNameRowsAgain: the address by which an upsert made a row names it from then on,
// whatever the columns of the key do to values, and in any order of them.
func TestKeysNameRowsAgain(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	app.relationship("sample_Account_BankAccounts", "account", "sample_bankaccount", "sample_RelatedAccountId")
	app.column("Decimal", "sample_Decimal", `,"MaxValue":100,"MinValue":0,"Precision":2`)
	app.column("DateTime", "sample_Day", `,"DateTimeBehavior":{"Value":"DateOnly"},"Format":"DateOnly"`)
	app.column("Picklist", "sample_Choice", `,"OptionSet":{"OptionSetType":"Picklist","Options":[{"Value":727000000,"Label":`+label("Bravo")+`}]}`)
	for name, columns := range map[string]string{"sample_one": `"sample_relatedaccountid","sample_name"`, "sample_two": `"sample_decimal","sample_day","sample_choice"`} {
		app.post(bankPath+"/Keys", `{"SchemaName":"`+name+`","DisplayName":`+label(name)+`,"KeyAttributes":[`+columns+`]}`).is(204, "")
	}
	account := app.made("accounts", `{"name":"a"}`)
	for _, key := range []string{
		"_sample_relatedaccountid_value=" + account + ",sample_name='x'",
		"sample_decimal=1.505,sample_day=2026-01-02,sample_choice=727000000",
		"sample_decimal=2,sample_day=2026-01-02,sample_choice=727000000",
	} {
		made := app.patch("sample_bankaccounts("+key+")", `{}`).is(204, "").header.Get("OData-EntityId")
		again := app.patch("sample_bankaccounts("+key+")", `{"importsequencenumber":1}`).is(204, "").header.Get("OData-EntityId")
		if made == "" || made != again {
			t.Errorf("%s made %s and named %s", key, made, again)
		}
		app.with("If-None-Match", "*").patch("sample_bankaccounts("+key+")", `{}`).is(412, "…")
	}
	app.get("sample_bankaccounts(sample_name='X',_sample_relatedaccountid_value="+account+")?$select=sample_name").is(200, `…"sample_name":"x"…`)
	app.get("sample_bankaccounts(sample_decimal=1.51,sample_choice=727000000,sample_day=2026-01-02)/sample_decimal/$value").is(200, "1.51…")
	app.patch("sample_bankaccounts(sample_decimal=1,sample_day=2026-01-02,sample_choice=1)", `{}`).is(400, "…'sample_choice'…Accepted Values: 727000000…")
	app.get("sample_bankaccounts/$count").is(200, bom+"3")
}
