package sqlread

// Conditions are read with their negation pushed down to the comparisons, for FetchXML
// has none. A comparison with null is neither true nor false in SQL, whichever way it is
// turned; so each negative one asks for a value too.

// negation gives the operator that holds where another does not.
var negation = map[string]string{
	"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "like": "not-like", "not-like": "like",
	"in": "not-in", "not-in": "in", "null": "not-null", "not-null": "null",
}

var comparisons = map[string]string{"=": "eq", "<>": "ne", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}

func (p *parser) or(not bool) (*expr, error) { return p.list("OR", !not, not, p.and) }

func (p *parser) and(not bool) (*expr, error) { return p.list("AND", not, not, p.term) }

// list reads members joined by a word; or tells what joins them once negation is pushed
// down.
func (p *parser) list(by string, or, not bool, member func(bool) (*expr, error)) (*expr, error) {
	all := &expr{or: or}
	for {
		m, err := member(not)
		if err != nil {
			return nil, err
		}
		all.members = append(all.members, m)
		if !p.take(by) {
			break
		}
	}
	if len(all.members) == 1 {
		return all.members[0], nil
	}
	return all, nil
}

// term reads NOT term, a condition in parentheses, or a comparison.
func (p *parser) term(not bool) (*expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, refuse(p.peek().at, "conditions are nested at most %d deep.", maxDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case p.take("NOT"):
		return p.term(!not)
	case p.take("("):
		e, err := p.or(not)
		if err == nil {
			err = p.want(")")
		}
		return e, err
	}
	return p.comparison(not)
}

func (p *parser) comparison(not bool) (*expr, error) {
	n, err := p.name()
	if err != nil {
		return nil, err
	}
	e := &expr{name: n}
	if p.take("IS") {
		e.operator = "null"
		if p.take("NOT") {
			e.operator = "not-null"
		}
		return e.turned(not), p.want("NULL")
	}
	if p.take("NOT") {
		not = !not
	}
	t := p.next()
	switch {
	case t.is("LIKE"):
		e.operator = "like"
	case t.is("IN"):
		e.operator = "in"
		err = p.values(e)
		return e.turned(not), err
	case t.is("BETWEEN"):
		return p.between(n, not)
	case t.kind == symbol && comparisons[t.text] != "":
		e.operator = comparisons[t.text]
	default:
		return nil, refuse(t.at, "a comparison is expected.")
	}
	err = p.operand(e)
	return e.turned(not), err
}

// operand reads a value or, for comparisons, a column.
func (p *parser) operand(e *expr) error {
	if t := p.peek(); t.kind == word && (t.quoted || !isKeyword(t)) && e.operator != "like" && e.operator != "not-like" {
		n, err := p.name()
		e.other = &n
		return err
	}
	v, err := p.value()
	e.values = []string{v}
	return err
}

func (p *parser) value() (string, error) {
	sign := ""
	if p.take("-") {
		sign = "-"
	}
	t := p.peek()
	if t.kind != number && (t.kind != text || sign != "") {
		return "", p.unexpected("a value is expected")
	}
	p.next()
	return sign + t.text, nil
}

func (p *parser) values(e *expr) error {
	if err := p.want("("); err != nil {
		return err
	}
	if p.peek().is("SELECT") {
		return refuse(p.peek().at, "queries inside of queries are not supported.")
	}
	for {
		v, err := p.value()
		if err != nil {
			return err
		}
		e.values = append(e.values, v)
		if !p.take(",") {
			return p.want(")")
		}
	}
}

func (p *parser) between(n name, not bool) (*expr, error) {
	least, err := p.value()
	if err != nil {
		return nil, err
	}
	if err := p.want("AND"); err != nil {
		return nil, err
	}
	greatest, err := p.value()
	low, high := &expr{name: n, operator: "ge", values: []string{least}}, &expr{name: n, operator: "le", values: []string{greatest}}
	return &expr{or: not, members: []*expr{low.turned(not), high.turned(not)}}, err
}

// turned gives the comparison, or what holds where it does not.
func (e *expr) turned(not bool) *expr {
	if not {
		e.operator = negation[e.operator]
	}
	return e
}

// negative reports the operators that hold for rows without a value in FetchXML.
func (e *expr) negative() bool {
	return e.operator == "ne" || e.operator == "not-like" || e.operator == "not-in"
}
