package sqlread

import (
	"slices"
	"strconv"
	"strings"
)

// statement is a SELECT as it stands.
type statement struct {
	distinct      bool
	top           int // -1: none
	columns       []column
	from          table
	joins         []join
	where         *expr
	group         []name
	order         []order
	offset, fetch int // fetch 0: none
}

// name is a column, of a table where that was said.
type name struct {
	of, column string
	at         int
}

// column is one of the columns of the answer. A function without a name is COUNT(*).
type column struct {
	function string // lower case; empty for the column's own value
	once     bool   // COUNT(DISTINCT …)
	name     name
	as       string
	at       int
}

type table struct {
	name, alias string // alias is the table's own name where none was given
	at          int
}

type join struct {
	table
	outer    bool
	left     name // of a table before
	right    name // of this table
	also     *expr
	position int
}

type order struct {
	name       name
	descending bool
}

// expr is a condition: a comparison, or several joined.
type expr struct {
	or      bool
	members []*expr

	name     name
	operator string // FetchXML's
	values   []string
	other    *name // a column in the place of a value
}

const (
	maxDepth = 32
	maxTop   = 5000
)

// parser reads tokens; the last is end and is never passed.
type parser struct {
	tokens []token
	depth  int
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) next() token {
	t := p.tokens[0]
	if len(p.tokens) > 1 {
		p.tokens = p.tokens[1:]
	}
	return t
}

// take passes a keyword or symbol if it is next.
func (p *parser) take(s string) bool {
	if p.peek().is(s) {
		p.next()
		return true
	}
	return false
}

func (p *parser) want(s string) error {
	if p.take(s) {
		return nil
	}
	return p.unexpected(s + " is expected")
}

func (p *parser) unexpected(why string) error {
	t := p.peek()
	if t.kind == end {
		return refuse(t.at, "%s.", why)
	}
	for _, w := range refused {
		if t.is(w) {
			return refuse(t.at, "%s is not supported.", w)
		}
	}
	return refuse(t.at, "%s, not '%s'.", why, t.text)
}

// refused are words that the service's SQL does not have.
var refused = [...]string{
	"HAVING", "UNION", "EXCEPT", "INTERSECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "DROP", "CREATE", "ALTER", "EXEC",
	"RIGHT", "FULL", "CROSS", "CASE", "EXISTS", "OVER", "INTO", "SELECT",
}

// keywords end names: none of them is an alias unless quoted.
var keywords = [...]string{
	"FROM", "WHERE", "GROUP", "ORDER", "BY", "JOIN", "INNER", "LEFT", "OUTER", "ON", "AND", "OR", "NOT", "AS", "ASC", "DESC", "OFFSET", "FETCH",
	"IN", "IS", "LIKE", "BETWEEN", "NULL", "TOP", "DISTINCT",
}

// functions are FetchXML's words for the aggregates.
var functions = map[string]string{"count": "countcolumn", "sum": "sum", "avg": "avg", "min": "min", "max": "max"}

func (p *parser) statement() (s *statement, err error) {
	s = &statement{top: -1}
	if err = p.want("SELECT"); err != nil {
		return nil, err
	}
	for _, step := range []func(*statement) error{p.rows, p.columns, p.tables, p.conditions, p.groups, p.orders, p.paging} {
		if err = step(s); err != nil {
			return nil, err
		}
	}
	p.take(";")
	if p.peek().kind != end {
		return nil, p.unexpected("the end is expected")
	}
	return s, nil
}

func (p *parser) rows(s *statement) (err error) {
	s.distinct = p.take("DISTINCT")
	if !p.take("TOP") {
		return nil
	}
	brackets := p.take("(")
	at := p.peek().at
	if s.top, err = p.count(); err != nil {
		return err
	}
	if s.top > maxTop {
		return refuse(at, "TOP is at most %d.", maxTop)
	}
	if brackets {
		return p.want(")")
	}
	return nil
}

func (p *parser) count() (int, error) {
	t := p.next()
	n, err := strconv.ParseUint(t.text, 10, 31)
	if t.kind != number || err != nil {
		return 0, refuse(t.at, "a whole number is expected.")
	}
	return int(n), nil
}

func (p *parser) columns(s *statement) error {
	for {
		c, err := p.column()
		if err != nil {
			return err
		}
		s.columns = append(s.columns, c)
		if !p.take(",") {
			return nil
		}
	}
}

func (p *parser) column() (c column, err error) {
	t := p.peek()
	if t.is("*") {
		return c, refuse(t.at, "SELECT * is not supported: name the columns.")
	}
	c.at = t.at
	if t.kind == word && !t.quoted && len(p.tokens) > 1 && p.tokens[1].is("(") {
		err = p.aggregate(&c)
	} else {
		c.name, err = p.name()
	}
	if err != nil {
		return c, err
	}
	c.as, err = p.alias()
	return c, err
}

// aggregate reads COUNT(*), COUNT(DISTINCT name) or SUM(name).
func (p *parser) aggregate(c *column) (err error) {
	t := p.next()
	c.function = strings.ToLower(t.text)
	if functions[c.function] == "" {
		return refuse(t.at, "the function %s is not supported.", t.text)
	}
	p.next() // the parenthesis
	if c.function == "count" && p.take("*") {
		return p.want(")")
	}
	if c.once = p.take("DISTINCT"); c.once && c.function != "count" {
		return refuse(t.at, "DISTINCT goes with COUNT alone.")
	}
	if c.name, err = p.name(); err != nil {
		return err
	}
	return p.want(")")
}

// name reads column or table.column.
func (p *parser) name() (n name, err error) {
	n.at = p.peek().at
	if n.column, err = p.identifier(); err != nil {
		return n, err
	}
	if p.take(".") {
		n.of = n.column
		if p.peek().is("*") {
			return n, refuse(p.peek().at, "SELECT * is not supported: name the columns.")
		}
		n.column, err = p.identifier()
	}
	return n, err
}

// identifier reads a name, which is written in lower case everywhere.
func (p *parser) identifier() (string, error) {
	t := p.peek()
	if t.kind != word || !t.quoted && isKeyword(t) {
		return "", p.unexpected("a name is expected")
	}
	p.next()
	return strings.ToLower(t.text), nil
}

func isKeyword(t token) bool {
	return slices.ContainsFunc(keywords[:], t.is) || slices.ContainsFunc(refused[:], t.is)
}

// alias reads [AS] name, as it is written; empty for none.
func (p *parser) alias() (string, error) {
	as := p.take("AS")
	t := p.peek()
	if t.kind == word && (t.quoted || !isKeyword(t)) {
		return p.next().text, nil
	}
	if as {
		return "", p.unexpected("a name is expected")
	}
	return "", nil
}

func (p *parser) tables(s *statement) (err error) {
	if err = p.want("FROM"); err != nil {
		return err
	}
	if s.from, err = p.table(); err != nil {
		return err
	}
	if t := p.peek(); t.is(",") {
		return refuse(t.at, "tables are joined by JOIN and ON.")
	}
	for {
		j := join{position: p.peek().at}
		switch {
		case p.take("LEFT"):
			j.outer = true
			p.take("OUTER")
		case p.take("INNER"), p.peek().is("JOIN"):
		default:
			return nil
		}
		if err = p.want("JOIN"); err == nil {
			err = p.joined(&j)
		}
		if err != nil {
			return err
		}
		s.joins = append(s.joins, j)
	}
}

func (p *parser) table() (t table, err error) {
	t.at = p.peek().at
	if t.name, err = p.identifier(); err != nil {
		return t, err
	}
	t.alias, err = p.alias()
	if t.alias = strings.ToLower(t.alias); t.alias == "" {
		t.alias = t.name
	}
	return t, err
}

// joined reads the table of a join and its condition: an equality of columns, and what
// else rows of the table must meet.
func (p *parser) joined(j *join) (err error) {
	if j.table, err = p.table(); err != nil {
		return err
	}
	if err = p.want("ON"); err != nil {
		return err
	}
	brackets := p.take("(")
	if j.left, err = p.name(); err != nil {
		return err
	}
	if err = p.want("="); err != nil {
		return err
	}
	if j.right, err = p.name(); err != nil {
		return err
	}
	if j.left.of == j.alias {
		j.left, j.right = j.right, j.left
	}
	if j.right.of != j.alias || j.left.of == j.alias {
		return refuse(j.left.at, "ON compares a column of %s with one of a table before it, both with the names of their tables.", j.alias)
	}
	if p.take("AND") {
		if j.also, err = p.or(false); err != nil {
			return err
		}
	}
	if brackets {
		return p.want(")")
	}
	return nil
}

func (p *parser) conditions(s *statement) (err error) {
	if p.take("WHERE") {
		s.where, err = p.or(false)
	}
	return err
}

func (p *parser) groups(s *statement) error {
	if !p.take("GROUP") {
		return nil
	}
	if err := p.want("BY"); err != nil {
		return err
	}
	for {
		n, err := p.name()
		if err != nil {
			return err
		}
		s.group = append(s.group, n)
		if !p.take(",") {
			return nil
		}
	}
}

func (p *parser) orders(s *statement) error {
	if !p.take("ORDER") {
		return nil
	}
	if err := p.want("BY"); err != nil {
		return err
	}
	for {
		n, err := p.name()
		if err != nil {
			return err
		}
		o := order{name: n, descending: p.take("DESC")}
		if !o.descending {
			p.take("ASC")
		}
		s.order = append(s.order, o)
		if !p.take(",") {
			return nil
		}
	}
}

// paging reads OFFSET n ROWS FETCH NEXT m ROWS ONLY. Pages begin at multiples of their
// size, as FetchXML's do.
func (p *parser) paging(s *statement) (err error) {
	at := p.peek().at
	if !p.take("OFFSET") {
		return nil
	}
	if s.offset, err = p.count(); err != nil {
		return err
	}
	_ = p.take("ROWS") || p.take("ROW")
	if err = p.want("FETCH"); err != nil {
		return err
	}
	_ = p.take("NEXT") || p.take("FIRST")
	if s.fetch, err = p.count(); err != nil {
		return err
	}
	_ = p.take("ROWS") || p.take("ROW")
	if err = p.want("ONLY"); err != nil {
		return err
	}
	if s.fetch == 0 || s.fetch > maxTop || s.offset%s.fetch != 0 || s.top >= 0 {
		return refuse(at, "OFFSET is a multiple of FETCH, which is 1 to %d, and TOP cannot stand beside them.", maxTop)
	}
	return nil
}
