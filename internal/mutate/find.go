package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
)

// mutant is one change that can be switched on.
type mutant struct {
	number        int
	file          string
	line          int
	what          string // what happens to which text
	from, to      int    // bytes of the file that stand inside
	before, after string
}

// switchedOn is the function that tells a woven program whether a change is on.
const switchedOn = "mutated"

// finder collects the mutants of one file.
type finder struct {
	files   *token.FileSet
	name    string
	source  []byte
	next    int
	mutants []mutant
}

// find gives the mutants of a file, numbered from first.
func find(name string, source []byte, first int) ([]mutant, error) {
	f := &finder{files: token.NewFileSet(), name: name, source: source, next: first}
	tree, err := parser.ParseFile(f.files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	for _, d := range tree.Decls {
		if fn, is := d.(*ast.FuncDecl); is && fn.Body != nil {
			f.function(fn.Type, fn.Body)
		}
	}
	return f.mutants, nil
}

// add notes a change that puts text around a node; %d stands for its number.
func (f *finder) add(n ast.Node, what, before, after string) {
	from, to := f.files.Position(n.Pos()), f.files.Position(n.End())
	text := string(f.source[from.Offset:to.Offset])
	if len(text) > 70 {
		text = text[:70] + "…"
	}
	f.mutants = append(f.mutants, mutant{
		number: f.next, file: f.name, line: from.Line, what: what + ": " + text, from: from.Offset, to: to.Offset,
		before: numbered(before, f.next), after: numbered(after, f.next),
	})
	f.next++
}

func numbered(text string, n int) string {
	call := fmt.Sprintf("%s(%d)", switchedOn, n)
	out := ""
	for i := range len(text) {
		if text[i] == '@' {
			out += call
		} else {
			out += text[i : i+1]
		}
	}
	return out
}

func (f *finder) holds(e ast.Expr) { f.add(e, "always holds", "(@ || (", "))") }
func (f *finder) fails(e ast.Expr) { f.add(e, "never holds", "(!@ && (", "))") }
func (f *finder) turned(e ast.Expr) {
	f.add(e, "the contrary", "(@ != (", "))")
}

// function goes through a body; functions inside have results of their own.
func (f *finder) function(t *ast.FuncType, body *ast.BlockStmt) {
	truths := truthResults(t)
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			f.function(n.Type, n.Body)
			return false
		case *ast.GenDecl:
			return n.Tok != token.CONST
		case *ast.ReturnStmt:
			f.results(n, truths)
		case *ast.IfStmt:
			f.condition(n.Cond)
		case *ast.ForStmt:
			if n.Cond != nil {
				f.fails(n.Cond)
			}
		case *ast.SwitchStmt:
			f.cases(n)
		case *ast.BinaryExpr:
			f.operation(n)
		case *ast.Ident:
			if n.Name == "true" || n.Name == "false" {
				f.turned(n)
			}
		}
		f.statements(n)
		return true
	})
}

func (f *finder) condition(e ast.Expr) {
	f.holds(e)
	f.fails(e)
}

// cases are conditions where the switch has no value.
func (f *finder) cases(s *ast.SwitchStmt) {
	if s.Tag != nil {
		return
	}
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			f.condition(e)
		}
	}
}

// operation changes operands of && and ||, and comparisons that have an edge.
func (f *finder) operation(e *ast.BinaryExpr) {
	x, y := f.text(e.X), f.text(e.Y)
	equal := "@ && (" + x + ") == (" + y + ")"
	switch e.Op {
	case token.LAND:
		f.holds(e.X)
		f.holds(e.Y)
	case token.LOR:
		f.fails(e.X)
		f.fails(e.Y)
	case token.LSS, token.GTR:
		f.add(e, "takes in its limit", "((", ") || "+equal+")")
	case token.LEQ, token.GEQ:
		f.add(e, "leaves out its limit", "((", ") && !("+equal+"))")
	}
}

func (f *finder) text(n ast.Node) string {
	return string(f.source[f.files.Position(n.Pos()).Offset:f.files.Position(n.End()).Offset])
}

// results turns what is returned as a truth value, unless it is written as one.
func (f *finder) results(r *ast.ReturnStmt, truths []bool) {
	if len(r.Results) != len(truths) {
		return
	}
	for i, e := range r.Results {
		if id, is := e.(*ast.Ident); truths[i] && !(is && (id.Name == "true" || id.Name == "false")) {
			f.turned(e)
		}
	}
}

// truthResults says which results of a function are of type bool.
func truthResults(t *ast.FuncType) (all []bool) {
	if t.Results == nil {
		return nil
	}
	for _, field := range t.Results.List {
		id, is := field.Type.(*ast.Ident)
		for range max(1, len(field.Names)) {
			all = append(all, is && id.Name == "bool")
		}
	}
	return all
}

// statements leaves out each statement of a block that defines nothing and ends no
// function: calls, assignments, steps out of loops.
func (f *finder) statements(n ast.Node) {
	var list []ast.Stmt
	switch n := n.(type) {
	case *ast.BlockStmt:
		list = n.List
	case *ast.CaseClause:
		list = n.Body
	}
	for _, s := range list {
		if removable(s) {
			f.add(s, "left out", "if !@ { ", " }")
		}
	}
}

func removable(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ExprStmt:
		call, is := s.X.(*ast.CallExpr)
		id, named := ast.Expr(nil), false
		if is {
			id = call.Fun
			_, named = id.(*ast.Ident)
		}
		return is && !(named && id.(*ast.Ident).Name == "panic")
	case *ast.AssignStmt:
		return s.Tok != token.DEFINE
	case *ast.BranchStmt:
		return s.Tok == token.CONTINUE || s.Tok == token.BREAK
	case *ast.IncDecStmt:
		return true
	}
	return false
}
