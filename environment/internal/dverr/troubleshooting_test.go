package dverr

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// literals reads the entries of the catalogue from the program text, by name.
func literals(t *testing.T) map[string]Entry {
	t.Helper()
	all := map[string]Entry{}
	for _, name := range []string{"catalogue.go", "fetch.go", "file.go", "metadata.go", "user.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CompositeLit); ok && len(c.Elts) == 4 {
				e := entryOf(t, c)
				all[e.Name] = e
			}
			return true
		})
	}
	return all
}

func entryOf(t *testing.T, c *ast.CompositeLit) (e Entry) {
	t.Helper()
	values := make([]string, 4)
	for i, element := range c.Elts {
		values[i] = element.(*ast.BasicLit).Value
	}
	code, err := strconv.ParseUint(values[0], 0, 32)
	if err != nil {
		t.Fatal(err)
	}
	e.Code = Code(code)
	for i, text := range map[int]*string{1: &e.Name, 3: &e.Template} {
		if *text, err = strconv.Unquote(values[i]); err != nil {
			t.Fatal(err)
		}
	}
	e.Status, err = strconv.Atoi(values[2])
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The page on troubleshooting quotes codes, names, statuses and words of the catalogue.
func TestTroubleshootingAgrees(t *testing.T) {
	page, err := os.ReadFile("../../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	entries, verbs := literals(t), regexp.MustCompile(`%[sd]`)
	headings := regexp.MustCompile(`(?m)^### (0x\S+) (\w+) \((\d+)\)\n\n(?:> (.*)\n)?`).FindAllStringSubmatch(string(page), -1)
	for _, h := range headings {
		e, known := entries[h[2]]
		words := verbs.ReplaceAllString(e.Template, "…")
		if strings.Trim(words, "… ") == "" { // the words are chosen where the refusal happens
			words = ""
		}
		if !known || e.Code.String() != h[1] || fmt.Sprint(e.Status) != h[3] || words != h[4] {
			t.Errorf("%s %s (%s) %q, but the catalogue has %s (%d) %q", h[1], h[2], h[3], h[4], e.Code, e.Status, words)
		}
	}
	if all := strings.Count(string(page), "\n### 0x"); len(headings) != all || all < 25 {
		t.Errorf("%d of %d headings were read", len(headings), all)
	}
}
