package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

// option is one query option, decoded.
type option struct{ name, value string }

// options are the query options of one URL. A nil value is an option not given.
type options struct {
	sel, filter, orderby, top, count, expand, skiptoken, deltatoken *string

	aliases map[string]string
	link    []option // everything that a next link repeats, in the order given
}

// readOptions decodes a raw query string. Option names are case-sensitive; names
// without $ that Dataverse does not know are the client's own and are ignored
// (Dataverse facts 5.1, 5.2).
func readOptions(raw string) (*options, error) {
	if len(raw) > maxQueryBytes {
		return nil, dverr.PayloadTooLarge.With("The URL of the request exceeds the maximum length of 65,536 characters.")
	}
	o := &options{aliases: map[string]string{}}
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, ok1 := decodeQuery(name)
		value, ok2 := decodeQuery(value)
		if !ok1 || !ok2 {
			return nil, dverr.BadKeySyntax.With()
		}
		if err := o.take(strings.TrimSpace(name), value); err != nil {
			return nil, err
		}
	}
	return o, nil
}

func (o *options) take(name, value string) error {
	if name == "$skiptoken" {
		return once(&o.skiptoken, name, value)
	}
	o.link = append(o.link, option{name, value})
	switch name {
	case "$select":
		return once(&o.sel, name, value)
	case "$filter":
		return once(&o.filter, name, value)
	case "$orderby":
		return once(&o.orderby, name, value)
	case "$top":
		return once(&o.top, name, value)
	case "$count":
		return once(&o.count, name, value)
	case "$expand":
		return once(&o.expand, name, value)
	case "$deltatoken":
		return once(&o.deltatoken, name, value)
	case "$format":
		return checkFormat(value)
	}
	if strings.HasPrefix(name, "@") {
		o.aliases[name] = value
		return nil
	}
	return refuseOption(name)
}

func once(slot **string, name, value string) error {
	if *slot != nil {
		return invalid("Query option '%s' was specified more than once, but it must be specified at most once.", name)
	}
	*slot = &value
	return nil
}

func checkFormat(value string) error {
	if value == "json" || strings.HasPrefix(value, "application/json") {
		return nil
	}
	return dverr.UnsupportedMediaType.With("A supported MIME type could not be found that matches the acceptable MIME types for the request. Only application/json is supported.")
}

// refuseOption names the documented options that are not built and refuses unknown
// ones that claim to be OData's.
func refuseOption(name string) error {
	switch name {
	case "$skip":
		return invalid("Skip Clause is not supported in CRM")
	case "savedQuery", "userQuery":
		return predefinedElsewhere(name)
	case "queryId":
		return notBuilt("The query option '" + name + "'")
	}
	if name == "fetchXml" || name == "$apply" {
		return invalid("The query option '%s' can only be applied to an entity set.", name)
	}
	if strings.HasPrefix(name, "$") {
		return invalid("The query parameter '%s' is not supported.", name)
	}
	return nil
}

// decodeQuery undoes percent encoding and takes + for a blank, as the service does
// (a literal + must be sent as %2B: Dataverse facts 5.12).
func decodeQuery(s string) (string, bool) { return unescape(s, true) }

// decodePath undoes percent encoding of one path segment.
func decodePath(s string) (string, bool) { return unescape(s, false) }

func unescape(s string, plusIsBlank bool) (string, bool) {
	if !strings.ContainsAny(s, "%+") {
		return strings.ToValidUTF8(s, "\uFFFD"), true
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+' && plusIsBlank:
			b = append(b, ' ')
		case s[i] == '%':
			if i+2 >= len(s) {
				return "", false
			}
			high, ok1 := hexValue(s[i+1])
			low, ok2 := hexValue(s[i+2])
			if !ok1 || !ok2 {
				return "", false
			}
			b = append(b, high<<4|low)
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), true
}

func hexValue(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// appendEncoded appends an option's value as generated links spell it: what a URL
// cannot hold is encoded, OData's own punctuation stays readable.
func appendEncoded(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		if c := s[i]; linkByte(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

func linkByte(c byte) bool {
	if isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		return true
	}
	return c < 0x80 && strings.IndexByte("-._~!$'()*,;:@/=", c) >= 0
}
