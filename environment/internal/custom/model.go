package custom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Model builds the model of the catalogue and the set. The same set gives the same
// model, after every start.
func (s *Set) Model(version int64) (*meta.Model, error) {
	if plain, err := catalog.Standard(); err != nil || s.empty() && version == plain.Version {
		return plain, err
	}
	standard, err := catalog.Names()
	if err != nil {
		return nil, err
	}
	b := &builder{set: s, standard: standard}
	d, err := catalog.Compose(b.added())
	if err != nil {
		return nil, fmt.Errorf("compose tables: %w", err)
	}
	b.d = &d
	d.Version = version
	for _, step := range []func() error{b.optionSets, b.tables, b.columns, b.relationships, b.attachments, b.keys} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	m, err := meta.Build(d)
	if err != nil {
		return nil, fmt.Errorf("build the model: %w", err)
	}
	return m, nil
}

// empty tells whether makers have left everything as it was.
func (s *Set) empty() bool {
	return len(s.tables)+len(s.columns)+len(s.relationships)+len(s.keys)+len(s.optionSets) == 0
}

// builder puts a set into a definition.
type builder struct {
	set      *Set
	standard map[string]bool // the catalogue's tables
	d        *meta.Definition
}

// added writes the tables that the catalogue lacks in its language: the system columns,
// the relationships and the privileges come from there.
func (b *builder) added() []catalog.Added {
	var all []catalog.Added
	for _, t := range ordered(b.set.tables, func(t Table) int64 { return t.Order }) {
		name := strings.ToLower(t.SchemaName)
		if !b.standard[name] {
			all = append(all, catalog.Added{Name: name, Text: t.text()})
		}
	}
	for _, r := range b.set.inOrder() {
		if r.Intersect != "" {
			all = append(all, catalog.Added{Name: strings.ToLower(r.Intersect), Text: r.text()})
		}
	}
	return all
}

// text gives the lines of a table (Dataverse facts 6.4).
func (t Table) text() string {
	owner, with, privileges := "organization", "stamps state version import timezone", "G create read write delete append appendto"
	if t.UserOwned {
		owner, with, privileges = "user", "stamps owner state version import timezone", "BLDG create read write delete append appendto assign share"
	}
	lines := []string{
		fmt.Sprintf("table %s %s %d %s", t.SchemaName, t.SetName, t.TypeCode, owner),
		fmt.Sprintf("primary %sId %s", t.SchemaName, t.Primary),
		"can create update delete",
		"with " + with,
		fmt.Sprintf("privileges %s %s", t.SchemaName, privileges),
		fmt.Sprintf(`%sId id createonly required "%s"`, t.SchemaName, plain(meta.InBase(t.Labels.Name))),
		t.Primary + ` string 100 "Name"`, // its own definition replaces this one
	}
	if !t.UserOwned {
		lines = append(lines, `OrganizationId lookup readonly "Organization Id"`,
			"rel organization_"+strings.ToLower(t.SchemaName)+" organizationid -> organization")
	}
	return strings.Join(lines, "\n")
}

// plain takes the quote out of a text that stands between quotes.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '"' || r < ' ' {
			return ' '
		}
		return r
	}, text)
}

// text gives the lines of an intersect table. The columns have the names of the primary
// ids; of a table joined with itself they are told apart by one and two.
func (r Relationship) text() string {
	one, two := r.intersectColumns()
	return strings.Join([]string{
		fmt.Sprintf("table %s %s %d none intersect", r.Intersect, intersectSet(r.Intersect), r.TypeCode),
		fmt.Sprintf("primary %sId -", r.Intersect),
		"with version",
		r.Intersect + `Id id readonly required "Id"`,
		one + ` id readonly "Id"`,
		two + ` id readonly "Id"`,
		fmt.Sprintf("manymany %s %s %s %s %s %s", r.SchemaName, r.Referenced, r.Referencing, strings.ToLower(r.Intersect), one, two),
	}, "\n")
}

// intersectSet names the set of an intersect table as the service does (facts 5.4).
func intersectSet(intersect string) string { return strings.ToLower(intersect) + "set" }

func (r Relationship) intersectColumns() (one, two string) {
	if r.Referenced == r.Referencing {
		return r.Referenced + "idone", r.Referencing + "idtwo"
	}
	return r.Referenced + "id", r.Referencing + "id"
}

func (s *Set) inOrder() []Relationship {
	return ordered(s.relationships, func(r Relationship) int64 { return r.Order })
}

func (b *builder) optionSets() error {
	for _, o := range ordered(b.set.optionSets, func(o OptionSet) int64 { return o.Order }) {
		b.d.OptionSets = append(b.d.OptionSets, &meta.OptionSet{Name: o.Name, Labels: o.Labels, Options: o.Options})
	}
	return nil
}

func (b *builder) table(name string) (*meta.Table, error) {
	at := slices.IndexFunc(b.d.Tables, func(t *meta.Table) bool { return t.LogicalName == name })
	if at < 0 {
		return nil, fmt.Errorf("no table %s", name)
	}
	return b.d.Tables[at], nil
}

func (b *builder) tables() error {
	for name, x := range b.set.tables {
		t, err := b.table(name)
		if err != nil {
			return err
		}
		t.Labels, t.Custom = x.Labels, !b.standard[name]
		t.DisplayName, t.DisplayCollectionName = meta.InBase(x.Labels.Name), meta.InBase(x.Labels.Plural)
		t.ChangeTracking, t.AccessTeams = t.ChangeTracking || x.Tracked, x.AccessTeams
		if x.Audit != nil {
			t.Audited = *x.Audit
		}
		if t.Custom {
			t.PrimaryID.Custom = true
		}
	}
	return nil
}

func (b *builder) columns() error {
	for _, x := range ordered(b.set.columns, func(c Column) int64 { return c.Order }) {
		t, err := b.table(x.Table)
		if err != nil {
			return err
		}
		c := find(t, x.LogicalName())
		if c == nil {
			if c, err = b.add(t, x); err != nil {
				return err
			}
		}
		if c == t.PrimaryName && t.Custom {
			c.Custom = true
		}
		b.paint(c, x)
	}
	return nil
}

// add appends a column; one of money brings its value in base currency along, and the
// table a currency when it has none.
func (b *builder) add(t *meta.Table, x Column) (*meta.Column, error) {
	c := &meta.Column{
		SchemaName: x.SchemaName, LogicalName: x.LogicalName(), Kind: kindOf(x.Kind),
		ForCreate: true, ForUpdate: true, ForRead: true, Custom: true,
	}
	t.Columns = append(t.Columns, c)
	addContent(t, c)
	if c.Kind != meta.Money {
		return c, nil
	}
	t.Columns = append(t.Columns, catalog.BaseOf(c))
	return c, catalog.Include(b.d, t, "currency")
}

func find(t *meta.Table, name string) *meta.Column {
	at := slices.IndexFunc(t.Columns, func(c *meta.Column) bool { return c.LogicalName == name })
	if at < 0 {
		return nil
	}
	return t.Columns[at]
}

// paint gives a column what a maker may set of it.
func (b *builder) paint(c *meta.Column, x Column) {
	c.Labels, c.DisplayName = x.Labels, meta.InBase(x.Labels.Name)
	c.Required, c.Secured = x.Required, x.Secured
	c.Audited = !x.Unaudited && c.Auditable()
	c.MaxLength, c.Min, c.Max, c.Precision, c.PrecisionSource = x.MaxLength, x.Min, x.Max, x.Precision, x.PrecisionSource
	c.Format, c.AutoNumber, c.Date, c.DateOnly = x.Format, x.AutoNumber, x.Date, x.DateOnly
	c.MaxKB, c.FullImage, c.PrimaryImage = x.MaxKB, x.FullImage, x.PrimaryImage
	c.Options = x.Options
	for _, o := range b.d.OptionSets {
		if x.OptionSet != "" && strings.EqualFold(o.Name, x.OptionSet) {
			c.OptionSet, c.Options = o, slices.Clone(o.Options)
			for i := range c.Options {
				c.Options[i].Default = x.HasDefaultOption && c.Options[i].Value == x.DefaultOption
			}
		}
	}
}

func (b *builder) relationships() error {
	all := b.set.inOrder()
	for _, r := range all {
		if r.Intersect != "" {
			b.rename(r)
			continue
		}
		t, err := b.table(r.Referencing)
		if err != nil {
			return err
		}
		lookup := find(t, r.Lookup)
		if lookup == nil {
			return fmt.Errorf("relationship %s: no column %s.%s", r.SchemaName, r.Referencing, r.Lookup)
		}
		navigation := lookup.SchemaName
		if lookup.Kind == meta.Customer || b.shared(r) {
			navigation += "_" + r.Referenced
		}
		b.d.Targets[lookup] = append(b.d.Targets[lookup], r.Referenced)
		b.d.Relationships = append(b.d.Relationships, meta.RelationshipDefinition{
			SchemaName: r.SchemaName, Referenced: r.Referenced, Referencing: r.Referencing, Lookup: r.Lookup,
			ReferencingNavigation: navigation, ReferencedNavigation: r.ReferencedNavigation, Custom: true,
			Delete: r.Delete, Assign: r.Assign, Share: r.Share, Unshare: r.Unshare, Reparent: r.Reparent,
		})
	}
	return nil
}

// shared reports a lookup that other relationships go through as well.
func (b *builder) shared(r Relationship) bool {
	for _, other := range b.set.relationships {
		if other.Intersect == "" && other.Referencing == r.Referencing && other.Lookup == r.Lookup && other.SchemaName != r.SchemaName {
			return true
		}
	}
	return false
}

// rename gives the collections of a many-to-many relationship their names.
func (b *builder) rename(r Relationship) {
	for i := range b.d.Relationships {
		d := &b.d.Relationships[i]
		if d.SchemaName != r.SchemaName {
			continue
		}
		d.Custom, d.Navigation1, d.Navigation2 = true, r.Navigation1, r.Navigation2
	}
}

// attachments lets notes and tasks regard the tables that have them.
func (b *builder) attachments() error {
	for _, x := range ordered(b.set.tables, func(t Table) int64 { return t.Order }) {
		name := strings.ToLower(x.SchemaName)
		if b.standard[name] {
			continue
		}
		if x.Notes {
			if err := b.attach(name, "annotation", "objectid", x.SchemaName+"_Annotations", "objectid_"+name); err != nil {
				return err
			}
		}
		if x.Activities {
			if err := b.attach(name, "task", "regardingobjectid", x.SchemaName+"_Tasks", "regardingobjectid_"+name+"_task"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *builder) attach(table, to, lookup, relationship, navigation string) error {
	t, err := b.table(to)
	if err != nil {
		return err
	}
	c := find(t, lookup)
	b.d.Targets[c] = append(b.d.Targets[c], table)
	b.d.Relationships = append(b.d.Relationships, meta.RelationshipDefinition{
		SchemaName: relationship, Referenced: table, Referencing: to, Lookup: lookup,
		ReferencingNavigation: navigation, ReferencedNavigation: relationship, Custom: true,
		Delete: meta.CascadeAll, Assign: meta.CascadeAll, Share: meta.CascadeAll, Unshare: meta.CascadeAll, Reparent: meta.CascadeAll,
	})
	return nil
}

func (b *builder) keys() error {
	for _, k := range ordered(b.set.keys, func(k Key) int64 { return k.Order }) {
		b.d.Keys = append(b.d.Keys, meta.KeyDefinition{
			Table: k.Table, SchemaName: k.SchemaName, LogicalName: strings.ToLower(k.SchemaName),
			DisplayName: meta.InBase(k.Labels.Name), Columns: k.Columns, Status: k.Status,
		})
	}
	return nil
}
