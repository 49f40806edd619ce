package edm

import (
	"net/url"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

// options is what $select, $filter and $expand ask of rows of one type.
type options struct {
	selected map[string]bool // nil: every property
	order    []string        // of the selected, for the context
	filter   test            // nil: every row
	expand   []expansion
}

type expansion struct {
	nav *nav
	options
}

// readOptions reads a raw query string. Table definitions know three options
// (Dataverse facts 5.20); those without a dollar sign are the client's own.
func (s *schema) readOptions(raw string, of *kind, single bool) (options, error) {
	var o options
	if len(raw) > maxURLBytes {
		return o, dverr.PayloadTooLarge.With("The URL of the request exceeds the maximum length of 32,768 characters.")
	}
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return o, dverr.BadKeySyntax.With()
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return o, dverr.BadKeySyntax.With()
		}
		if !strings.HasPrefix(name, "$") || name == "$format" {
			continue
		}
		if single && name == "$filter" {
			return o, invalid("Query options $orderby, $inlinecount, $skip and $top cannot be applied to the requested resource.")
		}
		if err := s.option(&o, name, value, of, 0); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (s *schema) option(o *options, name, value string, of *kind, depth int) (err error) {
	switch name {
	case "$select":
		return o.readSelect(value, of)
	case "$filter":
		o.filter, err = s.readFilter(value, of)
		return err
	case "$expand":
		return s.readExpand(o, value, of, depth)
	}
	return invalid("The query parameter '%s' is not supported.", name)
}

func (o *options) readSelect(text string, of *kind) error {
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if name == "*" {
			o.selected, o.order = nil, nil
			return nil
		}
		if of.property(name) == nil {
			return unknownProperty(name, of)
		}
		if o.selected == nil {
			o.selected = map[string]bool{}
		}
		if !o.selected[name] {
			o.selected[name] = true
			o.order = append(o.order, name)
		}
	}
	return nil
}

// readExpand reads "Attributes($select=LogicalName;$filter=…),Keys".
func (s *schema) readExpand(o *options, text string, of *kind, depth int) error {
	if depth >= maxDepth {
		return invalid("$expand is nested deeper than %d levels.", maxDepth)
	}
	for _, item := range split(text, ',') {
		name, inner, nested := strings.Cut(strings.TrimSpace(item), "(")
		n := of.nav(name)
		if n == nil {
			return unknownProperty(name, of)
		}
		e := expansion{nav: n}
		if nested {
			inner, closed := strings.CutSuffix(inner, ")")
			if !closed {
				return invalid("Found an unbalanced bracket expression.")
			}
			for _, option := range split(inner, ';') {
				name, value, _ := strings.Cut(option, "=")
				if name = strings.TrimSpace(name); name == "" {
					continue
				}
				if err := s.option(&e.options, name, strings.TrimSpace(value), n.of.kind, depth+1); err != nil {
					return err
				}
			}
		}
		o.expand = append(o.expand, e)
	}
	return nil
}

// context words what was selected and expanded: "(LogicalName,Attributes(SchemaName))".
func (o options) context() string {
	parts := append([]string{}, o.order...)
	for _, e := range o.expand {
		parts = append(parts, e.nav.name+e.context())
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, ",") + ")"
}
