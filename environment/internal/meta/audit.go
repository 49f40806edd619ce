package meta

// AuditTable keeps who changed which row.
const AuditTable = "audit"

// Auditable reports whether IsAuditEnabled can be set: of tables whose rows clients
// change, and which do not keep changes themselves.
func (t *Table) Auditable() bool {
	return !t.Intersect && t.LogicalName != AuditTable && (t.CanCreate || t.CanUpdate)
}

// Auditable reports whether changes of the column can be kept: what clients set as text,
// number or link is; what the service stamps on every write, and contents, are not.
func (c *Column) Auditable() bool {
	switch {
	case c.Hidden || c.Body || !c.ForRead || !c.ForCreate && !c.ForUpdate:
		return false
	case c.Kind == UniqueID || c.Kind == File || c.Kind == Image:
		return false
	}
	switch c.LogicalName {
	case "importsequencenumber", "overriddencreatedon", "timezoneruleversionnumber", "utcconversiontimezonecode":
		return false
	}
	return true
}

// entities are the tables that have rows of their own.
func (m *Model) entities() (all []*Table) {
	for _, t := range m.Tables {
		if !t.Intersect {
			all = append(all, t)
		}
	}
	return all
}
