package fetchxml

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

// parse reads a query. Every element and attribute must be one that the language
// has in that place: a misspelt filter would show more rows than were asked for.
func parse(text string) (*fetch, error) {
	root, err := readXML(text)
	if err != nil {
		return nil, err
	}
	if root.name != "fetch" {
		return nil, root.refuse("expected 'fetch'")
	}
	p := &parser{}
	f := p.fetch(root)
	if p.err != nil {
		return nil, p.err
	}
	return f, nil
}

// parser keeps the first refusal.
type parser struct{ err error }

func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// given are the attributes of an element, checked against what it may have.
type given struct {
	p      *parser
	at     *element
	values map[string]string
}

func (p *parser) attributes(e *element, allowed ...string) given {
	g := given{p: p, at: e, values: make(map[string]string, len(e.attributes))}
	for _, a := range e.attributes {
		name := a.Name.Local
		if a.Name.Space != "" || !slices.Contains(allowed, name) {
			p.fail(e.refuse("which has no attribute '" + name + "'"))
		}
		if _, twice := g.values[name]; twice {
			p.fail(e.refuse("which has the attribute '" + name + "' twice"))
		}
		g.values[name] = a.Value
	}
	return g
}

func (g given) text(name string) string { return strings.TrimSpace(g.values[name]) }

func (g given) needed(name string) string {
	v := g.text(name)
	if v == "" {
		g.p.fail(dverr.FetchMissingAttribute.With().Helping("%s: element '%s' needs the attribute '%s'", g.at.place(), g.at.name, name))
	}
	return v
}

func (g given) flag(name string, wrong dverr.Entry) bool {
	switch g.text(name) {
	case "true", "1":
		return true
	case "", "false", "0":
	default:
		g.p.fail(g.at.fail(wrong))
	}
	return false
}

// number reads a number from least on; -1 when there is none.
func (g given) number(name string, least int64) int {
	v := g.text(name)
	if v == "" {
		return -1
	}
	n, err := strconv.ParseInt(v, 10, 32)
	switch {
	case err != nil:
		g.p.fail(g.at.fail(dverr.FetchInvalidValue))
	case n < least:
		g.p.fail(g.at.fail(dverr.FetchNotPositive))
	}
	return int(n)
}

func (p *parser) fetch(e *element) *fetch {
	a := p.attributes(e, "version", "mapping", "output-format", "top", "page", "count", "paging-cookie", "distinct", "no-lock",
		"aggregate", "returntotalrecordcount", "aggregatelimit", "latematerialize", "useraworderby", "utc-offset", "datasource", "options",
		"min-active-row-version")
	f := &fetch{
		at: e, top: a.number("top", 0), page: a.number("page", 1), count: a.number("count", 1), aggregateLimit: a.number("aggregatelimit", 1),
		cookie: a.text("paging-cookie"), distinct: a.flag("distinct", dverr.FetchBadDistinct),
		aggregate: a.flag("aggregate", dverr.FetchBadAggregate), total: a.flag("returntotalrecordcount", dverr.FetchBadNode),
		byRaw: a.flag("useraworderby", dverr.FetchBadNode),
	}
	a.flag("no-lock", dverr.FetchBadNoLock)
	a.flag("latematerialize", dverr.FetchBadNode)
	if m := a.text("mapping"); m != "" && m != "logical" && m != "internal" {
		p.fail(e.fail(dverr.FetchBadMapping))
	}
	a.flag("min-active-row-version", dverr.FetchBadRowVersion) // no version is ever pending here
	if a.text("utc-offset") != "" {
		p.fail(e.fail(dverr.FetchUTCOffset))
	}
	if source := a.text("datasource"); source != "" {
		p.fail(dverr.NotImplemented.Text("The data source '%s' of fetch is not yet implemented.", source))
	}
	found := false
	for _, child := range e.children {
		switch {
		case child.name == "order" && found:
			f.entity.orders = append(f.entity.orders, p.order(child))
		case child.name != "entity" || found:
			p.fail(child.refuse("which cannot stand there"))
		default:
			found = true
			f.entity = entity{at: child, name: p.attributes(child, "name", "enableprefiltering", "prefilterparametername").needed("name")}
			p.content(child, &f.entity)
		}
	}
	if !found {
		p.fail(e.fail(dverr.FetchMissingElement))
	}
	return f
}

// content reads what stands inside of an entity or a link-entity.
func (p *parser) content(e *element, into *entity) {
	if strings.TrimSpace(e.text) != "" {
		p.fail(e.refuse("which holds no text"))
	}
	for _, child := range e.children {
		switch child.name {
		case "all-attributes":
			p.leaf(child)
			into.all = true
		case "no-attrs":
			p.leaf(child)
			into.none = true
		case "attribute":
			into.attributes = append(into.attributes, p.attribute(child))
		case "order":
			into.orders = append(into.orders, p.order(child))
		case "filter":
			into.filters = append(into.filters, p.filter(child))
		case "link-entity":
			into.links = append(into.links, p.link(child))
		default:
			p.fail(child.refuse("which cannot stand there"))
		}
	}
}

// leaf reads an element with nothing in it.
func (p *parser) leaf(e *element, allowed ...string) given {
	if len(e.children) > 0 || strings.TrimSpace(e.text) != "" {
		p.fail(e.refuse("which holds nothing"))
	}
	return p.attributes(e, allowed...)
}

func (p *parser) attribute(e *element) attribute {
	a := p.leaf(e, "name", "alias", "aggregate", "groupby", "dategrouping", "distinct", "usertimezone", "build", "addedby", "rowaggregate")
	users := a.flag("usertimezone", dverr.FetchBadNode)
	return attribute{
		inUTC: a.text("usertimezone") != "" && !users,
		at:    e, name: a.needed("name"), alias: a.text("alias"), aggregate: a.text("aggregate"), dateGrouping: a.text("dategrouping"),
		rowAggregate: a.text("rowaggregate"),
		groupBy:      a.flag("groupby", dverr.FetchBadGroupBy), distinct: a.flag("distinct", dverr.FetchBadDistinct),
	}
}

func (p *parser) order(e *element) order {
	a := p.leaf(e, "attribute", "alias", "entityname", "descending")
	return order{
		at: e, attribute: a.text("attribute"), alias: a.text("alias"), under: a.text("entityname"),
		descending: a.flag("descending", dverr.FetchBadDescending),
	}
}

func (p *parser) filter(e *element) filter {
	a := p.attributes(e, "type", "isquickfindfields", "hint", "overridequickfindrecordlimitenabled", "overridequickfindrecordlimitdisabled")
	f := filter{at: e, quick: a.flag("isquickfindfields", dverr.FetchBadQuickFind)}
	switch a.text("type") {
	case "", "and":
	case "or":
		f.or = true
	default:
		p.fail(e.fail(dverr.FetchBadFilterType))
	}
	for _, child := range e.children {
		switch child.name {
		case "condition":
			f.conditions = append(f.conditions, p.condition(child))
		case "filter":
			f.filters = append(f.filters, p.filter(child))
		case "link-entity":
			f.links = append(f.links, p.link(child))
		default:
			p.fail(child.refuse("which cannot stand there"))
		}
	}
	return f
}

func (p *parser) condition(e *element) test {
	a := p.attributes(e, "attribute", "operator", "value", "entityname", "valueof", "uiname", "uitype", "uihidden", "column")
	c := test{
		at: e, attribute: a.needed("attribute"), operator: a.needed("operator"), under: a.text("entityname"), valueOf: a.text("valueof"),
	}
	if v, ok := a.values["value"]; ok {
		c.values, c.given = []string{v}, true
	}
	if len(e.children) > 0 {
		c.values, c.given = p.values(e), true
	}
	return c
}

// values reads the value elements of a condition, which win over the attribute.
func (p *parser) values(e *element) []string {
	var all []string
	for _, child := range e.children {
		if child.name != "value" || len(child.children) > 0 {
			p.fail(child.refuse("which cannot stand there"))
			continue
		}
		p.attributes(child, "uiname", "uitype")
		all = append(all, strings.TrimSpace(child.text))
	}
	return all
}

func (p *parser) link(e *element) link {
	a := p.attributes(e, "name", "from", "to", "alias", "link-type", "intersect", "visible", "enableprefiltering", "prefilterparametername")
	l := link{
		entity: entity{at: e, name: a.needed("name")},
		from:   a.text("from"), to: a.text("to"), alias: a.text("alias"), kind: a.text("link-type"),
	}
	a.flag("intersect", dverr.FetchBadNode)
	a.flag("visible", dverr.FetchBadNode)
	p.content(e, &l.entity)
	return l
}
