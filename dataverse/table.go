package dataverse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
)

// TableOf is a table, read and written as rows of type T: [Row], or a struct with dv tags on the fields
// that are columns:
//
//	type Account struct {
//		ID      dataverse.ID     `dv:"accountid,key"`                // the primary key
//		Name    string           `dv:"name"`                         // zero: not sent
//		Revenue *dataverse.Money `dv:"revenue"`                      // nil: not sent; 0 is
//		Created time.Time        `dv:"createdon,readonly"`           // never sent
//		Primary dataverse.Ref    `dv:"primarycontactid,bind=contacts"` // a lookup, and the set it points to
//		Owner   dataverse.Ref    `dv:"ownerid,bind=systemusers,bind=teams"`
//		State   string           `dv:"statecode@formatted"`          // the value as people read it
//		Contact *Contact         `dv:"primarycontactid"`             // expanded, by navigation property
//		Tasks   []Task           `dv:"Account_Tasks"`                // expanded
//		ETag    dataverse.ETag   `dv:"@odata.etag"`                  // the version
//	}
//
// Where the navigation property of a lookup is not named like the column, the tag says
// bind=set:NavigationProperty. The formatted name of a lookup is tagged "column@formatted,lookup".
// Fields may have the types of this package, strings, booleans, numbers, time.Time, []byte,
// pointers to these, and what implements json.Unmarshaler or encoding.TextUnmarshaler.
//
// Methods that take options accept nil for none.
type TableOf[T any] struct {
	client *Client
	set    string
	codec  *codec
	err    error // what is wrong with set or T, told by every method
}

// Table gives a table by the name of its entity set, such as "accounts". A mistake in the name or in
// T's tags is told by the first method called.
func Table[T any](c *Client, set string) *TableOf[T] {
	t := &TableOf[T]{client: c, set: set}
	if !isName(set) {
		t.err = fmt.Errorf("dataverse: %q is no entity set", set)
		return t
	}
	t.codec, t.err = c.codecOf(reflect.TypeFor[T]())
	return t
}

// codecOf makes the codec of a type, once.
func (c *core) codecOf(t reflect.Type) (*codec, error) {
	if known, is := c.codecs.Load(t); is {
		return known.(*codec), nil
	}
	made, err := newCodec(t)
	if err != nil {
		return nil, err
	}
	kept, _ := c.codecs.LoadOrStore(t, made)
	return kept.(*codec), nil
}

// Set is the name of the entity set.
func (t *TableOf[T]) Set() string { return t.set }

// As gives the table for a client that acts for a user: see [Client.As].
func (t *TableOf[T]) As(user Principal) *TableOf[T] {
	other := *t
	other.client = t.client.As(user)
	return &other
}

// CreateOptions are for Create.
type CreateOptions struct {
	// ServerChoosesID leaves the choice of the id to the server. The row is then made at most once: an
	// attempt whose answer was lost is not repeated.
	ServerChoosesID bool
	// Only names the columns to send, whatever their values: zero ones too.
	Only []string
}

// Create makes a row and gives its id. Unless the row has an id or the server is to choose, the client
// does, so that an attempt whose answer was lost can be repeated without making the row
// twice: the server then refuses the id as taken, which the client knows for success. That needs a
// key field in T; a Row has none.
func (t *TableOf[T]) Create(ctx context.Context, row T, o *CreateOptions) (id ID, err error) {
	ctx, end := t.span(ctx, "Create")
	defer func() { end(err) }()
	if o == nil {
		o = &CreateOptions{}
	}
	r, id, err := t.creation(&row, *o)
	if err != nil {
		return ID{}, err
	}
	a, err := t.client.send(ctx, r)
	switch {
	case err != nil && a != nil && a.ambiguous && !id.IsZero() && isCode(err, codeDuplicate):
		return id, nil // an earlier attempt made it
	case err != nil:
		return ID{}, err
	case !id.IsZero():
		return id, nil
	}
	return a.madeID()
}

// creation is the request that makes a row, and the id if it is the client's choice.
func (t *TableOf[T]) creation(row *T, o CreateOptions) (r request, id ID, err error) {
	if t.err != nil {
		return r, id, t.err
	}
	v := reflect.ValueOf(row).Elem()
	encoding := encodeOptions{only: o.Only}
	if t.codec.key >= 0 {
		if id = t.codec.keyOf(v); id.IsZero() && !o.ServerChoosesID {
			id = t.client.newID()
			encoding.key = id
		}
	}
	body, err := t.codec.encode(nil, v, encoding)
	if err != nil {
		return r, id, fmt.Errorf("dataverse: row of %s: %w", t.set, err)
	}
	return request{method: http.MethodPost, path: t.set, body: body, repeatable: !id.IsZero()}, id, nil
}

// keyOf gives the value of the key field.
func (c *codec) keyOf(row reflect.Value) ID {
	v, err := row.FieldByIndexErr(c.fields[c.key].index)
	if err != nil {
		return ID{}
	}
	id, _ := v.Interface().(ID)
	return id
}

// GetOptions are for Get.
type GetOptions struct {
	// Select, Expand and Annotations of the query say what of the row is wanted, instead of T's columns.
	Query Query
	// IfNoneMatch is the version that the caller has: the error is [ErrNotModified] if it is current.
	IfNoneMatch ETag
}

// Get reads a row. The error is [ErrNotFound] if there is none.
func (t *TableOf[T]) Get(ctx context.Context, key Key, o *GetOptions) (row T, err error) {
	ctx, end := t.span(ctx, "Get")
	defer func() { end(err) }()
	if o == nil {
		o = &GetOptions{}
	}
	r, err := t.retrieval(key, *o)
	if err != nil {
		return row, err
	}
	a, err := t.client.send(ctx, r)
	if err != nil {
		return row, err
	}
	return row, a.row(t.codec, reflect.ValueOf(&row).Elem())
}

// retrieval is the request that reads a row.
func (t *TableOf[T]) retrieval(key Key, o GetOptions) (r request, err error) {
	path, err := t.path(key)
	if err != nil {
		return r, err
	}
	q := t.codec.selection(o.Query)
	if err := errors.Join(q.check(), q.singular()); err != nil {
		return r, err
	}
	if options := q.address(); options != "" {
		path += "?" + options
	}
	r = request{method: http.MethodGet, path: path, prefer: q.prefer(), header: map[string]string{}}
	if o.IfNoneMatch != "" {
		r.header["If-None-Match"] = string(o.IfNoneMatch)
	}
	return r, nil
}

// singular refuses what means nothing where one row is asked for by key.
func (q Query) singular() error {
	if q.filter.text != nil || len(q.order) > 0 || q.top > 0 || q.pageSize > 0 || q.apply != "" {
		return errors.New("dataverse: one row is neither filtered, sorted, cut nor aggregated")
	}
	return nil
}

// path is the address of a row.
func (t *TableOf[T]) path(key Key) (string, error) {
	if t.err != nil {
		return "", t.err
	}
	if key == nil {
		return "", fmt.Errorf("dataverse: row of %s: no key", t.set)
	}
	text, err := key.keyPath()
	if err != nil {
		return "", fmt.Errorf("dataverse: row of %s: %w", t.set, err)
	}
	return t.set + text, nil
}

// UpdateOptions are for Update.
type UpdateOptions struct {
	// IfMatch is the version that the caller has: the error is [ErrConflict] if the row has another by
	// now. Such an update is not repeated when its answer was lost.
	IfMatch ETag
	// Only names the columns to send, whatever their values: zero ones too.
	Only []string
	// Clear names columns to empty.
	Clear []string
}

// Update changes the columns of a row that are not zero, or that the options name. It never makes a
// row: the error is [ErrNotFound] if there is none.
func (t *TableOf[T]) Update(ctx context.Context, key Key, row T, o *UpdateOptions) (err error) {
	ctx, end := t.span(ctx, "Update")
	defer func() { end(err) }()
	if o == nil {
		o = &UpdateOptions{}
	}
	r, err := t.update(key, &row, *o)
	if err != nil {
		return err
	}
	_, err = t.client.send(ctx, r)
	return err
}

// update is the request. Without a condition a PATCH would make the row that it does not find
// (Dataverse facts 8, item 10).
func (t *TableOf[T]) update(key Key, row *T, o UpdateOptions) (r request, err error) {
	r.method = http.MethodPatch
	if r.path, err = t.path(key); err != nil {
		return r, err
	}
	r.body, err = t.codec.encode(nil, reflect.ValueOf(row).Elem(), encodeOptions{noKey: true, only: o.Only, clear: o.Clear})
	if err != nil {
		return r, fmt.Errorf("dataverse: row of %s: %w", t.set, err)
	}
	r.header, r.unsafe = ifMatch(o.IfMatch)
	return r, nil
}

// ifMatch gives the header, and whether a second try would fail because the first succeeded.
func ifMatch(e ETag) (header map[string]string, unsafe bool) {
	if e == "" {
		e = "*"
	}
	return map[string]string{"If-Match": string(e)}, e != "*"
}

// Presence says what an upsert may do.
type Presence int

// What an upsert may do.
const (
	CreateOrUpdate Presence = iota
	CreateOnly              // the error is ErrConflict if the row exists
)

// UpsertOptions are for Upsert.
type UpsertOptions struct {
	Presence Presence
	Only     []string // the columns to send, whatever their values
	Clear    []string // the columns to empty
}

// UpsertResult tells what an upsert did.
type UpsertResult struct {
	ID      ID   // zero if the server named the row by its alternate key alone
	Created bool // false if the row existed, or if the server does not tell
}

// Upsert changes the row with a key, or makes it.
func (t *TableOf[T]) Upsert(ctx context.Context, key Key, row T, o *UpsertOptions) (result UpsertResult, err error) {
	ctx, end := t.span(ctx, "Upsert")
	defer func() { end(err) }()
	if o == nil {
		o = &UpsertOptions{}
	}
	r, err := t.upsertion(key, &row, *o)
	if err != nil {
		return result, err
	}
	a, err := t.client.send(ctx, r)
	if err != nil {
		return result, err
	}
	return t.upserted(key, a), nil
}

// upsertion is the request that makes or changes a row. It asks for the row, or at least its id.
func (t *TableOf[T]) upsertion(key Key, row *T, o UpsertOptions) (r request, err error) {
	r = request{method: http.MethodPatch, header: map[string]string{}, prefer: []string{"return=representation"}}
	if r.path, err = t.path(key); err != nil {
		return r, err
	}
	if t.codec.key >= 0 {
		r.path += "?$select=" + t.codec.fields[t.codec.key].column
	}
	if o.Presence == CreateOnly {
		r.header["If-None-Match"] = "*"
		r.unsafe = true
	}
	r.body, err = t.codec.encode(nil, reflect.ValueOf(row).Elem(), encodeOptions{noKey: true, only: o.Only, clear: o.Clear})
	if err != nil {
		return r, fmt.Errorf("dataverse: row of %s: %w", t.set, err)
	}
	return r, nil
}

// upserted reads the answer: only one with the row tells made from changed, by its status.
func (t *TableOf[T]) upserted(key Key, a *answer) UpsertResult {
	result := UpsertResult{Created: a.StatusCode == http.StatusCreated}
	result.ID, _ = key.(ID)
	if result.ID.IsZero() {
		result.ID, _ = a.madeID()
	}
	var made T
	if v := reflect.ValueOf(&made).Elem(); result.ID.IsZero() && t.codec.key >= 0 && a.row(t.codec, v) == nil {
		result.ID = t.codec.keyOf(v)
	}
	return result
}

// DeleteOptions are for Delete.
type DeleteOptions struct {
	// IfMatch is the version that the caller has: the error is [ErrConflict] if the row has another by now.
	IfMatch ETag
}

// Delete removes a row. The error is [ErrNotFound] if there is none, but for a row that an attempt whose
// answer was lost removed.
func (t *TableOf[T]) Delete(ctx context.Context, key Key, o *DeleteOptions) (err error) {
	ctx, end := t.span(ctx, "Delete")
	defer func() { end(err) }()
	r, err := t.deletion(key, o)
	if err != nil {
		return err
	}
	a, err := t.client.send(ctx, r)
	if err != nil && a != nil && a.ambiguous && errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// deletion is the request.
func (t *TableOf[T]) deletion(key Key, o *DeleteOptions) (r request, err error) {
	r.method = http.MethodDelete
	if r.path, err = t.path(key); err == nil && o != nil && o.IfMatch != "" {
		r.header, r.unsafe = ifMatch(o.IfMatch)
	}
	return r, err
}

func isCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && strings.EqualFold(e.Code, code)
}

// span opens a span of tracing.
func (t *TableOf[T]) span(ctx context.Context, name string) (context.Context, func(error)) {
	return t.client.span(ctx, name+" "+t.set)
}
