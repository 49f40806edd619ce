package message

import (
	"context"
	"encoding/json"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// object reads the row that an id and a table's name name.
func object(call engine.Call, m *op.Message, table string) (op.Key, error) {
	id, err := guid(m, "ObjectId")
	if err != nil {
		return op.Key{}, err
	}
	name, ok := m.Argument(table).(string)
	if !ok {
		return op.Key{}, missingArgument(table)
	}
	t := call.Model.Table(name)
	if t == nil {
		return op.Key{}, dverr.FetchNoEntity.With(name)
	}
	return op.Key{Table: t, ID: id}, nil
}

// accessInfo tells what the principal that the function is called on may do with a row, and
// why: a text of JSON.
func accessInfo(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	target, err := object(call, m, "EntityName")
	if err != nil {
		return op.Answer{}, err
	}
	info, err := engine.AccessInfoOf(ctx, call, tx, *m.Bound, target)
	if err != nil {
		return op.Answer{}, err
	}
	text, err := json.Marshal(struct{ GrantedAccessRights, RoleAccessRights, PoaAccessRights, HsmAccessRights string }{
		meta.AccessRights(info.Granted), meta.AccessRights(info.Role), meta.AccessRights(info.Shared), meta.AccessRights(info.Hierarchy),
	})
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "AccessInfo", Value: string(text)}}}, err
}

// accessOrigin tells why a user or team has access to a row.
func accessOrigin(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	target, err := object(call, m, "LogicalName")
	if err != nil {
		return op.Answer{}, err
	}
	principal, err := guid(m, "PrincipalId")
	if err != nil {
		return op.Answer{}, err
	}
	text, err := engine.OriginOf(ctx, call, tx, principal, target)
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "Response", Value: text}}}, err
}

// attributePrivileges tells what a user or team may do with secured columns, which go by
// the ids of their definitions.
func (e Environment) attributePrivileges(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	if m.Bound.ID != call.Caller.Effective.ID {
		if err := engine.Sees(ctx, call, tx, *m.Bound, meta.Read); err != nil {
			return op.Answer{}, err
		}
	}
	allowed := map[bool]int64{false: 0, true: 4} // as fieldpermission has them
	list := op.List{}
	for _, r := range call.Caller.ColumnRights(m.Bound.ID) {
		list = append(list, []op.Member{
			{Name: "AttributeId", Value: e.AttributeID(r.Column)}, {Name: "CanCreate", Value: allowed[r.Create]},
			{Name: "CanRead", Value: allowed[r.Read]}, {Name: "CanUpdate", Value: allowed[r.Update]},
		})
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "AttributePrivileges", Value: list}}}, nil
}
