package odata

import (
	"errors"
	"io"
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Count writes the number of rows for /$count: digits behind a byte order mark, as the
// service sends them (Dataverse facts A.1).
func (w *Writer) Count(p *query.Page) error {
	for _, err := range p.Rows { // none but the rows that the question was limited to
		if err != nil {
			return err
		}
	}
	_, err := io.WriteString(w.w, "\xef\xbb\xbf"+strconv.FormatInt(p.Count, 10))
	return err
}

// Value writes the raw value of one column of the first row, for /$value. written is
// false when the value is null.
func (w *Writer) Value(c *meta.Column, p *query.Page) (written bool, err error) {
	m, err := w.propertyMember(c, p.Shape)
	if err != nil {
		return false, err
	}
	for row, err := range p.Rows {
		if err != nil || row.Null(m.cell) {
			return false, err
		}
		_, err := w.w.Write(m.raw(row))
		return true, err
	}
	return false, errors.New("odata: no row to write")
}

// raw is a value as text: what stands between the quotes in JSON, without escapes.
func (m *member) raw(row query.Row) []byte {
	if m.column.Storage() == meta.Text {
		return row.Bytes(m.cell)
	}
	text := m.appendValue(nil, row)
	if n := len(text); n > 1 && text[0] == '"' {
		return text[1 : n-1]
	}
	return text
}

// Reference writes the address of one row, for /$ref.
func (w *Writer) Reference(key op.Key) error {
	w.context("$ref")
	w.buf = append(w.buf, ',')
	w.reference(key.Table, key.ID)
	w.buf = append(w.buf, '}')
	return w.flush()
}

// References writes the addresses of a page of rows.
func (w *Writer) References(q *Query, p *query.Page) error {
	w.context("Collection($ref)")
	w.buf = append(w.buf, `,"value":[`...)
	var after []query.Value
	n := 0
	for row, err := range p.Rows {
		if err != nil {
			return err
		}
		if n++; n > 1 {
			w.buf = append(w.buf, ',')
		}
		w.buf = append(w.buf, '{')
		w.reference(p.Shape.Table, meta.ID(row.Bytes(p.Shape.ID)))
		w.buf = append(w.buf, '}')
		if q.paged && n == q.Select.Limit {
			after = orderValues(q.Select.Order, p.Shape.Order, row)
		}
	}
	w.buf = append(w.buf, ']')
	if after != nil && p.More() {
		if err := w.nextLink(q, after); err != nil {
			return err
		}
	}
	w.buf = append(w.buf, '}')
	return w.flush()
}

func (w *Writer) reference(t *meta.Table, id meta.ID) {
	w.buf = append(w.buf, `"@odata.id":"`...)
	w.buf = appendEscaped(w.buf, w.r.Root+t.SetName)
	w.buf = append(append(id.Append(append(w.buf, '(')), ')'), '"')
}

// KeysOnly drops all outputs but the primary id, for /$count and /$ref.
func (q *Query) KeysOnly() {
	s := q.Select
	s.Columns, s.Expands, q.expands = []query.Output{{Col: query.Col{Of: s, C: s.Table.PrimaryID}}}, nil, nil
}
