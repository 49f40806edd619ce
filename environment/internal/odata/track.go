package odata

import (
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Changes is a question for what became of a set's rows, read from a URL: the op for
// engine, and what the writer must remember of the spelling (Dataverse facts 5.14).
type Changes struct {
	Op    *op.Changes
	query *Query
}

// stampTime is how the time stands in a delta token: 919042!08/22/2017 08:10:44.
const stampTime = "01/02/2006 15:04:05"

// ReadChanges reads the raw query string of a request for the rows of a set, when it asks
// for change tracking: by preference, by $deltatoken or by going on with such pages. given
// is false otherwise. count says that the path ends in /$count, which the preference alone
// does not make a question for changes.
func (r Request) ReadChanges(t *meta.Table, rawQuery string, count bool) (c Changes, given bool, err error) {
	asked := queryOptions(rawQuery)
	_, since := asked["$deltatoken"]
	if !since && (count || !r.TrackChanges && !isTracking(asked["$skiptoken"])) {
		return c, false, nil
	}
	for _, name := range [...]string{"$filter", "$orderby", "$expand", "$top", "$count", "$apply", "fetchXml", "savedQuery", "userQuery"} {
		if _, ok := asked[name]; ok {
			return c, true, invalid("The \"%s\" query parameter is not supported when Change Tracking is enabled.", name)
		}
	}
	c, err = r.readChanges(t, rawQuery, count)
	return c, true, err
}

// queryOptions gives the options of a query string by name, the first of each.
func queryOptions(raw string) map[string]string {
	all := map[string]string{}
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, _ = decodeQuery(name)
		if name = strings.TrimSpace(name); all[name] == "" {
			all[name], _ = decodeQuery(value)
		}
	}
	return all
}

// isTracking recognizes the token of a next link between pages of changes.
func isTracking(skiptoken string) bool {
	token, ok := decodeUntil(skiptoken, "<cookie pagenumber=")
	return ok && strings.HasSuffix(token, `istracking="True" />`)
}

func (r Request) readChanges(t *meta.Table, rawQuery string, count bool) (Changes, error) {
	o, err := readOptions(rawQuery)
	if err != nil {
		return Changes{}, err
	}
	q := &Query{Select: &query.Select{Table: t}, Resource: t.SetName, page: 1, link: o.link}
	if q.items, err = parseSelect(o.sel); err != nil {
		return Changes{}, err
	}
	if err := r.addOutputs(q.Select, q.items, beside{}); err != nil {
		return Changes{}, err
	}
	c := Changes{Op: &op.Changes{Select: q.Select, Count: count}, query: q}
	if o.deltatoken != nil {
		since, ok := parseStamp(*o.deltatoken)
		if !ok {
			return Changes{}, invalid("The value '%s' of the query option '$deltatoken' is not valid.", *o.deltatoken)
		}
		c.Op.Since = &since
		orderByVersion(q.Select)
	}
	endOrder(q.Select)
	if err := r.readLimit(q, o); err != nil {
		return Changes{}, err
	}
	if count {
		q.Select.Limit, o.skiptoken = maxRows, nil
		q.KeysOnly()
	}
	if o.skiptoken != nil {
		err = r.readPlace(c, *o.skiptoken)
	}
	return c, err
}

func orderByVersion(s *query.Select) {
	if version := s.Table.Column("versionnumber"); version != nil {
		s.Order = []query.Order{{Col: query.Col{Of: s, C: version}}}
	}
}

// A token between pages of changes holds the moment up to which they go and where the
// page before ended: the last row, as other tokens do, or the last deletion.
//
//	<until last="919058!08/22/2017 08:21:20" /><deleted last="919051" />
const (
	untilElement   = `<until last="`
	deletedElement = `<deleted last="`
	elementEnd     = `" />`
)

// readPlace goes on where a genuine token says.
func (r Request) readPlace(c Changes, token string) error {
	values, err := r.openToken(c.query, token)
	if err != nil {
		return err
	}
	moment, place, ok := strings.Cut(strings.TrimPrefix(values, untilElement), elementEnd)
	until, valid := parseStamp(moment)
	if !ok || !valid {
		return badCookie()
	}
	c.Op.Until = &until
	if last, ok := strings.CutPrefix(place, deletedElement); ok {
		version, err := strconv.ParseInt(strings.TrimSuffix(last, elementEnd), 10, 64)
		if c.Op.Deleted = version; err != nil || version <= 0 {
			return badCookie()
		}
		return nil
	}
	s := c.query.Select
	if s.After, ok = parseCookieValues(s.Order, place); !ok {
		return badCookie()
	}
	return nil
}

func (c Changes) place(until op.Stamp, gone []op.Deletion, after []query.Value) []byte {
	b := append(appendStamp([]byte(untilElement), until), elementEnd...)
	if n := len(gone); n > 0 {
		b = strconv.AppendInt(append(b, deletedElement...), gone[n-1].Version, 10)
		return append(b, elementEnd...)
	}
	return append(b, cookieValues(c.query.Select.Order, after)...)
}

func appendStamp(b []byte, s op.Stamp) []byte {
	b = append(strconv.AppendInt(b, s.Version, 10), '!')
	return s.At.UTC().AppendFormat(b, stampTime)
}

// parseStamp reads a token, which a client may have encoded once more on its way.
func parseStamp(text string) (op.Stamp, bool) {
	for range 3 {
		if version, at, ok := strings.Cut(text, "!"); ok {
			n, err := strconv.ParseUint(version, 10, 63)
			t, err2 := time.Parse(stampTime, at)
			return op.Stamp{Version: int64(n), At: t}, err == nil && err2 == nil
		}
		var ok bool
		if text, ok = decodeQuery(text); !ok {
			break
		}
	}
	return op.Stamp{}, false
}

// Changes writes a page of changes: the delta link before the rows of the last page, the
// next link behind those of the others (Dataverse facts 5.14).
func (w *Writer) Changes(c Changes, p *query.Page, changed *op.Changed) error {
	q := c.query
	w.buf = make([]byte, 0, min(flushAt+4<<10, 1<<10*(1+q.Select.Limit)))
	context := q.context()
	if c.Op.Since != nil {
		context += "/$delta"
	}
	w.context(context)
	if !changed.More {
		w.buf = append(w.buf, `,"@odata.deltaLink":`...)
		w.buf = appendString(w.buf, w.r.deltaLink(q, changed.Until))
	}
	w.collectionAnnotations(q, p)
	w.buf = append(w.buf, `,"value":[`...)
	var after []query.Value
	if p != nil {
		var err error
		if after, err = w.rows(q, p); err != nil {
			return err
		}
	}
	if err := w.deletions(q, changed); err != nil {
		return err
	}
	w.buf = append(w.buf, ']')
	if changed.More {
		if err := w.nextChanges(c, changed, after); err != nil {
			return err
		}
	}
	w.buf = append(w.buf, '}')
	return w.flush()
}

// deletions writes the rows that are no more behind those that are.
func (w *Writer) deletions(q *Query, changed *op.Changed) error {
	rows := changed.Number - int64(len(changed.Deleted))
	for i, d := range changed.Deleted {
		if rows > 0 || i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.buf = append(w.buf, `{"@odata.context":"`...)
		w.buf = appendEscaped(w.buf, w.r.Root+"$metadata#"+q.Select.Table.SetName)
		w.buf = append(d.ID.Append(append(w.buf, `/$deletedEntity","id":"`...)), `","reason":"deleted"}`...)
		if len(w.buf) >= flushAt {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// deltaLink leads from a moment on: the options of the request, with another token.
func (r Request) deltaLink(q *Query, until op.Stamp) []byte {
	link := append([]byte(r.Root+q.Resource), '?')
	for _, o := range q.link {
		if o.name != "$deltatoken" {
			link = append(appendOption(link, o), '&')
		}
	}
	return appendLowerEncoded(append(link, "$deltatoken="...), appendStamp(nil, until))
}

func (w *Writer) nextChanges(c Changes, changed *op.Changed, after []query.Value) error {
	link := append([]byte(w.r.Root+c.query.Resource), '?')
	for _, o := range c.query.link {
		link = append(appendOption(link, o), '&')
	}
	link, err := w.r.appendToken(append(link, `$skiptoken=`...), c.query, c.place(changed.Until, changed.Deleted, after), true)
	if err != nil {
		return err
	}
	w.buf = append(w.buf, `,"@odata.nextLink":`...)
	w.buf = appendString(w.buf, link)
	return nil
}
