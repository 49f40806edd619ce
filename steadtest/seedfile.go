package steadtest

import (
	"errors"
	"fmt"
	"os"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// place is where in a file something is written: "env.yaml:3:5", or empty in code.
type place string

// wrap tells where the cause of an error is written.
func (p place) wrap(err error) error {
	if err == nil || p == "" {
		return err
	}
	return fmt.Errorf("%s: %w", p, err)
}

// ReadSeed reads the seed in a file, YAML or JSON. Names that no field has are errors.
func ReadSeed(path string) (Seed, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Seed{}, err
	}
	return parseSeed(path, text)
}

// parseSeed reads a seed. Of some tags the library's reader panics: that too is a fault of the
// file.
func parseSeed(name string, text []byte) (s Seed, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("%s: cannot be read: %v", name, broken)
		}
	}()
	if err := yaml.UnmarshalWithOptions(text, &s, yaml.Strict()); err != nil {
		return Seed{}, explain(name, err)
	}
	s.locate(name)
	return s, s.check()
}

// explain makes an error of the reader one line that begins with the place.
func explain(name string, err error) error {
	var told yaml.Error
	if errors.As(err, &told) && told.GetToken() != nil {
		p := told.GetToken().Position
		return fmt.Errorf("%s:%d:%d: %s", name, p.Line, p.Column, told.GetMessage())
	}
	return fmt.Errorf("%s: %w", name, err)
}

// read reads a node into a value, by the rules of the whole file, and notes where it begins.
func read(node ast.Node, into any, at *place) error {
	if err := yaml.NodeToValue(node, into, yaml.Strict()); err != nil {
		return err
	}
	p := node.GetToken().Position
	if pairs, is := node.(*ast.MappingNode); is && len(pairs.Values) > 0 {
		p = pairs.Values[0].Key.GetToken().Position
	}
	*at = place(fmt.Sprintf("%d:%d", p.Line, p.Column))
	return nil
}

// UnmarshalYAML reads a unit.
func (u *SeedUnit) UnmarshalYAML(node ast.Node) error {
	type plain SeedUnit
	return read(node, (*plain)(u), &u.at)
}

// UnmarshalYAML reads a role.
func (r *SeedRole) UnmarshalYAML(node ast.Node) error {
	type plain SeedRole
	return read(node, (*plain)(r), &r.at)
}

// UnmarshalYAML reads an application.
func (a *SeedApp) UnmarshalYAML(node ast.Node) error {
	type plain SeedApp
	return read(node, (*plain)(a), &a.at)
}

// UnmarshalYAML reads a person.
func (p *SeedPerson) UnmarshalYAML(node ast.Node) error {
	type plain SeedPerson
	return read(node, (*plain)(p), &p.at)
}

// UnmarshalYAML reads a row.
func (r *SeedRow) UnmarshalYAML(node ast.Node) error {
	type plain SeedRow
	return read(node, (*plain)(r), &r.at)
}

// locate puts the name of the file before every place. An item that is null has no place
// but the file.
func (s *Seed) locate(name string) {
	for _, item := range s.items() {
		if *item.at == "" {
			*item.at = place(name)
		} else {
			*item.at = place(name) + ":" + *item.at
		}
	}
}

// item is what all parts of a seed have.
type item struct {
	at      *place
	missing string // the first name that is needed and not given
}

func (s *Seed) items() []item {
	var all []item
	for i := range s.Units {
		u := &s.Units[i]
		all = append(all, item{&u.at, needed("name", u.Name)})
	}
	for i := range s.Roles {
		r := &s.Roles[i]
		all = append(all, item{&r.at, needed("name", r.Name)})
	}
	for i := range s.Apps {
		a := &s.Apps[i]
		all = append(all, item{&a.at, needed("name", a.Name)})
	}
	for i := range s.People {
		p := &s.People[i]
		all = append(all, item{&p.at, needed("name", p.Name)})
	}
	for i := range s.Rows {
		r := &s.Rows[i]
		all = append(all, item{&r.at, needed("table", r.Table)})
	}
	return all
}

func needed(name, value string) string {
	if value == "" {
		return name
	}
	return ""
}

// check looks for what is missing everywhere.
func (s *Seed) check() error {
	for _, item := range s.items() {
		if item.missing != "" {
			return item.at.wrap(fmt.Errorf("%q is missing", item.missing))
		}
	}
	return nil
}
