package odata

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// flushAt is how much is gathered before it is handed on.
const flushAt = 32 << 10

// Writer writes one answer as OData JSON. What it gathers reaches the underlying
// writer in pieces of 32 KB, the last piece when the answer is complete: an error
// in the first 32 KB leaves the underlying writer untouched.
type Writer struct {
	w   io.Writer
	r   *Request
	buf []byte

	from *Buffers // nil: the buffer is the writer's own
	lent *[]byte  // of from
}

// NewWriter returns a writer for the answer to r.
func NewWriter(w io.Writer, r Request) *Writer {
	return &Writer{w: w, r: &r}
}

// Collection writes a page of rows: context, count, annotations, value, next link
// (Dataverse facts 5.2, 5.12). Errors of the rows are returned as they are.
func (w *Writer) Collection(q *Query, p *query.Page) error {
	w.borrow(min(flushAt+4<<10, 1<<10*(1+q.Select.Limit)))
	w.context(q.context())
	if q.Select.Count {
		w.buf = append(w.buf, `,"@odata.count":`...)
		w.buf = strconv.AppendInt(w.buf, p.Count, 10)
	}
	w.collectionAnnotations(q, p)
	w.buf = append(w.buf, `,"value":[`...)
	after, err := w.rows(q, p)
	if err != nil {
		return err
	}
	w.buf = append(w.buf, ']')
	if after != nil && p.More != nil && p.More() {
		if err := w.nextLink(q, after); err != nil {
			return err
		}
	}
	w.buf = append(w.buf, '}')
	return w.end()
}

// rows writes the rows and gives the Order values of the last one when the page is
// full and may have a successor.
func (w *Writer) rows(q *Query, p *query.Page) ([]query.Value, error) {
	plan := w.plan(q, p.Shape, true)
	var after []query.Value
	n := 0
	for row, err := range p.Rows {
		if err != nil {
			return nil, err
		}
		if n++; n > 1 {
			w.buf = append(w.buf, ',')
		}
		w.buf = plan.append(w.buf, row)
		if q.paged && n == q.Select.Limit {
			after = orderValues(q.Select.Order, p.Shape.Order, row)
		}
		if len(w.buf) >= flushAt {
			if err := w.flush(); err != nil {
				return nil, err
			}
		}
	}
	return after, nil
}

func orderValues(order []query.Order, cells []int, row query.Row) []query.Value {
	values := make([]query.Value, len(order))
	for i, o := range order {
		if cell := cells[i]; !row.Null(cell) {
			values[i] = cellValue(orderStorage(o), row, cell)
		}
	}
	return values
}

func cellValue(storage meta.Storage, row query.Row, cell int) query.Value {
	switch storage {
	case meta.Int:
		return query.Int(row.Int(cell))
	case meta.Float:
		return query.Float(row.Float(cell))
	case meta.GUID:
		var id meta.ID
		copy(id[:], row.Bytes(cell))
		return query.GUID(id)
	}
	return query.Text(string(row.Bytes(cell)))
}

// Entity writes the first row of a page as a single row.
func (w *Writer) Entity(q *Query, p *query.Page) error {
	w.borrow(1 << 10)
	w.context(q.context(), "/$entity")
	plan := w.plan(q, p.Shape, false)
	if p.One != nil {
		return w.entity(plan, p.One)
	}
	for row, err := range p.Rows { // a row holds until the loop is left
		if err != nil {
			return err
		}
		return w.entity(plan, row)
	}
	return errors.New("odata: no row to write")
}

func (w *Writer) entity(plan *rowPlan, row query.Row) error {
	w.buf = append(w.buf, ',')
	at := len(w.buf)
	w.buf = plan.append(w.buf, row)
	w.buf = append(w.buf[:at], w.buf[at+1:]...) // the object is already open
	return w.end()
}

// Property writes the value of one column of the first row, for a path such as
// accounts(id)/name, which its context repeats. written is false when the value is null, for which the service
// answers 204 without a body (Dataverse facts A.1).
func (w *Writer) Property(path string, c *meta.Column, p *query.Page) (written bool, err error) {
	m, err := w.propertyMember(c, p.Shape)
	if err != nil {
		return false, err
	}
	for row, err := range p.Rows {
		if err != nil {
			return false, err
		}
		if row.Null(m.cell) {
			return false, nil
		}
		w.context(path)
		w.buf = append(w.buf, `,"value":`...)
		w.buf = append(m.appendValue(w.buf, row), '}')
		return true, w.flush()
	}
	return false, errors.New("odata: no row to write")
}

func (w *Writer) propertyMember(c *meta.Column, shape *query.Shape) (member, error) {
	for _, f := range shape.Fields {
		if f.Column == c {
			return w.r.newMember(f), nil
		}
	}
	return member{}, fmt.Errorf("odata: column %s is not among the outputs", c.LogicalName)
}

func (w *Writer) flush() error {
	_, err := w.w.Write(w.buf)
	w.buf = w.buf[:0]
	return err
}

// context opens the answer. The parts of the fragment are written one after the other.
func (w *Writer) context(fragment ...string) {
	w.buf = append(w.buf, `{"@odata.context":"`...)
	w.buf = appendEscaped(w.buf, w.r.Root)
	w.buf = append(w.buf, `$metadata#`...)
	for _, part := range fragment {
		w.buf = appendEscaped(w.buf, part)
	}
	w.buf = append(w.buf, '"')
}

// context names the set and exactly what $select and $expand said.
func (q *Query) context() string {
	if q.kept != nil {
		return q.kept.context
	}
	set := q.Select.Table.SetName
	items := contextItems(q.items, q.expands, q.single)
	if items == "" {
		return set
	}
	return set + "(" + items + ")"
}

func (w *Writer) collectionAnnotations(q *Query, p *query.Page) {
	ask := w.r.Annotations
	if ask.Has(totalRecordCount) {
		count := int64(-1)
		if q.Select.Count {
			count = p.Count
		}
		w.buf = append(w.buf, `,"@`+totalRecordCount+`":`...)
		w.buf = strconv.AppendInt(w.buf, count, 10)
	}
	if ask.Has(totalCountLimitExceeded) {
		w.buf = append(w.buf, `,"@`+totalCountLimitExceeded+`":`...)
		w.buf = strconv.AppendBool(w.buf, q.Select.Count && p.CountCapped)
	}
	if ask.Has(globalMetadataVersion) {
		w.buf = append(w.buf, `,"@`+globalMetadataVersion+`":"`...)
		w.buf = strconv.AppendInt(w.buf, w.r.Model.Version, 10)
		w.buf = append(w.buf, '"')
	}
}

func (w *Writer) nextLink(q *Query, after []query.Value) error {
	link, err := w.r.appendNextLink(nil, q, after)
	if err != nil {
		return err
	}
	w.buf = append(w.buf, `,"@odata.nextLink":`...)
	w.buf = appendString(w.buf, link)
	return nil
}

func (r Request) appendNextLink(link []byte, q *Query, after []query.Value) ([]byte, error) {
	link = append(append(link, r.Root+q.Resource...), '?')
	for _, o := range q.link {
		link = append(appendOption(link, o), '&')
	}
	return r.appendSkipToken(append(link, `$skiptoken=`...), q, after)
}

func appendOption(b []byte, o option) []byte {
	b = append(appendEncoded(b, o.name), '=')
	return appendEncoded(b, o.value)
}
