package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// PathKind says what a path names.
type PathKind uint8

// The kinds of paths. In a Message path Table and Key are set when the message is
// bound. An identifier that is no set is a Message: engine knows which names exist
// and answers SegmentNotFound for the others.
const (
	ServicePath    PathKind = iota // the service document
	MetadataPath                   // $metadata
	BatchPath                      // $batch
	SetPath                        // accounts
	RowPath                        // accounts(key)
	PropertyPath                   // accounts(key)/name, accounts(key)/primarycontactid/fullname
	NavigationPath                 // accounts(key)/primarycontactid, accounts(key)/Account_Tasks(key)
	MessagePath                    // WhoAmI(), accounts(key)/Microsoft.Dynamics.CRM.X(…)
)

// Suffix is a system segment at the end of a path.
type Suffix uint8

// The suffixes.
const (
	NoSuffix    Suffix = iota
	CountSuffix        // /$count
	RefSuffix          // /$ref
	ValueSuffix        // /$value
)

// Path is the part of a URL after /api/data/vX.Y/, typed.
type Path struct {
	Kind   PathKind
	Table  *meta.Table // of the set that the path starts with
	Key    *op.Key
	Column *meta.Column
	Nav    meta.Navigation
	NavKey *op.Key // of the row in a collection-valued navigation
	Suffix Suffix

	Message   string // without namespace
	Arguments []Argument
}

// Argument is one inline parameter of a function, its value as spelled: a literal,
// or an alias such as @p1.
type Argument struct{ Name, Value string }

func undeclaredKey(t *meta.Table) error {
	return invalid("The key in the request URI is not valid for resource 'Microsoft.Dynamics.CRM.%[1]s'. Ensure that the names and number of key properties match the declared or alternate key properties for the resource 'Microsoft.Dynamics.CRM.%[1]s'.", t.LogicalName)
}

func segmentNotFound(name string) error { return dverr.SegmentNotFound.With(name) }

// segment is one path segment: a name and what stands in parentheses behind it.
type segment struct {
	name    string
	inner   string
	bracket bool
}

// ReadPath reads the still percent-encoded path after the version, without a leading
// slash. Names are case-sensitive. What the path asks for need not be built: webapi
// decides.
func (r Request) ReadPath(rawPath string) (Path, error) {
	var room [4]segment // of nearly all paths
	segments, err := splitPath(room[:0], rawPath)
	if err != nil || len(segments) == 0 {
		return Path{}, err
	}
	first := segments[0]
	switch first.name {
	case "$metadata", "$batch":
		return systemPath(first.name, segments[1:])
	}
	if r.Content != nil && strings.HasPrefix(first.name, "$") {
		key, err := r.content(first.name)
		if err != nil {
			return Path{}, err
		}
		return Path{Kind: RowPath, Table: key.Table, Key: &key}.follow(segments[1:])
	}
	t := r.Model.Set(first.name)
	if t == nil {
		return messagePath(Path{}, first, segments[1:])
	}
	p := Path{Kind: SetPath, Table: t}
	if first.bracket && strings.TrimSpace(first.inner) != "" {
		if p.Key, err = readKey(t, first.inner); err != nil {
			return Path{}, err
		}
		p.Kind = RowPath
	}
	return p.follow(segments[1:])
}

func systemPath(name string, rest []segment) (Path, error) {
	if len(rest) > 0 {
		return Path{}, mustBeLast(name)
	}
	if name == "$batch" {
		return Path{Kind: BatchPath}, nil
	}
	return Path{Kind: MetadataPath}, nil
}

func mustBeLast(name string) error {
	return invalid("The request URI is not valid. The segment '%s' must be the last segment in the URI because it is one of the following: $ref, $batch, $count, $value, $metadata, a named media resource, an action, a noncomposable function, an action import, a noncomposable function import, an operation with void return type, or an operation import with void return type.", name)
}

// follow reads the segments after a set, a row or a navigation.
func (p Path) follow(rest []segment) (Path, error) {
	if len(rest) == 0 {
		return p, nil
	}
	s, rest := rest[0], rest[1:]
	if strings.HasPrefix(s.name, "Microsoft.Dynamics.CRM.") && (p.Kind == SetPath || p.Kind == RowPath) {
		return messagePath(p, s, rest)
	}
	if strings.HasPrefix(s.name, "$") {
		return p.suffixed(s, rest)
	}
	switch p.Kind {
	case RowPath:
		return p.member(s, rest)
	case SetPath:
		return Path{}, invalid("The request URI is not valid. Since the segment '%s' refers to a collection, this must be the last segment in the request URI or it must be followed by an function or action that can be bound to it otherwise all intermediate segments must refer to a single resource.", p.Table.SetName)
	case NavigationPath:
		return p.through(s, rest)
	}
	return Path{}, segmentNotFound(s.name)
}

func (p Path) suffixed(s segment, rest []segment) (Path, error) {
	collection := p.Kind == SetPath || p.Kind == NavigationPath && !p.Nav.Single && p.NavKey == nil
	switch {
	case s.bracket:
		return Path{}, segmentNotFound(s.name)
	case s.name == "$count" && collection:
		p.Suffix = CountSuffix
	case s.name == "$ref" && (p.Kind == NavigationPath || p.Kind == RowPath):
		p.Suffix = RefSuffix
	case s.name == "$value" && p.Kind == PropertyPath:
		p.Suffix = ValueSuffix
	default:
		return Path{}, segmentNotFound(s.name)
	}
	if len(rest) > 0 {
		return Path{}, mustBeLast(s.name)
	}
	return p, nil
}

// member reads a property or navigation property of a row.
func (p Path) member(s segment, rest []segment) (Path, error) {
	if c := p.Table.Property(s.name); c != nil && !s.bracket {
		p.Kind, p.Column = PropertyPath, c
		return p.follow(rest)
	}
	nav, ok := p.Table.Navigation(s.name)
	if !ok {
		return Path{}, segmentNotFound(s.name)
	}
	p.Kind, p.Nav = NavigationPath, nav
	if s.bracket {
		if nav.Single || nav.Target == nil {
			return Path{}, invalid("The request URI is not valid. The segment '%s' cannot include key predicates, however it may end with empty parenthesis.", s.name)
		}
		var err error
		if p.NavKey, err = readKey(nav.Target, s.inner); err != nil {
			return Path{}, err
		}
	}
	return p.follow(rest)
}

// through reads what follows a navigation property: a property of the row that it
// leads to.
func (p Path) through(s segment, rest []segment) (Path, error) {
	if !p.Nav.Single || p.Nav.Target == nil {
		return Path{}, notBuilt("A path through the collection '" + p.Nav.Name + "'")
	}
	if c := p.Nav.Target.Property(s.name); c != nil && !s.bracket {
		p.Kind, p.Column = PropertyPath, c
		return p.follow(rest)
	}
	if _, ok := p.Nav.Target.Navigation(s.name); ok {
		return Path{}, notBuilt("A path of more than one navigation property")
	}
	return Path{}, segmentNotFound(s.name)
}

// Link is what a NavigationPath, or a PropertyPath through one, leads along.
func (p Path) Link() *op.Link { return &op.Link{Key: *p.Key, Nav: p.Nav} }

// messagePath reads a function or action call.
func messagePath(p Path, s segment, rest []segment) (Path, error) {
	if isDefinitionSet(s.name) {
		return Path{}, notBuilt("The resource '" + s.name + "'")
	}
	if len(rest) > 0 || !isIdentifier(s.name) {
		return Path{}, segmentNotFound(s.name)
	}
	p.Kind = MessagePath
	p.Message = strings.TrimPrefix(s.name, "Microsoft.Dynamics.CRM.")
	var ok bool
	if p.Arguments, ok = readArguments(s.inner); !ok {
		return Path{}, segmentNotFound(s.name)
	}
	return p, nil
}

func isIdentifier(name string) bool {
	return name != "" && !strings.HasPrefix(name, "$") && nameEnd(name, 0) == len(name)
}

// isDefinitionSet names the sets of table definitions (Dataverse facts 5.20).
func isDefinitionSet(name string) bool {
	switch name {
	case "EntityDefinitions", "RelationshipDefinitions", "GlobalOptionSetDefinitions", "ManagedPropertyDefinitions":
		return true
	}
	return false
}

func readArguments(inner string) ([]Argument, bool) {
	if strings.TrimSpace(inner) == "" {
		return nil, true
	}
	var all []Argument
	for _, part := range splitKey(inner) {
		name, value, found := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); !found || !isIdentifier(name) {
			return nil, false
		}
		all = append(all, Argument{name, strings.TrimSpace(value)})
	}
	return all, true
}
