package schema

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/stead-s2s/stead/dataverse"
)

// Options are for what is written.
type Options struct {
	// Language is the LCID of labels; 1033, English (United States).
	Language int
}

func (o *Options) language() int {
	if o == nil {
		return english
	}
	return or(o.Language, english)
}

// CreateTable makes a table with its primary column, and nothing else of the definition.
func CreateTable(ctx context.Context, c *dataverse.Client, t Table, o *Options) error {
	primary, err := t.primary()
	if err != nil {
		return err
	}
	language, text := o.language(), or(t.Label, t.SchemaName)
	body := object{
		"@odata.type": crm + "EntityMetadata", "SchemaName": t.SchemaName, "OwnershipType": or(t.Ownership, UserOwned),
		"DisplayName": labelled(text, language), "DisplayCollectionName": labelled(or(t.Plural, text+"s"), language),
		"IsActivity": false, "HasActivities": false, "HasNotes": false, "Attributes": []object{primary.definition(language)},
	}
	body.put("Description", labelled(t.Description, language), t.Description != "")
	return wrap("create table "+t.SchemaName, c.Do(ctx, http.MethodPost, "EntityDefinitions", body, nil, nil))
}

// primary is the column that names rows.
func (t Table) primary() (Column, error) {
	if t.SchemaName == "" {
		return Column{}, errors.New("schema: a table without schema name")
	}
	for _, c := range t.Columns {
		if c.Primary && c.Type == String {
			return c, nil
		}
	}
	return Column{}, fmt.Errorf("schema: table %s has no primary column of type String", t.SchemaName)
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// DeleteTable drops a table with all its rows.
func DeleteTable(ctx context.Context, c *dataverse.Client, table string) error {
	path, err := tablePath(table)
	if err == nil {
		err = c.Do(ctx, http.MethodDelete, path, nil, nil, nil)
	}
	return wrap("delete table "+table, err)
}

// CreateColumn adds a column to a table. A lookup is made with its relationship.
func CreateColumn(ctx context.Context, c *dataverse.Client, table string, column Column, o *Options) error {
	err := createColumn(ctx, c, strings.ToLower(table), column, o.language())
	return wrap("create column "+column.SchemaName+" of "+table, err)
}

func createColumn(ctx context.Context, c *dataverse.Client, table string, column Column, language int) error {
	path, err := tablePath(table)
	if err != nil {
		return err
	}
	switch column.Type {
	case Lookup:
		return createLookup(ctx, c, table, column, language)
	case Customer:
		return createCustomer(ctx, c, table, column, language)
	case State, Status, Owner, UniqueID, EntityName, Virtual:
		return fmt.Errorf("schema: the service alone makes columns of type %s", column.Type)
	}
	if column.GlobalChoice != "" {
		// Columns are bound to shared choices by id alone.
		var set struct{ MetadataID string }
		at, err := pathOf("GlobalOptionSetDefinitions", "Name", column.GlobalChoice)
		if err == nil {
			err = read(ctx, c, at, &set)
		}
		if err != nil {
			return fmt.Errorf("choice %s: %w", column.GlobalChoice, err)
		}
		body := column.definition(language)
		body["GlobalOptionSet@odata.bind"] = "/GlobalOptionSetDefinitions(" + set.MetadataID + ")"
		return c.Do(ctx, http.MethodPost, path+"/Attributes", body, nil, nil)
	}
	return c.Do(ctx, http.MethodPost, path+"/Attributes", column.definition(language), nil, nil)
}

// relationship is the name of a lookup's relationship.
func (c Column) relationship(table, target string) string {
	return or(c.Relationship, c.LogicalName()+"_"+table+"_"+target)
}

func createLookup(ctx context.Context, c *dataverse.Client, table string, column Column, language int) error {
	if len(column.Targets) != 1 {
		return errors.New("schema: a lookup is made with one target; several are Customer's")
	}
	target := column.Targets[0]
	return c.Do(ctx, http.MethodPost, "RelationshipDefinitions", object{
		"@odata.type": crm + "OneToManyRelationshipMetadata", "SchemaName": column.relationship(table, target),
		"ReferencedEntity": target, "ReferencingEntity": table,
		"Lookup": column.definition(language),
		"CascadeConfiguration": object{
			"Assign": "NoCascade", "Delete": "RemoveLink", "Merge": "NoCascade", "Reparent": "NoCascade", "Share": "NoCascade", "Unshare": "NoCascade"},
	}, nil, nil)

}

func createCustomer(ctx context.Context, c *dataverse.Client, table string, column Column, language int) error {
	lookup := column.definition(language)
	lookup["@odata.type"], lookup["AttributeTypeName"], lookup["Targets"] = crm+"ComplexLookupAttributeMetadata", object{"Value": "LookupType"}, []string{"account", "contact"}
	var relationships []object
	for _, target := range []string{"account", "contact"} {
		relationships = append(relationships, object{
			"@odata.type": crm + "ComplexOneToManyRelationshipMetadata", "ReferencedEntity": target, "ReferencingEntity": table,
			"SchemaName": column.LogicalName() + "_" + table + "_" + target})
	}
	return c.Do(ctx, http.MethodPost, "CreateCustomerRelationships", object{"Lookup": lookup, "OneToManyRelationships": relationships}, nil, nil)
}

// DeleteColumn drops a column with its values; a lookup goes with its relationship.
func DeleteColumn(ctx context.Context, c *dataverse.Client, table, column string) error {
	path, err := tablePath(table)
	at, bad := pathOf("/Attributes", "LogicalName", strings.ToLower(column))
	if err = errors.Join(err, bad); err == nil {
		err = c.Do(ctx, http.MethodDelete, path+at, nil, nil, nil)
	}
	return wrap("delete column "+column+" of "+table, err)
}

// CreateKey makes an alternate key. The service builds its index in the background:
// [Key].Status tells when it is there.
func CreateKey(ctx context.Context, c *dataverse.Client, table string, k Key, o *Options) error {
	path, err := tablePath(table)
	if err == nil {
		err = c.Do(ctx, http.MethodPost, path+"/Keys", object{
			"@odata.type": crm + "EntityKeyMetadata", "SchemaName": k.SchemaName, "KeyAttributes": k.Columns, "DisplayName": labelled(or(k.Label, k.SchemaName), o.language()),
		}, nil, nil)

	}
	return wrap("create key "+k.SchemaName+" of "+table, err)
}

// DeleteKey drops an alternate key.
func DeleteKey(ctx context.Context, c *dataverse.Client, table, key string) error {
	path, err := tablePath(table)
	at, bad := pathOf("/Keys", "LogicalName", strings.ToLower(key))
	if err = errors.Join(err, bad); err == nil {
		err = c.Do(ctx, http.MethodDelete, path+at, nil, nil, nil)
	}
	return wrap("delete key "+key+" of "+table, err)
}

// CreateManyToMany makes a relationship of many rows with many.
func CreateManyToMany(ctx context.Context, c *dataverse.Client, table string, m ManyToMany) error {
	return wrap("create relationship "+m.SchemaName, c.Do(ctx, http.MethodPost, "RelationshipDefinitions", object{
		"@odata.type": crm + "ManyToManyRelationshipMetadata", "SchemaName": m.SchemaName, "IntersectEntityName": or(m.Intersect, strings.ToLower(m.SchemaName)),
		"Entity1LogicalName": strings.ToLower(table), "Entity2LogicalName": m.Other,
	}, nil, nil))
}

// DeleteRelationship drops a relationship, and the lookup column of one to many.
func DeleteRelationship(ctx context.Context, c *dataverse.Client, schemaName string) error {
	path, err := pathOf("RelationshipDefinitions", "SchemaName", schemaName)
	if err == nil {
		err = c.Do(ctx, http.MethodDelete, path, nil, nil, nil)
	}
	return wrap("delete relationship "+schemaName, err)
}

// CreateChoice makes a shared choice.
func CreateChoice(ctx context.Context, c *dataverse.Client, g GlobalChoice, o *Options) error {
	body := object{
		"@odata.type": crm + "OptionSetMetadata", "Name": g.Name, "OptionSetType": "Picklist", "IsGlobal": true,
		"DisplayName": labelled(or(g.Label, g.Name), o.language()), "Options": written(g.Options, o.language()),
	}
	body.put("Description", labelled(g.Description, o.language()), g.Description != "")
	return wrap("create choice "+g.Name, c.Do(ctx, http.MethodPost, "GlobalOptionSetDefinitions", body, nil, nil))
}

// DeleteChoice drops a shared choice that no column uses.
func DeleteChoice(ctx context.Context, c *dataverse.Client, choice string) error {
	path, err := pathOf("GlobalOptionSetDefinitions", "Name", choice)
	if err == nil {
		err = c.Do(ctx, http.MethodDelete, path, nil, nil, nil)
	}
	return wrap("delete choice "+choice, err)
}

// Publish makes the service show changes to those who do not ask for what is not published.
func Publish(ctx context.Context, c *dataverse.Client) error {
	return wrap("publish", c.Do(ctx, http.MethodPost, "PublishAllXml", nil, nil, nil))
}
