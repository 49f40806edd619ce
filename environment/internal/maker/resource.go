package maker

import (
	"encoding/base64"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Tables of components that are rows and nothing else here: no page shows a web resource,
// and no flow uses a connection.
const (
	resourceTable   = "webresource"
	connectionTable = "connectionreference"
)

// beginResource judges the name and the content of a new web resource (Microsoft Learn, "Web
// resources": name limitations). The codes of the service's refusals are not in the facts.
func (w work) beginResource(d *rows.Draft) error {
	name := d.Value(d.Table.Column("name")).Text()
	if name == "" {
		return nil // refused as any required column
	}
	prefix, rest, found := strings.Cut(name, "_")
	plain := strings.NewReplacer("_", "", ".", "", "/", "").Replace(rest)
	if !found || !isPlainName(prefix) || !isPlainName(plain) || strings.Contains(name, "//") {
		return dverr.InvalidArgument.Text("Web resource names may only include letters, numbers, periods, and nonconsecutive forward slash characters, and must start with a customization prefix.")
	}
	if err := w.isPrefix(prefix); err != nil {
		return err
	}
	if err := w.aloneIn(d, "name"); err != nil {
		return err
	}
	return w.guardResource(d)
}

// guardResource wants the content of a web resource to be base64.
func (w work) guardResource(d *rows.Draft) error {
	c := d.Table.Column("content")
	if !d.Gives(c) {
		return nil
	}
	if _, err := base64.StdEncoding.DecodeString(d.Value(c).Text()); err != nil {
		return dverr.InvalidArgument.Text("The '%s' of the '%s' entity is not Base64.", c.LogicalName, d.Table.LogicalName).Because(err)
	}
	return nil
}

// aloneIn lets one row alone have its value of a text column that names it.
func (w work) aloneIn(d *rows.Draft, column string) error {
	c := d.Table.Column(column)
	name := d.Value(c)
	if name.IsNull() {
		return nil // refused as any required column
	}
	return w.alone(d, "the "+column+" "+name.Text()+" is taken", func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, c, name), query.Not{Member: rows.Is(s, d.Table.PrimaryID, query.GUID(d.ID))})
	})
}
