package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// tableReader reads the lines of one table. The first word of a line says what it
// is; a line that starts with none of the words below is a column, and an indented
// one gives the options of the column above it.
type tableReader struct {
	table         *meta.Table
	primaryID     string
	primaryName   string
	rules         []privilegeRule
	relationships []meta.RelationshipDefinition
	keys          []meta.KeyDefinition
	target        map[string][]string // by logical name of the lookup
	bound         map[string]bool     // lookups that the table's own file relates
	with          []string
	inPart        bool
	parts         func(name string) (file, text string, err error)
}

// read takes the lines of a file.
func (t *tableReader) read(file, text string) error {
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \r")
		if line == "" || line[0] == '#' {
			continue
		}
		if err := t.line(i+1, line); err != nil {
			return fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	return nil
}

func (t *tableReader) line(number int, line string) error {
	if line[0] == ' ' {
		return t.options(line)
	}
	words := strings.Fields(line)
	switch words[0] {
	case "table":
		return t.head(words[1:])
	case "label":
		return t.labels(line)
	case "primary":
		return t.primary(words[1:])
	case "can":
		return t.can(words[1:])
	case "with":
		t.with = append(t.with, words[1:]...)
		return nil
	case "privileges":
		return t.privilegeLine(number, words[1:])
	case "use":
		return t.use(words[1:])
	case "rel":
		return t.relation(words[1:])
	case "target":
		return t.targets(words[1:])
	case "key":
		return t.key(line)
	case "manymany":
		return t.manyToMany(words[1:])
	}
	return t.column(line)
}

// head reads "table SchemaName set typecode ownership [activity] [intersect]".
func (t *tableReader) head(words []string) error {
	if len(words) < 4 {
		return errors.New("want: table SchemaName set typecode ownership")
	}
	code, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil {
		return fmt.Errorf("type code %q is not a number", words[2])
	}
	owner, ok := map[string]meta.Ownership{
		"none": meta.NoOwner, "user": meta.UserOwned, "business": meta.BusinessOwned, "organization": meta.OrganizationOwned,
	}[words[3]]
	if !ok {
		return fmt.Errorf("unknown ownership %q", words[3])
	}
	t.table.SchemaName, t.table.LogicalName = words[0], strings.ToLower(words[0])
	t.table.SetName, t.table.TypeCode, t.table.Ownership = words[1], code, owner
	for _, word := range words[4:] {
		switch word {
		case "activity":
			t.table.Activity = true
		case "intersect":
			t.table.Intersect = true
		default:
			return fmt.Errorf("unknown word %q", word)
		}
	}
	return nil
}

func (t *tableReader) labels(line string) error {
	parts := strings.Split(line, `"`)
	if len(parts) != 5 || parts[1] == "" || parts[3] == "" {
		return errors.New(`want: label "One" "Many"`)
	}
	t.table.DisplayName, t.table.DisplayCollectionName = parts[1], parts[3]
	return nil
}

func (t *tableReader) primary(words []string) error {
	if len(words) != 2 {
		return errors.New("want: primary IdColumn NameColumn, or - for no name")
	}
	t.primaryID, t.primaryName = strings.ToLower(words[0]), strings.ToLower(words[1])
	return nil
}

func (t *tableReader) can(words []string) error {
	for _, word := range words {
		switch word {
		case "create":
			t.table.CanCreate = true
		case "update":
			t.table.CanUpdate = true
		case "delete":
			t.table.CanDelete = true
		case "track":
			t.table.ChangeTracking = true
		case "audit":
			t.table.Audited = true
		default:
			return fmt.Errorf("unknown word %q", word)
		}
	}
	return nil
}

// use reads "use part n": a part with {n} replaced, which gives address 1 and 2.
func (t *tableReader) use(words []string) error {
	if len(words) != 2 {
		return errors.New("want: use part number")
	}
	return t.include(words[0], words[1])
}

func (t *tableReader) include(part, number string) error {
	file, text, err := t.parts(part)
	if err != nil {
		return err
	}
	text = strings.NewReplacer("{n}", number, "{table}", t.table.LogicalName).Replace(text)
	return t.read(file, text)
}

// finish adds the parts named by "with" and finds the primary columns. A relation
// of a part gives way to the table's own for the same column, since the service
// names these relationships irregularly.
func (t *tableReader) finish() error {
	t.inPart = true
	for _, part := range t.with {
		if err := t.include(part, ""); err != nil {
			return err
		}
	}
	for _, c := range t.table.Columns {
		c.Audited = c.Auditable()
	}
	t.table.OptimisticConcurrency = slices.Contains(t.with, "version") && !t.table.Intersect
	if t.table.ChangeTracking && t.find("versionnumber") == nil {
		return errors.New("rows without versionnumber cannot be followed")
	}
	t.table.PrimaryID = t.find(t.primaryID)
	if t.table.PrimaryID == nil {
		return fmt.Errorf("no column %q to be the primary id", t.primaryID)
	}
	if t.primaryName != "-" {
		if t.table.PrimaryName = t.find(t.primaryName); t.table.PrimaryName == nil {
			return fmt.Errorf("no column %q to be the primary name", t.primaryName)
		}
	}
	return t.nameNavigation()
}

func (t *tableReader) find(logicalName string) *meta.Column {
	for _, c := range t.table.Columns {
		if c.LogicalName == logicalName {
			return c
		}
	}
	return nil
}

// key reads "key SchemaName Column … "Display name"": an alternate key.
func (t *tableReader) key(line string) error {
	text, label, _ := strings.Cut(line, `"`)
	label, rest, closed := strings.Cut(label, `"`)
	words := strings.Fields(text)
	if len(words) < 3 || !closed || rest != "" {
		return errors.New(`want: key SchemaName Column … "Display name"`)
	}
	d := meta.KeyDefinition{
		Table: t.table.LogicalName, SchemaName: words[1], LogicalName: strings.ToLower(words[1]), DisplayName: label,
	}
	for _, name := range words[2:] {
		d.Columns = append(d.Columns, strings.ToLower(name))
	}
	t.keys = append(t.keys, d)
	return nil
}
