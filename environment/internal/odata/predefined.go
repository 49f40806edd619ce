package odata

import (
	"crypto/hmac"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// Predefined is a query that a URL names by the id of the row that holds its FetchXML
// (Dataverse facts 5.12), or says in SQL (ReadSQL).
type Predefined struct {
	Key    op.Key // of savedquery or userquery; zero for SQL
	Page   int    // that is asked for, from 1
	Cookie string // FetchXML's cookie of the page before; empty for none

	option option
}

// ReadPredefined takes savedQuery or userQuery out of a raw query string; given is false
// when there is neither. OData's own options cannot stand beside them.
func (r Request) ReadPredefined(rawQuery string) (p Predefined, given bool, err error) {
	token, other := "", ""
	p.Page = 1
	for part := range strings.SplitSeq(rawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, ok1 := decodeQuery(name)
		value, ok2 := decodeQuery(value)
		table := r.predefinedTable(strings.TrimSpace(name))
		switch {
		case !ok1 || !ok2:
			return p, given, nil // readOptions words it
		case name == "$skiptoken":
			token = value
		case strings.HasPrefix(name, "$"):
			other = name
		case table != nil && given:
			return p, true, invalid("Query option '%s' was specified more than once, but it must be specified at most once.", name)
		case table != nil:
			given, p.Key.Table, p.option = true, table, option{name, value}
		}
	}
	switch {
	case !given:
		return p, false, nil
	case other != "":
		return p, true, invalid("The query option '%s' cannot be specified together with %s.", other, p.option.name)
	}
	if p.Key.ID, err = meta.ParseID(strings.Trim(strings.TrimSpace(p.option.value), "{}")); err != nil {
		return p, true, invalid("Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).")
	}
	if token != "" {
		err = r.resume(&p, token)
	}
	return p, true, err
}

// predefinedTable is the table that an option names a row of; nil for other options.
func (r Request) predefinedTable(option string) *meta.Table {
	switch strings.ToLower(option) {
	case "savedquery":
		return r.Model.Table("savedquery")
	case "userquery":
		return r.Model.Table("userquery")
	}
	return nil
}

// A next link's $skiptoken is FetchXML's own cookie with a seal in it, over the resource,
// the query, the page and the cookie's values without their coverings:
//
//	<cookie pagenumber="2" pagingcookie="…" istracking="False" seal="…" />
const sealAttribute = ` seal="`

// Next is the link to the page after this one; cookie is what FetchXML gives for it,
// empty when it goes by number.
func (r Request) Next(p Predefined, resource, cookie string) (string, error) {
	if cookie == "" {
		cookie = `<cookie pagenumber="` + strconv.Itoa(p.Page+1) + `" pagingcookie="" istracking="False" />`
	}
	seal, err := r.sealPredefined(p, resource, p.Page+1, cookie)
	if err != nil {
		return "", err
	}
	token := strings.TrimSuffix(cookie, " />") + sealAttribute + seal + `" />`
	link := append([]byte(r.Root+resource), '?')
	link = append(appendOption(link, p.option), "&$skiptoken="...)
	return string(appendEncoded(link, token)), nil
}

// resume goes on where a genuine token says.
func (r Request) resume(p *Predefined, token string) error {
	token, ok := decodeUntil(token, "<cookie pagenumber=")
	if !ok {
		return badCookie()
	}
	before, after, ok := strings.Cut(token, sealAttribute)
	seal, _, closed := strings.Cut(after, `"`)
	number, _, numbered := strings.Cut(strings.TrimPrefix(before, `<cookie pagenumber="`), `"`)
	page, err := strconv.Atoi(number)
	if !ok || !closed || !numbered || err != nil || page < 2 {
		return badCookie()
	}
	cookie := before + " />"
	want, err := r.sealPredefined(*p, r.Resource, page, cookie)
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(want), []byte(seal)) {
		return badCookie()
	}
	p.Page = page
	if !strings.Contains(cookie, `pagingcookie=""`) {
		p.Cookie = cookie
	}
	return nil
}

func (r Request) sealPredefined(p Predefined, resource string, page int, cookie string) (string, error) {
	if r.Seal == nil {
		return "", errNoSeal
	}
	_, inner, _ := strings.Cut(cookie, `pagingcookie="`)
	inner, _, _ = strings.Cut(inner, `"`)
	if bare, ok := decodeUntil(inner, "<cookie page="); ok {
		inner = bare
	}
	asked := p.Key.ID.String()
	if p.Key.Table == nil {
		asked = p.option.value
	}
	data := strings.Join([]string{resource, strings.ToLower(p.option.name), asked, strconv.Itoa(page), inner}, "\x00")
	return base64.RawURLEncoding.EncodeToString(r.Seal([]byte(data))), nil
}

// predefinedElsewhere refuses such an option where it cannot stand.
func predefinedElsewhere(name string) error {
	return dverr.QueryInvalid.Text("The query option '%s' can only be applied to an entity set.", name)
}
