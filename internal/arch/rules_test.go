package arch

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// rules are the house rules that a look at the source can judge. Each gives its faults.
var rules = []struct {
	name  string
	check func(*source) []string
}{
	{"charters", charters},
	{"names", forbiddenNames},
	{"files", longFiles},
	{"init", initFunctions},
	{"blank imports", blankImports},
	{"to do", toDo},
	{"hallway words", hallwayWords},
	{"engine words", engineWords},
	{"granted", grantedUse},
}

func TestHouseRules(t *testing.T) {
	s := theModule(t)
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			for _, fault := range rule.check(s) {
				t.Error(fault)
			}
		})
	}
}

// charters: doc.go begins with "Package x …" ("Command x …" for programs).
func charters(s *source) (faults []string) {
	for _, r := range s.inOrder() {
		i := slices.IndexFunc(r.files, func(f *file) bool { return path.Base(f.path) == "doc.go" })
		if i < 0 {
			faults = append(faults, r.dir+" has no doc.go")
			continue
		}
		f := r.files[i]
		want := "Package " + f.ast.Name.Name + " "
		if f.ast.Name.Name == "main" {
			want = "Command " + path.Base(r.dir) + " "
		}
		if f.ast.Doc == nil || !strings.HasPrefix(f.ast.Doc.Text(), want) {
			faults = append(faults, fmt.Sprintf("%s does not begin with %q", f.path, want))
		}
	}
	return faults
}

func forbiddenNames(s *source) (faults []string) {
	forbidden := []string{"util", "utils", "common", "helpers", "helper", "base", "shared", "types", "models", "manager", "service", "pkg", "misc", "lib"}
	for _, r := range s.inOrder() {
		for _, part := range strings.Split(r.dir, "/") {
			if slices.Contains(forbidden, part) {
				faults = append(faults, r.dir+": "+part+" says nothing about what is in it")
			}
		}
	}
	return faults
}

const fileMax = 500 // lines

// longFiles spares generated files alone.
func longFiles(s *source) (faults []string) {
	for _, r := range s.inOrder() {
		for _, f := range r.files {
			if n := f.lines(); n > fileMax && !strings.HasSuffix(f.path, "_gen.go") {
				faults = append(faults, fmt.Sprintf("%s has %d lines of at most %d", f.path, n, fileMax))
			}
		}
	}
	return faults
}

func initFunctions(s *source) (faults []string) {
	for _, r := range s.inOrder() {
		for _, f := range r.files {
			for _, d := range f.ast.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					faults = append(faults, f.path+" has func init")
				}
			}
		}
	}
	return faults
}

// blankImports: a package imported for its effects is a registry. Spared are embed, which has none, hashes, which package
// crypto cannot make otherwise, the places of time zones, and the drivers of sqldb.
func blankImports(s *source) (faults []string) {
	for _, r := range s.inOrder() {
		for _, f := range r.files {
			for i, imported := range f.imports() {
				name := f.ast.Imports[i].Name
				spared := imported == "embed" || imported == "time/tzdata" || strings.HasPrefix(imported, "crypto/") || r.dir == "internal/sqldb"
				if name != nil && name.Name == "_" && !spared {
					faults = append(faults, f.path+" imports "+imported+" for its effects")
				}
			}
		}
	}
	return faults
}

func toDo(s *source) (faults []string) {
	marks := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)
	for _, r := range s.inOrder() {
		for _, f := range r.files {
			if m := marks.Find(f.text); m != nil {
				faults = append(faults, fmt.Sprintf("%s holds a %s", f.path, m))
			}
		}
	}
	return faults
}

// hallwayWords: no room of the hallway names what the houses are about. Citing a fact by its section is no naming, nor
// is saying of which real service a rule was learnt.
func hallwayWords(s *source) (faults []string) {
	words := regexp.MustCompile(`(?i)dataverse|\bentra\b|\btenants?\b|systemuser|business ?unit|fetchxml|odata|aadsts|contoso|fabrikam|webapi`)
	cited := regexp.MustCompile(`(Entra|Dataverse)[\s/]+facts [0-9][0-9.]*|Entra ID`)
	about := map[string][]string{"internal/oidc": {"tenant", "tenants"}} // tokens name one: the claim tid
	for _, r := range s.inOrder() {
		if house(r.dir) != "internal" || r.dir == "internal/arch" {
			continue
		}
		for _, f := range r.code() {
			for _, m := range words.FindAllString(cited.ReplaceAllString(string(f.text), ""), -1) {
				if !slices.Contains(about[r.dir], strings.ToLower(m)) {
					faults = append(faults, fmt.Sprintf("%s says %q in the hallway", f.path, m))
					break
				}
			}
		}
	}
	return faults
}

// engineWords: which database engine it is, only a few places know.
func engineWords(s *source) (faults []string) {
	words := regexp.MustCompile(`(?i)sqlite|postgres|pgx`)
	rooms := []string{"internal/sqldb", "internal/sqldb/sqldbtest", "internal/sqldb/sqldbtest/withserver", "internal/limit/pgstore", "authority/internal/sqlstore"}
	dialects := []string{"environment/internal/sqlgen", "environment/internal/store"}
	for _, r := range s.inOrder() {
		if slices.Contains(rooms, r.dir) {
			continue
		}
		for _, f := range r.code() {
			if slices.Contains(dialects, r.dir) && words.MatchString(path.Base(f.path)) {
				continue
			}
			if m := words.Find(f.text); m != nil {
				faults = append(faults, fmt.Sprintf("%s says %q", f.path, m))
			}
		}
	}
	return faults
}

// grantedUse: what access grants is made by access and opened by sqlgen. The compiler holds the first for all but the
// zero value; the second is a convention, judged by the accessors' names in rooms that import access.
func grantedUse(s *source) (faults []string) {
	const access, sqlgen = "environment/internal/access", "environment/internal/sqlgen"
	for _, r := range s.inOrder() {
		if r.dir == access {
			continue
		}
		for _, f := range r.code() {
			if !slices.Contains(f.imports(), access) {
				continue
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CompositeLit:
					if is := selector(n.Type); is == "access.Granted" || is == "access.Change" {
						faults = append(faults, fmt.Sprintf("%s: only access makes %s", s.fset.Position(n.Pos()), is))
					}
				case *ast.CallExpr:
					sel, ok := n.Fun.(*ast.SelectorExpr)
					if ok && len(n.Args) == 0 && r.dir != sqlgen && (sel.Sel.Name == "Select" || sel.Sel.Name == "Parts") {
						faults = append(faults, fmt.Sprintf("%s: only sqlgen calls %s", s.fset.Position(n.Pos()), sel.Sel.Name))
					}
				}
				return true
			})
		}
	}
	return faults
}

// selector writes x.Y of a qualified name, "" for anything else.
func selector(e ast.Expr) string {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return x.Name + "." + sel.Sel.Name
}
