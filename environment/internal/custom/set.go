package custom

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Set is everything that makers added or changed. A component that the catalogue has
// too replaces what may be changed of it.
type Set struct {
	tables        map[string]Table        // by logical name
	columns       map[string]Column       // by "table.column"
	relationships map[string]Relationship // by schema name in lower case
	keys          map[string]Key          // by "table.key"
	optionSets    map[string]OptionSet    // by name in lower case
	last          int64                   // the greatest Order given
}

// Table is a table that a maker made, or what was changed of one of the catalogue. Order
// is when a component was added, which decides where it stands.
type Table struct {
	Order               int64
	SchemaName, SetName string
	TypeCode            int64
	UserOwned           bool
	Primary             string // schema name of the primary name column
	Labels              meta.Labels
	Notes, Activities   bool
	Tracked             bool  `json:",omitempty"` // changes of its rows can be followed
	AccessTeams         bool  `json:",omitempty"` // teams are made for its rows
	Audit               *bool `json:",omitempty"` // IsAuditEnabled; nil is what the catalogue says, or no
}

// Column is a column that a maker added, or changed. Kind is a word of kinds.
type Column struct {
	Order             int64
	Table, SchemaName string
	Kind              string
	Labels            meta.Labels
	Required          meta.RequiredLevel

	MaxLength        int               `json:",omitempty"`
	Min, Max         float64           `json:",omitempty"`
	Precision        int               `json:",omitempty"`
	PrecisionSource  int               `json:",omitempty"`
	Format           string            `json:",omitempty"`
	AutoNumber       string            `json:",omitempty"`
	Date             meta.DateBehavior `json:",omitempty"`
	DateOnly         bool              `json:",omitempty"`
	Secured          bool              `json:",omitempty"`
	Unaudited        bool              `json:",omitempty"` // IsAuditEnabled is off
	Options          []meta.Option     `json:",omitempty"`
	OptionSet        string            `json:",omitempty"` // the shared choice that Options come from
	DefaultOption    int64             `json:",omitempty"`
	HasDefaultOption bool              `json:",omitempty"`
	MaxKB            int               `json:",omitempty"` // File, Image
	FullImage        bool              `json:",omitempty"` // Image
	PrimaryImage     bool              `json:",omitempty"` // Image
}

// LogicalName is the column's name in lower case.
func (c Column) LogicalName() string { return strings.ToLower(c.SchemaName) }

// Relationship is a one-to-many relationship through a lookup column, or, when Intersect
// is set, a many-to-many one.
type Relationship struct {
	Order                           int64
	SchemaName                      string
	Referenced, Referencing, Lookup string
	ReferencedNavigation            string `json:",omitempty"`
	Cascades

	Intersect                string `json:",omitempty"` // schema name of the intersect table
	TypeCode                 int64  `json:",omitempty"` // the intersect table's
	Navigation1, Navigation2 string `json:",omitempty"`
}

// Key is an alternate key.
type Key struct {
	Order             int64
	Table, SchemaName string
	Columns           []string
	Labels            meta.Labels
	Status            meta.KeyStatus
}

// OptionSet is a choice that columns can share.
type OptionSet struct {
	Order   int64
	Name    string
	Labels  meta.Labels
	Options []meta.Option
}

// Component is one member of a Set as it is kept.
type Component struct{ Kind, Name, Definition string }

// The kinds of components.
const (
	tableKind        = "table"
	columnKind       = "column"
	relationshipKind = "relationship"
	keyKind          = "key"
	optionSetKind    = "optionset"
)

// NewSet returns a set without members.
func NewSet() *Set {
	return &Set{
		tables: map[string]Table{}, columns: map[string]Column{}, relationships: map[string]Relationship{},
		keys: map[string]Key{}, optionSets: map[string]OptionSet{},
	}
}

// Load reads a kept set. An error names the component.
func Load(components []Component) (*Set, error) {
	s := NewSet()
	for _, c := range components {
		if err := s.load(c); err != nil {
			return nil, fmt.Errorf("definition of %s %s: %w", c.Kind, c.Name, err)
		}
	}
	return s, nil
}

func (s *Set) load(c Component) error {
	switch c.Kind {
	case tableKind:
		return read(s, s.tables, c, func(t Table) int64 { return t.Order })
	case columnKind:
		return read(s, s.columns, c, func(t Column) int64 { return t.Order })
	case relationshipKind:
		return read(s, s.relationships, c, func(t Relationship) int64 { return t.Order })
	case keyKind:
		return read(s, s.keys, c, func(t Key) int64 { return t.Order })
	case optionSetKind:
		return read(s, s.optionSets, c, func(t OptionSet) int64 { return t.Order })
	}
	return fmt.Errorf("unknown kind")
}

func read[T any](s *Set, into map[string]T, c Component, order func(T) int64) error {
	var one T
	if err := json.Unmarshal([]byte(c.Definition), &one); err != nil {
		return err
	}
	into[c.Name] = one
	s.last = max(s.last, order(one))
	return nil
}

// Components gives the set as it is kept, by kind and name.
func (s *Set) Components() []Component {
	var all []Component
	all = list(all, tableKind, s.tables)
	all = list(all, columnKind, s.columns)
	all = list(all, relationshipKind, s.relationships)
	all = list(all, keyKind, s.keys)
	return list(all, optionSetKind, s.optionSets)
}

func list[T any](to []Component, kind string, from map[string]T) []Component {
	for _, name := range slices.Sorted(maps.Keys(from)) {
		text, err := json.Marshal(from[name])
		if err != nil { // plain data: it cannot fail but by a mistake in the program
			panic(err)
		}
		to = append(to, Component{kind, name, string(text)})
	}
	return to
}

// clone copies the maps; what they hold is replaced, never changed.
func (s *Set) clone() *Set {
	return &Set{
		tables: maps.Clone(s.tables), columns: maps.Clone(s.columns), relationships: maps.Clone(s.relationships),
		keys: maps.Clone(s.keys), optionSets: maps.Clone(s.optionSets), last: s.last,
	}
}

// next gives the Order of a new component.
func (s *Set) next() int64 {
	s.last++
	return s.last
}

// ordered gives the members of a map in the order in which they were added.
func ordered[T any](from map[string]T, order func(T) int64) []T {
	return slices.SortedFunc(maps.Values(from), func(a, b T) int { return int(order(a) - order(b)) })
}

// Difference gives the components of after that before lacks or has otherwise, and the
// ones that before alone has.
func Difference(before, after []Component) (keep, drop []Component) {
	had := map[Component]bool{}
	for _, c := range before {
		had[c] = true
	}
	names := map[[2]string]bool{}
	for _, c := range after {
		names[[2]string{c.Kind, c.Name}] = true
		if !had[c] {
			keep = append(keep, c)
		}
	}
	for _, c := range before {
		if !names[[2]string{c.Kind, c.Name}] {
			drop = append(drop, c)
		}
	}
	return keep, drop
}
