package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const sample = `package sample

import "strings"

// Grade judges points. Nobody tests its edge, nor the counter.
func Grade(points int, name string) bool {
	seen++
	if points >= 50 && name != "" {
		return true
	}
	switch {
	case strings.HasPrefix(name, "x"):
		return false
	}
	return !excluded(name)
}

var seen int

func excluded(name string) bool { return name == "eve" || points(name) < 3 }

func points(name string) (n int) {
	for i := range name {
		if name[i] == ' ' {
			continue
		}
		n += 1
	}
	return n
}
`

const sampleTest = `package sample

import "testing"

func TestGrade(t *testing.T) {
	for name, want := range map[string]bool{"ada": true, "eve": false, "xenia": false, "a b": false, "": false} {
		if Grade(10, name) != want {
			t.Error(name)
		}
	}
	if !Grade(60, "eve") || Grade(60, "") {
		t.Error("sixty points")
	}
}
`

// TestMutants: each place where something can be changed is found, and nothing else.
func TestMutants(t *testing.T) {
	found, err := find("sample.go", []byte(sample), 1)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range found {
		all = append(all, m.what)
	}
	slices.Sort(all)
	want := strings.Split(`always holds: name != ""
always holds: name[i] == ' '
always holds: points >= 50
always holds: points >= 50 && name != ""
always holds: strings.HasPrefix(name, "x")
leaves out its limit: points >= 50
left out: continue
left out: n += 1
left out: seen++
never holds: name == "eve"
never holds: name[i] == ' '
never holds: points >= 50 && name != ""
never holds: points(name) < 3
never holds: strings.HasPrefix(name, "x")
takes in its limit: points(name) < 3
the contrary: !excluded(name)
the contrary: false
the contrary: name == "eve" || points(name) < 3
the contrary: true`, "\n")
	if !slices.Equal(all, want) {
		t.Errorf("found\n%s", strings.Join(all, "\n"))
	}
}

// TestUnnoticedChangesAreTold: of a module whose test forgets an edge and a counter, these
// are told and no others; a package whose tests do not pass is refused.
func TestUnnoticedChangesAreTold(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module sample\n\ngo 1.26\n")
	write("sample.go", sample)
	write("sample_test.go", sampleTest)
	t.Chdir(dir)
	var out bytes.Buffer
	if err := run(&out, ".", others{}, "", false, 2); err != nil {
		t.Fatal(err)
	}
	const want = `sample.go:7: left out: seen++
sample.go:8: leaves out its limit: points >= 50
`
	lines := strings.SplitAfter(out.String(), "\n")
	slices.Sort(lines[:len(lines)-2])
	if got := strings.Join(lines, ""); got != want+"19 changes, 2 unnoticed\n" {
		t.Errorf("told\n%s", got)
	}
	write("sample_test.go", strings.ReplaceAll(sampleTest, `"eve": false`, `"eve": true`))
	if err := run(&out, ".", others{}, "", false, 2); err == nil || !strings.Contains(err.Error(), "fails unchanged") {
		t.Errorf("a failing test: %v", err)
	}
}

// TestOthersJudge: what the package's own tests do not notice is put to those of another
// that uses it, and to those alone that the pattern names.
func TestOthersJudge(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module sample\n\ngo 1.26\n", "sample.go": sample, "sample_test.go": sampleTest,
		"use/use_test.go": `package use

import (
	"testing"

	"sample"
)

func TestEdge(t *testing.T) {
	if !sample.Grade(50, "eve") {
		t.Error("fifty points")
	}
}

func TestNothing(t *testing.T) {}
`,
	} {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for pattern, want := range map[string]string{
		"":        "sample.go:7: left out: seen++\n19 changes, 1 unnoticed\n",
		"Nothing": "19 changes, 2 unnoticed\n",
	} {
		var out bytes.Buffer
		if err := run(&out, ".", others{[]string{"./use"}, pattern}, "", false, 2); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(out.String(), want) {
			t.Errorf("by %q told\n%s", pattern, out.String())
		}
	}
}
