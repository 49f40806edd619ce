package meta

import "strings"

// AttachmentTable is the table that describes what File columns hold.
const AttachmentTable = "fileattachment"

// MailAttachmentTable is the table of what is attached to activities.
const MailAttachmentTable = "activitymimeattachment"

// PartyTable is the table of who takes part in activities.
const PartyTable = "activityparty"

// QueueItemTable is the table of what stands in queues.
const QueueItemTable = "queueitem"

// The greatest contents when a definition says nothing, and the greatest that a
// definition may allow, in KB (Dataverse facts 5.18, 5.20).
const (
	DefaultFileKB  = 32_768
	MostFileKB     = 10_485_760
	DefaultImageKB = 10_240
	MostImageKB    = 30_720
)

// HoldsContent reports the kinds whose content is kept beside the database and moves
// through addresses of its own.
func (c *Column) HoldsContent() bool { return c != nil && (c.Kind == File || c.Kind == Image) }

// Companions makes the read-only columns that come with a File or Image column, nil for
// other kinds (Dataverse facts 5.18).
func Companions(c *Column) []*Column {
	with := func(suffix string, kind Kind, length int) *Column {
		d := &Column{
			SchemaName: c.SchemaName + suffix, Kind: kind, MaxLength: length, ForRead: true, DisplayName: c.DisplayName + suffix,
		}
		d.LogicalName = strings.ToLower(d.SchemaName)
		return d
	}
	switch c.Kind {
	case File:
		return []*Column{with("_Name", String, 250)}
	case Image:
		return []*Column{with("_Timestamp", BigInt, 0), with("_URL", String, 200), with("Id", UniqueID, 0)}
	}
	return nil
}

// Companion finds a companion of the column by the end of its name: "_name",
// "_timestamp", "_url", "id".
func (c *Column) Companion(suffix string) *Column { return c.Table.Column(c.LogicalName + suffix) }

// attach gives the table that describes contents a relationship from every table with
// a File column: {table}_FileAttachments (Dataverse facts 5.18).
func (m *Model) attach() error {
	attachments := m.byName[AttachmentTable]
	if attachments == nil {
		return nil
	}
	for _, t := range m.Tables {
		if !t.HasFiles() {
			continue
		}
		attachments.byName["objectid"].Targets = append(attachments.byName["objectid"].Targets, t)
		name := t.LogicalName + "_FileAttachments"
		d := RelationshipDefinition{
			SchemaName: name, Referenced: t.LogicalName, Referencing: AttachmentTable, Lookup: "objectid",
			ReferencingNavigation: "objectid_" + t.LogicalName, ReferencedNavigation: name,
		}
		if err := m.addRelationship(d); err != nil {
			return err
		}
	}
	return nil
}

// HasFiles reports a table with a File column.
func (t *Table) HasFiles() bool {
	for _, c := range t.Columns {
		if c.Kind == File {
			return true
		}
	}
	return false
}
