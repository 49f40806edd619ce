package environment_test

import (
	"fmt"
	"strings"
	"testing"
)

// secure turns column security on for a text column.
func (c client) secure(table, column string) {
	c.t.Helper()
	path := "EntityDefinitions(LogicalName='" + table + "')/Attributes(LogicalName='" + column + "')"
	full := c.get(path + "/Microsoft.Dynamics.CRM.StringAttributeMetadata").object()
	full["IsSecured"] = true
	c.send("PUT", path, text(c.t, full)).is(204, "")
}

// profile makes a profile that may read columns ("contact.lastname"), and gives it to
// somebody.
func (c client) profile(to string, columns ...string) string {
	c.t.Helper()
	profile := c.made("fieldsecurityprofiles", `{"name":"Readers"}`)
	for _, column := range columns {
		table, name, _ := strings.Cut(column, ".")
		c.made("fieldpermissions", `{"entityname":"`+table+`","attributelogicalname":"`+name+`","canread":4,"fieldsecurityprofileid@odata.bind":"fieldsecurityprofiles(`+profile+`)"}`)
	}
	c.post("fieldsecurityprofiles("+profile+")/systemuserprofiles_association/$ref", `{"@odata.id":"`+root+`systemusers(`+people[to].user+`)"}`).is(204, "")
	return profile
}

// vault is two accounts of ben with their contacts, whose last names and external ids are
// secured; an external id is the key of its contact.
type vault struct{ contact, other, account string }

func (w *world) vault(t *testing.T) (v vault) {
	ada, ben := w.as(t, "ada"), w.as(t, "ben")
	ada.post("EntityDefinitions(LogicalName='contact')/Keys", `{"@odata.type":"Microsoft.Dynamics.CRM.EntityKeyMetadata","SchemaName":"new_External","DisplayName":`+label("External")+`,"KeyAttributes":["externaluseridentifier"]}`).is(204, "")
	v.contact = ben.made("contacts", `{"firstname":"Yvonne","lastname":"Zander","externaluseridentifier":"X1"}`)
	v.other = ben.made("contacts", `{"firstname":"Rene","lastname":"Abel","externaluseridentifier":"X2"}`)
	v.account = ben.made("accounts", `{"name":"Fabrikam","primarycontactid@odata.bind":"contacts(`+v.contact+`)"}`)
	ben.patch("contacts("+v.contact+")", `{"parentcustomerid_account@odata.bind":"accounts(`+v.account+`)"}`).is(204, "")
	ada.secure("contact", "lastname")
	ada.secure("contact", "externaluseridentifier")
	return v
}

// TestSecuredColumnsAreClosedEverywhere asks for a secured column in every way that a
// request can name one. Whoever lacks its profile finds it null, is told nothing by
// filters, orders, groups and keys, and with the profile has it at the next request.
func TestSecuredColumnsAreClosedEverywhere(t *testing.T) {
	w := start(t)
	v := w.vault(t)
	contact, account := "contacts("+v.contact+")", "accounts("+v.account+")"
	aggregate := func(function string) string {
		return "contacts?fetchXml=" + strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E", "'", "%27").Replace("<fetch aggregate='true'><entity name='contact'><attribute name='lastname' alias='x' aggregate='"+function+"'/></entity></fetch>")
	}
	const order = "contacts?$select=firstname&$orderby="
	for _, tt := range []struct{ path, shut, open string }{
		{contact + "?$select=firstname,lastname,fullname", `…"firstname":"Yvonne","lastname":null,"fullname":null,…`, `…"lastname":"Zander","fullname":"Yvonne Zander",…`},
		{"contacts?$select=lastname,fullname", `…"lastname":null,"fullname":null,…"lastname":null,"fullname":null,…`, `…"Yvonne Zander"…`},
		{"contacts?$select=contactid&$filter=lastname eq 'Zander'", `{…"value":[]}`, `…` + v.contact + `…`},
		{"contacts?$select=contactid&$filter=lastname ne 'Abel' and lastname ne null", `{…"value":[]}`, `…` + v.contact + `…`},
		{"contacts?$select=contactid&$filter=startswith(fullname,'Yv')", `{…"value":[]}`, `…` + v.contact + `…`},
		{"contacts?$select=contactid&$filter=contains(lastname,'and')&$count=true", `{…"@odata.count":0,"value":[]}`, `…"@odata.count":1,…`},
		{"contacts/$count?$filter=lastname eq null", "…2", "…0"},
		{"contacts?$apply=groupby((lastname),aggregate($count as n))", `…"value":[{"n":2…}]}`, `…"Abel"…"Zander"…`},
		{"contacts?$apply=aggregate(lastname with countdistinct as x)", `…"x":0…`, `…"x":2…`},
		{aggregate("countcolumn"), `…"x":0…`, `…"x":2…`},
		{account + "?$select=name&$expand=primarycontactid($select=lastname)", `…"primarycontactid":{…"lastname":null,…`, `…"primarycontactid":{…"lastname":"Zander",…`},
		{account + "?$select=name&$expand=contact_customer_accounts($select=lastname;$filter=lastname eq 'Zander')", `…"contact_customer_accounts":[]…`, `…"lastname":"Zander"…`},
		{"accounts?$select=name&$filter=primarycontactid/lastname eq 'Zander'", `{…"value":[]}`, `…"Fabrikam"…`},
		{"accounts?$select=name&$filter=contact_customer_accounts/any(c:c/lastname eq 'Zander')", `{…"value":[]}`, `…"Fabrikam"…`},
		{account + "/primarycontactid?$select=fullname", `…"fullname":null…`, `…"fullname":"Yvonne Zander"…`},
		{"contacts?fetchXml=" + strings.ReplaceAll("<fetch><entity name='contact'><attribute name='lastname'/><filter><condition attribute='lastname' operator='like' value='Z%25'/></filter></entity></fetch>", " ", "%20"),
			`{…"value":[]}`, `…"lastname":"Zander"…`},
		{"accounts?fetchXml=" + strings.ReplaceAll("<fetch><entity name='account'><attribute name='name'/><link-entity name='contact' from='contactid' to='primarycontactid' alias='c'><attribute name='lastname'/></link-entity></entity></fetch>", " ", "%20"),
			`…"value":[{…"name":"Fabrikam",…}]}`, `…"c.lastname":"Zander"…`},
	} {
		w.as(t, "ben").get(tt.path).is(200, tt.shut)
		w.as(t, "ada").get(tt.path).is(200, tt.open)
	}
	ben := w.as(t, "ben")
	if up, down := fmt.Sprint(ben.get(order+"lastname asc").names("contactid")), fmt.Sprint(ben.get(order+"lastname desc").names("contactid")); up != down {
		t.Errorf("the order by a secured column is %s, backwards %s", up, down)
	}
	if up := w.as(t, "ada").get(order + "lastname asc").names("firstname"); fmt.Sprint(up) != "[Rene Yvonne]" {
		t.Errorf("ada's order is %s", up)
	}
	ben.get(contact+"/lastname").is(204, "")
	ben.get(contact+"/fullname/$value").is(204, "")
	notes := `odata.include-annotations="*"`
	if a := ben.with("Prefer", notes).get(account + "?$select=_primarycontactid_value"); strings.Contains(a.body, "Zander") {
		t.Errorf("the label of a lookup tells the name: %s", a.body)
	}
	if a := ben.batch(item("", "GET "+contact+"?$select=lastname HTTP/1.1", "Accept: application/json")); !matches(a.body, `…"lastname":null…`) {
		t.Errorf("in a batch: %s", a.body)
	}
	w.keysTellNothing(t, v)

	profile := w.as(t, "ada").profile("ben", "contact.lastname", "contact.externaluseridentifier")
	ben.get(contact+"?$select=lastname,fullname").is(200, `…"lastname":"Zander","fullname":"Yvonne Zander",…`)
	ben.get("contacts(externaluseridentifier='X1')?$select=lastname").is(200, `…"lastname":"Zander"…`)
	ben.patch(contact, `{"lastname":"x"}`).fails(403, "0x8004f507", "…")
	w.as(t, "ada").delete("fieldsecurityprofiles("+profile+")/systemuserprofiles_association("+people["ben"].user+")/$ref").is(204, "")
	ben.get(contact+"?$select=lastname,fullname").is(200, `…"lastname":null,"fullname":null,…`)
}

// TestSecuredContents: a file and a picture in secured columns are not there for whoever
// may not read them, nor what tells of them.
func TestSecuredContents(t *testing.T) {
	w := withFiles(t)
	ada, ben := w.as(t, "ada"), w.as(t, "ben")
	row := "accounts(" + ben.made("accounts", `{"name":"Contoso Ltd."}`) + ")"
	ben.binary("PATCH", row+"/new_filecolumn", "twelve bytes", "x-ms-file-name", "salaries.txt").is(204, "")
	ben.binary("PATCH", row+"/new_imagecolumn", string(picture(t, 300, 200)), "x-ms-file-name", "a.png").is(204, "")
	for column, kind := range map[string]string{"new_filecolumn": "File", "new_imagecolumn": "Image"} {
		path := "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='" + column + "')"
		full := ada.get(path + "/Microsoft.Dynamics.CRM." + kind + "AttributeMetadata").object()
		full["IsSecured"] = true
		ada.send("PUT", path, text(t, full)).is(204, "")
	}
	const columns = "?$select=new_filecolumn,new_filecolumn_name,new_imagecolumn,new_imagecolumn_url,new_imagecolumn_timestamp,new_imagecolumnid"
	shut := ben.get(row+columns).is(200, "…").object()
	open := ada.get(row+columns).is(200, "…").object()
	for _, name := range strings.Split(strings.TrimPrefix(columns, "?$select="), ",") {
		if shut[name] != nil || open[name] == nil {
			t.Errorf("%s is %v to ben, %v to ada", name, shut[name], open[name])
		}
	}
	for _, path := range []string{"/new_filecolumn/$value", "/new_imagecolumn/$value", "/new_imagecolumn/$value?size=full"} {
		ben.get(row+path).is(204, "")
		ada.get(row+path).is(200, "…")
	}
	ben.get("fileattachments?$select=filename").is(200, `…"value":[]}`)
	ada.get("fileattachments?$select=filename").is(200, `…"salaries.txt"…`)
	ben.get(row+"?$select=name&$expand=account_FileAttachments($select=filename)").is(200, `…"account_FileAttachments":[]…`)
	ben.binary("PATCH", row+"/new_filecolumn", "x", "x-ms-file-name", "b.txt").fails(403, "0x8004f507", "…")
	ben.delete(row+"/new_filecolumn").fails(403, "0x8004f507", "…")
}

// keysTellNothing: to ben a key on a secured column answers alike whether a row has the
// value or not.
func (w *world) keysTellNothing(t *testing.T, v vault) {
	t.Helper()
	ben := w.as(t, "ben")
	w.as(t, "ada").get("contacts(externaluseridentifier='X1')?$select=firstname").is(200, `…"Yvonne"…`)
	var all [2]string
	for i, value := range []string{"X1", "X9"} {
		key := "contacts(externaluseridentifier='" + value + "')"
		for _, a := range []answer{
			ben.get(key + "?$select=firstname"), ben.get(key + "/firstname"), ben.get(key + "/parentcustomerid_account"), ben.delete(key),
			ben.patch(key, `{"firstname":"x"}`), ben.with("If-Match", "*").patch(key, `{"firstname":"x"}`), ben.with("If-None-Match", "*").patch(key, `{"firstname":"x"}`),
			ben.patch("accounts("+v.account+")", `{"primarycontactid@odata.bind":"`+key+`"}`),
			ben.post("accounts", `{"name":"x","primarycontactid@odata.bind":"`+key+`"}`),
			ben.post("contacts", `{"lastname":"","externaluseridentifier":"`+value+`"}`),
		} {
			if a.status < 400 {
				t.Errorf("%s: %d %s", a.what, a.status, a.body)
			}
			all[i] += fmt.Sprintln(a.status, a.body)
		}
	}
	if all[0] != all[1] {
		t.Errorf("a key tells which values there are:\n%s\nof a value that no row has\n%s", all[0], all[1])
	}
}
