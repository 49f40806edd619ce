package query

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// nodes holds one value of every type that is a node.
func nodes() map[string]Expr {
	return map[string]Expr{
		"And": And{}, "Or": Or{}, "Not": Not{}, "Const": Const{}, "Compare": Compare{}, "Match": Match{},
		"In": In{}, "HasBits": HasBits{}, "IsNull": IsNull{}, "Exists": Exists{}, "InPart": InPart{Part: Week}, "Under": Under{},
	}
}

// TestEveryNodeIsListed reads the room's source, so that a new node type cannot
// stay out of the tests below.
func TestEveryNodeIsListed(t *testing.T) {
	known := nodes()
	for _, name := range declaredNodes(t) {
		if known[name] == nil {
			t.Errorf("%s is a node, yet the tests do not know it", name)
		}
		delete(known, name)
	}
	for name := range known {
		t.Errorf("%s is not declared", name)
	}
}

func declaredNodes(t *testing.T) []string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range tree.Decls {
			if fn, is := d.(*ast.FuncDecl); is && fn.Name.Name == "expr" && fn.Recv != nil && fn.Type.Params.NumFields() == 0 {
				if recv, plain := fn.Recv.List[0].Type.(*ast.Ident); plain {
					names = append(names, recv.Name)
				}
			}
		}
	}
	return names
}

// filler puts a column of its own into every place of a value that can hold one, by
// reflection: a field added to any type is filled without anybody remembering it.
type filler struct {
	t       *testing.T
	of      *Select
	columns []*meta.Column
}

func (f *filler) column() *meta.Column {
	c := &meta.Column{LogicalName: fmt.Sprintf("filled%02d", len(f.columns)), Kind: meta.String}
	f.columns = append(f.columns, c)
	return c
}

func (f *filler) leaf() Expr { return IsNull{Col: Col{Of: f.of, C: f.column()}} }

// sub is a Select with a column in its condition.
func (f *filler) sub() *Select {
	s := &Select{Table: f.of.Table}
	s.Where = IsNull{Col: Col{Of: s, C: f.column()}}
	return s
}

func (f *filler) fill(v reflect.Value) {
	for i := range v.NumField() {
		field := v.Field(i)
		switch field.Interface().(type) {
		case Col:
			field.Set(reflect.ValueOf(Col{Of: f.of, C: f.column()}))
		case *Col:
			field.Set(reflect.ValueOf(&Col{Of: f.of, C: f.column()}))
		case *Select:
			field.Set(reflect.ValueOf(f.sub()))
		case []Expr:
			field.Set(reflect.ValueOf([]Expr{f.leaf(), f.leaf()}))
		case []Output:
			field.Set(reflect.ValueOf([]Output{{Col: Col{Of: f.of, C: f.column()}}}))
		case []Order:
			field.Set(reflect.ValueOf([]Order{{Col: Col{Of: f.of, C: f.column()}}}))
		case []*Expand:
			nav := meta.Navigation{Name: "nav", From: f.column(), To: f.column()}
			field.Set(reflect.ValueOf([]*Expand{{Nav: nav, Select: f.sub()}}))
		case []*Link:
			field.Set(reflect.ValueOf([]*Link{{Select: f.sub(), On: f.leaf()}}))
		case Function, Part:
		case *meta.Table, []Value, Value, Operator, MatchKind, meta.Navigation, string, bool, int, int64:
		default:
			if field.Type() != reflect.TypeFor[Expr]() {
				f.t.Fatalf("%s.%s: the tests do not know whether a %s holds columns", v.Type(), v.Type().Field(i).Name, field.Type())
			}
			field.Set(reflect.ValueOf(f.leaf()))
		}
	}
}

// checkSeen fails unless Columns, Clone and Print all met every column filled in.
func (f *filler) checkSeen(s *Select) {
	f.t.Helper()
	if len(f.columns) == 0 {
		return
	}
	text, seen, copied := Print(s), map[*meta.Column]bool{}, map[*meta.Column]bool{}
	for c := range Columns(s) {
		seen[c.C] = true
	}
	clone := Clone(s)
	for c := range Columns(clone) {
		copied[c.C] = true
		if c.Of == s {
			f.t.Errorf("Clone left %s in the original", c.C.LogicalName)
		}
	}
	for _, c := range f.columns {
		if !seen[c] {
			f.t.Errorf("Columns misses %s", c.LogicalName)
		}
		if !copied[c] {
			f.t.Errorf("Clone loses %s", c.LogicalName)
		}
		if !strings.Contains(text, c.LogicalName) {
			f.t.Errorf("Print misses %s: %s", c.LogicalName, text)
		}
	}
	if Print(clone) != text {
		f.t.Errorf("the clone prints %s, not %s", Print(clone), text)
	}
}

func TestEveryNodeIsVisited(t *testing.T) {
	table := model(t).Table("account")
	for name, node := range nodes() {
		t.Run(name, func(t *testing.T) {
			s := &Select{Table: table}
			f := &filler{t: t, of: s}
			v := reflect.New(reflect.TypeOf(node)).Elem()
			f.fill(v)
			s.Where = v.Interface().(Expr)
			if c, is := s.Where.(Compare); is {
				c.Op = Equal
				s.Where = c
			}
			if m, is := s.Where.(Match); is {
				m.Kind = Like
				s.Where = m
			}
			f.checkSeen(s)
			met := 0
			Walk(s.Where, func(e Expr) bool {
				met++
				return true
			})
			if met == 0 {
				t.Error("Walk does not visit the node")
			}
		})
	}
}

func TestEveryPartOfASelectIsVisited(t *testing.T) {
	s := &Select{Table: model(t).Table("account")}
	f := &filler{t: t, of: s}
	f.fill(reflect.ValueOf(s).Elem())
	f.checkSeen(s)
}

// stranger is a node that the room does not know.
type stranger struct{}

func (stranger) expr() {}

func TestUnknownNodesPanic(t *testing.T) {
	s := &Select{Table: model(t).Table("account"), Where: Not{Member: stranger{}}}
	for name, do := range map[string]func(){
		"Walk":    func() { Walk(s.Where, func(Expr) bool { return true }) },
		"Columns": func() { Columns(s)(func(Col) bool { return true }) },
		"Clone":   func() { Clone(s) },
		"Print":   func() { Print(s) },
		"pointer": func() { Walk(&Const{}, func(Expr) bool { return true }) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s takes an unknown node", name)
				}
			}()
			do()
		}()
	}
}
