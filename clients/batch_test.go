package clients

import (
	"fmt"
	"strings"
	"testing"
)

// TestDynamicsWebAPIBatch: what the library sends beyond single rows.
func TestDynamicsWebAPIBatch(t *testing.T) {
	got := by(lines(t, variables(t, "contoso-app", "contoso-test"), "node", "node/dynamics-web-api-batch.mjs"), "step")
	for step, want := range map[string]string{
		"count": "true", "property": "<nil>", "name": "Batched Limited", "left": "1",
		"associated": "[From a batch]", "disassociated": "[]", "linked": "true", "unlinked": "<nil>",
		"bulk": "2", "changed": "2", "deleted": "true",
	} {
		if found := fmt.Sprint(got[step]["value"]); found != want {
			t.Errorf("%s: %s, want %s", step, found, want)
		}
	}
	for step, parts := range map[string][]string{
		"batch":     {"ids:[", "names:[Batched Ltd]"},
		"stopped":   {"A validation error occurred.  The length of the 'name' attribute"},
		"undone":    {"A validation error occurred.  The length of the 'name' attribute"},
		"reference": {"fullname:Batch One"},
		"deep":      {"lastname:Down", "subject:one", "subject:two", "name:Deep Ltd"},
	} {
		for _, part := range parts {
			if found := fmt.Sprint(got[step]["value"]); !strings.Contains(found, part) {
				t.Errorf("%s: %s holds no %s", step, found, part)
			}
		}
	}
	ids, _ := got["batch"]["value"].(map[string]any)["ids"].([]any)
	for _, id := range ids {
		if text, _ := id.(string); len(text) != 36 {
			t.Errorf("the batch gave ids %v", ids)
		}
	}
}
