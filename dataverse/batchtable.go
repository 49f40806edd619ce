package dataverse

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
)

// Done is the value of requests that give nothing back.
type Done struct{}

// Future is what a request of a batch will have given.
type Future[V any] struct {
	value V
	err   error

	group *Batch // nil outside of a change set
	part  *part
	set   string
	id    ID // of the row, where the client knows it beforehand
}

// Value gives what the request gave, or why it failed.
func (f *Future[V]) Value() (V, error) { return f.value, f.err }

// Err tells why the request failed, nil if it did not.
func (f *Future[V]) Err() error { return f.err }

// Ref points to the row that the request makes or changes, for a lookup of a later request. Where the
// server chooses the id, that works within the change set of the request alone.
func (f *Future[V]) Ref() Ref {
	switch {
	case !f.id.IsZero():
		return RefTo(f.set, f.id)
	case f.part != nil && f.part.contentID != "":
		return Ref{Set: f.set, content: "$" + f.part.contentID}
	case f.group != nil:
		f.group.err = errors.Join(f.group.err, fmt.Errorf("dataverse: a request outside of any change set refers to a row of %s that has no id yet", f.set))
	}
	return Ref{Set: f.set}
}

// BatchTable is a table whose requests go into a batch. What is wrong with one, such as a
// column that does not exist, is told by its future and by [Batch.Do], which then sends nothing.
type BatchTable[T any] struct {
	table *TableOf[T]
	group Group
}

// In gives the table within a batch or a change set.
func (t *TableOf[T]) In(g Group) BatchTable[T] { return BatchTable[T]{table: t, group: g} }

// Create makes a row: see [TableOf.Create].
func (t BatchTable[T]) Create(row T, o *CreateOptions) *Future[ID] {
	if o == nil {
		o = &CreateOptions{}
	}
	own := t.table.err == nil && t.table.codec.key >= 0 && t.table.codec.keyOf(reflect.ValueOf(&row).Elem()).IsZero()
	r, id, err := t.table.creation(&row, *o)
	f := add(t, r, err, func(a *answer, f *Future[ID]) error {
		if f.value = id; !id.IsZero() {
			return nil
		}
		var err error
		f.value, err = a.madeID()
		return err
	})
	f.id, f.part.fresh = id, own && !id.IsZero()
	f.part.forgives = func(err error) bool { return !id.IsZero() && isCode(err, codeDuplicate) }
	return f
}

// Get reads a row: see [TableOf.Get].
func (t BatchTable[T]) Get(key Key, o *GetOptions) *Future[T] {
	if o == nil {
		o = &GetOptions{}
	}
	r, err := t.table.retrieval(key, *o)
	return add(t, r, errors.Join(err, t.reading()), func(a *answer, f *Future[T]) error {
		return a.row(t.table.codec, reflect.ValueOf(&f.value).Elem())
	})
}

// Page reads the first page of a query.
func (t BatchTable[T]) Page(rows Rows) *Future[Page[T]] {
	p, err := t.table.pagesOf(rows)
	var r request
	if err == nil {
		r = request{method: http.MethodGet, path: p.path, prefer: p.prefer}
	}
	return add(t, r, errors.Join(err, t.reading()), func(a *answer, f *Future[Page[T]]) error {
		page, err := readPage[T](t.table.codec, a.body)
		if err != nil {
			return err
		}
		p.cut(page)
		f.value = *page
		return nil
	})
}

// Update changes a row: see [TableOf.Update].
func (t BatchTable[T]) Update(key Key, row T, o *UpdateOptions) *Future[Done] {
	if o == nil {
		o = &UpdateOptions{}
	}
	r, err := t.table.update(key, &row, *o)
	f := add(t, r, err, done)
	f.id, _ = key.(ID)
	return f
}

// Upsert changes a row or makes it: see [TableOf.Upsert].
func (t BatchTable[T]) Upsert(key Key, row T, o *UpsertOptions) *Future[UpsertResult] {
	if o == nil {
		o = &UpsertOptions{}
	}
	r, err := t.table.upsertion(key, &row, *o)
	f := add(t, r, err, func(a *answer, f *Future[UpsertResult]) error {
		f.value = t.table.upserted(key, a)
		return nil
	})
	f.id, _ = key.(ID)
	return f
}

// Delete removes a row: see [TableOf.Delete].
func (t BatchTable[T]) Delete(key Key, o *DeleteOptions) *Future[Done] {
	r, err := t.table.deletion(key, o)
	f := add(t, r, err, done)
	f.part.forgives = func(err error) bool { return !r.unsafe && errors.Is(err, ErrNotFound) }
	return f
}

// Associate joins a row to another: see [TableOf.Associate]. Rows that are joined already stay so; in a
// change set they make it fail, as the server has it. Other may be what an earlier request of the same
// change set makes: see [Future.Ref].
func (t BatchTable[T]) Associate(key Key, property string, other Ref) *Future[Done] {
	r, err := t.table.association(key, property, other)
	f := add(t, r, err, done)
	f.id, _ = key.(ID)
	f.part.forgives = func(err error) bool { return isCode(err, codeDuplicate) }
	f.part.always = true
	return f
}

// Disassociate parts a row from another: see [TableOf.Disassociate].
func (t BatchTable[T]) Disassociate(key Key, property string, other Ref) *Future[Done] {
	r, err := t.table.parting(key, property, other)
	f := add(t, r, err, done)
	f.id, _ = key.(ID)
	f.part.forgives = func(err error) bool { return errors.Is(err, ErrNotFound) }
	return f
}

// done takes nothing from an answer.
func done(*answer, *Future[Done]) error { return nil }

// reading refuses requests that change nothing in a change set.
func (t BatchTable[T]) reading() error { return reading(t.group) }

func reading(g Group) error {
	if _, is := g.(*ChangeSet); is {
		return errors.New("dataverse: a change set holds no requests that read")
	}
	return nil
}

// add puts a request into the group; read fills the future from a successful answer, which is without
// headers and body where an earlier attempt did what was asked.
func add[T, V any](t BatchTable[T], r request, err error, read func(*answer, *Future[V]) error) *Future[V] {
	f := put(t.table.client, t.group, r, err, read)
	f.set = t.table.set
	return f
}

// put is add for what is of no table.
func put[V any](c *Client, g Group, r request, err error, read func(*answer, *Future[V]) error) *Future[V] {
	b, u := g.place()
	f := &Future[V]{err: errUnsent, group: b}
	f.part = &part{client: c, request: r}
	f.part.settle = func(a *answer, err error) {
		if f.err = err; err == nil {
			f.err = read(a, f)
		}
	}
	if err == nil && c.core != b.client.core {
		err = fmt.Errorf("dataverse: %s %s is of another client than the batch", r.method, r.path)
	}
	b.err = errors.Join(b.err, err)
	if u.changeSet {
		b.last++
		f.part.contentID = strconv.Itoa(b.last)
	}
	u.parts = append(u.parts, f.part)
	return f
}
