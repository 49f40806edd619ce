package stead

import (
	"os"
	"strings"
	"testing"
)

// Every capability that docs/sdk.md claims for Go has a test that exists.
func TestSDKTableHasWitnesses(t *testing.T) {
	text, err := os.ReadFile("docs/sdk.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 8 || strings.HasPrefix(cells[1], "---") || strings.TrimSpace(cells[1]) == "capability" {
			continue
		}
		rows++
		claims, witnesses := strings.Contains(cells[5], "✔"), strings.TrimSpace(cells[6])
		if claims != (witnesses != "") {
			t.Errorf("%q: Go %q, shown by %q", strings.TrimSpace(cells[1]), cells[5], witnesses)
		}
		for witness := range strings.SplitSeq(witnesses, ",") {
			if witnesses != "" {
				wantWitness(t, strings.Fields(witness))
			}
		}
	}
	if rows < 25 {
		t.Errorf("only %d rows were read", rows)
	}
}
