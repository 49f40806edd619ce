package store

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// sharedNames makes shares follow the names of the rows of a model's tables, and gives
// those that were made before shares kept names theirs.
func (d ddl) sharedNames(m *meta.Model, have map[string][]string) string {
	if m.Table(meta.SharingTable) == nil {
		return ""
	}
	var b strings.Builder
	for _, t := range m.Tables {
		if !t.Named() {
			continue
		}
		b.WriteString(d.follow(t))
		if have[t.LogicalName] != nil && have[meta.SharingTable] != nil {
			b.WriteString("UPDATE " + quote(meta.SharingTable) + " SET " + quote(meta.SharedName) + " = (SELECT " + quote(t.PrimaryName.LogicalName) +
				" FROM " + quote(t.LogicalName) + " WHERE " + quote(t.PrimaryID.LogicalName) + " = objectid) WHERE objecttypecode = '" +
				t.LogicalName + "' AND " + quote(meta.SharedName) + " IS NULL;\n")
		}
	}
	return b.String()
}
