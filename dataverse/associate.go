package dataverse

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
)

// Associate joins a row to others through a navigation property that holds many. Rows that are joined
// already stay so, without an error. Single lookups are set by Update.
func (t *TableOf[T]) Associate(ctx context.Context, key Key, property string, others ...Ref) (err error) {
	ctx, end := t.span(ctx, "Associate")
	defer func() { end(err) }()
	for _, other := range others {
		r, err := t.association(key, property, other)
		if err != nil {
			return err
		}
		if _, err := t.client.send(ctx, r); err != nil && !isCode(err, codeDuplicate) {
			return err
		}
	}
	return nil
}

// association is a request that joins rows.
func (t *TableOf[T]) association(key Key, property string, other Ref) (request, error) {
	path, err := t.path(key)
	if err = errors.Join(err, nameError(property)); err != nil {
		return request{}, err
	}
	target, err := other.path()
	if err != nil {
		return request{}, fmt.Errorf("dataverse: associate %s: %w", property, err)
	}
	if other.content == "" {
		target = t.client.origin.String() + root + target
	}
	body := append(appendText([]byte(`{"@odata.id":`), target), '}')
	return request{method: http.MethodPost, path: path + "/" + property + "/$ref", body: body, repeatable: true}, nil
}

// Disassociate parts a row from another. For a navigation property that holds one, other may be the zero
// Ref.
func (t *TableOf[T]) Disassociate(ctx context.Context, key Key, property string, other Ref) (err error) {
	ctx, end := t.span(ctx, "Disassociate")
	defer func() { end(err) }()
	r, err := t.parting(key, property, other)
	if err != nil {
		return err
	}
	a, err := t.client.send(ctx, r)
	if err != nil && a != nil && a.ambiguous && errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// parting is a request that parts rows.
func (t *TableOf[T]) parting(key Key, property string, other Ref) (request, error) {
	path, err := t.path(key)
	if err = errors.Join(err, nameError(property)); err != nil {
		return request{}, err
	}
	path += "/" + property
	switch {
	case !other.ID.IsZero():
		path += "(" + other.ID.String() + ")"
	case !other.IsZero():
		return request{}, errors.New("dataverse: rows are parted by id")
	}
	return request{method: http.MethodDelete, path: path + "/$ref"}, nil
}

// Related gives the rows behind a navigation property of a row that holds many, as a table to query:
//
//	tasks := dataverse.Related[Task](client, dataverse.RefTo("accounts", id), "Account_Tasks")
func Related[T any](c *Client, row Ref, property string) *RelatedRows[T] {
	t := Table[T](c, row.Set)
	path, err := row.path()
	t.set = path + "/" + property
	t.err = errors.Join(t.err, err, nameError(property))
	return &RelatedRows[T]{t}
}

// RelatedRows are the rows behind a navigation property: they are read, not made.
type RelatedRows[T any] struct{ table *TableOf[T] }

// All gives the rows of a query: see [TableOf.All].
func (r *RelatedRows[T]) All(ctx context.Context, rows Rows) iter.Seq2[T, error] {
	return r.table.All(ctx, rows)
}

// First gives the first row of a query: see [TableOf.First].
func (r *RelatedRows[T]) First(ctx context.Context, rows Rows) (T, error) {
	return r.table.First(ctx, rows)
}
