package schema

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/stead-s2s/stead/dataverse"
)

// UpdateTable changes what a table is called: Label, Plural and Description, as far as they are
// given. All else of the definition is passed over.
func UpdateTable(ctx context.Context, c *dataverse.Client, t Table, o *Options) error {
	path, err := tablePath(t.SchemaName)
	if err == nil {
		err = change(ctx, c, path, func(have object) {
			relabel(have, "DisplayName", t.Label, o.language())
			relabel(have, "DisplayCollectionName", t.Plural, o.language())
			relabel(have, "Description", t.Description, o.language())
		})
	}
	return wrap("update table "+t.SchemaName, err)
}

// UpdateColumn changes the fields of a column that are not zero: label, description,
// requirement, limits, precision, format. Its type, options, targets and behavior stay: see
// [AddOption] and its siblings for options.
func UpdateColumn(ctx context.Context, c *dataverse.Client, table string, column Column, o *Options) error {
	path, err := tablePath(table)
	if err != nil {
		return err
	}
	at, err := pathOf("/Attributes", "LogicalName", column.LogicalName())
	if err == nil {
		err = change(ctx, c, path+at, func(have object) { column.overlay(have, o.language()) })
	}
	return wrap("update column "+column.SchemaName+" of "+table, err)
}

// overlay puts what is given over the definition that is there.
func (c Column) overlay(have object, language int) {
	relabel(have, "DisplayName", c.Label, language)
	relabel(have, "Description", c.Description, language)
	have.put("RequiredLevel", requirement(c.Required), c.Required != "")
	have.put("MaxLength", c.MaxLength, c.MaxLength != 0)
	have.put("Precision", c.Precision, c.Precision != 0)
	have.put("MinValue", c.Min, c.Min != nil)
	have.put("MaxValue", c.Max, c.Max != nil)
	have.put("AutoNumberFormat", c.AutoNumber, c.AutoNumber != "")
	have.put("MaxSizeInKB", c.MaxKB, c.MaxKB != 0)
	if c.Format == "" {
		return
	}
	if _, named := have["FormatName"]; named { // of texts
		have["FormatName"] = object{"Value": c.Format}
		delete(have, "Format")
		return
	}
	have["Format"] = c.Format
}

// change reads a definition, lets it be changed, and puts it back whole, as the service wants
// it. Who changes the same definition meanwhile is overwritten: definitions have no versions.
func change(ctx context.Context, c *dataverse.Client, path string, edit func(object)) error {
	var have object
	if err := read(ctx, c, path, &have); err != nil {
		return err
	}
	edit(have)
	return c.Do(ctx, http.MethodPut, path, have, nil, nil)
}

// relabel sets the text in one language; those in others stay.
func relabel(have object, member, text string, language int) {
	if text == "" {
		return
	}
	label, _ := have[member].(map[string]any)
	if label == nil {
		label = object{}
	}
	var others []any
	list, _ := label["LocalizedLabels"].([]any)
	for _, one := range list {
		if l, is := one.(map[string]any); !is || fmt.Sprint(l["LanguageCode"]) != fmt.Sprint(language) {
			others = append(others, one)
		}
	}
	label["LocalizedLabels"] = append(others, object{"Label": text, "LanguageCode": language})
	delete(label, "UserLocalizedLabel") // is read alone
	have[member] = label
}

// optionOf names an option of a column's own choice, or with no table of the shared choice that
// column names.
func optionOf(table, column string, value int) object {
	if table == "" {
		return object{"OptionSetName": column, "Value": value}
	}
	return object{"EntityLogicalName": strings.ToLower(table), "AttributeLogicalName": strings.ToLower(column), "Value": value}
}

// AddOption adds a value to a choice: to a column's own, or with no table to the shared
// choice that column names.
func AddOption(ctx context.Context, c *dataverse.Client, table, column string, option Option, o *Options) error {
	body := optionOf(table, column, option.Value)
	body["Label"] = labelled(option.Label, o.language())
	return wrap("add option "+option.Label+" to "+column, c.Do(ctx, http.MethodPost, "InsertOptionValue", body, nil, nil))
}

// RenameOption changes the label of an option, in one language: see [AddOption].
func RenameOption(ctx context.Context, c *dataverse.Client, table, column string, option Option, o *Options) error {
	body := optionOf(table, column, option.Value)
	body["Label"], body["MergeLabels"] = labelled(option.Label, o.language()), true
	return wrap(fmt.Sprintf("rename option %d of %s", option.Value, column), c.Do(ctx, http.MethodPost, "UpdateOptionValue", body, nil, nil))
}

// DeleteOption takes an option away: see [AddOption]. Rows keep the number.
func DeleteOption(ctx context.Context, c *dataverse.Client, table, column string, value int) error {
	return wrap(fmt.Sprintf("delete option %d of %s", value, column), c.Do(ctx, http.MethodPost, "DeleteOptionValue", optionOf(table, column, value), nil, nil))
}
