package odata

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/predicate"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// binder turns the syntax tree of $filter into conditions on one Select.
//
// The service's own query language has no "not": it negates each condition and
// swaps and/or. The binder does the same, which decides what becomes of null: "ne"
// and negated text matches take rows without a value along, negated ranges do not.
type binder struct {
	sel        *query.Select
	aliases    map[string]string
	conditions func() predicate.Reader
	variables  []rangeVariable
	uses       int // of aliases, which may name aliases
	leaves     int // conditions that are no and, or, not
}

// What one query may hold: the limits of the service's own query language, into which it
// translates $filter (Microsoft Learn, "Query data using FetchXML", "Limitations").
const (
	maxConditions = 500
	maxValues     = 2000 // of one condition
)

func (r Request) bindFilter(s *query.Select, text string, aliases map[string]string) (query.Expr, error) {
	e, err := parseFilter(text)
	if err != nil {
		return nil, err
	}
	b := binder{sel: s, aliases: aliases, conditions: r.conditions}
	return b.condition(e, false)
}

// condition binds an expression of Boolean type.
func (b *binder) condition(e expr, negated bool) (query.Expr, error) {
	if isLeaf(e) {
		if b.leaves++; b.leaves > maxConditions {
			return nil, dverr.TooManyConditions.With()
		}
	}
	switch e := e.(type) {
	case *logical:
		return b.logical(e, negated)
	case *negation:
		if t := b.typeOf(e.of); t != "Edm.Boolean" {
			return nil, invalid("A unary operator with an incompatible type was detected. Found operand type '%s' for operator kind 'Not'.", t)
		}
		return b.condition(e.of, !negated)
	case *comparison:
		return b.comparison(e, negated)
	case *call:
		return b.call(e, negated)
	case *aliasExpr:
		return b.alias(e, func(value expr) (query.Expr, error) { return b.condition(value, negated) })
	case *lambda:
		return b.lambda(e, negated)
	case *literal:
		if e.edmType() == "Edm.Boolean" {
			return query.Const{True: (e.text == "true") != negated}, nil
		}
	case *pathExpr:
		return b.flag(e, negated)
	}
	return nil, invalid("The $filter expression must evaluate to a single boolean value.")
}

// isLeaf reports what becomes one condition. The comparison of a function with true or false
// does not: the function in it does.
func isLeaf(e expr) bool {
	switch e := e.(type) {
	case *comparison:
		_, left := e.left.(*call)
		_, right := e.right.(*call)
		return !left && !right
	case *call, *pathExpr, *literal:
		return true
	}
	return false
}

func (b *binder) logical(e *logical, negated bool) (query.Expr, error) {
	members := make([]query.Expr, len(e.members))
	for i, m := range e.members {
		if t := b.typeOf(m); t != "Edm.Boolean" && t != "" {
			kind := "Or"
			if e.op == "and" {
				kind = "And"
			}
			return nil, invalid("A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind '%s'.", b.typeOf(e.members[0]), b.typeOf(e.members[max(1, i)]), kind)
		}
		c, err := b.condition(m, negated)
		if err != nil {
			return nil, err
		}
		members[i] = c
	}
	if (e.op == "and") != negated {
		return query.And{Members: members}, nil
	}
	return query.Or{Members: members}, nil
}

// flag is a Boolean column that stands for itself.
func (b *binder) flag(e *pathExpr, negated bool) (query.Expr, error) {
	p, err := b.resolve(e)
	if err != nil {
		return nil, err
	}
	if p.column == nil || p.column.Kind != meta.Boolean {
		return nil, invalid("The $filter expression must evaluate to a single boolean value.")
	}
	return p.compare(truth(negated), query.Bool(true)), nil
}

func truth(negated bool) query.Operator {
	if negated {
		return query.NotEqual
	}
	return query.Equal
}

// typeOf names an operand's type; "" when it is not known before binding.
func (b *binder) typeOf(e expr) string {
	switch e := e.(type) {
	case *literal:
		return e.edmType()
	case *pathExpr:
		p, err := b.resolve(e)
		if err != nil {
			return "Edm.Boolean" // binding reports the unknown name
		}
		return p.edmType()
	case *aliasExpr:
		return "Edm.Boolean"
	}
	return "Edm.Boolean"
}

// alias binds what a parameter alias stands for; one that is not given is null.
func (b *binder) alias(e *aliasExpr, bind func(expr) (query.Expr, error)) (query.Expr, error) {
	value, err := b.dereference(e)
	if err != nil {
		return nil, err
	}
	return bind(value)
}

func (b *binder) dereference(e *aliasExpr) (expr, error) {
	if b.uses++; b.uses > maxFilterDepth {
		return nil, invalid("Recursion depth exceeded allowed limit.")
	}
	text, ok := b.aliases[e.name]
	if !ok {
		return &literal{kind: tokenName, text: "null"}, nil
	}
	return parseFilter(text)
}

// call binds contains, startswith, endswith and the service's own functions.
func (b *binder) call(e *call, negated bool) (query.Expr, error) {
	if isQueryFunction(e.name) {
		return b.queryFunction(e, negated)
	}
	kind, known := textFunction(e.name)
	if !known {
		return nil, unknownFunction(e.name)
	}
	column, pattern, err := b.textArguments(e)
	if err != nil {
		return nil, err
	}
	return column.match(kind, pattern, negated), nil
}

func textFunction(name string) (query.MatchKind, bool) {
	switch name {
	case "contains":
		return query.Contains, true
	case "startswith":
		return query.StartsWith, true
	case "endswith":
		return query.EndsWith, true
	}
	return 0, false
}

func (b *binder) textArguments(e *call) (property, string, error) {
	mismatch := invalid("No function signature for the function with name '%[1]s' matches the specified arguments. The function signatures considered are: %[1]s(Edm.String Nullable=true, Edm.String Nullable=true).", e.name)
	if len(e.args) != 2 || e.args[0].name != "" || e.args[1].name != "" {
		return property{}, "", mismatch
	}
	first, err := b.operand(e.args[0].value)
	if err != nil {
		return property{}, "", err
	}
	path, ok := first.(*pathExpr)
	if !ok {
		return property{}, "", mismatch
	}
	p, err := b.resolve(path)
	if err != nil {
		return property{}, "", err
	}
	value := e.args[1].value
	if a, ok := value.(*aliasExpr); ok {
		if value, err = b.dereference(a); err != nil {
			return property{}, "", err
		}
	}
	text, ok := value.(*literal)
	if !ok || text.kind != tokenString || p.column == nil || p.column.Storage() != meta.Text {
		return property{}, "", mismatch
	}
	return p, text.text, nil
}

// unknownFunction tells OData functions that the service lacks from names that nobody
// has.
func unknownFunction(name string) error {
	switch name {
	case "length", "indexof", "substring", "tolower", "toupper", "trim", "concat", "year", "month", "day", "hour", "minute", "second",
		"fractionalseconds", "date", "time", "totaloffsetminutes", "now", "mindatetime", "maxdatetime", "round", "floor", "ceiling",
		"cast", "isof", "geo.distance", "geo.length", "geo.intersects", "matchesPattern":
		return invalid("The function '%s' is not supported.", name)
	}
	return invalid("An unknown function with name '%s' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed.", name)
}
