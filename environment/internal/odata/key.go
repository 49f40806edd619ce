package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// readKey reads what stands in a key predicate's parentheses.
func readKey(t *meta.Table, inner string) (*Key, error) {
	if id, err := meta.ParseID(inner); err == nil && inner[0] != '{' {
		return &Key{Table: t, ID: id}, nil
	}
	k := &Key{Table: t}
	for _, part := range splitKey(inner) {
		name, value, found := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); !found || !isIdentifier(name) {
			return nil, dverr.BadKeySyntax.With()
		}
		p, err := readKeyPart(t, name, strings.TrimSpace(value))
		if err != nil {
			return nil, err
		}
		k.Named = append(k.Named, p)
	}
	if len(k.Named) == 1 && k.Named[0].Column == t.PrimaryID && !isPrincipal(t) {
		return &Key{Table: t, ID: k.Named[0].Value.GUID()}, nil
	}
	return k, nil
}

// readKeyPart types one name=value. Lookups go by their property name
// (Dataverse facts 5.5).
func readKeyPart(t *meta.Table, name, value string) (KeyPart, error) {
	c := t.Property(name)
	if c == nil {
		return KeyPart{}, undeclaredKey(t)
	}
	e, err := parseFilter(value)
	if err != nil {
		return KeyPart{}, dverr.BadKeySyntax.With().Because(err)
	}
	l, ok := e.(*literal)
	if !ok {
		return KeyPart{}, dverr.BadKeySyntax.With()
	}
	if l.isNull() {
		return KeyPart{c, query.Null()}, nil
	}
	v, ok := l.value(c)
	if !ok {
		return KeyPart{}, dverr.BadKeySyntax.With()
	}
	return KeyPart{c, v}, nil
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
func splitPath(raw string) ([]segment, error) {
	raw = strings.TrimSuffix(raw, "/")
	if raw == "" {
		return nil, nil
	}
	if len(raw) > maxQueryBytes {
		return nil, dverr.PayloadTooLarge.With("The URL of the request exceeds the maximum length of 65,536 characters.")
	}
	var all []segment
	for _, part := range cutSegments(raw) {
		text, ok := decodePath(part)
		if !ok {
			return nil, dverr.BadKeySyntax.With()
		}
		s, ok := readSegment(text)
		if !ok {
			return nil, dverr.BadKeySyntax.With()
		}
		all = append(all, s)
	}
	return all, nil
}

// cutSegments splits at slashes outside of parentheses and of quotes within them,
// where a quote may be encoded.
func cutSegments(raw string) []string {
	var parts []string
	depth, quoted, from := 0, false, 0
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if strings.HasPrefix(raw[i:], "%27") {
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
			parts = append(parts, raw[from:i])
			from = i + 1
		}
	}
	return append(parts, raw[from:])
}

func readSegment(text string) (segment, bool) {
	name, rest, bracket := strings.Cut(text, "(")
	if !bracket {
		return segment{name: text}, text != ""
	}
	inner, closed := strings.CutSuffix(rest, ")")
	return segment{name: name, inner: inner, bracket: true}, closed && name != ""
}
