package environment_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// versions are those of rows in bodies: what the seed makes before a row moves them.
var versions = regexp.MustCompile(`(W/\\"|"versionnumber":)\d+`)

// golden compares a long body with a file, line by line as indented by member and without
// versions of rows.
func (a answer) golden(name string) {
	a.t.Helper()
	path := filepath.Join("testdata", name+".json")
	got := versions.ReplaceAllString(strings.ReplaceAll(a.body, `,"`, ",\n\"")+"\n", "${1}0")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			a.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		a.t.Fatal(err)
	}
	if got != string(want) {
		a.t.Errorf("%s: differs from %s:\n%s", a.what, path, got)
	}
}

// TestJourneyOfAnApplication creates, reads, changes and deletes a row, as an
// application that may do everything. Bodies are compared byte for byte.
func TestJourneyOfAnApplication(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	made := app.post("accounts", `{"name":"Sample Account","creditonhold":false,"address1_latitude":47.63958,"description":"This is the description of the sample account","revenue":5000000,"accountcategorycode":1}`)
	id := strings.TrimSuffix(strings.TrimPrefix(made.header.Get("OData-EntityId"), root+"accounts("), ")")
	made.is(204, "").has("Location", root+"accounts("+id+")", "OData-Version", "4.0", "Content-Type", "", "Preference-Applied", "", "ETag", "")

	read := app.get("accounts(" + id + ")?$select=name,creditonhold,address1_latitude,description,revenue,accountcategorycode")
	version := strings.Trim(read.header.Get("ETag"), `W/"`)
	read.is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,creditonhold,address1_latitude,description,revenue,accountcategorycode)/$entity",`+
		`"@odata.etag":"W/\"`+version+`\"","name":"Sample Account","creditonhold":false,"address1_latitude":47.63958,`+
		`"description":"This is the description of the sample account","revenue":5000000.0000,"accountcategorycode":1,`+
		`"_transactioncurrencyid_value":"…","accountid":"`+id+`"}`).
		has("Content-Type", "application/json; odata.metadata=minimal", "OData-Version", "4.0")
	app.get("accounts(" + id + ")").golden("account")
	app.with("Prefer", `odata.include-annotations="*"`).get("accounts(" + id + ")?$select=name,revenue,accountcategorycode,createdon,_ownerid_value,statecode").golden("account-annotated")

	app.patch("accounts("+id+")", `{"name":"Updated Sample Account","revenue":null}`).is(204, "").
		has("OData-EntityId", root+"accounts("+id+")", "Location", "")
	app.get("accounts("+id+")?$select=name,revenue").is(200, `{…"name":"Updated Sample Account","revenue":null,…}`)
	app.get("accounts("+id+")/name").is(200, `{"@odata.context":"`+root+`$metadata#accounts(`+id+`)/name","value":"Updated Sample Account"}`)
	app.get("accounts("+id+")/revenue").is(204, "").has("Content-Type", "")
	app.get("accounts?$select=name&$filter=accountid eq "+id).
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(name)","value":[{"@odata.etag":"W/\"…\"","name":"Updated Sample Account","accountid":"`+id+`"}]}`)
	app.with("Prefer", "odata.include-annotations=*").get("accounts?$select=name&$top=3&$count=true").
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(name)","@odata.count":1,"@Microsoft.Dynamics.CRM.totalrecordcount":1,"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":false,…"value":[{…}]}`).
		has("Preference-Applied", `odata.include-annotations="*"`)

	app.delete("accounts("+id+")").is(204, "").has("OData-EntityId", "", "OData-Version", "4.0")
	app.get("accounts("+id+")").fails(404, "0x80040217", "Entity 'account' With Id = "+id+" Does Not Exist")
	app.delete("accounts("+id+")").fails(404, "0x80040217", "Entity 'account' With Id = "+id+" Does Not Exist")
}

func TestRepresentations(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app").with("Prefer", "return=representation")
	made := app.post("contacts?$select=fullname", `{"firstname":"Rafel","lastname":"Shillo"}`)
	id, _ := made.object()["contactid"].(string)
	made.is(201, `{"@odata.context":"`+root+`$metadata#contacts(fullname)/$entity","@odata.etag":"W/\"…\"","fullname":"Rafel Shillo","contactid":"`+id+`"}`).
		has("Preference-Applied", "return=representation", "OData-EntityId", root+"contacts("+id+")", "Location", root+"contacts("+id+")", "ETag", `W/"…"`)
	app.patch("contacts("+id+")?$select=fullname", `{"firstname":"Rafael"}`).is(200, `{…"fullname":"Rafael Shillo",…}`).
		has("Preference-Applied", "return=representation", "Location", "")
	const fresh = "00000000-0000-0000-0000-0000000000f1"
	app.patch("contacts("+fresh+")?$select=fullname", `{"lastname":"Upserted"}`).is(201, `{…"fullname":"Upserted","contactid":"`+fresh+`"}`).
		has("Location", root+"contacts("+fresh+")")
	app.with("Prefer", "return=minimal").post("contacts", `{"lastname":"X"}`).is(204, "").has("Preference-Applied", "")
	app.get("contacts("+id+")?$select=fullname").is(200, "…").has("Preference-Applied", "")
}

func TestExpands(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	account := app.made("accounts", `{"name":"Contoso"}`)
	contact := app.made("contacts", `{"firstname":"Ana","lastname":"Trujillo","parentcustomerid_account@odata.bind":"/accounts(`+account+`)"}`)
	app.patch("accounts("+account+")", `{"primarycontactid@odata.bind":"`+root+`contacts(`+contact+`)"}`).is(204, "")
	app.get("accounts("+account+")?$select=name&$expand=primarycontactid($select=fullname),contact_customer_accounts($select=fullname)").
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,primarycontactid(fullname),contact_customer_accounts(fullname))/$entity","@odata.etag":"W/\"…\"",`+
			`"name":"Contoso","accountid":"`+account+`","primarycontactid":{"@odata.etag":"W/\"…\"","fullname":"Ana Trujillo","contactid":"`+contact+`"},`+
			`"contact_customer_accounts":[{"@odata.etag":"W/\"…\"",…"fullname":"Ana Trujillo",…}]}`)
	app.get("accounts?$select=name&$expand=primarycontactid($select=fullname)").
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,primarycontactid(fullname))","value":[{"@odata.etag":"W/\"…\"","name":"Contoso","accountid":"`+account+`","primarycontactid":{"fullname":"Ana Trujillo","contactid":"`+contact+`"}}]}`)
}

// TestJourneyOfAReader: Basic User reaches its own rows and nobody else's.
func TestJourneyOfAReader(t *testing.T) {
	w := start(t)
	theirs := w.as(t, "contoso-app").made("accounts", `{"name":"not the reader's"}`)
	reader := w.as(t, "contoso-reader")
	own := reader.made("accounts", `{"name":"the reader's own"}`)
	reader.get("accounts?$select=name").is(200, `{…"value":[{…"name":"the reader's own","accountid":"`+own+`"}]}`)
	reader.patch("accounts("+own+")", `{"name":"renamed"}`).is(204, "")
	for _, refused := range []answer{
		reader.get("accounts(" + theirs + ")"),
		reader.patch("accounts("+theirs+")", `{"name":"stolen"}`),
		reader.delete("accounts(" + theirs + ")"),
	} {
		refused.is(403, `{"error":{"code":"0x80048306","message":"SecLib::AccessCheckEx failed. Returned hr = -2147187962, ObjectID: `+theirs+`, OwnerId: `+people["contoso-app"].user+`,  OwnerIdType: 8 and CallingUser: `+people["contoso-reader"].user+`. ObjectTypeCode: 1, …"}}`)
	}
	w.as(t, "contoso-app").get("accounts("+theirs+")?$select=name").is(200, `{…"name":"not the reader's",…}`)
}

// TestPeopleSeeTheirOwn: ben and cleo sit in different business units and share
// nothing; ada sees all.
func TestPeopleSeeTheirOwn(t *testing.T) {
	w := start(t)
	for _, name := range []string{"ben", "cleo"} {
		w.as(t, name).made("accounts", `{"name":"of `+name+`"}`)
	}
	for name, want := range map[string]string{"ben": "of ben", "cleo": "of cleo", "ada": "of ben,of cleo", "contoso-app": "of ben,of cleo"} {
		got := strings.Join(w.as(t, name).get("accounts?$select=name&$orderby=name").names("name"), ",")
		if got != want {
			t.Errorf("%s sees %s, want %s", name, got, want)
		}
	}
	app := w.as(t, "contoso-app").with("CallerObjectId", people["cleo"].object)
	if got := app.get("accounts?$select=name").names("name"); strings.Join(got, ",") != "of cleo" {
		t.Errorf("the application acting for cleo sees %s", got)
	}
}
