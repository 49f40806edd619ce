package clients

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// told is what a step printed.
func told(t *testing.T, steps map[string]map[string]any, step string) string {
	t.Helper()
	if steps[step] == nil {
		t.Errorf("the step %s did not happen", step)
	}
	return fmt.Sprint(steps[step]["value"])
}

// TestMetadataTools: a client library reads table definitions, and generators accept
// $metadata and make of it what the tables are.
func TestMetadataTools(t *testing.T) {
	steps := by(lines(t, variables(t, "contoso-app", "contoso"), "node", "node/metadata.mjs", t.TempDir()), "step")
	for step, want := range map[string][]string{
		"entities":         {"EntitySetName:accounts", "LogicalName:task"},
		"entity":           {"SchemaName:Account", "ObjectTypeCode:1", "OwnershipType:UserOwned", "LogicalName:name", "SchemaName:account_primary_contact"},
		"entity-by-id":     {"LogicalName:account"},
		"attributes":       {"LogicalName:revenue ", "Precision:2", "LogicalName:revenue_base"},
		"attribute":        {"#Microsoft.Dynamics.CRM.StringAttributeMetadata", "MaxLength:160", "Label:Account Name"},
		"attribute-by-id":  {"LogicalName:name"},
		"choices":          {"GlobalOptionSet:<nil>", "Label:Accounting", "Value:1"},
		"relationships":    {"SchemaName:Account_Tasks"},
		"relationship":     {"ReferencingEntityNavigationPropertyName:regardingobjectid_account_task"},
		"option-sets":      {"[]"},
		"option-set":       {"status:404", "code:0x80040217"},
		"create":           {"status:400", "The specified display name is not valid"},
		"unknown":          {"status:404", "LogicalName='nobody'"},
		"csdl":             {"annotated:true", `<?xml version="1.0" encoding="utf-8"?>`},
		"document":         {"status:200", "type:application/xml"},
		"openapi":          {"get", "patch", "delete"},
		"edmx":             {"actions:true", "contact:Microsoft.Dynamics.CRM.contact", "keys:[accountid]", "revenue:Edm.Decimal", "sets:[Microsoft.Dynamics.CRM.account]"},
		"typescript":       {"[]"},
		"typescript-wrong": {"Property 'nosuchcolumn' does not exist on type 'account'.", "Type 'number' is not assignable to type 'string'."},
	} {
		got := told(t, steps, step)
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: missing %q in %.600s", step, part, got)
			}
		}
	}
	for step, wrong := range map[string][]string{
		"entities":   {"EntitySetName:roles"},
		"entity":     {"LogicalName:accountnumber"},
		"attributes": {"LogicalName:name"},
	} {
		got := told(t, steps, step)
		if slices.ContainsFunc(wrong, func(part string) bool { return strings.Contains(got, part) }) {
			t.Errorf("%s holds one of %v: %.600s", step, wrong, got)
		}
	}
}
