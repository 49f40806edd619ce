package audit

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// typePrefix stands before the names of types on the wire.
const typePrefix = "#Microsoft.Dynamics.CRM."

// words makes an AuditDetail of an event: the members of its type, then the record, then
// what else leads to rows, as the service orders them (Dataverse, retrieve audit data).
// Events about auditing itself are of the base type, which goes unnamed.
func (r Reader) words(d detail, record op.Entity) ([]op.Member, error) {
	audit := op.Member{Name: "AuditRecord", Value: record}
	switch {
	case d.Sharing != nil:
		return []op.Member{
			ofType("ShareAuditDetail"),
			{Name: "OldPrivileges", Value: meta.AccessRights(d.Sharing.Had)}, {Name: "NewPrivileges", Value: meta.AccessRights(d.Sharing.Has)},
			audit, {Name: "Principal", Value: reference(d.Sharing.Principal)},
		}, nil
	case d.Joined != nil:
		rows := op.List{}
		for _, row := range d.Joined.Rows {
			rows = append(rows, reference(row))
		}
		return []op.Member{
			ofType("RelationshipAuditDetail"), {Name: "RelationshipName", Value: d.Joined.Relationship},
			audit, {Name: "TargetRecords", Value: rows},
		}, nil
	case d.Privileges != nil:
		return []op.Member{
			ofType("RolePrivilegeAuditDetail"), {Name: "InvalidNewPrivileges", Value: op.List{}},
			{Name: "NewRolePrivileges", Value: held(d.Privileges.New)}, {Name: "OldRolePrivileges", Value: held(d.Privileges.Old)}, audit,
		}, nil
	case d.Action >= ofSettings:
		return []op.Member{audit}, nil
	}
	return r.attributes(d, audit)
}

func (r Reader) attributes(d detail, audit op.Member) ([]op.Member, error) {
	before, err := r.side(d.Object.Table, d.Changes, func(c Change) Value { return c.Old })
	if err != nil {
		return nil, err
	}
	after, err := r.side(d.Object.Table, d.Changes, func(c Change) Value { return c.New })
	if err != nil {
		return nil, err
	}
	numbers, names := op.List{}, op.List{}
	for _, c := range d.Deleted {
		numbers, names = append(numbers, int64(c.number)), append(names, c.name)
	}
	return []op.Member{
		ofType("AttributeAuditDetail"),
		{Name: "InvalidNewValueAttributes", Value: op.List{}}, {Name: "LocLabelLanguageCode", Value: int64(0)},
		{Name: "DeletedAttributes", Value: []op.Member{
			{Name: "Count", Value: int64(len(d.Deleted))}, {Name: "Keys", Value: numbers}, {Name: "Values", Value: names},
		}},
		audit, {Name: "OldValue", Value: before}, {Name: "NewValue", Value: after},
	}, nil
}

func ofType(name string) op.Member { return op.Member{Name: "@odata.type", Value: typePrefix + name} }

// reference names a row. Users and teams show the key that they have as owners too
// (Dataverse facts 3.2).
func reference(key op.Key) []op.Member {
	t := key.Table
	row := []op.Member{ofType(t.LogicalName), {Name: t.PrimaryID.LogicalName, Value: key.ID}}
	if t.LogicalName == "systemuser" || t.LogicalName == "team" {
		row = append(row, op.Member{Name: "ownerid", Value: key.ID})
	}
	return row
}

// held words what a role holds, as RetrieveRolePrivilegesRole does.
func held(all []Held) op.List {
	list := op.List{}
	for _, h := range all {
		list = append(list, []op.Member{
			{Name: "Depth", Value: access.Depth(h.Depth + 1).Word()}, {Name: "PrivilegeId", Value: h.Privilege},
		})
	}
	return list
}
