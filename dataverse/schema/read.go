package schema

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/dataverse"
)

// name is what tables, columns and choices may be called.
var name = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// pathOf is the address of a definition by a name.
func pathOf(set, key, value string) (string, error) {
	if !name.MatchString(value) {
		return "", fmt.Errorf("schema: %q is no name", value)
	}
	return set + "(" + key + "='" + value + "')", nil
}

func tablePath(table string) (string, error) {
	return pathOf("EntityDefinitions", "LogicalName", strings.ToLower(table))
}

// read gets a definition, past what servers remember of those before.
func read(ctx context.Context, c *dataverse.Client, path string, into any) error {
	return c.With(dataverse.Behavior{StrongConsistency: true}).Do(ctx, http.MethodGet, path, nil, into, nil)
}

func readList[T any](ctx context.Context, c *dataverse.Client, path string) ([]T, error) {
	var list struct{ Value []T }
	err := read(ctx, c, path, &list)
	return list.Value, err
}

// ReadTable reads a table by its logical name, with all columns, keys and relationships. The
// error is [dataverse.ErrNotFound] if there is none.
func ReadTable(ctx context.Context, c *dataverse.Client, table string) (Table, error) {
	path, err := tablePath(table)
	if err != nil {
		return Table{}, err
	}
	t, err := readHead(ctx, c, path)
	if err != nil {
		return t, fmt.Errorf("read table %s: %w", table, err)
	}
	for _, part := range []func(context.Context, *dataverse.Client, string, *Table) error{readColumns, readOptions, readLookups, readKeys, readManyToMany} {
		if err := part(ctx, c, path, &t); err != nil {
			return t, fmt.Errorf("read table %s: %w", table, err)
		}
	}
	return t, nil
}

func readHead(ctx context.Context, c *dataverse.Client, path string) (Table, error) {
	var e struct {
		SchemaName, EntitySetName, PrimaryIDAttribute, PrimaryNameAttribute, OwnershipType string
		ObjectTypeCode                                                                     int
		IsCustomEntity                                                                     bool
		DisplayName, DisplayCollectionName, Description                                    label
	}
	err := read(ctx, c, path+"?$select=SchemaName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,OwnershipType,ObjectTypeCode,IsCustomEntity,DisplayName,DisplayCollectionName,Description", &e)
	return Table{
		SchemaName: e.SchemaName, Label: e.DisplayName.text(), Plural: e.DisplayCollectionName.text(), Description: e.Description.text(),
		Ownership: Ownership(e.OwnershipType), EntitySet: e.EntitySetName, PrimaryID: e.PrimaryIDAttribute, PrimaryName: e.PrimaryNameAttribute,
		TypeCode: e.ObjectTypeCode, Custom: e.IsCustomEntity,
	}, err
}

func readColumns(ctx context.Context, c *dataverse.Client, path string, t *Table) error {
	all, err := readList[attribute](ctx, c, path+"/Attributes")
	for _, a := range all {
		t.Columns = append(t.Columns, a.column())
	}
	slices.SortFunc(t.Columns, func(a, b Column) int { return cmp.Compare(a.LogicalName(), b.LogicalName()) })
	return err
}

// readOptions reads the values of choices: the service gives them type by type alone.
func readOptions(ctx context.Context, c *dataverse.Client, path string, t *Table) error {
	for _, kind := range []Type{Choice, Choices, Boolean, State, Status} {
		if !slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Type == kind }) {
			continue
		}
		expand := "OptionSet,GlobalOptionSet"
		all, err := readList[attribute](ctx, c, path+"/Attributes/"+crm+string(kind)+"AttributeMetadata?$select=LogicalName&$expand="+expand)
		if err != nil {
			return err
		}
		for _, a := range all {
			t.giveOptions(a)
		}
	}
	return nil
}

func (t *Table) giveOptions(a attribute) {
	for i := range t.Columns {
		if t.Columns[i].LogicalName() != a.LogicalName {
			continue
		}
		if a.GlobalOptionSet != nil {
			t.Columns[i].GlobalChoice, t.Columns[i].Options = a.GlobalOptionSet.Name, a.GlobalOptionSet.options()
		}
		if own := a.OptionSet.options(); len(own) > 0 {
			t.Columns[i].Options = own
		}
	}
}

func readLookups(ctx context.Context, c *dataverse.Client, path string, t *Table) error {
	type relationship struct {
		SchemaName, ReferencingAttribute, ReferencedEntity, ReferencingEntityNavigationPropertyName string
	}
	all, err := readList[relationship](ctx, c, path+"/ManyToOneRelationships?$select=SchemaName,ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName")
	for _, r := range all {
		t.Lookups = append(t.Lookups, LookupTarget{r.ReferencingAttribute, r.ReferencedEntity, r.SchemaName, r.ReferencingEntityNavigationPropertyName})
		for i := range t.Columns {
			if t.Columns[i].LogicalName() == r.ReferencingAttribute && t.Columns[i].Type == Lookup {
				t.Columns[i].Relationship = r.SchemaName
			}
		}
	}
	slices.SortFunc(t.Lookups, func(a, b LookupTarget) int {
		return cmp.Or(cmp.Compare(a.Column, b.Column), cmp.Compare(a.Table, b.Table))
	})
	return err
}

func readKeys(ctx context.Context, c *dataverse.Client, path string, t *Table) error {
	type key struct {
		SchemaName, EntityKeyIndexStatus string
		KeyAttributes                    []string
		DisplayName                      label
	}
	all, err := readList[key](ctx, c, path+"/Keys?$select=SchemaName,EntityKeyIndexStatus,KeyAttributes,DisplayName")
	for _, k := range all {
		t.Keys = append(t.Keys, Key{k.SchemaName, k.DisplayName.text(), k.KeyAttributes, k.EntityKeyIndexStatus})
	}
	return err
}

func readManyToMany(ctx context.Context, c *dataverse.Client, path string, t *Table) error {
	type relationship struct {
		SchemaName, Entity1LogicalName, Entity2LogicalName, IntersectEntityName string
		Entity1NavigationPropertyName, Entity2NavigationPropertyName            string
	}
	all, err := readList[relationship](ctx, c, path+"/ManyToManyRelationships")
	for _, r := range all {
		m := ManyToMany{r.SchemaName, r.Entity2LogicalName, r.IntersectEntityName, r.Entity1NavigationPropertyName}
		if r.Entity1LogicalName != t.LogicalName() {
			m.Other, m.Navigation = r.Entity1LogicalName, r.Entity2NavigationPropertyName
		}
		t.ManyToMany = append(t.ManyToMany, m)
	}
	return err
}

// Tables lists the logical names of the environment's tables, in order.
func Tables(ctx context.Context, c *dataverse.Client) ([]string, error) {
	type entity struct{ LogicalName string }
	all, err := readList[entity](ctx, c, "EntityDefinitions?$select=LogicalName")
	var names []string
	for _, e := range all {
		names = append(names, e.LogicalName)
	}
	slices.Sort(names)
	return names, err
}

// ReadChoice reads a shared choice by its name. The error is [dataverse.ErrNotFound] if there
// is none.
func ReadChoice(ctx context.Context, c *dataverse.Client, choice string) (GlobalChoice, error) {
	path, err := pathOf("GlobalOptionSetDefinitions", "Name", choice)
	if err != nil {
		return GlobalChoice{}, err
	}
	var s optionSet
	if err := read(ctx, c, path+"/"+crm+"OptionSetMetadata", &s); err != nil {
		return GlobalChoice{}, fmt.Errorf("read choice %s: %w", choice, err)
	}
	return GlobalChoice{s.Name, s.DisplayName.text(), s.Description.text(), s.options()}, nil
}

// EntitySets maps the logical names of the environment's tables to their entity sets.
func EntitySets(ctx context.Context, c *dataverse.Client) (map[string]string, error) {
	type entity struct{ LogicalName, EntitySetName string }
	all, err := readList[entity](ctx, c, "EntityDefinitions?$select=LogicalName,EntitySetName")
	sets := map[string]string{}
	for _, e := range all {
		sets[e.LogicalName] = e.EntitySetName
	}
	return sets, err
}
