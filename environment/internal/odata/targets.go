package odata

import (
	"bytes"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// Bulk says what a bulk message does with each of its targets.
type Bulk uint8

// The bulk messages.
const (
	CreateMultiple Bulk = iota
	UpdateMultiple
	UpsertMultiple
)

// ReadTargets reads the body of a bulk message, {"Targets":[…]}, into one op a target
// (Dataverse facts 5.16).
func (r Request) ReadTargets(t *meta.Table, body []byte, bulk Bulk) ([]op.Op, error) {
	targets := targetReader{r: r, t: t, bulk: bulk}
	b := bodyReader{r: r, t: t}
	if err := targets.read(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))); err != nil {
		return nil, b.wrap(err)
	}
	return targets.ops, nil
}

// mode is what becomes of a target that is not there, or is.
func (b Bulk) mode() op.Mode { return [...]op.Mode{op.CreateOnly, op.UpdateOnly, op.Upsert}[b] }

type targetReader struct {
	r    Request
	t    *meta.Table
	bulk Bulk
	seen bool
	ops  []op.Op
}

func (b *targetReader) read(body []byte) error {
	s := &jsonScanner{data: body}
	if c := s.peek(); c != '{' {
		_, err := s.value()
		if err == nil {
			err = payloadError("An unexpected node was found when reading from the JSON reader. A 'StartObject' node was expected.")
		}
		return err
	}
	if err := s.members(b.member); err != nil {
		return err
	}
	switch {
	case s.peek() != 0:
		return s.fail("More than one value was found at the root of the JSON content.")
	case !b.seen:
		return payloadError("The parameter 'Targets' is missing from the request payload.")
	}
	return nil
}

func (b *targetReader) member(name string, v jsonValue) error {
	switch {
	case name != "Targets":
		return payloadError("The parameter '" + name + "' in the request payload is not a valid parameter for the operation.")
	case b.seen:
		return payloadError("Multiple parameters with the name 'Targets' were found in the request payload.")
	case v.kind != jsonArray:
		return payloadError("An unexpected '" + v.node() + "' node was found when reading from the JSON reader. A 'StartArray' node was expected.")
	}
	b.seen = true
	return v.elements(b.target)
}

func (b *targetReader) target(v jsonValue) error {
	if v.kind != jsonObject {
		return payloadError("An unexpected '" + v.node() + "' node was found when reading from the JSON reader. A 'StartObject' node was expected.")
	}
	row := bodyReader{r: b.r, t: b.t, deep: b.bulk == CreateMultiple, mode: b.bulk.mode(), seen: map[string]bool{}}
	if err := row.read([]byte(v.text)); err != nil {
		return moved(err, v.at)
	}
	if row.kind != "Microsoft.Dynamics.CRM."+b.t.LogicalName {
		return payloadError("The type '" + row.kind + "' of a target is not 'Microsoft.Dynamics.CRM." + b.t.LogicalName + "'. The annotation '@odata.type' is required for each target.")
	}
	o, err := b.op(&row)
	b.ops = append(b.ops, o)
	return err
}

func (b *targetReader) op(row *bodyReader) (op.Op, error) {
	if b.bulk == CreateMultiple {
		return row.create(), nil
	}
	key := op.Key{Table: b.t, ID: row.key}
	if row.id != "" {
		var err error
		if key, err = b.r.ReadReference(row.id); err != nil {
			return nil, err
		}
	}
	switch {
	case key.Table != b.t:
		return nil, payloadError("The annotation '@odata.id' of a target names a row of another table.")
	case key.ID.IsZero() && key.Alternate == nil:
	case b.bulk == UpsertMultiple:
		return &op.Update{Key: key, Values: row.values, Mode: op.Upsert}, nil
	default:
		return &op.Update{Key: key, Values: row.values, Mode: op.UpdateOnly}, nil
	}
	if b.bulk == UpsertMultiple {
		return row.create(), nil
	}
	return nil, dverr.InvalidArgument.Text("A target of UpdateMultiple must have a primary key value.")
}
