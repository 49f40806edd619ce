package edm

import (
	"slices"
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// relationships gives every relationship of the model once, by the order of tables.
func (d describer) relationships() []*record {
	var list []*record
	for _, t := range d.model.Tables {
		list = append(list, collect(t.OneToMany, d.relationship)...)
		for _, r := range t.ManyToMany {
			if r.Referenced == t {
				list = append(list, d.relationship(r))
			}
		}
	}
	return list
}

func (d describer) relationship(r *meta.Relationship) *record {
	if r.ManyToMany {
		return d.manyToMany(r)
	}
	return d.make("OneToManyRelationshipMetadata", map[string]any{
		"SchemaName": r.SchemaName, "RelationshipType": "OneToManyRelationship", "MetadataId": metadataID("relationship", r.SchemaName),
		"IsCustomRelationship": r.Custom, "IsManaged": !r.Custom,
		"ReferencedAttribute": r.ReferencedColumn.LogicalName, "ReferencedEntity": r.Referenced.LogicalName,
		"ReferencingAttribute": r.ReferencingColumn.LogicalName, "ReferencingEntity": r.Referencing.LogicalName,
		"ReferencedEntityNavigationPropertyName":  orNull(r.ReferencedNavigation),
		"ReferencingEntityNavigationPropertyName": orNull(r.ReferencingNavigation),
		"AssociatedMenuConfiguration":             d.menu(r.ReferencedNavigation != ""),
		"CascadeConfiguration": d.make("CascadeConfiguration", map[string]any{
			"Delete": cascade(r.Delete), "Assign": cascade(r.Assign), "Reparent": cascade(r.Reparent),
			"Share": cascade(r.Share), "Unshare": cascade(r.Unshare), "Merge": cascade(merging(r.Referenced)),
		}),
	})
}

func (d describer) manyToMany(r *meta.Relationship) *record {
	one, two := "", ""
	for name, n := range r.Referenced.Navigations() {
		if n.Relationship == r && n.Near == r.IntersectColumn1 {
			one = name
		}
	}
	for name, n := range r.Referencing.Navigations() {
		if n.Relationship == r && n.Near == r.IntersectColumn2 {
			two = name
		}
	}
	return d.make("ManyToManyRelationshipMetadata", map[string]any{
		"SchemaName": r.SchemaName, "RelationshipType": "ManyToManyRelationship", "SecurityTypes": "None",
		"IsCustomRelationship": r.Custom, "IsManaged": !r.Custom,
		"MetadataId":         metadataID("relationship", r.SchemaName),
		"Entity1LogicalName": r.Referenced.LogicalName, "Entity2LogicalName": r.Referencing.LogicalName,
		"IntersectEntityName":       r.Intersect.LogicalName,
		"Entity1IntersectAttribute": r.IntersectColumn1.LogicalName, "Entity2IntersectAttribute": r.IntersectColumn2.LogicalName,
		"Entity1NavigationPropertyName": orNull(one), "Entity2NavigationPropertyName": orNull(two),
		"Entity1AssociatedMenuConfiguration": d.menu(one != ""), "Entity2AssociatedMenuConfiguration": d.menu(two != ""),
	})
}

func (d describer) menu(shown bool) *record {
	values := map[string]any{"Behavior": "UseCollectionName"}
	if !shown {
		values["Behavior"] = "DoNotDisplay"
	}
	return d.make("AssociatedMenuConfiguration", values)
}

// merging is the one rule that the relationships of a table can have for merging: rows
// follow where rows can be merged at all.
func merging(t *meta.Table) meta.Cascade {
	if t.Column("masterid") != nil && t.Column("merged") != nil {
		return meta.CascadeAll
	}
	return meta.NoCascade
}

func cascade(c meta.Cascade) string {
	switch c {
	case meta.CascadeAll:
		return "Cascade"
	case meta.RemoveLink:
		return "RemoveLink"
	case meta.Restrict:
		return "Restrict"
	case meta.CascadeActive:
		return "Active"
	case meta.CascadeOwned:
		return "UserOwned"
	}
	return "NoCascade"
}

// optionSet describes the choices of a column, which belong to it alone: their name is
// the table's and the column's.
func (d describer) optionSet(c *meta.Column) *record {
	name := c.Table.LogicalName + "_" + c.LogicalName
	values := map[string]any{
		"Name": name, "OptionSetType": "Picklist", "MetadataId": metadataID("choice", name),
		"DisplayName": d.texts(c.Labels.Name, c.DisplayName, "choice", name), "Description": d.make("Label", nil),
		"IsCustomOptionSet": c.Custom, "IsManaged": !c.Custom,
	}
	switch c.Kind {
	case meta.Boolean:
		values["OptionSetType"] = "Boolean"
		for _, o := range c.Options {
			values[[...]string{"FalseOption", "TrueOption"}[o.Value&1]] = d.option(c, o)
		}
		return d.make("BooleanOptionSetMetadata", values)
	case meta.State:
		values["OptionSetType"] = "State"
	case meta.Status:
		values["OptionSetType"] = "Status"
	}
	options := []any{}
	for _, o := range c.Options {
		options = append(options, d.option(c, o))
	}
	values["Options"] = options
	return d.make("OptionSetMetadata", values)
}

func (d describer) option(c *meta.Column, o meta.Option) *record {
	values := map[string]any{
		"Value": o.Value, "Description": d.texts(o.Labels.Description, "", c.Table.LogicalName, c.LogicalName, o.Name, "@description"),
		"Label": d.texts(o.Labels.Name, o.Label, c.Table.LogicalName, c.LogicalName, o.Name, o.Label),
		"Color": orNull(o.Color),
	}
	switch c.Kind {
	case meta.State:
		values["InvariantName"] = o.Name
		values["DefaultStatus"] = defaultStatus(c.Table, o.Value)
		return d.make("StateOptionMetadata", values)
	case meta.Status:
		values["State"] = o.State
		return d.make("StatusOptionMetadata", values)
	}
	return d.make("OptionMetadata", values)
}

// shared describes a choice that columns share.
func (d describer) shared(o *meta.OptionSet) *record {
	list := []any{}
	for _, one := range o.Options {
		number := strconv.FormatInt(one.Value, 10)
		list = append(list, d.make("OptionMetadata", map[string]any{
			"Value": one.Value, "IsManaged": false, "Color": orNull(one.Color),
			"Label":       d.texts(one.Labels.Name, one.Label, "optionset", o.Name, number),
			"Description": d.texts(one.Labels.Description, "", "optionset", o.Name, number, "@description"),
		}))
	}
	return d.make("OptionSetMetadata", map[string]any{
		"Name": o.Name, "OptionSetType": "Picklist", "IsGlobal": true, "IsCustomOptionSet": true, "IsManaged": false,
		"MetadataId": sharedID(o.Name), "Options": list,
		"DisplayName": d.texts(o.Labels.Name, "", "optionset", o.Name), "Description": d.texts(o.Labels.Description, "", "optionset", o.Name, "@description"),
	})
}

func defaultStatus(t *meta.Table, state int64) any {
	status := t.Column("statuscode")
	if status == nil {
		return nil
	}
	at := slices.IndexFunc(status.Options, func(o meta.Option) bool { return o.State == state && o.Default })
	if at < 0 {
		return nil
	}
	return status.Options[at].Value
}
