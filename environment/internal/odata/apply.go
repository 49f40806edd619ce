package odata

import (
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// maxAggregated is how many rows a question may aggregate (Dataverse facts 5.12).
const maxAggregated = 50000

// ReadApply reads $apply: filters, then groupby or aggregate. given is false when the
// URL has none. The answer is written as FetchXML's aggregates are.
func (r Request) ReadApply(t *meta.Table, rawQuery string) (q Fetched, given bool, err error) {
	if !strings.Contains(rawQuery, "apply=") {
		return q, false, nil
	}
	text, aliases, top := "", map[string]string{}, maxRows
	for part := range strings.SplitSeq(rawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, _ = decodeQuery(name)
		value, ok := decodeQuery(value)
		switch name = strings.TrimSpace(name); {
		case !ok:
			return q, true, invalid("Bad Request - Error in query syntax.")
		case name == "$apply" && given:
			return q, true, invalid("Query option '$apply' was specified more than once, but it must be specified at most once.")
		case name == "$apply":
			text, given = value, true
		case strings.HasPrefix(name, "@"):
			aliases[name] = value
		case name == "$top":
			if top, err = parseTop(value); err != nil {
				return q, true, err
			}
		case strings.HasPrefix(name, "$"):
			err = invalid("The query option '%s' cannot be specified together with $apply.", name)
		}
	}
	if !given || err != nil {
		return q, given, err
	}
	a := applier{Request: r, aliases: aliases, s: &query.Select{Table: t, Grouped: true, Count: true, CountLimit: maxAggregated, Limit: maxRows}}
	if err := a.read(text); err != nil {
		return q, true, err
	}
	if top < maxRows {
		limit(a.s, top)
	}
	none := func([]query.Value, []query.Value) string { return "" }
	if len(slices.Compact(slices.Sorted(slices.Values(a.names)))) < len(a.names) {
		return q, true, invalid("The names in $apply must be unique.")
	}
	return Fetched{Select: a.s, Properties: a.names, Cookie: none}, true, nil
}

type applier struct {
	Request
	aliases map[string]string
	s       *query.Select
	names   []string
	hops    map[string]*query.Select // Selects of links by navigation property
}

func (a *applier) read(text string) error {
	steps, err := splitTop(text, '/')
	if err != nil {
		return err
	}
	for i, step := range steps {
		name, inner, ok := callOf(step)
		last := i == len(steps)-1
		switch {
		case !ok:
			return invalid("Syntax error in $apply: '%s'.", step)
		case name == "filter" && !last:
			e, err := a.bindFilter(a.s, inner, a.aliases)
			if err != nil {
				return err
			}
			if a.s.Where != nil {
				e = query.And{Members: []query.Expr{a.s.Where, e}}
			}
			a.s.Where = e
		case name == "groupby" && last:
			return a.groupBy(inner)
		case name == "aggregate" && last:
			return a.aggregate(inner)
		default:
			return notBuilt("The transformation '" + name + "' there in $apply")
		}
	}
	return nil
}

// callOf takes name(inner) apart.
func callOf(text string) (name, inner string, ok bool) {
	name, rest, found := strings.Cut(strings.TrimSpace(text), "(")
	if !found || !strings.HasSuffix(rest, ")") {
		return "", "", false
	}
	return strings.TrimSpace(name), rest[:len(rest)-1], true
}

// groupBy reads (columns) and perhaps aggregate(…) after them.
func (a *applier) groupBy(text string) error {
	parts, err := splitTop(text, ',')
	if err != nil {
		return err
	}
	name, columns, ok := callOf(parts[0])
	if !ok || name != "" || len(parts) > 2 {
		return invalid("Syntax error in $apply: '%s'.", text)
	}
	for path := range strings.SplitSeq(columns, ",") {
		if err := a.key(strings.TrimSpace(path)); err != nil {
			return err
		}
	}
	if len(parts) == 1 {
		return nil
	}
	name, inner, ok := callOf(parts[1])
	if !ok || name != "aggregate" {
		return invalid("Syntax error in $apply: '%s'.", parts[1])
	}
	return a.aggregate(inner)
}

// key adds a column to group by, of the table or of one that a lookup points to. The
// latter is called by its table and column (Dataverse facts 5.12).
func (a *applier) key(path string) error {
	nav, name, through := strings.Cut(path, "/")
	of, as := a.s, ""
	if through {
		var err error
		if of, err = a.hop(nav); err != nil {
			return err
		}
		as = of.Table.LogicalName + "_" + name
	} else {
		name = path
	}
	c := of.Table.Property(name)
	switch {
	case c == nil:
		return unknownProperty(name, of.Table)
	case c.Kind == meta.DateTime || c.Storage() == meta.Bytes:
		return invalid("The column '%s' cannot be grouped by.", name)
	}
	out := query.Output{Col: query.Col{Of: of, C: c}, Name: as}
	ask := a.Annotations
	out.Label = ask.Has(formattedValue) && !c.Anywhere
	out.Type = len(c.Targets) > 1 && (ask.Has(associatedNavigation) || ask.Has(lookupLogicalName))
	a.add(out)
	a.s.Order = append(a.s.Order, query.Order{Col: out.Col, Output: len(a.s.Columns)})
	return nil
}

func (a *applier) add(out query.Output) {
	a.s.Columns = append(a.s.Columns, out)
	name := out.Name
	if name == "" {
		name = out.Col.C.Property
	}
	a.names = append(a.names, name)
}

// hop joins the row that a lookup points to, once.
func (a *applier) hop(name string) (*query.Select, error) {
	if s := a.hops[name]; s != nil {
		return s, nil
	}
	nav, ok := a.s.Table.Navigation(name)
	if !ok || !nav.Single || nav.Target == nil {
		return nil, unknownProperty(name, a.s.Table)
	}
	s := joinRow(a.s, nav)
	if a.hops == nil {
		a.hops = map[string]*query.Select{}
	}
	a.hops[name] = s
	return s, nil
}

// aggregate reads "column with function as alias" and "$count as alias".
func (a *applier) aggregate(text string) error {
	for item := range strings.SplitSeq(text, ",") {
		w := strings.Fields(item)
		out := query.Output{Col: query.Col{Of: a.s, C: a.s.Table.PrimaryID}}
		switch {
		case len(w) == 3 && w[0] == "$count" && w[1] == "as":
			out.Function, out.Name = query.Count, w[2]
		case len(w) == 5 && w[1] == "with" && w[3] == "as":
			if out.Col.C = a.s.Table.Property(w[0]); out.Col.C == nil {
				return unknownProperty(w[0], a.s.Table)
			}
			out.Function, out.Once, out.Name = method(w[2], out.Col.C), w[2] == "countdistinct", w[4]
			out.Label = out.Col.C.Kind == meta.Money && a.Annotations.Has(formattedValue)
		default:
			return invalid("Syntax error in $apply: '%s'.", item)
		}
		if out.Function == 0 {
			return invalid("The aggregation method '%s' is not supported for the property '%s'.", w[2], w[0])
		}
		if nameEnd(out.Name, 0) != len(out.Name) {
			return invalid("Syntax error in $apply: '%s'.", item)
		}
		a.add(out)
	}
	return nil
}

// method is the function of a column's type; 0 for none.
func method(name string, c *meta.Column) query.Function {
	number := c.Kind == meta.Integer || c.Kind == meta.BigInt || c.Kind == meta.Decimal || c.Kind == meta.Double || c.Kind == meta.Money
	switch {
	case name == "countdistinct" && c.Storage() != meta.Bytes:
		return query.CountValues
	case name == "sum" && number:
		return query.Sum
	case name == "average" && number:
		return query.Average
	case name == "min" && (number || c.Kind == meta.DateTime):
		return query.Least
	case name == "max" && (number || c.Kind == meta.DateTime):
		return query.Greatest
	}
	return 0
}
