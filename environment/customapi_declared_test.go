package environment_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment"
)

// TestCustomAPIsInMetadata: declared at once, unless private or without an answer.
func TestCustomAPIsInMetadata(t *testing.T) {
	app := start(t).as(t, "contoso-app")
	before := app.get("$metadata").body
	if strings.Contains(before, "new_") || !strings.Contains(before, `<EntityType Name="expando" BaseType="mscrm.crmbaseentity" OpenType="true" />`) {
		t.Fatal("$metadata is not that of an environment without custom APIs")
	}
	id := app.api("new_Take", "", "> Text 10", "> Sum 8 "+optional, `> Row 3 ,"logicalentityname":"account"`, "> Any 3", "> Rows 4", "> Ref 5", "< Out 3", "< List 11")
	app.api("new_Fun", `,"isfunction":true,"bindingtype":2,"boundentitylogicalname":"account"`, "> N 7", "< Out 4")
	app.api("new_Empty", `,"isfunction":true`)
	app.api("new_Bound", `,"bindingtype":1,"boundentitylogicalname":"account"`)
	document := app.get("$metadata").body
	for _, want := range []string{
		`<ComplexType Name="new_TakeResponse"><Property Name="Out" Type="mscrm.expando" /><Property Name="List" Type="Collection(Edm.String)" Unicode="false" /></ComplexType>`,
		`<Action Name="new_Take"><Parameter Name="Text" Type="Edm.String" Nullable="false" Unicode="false" /><Parameter Name="Sum" Type="Edm.Decimal" Scale="Variable" /><Parameter Name="Row" Type="mscrm.account" Nullable="false" /><Parameter Name="Any" Type="mscrm.crmbaseentity" Nullable="false" /><Parameter Name="Rows" Type="Collection(mscrm.crmbaseentity)" Nullable="false" /><Parameter Name="Ref" Type="mscrm.crmbaseentity" Nullable="false" /><ReturnType Type="mscrm.new_TakeResponse" Nullable="false" /></Action>`,
		`<Function Name="new_Fun" IsBound="true"><Parameter Name="entityset" Type="Collection(mscrm.account)" Nullable="false" /><Parameter Name="N" Type="Edm.Int32" Nullable="false" /><ReturnType Type="Collection(mscrm.expando)" Nullable="false" /></Function>`,
		`<Action Name="new_Bound" IsBound="true"><Parameter Name="entity" Type="mscrm.account" Nullable="false" /></Action>`,
		`<ActionImport Name="new_Take" Action="mscrm.new_Take" />`,
	} {
		if !strings.Contains(document, want) {
			t.Errorf("$metadata lacks %s", want)
		}
	}
	for _, name := range []string{"new_Empty", `Import Name="new_Fun"`, `Import Name="new_Bound"`} {
		if strings.Contains(document, name) {
			t.Errorf("$metadata has %s", name)
		}
	}
	app.patch("customapis("+id+")", `{"isprivate":true}`).is(204, "")
	if document = app.get("$metadata").body; strings.Contains(document, "new_Take") {
		t.Error("a private custom API stands in $metadata")
	}
	app.post("new_Take", `{"Text":"a","Row":{},"Any":{"@odata.type":"#Microsoft.Dynamics.CRM.expando"},"Rows":[],"Ref":{"@odata.type":"#Microsoft.Dynamics.CRM.account","accountid":"`+id+`"}}`).is(200, "…")
	for _, name := range []string{"new_Take", "new_Fun", "new_Empty", "new_Bound"} {
		app.delete("customapis("+app.get("customapis?$select=customapiid&$filter=uniquename eq '" + name + "'").names("customapiid")[0]+")").is(204, "")
	}
	if app.get("$metadata").body != before {
		t.Error("$metadata remembers custom APIs that are gone")
	}
	if left := app.get("customapirequestparameters").names("uniquename"); len(left) != 0 {
		t.Errorf("parameters of custom APIs that are gone: %v", left)
	}
}

// TestCustomAPIsWhereTheyAreCalled: in batches and in the background.
func TestCustomAPIsWhereTheyAreCalled(t *testing.T) {
	w := start(t)
	app, r := w.as(t, "contoso-app"), receive(t)
	r.open()
	app.api("new_Say", "", "> Text 10", "> Any 3 "+optional, "< Text 10")
	w.HandleCustomAPI("new_Say", func(_ context.Context, c environment.CustomAPICall) (map[string]any, error) {
		return map[string]any{"Text": c.Parameters["Text"].(string) + "!"}, nil
	})
	say := func(method, target, body string) string {
		return "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n" + method + " " + target + " HTTP/1.1\r\nContent-Type: application/json\r\n\r\n" + body + "\r\n"
	}
	multipart := app.with("Content-Type", `multipart/mixed; boundary="b"`)
	// A custom API that a part declares can be called by the next.
	made := `{"uniquename":"new_Now","name":"x","displayname":"x","description":"x"}`
	got := multipart.post("$batch", "--b\r\n"+say("POST", "new_Say", `{"Text":"a"}`)+"--b\r\n"+say("POST", "customapis", made)+"--b\r\n"+say("POST", "new_Now", "{}")+"--b--\r\n")
	if got.status != 200 || !strings.Contains(got.body, `"Text":"a!"`) || strings.Count(got.body, "HTTP/1.1 204") != 2 {
		t.Errorf("the batch answered %d %s", got.status, got.body)
	}
	id := app.behind(r, "POST", "new_Say", `{"Text":"later","Any":{"@odata.type":"Microsoft.Dynamics.CRM.expando","a":1}}`)
	r.next(t)
	app.get(monitors+id).is(200, `{"backgroundOperationStateCode":3,"backgroundOperationStatusCode":30,"Text":"later!"}`)
	app.get("backgroundoperations("+id+")?$select=inputparameters").is(200, `{…"inputparameters":"[{\"Key\":\"Text\",\"Value\":\"later\"},{\"Key\":\"Any\",\"Value\":{\"@odata.type\":\"Microsoft.Dynamics.CRM.expando\",\"a\":1}}]"…`)
}

// TestCustomAPIsAreComponents: declared in one request with parameters and properties,
// under the name of a solution.
func TestCustomAPIsAreComponents(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	body := `{"uniquename":"sample_Deep","name":"d","displayname":"d","description":"d","CustomAPIRequestParameters":[{"uniquename":"In","name":"i","displayname":"i","description":"i","type":10}],
	 "CustomAPIResponseProperties":[{"uniquename":"Out","name":"o","displayname":"o","description":"o","type":10}]}`
	app.with("MSCRM.SolutionUniqueName", "nosuch").post("customapis", body).is(404, "…nosuch…")
	app.post("sample_Deep", `{"In":"x"}`).is(404, "…")
	app.with("MSCRM.SolutionUniqueName", "examplesolution").post("customapis", body).is(204, "")
	app.post("sample_Deep", `{"In":"x"}`).is(200, `{"@odata.context":"…","Out":""}`)
	rows := app.get("customapis?$select=uniquename,bindingtype,isfunction&$expand=CustomAPIRequestParameters($select=uniquename,type,isoptional),CustomAPIResponseProperties($select=uniquename,type)&$filter=uniquename eq 'sample_Deep'")
	rows.is(200, `{"@odata.context":"…","value":[{…"CustomAPIRequestParameters":[{…"uniquename":"In","type":10,"isoptional":false,…}],…"CustomAPIResponseProperties":[{…"uniquename":"Out","type":10,…}],…}]}`)
	id := rows.names("customapiid")[0]
	listed := func() []string {
		return app.get("solutioncomponents?$select=objectid&$expand=solutionid($select=uniquename)&$filter=solutionid/uniquename eq 'examplesolution' and componenttype gt 10000").names("objectid")
	}
	if got := listed(); len(got) != 3 || !slices.Contains(got, id) {
		t.Errorf("the solution lists %v", got)
	}
	// What the answer names may go: the message stays as long as its table does.
	bank := app.api("sample_Bank", `,"bindingtype":1,"boundentitylogicalname":"sample_bankaccount","executeprivilegename":"prvReadsample_BankAccount"`)
	app.delete(bankPath).is(204, "")
	app.get("$metadata").is(200, "…")
	app.post("sample_Bank", "").is(404, "…")
	app.delete("customapis("+id+")").is(204, "")
	if got := listed(); len(got) != 1 || got[0] != bank {
		t.Errorf("in the end the solution lists %v", got)
	}
	app.post("AddSolutionComponent", `{"ComponentId":"`+id+`","ComponentType":10546,"SolutionUniqueName":"examplesolution","AddRequiredComponents":true}`).is(200, "…")
}
