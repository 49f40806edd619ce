package aadsts

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The page on troubleshooting quotes numbers, names and words of the catalogue.
func TestTroubleshootingAgrees(t *testing.T) {
	page, err := os.ReadFile("../../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	headings := regexp.MustCompile(`(?m)^### AADSTS(\d+) (\w+)\n\n> (.*)\n`).FindAllStringSubmatch(string(page), -1)
	for _, h := range headings {
		number, err := strconv.Atoi(h[1])
		if err != nil {
			t.Fatal(err)
		}
		e, known := ByNumber(number)
		if words := strings.ReplaceAll(e.Template, "%s", "…"); !known || e.Name != h[2] || words != h[3] {
			t.Errorf("AADSTS%s %s %q, but the catalogue has %s %q", h[1], h[2], h[3], e.Name, words)
		}
	}
	if all := strings.Count(string(page), "\n### AADSTS"); len(headings) != all || all < 10 {
		t.Errorf("%d of %d headings were read", len(headings), all)
	}
}
