package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// readKey reads what stands in a key predicate's parentheses: a primary id, alone or
// named, or the named values of an alternate key (Dataverse facts 5.5, A.3).
func readKey(t *meta.Table, inner string) (*op.Key, error) {
	if id, err := meta.ParseID(inner); err == nil && inner[0] != '{' {
		return &op.Key{Table: t, ID: id}, nil
	}
	var named []op.Assignment
	for _, part := range splitKey(inner) {
		name, value, found := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); !found || !isIdentifier(name) {
			return nil, dverr.BadKeySyntax.With()
		}
		p, err := readKeyPart(t, name, strings.TrimSpace(value))
		if err != nil {
			return nil, err
		}
		named = append(named, p)
	}
	if len(named) == 1 && named[0].Column == t.PrimaryID && !named[0].Value.IsNull() {
		return &op.Key{Table: t, ID: named[0].Value.GUID()}, nil
	}
	return alternate(t, named, inner)
}

// alternate finds the alternate key that the columns are. Rows without a value in one of
// them are not kept apart by the key, so null names no row.
func alternate(t *meta.Table, named []op.Assignment, text string) (*op.Key, error) {
	columns := make([]*meta.Column, len(named))
	for i, a := range named {
		columns[i] = a.Column
		if a.Value.IsNull() {
			return nil, undeclaredKey(t)
		}
	}
	k := t.Key(columns)
	if k == nil {
		return nil, undeclaredKey(t)
	}
	return &op.Key{Table: t, Alternate: &op.Alternate{Key: k, Values: named, Text: text}}, nil
}

// readKeyPart types one name=value. Lookups go by their property name, and users and
// teams by the ownerid that they inherit.
func readKeyPart(t *meta.Table, name, value string) (op.Assignment, error) {
	c := t.Property(name)
	if isPrincipal(t) {
		switch name {
		case "ownerid":
			c = t.PrimaryID
		case t.PrimaryID.LogicalName:
			c = nil
		}
	}
	if c == nil {
		return op.Assignment{}, undeclaredKey(t)
	}
	e, err := parseFilter(value)
	if err != nil {
		return op.Assignment{}, dverr.BadKeySyntax.With().Because(err)
	}
	l, ok := e.(*literal)
	if !ok {
		return op.Assignment{}, dverr.BadKeySyntax.With()
	}
	if l.isNull() {
		return op.Assignment{Column: c, Value: query.Null()}, nil
	}
	v, ok := l.value(c)
	if !ok {
		return op.Assignment{}, dverr.BadKeySyntax.With()
	}
	a := op.Assignment{Column: c, Value: v}
	if len(c.Targets) > 0 {
		a.Target = c.Targets[0]
	}
	return a, nil
}

// splitKey splits at commas outside of quotes, brackets and braces.
func splitKey(inner string) []string {
	var parts []string
	depth, from := 0, 0
	for i := 0; i < len(inner); i++ {
		switch inner[i] {
		case '\'':
			if end, ok := quotedEnd(inner, i); ok {
				i = end - 1
			}
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, inner[from:i])
				from = i + 1
			}
		}
	}
	return append(parts, inner[from:])
}

// splitPath cuts a raw path into decoded segments. Slashes and parentheses in quotes
// belong to a key's value.
func splitPath(to []segment, raw string) ([]segment, error) {
	raw = strings.TrimSuffix(raw, "/")
	if raw == "" {
		return nil, nil
	}
	if len(raw) > maxQueryBytes {
		return nil, dverr.PayloadTooLarge.With("The URL of the request exceeds the maximum length of 65,536 characters.")
	}
	for part, more := "", true; more; {
		part, raw, more = cutSegment(raw)
		text, ok := decodePath(part)
		if !ok {
			return nil, dverr.BadKeySyntax.With()
		}
		s, ok := readSegment(text)
		if !ok {
			return nil, dverr.BadKeySyntax.With()
		}
		to = append(to, s)
	}
	return to, nil
}

// cutSegment cuts at the first slash outside of parentheses and of quotes within them,
// where a quote may be encoded.
func cutSegment(raw string) (part, rest string, more bool) {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '%' && strings.HasPrefix(raw[i:], "%27") {
			c = '\''
		}
		switch {
		case c == '\'' && depth > 0:
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == '/' && depth == 0:
			return raw[:i], raw[i+1:], true
		}
	}
	return raw, "", false
}

func readSegment(text string) (segment, bool) {
	name, rest, bracket := strings.Cut(text, "(")
	if !bracket {
		return segment{name: text}, text != ""
	}
	inner, closed := strings.CutSuffix(rest, ")")
	return segment{name: name, inner: inner, bracket: true}, closed && name != ""
}
