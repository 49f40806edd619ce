package arch

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	longFunction = 60 // lines
	longShare    = 5  // percent of all functions that may be longer
)

// function is how long one function is, from its first line to its closing brace.
type function struct {
	at    string
	lines int
}

// functions gives the functions of code, not of tests, by house; longest first.
func functions(s *source) map[string][]function {
	all := map[string][]function{}
	for _, r := range s.inOrder() {
		for _, f := range r.code() {
			for _, d := range f.ast.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok || fn.Body == nil {
					continue
				}
				from, to := s.fset.Position(fn.Pos()), s.fset.Position(fn.End())
				h := house(r.dir)
				all[h] = append(all[h], function{fmt.Sprintf("%s:%d %s", from.Filename, from.Line, fn.Name.Name), to.Line - from.Line + 1})
			}
		}
	}
	for _, list := range all {
		slices.SortStableFunc(list, func(a, b function) int { return b.lines - a.lines })
	}
	return all
}

// long gives those over the limit, of a list with the longest first.
func long(list []function) []function {
	n := slices.IndexFunc(list, func(f function) bool { return f.lines <= longFunction })
	if n < 0 {
		n = len(list)
	}
	return list[:n]
}

func TestFunctionsAreShort(t *testing.T) {
	var whole []function
	for h, list := range functions(theModule(t)) {
		whole = append(whole, list...)
		over := long(list)
		t.Logf("%s: %d functions, median %d lines, %d over %d lines", h, len(list), list[len(list)/2].lines, len(over), longFunction)
		for _, f := range over {
			t.Logf("  %s: %d lines", f.at, f.lines)
		}
	}
	if n := len(long(slices.SortedStableFunc(slices.Values(whole), func(a, b function) int { return b.lines - a.lines }))); n*100 > longShare*len(whole) {
		t.Errorf("%d of %d functions are over %d lines: at most %d %% may be", n, len(whole), longFunction, longShare)
	}
}

func TestFunctionsAreMeasured(t *testing.T) {
	text := "package a\nfunc short() {}\nfunc long() {" + strings.Repeat("\n", 60) + "}\nfunc edge() {" + strings.Repeat("\n", 59) + "}\n"
	s, err := read(fstest.MapFS{"a/a.go": {Data: []byte(text)}, "a/a_test.go": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	list := functions(s)["a"]
	if len(list) != 3 || list[1].lines != 60 || list[2].lines != 1 {
		t.Errorf("measured %v", list)
	}
	if over := long(list); len(over) != 1 || over[0] != (function{"a/a.go:3 long", 61}) {
		t.Errorf("over the limit: %v", over)
	}
}
