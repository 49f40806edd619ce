package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// chosen is the environment variable that names the mutant of a run.
const chosen = "MUTANT"

// weave puts all mutants of a file into its text. What stands inside of another goes
// inside of it.
func weave(source []byte, mutants []mutant) []byte {
	type insertion struct {
		at, order int // in order at the same place
		text      string
	}
	sorted := slices.SortedFunc(slices.Values(mutants), func(a, b mutant) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to), cmp.Compare(a.number, b.number))
	})
	var all []insertion
	for depth, m := range sorted { // a later one is inside, or beside
		all = append(all, insertion{m.from, 1 + depth, m.before}, insertion{m.to, -1 - depth, m.after})
	}
	slices.SortStableFunc(all, func(a, b insertion) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order))
	})
	var out []byte
	last := 0
	for _, i := range all {
		out = append(append(out, source[last:i.at]...), i.text...)
		last = i.at
	}
	return append(out, source[last:]...)
}

// woven is a package with all its mutants, beside what the toolchain reads.
type woven struct {
	mutants []mutant
	overlay string // file that tells the toolchain of the others
}

// weavePackage writes the woven files of a directory's package to another directory.
func weavePackage(dir, to, only string) (w woven, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return w, err
	}
	replace, pkg := map[string]string{}, ""
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return w, err
		}
		pkg = cmp.Or(pkg, packageOf(source))
		found, err := find(name, source, len(w.mutants)+1)
		if err != nil {
			return w, err
		}
		if only != "" && filepath.Base(name) != only || len(found) == 0 {
			continue
		}
		w.mutants = append(w.mutants, found...)
		replace[name] = filepath.Join(to, filepath.Base(name))
		if err := os.WriteFile(replace[name], weave(source, found), 0o600); err != nil {
			return w, err
		}
	}
	added := filepath.Join(to, "mutated.go")
	replace[filepath.Join(dir, "mutated_on.go")] = added
	if err := os.WriteFile(added, []byte(switchFile(pkg)), 0o600); err != nil {
		return w, err
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return w, err
	}
	w.overlay = filepath.Join(to, "overlay.json")
	return w, os.WriteFile(w.overlay, text, 0o600)
}

func packageOf(source []byte) string {
	for line := range strings.Lines(string(source)) {
		if name, is := strings.CutPrefix(line, "package "); is {
			return strings.TrimSpace(name)
		}
	}
	return ""
}

// switchFile is the file that is added to a woven package.
func switchFile(pkg string) string {
	return fmt.Sprintf("package %s\n\nimport (\n\t\"os\"\n\t\"strconv\"\n)\n\nvar mutantOn, _ = strconv.Atoi(os.Getenv(%s))\n\nfunc %s(n int) bool { return n == mutantOn }\n",
		pkg, strconv.Quote(chosen), switchedOn)
}
