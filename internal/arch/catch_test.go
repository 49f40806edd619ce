package arch

import (
	"strings"
	"testing"
	"testing/fstest"
)

// Each rule must see what it is for: here are modules made to break it, and neighbours that do not.
func TestHouseRulesCatch(t *testing.T) {
	tries := map[string]struct {
		files map[string]string
		want  []string
	}{
		"charters": {
			files: map[string]string{
				"doc.go":            "// Package stead is all.\npackage stead",
				"cmd/stead/doc.go":  "// Command stead runs.\npackage main",
				"cmd/other/doc.go":  "// Package main runs.\npackage main",
				"a/doc.go":          "// It is a package.\npackage a",
				"b/b.go":            "// Package b is good.\npackage b",
				"c/doc.go":          "// Package c is good.\n\npackage c",
				"d/testdata/doc.go": "package testdata",
			},
			want: []string{
				`a/doc.go does not begin with "Package a "`,
				"b has no doc.go",
				`c/doc.go does not begin with "Package c "`,
				`cmd/other/doc.go does not begin with "Command other "`,
			},
		},
		"names": {
			files: map[string]string{"a/util/x.go": "package util", "utility/x.go": "package utility"},
			want:  []string{"a/util: util says nothing about what is in it"},
		},
		"files": {
			files: map[string]string{
				"a/a.go":      "package a" + strings.Repeat("\n", 500),
				"a/b_test.go": "package a" + strings.Repeat("\n", 501),
				"a/c_gen.go":  "package a" + strings.Repeat("\n", 501),
			},
			want: []string{"a/b_test.go has 501 lines of at most 500"},
		},
		"init": {
			files: map[string]string{"a/a.go": "package a\nfunc init() {}", "a/b.go": "package a\ntype T int\nfunc (T) init() {}"},
			want:  []string{"a/a.go has func init"},
		},
		"blank imports": {
			files: map[string]string{
				"a/a.go":              `package a; import (_ "embed"; _ "example.com/driver"; "os")`,
				"internal/sqldb/a.go": `package sqldb; import _ "example.com/driver"`,
			},
			want: []string{"a/a.go imports example.com/driver for its effects"},
		},
		"to do": {
			files: map[string]string{"a/a.go": "package a // TO" + "DO: later", "a/b.go": "package a // XXXL, methods"},
			want:  []string{"a/a.go holds a TO" + "DO"},
		},
		"hallway words": {
			files: map[string]string{
				"internal/web/a.go":      "package web // for OData",
				"internal/web/b.go":      "package web // as Entra ID does (Dataverse\n// facts 3.9); central, untenanted",
				"internal/web/b_test.go": "package web // a tenant",
				"internal/oidc/a.go":     "package oidc // the tenant",
				"internal/oidc/b.go":     "package oidc // the tenant of Contoso",
				"authority/a.go":         "package authority // the tenant",
			},
			want: []string{`internal/oidc/b.go says "Contoso" in the hallway`, `internal/web/a.go says "OData" in the hallway`},
		},
		"engine words": {
			files: map[string]string{
				"internal/sqldb/a.go":                     "package sqldb // SQLite",
				"environment/internal/sqlgen/postgres.go": "package sqlgen // PostgreSQL",
				"environment/internal/sqlgen/plan.go":     "package sqlgen // PostgreSQL",
				"environment/internal/engine/sqlite.go":   "package engine // sqlite",
				"environment/a_test.go":                   "package environment // sqlite",
			},
			want: []string{`environment/internal/engine/sqlite.go says "sqlite"`, `environment/internal/sqlgen/plan.go says "PostgreS"`},
		},
		"granted": {
			files: map[string]string{
				"environment/internal/access/a.go": "package access\nvar g = Granted{}\nvar s = g.Select()",
				"environment/internal/sqlgen/a.go": "package sqlgen\nimport \"" + module + "/environment/internal/access\"\nvar s = access.G().Select()",
				"environment/internal/store/a.go":  "package store\nimport \"" + module + "/environment/internal/access\"\nvar s = access.G().Select()\nvar g = access.Granted{}\nvar q = access.Q().Select(1)",
				"environment/internal/query/a.go":  "package query\nvar s = g.Select()",
			},
			want: []string{
				"environment/internal/store/a.go:3:9: only sqlgen calls Select",
				"environment/internal/store/a.go:4:9: only access makes access.Granted",
			},
		},
	}
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			try, ok := tries[rule.name]
			if !ok {
				t.Fatal("nothing shows that this rule sees anything")
			}
			tree := fstest.MapFS{}
			for p, text := range try.files {
				tree[p] = &fstest.MapFile{Data: []byte(text)}
			}
			s, err := read(tree)
			if err != nil || len(s.bad) > 0 {
				t.Fatal(err, s.bad)
			}
			same(t, rule.check(s), try.want)
		})
	}
}

func TestBrokenGoIsTold(t *testing.T) {
	s, err := read(fstest.MapFS{"a/a.go": {Data: []byte("package a\nfunc {")}})
	if err != nil || len(s.bad) != 1 || !strings.HasPrefix(s.bad[0], "a/a.go:2") {
		t.Errorf("got %v, %v", err, s.bad)
	}
}
