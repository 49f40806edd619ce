package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

func (r Request) readExpands(q *Query, o *options) error {
	if o.expand == nil {
		return nil
	}
	items, err := splitTop(*o.expand, ',')
	if err != nil {
		return err
	}
	if len(items) > maxExpands {
		return invalid("The number of $expand options in the query exceeds the limit of %d.", maxExpands)
	}
	for _, item := range items {
		if err := r.readExpand(q, strings.TrimSpace(item), o.aliases); err != nil {
			return err
		}
	}
	return nil
}

// readExpand reads nav, nav(options) or nav/$ref.
func (r Request) readExpand(q *Query, item string, aliases map[string]string) error {
	name, inner, err := cutExpand(item)
	if err != nil {
		return err
	}
	nav, err := r.expandable(q.Select, name)
	if err != nil {
		return err
	}
	e := &query.Expand{Nav: nav, Select: &query.Select{Table: nav.Target}}
	options, err := expandOptions(inner)
	if err != nil {
		return err
	}
	x := expanded{name: nav.Name, link: options}
	if err := r.readExpandOptions(e, &x, options, aliases); err != nil {
		return err
	}
	q.Select.Expands = append(q.Select.Expands, e)
	q.expands = append(q.expands, x)
	return nil
}

// cutExpand takes an item apart into its name and what stands in parentheses.
func cutExpand(item string) (name, inner string, err error) {
	name, rest, found := strings.Cut(item, "(")
	name = strings.TrimSpace(name)
	if found {
		rest = strings.TrimSpace(rest)
		if !strings.HasSuffix(rest, ")") {
			return "", "", invalid("Syntax error at position %d in '%s'.", (&lexer{text: item}).position(len(item)), item)
		}
		inner = rest[:len(rest)-1]
	}
	if base, ref := strings.CutSuffix(name, "/$ref"); ref {
		return base + "/$ref", inner, nil
	}
	if name == "" || nameEnd(name, 0) != len(name) {
		return "", "", invalid("Term '%s' is not valid in a $select or $expand expression.", name)
	}
	return name, inner, nil
}

// expandable resolves a navigation property and refuses what cannot be expanded.
func (r Request) expandable(s *query.Select, name string) (meta.Navigation, error) {
	base, ref := strings.CutSuffix(name, "/$ref")
	nav, ok := s.Table.Navigation(base)
	switch {
	case !ok && s.Table.Property(base) != nil:
		return nav, invalid("Property '%s' on type 'Microsoft.Dynamics.CRM.%s' is not a navigation property or complex property. Only navigation properties can be expanded.", base, s.Table.LogicalName)
	case !ok:
		return nav, unknownProperty(base, s.Table)
	case ref && !nav.Single:
		return nav, invalid("Expand with $ref is only supported on lookup type navigation property.")
	case ref:
		return nav, notBuilt("$expand with $ref")
	case nav.Target == nil:
		return nav, notBuilt("$expand of the navigation property '" + base + "', which leads to several tables,")
	}
	for _, e := range s.Expands {
		if e.Nav.Name == nav.Name {
			return nav, invalid("The navigation property '%s' was specified more than once in $expand.", base)
		}
	}
	return nav, nil
}

// expandOptions reads the options in an item's parentheses. Blanks around names and
// values are tolerated (Dataverse facts A.1).
func expandOptions(inner string) ([]option, error) {
	if strings.TrimSpace(inner) == "" {
		return nil, nil
	}
	parts, err := splitTop(inner, ';')
	if err != nil {
		return nil, err
	}
	var all []option
	for _, part := range parts {
		name, value, found := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); name == "" && !found {
			continue
		}
		for _, o := range all {
			if o.name == name {
				return nil, invalid("Query option '%s' was specified more than once, but it must be specified at most once.", name)
			}
		}
		all = append(all, option{name, strings.TrimSpace(value)})
	}
	return all, nil
}

func (r Request) readExpandOptions(e *query.Expand, x *expanded, all []option, aliases map[string]string) (err error) {
	s := e.Select
	var top *string
	for _, o := range all {
		switch o.name {
		case "$select":
			x.items, err = parseSelect(&o.value)
		case "$filter":
			s.Where, err = r.bindFilter(s, o.value, aliases)
		case "$orderby":
			if err = onlyCollection(e); err == nil {
				err = r.readOrder(s, o.value)
			}
		case "$top":
			top, err = &o.value, onlyCollection(e)
		default:
			err = refuseExpandOption(o.name)
		}
		if err != nil {
			return err
		}
	}
	if err := r.addOutputs(s, x.items, foreignKey(e.Nav), false); err != nil {
		return err
	}
	return limitExpand(e, top)
}

// limitExpand orders and limits a collection; a single row needs neither.
func limitExpand(e *query.Expand, top *string) error {
	if e.Nav.Single {
		return nil
	}
	endOrder(e.Select)
	e.Select.Limit = maxRows
	if top == nil {
		return nil
	}
	n, err := parseTop(*top)
	if err != nil {
		return err
	}
	limit(e.Select, n)
	return nil
}

func onlyCollection(e *query.Expand) error {
	if e.Nav.Single {
		return invalid("Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship.")
	}
	return nil
}

func refuseExpandOption(name string) error {
	switch name {
	case "$expand":
		return notBuilt("Nested $expand")
	case "$skip":
		return invalid("Skip Clause is not supported in CRM")
	}
	return invalid("The query option '%s' is not supported in $expand.", name)
}

// foreignKey is the lookup that rows of an expanded one-to-many show unasked
// (Dataverse facts 5.7).
func foreignKey(nav meta.Navigation) *meta.Column {
	if nav.Single || nav.Near != nil {
		return nil
	}
	return nav.To
}

// splitTop splits at a separator outside of parentheses and string literals.
func splitTop(text string, separator byte) ([]string, error) {
	var parts []string
	depth, from := 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'':
			end, ok := quotedEnd(text, i)
			if !ok {
				l := lexer{text: text}
				return nil, l.fail("There is an unterminated string literal at position %d in '%s'.", len(text))
			}
			i = end - 1
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth < 0 {
				l := lexer{text: text}
				return nil, l.fail("Syntax error at position %d in '%s'.", i+1)
			}
		case c == separator && depth == 0:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	if depth > 0 {
		return nil, invalid("Found an unbalanced bracket expression.")
	}
	return append(parts, text[from:]), nil
}
