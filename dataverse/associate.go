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
	path, err := t.path(key)
	if err = errors.Join(err, nameError(property)); err != nil {
		return err
	}
	for _, other := range others {
		target, err := other.path()
		if err != nil {
			return fmt.Errorf("dataverse: associate %s: %w", property, err)
		}
		body := appendText([]byte(`{"@odata.id":`), t.client.origin.String()+root+target)
		r := request{method: http.MethodPost, path: path + "/" + property + "/$ref", body: append(body, '}'), repeatable: true}
		if _, err := t.client.send(ctx, r); err != nil && !isCode(err, codeDuplicate) {
			return err
		}
	}
	return nil
}

// Disassociate parts a row from another. For a navigation property that holds one, other may be the zero
// Ref.
func (t *TableOf[T]) Disassociate(ctx context.Context, key Key, property string, other Ref) (err error) {
	ctx, end := t.span(ctx, "Disassociate")
	defer func() { end(err) }()
	path, err := t.path(key)
	if err = errors.Join(err, nameError(property)); err != nil {
		return err
	}
	path += "/" + property
	switch {
	case !other.ID.IsZero():
		path += "(" + other.ID.String() + ")"
	case !other.IsZero():
		return errors.New("dataverse: rows are parted by id")
	}
	a, err := t.client.send(ctx, request{method: http.MethodDelete, path: path + "/$ref"})
	if err != nil && a != nil && a.ambiguous && errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
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
