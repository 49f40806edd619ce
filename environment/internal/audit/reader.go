package audit

import (
	"context"
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Reader tells one caller what is kept, within one transaction.
type Reader struct {
	Ctx    context.Context
	Caller access.Caller
	Model  *meta.Model
	Tx     *store.Tx
}

// MayRead refuses who does not hold prvReadRecordAuditHistory. That rows of the table
// audit need prvReadAuditSummary is the table's own rule.
func (r Reader) MayRead() error {
	return access.Hold(r.Caller, r.Model.Privilege("prvReadRecordAuditHistory"))
}

// Entry is one kept event. Object.Table is nil when the table is no more.
type Entry struct {
	Object op.Key

	action Action
	text   string
	record op.Entity
}

// Find gives the event of a row of audit: 404 when there is none.
func (r Reader) Find(id meta.ID) (Entry, error) {
	t := r.Model.Table(meta.AuditTable)
	s := r.question(t)
	s.Where = equal(s, t.PrimaryID, query.GUID(id))
	all, err := r.entries(s)
	if err != nil {
		return Entry{}, err
	}
	if len(all) == 0 {
		return Entry{}, dverr.ObjectDoesNotExist.With(meta.AuditTable, id)
	}
	return all[0], nil
}

// Part is which part of a history to tell. Page counts from 1; Column, when set, is the
// one column whose changes are asked for.
type Part struct {
	Page, Count int
	Total       bool
	Column      *meta.Column
}

// Told is a part of a history, the latest first. Total is -1 unless it was asked for.
type Told struct {
	Details op.List
	More    bool
	Total   int64
}

// History tells what happened to a row.
func (r Reader) History(object op.Key, part Part) (Told, error) {
	t := r.Model.Table(meta.AuditTable)
	s := r.question(t)
	s.Where = query.And{Members: []query.Expr{
		equal(s, t.Column("objectid"), query.GUID(object.ID)),
		equal(s, t.Column("objecttypecode"), query.Text(object.Table.LogicalName)),
		query.Compare{Col: query.Col{Of: s, C: t.Column("action")}, Op: query.Less, Value: query.Int(ofSettings)},
	}}
	s.Order = []query.Order{
		{Col: query.Col{Of: s, C: t.Column("createdon")}, Descending: true},
		{Col: query.Col{Of: s, C: t.PrimaryID}, Descending: true},
	}
	all, err := r.entries(s)
	told := Told{Details: op.List{}, Total: -1}
	if err != nil {
		return told, err
	}
	return told, r.tell(&told, all, part)
}

// tell words the part's entries.
func (r Reader) tell(told *Told, all []Entry, part Part) error {
	first, at := (part.Page-1)*part.Count, 0
	for _, e := range all {
		d, err := decode(r.Model, e.Object, e.action, e.text)
		if err != nil {
			return err
		}
		if d, wanted := r.within(d, part.Column); !wanted {
			continue
		} else if at >= first && at < first+part.Count {
			words, err := r.words(d, e.record)
			if err != nil {
				return err
			}
			told.Details = append(told.Details, words)
		}
		at++
	}
	told.More = at > first+part.Count
	if part.Total {
		told.Total = int64(at)
	}
	return nil
}

// within leaves of an event what concerns a column, for a caller that may read it.
func (r Reader) within(d detail, c *meta.Column) (detail, bool) {
	if c == nil {
		return d, true
	}
	for _, change := range d.Changes {
		if change.Column == c && !access.Masked(r.Caller, c) {
			d.Changes, d.Deleted = []Change{change}, nil
			return d, true
		}
	}
	return d, false
}

// Details tells what one event was.
func (r Reader) Details(e Entry) ([]op.Member, error) {
	d, err := decode(r.Model, e.Object, e.action, e.text)
	if err != nil {
		return nil, err
	}
	return r.words(d, e.record)
}

// question asks for all that the table shows, and for what it keeps beside.
func (r Reader) question(t *meta.Table) *query.Select {
	s := &query.Select{Table: t}
	for _, c := range t.Columns {
		if !c.Hidden && c.ForRead {
			s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: c}, Label: c.NamesRows(), Type: c.TypeColumn != nil})
		}
	}
	s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: t.Column("details")}})
	return s
}

// entries reads rows of the table as the caller may read it.
func (r Reader) entries(s *query.Select) ([]Entry, error) {
	g, err := access.Read(r.Caller, s)
	if err != nil {
		return nil, err
	}
	page, err := r.Tx.Page(r.Ctx, g)
	if err != nil {
		return nil, fmt.Errorf("read the history of a row: %w", err)
	}
	var all []Entry
	for row, err := range page.Rows {
		if err != nil {
			return nil, fmt.Errorf("read the history of a row: %w", err)
		}
		all = append(all, r.entry(row, page.Shape))
	}
	return all, nil
}

// entry copies a row. Its last field is what it keeps, which is no part of its record.
func (r Reader) entry(row query.Row, shape *query.Shape) Entry {
	kept := shape.Fields[len(shape.Fields)-1]
	e := Entry{text: string(row.Bytes(kept.Value)), record: copied(row, shape, len(shape.Fields)-1)}
	for _, f := range shape.Fields {
		switch {
		case row.Null(f.Value):
		case f.Column.LogicalName == "action":
			e.action = Action(row.Int(f.Value))
		case f.Column.LogicalName == "objectid":
			e.Object.ID = meta.ID(row.Bytes(f.Value))
		case f.Column.LogicalName == "objecttypecode":
			e.Object.Table = r.Model.Table(string(row.Bytes(f.Value)))
		}
	}
	return e
}

func equal(s *query.Select, c *meta.Column, v query.Value) query.Compare {
	return query.Compare{Col: query.Col{Of: s, C: c}, Op: query.Equal, Value: v}
}
