package stead

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every witness that docs/parity.md names exists, every row that claims something
// has one, and no feature has two rows.
func TestParityHasWitnesses(t *testing.T) {
	text, err := os.ReadFile("docs/parity.md")
	if err != nil {
		t.Fatal(err)
	}
	wantNoTwins(t, string(text), "| ")
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) < 6 || strings.HasPrefix(cells[1], "---") || strings.TrimSpace(cells[1]) == "feature" {
			continue
		}
		rows++
		state, witnesses := strings.TrimSpace(cells[2]), strings.TrimSpace(cells[4])
		if witnesses == "" {
			if state != "Absent" {
				t.Errorf("nothing shows that %q is %s", strings.TrimSpace(cells[1]), state)
			}
			continue
		}
		for witness := range strings.SplitSeq(witnesses, ",") {
			wantWitness(t, strings.Fields(witness))
		}
	}
	if rows < 25 {
		t.Errorf("only %d rows were read", rows)
	}
}

func wantWitness(t *testing.T, witness []string) {
	t.Helper()
	if len(witness) != 2 {
		t.Errorf("%v is not a package and a test", witness)
		return
	}
	files, err := filepath.Glob(filepath.Join(witness[0], "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(witness[1]) + `\(`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if declared.Match(text) {
			return
		}
	}
	t.Errorf("no test %s in %s", witness[1], witness[0])
}
