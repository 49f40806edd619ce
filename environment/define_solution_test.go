package environment_test

import (
	"slices"
	"strings"
	"testing"
)

// TestSolutionsListComponents: what is made under a solution's name stands in it, what an
// action puts in or takes out too, and what is deleted leaves.
func TestSolutionsListComponents(t *testing.T) {
	app := start(t).withBank(t)
	app.column("Integer", "sample_Number", "")
	listed := func() []string {
		t.Helper()
		a := app.get("solutioncomponents?$select=objectid,componenttype&$expand=solutionid($select=uniquename)&$filter=solutionid/uniquename eq 'examplesolution'").is(200, "…")
		return a.names("objectid")
	}
	table, _ := app.get(bankPath + "?$select=MetadataId").object()["MetadataId"].(string)
	number, _ := app.get(bankPath + "/Attributes(LogicalName='sample_number')?$select=MetadataId").object()["MetadataId"].(string)
	account, _ := app.get("EntityDefinitions(LogicalName='account')?$select=MetadataId").object()["MetadataId"].(string)
	if got := listed(); len(got) != 2 || !slices.Contains(got, table) || !slices.Contains(got, number) {
		t.Errorf("the solution lists %v, want %s and %s", got, table, number)
	}
	add := `{"ComponentId":"` + account + `","ComponentType":1,"SolutionUniqueName":"examplesolution","AddRequiredComponents":false}`
	first := app.post("AddSolutionComponent", add).is(200, `{"@odata.context":"…#Microsoft.Dynamics.CRM.AddSolutionComponentResponse","id":"…"}`).body
	if again := app.post("AddSolutionComponent", add).body; again != first {
		t.Errorf("the same component twice: %s and %s", first, again)
	}
	if got := listed(); len(got) != 3 || !slices.Contains(got, account) {
		t.Errorf("with account the solution lists %v", got)
	}
	app.post("RemoveSolutionComponent", `{"SolutionComponent":{"@odata.type":"Microsoft.Dynamics.CRM.solutioncomponent","solutioncomponentid":"`+account+`"},"ComponentType":1,"SolutionUniqueName":"examplesolution"}`).is(204, "")
	app.post("AddSolutionComponent", strings.Replace(add, "examplesolution", "nosuch", 1)).is(404, "…nosuch…")
	app.delete(bankPath).is(204, "")
	if got := listed(); len(got) != 0 {
		t.Errorf("in the end the solution lists %v", got)
	}
	app.post("PublishXml", `{"ParameterXml":"<importexportxml><entities/></importexportxml>"}`).is(204, "")
	app.post("PublishXml", `{"ParameterXml":"<importexportxml>"}`).is(400, "…")
	app.post("PublishAllXml", "").is(204, "")
}
