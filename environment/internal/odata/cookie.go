package odata

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// A next link's $skiptoken looks like the service's (Dataverse facts 5.12):
//
//	<cookie pagenumber="2" pagingcookie="…" istracking="False" />
//
// where the paging cookie, percent-encoded once more, holds the Order values of the
// last row of the page before, in the order of the query, and a seal:
//
//	<cookie page="1" seal="…"><name last="Contoso" /><accountid last="{…}" /></cookie>
//
// The seal covers the page, the values and the query options with the client's
// encoding undone, so that links survive clients that encode them anew.

var errNoSeal = errors.New("odata: Request.Seal is not set")

// appendSkipToken appends the encoded token for the page after this one.
func (r Request) appendSkipToken(b []byte, q *Query, after []query.Value) ([]byte, error) {
	return r.appendToken(b, q, cookieValues(q.Select.Order, after), false)
}

// appendToken appends a token that holds values; tracking says that its pages are those of
// change tracking.
func (r Request) appendToken(b []byte, q *Query, values []byte, tracking bool) ([]byte, error) {
	seal, err := r.seal(q, q.page, values)
	if err != nil {
		return nil, err
	}
	inner := append([]byte(`<cookie page="`), strconv.Itoa(q.page)...)
	inner = append(inner, `" seal="`+seal+`">`...)
	inner = append(append(inner, values...), `</cookie>`...)
	token := append([]byte(`<cookie pagenumber="`), strconv.Itoa(q.page+1)...)
	token = append(token, `" pagingcookie="`...)
	token = appendLowerEncoded(token, inner)
	if token = append(token, `" istracking="False" />`...); tracking {
		token = append(token[:len(token)-len(`False" />`)], `True" />`...)
	}
	return appendEncoded(b, string(token)), nil
}

// cookieValues writes one element per Order key.
func cookieValues(order []query.Order, after []query.Value) []byte {
	var b []byte
	for i, o := range order {
		b = append(b, '<')
		b = append(b, o.Col.C.LogicalName...)
		if v := after[i]; v.IsNull() {
			b = append(b, ` lastnull="1" />`...)
		} else {
			b = append(b, ` last="`...)
			b = appendXML(b, cookieText(v))
			b = append(b, `" />`...)
		}
	}
	return b
}

func cookieText(v query.Value) string {
	switch v.Storage() {
	case meta.GUID:
		return "{" + strings.ToUpper(v.GUID().String()) + "}"
	case meta.Int:
		return strconv.FormatInt(v.Int(), 10)
	case meta.Float:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	return v.Text()
}

// orderStorage is the storage class of an Order key's value.
func orderStorage(o query.Order) meta.Storage {
	if o.ByLabel && o.Col.C.IsLookup() {
		return meta.Text
	}
	return o.Col.C.Storage()
}

func parseCookieText(storage meta.Storage, text string) (query.Value, bool) {
	switch storage {
	case meta.GUID:
		id, err := meta.ParseID(text)
		return query.GUID(id), err == nil
	case meta.Int:
		n, err := strconv.ParseInt(text, 10, 64)
		return query.Int(n), err == nil
	case meta.Float:
		f, err := strconv.ParseFloat(text, 64)
		return query.Float(f), err == nil
	}
	return query.Text(text), true
}

// seal gives the checksum that a link carries.
func (r Request) seal(q *Query, page int, values []byte) (string, error) {
	if r.Seal == nil {
		return "", errNoSeal
	}
	data := append([]byte(q.Resource), 0)
	for _, o := range q.link {
		data = append(append(data, o.name...), 0)
		data = append(append(data, o.value...), 0)
	}
	data = append(append(data, 0), strconv.Itoa(page)...)
	data = append(append(data, 0), values...)
	return base64.RawURLEncoding.EncodeToString(r.Seal(data)), nil
}

// readSkipToken continues a query after the row that a genuine token names.
func (r Request) readSkipToken(q *Query, token string) error {
	values, err := r.openToken(q, token)
	if err != nil {
		return err
	}
	var ok bool
	if q.Select.After, ok = parseCookieValues(q.Select.Order, values); !ok {
		return badCookie()
	}
	return nil
}

// openToken gives what a genuine token holds, and turns q to its page.
func (r Request) openToken(q *Query, token string) (string, error) {
	page, inner, ok := cutToken(token)
	if !ok {
		return "", badCookie()
	}
	rest, ok := bytes.CutPrefix(inner, []byte(`<cookie page="`+strconv.Itoa(page)+`" seal="`))
	if !ok {
		return "", badCookie()
	}
	seal, values, ok := bytes.Cut(rest, []byte(`">`))
	if !ok || !bytes.HasSuffix(values, []byte(`</cookie>`)) {
		return "", badCookie()
	}
	values = values[:len(values)-len(`</cookie>`)]
	want, err := r.seal(q, page, values)
	if err != nil {
		return "", err
	}
	if !hmac.Equal([]byte(want), seal) {
		return "", badCookie()
	}
	q.page = page + 1
	return string(values), nil
}

func badCookie() error { return dverr.InvalidPagingCookie.With() }

// cutToken takes the page before and the paging cookie out of a token that may have
// been encoded or decoded by a client on its way.
func cutToken(token string) (page int, inner []byte, ok bool) {
	token, ok = decodeUntil(token, "<cookie pagenumber=")
	if !ok {
		return 0, nil, false
	}
	number, rest, ok1 := strings.Cut(strings.TrimPrefix(token, `<cookie pagenumber="`), `" pagingcookie="`)
	text, _, ok2 := strings.Cut(rest, `" istracking=`)
	n, err := strconv.Atoi(number)
	if !ok1 || !ok2 || err != nil || n < 2 {
		return 0, nil, false
	}
	text, ok = decodeUntil(text, "<cookie page=")
	return n - 1, []byte(text), ok
}

func decodeUntil(s, prefix string) (string, bool) {
	for range 4 {
		if strings.HasPrefix(s, prefix) {
			return s, true
		}
		var ok bool
		if s, ok = decodePath(s); !ok {
			return "", false
		}
	}
	return "", false
}

func parseCookieValues(order []query.Order, s string) ([]query.Value, bool) {
	after := make([]query.Value, len(order))
	for i, o := range order {
		var ok bool
		if s, ok = strings.CutPrefix(s, "<"+o.Col.C.LogicalName+" "); !ok {
			return nil, false
		}
		if rest, null := strings.CutPrefix(s, `lastnull="1" />`); null {
			s = rest
			continue
		}
		text, rest, found := strings.Cut(strings.TrimPrefix(s, `last="`), `" />`)
		if !found {
			return nil, false
		}
		if after[i], ok = parseCookieText(orderStorage(o), unescapeXML(text)); !ok {
			return nil, false
		}
		s = rest
	}
	return after, s == ""
}

// appendXML escapes what XML and what clients' URL handling would change.
func appendXML(b []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', strings.IndexByte(`<>&"'%+`, c) >= 0:
			b = append(b, '&', '#')
			b = strconv.AppendInt(b, int64(c), 10)
			b = append(b, ';')
		default:
			b = append(b, c)
		}
	}
	return b
}

func unescapeXML(s string) string {
	if !strings.Contains(s, "&#") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "&#")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		number, after, closed := strings.Cut(rest, ";")
		n, err := strconv.ParseUint(number, 10, 7)
		if !closed || err != nil {
			b.WriteString("&#" + rest)
			return b.String()
		}
		b.WriteByte(byte(n))
		s = after
	}
}

// appendLowerEncoded percent-encodes as the service encodes paging cookies: lower
// case, everything but letters, digits and a few marks.
func appendLowerEncoded(b, s []byte) []byte {
	const hex = "0123456789abcdef"
	for _, c := range s {
		if isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_' || c == '.' {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}
