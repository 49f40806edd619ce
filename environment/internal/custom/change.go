package custom

import (
	"regexp"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Change is one change of definitions.
type Change interface {
	// Needs names the privileges that the caller must hold.
	Needs() []string
	apply(e *edit) error
}

// Made is what came of a change besides the model.
type Made struct {
	Option    int64   // the value of an option that was added
	Component meta.ID // the row of the solution that names what was made
}

// Ground is what a change stands on: the model as it is, and the prefixes of the
// publishers, one of which every new name must have. OptionPrefix is the first value,
// divided by 10,000, of options that are added without one. Repeats tells whether rows
// repeat the values of a key's columns.
type Ground struct {
	Model        *meta.Model
	Prefixes     []string
	OptionPrefix int64
	Repeats      func(t *meta.Table, columns []*meta.Column) (bool, error)
}

// edit is a change on its way.
type edit struct {
	Ground
	set  *Set
	made Made
}

// Apply gives the set after a change. Errors are of the catalogue of refusals.
func Apply(s *Set, on Ground, c Change) (*Set, Made, error) {
	e := &edit{Ground: on, set: s.clone()}
	if err := c.apply(e); err != nil {
		return nil, Made{}, err
	}
	return e.set, e.made, nil
}

// The greatest lengths of names in characters; the service's own differ by component and
// are not documented. Names of tables and columns, with what is added to them, must be
// told apart by engines that keep 63 bytes.
const (
	maxName         = 50
	maxRelationship = 100
)

var wellFormed = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// name judges the schema name of a new component.
func (e *edit) name(name string) error { return e.nameWithin(name, maxName) }

func (e *edit) nameWithin(name string, most int) error {
	if name == "" {
		return dverr.RequiredMissing.With("SchemaName")
	}
	if len(name) > most || !wellFormed.MatchString(name) {
		return dverr.InvalidArgument.Text("The schema name %s is not valid: it may hold letters, digits and underscores, at most %d.", name, most)
	}
	if !e.prefixed(name) {
		return dverr.InvalidArgument.Text("The schema name %s must start with a valid customization prefix.", name).
			Helping("the publishers of this environment have the prefixes %s", strings.Join(e.Prefixes, ", "))
	}
	return nil
}

// prefixed reports a name that begins with a publisher's prefix.
func (e *edit) prefixed(name string) bool {
	prefix, rest, found := strings.Cut(strings.ToLower(name), "_")
	return found && rest != "" && slices.Contains(e.Prefixes, prefix)
}

// table finds a table of the model that may be changed.
func (e *edit) table(name string) (*meta.Table, error) {
	t := e.Model.Table(name)
	if t == nil {
		return nil, dverr.ObjectDoesNotExist.Text("Could not find an entity with name %s.", name)
	}
	if t.Intersect {
		return nil, dverr.EntityNotCustomizable.With()
	}
	return t, nil
}

// column finds a column of the model with what is kept of it, if anything is.
func (e *edit) column(table, name string) (*meta.Column, Column, error) {
	t, err := e.table(table)
	if err != nil {
		return nil, Column{}, err
	}
	c := t.Column(name)
	if c == nil || c.Hidden {
		return nil, Column{}, dverr.ObjectDoesNotExist.Text("Could not find an attribute with name %s on entity %s.", name, table)
	}
	kept, ok := e.set.columns[table+"."+name]
	if !ok {
		kept = ColumnOf(c)
		kept.Order = e.set.next()
	}
	return c, kept, nil
}

func (e *edit) keep(x Column) { e.set.columns[x.Table+"."+x.LogicalName()] = x }

// typeCode gives the object type code of a new table: 10,000 and up, none twice.
func (e *edit) typeCode() int64 {
	code := int64(9999)
	for _, t := range e.Model.Tables {
		code = max(code, t.TypeCode)
	}
	for _, t := range e.set.tables {
		code = max(code, t.TypeCode)
	}
	for _, r := range e.set.relationships {
		code = max(code, r.TypeCode)
	}
	return code + 1
}

// merge puts texts over others by language when merging, else in their place; nothing
// given changes nothing.
func merge(old, given []meta.Localized, merging bool) []meta.Localized {
	if len(given) == 0 {
		return old
	}
	if !merging {
		return given
	}
	all := slices.Clone(old)
	for _, g := range given {
		at := slices.IndexFunc(all, func(o meta.Localized) bool { return o.Language == g.Language })
		if at < 0 {
			all = append(all, g)
			continue
		}
		all[at] = g
	}
	return all
}

func mergeLabels(old, given meta.Labels, merging bool) meta.Labels {
	return meta.Labels{
		Name:        merge(old.Name, given.Name, merging),
		Plural:      merge(old.Plural, given.Plural, merging),
		Description: merge(old.Description, given.Description, merging),
	}
}
