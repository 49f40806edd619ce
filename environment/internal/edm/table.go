package edm

import (
	"crypto/sha1" //nolint:gosec // RFC 9562 defines version 5 ids by SHA-1; nothing is protected by it
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// space is the name space of metadata ids: the same component has the same id in every
// environment and after every start.
const space = "5a1f0000-0000-4000-8000-57eadede0000"

func metadataID(parts ...string) meta.ID {
	base := meta.MustID(space)
	sum := sha1.Sum(append(base[:], strings.Join(parts, "/")...)) //nolint:gosec // see the import
	var id meta.ID
	copy(id[:], sum[:])
	id[6] = id[6]&0x0f | 0x50
	id[8] = id[8]&0x3f | 0x80
	return id
}

// describer makes records of one model.
type describer struct {
	*schema
	model *meta.Model
}

// all gives the rows of a set of definitions. There are no managed properties.
func (d describer) all(set string) []*record {
	switch set {
	case "EntityDefinitions":
		return collect(d.model.Tables, d.table)
	case "RelationshipDefinitions":
		return d.relationships()
	case "GlobalOptionSetDefinitions":
		return collect(d.model.OptionSets, d.shared)
	}
	return nil
}

func collect[T any](from []T, describe func(T) *record) []*record {
	to := make([]*record, 0, len(from))
	for _, one := range from {
		to = append(to, describe(one))
	}
	return to
}

// label makes a label in the base language; the id is that of what carries it.
func (d describer) label(text string, owner ...string) *record {
	if text == "" {
		return d.make("Label", nil)
	}
	localized := d.make("LocalizedLabel", map[string]any{"Label": text, "MetadataId": metadataID(append(owner, "label")...)})
	return d.make("Label", map[string]any{"LocalizedLabels": []any{localized}, "UserLocalizedLabel": localized})
}

// texts makes a label of texts in several languages, or of one in the base language when
// there are none.
func (d describer) texts(all []meta.Localized, base string, owner ...string) *record {
	if len(all) == 0 {
		return d.label(base, owner...)
	}
	list := make([]any, len(all))
	user := 0
	for i, t := range all {
		id := metadataID(append(slices.Clone(owner), "label", strconv.FormatInt(t.Language, 10))...)
		list[i] = d.make("LocalizedLabel", map[string]any{"Label": t.Text, "LanguageCode": t.Language, "IsManaged": false, "MetadataId": id})
		if t.Language == meta.BaseLanguage {
			user = i
		}
	}
	return d.make("Label", map[string]any{"LocalizedLabels": list, "UserLocalizedLabel": list[user]})
}

// table describes one table.
func (d describer) table(t *meta.Table) *record {
	name := ""
	if t.PrimaryName != nil {
		name = t.PrimaryName.LogicalName
	}
	r := d.make("EntityMetadata", map[string]any{
		"IsActivity": t.Activity, "IsIntersect": t.Intersect, "IsOptimisticConcurrencyEnabled": t.OptimisticConcurrency,
		"IsAuditEnabled":        d.auditing(t.Audited, t.Auditable()),
		"ChangeTrackingEnabled": t.ChangeTracking, "SyncToExternalSearchIndex": t.Searched(), "AutoCreateAccessTeams": t.AccessTeams,
		"IsActivityParty": isParty(t), "IsEnabledForCharts": t.CanCreate, "IsImportable": t.CanCreate,
		"IsValidForAdvancedFind": !t.Intersect, "IsStateModelAware": t.Column("statecode") != nil,
		"IsAvailableOffline": t.CanCreate, "IsChildEntity": false,
		"LogicalName": t.LogicalName, "SchemaName": t.SchemaName, "ObjectTypeCode": t.TypeCode,
		"OwnershipType": ownership(t), "PrimaryIdAttribute": t.PrimaryID.LogicalName, "PrimaryNameAttribute": orNull(name),
		"ReportViewName": "Filtered" + t.SchemaName, "IsPrivate": false,
		"LogicalCollectionName": t.SetName, "CollectionSchemaName": collectionSchema(t), "EntitySetName": t.SetName,
		"HasNotes": refersFrom(t, "annotation"), "HasActivities": slices.ContainsFunc(t.OneToMany, isActivityLink),
		"MetadataId":     metadataID(t.LogicalName),
		"IsCustomEntity": t.Custom, "IsManaged": !t.Custom,
		"Description":           d.texts(t.Labels.Description, "", t.LogicalName, "@description"),
		"DisplayName":           d.texts(t.Labels.Name, t.DisplayName, t.LogicalName, "@name"),
		"DisplayCollectionName": d.texts(t.Labels.Plural, t.DisplayCollectionName, t.LogicalName, "@names"),
		"Privileges":            d.privileges(t),
	})
	r.related = map[string]func() []*record{
		"Attributes":              func() []*record { return d.attributes(t) },
		"Keys":                    func() []*record { return collect(t.Keys, d.key) },
		"OneToManyRelationships":  func() []*record { return collect(t.OneToMany, d.relationship) },
		"ManyToOneRelationships":  func() []*record { return collect(t.ManyToOne, d.relationship) },
		"ManyToManyRelationships": func() []*record { return collect(t.ManyToMany, d.relationship) },
	}
	return r
}

// key describes an alternate key.
func (d describer) key(k *meta.Key) *record {
	columns := make([]any, len(k.Columns))
	for i, c := range k.Columns {
		columns[i] = c.LogicalName
	}
	t := k.Table.LogicalName
	return d.make("EntityKeyMetadata", map[string]any{
		"LogicalName": k.LogicalName, "SchemaName": k.SchemaName, "EntityLogicalName": t, "KeyAttributes": columns,
		"EntityKeyIndexStatus": k.Status.String(), "MetadataId": metadataID("key", t, k.LogicalName),
		"DisplayName": d.label(k.DisplayName, "key", t, k.LogicalName),
	})
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// isParty reports tables whose rows can take part in activities.
func isParty(t *meta.Table) bool {
	switch t.LogicalName {
	case "account", "contact", "systemuser", "team":
		return true
	}
	return false
}

func isActivityLink(r *meta.Relationship) bool {
	return r.Referencing.Activity && r.ReferencingColumn.LogicalName == "regardingobjectid"
}

func refersFrom(t *meta.Table, referencing string) bool {
	return slices.ContainsFunc(t.OneToMany, func(r *meta.Relationship) bool {
		return r.Referencing.LogicalName == referencing && r.ReferencingColumn.LogicalName == "objectid"
	})
}

// collectionSchema is the set name with the capitals of the schema name.
func collectionSchema(t *meta.Table) string {
	if n := len(t.SchemaName); len(t.SetName) > n && strings.EqualFold(t.SetName[:n], t.SchemaName) {
		return t.SchemaName + t.SetName[n:]
	}
	return t.SetName
}

func ownership(t *meta.Table) string {
	switch t.Ownership {
	case meta.UserOwned:
		return "UserOwned"
	case meta.BusinessOwned:
		return "BusinessOwned"
	case meta.OrganizationOwned:
		return "OrganizationOwned"
	}
	return "None"
}

func (d describer) privileges(t *meta.Table) []any {
	list := []any{}
	for right, p := range t.Privileges {
		if p == nil {
			continue
		}
		list = append(list, d.make("SecurityPrivilegeMetadata", map[string]any{
			"CanBeBasic": p.Basic, "CanBeDeep": p.Deep, "CanBeGlobal": p.Global, "CanBeLocal": p.Local,
			"CanBeEntityReference": p.EntityReference, "CanBeParentEntityReference": p.ParentEntityRef,
			"Name": p.Name, "PrivilegeId": p.ID, "PrivilegeType": meta.Right(right).String(),
		}))
	}
	return list
}

// attributes describes the columns that the Web API shows.
func (d describer) attributes(t *meta.Table) []*record {
	var list []*record
	for _, c := range t.Columns {
		if !c.Hidden {
			list = append(list, d.attribute(c))
		}
	}
	return list
}

// attribute describes one column.
func (d describer) attribute(c *meta.Column) *record {
	t := c.Table
	kind, code, display := typeNames(c)
	values := map[string]any{
		"AttributeType": code, "ColumnNumber": int64(c.Ordinal + 1), "EntityLogicalName": t.LogicalName,
		"IsPrimaryId": c == t.PrimaryID, "IsPrimaryName": c == t.PrimaryName,
		"IsValidForCreate": c.ForCreate, "IsValidForRead": c.ForRead, "IsValidForUpdate": c.ForUpdate,
		"IsAuditEnabled": d.auditing(c.Audited, c.Auditable()),
		"IsSecured":      c.Secured, "IsRetrievable": c.ForRead, "LogicalName": c.LogicalName, "SchemaName": c.SchemaName,
		"IsRequiredForForm": c.Required == meta.ApplicationRequired || c.Required == meta.SystemRequired,
		"MetadataId":        metadataID(t.LogicalName, c.LogicalName),
		"AttributeTypeName": d.make("AttributeTypeDisplayName", map[string]any{"Value": display}),
		"IsCustomAttribute": c.Custom, "IsManaged": !c.Custom && !t.Custom, "AutoNumberFormat": orNull(c.AutoNumber),
		"Description": d.texts(c.Labels.Description, "", t.LogicalName, c.LogicalName, "@description"),
		"DisplayName": d.texts(c.Labels.Name, c.DisplayName, t.LogicalName, c.LogicalName),
		"RequiredLevel": d.make("AttributeRequiredLevelManagedProperty", map[string]any{
			"Value": requiredLevel(c), "CanBeChanged": c.Required != meta.SystemRequired,
		}),
	}
	d.detail(c, values)
	r := d.make(kind, values)
	switch {
	case c.OptionSet != nil:
		shared := func() []*record { return []*record{d.shared(c.OptionSet)} }
		r.related = map[string]func() []*record{"OptionSet": shared, "GlobalOptionSet": shared}
	case r.kind.nav("OptionSet") != nil && len(c.Options) > 0:
		r.related = map[string]func() []*record{"OptionSet": func() []*record { return []*record{d.optionSet(c)} }}
	}
	return r
}

// auditing describes the switch of auditing, which what cannot be audited has for good.
func (d describer) auditing(on, may bool) *record {
	return d.make("BooleanManagedProperty", map[string]any{"Value": on, "CanBeChanged": may, "ManagedPropertyLogicalName": "canmodifyauditsettings"})
}

func requiredLevel(c *meta.Column) string {
	return [...]string{
		meta.Optional: "None", meta.Recommended: "Recommended", meta.ApplicationRequired: "ApplicationRequired", meta.SystemRequired: "SystemRequired",
	}[c.Required]
}

// typeNames gives the metadata type of a column, its AttributeTypeCode and its
// AttributeTypeName (Dataverse facts 5.20, 6.1).
func typeNames(c *meta.Column) (kind, code, display string) {
	names := [...][2]string{
		meta.String: {"String"}, meta.Memo: {"Memo"}, meta.Integer: {"Integer"}, meta.BigInt: {"BigInt"}, meta.Decimal: {"Decimal"},
		meta.Double: {"Double"}, meta.Money: {"Money"}, meta.Boolean: {"Boolean"}, meta.DateTime: {"DateTime"}, meta.Choice: {"Picklist"},
		meta.Choices: {"MultiSelectPicklist", "Virtual"}, meta.State: {"State"}, meta.Status: {"Status"}, meta.Lookup: {"Lookup"},
		meta.Customer: {"Lookup", "Customer"}, meta.Owner: {"Lookup", "Owner"}, meta.UniqueID: {"UniqueIdentifier", "Uniqueidentifier"},
		meta.EntityName: {"EntityName"}, meta.File: {"File", "Virtual"}, meta.Image: {"Image", "Virtual"},
	}[c.Kind]
	kind, code = names[0], names[1]
	if code == "" {
		code = kind
	}
	display = code
	if code == "Virtual" {
		display = kind
	}
	return kind + "AttributeMetadata", code, display + "Type"
}

// detail adds what only columns of this kind have.
func (d describer) detail(c *meta.Column, values map[string]any) {
	named := func(kind, value string) *record { return d.make(kind, map[string]any{"Value": value}) }
	switch c.Kind {
	case meta.String:
		values["Format"], values["MaxLength"], values["DatabaseLength"] = textFormat(c), int64(c.MaxLength), int64(2*c.MaxLength)
		values["FormatName"] = named("StringFormatName", textFormat(c))
	case meta.Memo:
		values["MaxLength"], values["FormatName"] = int64(c.MaxLength), named("MemoFormatName", "TextArea")
	case meta.File:
		values["MaxSizeInKB"] = int64(c.MaxKB)
	case meta.Image:
		values["MaxSizeInKB"], values["CanStoreFullImage"], values["IsPrimaryImage"] = int64(c.MaxKB), c.FullImage, c.PrimaryImage
	case meta.Integer:
		values["MinValue"], values["MaxValue"] = int64(c.Min), int64(c.Max)
		if c.Format != "" {
			values["Format"] = c.Format
		}
	case meta.BigInt:
		values["MinValue"], values["MaxValue"] = int64(math.MinInt64), int64(math.MaxInt64)
	case meta.Decimal, meta.Double, meta.Money:
		values["MinValue"], values["MaxValue"], values["Precision"] = c.Min, c.Max, int64(c.Precision)
		if c.Custom && c.Kind == meta.Money {
			values["PrecisionSource"] = int64(c.PrecisionSource)
		}
		if c.BaseOf != nil {
			values["CalculationOf"], values["IsBaseCurrency"] = c.BaseOf.LogicalName, true
		}
	case meta.Boolean:
		values["DefaultValue"] = slices.ContainsFunc(c.Options, func(o meta.Option) bool { return o.Default && o.Value == 1 })
	case meta.DateTime:
		values["DateTimeBehavior"] = named("DateTimeBehavior", [...]string{"UserLocal", "DateOnly", "TimeZoneIndependent"}[c.Date])
		if c.DateOnly {
			values["Format"] = "DateOnly"
		}
	case meta.Lookup, meta.Customer, meta.Owner:
		targets := []any{}
		for _, t := range c.Targets {
			if !c.Anywhere {
				targets = append(targets, t.LogicalName)
			}
		}
		values["Targets"] = targets
	case meta.Choice, meta.Choices, meta.State, meta.Status:
		values["DefaultFormValue"] = defaultOption(c)
	}
}

// textFormat tells e-mail addresses and web addresses by their names, as the standard
// tables name them.
func textFormat(c *meta.Column) string {
	if c.Format != "" {
		return c.Format
	}
	switch name := c.LogicalName; {
	case strings.HasPrefix(name, "emailaddress") || strings.HasSuffix(name, "emailaddress"):
		return "Email"
	case strings.HasSuffix(name, "url"):
		return "Url"
	case name == "tickersymbol":
		return "TickerSymbol"
	case strings.HasPrefix(name, "yomi"):
		return "PhoneticGuide"
	}
	return "Text"
}

// defaultOption is the option that a new row has, -1 for none.
func defaultOption(c *meta.Column) int64 {
	for _, o := range c.Options {
		if o.Default {
			return o.Value
		}
	}
	return -1
}
