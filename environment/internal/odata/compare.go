package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// property is a resolved path: single-valued navigations and the column at its end,
// or the last navigation itself when column is nil.
type property struct {
	hops   []meta.Navigation
	column *meta.Column
	nav    meta.Navigation
}

func (p property) edmType() string {
	switch {
	case p.column != nil:
		return p.column.EdmType()
	case p.nav.Target != nil:
		return "Microsoft.Dynamics.CRM." + p.nav.Target.LogicalName
	}
	return "Microsoft.Dynamics.CRM.principal"
}

// resolve follows a path from the binder's table.
func (b *binder) resolve(e *pathExpr) (property, error) {
	var p property
	t := b.sel.Table
	for i, name := range e.names {
		last := i == len(e.names)-1
		if c := t.Property(name); c != nil && last {
			p.column = c
			return p, nil
		}
		nav, ok := t.Navigation(name)
		switch {
		case !ok:
			return p, unknownProperty(name, t)
		case !nav.Single && last:
			return p, invalid("The parent value for a property access of a property '%s' is not a single value. Property access can only be applied to a single value.", name)
		case !nav.Single && e.names[i+1] == "$count":
			return p, notBuilt("$count of a collection in $filter")
		case !nav.Single:
			return p, invalid("The parent value for a property access of a property '%s' is not a single value. Property access can only be applied to a single value.", e.names[i+1])
		case last:
			p.nav = nav
			return p, nil
		case nav.Target == nil:
			return p, unknownProperty(e.names[i+1], t)
		}
		p.hops = append(p.hops, nav)
		t = nav.Target
	}
	return p, nil
}

// within puts a condition on the row at the end of the path: each hop is a row that
// must exist. orNull says that the condition also takes rows without a value, which
// a row with a broken path then is.
func (p property) within(s *query.Select, hops []meta.Navigation, orNull bool, condition func(query.Col) query.Expr) query.Expr {
	if len(hops) == 0 {
		return condition(query.Col{Of: s, C: p.column})
	}
	nav := hops[0]
	from := query.Col{Of: s, C: nav.From}
	inner := &query.Select{Table: nav.Target}
	join := query.Compare{Col: query.Col{Of: inner, C: nav.To}, Op: query.Equal, Other: &from}
	inner.Where = query.And{Members: []query.Expr{join, p.within(inner, hops[1:], orNull, condition)}}
	exists := query.Exists{Select: inner}
	if orNull {
		return query.Or{Members: []query.Expr{query.IsNull{Col: from}, exists}}
	}
	return exists
}

// compare sets the property against a value. "ne" takes rows without a value along,
// as the service's own queries do.
func (p property) compare(s *query.Select, op query.Operator, v query.Value) query.Expr {
	return p.within(s, p.hops, op == query.NotEqual, func(c query.Col) query.Expr {
		compare := query.Compare{Col: c, Op: op, Value: v}
		if op != query.NotEqual || c.C == c.C.Table.PrimaryID {
			return compare
		}
		return query.Or{Members: []query.Expr{query.IsNull{Col: c}, compare}}
	})
}

func (p property) match(s *query.Select, kind query.MatchKind, pattern string, negated bool) query.Expr {
	return p.within(s, p.hops, negated, func(c query.Col) query.Expr {
		match := query.Match{Col: c, Kind: kind, Pattern: pattern}
		if !negated {
			return match
		}
		return query.Or{Members: []query.Expr{query.IsNull{Col: c}, query.Not{Member: match}}}
	})
}

func (p property) isNull(s *query.Select, negated bool) query.Expr {
	if p.column == nil {
		p.column = p.nav.From
	}
	return p.within(s, p.hops, !negated, func(c query.Col) query.Expr {
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
			return p.isNull(b.sel, false), nil
		case query.NotEqual:
			return p.isNull(b.sel, true), nil
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
	return p.compare(b.sel, op, v), nil
}

// properties compares two columns of the same row; their types must be the same
// (Dataverse facts 5.12).
func (b *binder) properties(p property, op query.Operator, other property) (query.Expr, error) {
	if p.column == nil || other.column == nil || !comparable(p.column, other.column) {
		return nil, incompatible(p.edmType(), other.edmType(), op)
	}
	if len(p.hops)+len(other.hops) > 0 {
		return nil, notBuilt("Comparing columns of different rows")
	}
	right := query.Col{Of: b.sel, C: other.column}
	return query.Compare{Col: query.Col{Of: b.sel, C: p.column}, Op: op, Other: &right}, nil
}

// comparable columns share a type and the unit that values are stored in.
func comparable(a, c *meta.Column) bool {
	return a.EdmType() == c.EdmType() && (a.Kind == meta.Money) == (c.Kind == meta.Money)
}

// conditionAgainst is "contains(…) eq true" and its kin.
func (b *binder) conditionAgainst(condition expr, op query.Operator, right expr) (query.Expr, error) {
	if c, ok := condition.(*call); ok {
		if _, known := textFunction(c.name); !known {
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

func isQueryFunction(name string) bool {
	return strings.HasPrefix(name, "Microsoft.Dynamics.CRM.")
}
