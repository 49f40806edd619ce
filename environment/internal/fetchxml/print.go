package fetchxml

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// print writes a query so that parse reads the same: the form in which tests compare
// queries. What is checked and has no effect is left out.
func print(f *fetch) string {
	p := &printer{}
	p.open("fetch",
		"top", number(f.top), "page", number(f.page), "count", number(f.count), "aggregatelimit", number(f.aggregateLimit),
		"paging-cookie", f.cookie, "distinct", flag(f.distinct), "aggregate", flag(f.aggregate),
		"returntotalrecordcount", flag(f.total), "useraworderby", flag(f.byRaw))
	p.open("entity", "name", f.entity.name)
	p.content(&f.entity)
	p.close("entity")
	p.close("fetch")
	return p.b.String()
}

type printer struct{ b strings.Builder }

func number(n int) string {
	if n < 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func flag(on bool) string {
	if on {
		return "true"
	}
	return ""
}

// open writes a start tag with the attributes that are not empty.
func (p *printer) open(name string, attributes ...string) {
	p.b.WriteString("<" + name)
	for i := 0; i < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			p.attribute(attributes[i], attributes[i+1])
		}
	}
	p.b.WriteString(">")
}

func (p *printer) attribute(name, value string) {
	p.b.WriteString(" " + name + `="`)
	p.text(value)
	p.b.WriteString(`"`)
}

func (p *printer) text(s string) {
	_ = xml.EscapeText(&p.b, []byte(s)) // a strings.Builder takes everything
}

func (p *printer) close(name string) { p.b.WriteString("</" + name + ">") }

func (p *printer) leaf(name string, attributes ...string) {
	p.open(name, attributes...)
	p.close(name)
}

func (p *printer) content(e *entity) {
	if e.all {
		p.leaf("all-attributes")
	}
	if e.none {
		p.leaf("no-attrs")
	}
	for _, a := range e.attributes {
		p.leaf("attribute", "name", a.name, "alias", a.alias, "aggregate", a.aggregate, "groupby", flag(a.groupBy),
			"dategrouping", a.dateGrouping, "distinct", flag(a.distinct))
	}
	for _, o := range e.orders {
		p.leaf("order", "attribute", o.attribute, "alias", o.alias, "entityname", o.under, "descending", flag(o.descending))
	}
	for _, f := range e.filters {
		p.filter(f)
	}
	for _, l := range e.links {
		p.link(l)
	}
}

func (p *printer) filter(f filter) {
	kind := ""
	if f.or {
		kind = "or"
	}
	p.open("filter", "type", kind, "isquickfindfields", flag(f.quick))
	for _, c := range f.conditions {
		p.condition(c)
	}
	for _, inner := range f.filters {
		p.filter(inner)
	}
	for _, l := range f.links {
		p.link(l)
	}
	p.close("filter")
}

func (p *printer) condition(c test) {
	p.b.WriteString("<condition")
	for _, a := range [...][2]string{{"attribute", c.attribute}, {"operator", c.operator}, {"entityname", c.under}, {"valueof", c.valueOf}} {
		if a[1] != "" {
			p.attribute(a[0], a[1])
		}
	}
	if len(c.values) == 1 {
		p.attribute("value", c.values[0])
	}
	p.b.WriteString(">")
	for _, v := range c.values {
		if len(c.values) > 1 {
			p.open("value")
			p.text(v)
			p.close("value")
		}
	}
	p.close("condition")
}

func (p *printer) link(l link) {
	p.open("link-entity", "name", l.name, "from", l.from, "to", l.to, "alias", l.alias, "link-type", l.kind)
	p.content(&l.entity)
	p.close("link-entity")
}
