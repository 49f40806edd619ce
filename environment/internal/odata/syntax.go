package odata

import (
	"strings"
)

// expr is a node of the syntax tree of $filter. Names are not yet resolved, so the
// tree can hold more than the binder accepts; the binder says what it refuses.
type expr interface {
	// print appends the node as OData text that parses to an equal node.
	print(b *strings.Builder)
}

// literal is a constant as it was spelled: kind is a literal token's, text is
// unquoted for strings; null, true and false have kind tokenName.
type literal struct {
	kind tokenKind
	text string
	pos  int
}

// pathExpr names a property, perhaps through navigation properties.
type pathExpr struct {
	names []string
	pos   int
}

// logical joins conditions by "and" or "or"; several of the same kind are one node.
type logical struct {
	op      string
	members []expr
}

// comparison is one of the six operators between two operands.
type comparison struct {
	op          string
	left, right expr
}

type negation struct{ of expr }

// call is a function with positional or named arguments; of is the path before it, nil
// for most.
type call struct {
	of   *pathExpr
	name string
	args []argument
	pos  int
}

type argument struct {
	name  string
	value expr
}

type aliasExpr struct{ name string }

// lambda is any or all over a collection; variable and body are empty in any().
type lambda struct {
	of       *pathExpr
	op       string
	variable string
	body     expr
}

func printExpr(e expr) string {
	var b strings.Builder
	e.print(&b)
	return b.String()
}

func (e *literal) print(b *strings.Builder) {
	if e.kind != tokenString {
		b.WriteString(e.text)
		return
	}
	b.WriteByte('\'')
	b.WriteString(strings.ReplaceAll(e.text, "'", "''"))
	b.WriteByte('\'')
}

func (e *pathExpr) print(b *strings.Builder)  { b.WriteString(strings.Join(e.names, "/")) }
func (e *aliasExpr) print(b *strings.Builder) { b.WriteString(e.name) }

func (e *logical) print(b *strings.Builder) {
	for i, m := range e.members {
		if i > 0 {
			b.WriteString(" " + e.op + " ")
		}
		printOperand(b, m)
	}
}

func (e *comparison) print(b *strings.Builder) {
	printOperand(b, e.left)
	b.WriteString(" " + e.op + " ")
	printOperand(b, e.right)
}

func (e *negation) print(b *strings.Builder) {
	b.WriteString("not ")
	printOperand(b, e.of)
}

// printOperand puts whatever has operators of its own in parentheses.
func printOperand(b *strings.Builder, e expr) {
	switch e.(type) {
	case *logical, *comparison, *negation:
		b.WriteByte('(')
		e.print(b)
		b.WriteByte(')')
	default:
		e.print(b)
	}
}

func (e *call) print(b *strings.Builder) {
	if e.of != nil {
		e.of.print(b)
		b.WriteByte('/')
	}
	b.WriteString(e.name)
	b.WriteByte('(')
	for i, a := range e.args {
		if i > 0 {
			b.WriteByte(',')
		}
		if a.name != "" {
			b.WriteString(a.name + "=")
		}
		a.value.print(b)
	}
	b.WriteByte(')')
}

func (e *lambda) print(b *strings.Builder) {
	e.of.print(b)
	b.WriteString("/" + e.op + "(")
	if e.body != nil {
		b.WriteString(e.variable + ":")
		e.body.print(b)
	}
	b.WriteByte(')')
}
