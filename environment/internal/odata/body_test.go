package odata

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// spell writes assignments out for comparison.
func spell(values []op.Assignment) string {
	var all []string
	for _, a := range values {
		text := a.Column.LogicalName + "="
		switch v := a.Value; v.Storage() {
		case meta.Text:
			text += fmt.Sprintf("%q", v.Text())
		case meta.Int:
			text += fmt.Sprint(v.Int())
		case meta.Float:
			text += fmt.Sprint(v.Float()) + "f"
		case meta.GUID:
			text += v.GUID().String()
		default:
			text += "null"
		}
		if a.Target != nil {
			text += "@" + a.Target.LogicalName
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func TestBodies(t *testing.T) {
	r := asAda(t)
	for _, c := range []struct {
		set, body string
		update    bool
		want      string
	}{
		{"accounts", `{}`, false, ""},
		{"accounts", "\xef\xbb\xbf {\"name\" : \"a\\u00e9\\ud83d\\ude00\\n\\\"\" , \"description\" : null }\r\n", false, `name="aé😀\n\"" description=null`},
		{"accounts", `{"numberofemployees":"200","statecode":1,"industrycode":"4","donotemail":true}`, false, "numberofemployees=200 statecode=1 industrycode=4 donotemail=1"},
		{"accounts", `{"revenue":10000,"latitude":47.5}`, false, "revenue=100000000 latitude=47.5f"},
		{"accounts", `{"revenue":-1.23455}`, false, "revenue=-12346"},
		{"accounts", `{"revenue":"0.00004","latitude":"1e2"}`, false, "revenue=0 latitude=100f"},
		{"accounts", `{"revenue":922337203685477}`, false, "revenue=9223372036854770000"},
		{"accounts", `{"revenue":1.5e3}`, false, "revenue=15000000"},
		{"accounts", `{"founded":"1990-01-01"}`, false, "founded=631152000"},
		{"accounts", `{"createdon":"2023-04-18T20:00:00Z","exchangerate":2}`, false, ""},
		{"accounts", `{"accountid":"` + strings.ToUpper(litware) + `"}`, false, "accountid=" + litware},
		{"accounts", `{"accountid":"` + litware + `"}`, true, ""},
		{"accounts", `{"secretnote":"s","hobbies":"1,2"}`, false, `secretnote="s" hobbies="1,2"`},
		{"accounts", `{"@odata.type":"Microsoft.Dynamics.CRM.account","@odata.etag":"W/\"1\"","@x":{"a":[1,{}]},"name@odata.type":"#String","_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"contact","primarycontactid@odata.context":"x","name":"b"}`, true, `name="b"`},
		{"accounts", `{"primarycontactid@odata.bind":"/contacts(` + susanna + `)"}`, false, "primarycontactid=" + susanna + "@contact"},
		{"accounts", `{"primarycontactid@odata.bind":null}`, true, "primarycontactid=null"},
		{"accounts", `{"primarycontactid":null}`, true, "primarycontactid=null"},
		{"accounts", `{"ownerid@odata.bind":"teams(` + someTeam + `)"}`, true, "ownerid=" + someTeam + "@team"},
		{"accounts", `{"createdby@odata.bind":"systemusers(` + someUser + `)"}`, false, ""},
		{"contacts", `{"parentcustomerid_contact@odata.bind":null,"parentcustomerid_account@odata.bind":"accounts(` + litware + `)"}`, true, "parentcustomerid=" + litware + "@account"},
		{"contacts", `{"parentcustomerid_account@odata.bind":"accounts(` + litware + `)","parentcustomerid_contact":null}`, true, "parentcustomerid=" + litware + "@account"},
		{"contacts", "{\"lastname\":\"a\xffb\\ud800\"}", true, "lastname=\"a\uFFFDb\uFFFD\""},
	} {
		values, err := r.ReadBody(r.Model.Set(c.set), []byte(c.body), modeOf(c.update))
		if got := spell(values); err != nil || got != c.want {
			t.Errorf("%s\n got %s (%v)\nwant %s", c.body, got, err, c.want)
		}
	}
}

func TestBodiesRefused(t *testing.T) {
	r := asAda(t)
	// What follows the service's own envelope (Dataverse facts 5.3).
	for body, inner := range map[string]string{
		``:                        "Invalid JSON. Unexpected end of input was found in JSON content. Not all object and array scopes were closed.",
		`{"name":"a"`:             "Invalid JSON. Unexpected end of input was found in JSON content. Not all object and array scopes were closed.",
		`{"name":"a`:              "Invalid JSON. Unexpected end of input reached while processing a JSON string value.",
		`{"name":"a\`:             "Invalid JSON. Unexpected end of input reached while processing a JSON string value.",
		`{"name":"\q"}`:           `Invalid JSON. An unrecognized escape sequence '\q' was found in a JSON string value.`,
		`{"name":"\u12"}`:         `Invalid JSON. An unrecognized escape sequence '\u12"}' was found in a JSON string value.`,
		"{\"name\":\"a\nb\"}":     "Invalid JSON. A token was not recognized in the JSON content.",
		`{"name":"a",}`:           "Invalid JSON. An unexpected comma was found in scope 'Object'. A comma is only valid between properties of an object or between elements of an array.",
		`{"name":"a" "b":1}`:      "Invalid JSON. A comma character ',' was expected in scope 'Object'. Every two elements in an array and properties of an object must be separated by commas.",
		`{"@x":[1 2]}`:            "Invalid JSON. A comma character ',' was expected in scope 'Array'. Every two elements in an array and properties of an object must be separated by commas.",
		`{"name" "a"}`:            "Invalid JSON. A colon character ':' is expected after the property name 'name', but none was found.",
		`{name:"a"}`:              "Invalid JSON. A token was not recognized in the JSON content.",
		`{"name":nul}`:            "Invalid JSON. A token was not recognized in the JSON content.",
		`{"latitude":01}`:         "Invalid JSON. The value '01' is not a valid number.",
		`{"latitude":1.}`:         "Invalid JSON. The value '1.' is not a valid number.",
		`{} {}`:                   "Invalid JSON. More than one value was found at the root of the JSON content. JSON content can only have one value at the root level, which is an array, an object or a primitive value.",
		`[{"name":"a"}]`:          "An unexpected 'StartArray' node was found when reading from the JSON reader. A 'StartObject' node was expected.",
		`"name"`:                  "An unexpected 'PrimitiveValue' node was found when reading from the JSON reader. A 'StartObject' node was expected.",
		`{"foo":1}`:               "Invalid property 'foo' was found in entity 'Microsoft.Dynamics.CRM.account'. ---> Microsoft.OData.ODataException: Does not support untyped value in non-open type.",
		`{"Name":"a"}`:            "Invalid property 'Name' was found in entity 'Microsoft.Dynamics.CRM.account'. ---> Microsoft.OData.ODataException: Does not support untyped value in non-open type.",
		`{"owneridtype":8}`:       "Invalid property 'owneridtype' was found in entity 'Microsoft.Dynamics.CRM.account'. ---> Microsoft.OData.ODataException: Does not support untyped value in non-open type.",
		`{"name":"a","name":"b"}`: "Multiple properties with the name 'name' were detected in a resource or a complex value. In OData, duplicate property names are not allowed.",
		`{"ParentAccountId@odata.bind":"accounts(` + litware + `)"}`:  "An undeclared property 'ParentAccountId' which only has property annotations in the payload but no property value was found in the payload. In OData, only declared navigation properties and declared named streams can be represented as properties without values.",
		`{"name@odata.bind":"x"}`:                                     "An undeclared property 'name' which only has property annotations in the payload but no property value was found in the payload. In OData, only declared navigation properties and declared named streams can be represented as properties without values.",
		`{"primarycontactid":"` + susanna + `"}`:                      "A 'PrimitiveValue' node with non-null value was found when trying to read the value of the property 'primarycontactid'; however, a 'StartArray' node, a 'StartObject' node, or a 'PrimitiveValue' node with null value was expected.",
		`{"primarycontactid@odata.bind":["x"]}`:                       "The resource reference navigation property 'primarycontactid' has a property annotation 'odata.bind' with an array value. Resource reference navigation properties can only have a property annotation 'odata.bind' with a string value.",
		`{"primarycontactid@odata.bind":5}`:                           "An unexpected 'PrimitiveValue' node was found when reading from the JSON reader. A 'PrimitiveValue' node was expected.",
		`{"Account_Tasks@odata.bind":"tasks(1)"}`:                     "The resource set reference navigation property 'Account_Tasks' has a property annotation 'odata.bind' with a string value. Resource set reference navigation properties can only have a property annotation 'odata.bind' with an array value.",
		`{"primarycontactid@odata.bind":"accounts(` + litware + `)"}`: "A resource with type 'Microsoft.Dynamics.CRM.account' was found, but it is not assignable to the type of the navigation property 'primarycontactid'.",
		`{"ownerid@odata.bind":"accounts(` + litware + `)"}`:          "A resource with type 'Microsoft.Dynamics.CRM.account' was found, but it is not assignable to the type of the navigation property 'ownerid'.",
		`{"numberofemployees":"many"}`:                                "Cannot convert the literal 'many' to the expected type 'Edm.Int32'.",
		`{"numberofemployees":2.5}`:                                   "Cannot convert the literal '2.5' to the expected type 'Edm.Int32'.",
		`{"numberofemployees":2147483648}`:                            "Cannot convert the literal '2147483648' to the expected type 'Edm.Int32'.",
		`{"numberofemployees":true}`:                                  "Cannot convert the literal 'true' to the expected type 'Edm.Int32'.",
		`{"numberofemployees":[1]}`:                                   "An unexpected 'StartArray' node was found when reading from the JSON reader. A 'PrimitiveValue' node was expected.",
		`{"donotemail":0}`:                                            "Cannot convert the literal '0' to the expected type 'Edm.Boolean'.",
		`{"name":5}`:                                                  "Cannot convert the literal '5' to the expected type 'Edm.String'.",
		`{"latitude":""}`:                                             "Cannot convert the literal '' to the expected type 'Edm.Double'.",
		`{"revenue":"$5"}`:                                            "Cannot convert the literal '$5' to the expected type 'Edm.Decimal'.",
		`{"founded":"2020-01-01T00:00:00Z"}`:                          "Cannot convert the literal '2020-01-01T00:00:00Z' to the expected type 'Edm.Date'.",
		`{"createdon":"2020-02-30T00:00:00Z"}`:                        "Cannot convert the literal '2020-02-30T00:00:00Z' to the expected type 'Edm.DateTimeOffset'.",
		`{"accountid":"1"}`:                                           "Cannot convert the literal '1' to the expected type 'Edm.Guid'.",
		`{"@x":` + strings.Repeat("[", 40) + `}`:                      "The maximum recursion depth limit was reached. The depth of nested values in a single property cannot exceed 32.",
	} {
		_, err := r.ReadBody(r.Model.Set("accounts"), []byte(body), op.CreateOnly)
		refused(t, body, err, dverr.PayloadInvalid, "Error identified in Payload provided by the user for Entity :'accounts', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : Microsoft.OData.ODataException: "+inner)
	}
	for body, c := range map[string]struct {
		entry   dverr.Entry
		message string
	}{
		`{"_primarycontactid_value":"` + susanna + `"}`: {dverr.QueryInvalid, "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead."},
		`{"primarycontactid":{"lastname":"a"}}`:         {dverr.QueryInvalid, "Deep update is not supported: the navigation property 'primarycontactid' cannot be given related rows in an update."},
		`{"Account_Tasks":[{"subject":"a"}]}`:           {dverr.QueryInvalid, "Deep update is not supported: the navigation property 'Account_Tasks' cannot be given related rows in an update."},
		`{"Account_Tasks@odata.bind":["tasks(1)"]}`:     {dverr.QueryInvalid, "Deep update is not supported: the navigation property 'Account_Tasks' cannot be given related rows in an update."},
		`{"primarycontactid@odata.bind":"contacts(1)"}`: {dverr.BadKeySyntax, "Bad Request - Error in query syntax."},
		`{"primarycontactid@odata.bind":"$1"}`:          {dverr.QueryInvalid, "Content-ID Reference: '$1' does not exist in the batch context."},
		`{"revenue":1e300}`:                             {dverr.DecimalOutOfRange, "A validation error occurred. The value of 'revenue' on record of type 'account' is outside the valid range."},
	} {
		_, err := r.ReadBody(r.Model.Set("accounts"), []byte(body), op.CreateOnly)
		refused(t, body, err, c.entry, c.message)
	}
	_, err := r.ReadBody(r.Model.Set("accounts"), []byte(`{"name" 5}`), op.CreateOnly)
	if help := dverr.From(err).Help; help != "The error is at byte 8 of the body." {
		t.Error(help)
	}
}

// FuzzBody compares what the scanner takes for JSON with encoding/json.
func FuzzBody(f *testing.F) {
	for _, s := range []string{
		`{"name":"a\u00e9\ud83d\ude00","revenue":-1.5e3,"donotemail":false}`, `{"primarycontactid@odata.bind":"/contacts(` + susanna + `)","@x":[{},[],null]}`, `{"a":01}`, `[1,`, "{\"a\":\"\x01\"}", "0\x00", `{"createdon":"2020-01-01T00:00:00Z"}`,
	} {
		f.Add([]byte(s))
	}
	r := asAda(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		s := jsonScanner{data: body}
		_, err := s.value()
		if err == nil && s.peek() != 0 {
			err = s.unrecognized()
		}
		if valid := json.Valid(body); valid != (err == nil) && !strings.Contains(fmt.Sprint(err), "recursion") {
			t.Fatalf("%q: valid %v, but %v", body, valid, err)
		}
		if _, err := r.ReadBody(r.Model.Set("accounts"), body, op.Upsert); err != nil && dverr.From(err).HTTPStatus() == 500 {
			t.Fatalf("%q: %v", body, err)
		}
	})
}

func modeOf(update bool) op.Mode {
	if update {
		return op.UpdateOnly
	}
	return op.CreateOnly
}
