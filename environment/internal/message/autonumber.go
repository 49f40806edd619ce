package message

import (
	"context"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/autonumber"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// numbered finds the autonumber column that a message names. The sample of the service's
// documentation spells schema names where logical names are asked for, so case does not
// count. The reference names no privilege: changing asks for that of changing columns,
// reading for that of reading definitions.
func numbered(call engine.Call, m *op.Message, privilege string) (*meta.Column, error) {
	if m.Bound != nil {
		return nil, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	}
	if err := access.Hold(call.Caller, call.Model.Privilege(privilege)); err != nil {
		return nil, err
	}
	table, err := word(m, "EntityName")
	if err != nil {
		return nil, err
	}
	name, err := word(m, "AttributeName")
	if err != nil {
		return nil, err
	}
	t := call.Model.Table(table)
	if t == nil {
		return nil, dverr.InvalidArgument.Text("The entity with a name = '%s' was not found.", table)
	}
	if c := t.Column(name); c != nil && c.AutoNumber != "" {
		return c, nil
	}
	return nil, dverr.InvalidArgument.Text("The attribute '%s' of the entity '%s' is not an autonumber attribute.", name, table)
}

func word(m *op.Message, name string) (string, error) {
	switch v := m.Argument(name).(type) {
	case string:
		return strings.ToLower(v), nil
	case nil:
		return "", missingArgument(name)
	}
	return "", badArgument(name)
}

// setSeed sets the number of the next row (Web API reference, SetAutoNumberSeed).
func setSeed(w *engine.Work, m *op.Message) (op.Answer, error) {
	c, err := numbered(w.Call, m, "prvWriteAttribute")
	if err != nil {
		return op.Answer{}, err
	}
	n, ok := m.Argument("Value").(int64)
	switch {
	case m.Argument("Value") == nil:
		return op.Answer{}, missingArgument("Value")
	case !ok:
		return op.Answer{}, badArgument("Value")
	case n < 0:
		return op.Answer{}, dverr.InvalidArgument.Text("The seed of the attribute '%s' must not be negative.", c.LogicalName)
	}
	return op.Answer{}, w.SetSeed(c, n)
}

func getSeed(_ context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	c, err := numbered(call, m, "prvReadAttribute")
	if err != nil {
		return op.Answer{}, err
	}
	n, err := tx.Seed(engine.NumbersOf(c), autonumber.First)
	return op.Answer{Type: "GetAutoNumberSeedResponse", Members: []op.Member{{Name: "AutoNumberSeedValue", Value: n}}}, err
}

// nextNumber tells the number of the next row without taking it.
func nextNumber(_ context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	c, err := numbered(call, m, "prvReadAttribute")
	if err != nil {
		return op.Answer{}, err
	}
	n, err := tx.NextNumber(engine.NumbersOf(c), autonumber.First)
	return op.Answer{Type: "GetNextAutoNumberValueResponse", Members: []op.Member{{Name: "NextAutoNumberValue", Value: n}}}, err
}
