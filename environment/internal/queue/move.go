package queue

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Add puts an activity into a queue, moving it there from the one it stands in, which is
// source when that is given. values are further ones of the item. It gives the item.
func Add(w *engine.Work, to, object op.Key, source *op.Key, values []op.Assignment) (op.Key, error) {
	t := w.Call.Model.Table(meta.QueueItemTable)
	if !holds(t, object.Table) {
		return op.Key{}, dverr.InvalidArgument.Text("Rows of the table '%s' cannot be added to a queue.", object.Table.LogicalName)
	}
	item, err := itemOf(w, object)
	if err != nil {
		return op.Key{}, err
	}
	if source != nil {
		if err := standsIn(w, item, *source); err != nil {
			return op.Key{}, err
		}
	}
	if !item.ID.IsZero() {
		return item, move(w, item, to, values)
	}
	values = append(without(values, "queueid", "objectid"), op.Bind(t.Column("queueid"), to), op.Bind(t.Column("objectid"), object))
	made, err := w.Do(&op.Create{Table: t, Values: values})
	return made.Key, err
}

// holds reports whether rows of a table can stand in queues.
func holds(items, object *meta.Table) bool {
	for _, t := range items.Column("objectid").Targets {
		if t == object {
			return true
		}
	}
	return false
}

// standsIn refuses to move an item out of a queue that it does not stand in.
func standsIn(w *engine.Work, item, source op.Key) error {
	in := w.Call.Model.Table(meta.QueueItemTable).Column("queueid")
	if !item.ID.IsZero() {
		r, err := w.Look("the queue of an item", item, in)
		if err != nil || r.Value(in).GUID() == source.ID {
			return err
		}
	}
	return dverr.ObjectDoesNotExist.Text("The row is not an item of the queue with Id %s.", source.ID)
}

// move takes an item to a queue, where nobody works on it yet.
func move(w *engine.Work, item, to op.Key, values []op.Assignment) error {
	values = append(without(values, "queueid", "objectid"), op.Bind(item.Table.Column("queueid"), to))
	if len(without(values, "workerid")) == len(values) {
		values = append(values, op.Assignment{Column: item.Table.Column("workerid"), Value: query.Null()})
	}
	_, err := w.Do(&op.Update{Key: item, Mode: op.UpdateOnly, Values: values})
	return err
}

// Route takes an item to a queue, or to the default queue of a user or a team.
func Route(w *engine.Work, item, target op.Key) error {
	if target.Table.LogicalName != Table {
		c := target.Table.Column("queueid")
		r, err := w.Reach(target, meta.Read, []*meta.Column{c})
		if err != nil {
			return err
		}
		if r.Value(c).IsNull() {
			return dverr.InvalidArgument.Text("The %s with Id %s has no default queue.", target.Table.LogicalName, target.ID)
		}
		target = op.Key{Table: w.Call.Model.Table(Table), ID: r.Value(c).GUID()}
	}
	return move(w, item, target, nil)
}

// Pick gives an item to who is to work on it, or takes it off the queue when that is done.
func Pick(w *engine.Work, item, worker op.Key, remove bool) error {
	if remove {
		return Remove(w, item)
	}
	return work(w, item, op.Bind(item.Table.Column("workerid"), worker))
}

// Release gives an item back: nobody works on it.
func Release(w *engine.Work, item op.Key) error {
	return work(w, item, op.Assignment{Column: item.Table.Column("workerid"), Value: query.Null()})
}

func work(w *engine.Work, item op.Key, worker op.Assignment) error {
	_, err := w.Do(&op.Update{Key: item, Mode: op.UpdateOnly, Values: []op.Assignment{worker}})
	return err
}

// Remove deletes an item; what it holds stays.
func Remove(w *engine.Work, item op.Key) error {
	_, err := w.Do(&op.Delete{Key: item})
	return err
}

// without gives the values but for those of some columns, in a slice of their own.
func without(values []op.Assignment, names ...string) []op.Assignment {
	var rest []op.Assignment
next:
	for _, a := range values {
		for _, name := range names {
			if a.Column.LogicalName == name {
				continue next
			}
		}
		rest = append(rest, a)
	}
	return rest
}
