package arch

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the import path of the module whose source is looked at.
const module = "github.com/stead-s2s/stead"

// source is a module's Go files.
type source struct {
	fset  *token.FileSet
	rooms map[string]*room // by directory; the root is "."
	bad   []string         // files that cannot be parsed
}

// room is the package in one directory.
type room struct {
	dir   string
	files []*file
}

type file struct {
	path string
	test bool
	text []byte
	ast  *ast.File
}

// read parses every Go file of the module in tree, but for hidden directories, those for tests' data or tools, and other
// modules.
func read(tree fs.FS) (*source, error) {
	s := &source{fset: token.NewFileSet(), rooms: map[string]*room{}}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped(tree, name):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		return s.add(tree, name)
	})
	return s, err
}

func skipped(tree fs.FS, dir string) bool {
	base := path.Base(dir)
	if dir == "." {
		return false
	}
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules" {
		return true
	}
	_, err := fs.Stat(tree, path.Join(dir, "go.mod"))
	return err == nil
}

func (s *source) add(tree fs.FS, name string) error {
	text, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(s.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		s.bad = append(s.bad, err.Error())
		return nil
	}
	dir := path.Dir(name)
	if s.rooms[dir] == nil {
		s.rooms[dir] = &room{dir: dir}
	}
	s.rooms[dir].files = append(s.rooms[dir].files, &file{name, strings.HasSuffix(name, "_test.go"), text, parsed})
	return nil
}

// inOrder gives the rooms sorted by directory.
func (s *source) inOrder() []*room {
	var all []*room
	for _, r := range s.rooms {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *room) int { return strings.Compare(a.dir, b.dir) })
	return all
}

// code gives the files that are no tests.
func (r *room) code() []*file {
	return slices.DeleteFunc(slices.Clone(r.files), func(f *file) bool { return f.test })
}

// imports gives a file's imports; a package of this module by its directory, "." for the root.
func (f *file) imports() []string {
	var all []string
	for _, spec := range f.ast.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		if p == module {
			p = "."
		}
		all = append(all, strings.TrimPrefix(p, module+"/"))
	}
	return all
}

// standard tells whether an import is of the standard library. Directories of this module are not: a dot is the mark of
// a host name, and rooms are known.
func (s *source) standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return s.rooms[imported] == nil && !strings.Contains(first, ".")
}

func (f *file) lines() int { return bytes.Count(f.text, []byte("\n")) }

// house gives the top-level part a room belongs to: authority, environment, gateway, internal (the hallway); "." for
// the root.
func house(dir string) string {
	first, _, _ := strings.Cut(dir, "/")
	return first
}
