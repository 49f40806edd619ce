package rows

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/cell"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Seek finds the row that an alternate key names: a key by id, whose ID is zero when no
// row has these values. Other keys it gives back. To who may not read one of the key's
// columns it is null in every row: a key may not tell which values there are.
func (w *Tx) Seek(k op.Key) (op.Key, error) {
	if k.Alternate == nil {
		return k, nil
	}
	s := Pick(op.Key{Table: k.Table}, []*meta.Column{k.Table.PrimaryID})
	same := make([]query.Expr, 0, len(k.Alternate.Values))
	for _, a := range k.Alternate.Values {
		if access.Masked(w.Call.Caller, a.Column) {
			return op.Key{Table: k.Table}, nil
		}
		same = append(same, Is(s, a.Column, asKept(a)))
	}
	s.Where = query.And{Members: same}
	r, err := w.Fetch(access.System("which row an alternate key names", s))
	return op.Key{Table: k.Table, ID: r.Value(k.Table.PrimaryID).GUID()}, err
}

// asKept gives a key's value in the form in which rows hold it: rounded, without the time
// of a day. Or an upsert would not find again what it made. A value that no row can have
// stays as it is; who makes a row of it is told.
func asKept(a op.Assignment) query.Value {
	if v, err := cell.Keep(op.Assignment{Column: a.Column, Value: a.Value, Target: a.Target}); err == nil && !v.IsNull() {
		return v
	}
	return a.Value
}

// Find is seek for a row that must be there. Who does not hold the right on the table
// at all is told that, as for any row (403); others that no row has the key (404).
func (w *Tx) Find(k op.Key, right meta.Right) (op.Key, error) {
	found, err := w.Seek(k)
	if err != nil || !found.ID.IsZero() || k.Alternate == nil {
		return found, err
	}
	if _, err := access.Probe(w.Call.Caller, right, Pick(found, []*meta.Column{k.Table.PrimaryID})); err != nil {
		return k, err
	}
	return k, dverr.RecordNotFoundByKey.With(k.Table.LogicalName)
}

// FindLink finds the row that a link starts from.
func (w *Tx) FindLink(l *op.Link, right meta.Right) (*op.Link, error) {
	if l == nil || l.Key.Alternate == nil {
		return l, nil
	}
	key, err := w.Find(l.Key, right)
	return &op.Link{Key: key, Nav: l.Nav}, err
}

// Located finds the rows that an update names by alternate keys. The key of one that is
// to make its row has no ID, and the values of the alternate key are among its values.
func (w *Tx) Located(o *op.Update) (*op.Update, error) {
	values, err := w.Bound(o.Values)
	if err != nil {
		return nil, err
	}
	u := *o
	u.Values = values
	switch {
	case o.Key.Alternate == nil:
		return &u, nil
	case o.Mode == op.UpdateOnly, o.IfVersion != 0:
		u.Key, err = w.Find(o.Key, meta.Write)
		return &u, err
	}
	if u.Key, err = w.Seek(o.Key); err == nil && u.Key.ID.IsZero() {
		u.Values = keyed(o.Key, values)
	}
	return &u, err
}

// Named finds the rows that writes other than creates and updates name by alternate
// keys.
func (w *Tx) Named(o op.Op) (op.Op, error) {
	switch o := o.(type) {
	case *op.Delete:
		key, err := w.Find(o.Key, meta.Delete)
		return &op.Delete{Key: key, IfVersion: o.IfVersion}, err
	case *op.Associate:
		link, related, err := w.namedEnds(o.Link, o.Related)
		return &op.Associate{Link: link, Related: related}, err
	case *op.Disassociate:
		link, related, err := w.namedEnds(o.Link, o.Related)
		return &op.Disassociate{Link: link, Related: related}, err
	}
	return o, nil
}

func (w *Tx) namedEnds(l op.Link, related op.Key) (op.Link, op.Key, error) {
	link, err := w.FindLink(&l, meta.Read)
	if err != nil {
		return l, related, err
	}
	related, err = w.Find(related, meta.Read)
	return *link, related, err
}

// OnRows finds the rows that a message is bound to and that its arguments name.
func (w *Tx) OnRows(m *op.Message) (*op.Message, error) {
	var err error
	found := *m
	if m.Bound != nil {
		key, err := w.Find(*m.Bound, meta.Read)
		if err != nil {
			return nil, err
		}
		found.Bound = &key
	}
	found.Arguments, err = w.foundIn(m.Arguments)
	return &found, err
}

func (w *Tx) foundIn(arguments []op.Member) ([]op.Member, error) {
	found := slices.Clone(arguments)
	for i := range found {
		var err error
		if found[i].Value, err = w.foundRows(found[i].Value); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// foundRows finds the rows in an argument.
func (w *Tx) foundRows(v any) (any, error) {
	switch v := v.(type) {
	case op.Row:
		values, err := w.Bound(v.Values)
		if err != nil {
			return nil, err
		}
		key, err := w.Find(v.Key, meta.Read)
		return op.Row{Key: key, Values: values}, err
	case []op.Member:
		return w.foundIn(v)
	case op.List:
		list := make(op.List, len(v))
		for i, item := range v {
			var err error
			if list[i], err = w.foundRows(item); err != nil {
				return nil, err
			}
		}
		return list, nil
	default:
		return v, nil
	}
}

// ByKeys reports lookups that name their rows by alternate keys.
func ByKeys(values []op.Assignment) bool {
	return slices.ContainsFunc(values, func(a op.Assignment) bool { return a.By != nil })
}

// Bound finds the rows that lookups are to name by alternate keys. The values of an op
// stay as they are: a retried transaction looks again.
func (w *Tx) Bound(values []op.Assignment) ([]op.Assignment, error) {
	if !ByKeys(values) {
		return values, nil
	}
	values = slices.Clone(values)
	for i, a := range values {
		if a.By == nil {
			continue
		}
		key, err := w.Find(op.Key{Table: a.Target, Alternate: a.By}, meta.AppendTo)
		if err != nil {
			return nil, err
		}
		values[i] = op.Bind(a.Column, key)
	}
	return values, nil
}

// keyed adds the values of the alternate key by which a new row was asked for. What the
// client gives in the body itself counts.
func keyed(k op.Key, values []op.Assignment) []op.Assignment {
	if k.Alternate == nil {
		return values
	}
	values = slices.Clone(values)
	for _, a := range k.Alternate.Values {
		if !slices.ContainsFunc(values, func(have op.Assignment) bool { return have.Column == a.Column }) {
			values = append(values, a)
		}
	}
	return values
}
