package clients

import (
	"fmt"
	"testing"
)

// TestDataverseWebAPI: every function of dataverse-webapi, through a front at port 443.
func TestDataverseWebAPI(t *testing.T) {
	env := append(variables(t, "contoso-app", "contoso-test"), front(t)...)
	steps := by(lines(t, append(env, "CLOUD_URL=https://"+cloudName), "node", "--import", "./node/cloud.mjs", "node/dataverse-webapi.mjs"), "step")
	for step, want := range map[string]string{
		"created": "map[name:Webapi Ltd revenue:$10.00]", "updated": "555-0151", "emptied": "<nil>", "key": "Webapi Ltd", "associated": "true", "disassociated": "<nil>",
		"pages": "[3 3 true]", "me": "5a1f0000-0000-4000-8000-0000000000e2", "bound": "true", "member": "true", "batch": "[204 204 [Webapi Ltd Webapi One Webapi Two]]",
		"refused": "A validation error occurred.  The length of the 'name' attribute of the 'account' entity exceeded the maximum allowed length of '160'.",
	} {
		if got := told(t, steps, step); got != want {
			t.Errorf("%s: %s, want %s", step, got, want)
		}
	}
	if all := told(t, steps, "exported"); all != told(t, steps, "answered") || len(all) < 200 {
		t.Errorf("of %s\n%s answered", all, fmt.Sprint(steps["answered"]["value"]))
	}
}
