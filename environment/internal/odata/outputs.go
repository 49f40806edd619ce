package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// parseSelect reads $select: names separated by commas, one trailing comma
// tolerated (Dataverse facts 5.7). nil or empty selects everything.
func parseSelect(text *string) ([]string, error) {
	if text == nil || strings.TrimSpace(*text) == "" {
		return nil, nil
	}
	p, err := newParser(*text)
	if err != nil {
		return nil, err
	}
	var names []string
	for {
		name, err := p.selectItem()
		if err != nil {
			return nil, err
		}
		names = append(names, name)
		if p.tok.is(",") {
			if err := p.advance(); err != nil {
				return nil, err
			}
		} else if p.tok.kind != tokenEnd {
			return nil, p.syntaxError()
		}
		if p.tok.kind == tokenEnd {
			return names, nil
		}
	}
}

func (p *parser) selectItem() (string, error) {
	t := p.tok
	if t.kind != tokenName && !t.is("*") {
		return "", p.syntaxError()
	}
	if strings.HasPrefix(t.text, "$") {
		return "", invalid("Found system token '%s' in select or expand clause '%s'.", t.text, p.lex.text)
	}
	if err := p.advance(); err != nil {
		return "", err
	}
	if p.tok.is("/") {
		return "", invalid("Term '%s' is not valid in a $select or $expand expression.", p.lex.text)
	}
	return t.text, nil
}

// addOutputs fills s.Columns in the order of the answer: what was selected, what is
// shown unasked, parts' composites, and the
// currency and the primary id, which no answer leaves out (Dataverse facts 5.7). Where the
// older pages show a single row its id stands before the currency; captures since 2022 have
// the order of collections.
func (r Request) addOutputs(s *query.Select, items []string, also beside) error {
	l := outputList{r: r, s: s, seen: make([]bool, len(s.Table.Columns))}
	if err := l.addItems(items); err != nil {
		return err
	}
	if len(s.Columns) == 0 {
		l.addAll()
	}
	l.add(also.foreignKey)
	for _, c := range also.lookups {
		l.show(c)
	}
	l.addComposites()
	if l.money {
		l.add(s.Table.Property("_transactioncurrencyid_value"))
	}
	l.add(s.Table.PrimaryID)
	return nil
}

// beside are columns that an answer shows unasked: the foreign key of an expanded
// collection's rows, and lookups that expands show by their own values.
type beside struct {
	foreignKey *meta.Column
	lookups    []*meta.Column
}

type outputList struct {
	r     Request
	s     *query.Select
	seen  []bool // by Column.Ordinal
	money bool
}

// addItems adds the selected columns. The name of a navigation property selects no
// column; alone it leaves the list empty and thus selects all, as the service does.
func (l *outputList) addItems(items []string) error {
	for _, name := range items {
		if name == "*" {
			l.addAll()
			continue
		}
		if c := l.s.Table.Property(name); c != nil {
			l.add(c)
			continue
		}
		if _, ok := l.s.Table.Navigation(name); !ok {
			return unknownProperty(name, l.s.Table)
		}
	}
	return nil
}

func (l *outputList) addAll() {
	for _, c := range l.s.Table.Columns {
		if !c.Hidden && c.ForRead && c.Kind != meta.Image { // pictures are named or left out (Dataverse facts 5.18)
			l.add(c)
		}
	}
}

func (l *outputList) add(c *meta.Column) {
	if c == nil || l.seen[c.Ordinal] {
		return
	}
	l.seen[c.Ordinal] = true
	out := query.Output{Col: query.Col{Of: l.s, C: c}}
	ask := l.r.Annotations
	switch {
	case c.Kind == meta.Money:
		l.money = true
		out.Label = ask.Has(formattedValue)
	case c.IsLookup() && len(c.Targets) > 0:
		out.Label = ask.Has(formattedValue) && !c.Anywhere
		out.Type = len(c.Targets) > 1 && (ask.Has(associatedNavigation) || ask.Has(lookupLogicalName))
	}
	l.s.Columns = append(l.s.Columns, out)
}

// show adds a lookup whose target must be known.
func (l *outputList) show(c *meta.Column) {
	l.add(c)
	for i, out := range l.s.Columns {
		if out.Col.C == c && len(c.Targets) > 1 {
			l.s.Columns[i].Type = true
		}
	}
}

// addComposites adds address1_composite when a part of address1 was selected.
func (l *outputList) addComposites() {
	for _, out := range l.s.Columns {
		prefix, part, ok := strings.Cut(out.Col.C.LogicalName, "_")
		if ok && compositePart(part) {
			l.add(l.s.Table.Property(prefix + "_composite"))
		}
	}
}

func compositePart(name string) bool {
	switch name {
	case "line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country":
		return true
	}
	return false
}
