package arch

import (
	_ "embed"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

//go:embed arrows.txt
var arrowsText string

// arrows is the content of arrows.txt.
type arrows struct {
	allowed   map[string][]string
	forbidden map[string][]string
}

func parseArrows(text string) (arrows, error) {
	a := arrows{map[string][]string{}, map[string][]string{}}
	for i, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < 3 || fields[1] != "->" && fields[1] != "!" {
			return a, fmt.Errorf("line %d: want \"room -> room …\" or \"room ! package …\"", i+1)
		}
		into := a.allowed
		if fields[1] == "!" {
			into = a.forbidden
		}
		if into[fields[0]] != nil {
			return a, fmt.Errorf("line %d: %s has a line already", i+1, fields[0])
		}
		into[fields[0]] = fields[2:]
	}
	return a, nil
}

// mayImport tells whether an arrow leads from room to imported, a room or a path outside the module.
func (a arrows) mayImport(s *source, room, imported string) bool {
	return slices.ContainsFunc(a.allowed[room], func(to string) bool {
		inside := s.rooms[to] != nil
		return to == imported || !inside && strings.HasPrefix(imported, to+"/")
	})
}

// check gives the imports of code, not of tests, that have no arrow.
func (a arrows) check(s *source) (faults []string) {
	for _, r := range s.inOrder() {
		seen := map[string]bool{}
		for _, f := range r.code() {
			for _, imported := range f.imports() {
				fault := seen[imported]
				seen[imported] = true
				switch {
				case fault: // told once
				case s.standard(imported):
					if slices.Contains(a.forbidden[r.dir], imported) {
						faults = append(faults, fmt.Sprintf("%s imports %s, which arrows.txt forbids it", f.path, imported))
					}
				case !a.mayImport(s, r.dir, imported):
					faults = append(faults, fmt.Sprintf("%s imports %s: no arrow %s -> %s", f.path, imported, r.dir, imported))
				}
			}
		}
	}
	return faults
}

// Rules that no line of arrows.txt may bend.
func (a arrows) bent() (faults []string) {
	houses := []string{"authority", "environment", "gateway"}
	for from, list := range a.allowed {
		for _, to := range list {
			here, there := house(from), house(to)
			switch {
			case slices.Contains(houses, here) && slices.Contains(houses, there) && here != there:
				faults = append(faults, fmt.Sprintf("%s -> %s: houses meet over the wire alone", from, to))
			case here == "internal" && (slices.Contains(houses, there) || to == "."):
				faults = append(faults, fmt.Sprintf("%s -> %s: the hallway knows no house", from, to))
			case to == "." && !slices.Contains([]string{"cmd", "steadtest", "bench"}, here):
				faults = append(faults, fmt.Sprintf("%s -> %s: only programs and steadtest import the root", from, to))
			case to == "environment/internal/sqlgen" && from != "environment/internal/store":
				faults = append(faults, fmt.Sprintf("%s -> %s: only store compiles SQL", from, to))
			case from == "environment/internal/webapi" && to == "environment/internal/store":
				faults = append(faults, fmt.Sprintf("%s -> %s: data is reached through engine", from, to))
			}
		}
	}
	return faults
}

// testsStray gives test imports that leave their house for another or for the root. The tests of the SDK run on a whole
// world.
func testsStray(s *source) (faults []string) {
	for _, r := range s.inOrder() {
		here := house(r.dir)
		if !slices.Contains([]string{"authority", "environment", "gateway", "internal", "dataverse"}, here) {
			continue
		}
		for _, f := range r.files {
			for _, imported := range f.imports() {
				there := house(imported)
				friend := there == here || there == "internal" || here == "dataverse" && slices.Contains([]string{"steadtest", "operator", "."}, there)
				if f.test && s.rooms[imported] != nil && !friend {
					faults = append(faults, fmt.Sprintf("%s imports %s, of another house", f.path, imported))
				}
			}
		}
	}
	return faults
}

// theModule reads the source of this module.
func theModule(t *testing.T) *source {
	t.Helper()
	s, err := read(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range s.bad {
		t.Error(bad)
	}
	if s.rooms["internal/arch"] == nil {
		t.Fatal("the module was not found")
	}
	return s
}

func TestArrows(t *testing.T) {
	a, err := parseArrows(arrowsText)
	if err != nil {
		t.Fatal(err)
	}
	s := theModule(t)
	for _, fault := range slices.Concat(a.check(s), a.bent(), testsStray(s)) {
		t.Error(fault)
	}
	for from := range a.allowed {
		if s.rooms[from] == nil {
			t.Logf("%s is not built yet", from)
		}
	}
}

func TestArrowsCatch(t *testing.T) {
	tree := fstest.MapFS{
		"doc.go":                          {Data: []byte("package stead")},
		"internal/web/a.go":               {Data: []byte(`package web; import "net/http"`)},
		"internal/web/b.go":               {Data: []byte(`package web; import ("os"; _ "` + module + `/authority")`)},
		"internal/sqldb/a.go":             {Data: []byte(`package sqldb; import "example.com/driver/deep"`)},
		"authority/a.go":                  {Data: []byte(`package authority; import ("example.com/other"; "` + module + `/internal/web")`)},
		"authority/a_test.go":             {Data: []byte(`package authority; import ("example.com/testing"; "` + module + `/environment")`)},
		"environment/internal/meta/a.go":  {Data: []byte(`package meta; import ("net/http"; "net/url")`)},
		"environment/environment.go":      {Data: []byte(`package environment`)},
		"environment/testdata/broken.go":  {Data: []byte(`not Go`)},
		"environment/environment_test.go": {Data: []byte(`package environment; import "` + module + `/environment/internal/meta"`)},
		"other/go.mod":                    {Data: []byte("module other")},
		"other/a.go":                      {Data: []byte(`package other; import "example.com/anything"`)},
	}
	s, err := read(tree)
	if err != nil || len(s.bad) > 0 {
		t.Fatal(err, s.bad)
	}
	a, err := parseArrows("# comment\ninternal/sqldb -> example.com/driver\nauthority -> internal/web\nenvironment/internal/meta ! net/http\n")
	if err != nil {
		t.Fatal(err)
	}
	same(t, slices.Concat(a.check(s), testsStray(s)), []string{
		"authority/a.go imports example.com/other: no arrow authority -> example.com/other",
		"environment/internal/meta/a.go imports net/http, which arrows.txt forbids it",
		"internal/web/b.go imports authority: no arrow internal/web -> authority",
		"authority/a_test.go imports environment, of another house",
	})
}

func TestBentArrowsCatch(t *testing.T) {
	for line, bent := range map[string]bool{
		"authority -> internal/web":              false,
		"authority -> environment":               true,
		"authority -> environment/internal/meta": true,
		"internal/web -> gateway":                true,
		"internal/web -> .":                      true,
		"dataverse -> .":                         true,
		"steadtest -> .":                         false,
		"environment/internal/engine -> environment/internal/sqlgen":   true,
		"environment/internal/webapi -> environment/internal/store":    true,
		"environment/internal/store -> environment/internal/sqlgen":    false,
		"environment/internal/webapi -> environment/internal/engine":   false,
		"authority/internal/grant -> authority/internal/login":         false,
		"environment/internal/quota -> internal/limit example.com/any": false,
	} {
		a, err := parseArrows(line)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(a.bent()) > 0; got != bent {
			t.Errorf("%s: bent %v, want %v", line, got, bent)
		}
	}
}

func TestArrowsAreRefused(t *testing.T) {
	for _, text := range []string{"a b", "a ->", "a => b", "a -> b\na -> c"} {
		if _, err := parseArrows(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

// same compares faults line by line.
func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("found\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
