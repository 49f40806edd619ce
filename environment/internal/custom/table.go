package custom

import (
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// CreateTable makes a table with its primary name column and perhaps others.
type CreateTable struct {
	SchemaName, SetName string // SetName "" for the plural of the logical name
	Ownership           meta.Ownership
	Activity            bool
	Labels              meta.Labels
	Notes, Activities   bool
	Tracked             bool // changes of its rows can be followed
	Audit               *bool
	AccessTeams         bool // teams can be made for its rows
	Columns             []NewColumn
}

// Needs names prvCreateEntity, and prvCreateAttribute for what the table begins with.
func (CreateTable) Needs() []string { return []string{"prvCreateEntity", "prvCreateAttribute"} }

func (c CreateTable) apply(e *edit) error {
	if err := c.judge(e); err != nil {
		return err
	}
	primary, err := c.primary()
	if err != nil {
		return err
	}
	name := strings.ToLower(c.SchemaName)
	set := c.SetName
	if set == "" {
		set = Plural(name)
	}
	e.set.tables[name] = Table{
		Order: e.set.next(), SchemaName: c.SchemaName, SetName: set, TypeCode: e.typeCode(), UserOwned: c.Ownership == meta.UserOwned,
		Primary: primary, Labels: c.Labels, Notes: c.Notes, Activities: c.Activities, Tracked: c.Tracked, AccessTeams: c.AccessTeams, Audit: c.Audit,
	}
	taken := map[string]bool{name + "id": true}
	for _, x := range c.Columns {
		x.Column.Table = name
		if err := x.judge(e); err != nil {
			return err
		}
		if taken[x.Column.LogicalName()] {
			return dverr.AttributeNameExists.With()
		}
		taken[x.Column.LogicalName()] = true
		x.Column.Order = e.set.next()
		e.keep(x.Column)
	}
	return nil
}

// judge refuses what cannot be a table.
func (c CreateTable) judge(e *edit) error {
	if err := e.name(c.SchemaName); err != nil {
		return err
	}
	name := strings.ToLower(c.SchemaName)
	switch {
	case e.Model.Table(name) != nil:
		return dverr.EntityNameExists.With()
	case c.Activity:
		return dverr.NotImplemented.Text("Activity tables are not yet implemented.")
	case c.Ownership != meta.UserOwned && c.Ownership != meta.OrganizationOwned:
		return dverr.InvalidOwnershipMask.With()
	case len(c.Labels.Name) == 0 || len(c.Labels.Plural) == 0:
		return dverr.InvalidDisplayName.With()
	case len(c.Columns) == 0:
		return dverr.NoAttributesForEntity.With()
	case c.SetName != "" && (!e.prefixed(c.SetName) || !wellFormed.MatchString(c.SetName)):
		return dverr.EntitySetNamePrefix.With(c.SetName)
	}
	if set := c.SetName; set != "" && e.Model.Set(set) != nil || set == "" && e.Model.Set(Plural(name)) != nil {
		return dverr.EntitySetNameExists.With(orElse(set, Plural(name)))
	}
	return nil
}

func orElse(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

// primary finds the one column that is to name rows.
func (c CreateTable) primary() (string, error) {
	found := ""
	for _, x := range c.Columns {
		switch {
		case !x.Primary:
		case x.Column.Kind != kinds[meta.String]:
			return "", dverr.InvalidPrimaryFieldType.With()
		case found != "":
			return "", dverr.DuplicatePrimaryName.With(x.Column.LogicalName(), strings.ToLower(c.SchemaName), strings.ToLower(c.SchemaName), strings.ToLower(found))
		default:
			found = x.Column.SchemaName
		}
	}
	if found == "" {
		return "", dverr.RequiredMissing.Text("The entity %s needs an attribute whose IsPrimaryName is true.", c.SchemaName)
	}
	return found, nil
}

// Plural gives the entity set name of a table (Dataverse facts 5.4).
func Plural(name string) string {
	ends := func(endings ...string) bool {
		return slices.ContainsFunc(endings, func(s string) bool { return strings.HasSuffix(name, s) })
	}
	switch {
	case ends("s", "x", "z", "ch", "sh"):
		return name + "es"
	case ends("y") && !ends("ay", "ey", "iy", "oy", "uy"):
		return strings.TrimSuffix(name, "y") + "ies"
	}
	return name + "s"
}

// UpdateTable replaces what may be changed of a table's definition. Notes, Activities,
// Tracked and AccessTeams can be turned on and never off.
type UpdateTable struct {
	Name              string
	Labels            meta.Labels
	Notes, Activities bool
	Tracked           bool
	AccessTeams       bool
	Audit             *bool // nil leaves it as it is
	Merge             bool  // keep the texts in languages that are not given
}

// Needs names prvWriteEntity.
func (UpdateTable) Needs() []string { return []string{"prvWriteEntity"} }

func (c UpdateTable) apply(e *edit) error {
	t, err := e.table(c.Name)
	if err != nil {
		return err
	}
	if c.Tracked && t.Column("versionnumber") == nil {
		return dverr.EntityNotCustomizable.With()
	}
	if c.AccessTeams && !t.AccessTeams {
		if err := e.teamed(t.Ownership); err != nil {
			return err
		}
	}
	kept, ok := e.set.tables[c.Name]
	if !ok {
		kept = Table{Order: e.set.next(), SchemaName: t.SchemaName, SetName: t.SetName, Labels: labelsOf(t.Labels, t.DisplayName, t.DisplayCollectionName)}
	}
	kept.Labels = mergeLabels(kept.Labels, c.Labels, c.Merge)
	kept.Notes, kept.Activities = kept.Notes || c.Notes, kept.Activities || c.Activities
	kept.Tracked, kept.AccessTeams = kept.Tracked || c.Tracked, kept.AccessTeams || c.AccessTeams
	if c.Audit != nil && t.Auditable() {
		kept.Audit = c.Audit
	}
	e.set.tables[c.Name] = kept
	return nil
}

// mostTeamed is for how many tables teams can be made for single rows (Microsoft Learn,
// "Use access teams and owner teams to collaborate and share information").
const mostTeamed = 5

// teamed refuses another table whose rows have teams. Rows that nobody owns are not shared.
func (e *edit) teamed(o meta.Ownership) error {
	if o != meta.UserOwned {
		return dverr.EntityNotCustomizable.With().Helping("only rows that users and teams own can have teams of their own")
	}
	n := 0
	for _, x := range e.set.tables {
		if x.AccessTeams {
			n++
		}
	}
	if n >= mostTeamed {
		return dverr.TooManyTeamedTables.With()
	}
	return nil
}

// DeleteTable removes a table with its rows.
type DeleteTable struct{ Name string }

// Needs names prvDeleteEntity.
func (DeleteTable) Needs() []string { return []string{"prvDeleteEntity"} }

// apply takes out everything that belongs to the table; lookups of other tables to it
// stand in the way.
func (c DeleteTable) apply(e *edit) error {
	t, err := e.table(c.Name)
	if err != nil {
		return err
	}
	if !t.Custom {
		return dverr.EntityNotCustomizable.With()
	}
	others := 0
	for _, r := range e.set.relationships {
		if r.Intersect == "" && r.Referenced == c.Name && r.Referencing != c.Name {
			others++
		}
	}
	if others > 0 {
		return dverr.CannotDeleteReferenced.With("Entity", catalog.ID("table/"+c.Name), others)
	}
	delete(e.set.tables, c.Name)
	for name, x := range e.set.columns {
		if x.Table == c.Name {
			delete(e.set.columns, name)
		}
	}
	for name, k := range e.set.keys {
		if k.Table == c.Name {
			delete(e.set.keys, name)
		}
	}
	for name, r := range e.set.relationships {
		if r.Referencing == c.Name || r.Referenced == c.Name {
			delete(e.set.relationships, name)
		}
	}
	return nil
}
