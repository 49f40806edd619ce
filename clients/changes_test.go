package clients

import (
	"fmt"
	"testing"
)

// TestDynamicsWebAPIChanges: the library keeps a copy of a set by delta links.
func TestDynamicsWebAPIChanges(t *testing.T) {
	got := by(lines(t, variables(t, "contoso-app", "contoso-test"), "node", "node/dynamics-web-api-changes.mjs"), "step")
	for step, want := range map[string]string{
		"several": "true", "quiet": "1", "changed": "2", "number": "true",
		"first":  "[Tracked One Tracked Two Tracked Three Tracked Four]",
		"second": "[<nil> Tracked Twice Tracked Three <nil>]",
	} {
		if found := fmt.Sprint(got[step]["value"]); found != want {
			t.Errorf("%s: %s, want %s", step, found, want)
		}
	}
	for step, want := range map[string]string{
		"filter":    `The "$filter" query parameter is not supported when Change Tracking is enabled.`,
		"untracked": "Entity privilege isn't enabled for change tracking.",
	} {
		refusal, _ := got[step]["value"].(map[string]any)
		if refusal["status"] != 400.0 || refusal["message"] != want {
			t.Errorf("%s: %v", step, refusal)
		}
	}
}
