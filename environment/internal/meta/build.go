package meta

import (
	"fmt"
	"slices"
	"strings"
)

// Definition is what Build makes a Model from. Columns name their targets, and
// relationships their tables and columns, by logical name; Build resolves them.
type Definition struct {
	Version       int64
	Tables        []*Table
	Targets       map[*Column][]string
	Relationships []RelationshipDefinition
	Keys          []KeyDefinition
	OptionSets    []*OptionSet
	Privileges    []*Privilege
}

// RelationshipDefinition is a Relationship by names. Lookup is the referencing
// column; Column1 and Column2 are the columns of the intersect table.
type RelationshipDefinition struct {
	SchemaName                                  string
	Referenced, Referencing, Lookup             string
	ReferencingNavigation, ReferencedNavigation string
	Delete                                      Cascade
	Assign, Share, Unshare, Reparent            Cascade

	Table1, Table2, Intersect, Column1, Column2 string
	Navigation1, Navigation2                    string // the collections on Table1 and Table2

	Custom bool
}

// Build resolves names, adds type columns to polymorphic lookups, indexes
// everything and returns the finished Model. It takes over the tables and columns
// of the definition. An error names the table and the name that is wrong.
func Build(d Definition) (*Model, error) {
	m := &Model{
		Version: d.Version, Privileges: d.Privileges, OptionSets: d.OptionSets,
		byName: map[string]*Table{}, bySet: map[string]*Table{}, byTypeCode: map[int64]*Table{},
		privByName: map[string]*Privilege{}, privByID: map[ID]*Privilege{}, relByName: map[string]*Relationship{},
	}
	if err := m.addPrivileges(d.Privileges); err != nil {
		return nil, err
	}
	for _, t := range d.Tables {
		if err := m.addTable(t); err != nil {
			return nil, err
		}
	}
	for _, t := range d.Tables {
		if err := m.finishColumns(t, d.Targets); err != nil {
			return nil, err
		}
	}
	for _, r := range d.Relationships {
		if err := m.addRelationship(r); err != nil {
			return nil, fmt.Errorf("relationship %s: %w", r.SchemaName, err)
		}
	}
	if err := m.attach(); err != nil {
		return nil, fmt.Errorf("file columns: %w", err)
	}
	for _, k := range d.Keys {
		if err := m.addKey(k); err != nil {
			return nil, fmt.Errorf("key %s: %w", k.SchemaName, err)
		}
	}
	slices.SortFunc(m.Tables, func(a, b *Table) int { return strings.Compare(a.LogicalName, b.LogicalName) })
	return m, nil
}

func (m *Model) addPrivileges(all []*Privilege) error {
	for _, p := range all {
		if m.privByName[p.Name] != nil || m.privByID[p.ID] != nil {
			return fmt.Errorf("privilege %s (%s) is defined twice", p.Name, p.ID)
		}
		m.privByName[p.Name] = p
		m.privByID[p.ID] = p
	}
	return nil
}

func (m *Model) addTable(t *Table) error {
	if m.byName[t.LogicalName] != nil || m.bySet[t.SetName] != nil || m.byTypeCode[t.TypeCode] != nil {
		return fmt.Errorf("table %s: name, set name or type code is taken", t.LogicalName)
	}
	m.Tables = append(m.Tables, t)
	m.byName[t.LogicalName] = t
	m.bySet[t.SetName] = t
	m.byTypeCode[t.TypeCode] = t
	t.navigation = map[string]Navigation{}
	return nil
}

func (m *Model) finishColumns(t *Table, targets map[*Column][]string) error {
	for _, c := range slices.Clone(t.Columns) {
		for _, name := range targets[c] {
			target := m.byName[name]
			if target == nil {
				return fmt.Errorf("column %s.%s: unknown target %s", t.LogicalName, c.LogicalName, name)
			}
			c.Targets = append(c.Targets, target)
		}
		if c.Anywhere {
			c.Targets = m.entities()
		}
		if len(c.Targets) > 1 || t.LogicalName == AttachmentTable && c.LogicalName == "objectid" {
			c.TypeColumn = &Column{LogicalName: c.LogicalName + "type", SchemaName: c.SchemaName + "Type", Kind: Integer, Hidden: true}
			t.Columns = append(t.Columns, c.TypeColumn)
		}
	}
	if t.LogicalName == SharingTable {
		t.Columns = append(t.Columns, &Column{LogicalName: SharedName, SchemaName: "ObjectName", Kind: String, MaxLength: LongestIndexed, Hidden: true})
	}
	t.byName = make(map[string]*Column, len(t.Columns))
	t.byProperty = make(map[string]*Column, len(t.Columns))
	for i, c := range t.Columns {
		if t.byName[c.LogicalName] != nil {
			return fmt.Errorf("column %s.%s is defined twice", t.LogicalName, c.LogicalName)
		}
		c.Table, c.Ordinal = t, i
		c.Property = c.LogicalName
		if c.IsLookup() {
			c.Property = "_" + c.LogicalName + "_value"
		}
		t.byName[c.LogicalName] = c
		if !c.Hidden && c.ForRead {
			t.byProperty[c.Property] = c
		}
		if c.Kind == Owner {
			t.navigation[c.LogicalName] = Navigation{Name: c.LogicalName, Single: true, From: c}
		}
	}
	t.compose()
	if t.PrimaryID == nil || t.byName[t.PrimaryID.LogicalName] != t.PrimaryID {
		return fmt.Errorf("table %s has no primary id among its columns", t.LogicalName)
	}
	return nil
}

func (m *Model) addRelationship(d RelationshipDefinition) error {
	if m.relByName[d.SchemaName] != nil {
		return fmt.Errorf("defined twice")
	}
	r := &Relationship{SchemaName: d.SchemaName, ManyToMany: d.Intersect != "", Custom: d.Custom}
	m.relByName[d.SchemaName] = r
	if r.ManyToMany {
		return m.addManyToMany(r, d)
	}
	return m.addOneToMany(r, d)
}

func (m *Model) addOneToMany(r *Relationship, d RelationshipDefinition) error {
	r.Referenced, r.Referencing = m.byName[d.Referenced], m.byName[d.Referencing]
	if r.Referenced == nil || r.Referencing == nil {
		return fmt.Errorf("unknown table %s or %s", d.Referenced, d.Referencing)
	}
	r.ReferencingColumn = r.Referencing.byName[d.Lookup]
	if r.ReferencingColumn == nil {
		return fmt.Errorf("unknown column %s.%s", d.Referencing, d.Lookup)
	}
	r.ReferencedColumn = r.Referenced.PrimaryID
	r.ReferencingNavigation, r.ReferencedNavigation, r.Delete = d.ReferencingNavigation, d.ReferencedNavigation, d.Delete
	r.Assign, r.Share, r.Unshare, r.Reparent = d.Assign, d.Share, d.Unshare, d.Reparent
	r.Referencing.ManyToOne = append(r.Referencing.ManyToOne, r)
	r.Referenced.OneToMany = append(r.Referenced.OneToMany, r)
	if err := r.Referencing.addNavigation(Navigation{
		Name: d.ReferencingNavigation, Relationship: r, Target: r.Referenced, Single: true,
		From: r.ReferencingColumn, To: r.ReferencedColumn,
	}); err != nil {
		return err
	}
	return r.Referenced.addNavigation(Navigation{
		Name: d.ReferencedNavigation, Relationship: r, Target: r.Referencing,
		From: r.ReferencedColumn, To: r.ReferencingColumn,
	})
}

func (m *Model) addManyToMany(r *Relationship, d RelationshipDefinition) error {
	r.Referenced, r.Referencing, r.Intersect = m.byName[d.Table1], m.byName[d.Table2], m.byName[d.Intersect]
	if r.Referenced == nil || r.Referencing == nil || r.Intersect == nil {
		return fmt.Errorf("unknown table %s, %s or %s", d.Table1, d.Table2, d.Intersect)
	}
	r.IntersectColumn1, r.IntersectColumn2 = r.Intersect.byName[d.Column1], r.Intersect.byName[d.Column2]
	if r.IntersectColumn1 == nil || r.IntersectColumn2 == nil {
		return fmt.Errorf("unknown column %s or %s of %s", d.Column1, d.Column2, d.Intersect)
	}
	r.Referenced.ManyToMany = append(r.Referenced.ManyToMany, r)
	r.Referencing.ManyToMany = append(r.Referencing.ManyToMany, r)
	if err := r.Referenced.addNavigation(Navigation{
		Name: d.Navigation1, Relationship: r, Target: r.Referencing,
		Near: r.IntersectColumn1, Far: r.IntersectColumn2,
	}); err != nil {
		return err
	}
	return r.Referencing.addNavigation(Navigation{
		Name: d.Navigation2, Relationship: r, Target: r.Referenced,
		Near: r.IntersectColumn2, Far: r.IntersectColumn1,
	})
}

func (t *Table) addNavigation(n Navigation) error {
	if n.Name == "" {
		return nil
	}
	if _, taken := t.navigation[n.Name]; taken {
		return fmt.Errorf("navigation property %s of %s is taken", n.Name, t.LogicalName)
	}
	t.navigation[n.Name] = n
	return nil
}
