package search

import (
	"fmt"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Searched is a table that is searched, with its columns by logical name.
type Searched struct {
	Table    string
	TypeCode int64
	Name     string
	Columns  []string
}

// Status tells whether search is on, and over what. Nothing is indexed here, so that all is
// as of now; the names of fields of an index are made up.
func Status(on bool, tables []Searched, now time.Time) ([]byte, error) {
	if !on {
		return plainJSON(ordered{{"value", ordered{{"status", "notprovisioned"}, {"lockboxstatus", "Unknown"}}}})
	}
	list := make([]ordered, len(tables))
	synced := fmt.Sprintf("%d!%s", now.Unix(), now.UTC().Format("01/02/2006 15:04:05"))
	for i, t := range tables {
		fields := ordered{}
		for n, c := range t.Columns {
			fields = append(fields, member{c, ordered{{"indexfieldname", fmt.Sprintf("a%d_%d", i, n)}}})
		}
		list[i] = ordered{
			{"entitylogicalname", t.Table}, {"objecttypecode", t.TypeCode}, {"primarynamefield", t.Name},
			{"lastdatasynctimestamp", synced}, {"lastprincipalobjectaccesssynctimestamp", synced},
			{"entitystatus", "EntitySyncComplete"}, {"searchableindexedfieldinfomap", fields},
		}
	}
	return plainJSON(ordered{{"value", ordered{
		{"entitystatusresults", list}, {"manytomanyrelationshipsyncstatus", []any{}}, {"status", "provisioned"},
		{"lockboxstatus", "Disabled"}, {"cmkstatus", "Disabled"},
	}}})
}

// bytesOfDocument is what a document is taken to need in an index.
const bytesOfDocument = 1024

// Statistics tells how many documents there are, and an estimate of what they need.
func Statistics(documents int64) ([]byte, error) {
	size := documents * bytesOfDocument
	return plainJSON(ordered{{"value", ordered{
		{"storagesizeinbytes", size}, {"storagesizeinmb", size >> 20}, {"documentcount", documents},
	}}})
}

// Narrows is a condition that every row meets in which the request's text is found in one
// of the columns; nil where there is none.
func (r *Request) Narrows(s *query.Select, in []*meta.Column) query.Expr {
	if r.find == nil {
		return query.Const{}
	}
	return r.find.narrows(s, in)
}

// Rename gives the names in a filter others; what stands in quotes is no name.
func Rename(filter string, to func(string) string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(filter); {
		end := i
		for end < len(filter) && (letter(filter[end]) || end > i && filter[end] >= '0' && filter[end] <= '9') {
			end++
		}
		before := i > 0 && (filter[i-1] >= '0' && filter[i-1] <= '9' || filter[i-1] == '-')
		switch {
		case end > i && !quoted && !before:
			b.WriteString(to(filter[i:end]))
		case end > i:
			b.WriteString(filter[i:end])
		default:
			quoted = quoted != (filter[i] == '\'')
			end = i + 1
			b.WriteByte(filter[i])
		}
		i = end
	}
	return b.String()
}

func letter(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
