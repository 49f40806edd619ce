package edm

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// form says what a declared type is.
type form uint8

const (
	primitiveForm form = iota + 1
	enumForm
	complexForm
	entityForm
)

// kind is a declared type of schema.txt or of the messages' declaration.
type kind struct {
	name      string
	form      form
	base      *kind
	abstract  bool
	key       string // the property that a key in parentheses is, on the type that declares it
	alternate string // a second property that finds a row: LogicalName='account'
	members   []member

	own        []*property
	inherited  int         // where inherited properties stand among own ones when written
	properties []*property // all of them in the order in which they are written
	navs       []*nav
}

// member is one name of an enumeration.
type member struct {
	name  string
	value int
}

// typeRef is a type as a property uses it.
type typeRef struct {
	kind       *kind
	collection bool
}

type property struct {
	name     string
	of       typeRef
	required bool
	fallback any // what a record holds when the model says nothing
}

type nav struct {
	name string
	of   typeRef
}

// operation is a function or action, called without a row or on a row of a table.
type operation struct {
	name       string
	function   bool
	bound      string // the table's logical name; "" without a row
	all        bool   // called on all rows of the table and not on one
	parameters []*property
	returns    typeRef // no kind: nothing
}

// bulk is an action that the set of each table has which may do right: it takes Targets,
// rows of the table.
type bulk struct {
	name, right string
	returns     typeRef // no kind: nothing
}

// entitySet is a set of rows of metadata.
type entitySet struct {
	name string
	of   *kind
}

// schema is everything declared, in order.
type schema struct {
	kinds      []*kind
	byName     map[string]*kind
	sets       []entitySet
	operations []operation
	bulks      []bulk
}

var primitives = []string{"String", "Int32", "Int64", "Boolean", "Guid", "DateTimeOffset", "Double", "Decimal", "Binary"}

// readSchema reads declarations one after the other; a later text may use the types of
// an earlier one.
func readSchema(texts ...string) (*schema, error) {
	s := &schema{byName: map[string]*kind{}}
	for _, name := range primitives {
		s.byName[name] = &kind{name: name, form: primitiveForm}
	}
	for _, text := range texts {
		var current *kind
		for i, line := range strings.Split(text, "\n") {
			if line = strings.TrimRight(line, " \r"); line == "" || line[0] == '#' {
				continue
			}
			var err error
			if current, err = s.line(current, line); err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
		}
	}
	return s, nil
}

// line takes one line and gives the type to which indented lines belong.
func (s *schema) line(current *kind, line string) (*kind, error) {
	words := strings.Fields(line)
	if line[0] == ' ' {
		if current == nil {
			return nil, errors.New("a property of no type")
		}
		return current, s.property(current, words)
	}
	if len(words) < 2 {
		return nil, fmt.Errorf("%q says nothing", line)
	}
	switch words[0] {
	case "twins":
		return nil, s.twins(words[1])
	case "enum":
		return nil, s.enum(words[1], words[2:])
	case "complex":
		return s.declare(complexForm, words[1], words[2:])
	case "entity":
		return s.declare(entityForm, words[1], words[2:])
	case "set":
		of := s.byName[words[len(words)-1]]
		if of == nil || of.form != entityForm {
			return nil, fmt.Errorf("set %s of an unknown type", words[1])
		}
		s.sets = append(s.sets, entitySet{words[1], of})
		return nil, nil
	case "function", "action":
		return nil, s.operation(words[0] == "function", words[1:])
	case "each":
		return nil, s.bulk(words[1:])
	}
	return nil, fmt.Errorf("unknown word %q", words[0])
}

func (s *schema) add(k *kind) error {
	if s.byName[k.name] != nil {
		return fmt.Errorf("%s is declared twice", k.name)
	}
	s.byName[k.name] = k
	s.kinds = append(s.kinds, k)
	return nil
}

// enum reads "Name Member Member=4 …"; values go up by one from the last.
func (s *schema) enum(name string, words []string) error {
	k := &kind{name: name, form: enumForm}
	next := 0
	for _, word := range words {
		label, number, given := strings.Cut(word, "=")
		if given {
			n, err := strconv.Atoi(number)
			if err != nil {
				return fmt.Errorf("enum %s: %q is no number", name, number)
			}
			next = n
		}
		k.members = append(k.members, member{label, next})
		next++
	}
	return s.add(k)
}

// declare reads "Name [: Base] [abstract] [key P] [alternate P]".
func (s *schema) declare(f form, name string, words []string) (*kind, error) {
	k := &kind{name: name, form: f}
	for len(words) > 0 {
		switch words[0] {
		case "abstract":
			k.abstract = true
			words = words[1:]
			continue
		}
		if len(words) < 2 {
			return nil, fmt.Errorf("%s: %q lacks a word", name, words[0])
		}
		switch words[0] {
		case ":":
			if k.base = s.byName[words[1]]; k.base == nil {
				return nil, fmt.Errorf("%s: unknown base %s", name, words[1])
			}
		case "key":
			k.key = words[1]
		case "alternate":
			k.alternate = words[1]
		default:
			return nil, fmt.Errorf("%s: unknown word %q", name, words[0])
		}
		words = words[2:]
	}
	return k, s.add(k)
}

// property reads "Name Type[!] [fallback]", "nav Name Type" or "...".
func (s *schema) property(k *kind, words []string) error {
	if words[0] == "..." {
		k.inherited = len(k.own)
		return nil
	}
	if words[0] == "nav" && len(words) == 3 {
		// The target of a navigation may be declared later.
		k.navs = append(k.navs, &nav{name: words[1], of: s.later(words[2])})
		return nil
	}
	p, err := s.readProperty(words)
	if err != nil {
		return fmt.Errorf("%s: %w", k.name, err)
	}
	k.own = append(k.own, p)
	return nil
}

func (s *schema) readProperty(words []string) (*property, error) {
	if len(words) < 2 {
		return nil, fmt.Errorf("property %s has no type", words[0])
	}
	p := &property{name: words[0]}
	text, required := strings.CutSuffix(words[1], "!")
	p.required = required
	p.of = s.later(text)
	return p, p.setFallback(s, words[2:])
}

// typeNamed finds a type; rows of tables, which the model has, are written with an @.
func (s *schema) typeNamed(name string) *kind {
	if row, ok := strings.CutPrefix(name, "@"); ok {
		return &kind{name: row, form: entityForm}
	}
	return s.byName[name]
}

// setFallback reads a JSON literal, or "true canmodifyx" for a managed property.
func (p *property) setFallback(s *schema, words []string) error {
	switch {
	case p.of.collection:
		p.fallback = []any{}
	case p.of.kind.name == "Label":
		p.fallback = &record{kind: p.of.kind}
	case len(words) == 0:
	case p.of.kind.name == "BooleanManagedProperty" && len(words) == 2:
		p.fallback = s.managed(words[0] == "true", words[1])
	case len(words) == 1:
		if err := json.Unmarshal([]byte(words[0]), &p.fallback); err != nil {
			return fmt.Errorf("property %s: %w", p.name, err)
		}
		if n, ok := p.fallback.(float64); ok {
			p.fallback = int64(n)
		}
	default:
		return fmt.Errorf("property %s: too many words", p.name)
	}
	return nil
}

// later finds a type, or makes a place for it that resolve fills.
func (s *schema) later(text string) typeRef {
	inner, collection := strings.CutPrefix(text, "Collection(")
	name := strings.TrimSuffix(inner, ")")
	if k := s.typeNamed(name); k != nil {
		return typeRef{k, collection}
	}
	return typeRef{&kind{name: name}, collection}
}

// resolve replaces the places that later made, and hands down what is inherited.
func (s *schema) resolve() error {
	for _, k := range s.kinds {
		k.inherit()
		for _, n := range k.navs {
			if !s.find(&n.of) {
				return fmt.Errorf("navigation %s.%s: unknown type %s", k.name, n.name, n.of.kind.name)
			}
		}
		for _, p := range k.own {
			if !s.find(&p.of) {
				return fmt.Errorf("property %s.%s: unknown type %s", k.name, p.name, p.of.kind.name)
			}
		}
	}
	for _, o := range s.operations {
		for _, p := range o.parameters {
			if !s.find(&p.of) {
				return fmt.Errorf("parameter %s of %s: unknown type %s", p.name, o.name, p.of.kind.name)
			}
		}
	}
	return nil
}

// find replaces a place by the type that was declared after it; a type stays as it is.
func (s *schema) find(of *typeRef) bool {
	if of.kind.form == 0 {
		if k := s.byName[of.kind.name]; k != nil {
			of.kind = k
		}
	}
	return of.kind.form != 0
}

// operation reads "[table.]Name [Parameter:Type …] [-> Response]"; what is called on all
// rows of a table has Collection(table) before the point. The type of rows of a table is
// "@table", that of any row "@crmbaseentity".
func (s *schema) operation(function bool, words []string) error {
	o := operation{name: words[0], function: function}
	if table, name, bound := strings.Cut(words[0], "."); bound {
		o.bound, o.name = table, name
		if inner, all := strings.CutPrefix(table, "Collection("); all {
			o.bound, o.all = strings.TrimSuffix(inner, ")"), true
		}
	}
	for i, word := range words[1:] {
		if word == "->" {
			if i+3 == len(words) {
				inner, collection := strings.CutPrefix(words[i+2], "Collection(")
				o.returns = typeRef{s.typeNamed(strings.TrimSuffix(inner, ")")), collection}
			}
			if o.returns.kind == nil {
				return fmt.Errorf("%s answers with an unknown type", o.name)
			}
			break
		}
		name, kind, _ := strings.Cut(word, ":")
		p, err := s.readProperty([]string{name, kind})
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		o.parameters = append(o.parameters, p)
	}
	s.operations = append(s.operations, o)
	return nil
}

// bulk reads "right Name [-> Response]", the right being create or update.
func (s *schema) bulk(words []string) error {
	if len(words) < 2 || words[0] != "create" && words[0] != "update" {
		return errors.New("want: each create|update Name [-> Response]")
	}
	b := bulk{name: words[1], right: words[0]}
	if len(words) > 2 {
		if b.returns.kind = s.byName[words[len(words)-1]]; b.returns.kind == nil || words[2] != "->" {
			return fmt.Errorf("%s answers with an unknown type", b.name)
		}
	}
	s.bulks = append(s.bulks, b)
	return nil
}
