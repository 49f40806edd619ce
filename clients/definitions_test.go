package clients

import (
	"strings"
	"testing"
)

// TestDynamicsWebAPIDefinitions: what the library has for makers of tables.
func TestDynamicsWebAPIDefinitions(t *testing.T) {
	steps := by(lines(t, variables(t, "contoso-app", "contoso-test"), "node", "node/definitions.mjs"), "step")
	for step, want := range map[string][]string{
		"read":         {"name:new_vessel", "set:new_vessels", "custom:true", "notes:true"},
		"renamed":      {"Ship"},
		"choice":       {"[Sloop Ketch]"},
		"choices":      {"new_rig Rigging"},
		"column":       {"500"},
		"relationship": {"Restrict"},
		"row":          {"new_name:Swift", "Ketch", "new_rig:1.00000001e+08", "new_length:12.5", "name:Yard", "lastname:Sailor"},
		"restricted":   {"status:405", "code:0x80040227"},
		"gone":         {"404"},
	} {
		got := told(t, steps, step)
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: missing %q in %.600s", step, part, got)
			}
		}
	}
	if id := told(t, steps, "table"); len(id) != 36 {
		t.Errorf("the table's id is %s", id)
	}
}
