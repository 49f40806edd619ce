package message

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// variableValue tells what an environment variable stands at: its value, or the default of
// its definition while it has none, as far as the caller may read both. A secret is told
// as it is kept: as the name of the secret, not as what that opens. Neither the answer's
// refusals nor what an empty value means is documented.
func variableValue(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	name, ok := m.Argument("DefinitionSchemaName").(string)
	switch {
	case m.Bound != nil:
		return op.Answer{}, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	case m.Argument("DefinitionSchemaName") == nil:
		return op.Answer{}, missingArgument("DefinitionSchemaName")
	case !ok:
		return op.Answer{}, badArgument("DefinitionSchemaName")
	}
	definitions, values := call.Model.Table("environmentvariabledefinition"), call.Model.Table("environmentvariablevalue")
	found, err := firstRow(ctx, call, tx, definitions.Column("schemaname"), query.Text(name), definitions.PrimaryID, definitions.Column("defaultvalue"))
	if err != nil {
		return op.Answer{}, err
	}
	if found == nil {
		return op.Answer{}, dverr.ObjectDoesNotExist.Text("Environment variable definition with schema name '%s' does not exist.", name)
	}
	of := values.Column("environmentvariabledefinitionid")
	current, err := firstRow(ctx, call, tx, of, query.GUID(meta.ID(found[0])), values.Column("value"))
	if err != nil {
		return op.Answer{}, err
	}
	standing := found[1]
	if current != nil {
		standing = current[0]
	}
	var value any
	if standing != nil {
		value = string(standing)
	}
	return op.Answer{Type: variableValueName + "Response", Members: []op.Member{{Name: "Value", Value: value}}}, nil
}

const variableValueName = "RetrieveEnvironmentVariableValue"

// firstRow reads columns of texts and ids of a row in which key is v; nil when the caller
// reads none. A cell is nil where the row has no value.
func firstRow(ctx context.Context, call engine.Call, tx *store.Tx, key *meta.Column, v query.Value, columns ...*meta.Column) ([][]byte, error) {
	s := &query.Select{Table: key.Table, Limit: 1}
	for _, c := range columns {
		s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: c}})
	}
	s.Order = []query.Order{{Col: query.Col{Of: s, C: key.Table.PrimaryID}}}
	s.Where = query.Compare{Col: query.Col{Of: s, C: key}, Op: query.Equal, Value: v}
	g, err := access.Read(call.Caller, s)
	if err != nil {
		return nil, err
	}
	row, shape, err := tx.One(ctx, g)
	if err != nil || row == nil {
		return nil, err
	}
	cells := make([][]byte, len(columns))
	for i := range columns {
		if at := shape.Fields[i].Value; !row.Null(at) {
			cells[i] = append([]byte{}, row.Bytes(at)...)
		}
	}
	return cells, nil
}
