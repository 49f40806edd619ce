package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stead-s2s/stead"
)

// Every command of docs/faults.md does what it is documented for without complaint, and
// every fault there is is documented.
func TestFaultsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/faults.md")
	if err != nil {
		t.Fatal(err)
	}
	s, err := stead.Start(t.Context(), stead.Config{Data: t.TempDir(), Operator: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	commands := regexp.MustCompile("(?m)^\\| `stead ((?:fault|clock|snapshot)[^`]*)`").FindAllStringSubmatch(string(text), -1)
	documented := map[string]bool{}
	for _, c := range commands {
		args := strings.Fields(c[1])
		if len(args) > 1 {
			documented[args[0]+" "+args[1]] = true
		}
		var out, errOut bytes.Buffer
		if code := run(append(args, "--data", s.Data), &out, &errOut); code != exitOK {
			t.Errorf("stead %s: exit %d, %s", c[1], code, errOut.String())
		}
	}
	for _, parent := range newRoot().Commands() {
		if n := parent.Name(); n != "fault" && n != "clock" && n != "snapshot" {
			continue
		}
		for _, c := range parent.Commands() {
			if !documented[parent.Name()+" "+c.Name()] {
				t.Errorf("docs/faults.md does not say stead %s %s", parent.Name(), c.Name())
			}
		}
	}
}

// Exit codes tell what kind of no it was.
func TestExitCodesOfOperators(t *testing.T) {
	s, err := stead.Start(t.Context(), stead.Config{Data: t.TempDir(), Operator: true})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(line string) int {
		return run(append(strings.Fields(line), "--data", s.Data), &bytes.Buffer{}, &bytes.Buffer{})
	}
	for line, want := range map[string]int{
		"fault list":                      exitOK,
		"fault slow --app nobody":         exitUsage,
		"fault slow --delay soon":         exitUsage,
		"fault throttle --retry-after 1x": exitUsage,
		"fault clear 1 2":                 exitUsage,
		"fault list -o yaml":              exitUsage,
		"fault clear 99":                  exitNotFound,
		"snapshot load nothing":           exitNotFound,
		"clock set 1999-01-01":            exitUsage,
		"fault withdraw-consent 5a1f0000-0000-4000-8000-0000000000ff --tenant contoso": exitNotFound,
	} {
		if got := ask(line); got != want {
			t.Errorf("stead %s: exit %d, want %d", line, got, want)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := ask("clock"); got != exitUnreachable {
		t.Errorf("a stopped world: exit %d", got)
	}
}
