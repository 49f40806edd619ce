package sqlread

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
)

// Schema answers what the names of a statement leave open.
type Schema interface {
	// PrimaryID is the name of the column that COUNT(*) counts; empty when there is no
	// such table.
	PrimaryID(table string) string
	// Has reports whether a table has a column.
	Has(table, column string) bool
}

// Query is a statement, spelled as FetchXML.
type Query struct {
	Fetch string
	Table string // that it asks for rows of, by its logical name
	Paged bool   // it asks for one page of its own choice, and nothing follows
}

// Read reads a statement. An error says where in it something is wrong.
func Read(statement string, schema Schema) (Query, error) {
	tokens, err := lex(statement)
	if err != nil {
		return Query{}, err
	}
	s, err := (&parser{tokens: tokens}).statement()
	if err != nil {
		return Query{}, err
	}
	w := &writer{statement: s, schema: schema, names: map[string]string{s.from.alias: s.from.name}, used: map[string]bool{}}
	if err := w.check(); err != nil {
		return Query{}, err
	}
	w.fetch()
	return Query{Fetch: w.String(), Table: s.from.name, Paged: s.fetch > 0}, nil
}

// writer spells a statement. names are its tables by alias; used are the names of columns
// of the answer.
type writer struct {
	*statement
	strings.Builder
	schema    Schema
	names     map[string]string
	used      map[string]bool
	aggregate bool
}

// check looks at what one part of the statement says of another.
func (w *writer) check() error {
	for i, j := range w.joins {
		if w.names[j.alias] != "" {
			return refuse(j.at, "the name %s is there twice.", j.alias)
		}
		if w.names[j.left.of] == "" {
			return refuse(j.left.at, "there is no table %s before this.", j.left.of)
		}
		w.names[j.alias] = j.name
		if err := w.only(j.also, &w.joins[i]); err != nil {
			return err
		}
	}
	w.aggregate = len(w.group) > 0 || slices.ContainsFunc(w.statement.columns, func(c column) bool { return c.function != "" })
	for i := range w.statement.columns {
		c := &w.statement.columns[i]
		if c.function == "count" && c.name.column == "" {
			c.name = name{of: w.from.alias, column: w.schema.PrimaryID(w.from.name), at: c.at}
			c.function = "*"
		}
		if err := w.place(&c.name); err != nil {
			return err
		}
	}
	for i := range w.group {
		if err := w.place(&w.group[i]); err != nil {
			return err
		}
	}
	if err := w.grouped(); err != nil {
		return err
	}
	return w.placed(w.where)
}

// grouped holds columns of the answer against GROUP BY.
func (w *writer) grouped() error {
	if !w.aggregate {
		return nil
	}
	for _, c := range w.statement.columns {
		if c.function == "" && !slices.ContainsFunc(w.group, c.name.same) {
			return refuse(c.at, "the column %s stands neither in an aggregate nor in GROUP BY.", c.name.column)
		}
	}
	for _, g := range w.group {
		if !slices.ContainsFunc(w.statement.columns, func(c column) bool { return c.function == "" && c.name.same(g) }) {
			return refuse(g.at, "the column %s of GROUP BY is not selected.", g.column)
		}
	}
	return nil
}

func (n name) same(other name) bool { return n.of == other.of && n.column == other.column }

// place finds the table of a column that does not name one: the first that has it.
func (w *writer) place(n *name) error {
	if n.of != "" {
		if w.names[n.of] == "" {
			return refuse(n.at, "there is no table %s.", n.of)
		}
		return nil
	}
	n.of = w.from.alias
	if w.schema.Has(w.from.name, n.column) {
		return nil
	}
	for _, j := range w.joins {
		if w.schema.Has(j.name, n.column) {
			n.of = j.alias
			return nil
		}
	}
	return nil // fetchxml says that there is no such column
}

func (w *writer) placed(e *expr) error {
	if e == nil {
		return nil
	}
	for _, m := range e.members {
		if err := w.placed(m); err != nil {
			return err
		}
	}
	if e.members != nil {
		return nil
	}
	if e.other != nil {
		if err := w.place(e.other); err != nil {
			return err
		}
	}
	return w.place(&e.name)
}

// only holds the further conditions of a join to its own table.
func (w *writer) only(e *expr, j *join) error {
	if e == nil {
		return nil
	}
	for _, m := range e.members {
		if err := w.only(m, j); err != nil {
			return err
		}
	}
	if e.members == nil && (e.name.of != j.alias || e.other != nil) {
		return refuse(e.name.at, "after its equality, ON compares columns of %s with values.", j.alias)
	}
	return nil
}

func (w *writer) fetch() {
	w.WriteString(`<fetch`)
	w.flag("distinct", w.distinct && !w.aggregate)
	w.flag("aggregate", w.aggregate)
	if w.top >= 0 {
		w.attribute("top", strconv.Itoa(w.top))
	}
	if w.statement.fetch > 0 {
		w.attribute("count", strconv.Itoa(w.statement.fetch))
		w.attribute("page", strconv.Itoa(w.offset/w.statement.fetch+1))
	}
	w.WriteString(`><entity`)
	w.attribute("name", w.from.name)
	w.WriteByte('>')
	for _, c := range w.statement.columns { // names of the table's own columns come first
		if c.name.of == w.from.alias {
			w.used[c.shown()] = true
		}
	}
	w.outputs(w.from.alias)
	w.links(w.from.alias)
	w.orders()
	w.filter(w.where)
	w.WriteString(`</entity></fetch>`)
}

// shown is what the answer calls the column.
func (c column) shown() string {
	switch {
	case c.as != "":
		return c.as
	case c.function == "*":
		return "count"
	case c.function != "":
		return c.function + "_" + c.name.column
	}
	return c.name.column
}

// outputs writes the columns of one table. Those of joined tables have the names that SQL
// gives them, unless another column has that name: then FetchXML's, with the table.
func (w *writer) outputs(of string) {
	for _, c := range w.statement.columns {
		if c.name.of != of {
			continue
		}
		w.WriteString(`<attribute`)
		w.attribute("name", c.name.column)
		alias := c.as
		if of != w.from.alias && !w.used[c.shown()] || w.aggregate {
			alias = c.shown()
			w.used[alias] = true
		}
		if alias != "" {
			w.attribute("alias", alias)
		}
		switch {
		case c.function == "*":
			w.attribute("aggregate", "count")
		case c.function != "":
			w.attribute("aggregate", functions[c.function])
		case w.aggregate:
			w.attribute("groupby", "true")
		}
		w.flag("distinct", c.once)
		w.WriteString(`/>`)
	}
}

func (w *writer) links(of string) {
	for _, j := range w.joins {
		if j.left.of != of {
			continue
		}
		kind := "inner"
		if j.outer {
			kind = "outer"
		}
		w.WriteString(`<link-entity`)
		w.attribute("name", j.name)
		w.attribute("from", j.right.column)
		w.attribute("to", j.left.column)
		w.attribute("alias", j.alias)
		w.attribute("link-type", kind)
		w.WriteByte('>')
		w.outputs(j.alias)
		w.links(j.alias)
		for _, c := range j.also.all() {
			c.name.of = w.from.alias // it stands inside of the link: no name is needed
		}
		w.filter(j.also)
		w.WriteString(`</link-entity>`)
	}
}

// all gives the comparisons of a condition.
func (e *expr) all() (list []*expr) {
	if e == nil {
		return nil
	}
	if e.members == nil {
		return []*expr{e}
	}
	for _, m := range e.members {
		list = append(list, m.all()...)
	}
	return list
}

// orders writes what rows are sorted by: columns, or the names that the answer has for
// them.
func (w *writer) orders() {
	for _, o := range w.order {
		n := o.name
		at := slices.IndexFunc(w.statement.columns, func(c column) bool { return n.of == "" && strings.EqualFold(c.shown(), n.column) })
		if at < 0 {
			_ = w.place(&n) // an unknown table is named to fetchxml
			at = slices.IndexFunc(w.statement.columns, func(c column) bool { return c.function == "" && c.name.same(n) })
		} else {
			n = w.statement.columns[at].name
		}
		w.WriteString(`<order`)
		switch {
		case w.aggregate && at >= 0:
			w.attribute("alias", w.statement.columns[at].shown())
		default:
			w.attribute("attribute", n.column)
			if n.of != w.from.alias {
				w.attribute("entityname", n.of)
			}
		}
		w.flag("descending", o.descending)
		w.WriteString(`/>`)
	}
}

func (w *writer) filter(e *expr) {
	if e == nil {
		return
	}
	if e.members == nil {
		e = &expr{members: []*expr{e}}
	}
	w.WriteString(`<filter`)
	if e.or {
		w.attribute("type", "or")
	}
	w.WriteByte('>')
	for _, m := range e.members {
		switch {
		case m.members != nil:
			w.filter(m)
		case m.negative():
			w.WriteString(`<filter>`)
			w.condition(m)
			w.condition(&expr{name: m.name, operator: "not-null"})
			w.WriteString(`</filter>`)
		default:
			w.condition(m)
		}
	}
	w.WriteString(`</filter>`)
}

func (w *writer) condition(e *expr) {
	w.WriteString(`<condition`)
	if e.name.of != w.from.alias {
		w.attribute("entityname", e.name.of)
	}
	w.attribute("attribute", e.name.column)
	w.attribute("operator", e.operator)
	switch {
	case e.other != nil && e.other.of != w.from.alias:
		w.attribute("valueof", e.other.of+"."+e.other.column)
	case e.other != nil:
		w.attribute("valueof", e.other.column)
	case e.operator == "in" || e.operator == "not-in":
		w.WriteByte('>')
		for _, v := range e.values {
			w.WriteString(`<value>`)
			_ = xml.EscapeText(w, []byte(v)) // a builder does not fail
			w.WriteString(`</value>`)
		}
		w.WriteString(`</condition>`)
		return
	case len(e.values) == 1:
		w.attribute("value", e.values[0])
	}
	w.WriteString(`/>`)
}

func (w *writer) attribute(name, value string) {
	w.WriteString(` ` + name + `="`)
	_ = xml.EscapeText(w, []byte(value)) // a builder does not fail
	w.WriteByte('"')
}

func (w *writer) flag(name string, on bool) {
	if on {
		w.attribute(name, "true")
	}
}
