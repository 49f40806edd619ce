package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// ReadSQL takes the statement of the option sql, over a table's set, out of a raw query
// string; given is false when it is not there. OData's own options cannot stand beside it, but for the token of a
// next link, which says which page is asked for.
func (r Request) ReadSQL(table *meta.Table, rawQuery string) (statement string, p Predefined, given bool, err error) {
	if !strings.Contains(rawQuery, "sql=") {
		return "", p, false, nil
	}
	token, other := "", ""
	p.Page = 1
	for part := range strings.SplitSeq(rawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, ok1 := decodeQuery(name)
		value, ok2 := decodeQuery(value)
		switch {
		case !ok1 || !ok2:
			return "", p, true, dverr.BadKeySyntax.With()
		case name == "$skiptoken":
			token = value
		case strings.HasPrefix(name, "$"):
			other = name
		case name == "sql" && given:
			return "", p, true, invalid("Query option '%s' was specified more than once, but it must be specified at most once.", name)
		case name == "sql":
			given, p.option = true, option{name, value}
		}
	}
	switch {
	case !given:
		return "", p, false, nil
	case other != "":
		return "", p, true, invalid("The query option '%s' cannot be specified together with sql.", other)
	case token != "":
		r.Resource = table.SetName
		err = r.resume(&p, token)
	}
	return p.option.value, p, true, err
}
