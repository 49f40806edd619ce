package fetchxml

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/predicate"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// outputs adds the columns that an entity or a link asks for. A link's are called
// alias.column (Dataverse facts 5.13).
func (b *binder) outputs(s *query.Select, e *entity, alias string) error {
	if e.none && b.f.distinct {
		return e.at.fail(dverr.FetchNoAttrsDistinct)
	}
	if e.all {
		if b.f.aggregate {
			return e.at.fail(dverr.FetchPlainInAggregate)
		}
		return b.allOutputs(s, alias)
	}
	for _, a := range e.attributes {
		c, err := column(a.at, s.Table, a.name)
		if err != nil {
			return err
		}
		out := query.Output{Col: query.Col{Of: s, C: c}}
		switch {
		case a.rowAggregate != "":
			err = b.countChildren(&out, a)
		case b.f.aggregate:
			err = b.aggregated(&out, a)
		default:
			err = b.plain(&out, a, alias)
		}
		if err != nil {
			return err
		}
		b.root.Columns = append(b.root.Columns, out)
	}
	return nil
}

func (b *binder) allOutputs(s *query.Select, alias string) error {
	for _, c := range s.Table.Columns {
		if c.Hidden || !c.ForRead || c.Storage() == meta.Bytes {
			continue
		}
		out := query.Output{Col: query.Col{Of: s, C: c}}
		if err := b.plain(&out, attribute{at: b.f.at}, alias); err != nil {
			return err
		}
		b.root.Columns = append(b.root.Columns, out)
	}
	return nil
}

// plain completes the output of a column's value.
func (b *binder) plain(out *query.Output, a attribute, alias string) error {
	if a.aggregate != "" || a.groupBy || a.dateGrouping != "" {
		return a.at.fail(dverr.FetchBadAggregate)
	}
	c := out.Col.C
	name := c.Property
	switch {
	case a.alias != "":
		if !identifier(a.alias) {
			return a.at.fail(dverr.FetchInvalidAlias)
		}
		out.Name = a.alias
	case alias != "":
		out.Name = alias + "." + c.LogicalName
	}
	if out.Name != "" {
		name = out.Name
	} else {
		b.properties = append(b.properties, name)
	}
	b.annotate(out)
	return b.take(a.at, name)
}

func (b *binder) take(at *element, name string) error {
	if b.used[name] {
		return at.fail(dverr.FetchDuplicateAlias)
	}
	b.used[name] = true
	return nil
}

// annotate asks for what annotations of the value need.
func (b *binder) annotate(out *query.Output) {
	c := out.Col.C
	switch {
	case c.Kind == meta.Money:
		out.Label = b.Labels
	case c.IsLookup() && len(c.Targets) > 0:
		out.Label = b.Labels && !c.Anywhere
		out.Type = len(c.Targets) > 1 && b.Types
	}
}

// aggregated completes an output of an aggregate query.
func (b *binder) aggregated(out *query.Output, a attribute) error {
	switch {
	case a.aggregate == "" && !a.groupBy:
		return a.at.fail(dverr.FetchPlainInAggregate)
	case a.aggregate != "" && a.groupBy:
		return a.at.fail(dverr.FetchGroupAndAggregate)
	case !identifier(a.alias):
		return a.at.fail(dverr.FetchInvalidAlias)
	}
	out.Name = a.alias
	b.annotate(out)
	b.properties = append(b.properties, a.alias)
	if err := b.take(a.at, a.alias); err != nil {
		return err
	}
	if a.groupBy {
		return b.group(out, a)
	}
	out.Once = a.distinct
	return function(out, a)
}

// group makes the output a key of groups.
func (b *binder) group(out *query.Output, a attribute) error {
	if a.dateGrouping == "" {
		if out.Col.C.Storage() == meta.Bytes {
			return a.at.fail(dverr.FetchAggregateType, "groupby", typeName(out.Col.C))
		}
		return nil
	}
	part, known := dateParts[a.dateGrouping]
	switch a.dateGrouping {
	case "fiscal-period":
		part, known = b.Fiscal.Period(), true
	case "fiscal-year":
		part, known = b.Fiscal.Year(), true
	}
	if !known || out.Col.C.Kind != meta.DateTime {
		return a.at.fail(dverr.FetchBadDateGrouping)
	}
	out.Part = part
	if !a.inUTC {
		out.Zone = b.PartZone(out.Col.C)
	}
	return nil
}

// dateParts are the groupings of dates by the calendar.
var dateParts = map[string]query.Part{
	"day": query.Day, "week": query.Week, "month": query.Month, "quarter": query.Quarter, "year": query.Year,
}

var functions = map[string]query.Function{
	"count": query.Count, "countcolumn": query.CountValues, "sum": query.Sum, "avg": query.Average, "min": query.Least, "max": query.Greatest,
}

// countChildren makes the output the number of rows whose hierarchy parent the row is.
func (b *binder) countChildren(out *query.Output, a attribute) error {
	t := out.Col.C.Table
	parent := predicate.ParentOf(t)
	switch {
	case a.rowAggregate != "CountChildren" || b.f.aggregate || b.f.distinct || out.Col.C != t.PrimaryID || a.aggregate != "" || a.groupBy:
		return a.at.fail(dverr.FetchBadAggregate)
	case parent == nil:
		return a.at.fail(dverr.FetchNoHierarchy, t.LogicalName)
	case !identifier(a.alias):
		return a.at.fail(dverr.FetchInvalidAlias)
	}
	rows, id := &query.Select{Table: t}, out.Col
	rows.Where = query.Compare{Col: query.Col{Of: rows, C: parent}, Op: query.Equal, Other: &id}
	out.Rows, out.Name = rows, a.alias
	return b.take(a.at, a.alias)
}

// function makes the output a function of the group's values, which must be of a
// type that the function takes.
func function(out *query.Output, a attribute) error {
	f, known := functions[a.aggregate]
	if !known || a.dateGrouping != "" {
		return a.at.fail(dverr.FetchBadAggregate)
	}
	c := out.Col.C
	fits := true
	switch f {
	case query.Sum, query.Average:
		fits = isNumber(c)
	case query.Least, query.Greatest:
		fits = isNumber(c) || c.Kind == meta.DateTime
	}
	if !fits || c.Storage() == meta.Bytes {
		return a.at.fail(dverr.FetchAggregateType, a.aggregate, typeName(c))
	}
	if out.Once && f == query.Count {
		f = query.CountValues
	}
	out.Function = f
	if f == query.Count || f == query.CountValues {
		out.Label, out.Type = false, false
	}
	return nil
}

func isNumber(c *meta.Column) bool {
	switch c.Kind {
	case meta.Integer, meta.BigInt, meta.Decimal, meta.Double, meta.Money:
		return true
	}
	return false
}

// typeName is how the service calls a column's type.
func typeName(c *meta.Column) string {
	names := map[meta.Kind]string{
		meta.String: "string", meta.Memo: "memo", meta.Integer: "integer", meta.BigInt: "bigint", meta.Decimal: "decimal", meta.Double: "double",
		meta.Money: "money", meta.Boolean: "boolean", meta.DateTime: "datetime", meta.Choice: "picklist", meta.Choices: "multiselectpicklist",
		meta.State: "state", meta.Status: "status", meta.Lookup: "lookup", meta.Customer: "customer", meta.Owner: "owner",
		meta.UniqueID: "uniqueidentifier", meta.EntityName: "entityname", meta.File: "file", meta.Image: "image",
	}
	return names[c.Kind]
}

// complete adds what no answer leaves out: every column when none was asked for, the
// currency beside money, and the primary id, unless rows are aggregated or distinct
// and so are no rows of the table.
func (b *binder) complete() error {
	if len(b.root.Columns) == 0 && !b.f.entity.none {
		if err := b.allOutputs(b.root, ""); err != nil {
			return err
		}
		b.properties = nil
	}
	if b.root.Distinct {
		return nil
	}
	if currency := b.root.Table.Column("transactioncurrencyid"); currency != nil && b.hasMoney() {
		b.addOwn(currency)
	}
	b.addOwn(b.root.Table.PrimaryID)
	return nil
}

func (b *binder) hasMoney() bool {
	for _, o := range b.root.Columns {
		if o.Col.Of == b.root && o.Col.C.Kind == meta.Money {
			return true
		}
	}
	return false
}

// addOwn adds a column of the root unless it is there under its own name.
func (b *binder) addOwn(c *meta.Column) {
	if b.used[c.Property] {
		return
	}
	b.used[c.Property] = true
	out := query.Output{Col: query.Col{Of: b.root, C: c}}
	b.annotate(&out)
	b.root.Columns = append(b.root.Columns, out)
}
