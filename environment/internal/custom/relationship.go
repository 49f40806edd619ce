package custom

import (
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// CreateOneToMany makes a lookup column with its relationship, or, for a customer lookup,
// with several.
type CreateOneToMany struct {
	Lookup        NewColumn // of kind lookup or customer; its Table is the referencing one
	Relationships []NewRelationship
}

// NewRelationship is a one-to-many relationship to be made, with the rules that were
// given for it.
type NewRelationship struct {
	Relationship
	Given Rules
}

// Needs names prvCreateRelationship and prvCreateAttribute.
func (CreateOneToMany) Needs() []string {
	return []string{"prvCreateRelationship", "prvCreateAttribute"}
}

func (c CreateOneToMany) apply(e *edit) error {
	t, err := e.table(c.Lookup.Column.Table)
	if err != nil {
		return err
	}
	if err := c.Lookup.judge(e); err != nil {
		return err
	}
	lookup := c.Lookup.Column
	if t.Column(lookup.LogicalName()) != nil {
		return dverr.AttributeNameExists.With()
	}
	lookup.Order = e.set.next()
	e.keep(lookup)
	for _, r := range c.Relationships {
		r.Referencing, r.Lookup = t.LogicalName, lookup.LogicalName()
		if err := e.relate(r); err != nil {
			return err
		}
	}
	return nil
}

// relate adds a one-to-many relationship.
func (e *edit) relate(r NewRelationship) error {
	if err := e.relationshipName(r.SchemaName); err != nil {
		return err
	}
	one, err := e.table(r.Referenced)
	if err != nil {
		return err
	}
	if !CanBeReferenced(one) || !CanBeReferencing(e.Model.Table(r.Referencing)) {
		return dverr.CannotAssociate.With()
	}
	if r.ReferencedNavigation == "" {
		r.ReferencedNavigation = r.SchemaName
	}
	if _, taken := one.Navigation(r.ReferencedNavigation); taken {
		return dverr.RelationshipNameExists.With()
	}
	r.Cascades = r.Given.over(Cascades{Delete: meta.RemoveLink})
	if err := e.judgeCascades(r.Relationship); err != nil {
		return err
	}
	r.Order = e.set.next()
	e.set.relationships[strings.ToLower(r.SchemaName)] = r.Relationship
	return nil
}

func (e *edit) relationshipName(name string) error {
	if name == "" {
		return dverr.RelationshipNameRequired.With()
	}
	if err := e.nameWithin(name, maxRelationship); err != nil {
		return err
	}
	_, taken := e.set.relationships[strings.ToLower(name)]
	if taken || e.Model.Relationship(name) != nil {
		return dverr.RelationshipNameExists.With()
	}
	return nil
}

// CreateManyToMany joins two tables through an intersect table that it makes.
type CreateManyToMany struct{ Relationship }

// Needs names prvCreateRelationship and prvCreateEntity.
func (CreateManyToMany) Needs() []string { return []string{"prvCreateRelationship", "prvCreateEntity"} }

func (c CreateManyToMany) apply(e *edit) error {
	r := c.Relationship
	if err := e.relationshipName(r.SchemaName); err != nil {
		return err
	}
	r.Intersect = orElse(r.Intersect, r.SchemaName)
	if err := e.name(r.Intersect); err != nil {
		return err
	}
	if e.Model.Table(strings.ToLower(r.Intersect)) != nil {
		return dverr.EntityNameExists.With()
	}
	r.Navigation1, r.Navigation2 = orElse(r.Navigation1, r.SchemaName), orElse(r.Navigation2, r.SchemaName)
	if r.Referenced == r.Referencing && r.Navigation1 == r.Navigation2 {
		r.Navigation1, r.Navigation2 = r.SchemaName+"_Referenced", r.SchemaName+"_Referencing"
	}
	for _, end := range []struct{ table, navigation string }{{r.Referenced, r.Navigation1}, {r.Referencing, r.Navigation2}} {
		t, err := e.table(end.table)
		if err != nil {
			return err
		}
		if !CanManyToMany(t) {
			return dverr.CannotAssociate.With()
		}
		if _, taken := t.Navigation(end.navigation); taken {
			return dverr.RelationshipNameExists.With()
		}
	}
	r.TypeCode, r.Order = e.typeCode(), e.set.next()
	e.set.relationships[strings.ToLower(r.SchemaName)] = r
	return nil
}

// CanBeReferenced reports tables to which a new lookup may point.
func CanBeReferenced(t *meta.Table) bool { return t != nil && !t.Intersect && t.PrimaryName != nil }

// CanBeReferencing reports tables that may get a new lookup.
func CanBeReferencing(t *meta.Table) bool { return t != nil && !t.Intersect && t.CanCreate }

// CanManyToMany reports tables that may take part in a many-to-many relationship.
func CanManyToMany(t *meta.Table) bool {
	return t != nil && !t.Intersect && t.CanCreate && t.PrimaryName != nil && !t.Activity && t.LogicalName != "annotation"
}

// UpdateRelationship changes the rules by which rows follow the one that they point to.
// The menu, which a request may change too, is kept nowhere.
type UpdateRelationship struct {
	Name  string
	Given Rules
}

// Needs names prvWriteRelationship.
func (UpdateRelationship) Needs() []string { return []string{"prvWriteRelationship"} }

func (c UpdateRelationship) apply(e *edit) error {
	r, err := e.relationship(c.Name)
	if err != nil {
		return err
	}
	if r.Intersect == "" {
		r.Cascades = c.Given.over(r.Cascades)
		if err := e.judgeCascades(r); err != nil {
			return err
		}
	}
	e.set.relationships[strings.ToLower(c.Name)] = r
	return nil
}

// relationship finds a relationship that a maker made.
func (e *edit) relationship(name string) (Relationship, error) {
	r, ok := e.set.relationships[strings.ToLower(name)]
	switch {
	case ok:
		return r, nil
	case e.Model.Relationship(name) != nil:
		return r, dverr.RelationshipNotCustom.With()
	}
	return r, dverr.ObjectDoesNotExist.Text("Could not find an entity relationship with name %s.", name)
}

// DeleteRelationship removes a relationship: the lookup column goes with its last one,
// the intersect table with its rows.
type DeleteRelationship struct{ Name string }

// Needs names prvDeleteRelationship.
func (DeleteRelationship) Needs() []string { return []string{"prvDeleteRelationship"} }

func (c DeleteRelationship) apply(e *edit) error {
	r, err := e.relationship(c.Name)
	if err != nil {
		return err
	}
	delete(e.set.relationships, strings.ToLower(c.Name))
	if r.Intersect != "" {
		return nil
	}
	for _, other := range e.set.relationships {
		if other.Intersect == "" && other.Referencing == r.Referencing && other.Lookup == r.Lookup {
			return nil
		}
	}
	return DeleteColumn{r.Referencing, r.Lookup}.apply(e)
}

// CreateKey makes an alternate key. It fails to become active where rows repeat.
type CreateKey struct {
	Table, SchemaName string
	Columns           []string
	Labels            meta.Labels
}

// Needs names prvWriteEntity: the service has no privilege of its own for keys.
func (CreateKey) Needs() []string { return []string{"prvWriteEntity"} }

// maxKeys and maxKeyColumns are the service's limits for a table and for a key.
const (
	maxKeys       = 10
	maxKeyColumns = 16
)

func (c CreateKey) apply(e *edit) error {
	t, err := e.table(c.Table)
	if err != nil {
		return err
	}
	if err := e.name(c.SchemaName); err != nil {
		return err
	}
	name := strings.ToLower(c.SchemaName)
	if slices.ContainsFunc(t.Keys, func(k *meta.Key) bool { return k.LogicalName == name }) {
		return dverr.EntityKeyNameExists.With(c.SchemaName, c.Table)
	}
	if n := len(c.Columns); n == 0 || n > maxKeyColumns || len(t.Keys) >= maxKeys {
		return dverr.InvalidEntityKey.With("a key has from 1 to 16 attributes and an entity at most 10 keys")
	}
	columns, err := keyColumns(t, c.Columns)
	if err != nil {
		return err
	}
	if t.Key(columns) != nil {
		return dverr.EntityKeyColumnsExist.With()
	}
	status, err := e.indexable(t, columns)
	if err != nil {
		return err
	}
	e.set.keys[c.Table+"."+name] = Key{
		Order: e.set.next(), Table: c.Table, SchemaName: c.SchemaName, Columns: c.Columns, Labels: c.Labels, Status: status,
	}
	return nil
}

func (e *edit) indexable(t *meta.Table, columns []*meta.Column) (meta.KeyStatus, error) {
	repeats, err := e.Repeats(t, columns)
	if repeats {
		return meta.KeyFailed, err
	}
	return meta.KeyActive, err
}

// keyColumns finds the columns of a key among those that can be in one.
func keyColumns(t *meta.Table, names []string) (list []*meta.Column, err error) {
	for _, name := range names {
		c := t.Column(name)
		if c == nil || c.Hidden || slices.Contains(list, c) {
			return nil, dverr.InvalidEntityKey.With("the attribute " + name + " is not one of the entity, or stands twice")
		}
		switch c.Kind {
		case meta.String, meta.Integer, meta.Decimal, meta.DateTime, meta.Lookup, meta.Choice, meta.UniqueID:
		default:
			return nil, dverr.InvalidEntityKey.With("the attribute " + name + " has a type that a key cannot have")
		}
		if c == t.PrimaryID || c.Secured {
			return nil, dverr.InvalidEntityKey.With("the attribute " + name + " cannot be in a key")
		}
		list = append(list, c)
	}
	return list, nil
}

// ReactivateKey tries the index of a failed key again.
type ReactivateKey struct{ Table, Name string }

// Needs names prvWriteEntity.
func (ReactivateKey) Needs() []string { return []string{"prvWriteEntity"} }

func (c ReactivateKey) apply(e *edit) error {
	k, ok := e.set.keys[c.Table+"."+strings.ToLower(c.Name)]
	if !ok {
		return noKey(c.Table, c.Name)
	}
	if k.Status != meta.KeyFailed {
		return dverr.ReactivateOnlyFailed.With()
	}
	columns, err := keyColumns(e.Model.Table(c.Table), k.Columns)
	if err != nil {
		return err
	}
	if k.Status, err = e.indexable(e.Model.Table(c.Table), columns); err != nil {
		return err
	}
	e.set.keys[c.Table+"."+strings.ToLower(c.Name)] = k
	return nil
}

func noKey(table, name string) error {
	return dverr.ObjectDoesNotExist.Text("Could not find an entity key with name %s on entity %s.", name, table)
}

// DeleteKey removes an alternate key.
type DeleteKey struct{ Table, Name string }

// Needs names prvWriteEntity.
func (DeleteKey) Needs() []string { return []string{"prvWriteEntity"} }

func (c DeleteKey) apply(e *edit) error {
	name := c.Table + "." + strings.ToLower(c.Name)
	if _, ok := e.set.keys[name]; !ok {
		return noKey(c.Table, c.Name)
	}
	delete(e.set.keys, name)
	return nil
}
