package edm

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/custom"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// asTable reads a table to be made.
func (d definer) asTable(b *body) (custom.CreateTable, error) {
	c := custom.CreateTable{
		SchemaName: b.text("SchemaName"), SetName: b.text("EntitySetName"), Activity: b.flag("IsActivity"), Labels: b.labels(),
		Notes: b.flag("HasNotes"), Activities: b.flag("HasActivities"), Ownership: meta.UserOwned,
		Tracked: b.flag("ChangeTrackingEnabled"), AccessTeams: b.flag("AutoCreateAccessTeams"), Audit: audit(b),
	}
	switch b.text("OwnershipType") {
	case "OrganizationOwned":
		c.Ownership = meta.OrganizationOwned
	case "", "UserOwned":
	default:
		c.Ownership = meta.NoOwner
	}
	for _, a := range b.list("Attributes") {
		x, err := d.asColumn(a, strings.ToLower(c.SchemaName))
		if err != nil {
			return c, err
		}
		// Some clients name the primary column at the table alone.
		x.Primary = a.flag("IsPrimaryName") || !a.has("IsPrimaryName") && strings.EqualFold(b.text("PrimaryNameAttribute"), x.Column.SchemaName)
		c.Columns = append(c.Columns, x)
	}
	return c, nil
}

// columnKinds are the types of definitions by the kind of column that they define.
var columnKinds = map[string]meta.Kind{
	"StringAttributeMetadata": meta.String, "MemoAttributeMetadata": meta.Memo, "IntegerAttributeMetadata": meta.Integer,
	"BigIntAttributeMetadata": meta.BigInt, "DecimalAttributeMetadata": meta.Decimal, "DoubleAttributeMetadata": meta.Double,
	"MoneyAttributeMetadata": meta.Money, "BooleanAttributeMetadata": meta.Boolean, "DateTimeAttributeMetadata": meta.DateTime,
	"PicklistAttributeMetadata": meta.Choice, "MultiSelectPicklistAttributeMetadata": meta.Choices, "StateAttributeMetadata": meta.State,
	"StatusAttributeMetadata": meta.Status, "LookupAttributeMetadata": meta.Lookup, "UniqueIdentifierAttributeMetadata": meta.UniqueID,
	"EntityNameAttributeMetadata": meta.EntityName, "FileAttributeMetadata": meta.File, "ImageAttributeMetadata": meta.Image,
}

// asColumn reads a column of a table.
func (d definer) asColumn(b *body, table string) (custom.NewColumn, error) {
	kind, ok := columnKinds[b.kind.name]
	if !ok {
		return custom.NewColumn{}, dverr.InvalidArgument.Text("The type of the attribute %s must be given by @odata.type.", b.text("SchemaName"))
	}
	if kind == meta.Lookup && b.text("AttributeType") == "Customer" {
		kind = meta.Customer
	}
	name := b.text("SchemaName")
	if name == "" {
		name = b.text("LogicalName")
	}
	x := custom.NewColumn{Column: custom.Column{
		Table: table, SchemaName: name, Kind: custom.KindName(kind), Labels: b.labels(),
		Required: required(b.inner("RequiredLevel").text("Value")), Secured: b.flag("IsSecured"), AutoNumber: b.text("AutoNumberFormat"),
		Format: b.inner("FormatName").text("Value"),
	}}
	x.Given.AutoNumber = b.has("AutoNumberFormat")
	if on := audit(b); on != nil {
		x.Given.Audit, x.Column.Unaudited = true, !*on
	}
	if x.Column.Format == "" {
		x.Column.Format = b.text("Format")
	}
	readNumbers(b, &x)
	if kind == meta.DateTime {
		readDate(b, &x.Column)
	}
	return x, d.readOptions(b, &x.Column, kind)
}

// audit reads IsAuditEnabled; nil when it is not given.
func audit(b *body) *bool {
	given := b.inner("IsAuditEnabled")
	if !given.has("Value") {
		return nil
	}
	on := given.flag("Value")
	return &on
}

func required(level string) meta.RequiredLevel {
	switch level {
	case "Recommended":
		return meta.Recommended
	case "ApplicationRequired":
		return meta.ApplicationRequired
	case "SystemRequired":
		return meta.SystemRequired
	}
	return meta.Optional
}

func readNumbers(b *body, x *custom.NewColumn) {
	if n, ok := b.whole("MaxSizeInKB"); ok {
		x.Column.MaxKB = int(n)
	}
	x.Column.FullImage, x.Column.PrimaryImage = b.flag("CanStoreFullImage"), b.flag("IsPrimaryImage")
	if n, ok := b.whole("MaxLength"); ok {
		x.Column.MaxLength, x.Given.Length = int(n), true
	}
	x.Column.Min, x.Given.Low = b.number("MinValue")
	x.Column.Max, x.Given.High = b.number("MaxValue")
	if n, ok := b.whole("Precision"); ok {
		x.Column.Precision, x.Given.Precision = int(n), true
	}
	x.Column.PrecisionSource = 2 // of a currency, as the service sets it
	if n, ok := b.whole("PrecisionSource"); ok {
		x.Column.PrecisionSource = int(n)
	}
	if columnKinds[b.kind.name] != meta.Money {
		x.Column.PrecisionSource = 0
	}
}

func readDate(b *body, x *custom.Column) {
	x.DateOnly = b.text("Format") == "DateOnly"
	x.Format = ""
	switch b.inner("DateTimeBehavior").text("Value") {
	case "DateOnly":
		x.Date, x.DateOnly = meta.DateOnly, x.DateOnly || !b.has("Format")
	case "TimeZoneIndependent":
		x.Date = meta.TimeZoneIndependent
	}
}

// readOptions reads the choices of a column, its own or shared ones.
func (d definer) readOptions(b *body, x *custom.Column, kind meta.Kind) error {
	if kind == meta.Boolean {
		x.Options = booleans(b.inner("OptionSet"))
		if b.flag("DefaultValue") {
			x.DefaultOption = 1
		}
		return nil
	}
	x.DefaultOption, x.HasDefaultOption = b.whole("DefaultFormValue")
	if x.DefaultOption < 0 {
		x.HasDefaultOption = false
	}
	if address, bound := b.binds["GlobalOptionSet"]; bound {
		name, err := d.sharedName(address)
		x.OptionSet = name
		return err
	}
	if set := b.inner("OptionSet"); set != nil {
		if set.flag("IsGlobal") && set.text("Name") != "" {
			x.OptionSet = set.text("Name")
			return nil
		}
		x.Options = optionList(set.list("Options"))
	}
	return nil
}

// sharedName finds the shared choice behind an address.
func (d definer) sharedName(address string) (string, error) {
	at := strings.Index(address, "GlobalOptionSetDefinitions")
	if at < 0 {
		return "", dverr.BadKeySyntax.With()
	}
	found, err := d.follow(split(address[at:], '/'))
	if err != nil {
		return "", err
	}
	if !found.single {
		return "", dverr.BadKeySyntax.With()
	}
	name, _ := found.rows[0].get("Name").(string)
	return name, nil
}

func booleans(set *body) (all []meta.Option) {
	for i, name := range []string{"FalseOption", "TrueOption"} {
		o := set.inner(name)
		if o == nil {
			continue
		}
		one := option(o)
		if one.Value < 0 {
			one.Value = int64(i)
		}
		all = append(all, one)
	}
	return all
}

func optionList(list []*body) (all []meta.Option) {
	for _, o := range list {
		all = append(all, option(o))
	}
	return all
}

// option reads one option; a value that is not given is negative.
func option(b *body) meta.Option {
	o := meta.Option{Value: -1, Labels: meta.Labels{Name: b.label("Label"), Description: b.label("Description")}, Color: b.text("Color")}
	o.Label = meta.InBase(o.Labels.Name)
	if n, ok := b.whole("Value"); ok {
		o.Value = n
	}
	return o
}

// asRelationship reads a relationship to be made.
func (d definer) asRelationship(b *body) (custom.Change, error) {
	if b.kind.name == "ManyToManyRelationshipMetadata" {
		return custom.CreateManyToMany{Relationship: custom.Relationship{
			SchemaName: b.text("SchemaName"), Intersect: b.text("IntersectEntityName"),
			Referenced: strings.ToLower(b.text("Entity1LogicalName")), Referencing: strings.ToLower(b.text("Entity2LogicalName")),
			Navigation1: b.text("Entity1NavigationPropertyName"), Navigation2: b.text("Entity2NavigationPropertyName"),
		}}, nil
	}
	lookup := b.inner("Lookup")
	if lookup == nil {
		return nil, dverr.InvalidRelationship.Text("The relationship %s needs a Lookup.", b.text("SchemaName"))
	}
	x, err := d.asColumn(lookup, strings.ToLower(b.text("ReferencingEntity")))
	return custom.CreateOneToMany{Lookup: x, Relationships: []custom.NewRelationship{oneToMany(b)}}, err
}

func oneToMany(b *body) custom.NewRelationship {
	return custom.NewRelationship{Given: rules(b), Relationship: custom.Relationship{
		SchemaName: b.text("SchemaName"), Referenced: strings.ToLower(b.text("ReferencedEntity")),
		ReferencedNavigation: b.text("ReferencedEntityNavigationPropertyName"),
	}}
}

// rules reads the cascades that a relationship gives. That of Merge follows from the
// tables, and the others of the type are the service's own.
func rules(b *body) custom.Rules {
	given := b.inner("CascadeConfiguration")
	one := func(name string) *meta.Cascade {
		rule, ok := map[string]meta.Cascade{
			"NoCascade": meta.NoCascade, "Cascade": meta.CascadeAll, "Active": meta.CascadeActive, "UserOwned": meta.CascadeOwned,
			"RemoveLink": meta.RemoveLink, "Restrict": meta.Restrict,
		}[given.text(name)]
		if !ok {
			return nil
		}
		return &rule
	}
	return custom.Rules{Delete: one("Delete"), Assign: one("Assign"), Share: one("Share"), Unshare: one("Unshare"), Reparent: one("Reparent")}
}
