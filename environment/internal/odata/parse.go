package odata

import (
	"strings"
)

// parser is a recursive-descent parser over one option's text with one token of
// look-ahead. Precedence is OData's: not, then comparisons, and, or.
type parser struct {
	lex   lexer
	tok   token
	depth int
}

func newParser(text string) (*parser, error) {
	p := &parser{lex: lexer{text: text}}
	return p, p.advance()
}

func parseFilter(text string) (expr, error) {
	p, err := newParser(text)
	if err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	return e, p.expectEnd()
}

func (p *parser) advance() (err error) {
	p.tok, err = p.lex.next()
	return err
}

func (p *parser) expectEnd() error {
	if p.tok.kind != tokenEnd {
		return p.syntaxError()
	}
	return nil
}

// syntaxError names the end of the token that should not be there, as OData.NET does.
func (p *parser) syntaxError() error {
	return p.lex.fail("Syntax error at position %d in '%s'.", p.tok.end)
}

func (p *parser) expected(what string) error {
	return invalid("%s expected at position %d in '%s'.", what, p.lex.position(p.tok.start), p.lex.text)
}

func (p *parser) word(w string) bool { return p.tok.kind == tokenName && p.tok.text == w }

// enter guards recursion; leave undoes it.
func (p *parser) enter() error {
	if p.depth++; p.depth > maxFilterDepth {
		return invalid("Recursion depth exceeded allowed limit.")
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

func (p *parser) or() (expr, error) { return p.joined("or", p.and) }

func (p *parser) and() (expr, error) { return p.joined("and", p.comparison) }

func (p *parser) joined(op string, member func() (expr, error)) (expr, error) {
	first, err := member()
	if err != nil || !p.word(op) {
		return first, err
	}
	all := &logical{op: op, members: []expr{first}}
	for p.word(op) {
		if err := p.advance(); err != nil {
			return nil, err
		}
		next, err := member()
		if err != nil {
			return nil, err
		}
		all.members = append(all.members, next)
	}
	return all, nil
}

func (p *parser) comparison() (expr, error) {
	left, err := p.unary()
	for err == nil && p.tok.kind == tokenName {
		op := p.tok.text
		if err := p.refuseOperator(op); err != nil {
			return nil, err
		}
		if _, known := comparisonOperator(op); !known {
			break
		}
		if err := p.enter(); err != nil {
			return nil, err
		}
		defer p.leave()
		if err := p.advance(); err != nil {
			return nil, err
		}
		var right expr
		if right, err = p.unary(); err == nil {
			left = &comparison{op, left, right}
		}
	}
	return left, err
}

// refuseOperator names operators that OData has and the Web API does not
// (Dataverse facts 5.12).
func (p *parser) refuseOperator(op string) error {
	at := p.lex.position(p.tok.start)
	switch op {
	case "add", "sub", "mul", "div", "divby", "mod":
		return invalid("Arithmetic operators are not supported: '%s' at position %d in '%s'.", op, at, p.lex.text)
	case "has":
		return invalid("The 'has' operator is not supported: position %d in '%s'.", at, p.lex.text)
	case "in":
		return invalid("The 'in' operator is not supported, use Microsoft.Dynamics.CRM.In: position %d in '%s'.", at, p.lex.text)
	}
	return nil
}

func (p *parser) unary() (expr, error) {
	if !p.word("not") {
		return p.primary()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return nil, err
	}
	of, err := p.unary()
	if err != nil {
		return nil, err
	}
	return &negation{of}, nil
}

func (p *parser) primary() (expr, error) {
	t := p.tok
	switch t.kind {
	case tokenString:
		return &literal{tokenString, unquote(t.text), t.start}, p.advance()
	case tokenInteger, tokenNumber, tokenGUID, tokenDate, tokenDateTime, tokenArray:
		return &literal{t.kind, t.text, t.start}, p.advance()
	case tokenAlias:
		return &aliasExpr{t.text}, p.advance()
	case tokenName:
		return p.named()
	case tokenPrefixed:
		return nil, p.syntaxError()
	}
	if t.is("(") {
		return p.parenthesized()
	}
	return nil, p.expected("Expression")
}

func unquote(text string) string {
	return strings.ReplaceAll(text[1:len(text)-1], "''", "'")
}

func (p *parser) parenthesized() (expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return nil, err
	}
	inner, err := p.or()
	if err != nil {
		return nil, err
	}
	if !p.tok.is(")") {
		return nil, p.expected("')' or operator")
	}
	return inner, p.advance()
}

// named reads what starts with a name: a constant, a function call or a path.
func (p *parser) named() (expr, error) {
	t := p.tok
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.is("(") {
		args, err := p.arguments()
		return &call{name: t.text, args: args, pos: t.start}, err
	}
	switch t.text {
	case "null", "true", "false":
		return &literal{tokenName, t.text, t.start}, nil
	}
	return p.path(&pathExpr{[]string{t.text}, t.start})
}

func (p *parser) path(path *pathExpr) (expr, error) {
	for p.tok.is("/") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.tok.kind != tokenName {
			return nil, p.syntaxError()
		}
		name := p.tok
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.tok.is("(") {
			return p.afterPath(path, name)
		}
		path.names = append(path.names, name.text)
	}
	return path, nil
}

// afterPath reads any(…), all(…) and the service's own functions, the only calls that
// may end a path.
func (p *parser) afterPath(path *pathExpr, name token) (expr, error) {
	if isQueryFunction(name.text) {
		args, err := p.arguments()
		return &call{of: path, name: name.text, args: args, pos: name.start}, err
	}
	if name.text != "any" && name.text != "all" {
		return nil, p.syntaxError()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return nil, err
	}
	l := &lambda{of: path, op: name.text}
	if p.tok.is(")") && l.op == "any" {
		return l, p.advance()
	}
	if p.tok.kind != tokenName {
		return nil, p.syntaxError()
	}
	l.variable = p.tok.text
	if err := p.skip(":"); err != nil {
		return nil, err
	}
	var err error
	if l.body, err = p.or(); err != nil {
		return nil, err
	}
	if !p.tok.is(")") {
		return nil, p.expected("')' or ','")
	}
	return l, p.advance()
}

// skip leaves the current token and the sign after it behind.
func (p *parser) skip(sign string) error {
	if err := p.advance(); err != nil {
		return err
	}
	if !p.tok.is(sign) {
		return p.syntaxError()
	}
	return p.advance()
}

func (p *parser) arguments() ([]argument, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return nil, err
	}
	var args []argument
	for !p.tok.is(")") {
		a, err := p.argument()
		if err != nil {
			return nil, err
		}
		args = append(args, a)
		if p.tok.is(",") {
			if err := p.advance(); err != nil {
				return nil, err
			}
			if p.tok.is(")") {
				return nil, p.expected("Expression")
			}
			continue
		}
		if !p.tok.is(")") {
			return nil, p.expected("')' or ','")
		}
	}
	return args, p.advance()
}

// argument reads value or Name=value.
func (p *parser) argument() (argument, error) {
	value, err := p.or()
	if err != nil || !p.tok.is("=") {
		return argument{value: value}, err
	}
	name, ok := value.(*pathExpr)
	if !ok || len(name.names) != 1 {
		return argument{}, p.syntaxError()
	}
	if err := p.advance(); err != nil {
		return argument{}, err
	}
	value, err = p.or()
	return argument{name.names[0], value}, err
}
