package dataverse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
)

// facts is what the client must know of a table to send its rows in bulk.
type facts struct {
	LogicalName        string
	PrimaryIdAttribute string
	TableType          string // "Elastic" for tables without transactions
}

// atomic reports whether a bulk message does all or nothing (Dataverse facts 5.16).
func (f *facts) atomic() bool { return f.TableType != "Elastic" }

// factsOf asks for the definition of the table with an entity set, once.
func (c *Client) factsOf(ctx context.Context, set string) (*facts, error) {
	if known, is := c.tables.Load(set); is {
		return known.(*facts), nil
	}
	var answer struct{ Value []facts }
	name, err := literal(set)
	if err != nil {
		return nil, err
	}
	path := "EntityDefinitions?$select=LogicalName,PrimaryIdAttribute,TableType&$filter=EntitySetName%20eq%20" + escape(name)
	if err := c.As(nil).With(Behavior{}).Do(ctx, http.MethodGet, path, nil, &answer, nil); err != nil {
		return nil, fmt.Errorf("the table of %s: %w", set, err)
	}
	if len(answer.Value) != 1 {
		return nil, fmt.Errorf("the table of %s: %w", set, ErrNotFound)
	}
	f := &answer.Value[0]
	if !isName(f.LogicalName) || !isName(f.PrimaryIdAttribute) {
		return nil, fmt.Errorf("dataverse: the table of %s is named %q", set, f.LogicalName)
	}
	c.tables.Store(set, f)
	return f, nil
}

// CreateMultiple makes rows by one message of the server's, the fastest way in. On standard tables it
// makes all of them or none; 100 to 1,000 at a time go well. The ids stand in the order of the rows. The
// client chooses those that are missing, where T has a key field, so that rows whose answer was lost
// are not made twice.
func (t *TableOf[T]) CreateMultiple(ctx context.Context, rows []T, o *CreateOptions) (ids []ID, err error) {
	ctx, end := t.span(ctx, "CreateMultiple")
	defer func() { end(err) }()
	if o == nil {
		o = &CreateOptions{}
	}
	m, err := t.multiple(ctx, "CreateMultiple")
	if err != nil {
		return nil, err
	}
	ids = make([]ID, len(rows))
	known, fresh := true, true
	for i := range rows {
		encoding := encodeOptions{only: o.Only}
		if t.codec.key >= 0 {
			if ids[i] = t.codec.keyOf(reflect.ValueOf(&rows[i]).Elem()); ids[i].IsZero() && !o.ServerChoosesID {
				ids[i] = t.client.newID()
				encoding.key = ids[i]
			} else {
				fresh = false
			}
		}
		known = known && !ids[i].IsZero()
		if err := m.add(&rows[i], "", encoding); err != nil {
			return nil, err
		}
	}
	a, err := m.send(ctx, known)
	switch {
	case err != nil && a != nil && a.ambiguous && known && fresh && m.facts.atomic() && isCode(err, codeDuplicate):
		return ids, nil // an earlier attempt made them
	case err != nil:
		return nil, err
	}
	return madeIDs(a, len(rows))
}

func madeIDs(a *answer, want int) ([]ID, error) {
	var made struct{ Ids []ID }
	if err := a.into(&made); err != nil {
		return nil, err
	}
	if len(made.Ids) != want {
		return nil, fmt.Errorf("dataverse: the server made %d rows of %d", len(made.Ids), want)
	}
	return made.Ids, nil
}

// UpdateMultiple changes rows, which have their key, by one message: on standard tables all of them or
// none. Of the options IfMatch is not for it.
func (t *TableOf[T]) UpdateMultiple(ctx context.Context, rows []T, o *UpdateOptions) (err error) {
	ctx, end := t.span(ctx, "UpdateMultiple")
	defer func() { end(err) }()
	if o == nil {
		o = &UpdateOptions{}
	}
	if o.IfMatch != "" {
		return errors.New("dataverse: the message for many rows knows no versions: use a batch")
	}
	return t.changeMultiple(ctx, "UpdateMultiple", rows, nil, encodeOptions{only: o.Only, clear: o.Clear})
}

// UpsertMultiple changes rows or makes them, by one message. Rows have their key; or keys, of the same
// length, name them. Of the options Presence is not for it.
func (t *TableOf[T]) UpsertMultiple(ctx context.Context, rows []T, keys []Key, o *UpsertOptions) (err error) {
	ctx, end := t.span(ctx, "UpsertMultiple")
	defer func() { end(err) }()
	if o == nil {
		o = &UpsertOptions{}
	}
	if o.Presence != CreateOrUpdate {
		return errors.New("dataverse: the message for many rows updates those that exist: use a batch")
	}
	return t.changeMultiple(ctx, "UpsertMultiple", rows, keys, encodeOptions{only: o.Only, clear: o.Clear})
}

func (t *TableOf[T]) changeMultiple(ctx context.Context, message string, rows []T, keys []Key, o encodeOptions) error {
	if keys != nil && len(keys) != len(rows) {
		return fmt.Errorf("dataverse: %d keys for %d rows", len(keys), len(rows))
	}
	m, err := t.multiple(ctx, message)
	if err != nil {
		return err
	}
	for i := range rows {
		var key Key
		if keys != nil {
			key = keys[i]
		} else if key, err = t.keyWithin(&rows[i], m.facts); err != nil {
			return err
		}
		prefix := ""
		if keys != nil || t.codec.key >= 0 { // a Row names itself
			if prefix, err = m.naming(key); err != nil {
				return err
			}
		}
		one := o
		one.noKey = true
		if err := m.add(&rows[i], prefix, one); err != nil {
			return err
		}
	}
	_, err = m.send(ctx, true)
	return err
}

// keyWithin gives the primary key that a row holds.
func (t *TableOf[T]) keyWithin(row *T, f *facts) (ID, error) {
	v := reflect.ValueOf(row).Elem()
	var id ID
	if t.codec.key >= 0 {
		id = t.codec.keyOf(v)
	} else if r, is := any(*row).(Row); is {
		id = idOf(r[f.PrimaryIdAttribute])
	}
	if id.IsZero() {
		return id, fmt.Errorf("dataverse: row of %s: no key", t.set)
	}
	return id, nil
}

// idOf gives an id that a Row holds as such or as text.
func idOf(value any) ID {
	switch v := value.(type) {
	case ID:
		return v
	case string:
		id, _ := parseID(v)
		return id
	}
	return ID{}
}

// DeleteMultiple removes rows, in batches: standard tables have no message for it. All are tried. The
// error tells how many failed and why the first did.
func (t *TableOf[T]) DeleteMultiple(ctx context.Context, keys []Key) error {
	b := t.client.Batch()
	for _, key := range keys {
		t.In(b).Delete(key, nil)
	}
	return b.Do(ctx, &BatchOptions{ContinueOnError: true})
}

// targets is a message for many rows on its way.
type targets[T any] struct {
	table   *TableOf[T]
	facts   *facts
	message string
	body    []byte
}

func (t *TableOf[T]) multiple(ctx context.Context, message string) (*targets[T], error) {
	if t.err != nil {
		return nil, t.err
	}
	f, err := t.client.factsOf(ctx, t.set)
	if err != nil {
		return nil, err
	}
	return &targets[T]{table: t, facts: f, message: message, body: []byte(`{"Targets":[`)}, nil
}

// add appends a row. The service wants the type of every one (Dataverse facts 5.16).
func (m *targets[T]) add(row *T, prefix string, o encodeOptions) error {
	o.prefix = `"@odata.type":"Microsoft.Dynamics.CRM.` + m.facts.LogicalName + `"` + prefix
	body, err := m.table.codec.encode(comma(m.body), reflect.ValueOf(row).Elem(), o)
	if err != nil {
		return fmt.Errorf("dataverse: row of %s: %w", m.table.set, err)
	}
	m.body = body
	return nil
}

// naming gives the members that name a row.
func (m *targets[T]) naming(key Key) (string, error) {
	if id, is := key.(ID); is && !id.IsZero() {
		return `,"` + m.facts.PrimaryIdAttribute + `":"` + id.String() + `"`, nil
	}
	path, err := m.table.path(key)
	if err != nil {
		return "", err
	}
	return string(appendText([]byte(`,"@odata.id":`), path)), nil
}

func (m *targets[T]) send(ctx context.Context, repeatable bool) (*answer, error) {
	return m.table.client.send(ctx, m.request(repeatable))
}

func (m *targets[T]) request(repeatable bool) request {
	return request{
		method: http.MethodPost, path: m.table.set + "/Microsoft.Dynamics.CRM." + m.message,
		body: append(m.body, "]}"...), repeatable: repeatable,
	}
}
