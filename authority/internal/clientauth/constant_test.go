package clientauth

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// Hashes of secrets are compared by package subtle and by nothing else: a comparison that
// ends early tells how much agreed.
func TestSecretsAreComparedInConstantTime(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	constant := 0
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				if n.Op == token.EQL || n.Op == token.NEQ {
					if isHash(n.X) || isHash(n.Y) {
						t.Errorf("%s compares a hash with %s", path, n.Op)
					}
				}
			case *ast.CallExpr:
				name, _ := n.Fun.(*ast.SelectorExpr)
				if name == nil || len(n.Args) != 2 || !isHash(n.Args[0]) && !isHash(n.Args[1]) {
					return true
				}
				if name.Sel.Name != "ConstantTimeCompare" {
					t.Errorf("%s compares a hash with %s", path, name.Sel.Name)
				}
				constant++
			}
			return true
		})
	}
	if constant == 0 {
		t.Error("no comparison was found")
	}
}

// isHash reports whether an expression is a field Hash, or a part of one.
func isHash(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.SliceExpr:
		return isHash(e.X)
	case *ast.CallExpr:
		return len(e.Args) == 1 && isHash(e.Args[0])
	case *ast.SelectorExpr:
		return e.Sel.Name == "Hash"
	}
	return false
}
