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
