package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// expandItem is one item of $expand as it is spelled: nav, nav(options) or nav/$ref.
type expandItem struct {
	name    string
	ref     bool
	options []option // all but $expand
	link    []option // all, for the next link
	items   []expandItem
}

// parseExpand reads $expand and those in its options.
func parseExpand(text string) ([]expandItem, error) {
	left := maxExpands
	return parseExpandItems(text, &left)
}

func parseExpandItems(text string, left *int) ([]expandItem, error) {
	parts, err := splitTop(text, ',')
	if err != nil {
		return nil, err
	}
	if *left -= len(parts); *left < 0 {
		return nil, invalid("The number of $expand options in the query exceeds the limit of %d.", maxExpands)
	}
	items := make([]expandItem, len(parts))
	for i, part := range parts {
		if items[i], err = parseExpandItem(strings.TrimSpace(part), left); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func parseExpandItem(text string, left *int) (item expandItem, err error) {
	name, inner, err := cutExpand(text)
	if err != nil {
		return item, err
	}
	item.name, item.ref = strings.CutSuffix(name, "/$ref")
	if item.link, err = expandOptions(inner); err != nil {
		return item, err
	}
	for _, o := range item.link {
		if o.name != "$expand" {
			item.options = append(item.options, o)
			continue
		}
		if item.items, err = parseExpandItems(o.value, left); err != nil {
			return item, err
		}
	}
	return item, nil
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
		if inner = rest[:len(rest)-1]; strings.HasSuffix(name, "/$ref") {
			return "", "", invalid("Syntax error at position %d in '%s'.", (&lexer{text: item}).position(strings.IndexByte(item, '(')+1), item)
		}
	}
	if base := strings.TrimSuffix(name, "/$ref"); base == "" || nameEnd(base, 0) != len(base) {
		return "", "", invalid("Term '%s' is not valid in a $select or $expand expression.", name)
	}
	return name, inner, nil
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

// expander binds the items of one query. nested says that one of them expands further,
// which changes what every other may say and how it is paged (Dataverse facts 5.12).
type expander struct {
	Request
	aliases map[string]string
	given   []option // the aliases as they were given
	nested  bool
	single  bool // of a single row
}

// expanded is what an $expand item's answer needs beyond its Select.
type expanded struct {
	name    string
	items   []string
	link    []option
	expands []expanded

	paged  *query.Select // a collection of which this is a page
	lookup *meta.Column  // the item shows the lookup's own value, and no row
	ref    bool          // as an address
}

// newExpander parses the $expand of a query, if there is one.
func (r Request) newExpander(o *options, single bool) (*expander, []expandItem, error) {
	e := &expander{Request: r, aliases: o.aliases, single: single}
	if o.expand == nil {
		return e, nil, nil
	}
	items, err := parseExpand(*o.expand)
	if err != nil {
		return nil, nil, err
	}
	for _, item := range items {
		e.nested = e.nested || item.items != nil
	}
	for _, given := range o.link {
		if strings.HasPrefix(given.name, "@") {
			e.given = append(e.given, given)
		}
	}
	return e, items, nil
}

// lookups are the columns whose own values items show.
func (e *expander) lookups(t *meta.Table, items []expandItem) []*meta.Column {
	var all []*meta.Column
	for _, item := range items {
		nav, ok := t.Navigation(item.name)
		if ok && nav.Single && (item.ref || nav.Target == nil) {
			all = append(all, nav.From)
		}
	}
	return all
}

// bind adds the items to s, and gives what the writer must know of them.
func (e *expander) bind(s *query.Select, items []expandItem) ([]expanded, error) {
	var all []expanded
	for _, item := range items {
		nav, err := expandable(s.Table, item)
		if err != nil {
			return nil, err
		}
		for _, x := range all {
			if x.name == nav.Name {
				return nil, invalid("The navigation property '%s' was specified more than once in $expand.", item.name)
			}
		}
		x := expanded{name: nav.Name, link: e.withAliases(item.link)}
		if item.ref || nav.Target == nil {
			err = x.show(nav, item)
		} else {
			err = e.row(s, nav, item, &x)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

// withAliases adds the aliases that options mention, which a link must bring along.
func (e *expander) withAliases(link []option) []option {
	for _, alias := range e.given {
		for _, o := range link {
			if strings.Contains(o.value, alias.name) {
				link = append(link[:len(link):len(link)], alias)
				break
			}
		}
	}
	return link
}

// expandable resolves a navigation property and refuses what cannot be expanded.
func expandable(t *meta.Table, item expandItem) (meta.Navigation, error) {
	nav, ok := t.Navigation(item.name)
	switch {
	case !ok && t.Property(item.name) != nil:
		return nav, invalid("Property '%s' on type 'Microsoft.Dynamics.CRM.%s' is not a navigation property or complex property. Only navigation properties can be expanded.", item.name, t.LogicalName)
	case !ok:
		return nav, unknownProperty(item.name, t)
	case item.ref && !nav.Single:
		return nav, invalid("Expand with $ref is only supported on lookup type navigation property.")
	}
	return nav, nil
}

// show expands a lookup by what it holds itself: the address of the row, or of an owner
// the key, which is all that users and teams have in common.
func (x *expanded) show(nav meta.Navigation, item expandItem) error {
	x.lookup, x.ref = nav.From, item.ref
	for _, o := range item.link {
		if o.name != "$select" {
			return invalid("Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship.")
		}
		var err error
		if x.items, err = parseSelect(&o.value); err != nil {
			return err
		}
	}
	for _, name := range x.items {
		if name != "ownerid" && name != "*" {
			return invalid("Could not find a property named '%s' on type 'Microsoft.Dynamics.CRM.principal'.", name)
		}
	}
	return nil
}

// row expands by rows of another table.
func (e *expander) row(s *query.Select, nav meta.Navigation, item expandItem, x *expanded) error {
	if e.nested && nav.Near != nil {
		return invalid("The many-to-many navigation property '%s' cannot be expanded in a query with a nested $expand.", nav.Name)
	}
	expand := &query.Expand{Nav: nav, Select: &query.Select{Table: nav.Target}}
	if err := e.options(expand, x, item); err != nil {
		return err
	}
	var err error
	if x.expands, err = e.bind(expand.Select, item.items); err != nil {
		return err
	}
	if e.nested && !nav.Single {
		x.paged = expand.Select
	}
	s.Expands = append(s.Expands, expand)
	return nil
}

func (e *expander) options(expand *query.Expand, x *expanded, item expandItem) (err error) {
	s := expand.Select
	var top *string
	for _, o := range item.options {
		switch o.name {
		case "$select":
			x.items, err = parseSelect(&o.value)
		case "$filter":
			s.Where, err = e.bindFilter(s, o.value, e.aliases)
		case "$orderby":
			if err = e.onlyCollection(expand); err == nil {
				err = e.readOrder(s, o.value, e.aliases)
			}
		case "$top":
			top, err = &o.value, e.onlyCollection(expand)
		default:
			err = refuseExpandOption(o.name)
		}
		if err != nil {
			return err
		}
	}
	also := beside{lookups: e.lookups(s.Table, item.items)}
	if !e.nested && !e.single {
		also.foreignKey = foreignKey(expand.Nav)
	}
	if err := e.addOutputs(s, x.items, also); err != nil {
		return err
	}
	return e.limit(expand, top)
}

// limit orders and limits a collection; a single row needs neither.
func (e *expander) limit(expand *query.Expand, top *string) error {
	if expand.Nav.Single {
		return nil
	}
	endOrder(expand.Select)
	expand.Select.Limit = maxRows
	if e.nested && e.PageSize > 0 {
		expand.Select.Limit = min(e.PageSize, maxRows)
	}
	if top == nil {
		return nil
	}
	n, err := parseTop(*top)
	if err != nil {
		return err
	}
	limit(expand.Select, n)
	return nil
}

func (e *expander) onlyCollection(expand *query.Expand) error {
	if expand.Nav.Single || e.nested {
		return invalid("Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship.")
	}
	return nil
}

func refuseExpandOption(name string) error {
	if name == "$skip" {
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
