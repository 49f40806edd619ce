package queue

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Table is the logical name of the table of queues.
const Table = "queue"

// Rules are what items demand of their rows, and what becomes of them when their activity
// ends.
func Rules() map[string]engine.Rules {
	ended := engine.Rules{Changed: ended}
	return map[string]engine.Rules{
		meta.QueueItemTable: {Begin: begin, Watch: []string{"workerid"}, Guard: guard},
		"task":              ended,
		"email":             ended,
	}
}

// begin fills in what a new item tells of its activity, which stands in no other queue.
func begin(w *engine.Work, d *rows.Draft) error {
	column := d.Table.Column
	object := column("objectid")
	if !d.Gives(object) {
		return nil // refused as any required column
	}
	key := op.Key{Table: d.TargetOf(object), ID: d.Value(object).GUID()}
	there, err := itemOf(w, key)
	if err != nil {
		return err
	}
	if !there.ID.IsZero() {
		return dverr.DuplicateRecord.With().Helping("the row stands in a queue already: %s %s; AddToQueue moves it", meta.QueueItemTable, there.ID)
	}
	d.Put(column("objecttypecode"), query.Int(key.Table.TypeCode))
	d.Put(column("enteredon"), query.Int(w.Call.Now.Unix()))
	working(w, d)
	return tell(w, d, key)
}

// tell copies what an item shows of its activity, as far as the client does not say it.
func tell(w *engine.Work, d *rows.Draft, key op.Key) error {
	shown := [...]struct{ to, from string }{
		{"title", key.Table.PrimaryName.LogicalName}, {"priority", "prioritycode"}, {"sender", "sender"}, {"torecipients", "torecipients"},
	}
	var columns []*meta.Column
	for _, c := range shown {
		columns = append(columns, key.Table.Column(c.from))
	}
	r, err := w.Look("what an item of a queue shows", key, columns...)
	if err != nil || r == nil {
		return err // the link is refused
	}
	for i, c := range shown {
		if v := r.Value(columns[i]); !v.IsNull() {
			d.Fill(d.Table.Column(c.to), v)
		}
	}
	return nil
}

// guard keeps the activity of an item, and notes when who works on it changes.
func guard(w *engine.Work, d *rows.Draft, _ []op.Assignment) error {
	if object := d.Table.Column("objectid"); d.Sets(object) {
		return dverr.InvalidArgument.Text("The object of a queue item cannot be changed.")
	}
	if d.Gives(d.Table.Column("queueid")) {
		d.Put(d.Table.Column("enteredon"), query.Int(w.Call.Now.Unix()))
	}
	working(w, d)
	return nil
}

// working notes when somebody began to work on an item, or nobody does any more.
func working(w *engine.Work, d *rows.Draft) {
	if c := d.Table.Column("workerid"); d.Sets(c) && d.Value(c) != d.Old.Value(c) {
		d.Put(d.Table.Column("workeridmodifiedon"), query.Int(w.Call.Now.Unix()))
	}
}

// ended deactivates the item of an activity that is no longer open.
func ended(w *engine.Work, d *rows.Draft) error {
	state := d.Table.Column("statecode")
	if !d.Sets(state) || d.Value(state).Int() == 0 {
		return nil
	}
	t := w.Call.Model.Table(meta.QueueItemTable)
	item, err := itemOf(w, d.Key())
	if err != nil || item.ID.IsZero() {
		return err
	}
	return w.Alter("an activity that ended leaves no work in a queue", t, []op.Assignment{
		{Column: t.Column("statecode"), Value: query.Int(1)}, {Column: t.Column("statuscode"), Value: query.Int(2)},
	}, rows.One(t, item.ID))
}

// itemOf finds the active item that holds a row; its id is zero when there is none.
func itemOf(w *engine.Work, object op.Key) (op.Key, error) {
	t := w.Call.Model.Table(meta.QueueItemTable)
	key := op.Key{Table: t}
	found, err := w.IDs("does a row stand in a queue", t, func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, t.Column("objectid"), query.GUID(object.ID)),
			rows.Is(s, t.Column("objecttypecode"), query.Int(object.Table.TypeCode)), rows.Is(s, t.Column("statecode"), query.Int(0)))
	})
	if len(found) > 0 {
		key.ID = found[0]
	}
	return key, err
}
