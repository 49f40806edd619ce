package odata

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// property is a resolved path: the row that it starts from, single-valued navigations
// and the column at its end, or the last navigation itself when column is nil.
type property struct {
	of     *query.Select
	hops   []meta.Navigation
	column *meta.Column
	nav    meta.Navigation
}

func (p property) edmType() string {
	switch {
	case p.column != nil:
		return p.column.EdmType()
	case p.nav.Target != nil:
		return namespace + p.nav.Target.LogicalName
	}
	return namespace + "principal"
}

// resolve follows a path from the row that the filter is about, or from the one that a
// range variable names.
func (b *binder) resolve(e *pathExpr) (property, error) {
	last := len(e.names) - 1
	name := e.names[last]
	if p, ok := b.ownerID(e); ok {
		return p, nil
	}
	p, t, err := b.row(&pathExpr{e.names[:last], e.pos}, name)
	if err != nil {
		return p, err
	}
	if p.column = t.Property(name); p.column != nil {
		return p, nil
	}
	if _, variable := b.variable(name); variable && last == 0 {
		return p, invalid("The $filter expression must evaluate to a single boolean value.")
	}
	nav, ok := t.Navigation(name)
	switch {
	case !ok:
		return p, unknownProperty(name, t)
	case !nav.Single:
		return p, notSingle(name)
	}
	p.nav = nav
	return p, nil
}

// ownerID resolves ownerid/ownerid, the key of the type that users and teams are of: the
// lookup itself holds it.
func (b *binder) ownerID(e *pathExpr) (property, bool) {
	last := len(e.names) - 1
	if last == 0 || e.names[last] != "ownerid" || e.names[last-1] != "ownerid" {
		return property{}, false
	}
	p, t, err := b.row(&pathExpr{e.names[:last-1], e.pos}, "ownerid")
	if err != nil {
		return p, false
	}
	nav, ok := t.Navigation("ownerid")
	p.column = nav.From
	return p, ok && nav.Target == nil
}

// row follows a path of single-valued navigations to the row at its end, and gives that
// row's table. after is what follows, for words of refusal.
func (b *binder) row(e *pathExpr, after string) (property, *meta.Table, error) {
	p := property{of: b.sel}
	names := e.names
	if len(names) > 0 {
		if s, ok := b.variable(names[0]); ok {
			p.of, names = s, names[1:]
		}
	}
	t := p.of.Table
	for len(names) > 0 {
		nav, ok := t.Navigation(names[0])
		further := after
		if len(names) > 1 {
			further = names[1]
		}
		switch {
		case !ok && t.Property(names[0]) != nil:
			return p, t, notSingle(names[0])
		case !ok:
			return p, t, unknownProperty(names[0], t)
		case !nav.Single:
			return p, t, notSingle(further)
		}
		names = names[1:]
		if nav.Target == nil {
			if nav, names = cast(nav, names); nav.Target == nil {
				return p, t, invalid("The navigation property '%s' leads to several tables. A type such as %ssystemuser must follow it.", nav.Name, namespace)
			}
		}
		p.hops = append(p.hops, nav)
		t = nav.Target
	}
	return p, t, nil
}

// cast takes the type that follows a navigation property with several targets, which
// then leads to rows of that type alone.
func cast(nav meta.Navigation, names []string) (meta.Navigation, []string) {
	if len(names) == 0 {
		return nav, names
	}
	for _, t := range nav.From.Targets {
		if names[0] == namespace+t.LogicalName {
			nav.Target, nav.To = t, t.PrimaryID
			return nav, names[1:]
		}
	}
	return nav, names
}

func notSingle(name string) error {
	return invalid("The parent value for a property access of a property '%s' is not a single value. Property access can only be applied to a single value.", name)
}

// within puts a condition on the row at the end of the path: each hop is a row that
// must exist. orNull says that the condition also takes rows without a value, which
// a row with a broken path then is.
func (p property) within(orNull bool, condition func(query.Col) query.Expr) query.Expr {
	return p.hop(p.of, p.hops, orNull, func(s *query.Select) query.Expr {
		return condition(query.Col{Of: s, C: p.column})
	})
}

func (p property) hop(s *query.Select, hops []meta.Navigation, orNull bool, condition func(*query.Select) query.Expr) query.Expr {
	if len(hops) == 0 {
		return condition(s)
	}
	nav := hops[0]
	inner := &query.Select{Table: nav.Target}
	inner.Where = query.And{Members: append(related(s, inner, nav), p.hop(inner, hops[1:], orNull, condition))}
	exists := query.Exists{Select: inner}
	if !orNull {
		return exists
	}
	broken := []query.Expr{query.IsNull{Col: query.Col{Of: s, C: nav.From}}}
	if nav.From.TypeColumn != nil {
		broken = append(broken, query.Not{Member: leadsTo(s, nav.From, nav.Target)})
	}
	return query.Or{Members: append(broken, exists)}
}

// compare sets the property against a value. "ne" takes rows without a value along,
// as the service's own queries do.
func (p property) compare(op query.Operator, v query.Value) query.Expr {
	return p.within(op == query.NotEqual, func(c query.Col) query.Expr {
		compare := query.Compare{Col: c, Op: op, Value: v}
		if op != query.NotEqual || c.C == c.C.Table.PrimaryID {
			return compare
		}
		return query.Or{Members: []query.Expr{query.IsNull{Col: c}, compare}}
	})
}

func (p property) match(kind query.MatchKind, pattern string, negated bool) query.Expr {
	return p.within(negated, func(c query.Col) query.Expr {
		match := query.Match{Col: c, Kind: kind, Pattern: pattern}
		if !negated {
			return match
		}
		return query.Or{Members: []query.Expr{query.IsNull{Col: c}, query.Not{Member: match}}}
	})
}

func (p property) isNull(negated bool) query.Expr {
	if p.column == nil {
		p.column = p.nav.From
	}
	return p.within(!negated, func(c query.Col) query.Expr {
		if negated {
			return query.Not{Member: query.IsNull{Col: c}}
		}
		return query.IsNull{Col: c}
	})
}

// comparison binds an operator between a property and a constant, two properties of
// the row, or a condition and true or false.
func (b *binder) comparison(e *comparison, negated bool) (query.Expr, error) {
	op, _ := comparisonOperator(e.op)
	left, err := b.operand(e.left)
	if err != nil {
		return nil, err
	}
	right, err := b.operand(e.right)
	if err != nil {
		return nil, err
	}
	if l, ok := left.(*literal); ok {
		if _, both := right.(*literal); both {
			return nil, invalid("The query node Constant is not supported")
		}
		left, right, op = right, l, mirrored(op)
	}
	if negated {
		op = opposite(op)
	}
	switch l := left.(type) {
	case *pathExpr:
		return b.propertyAgainst(l, op, right, negated)
	default:
		return b.conditionAgainst(l, op, right)
	}
}

// operand replaces an alias by what it stands for.
func (b *binder) operand(e expr) (expr, error) {
	if a, ok := e.(*aliasExpr); ok {
		return b.dereference(a)
	}
	return e, nil
}

func (b *binder) propertyAgainst(path *pathExpr, op query.Operator, right expr, negated bool) (query.Expr, error) {
	if path.names[len(path.names)-1] == countSegment {
		return b.countAgainst(path, op, right)
	}
	p, err := b.resolve(path)
	if err != nil {
		return nil, err
	}
	switch r := right.(type) {
	case *literal:
		return b.propertyAgainstValue(p, op, r, negated)
	case *pathExpr:
		other, err := b.resolve(r)
		if err != nil {
			return nil, err
		}
		return b.properties(p, op, other)
	case *comparison, *logical, *negation, *call, *lambda:
		if p.edmType() == "Edm.Boolean" {
			return nil, invalid("The query node Constant was expected on one side of the operator '%s'", operatorKind(op))
		}
	}
	return nil, incompatible(p.edmType(), "Edm.Boolean", op)
}

func (b *binder) propertyAgainstValue(p property, op query.Operator, l *literal, negated bool) (query.Expr, error) {
	if l.isNull() {
		switch op {
		case query.Equal:
			return p.isNull(false), nil
		case query.NotEqual:
			return p.isNull(true), nil
		}
		// In OData a range against null is false, and its negation true.
		return query.Const{True: negated}, nil
	}
	if p.column == nil {
		return nil, incompatible(p.edmType(), l.edmType(), op)
	}
	v, ok := l.value(p.column)
	if !ok {
		return nil, incompatible(p.edmType(), l.edmType(), op)
	}
	return p.compare(op, v), nil
}

// properties compares two columns of the same row; their types must be the same
// (Dataverse facts 5.12).
func (b *binder) properties(p property, op query.Operator, other property) (query.Expr, error) {
	if p.column == nil || other.column == nil || !comparable(p.column, other.column) {
		return nil, incompatible(p.edmType(), other.edmType(), op)
	}
	if p.of != other.of || !slices.Equal(p.hops, other.hops) {
		return nil, invalid("Only columns of the same row can be compared.")
	}
	return p.within(false, func(c query.Col) query.Expr {
		return query.Compare{Col: c, Op: op, Other: &query.Col{Of: c.Of, C: other.column}}
	}), nil
}

// comparable columns share a type and the unit that values are stored in.
func comparable(a, c *meta.Column) bool {
	return a.EdmType() == c.EdmType() && (a.Kind == meta.Money) == (c.Kind == meta.Money)
}

// conditionAgainst is "contains(…) eq true" and its kin.
func (b *binder) conditionAgainst(condition expr, op query.Operator, right expr) (query.Expr, error) {
	if c, ok := condition.(*call); ok {
		if _, known := textFunction(c.name); !known && !isQueryFunction(c.name) {
			return nil, unknownFunction(c.name)
		}
	}
	r, ok := right.(*literal)
	if !ok || r.edmType() != "Edm.Boolean" || op != query.Equal && op != query.NotEqual {
		t := "Edm.Boolean"
		if ok {
			t = r.edmType()
		} else if p, path := right.(*pathExpr); path {
			t = b.typeOf(p)
		}
		return nil, incompatible("Edm.Boolean", t, op)
	}
	return b.condition(condition, (r.text == "true") != (op == query.Equal))
}

func incompatible(left, right string, op query.Operator) error {
	return invalid("A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind '%s'.", left, right, operatorKind(op))
}
