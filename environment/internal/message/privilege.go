package message

import (
	"context"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// The messages of Dataverse facts 3.11 that read and change what roles hold.

func addPrivileges(w *engine.Work, m *op.Message) (op.Answer, error) {
	return givePrivileges(w, m, false)
}

func replacePrivileges(w *engine.Work, m *op.Message) (op.Answer, error) {
	return givePrivileges(w, m, true)
}

func givePrivileges(w *engine.Work, m *op.Message, replace bool) (op.Answer, error) {
	role, err := bound(m, "role")
	if err != nil {
		return op.Answer{}, err
	}
	values, err := collection(m, "Privileges")
	if err != nil {
		return op.Answer{}, err
	}
	given := make([]company.PrivilegeAt, len(values))
	for i, v := range values {
		if given[i], err = privilegeAt(v); err != nil {
			return op.Answer{}, err
		}
	}
	return op.Answer{}, company.GivePrivileges(w, role, given, replace)
}

// privilegeAt reads a RolePrivilege. The business unit in it says nothing: depths count
// from who holds the role.
func privilegeAt(v any) (company.PrivilegeAt, error) {
	members, ok := v.([]op.Member)
	if !ok {
		return company.PrivilegeAt{}, badArgument("Privileges")
	}
	id, err := privilegeID(members)
	if err != nil {
		return company.PrivilegeAt{}, err
	}
	d, ok := depth(member(members, "Depth"))
	if !ok {
		return company.PrivilegeAt{}, dverr.InvalidPrivilegeDepth.With()
	}
	return company.PrivilegeAt{Privilege: id, Depth: d}, nil
}

func privilegeID(members []op.Member) (meta.ID, error) {
	v := member(members, "PrivilegeId")
	if v == nil {
		return meta.ID{}, dverr.RoleLacksPrivilege.With()
	}
	return guidOf("PrivilegeId", v)
}

func removePrivilege(w *engine.Work, m *op.Message) (op.Answer, error) {
	role, err := bound(m, "role")
	if err != nil {
		return op.Answer{}, err
	}
	id, err := privilegeID(m.Arguments)
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, company.TakePrivileges(w, role, []meta.ID{id})
}

func removePrivileges(w *engine.Work, m *op.Message) (op.Answer, error) {
	role, err := bound(m, "role")
	if err != nil {
		return op.Answer{}, err
	}
	values, err := collection(m, "Privileges")
	if err != nil {
		return op.Answer{}, err
	}
	ids := make([]meta.ID, len(values))
	for i, v := range values {
		members, _ := v.([]op.Member)
		if ids[i], err = privilegeID(members); err != nil {
			return op.Answer{}, err
		}
	}
	return op.Answer{}, company.TakePrivileges(w, role, ids)
}

// privilegeFunctions gives the functions that tell what principals and roles hold.
func privilegeFunctions() map[string]engine.Message {
	return map[string]engine.Message{
		"RetrieveRolePrivilegesRole":            rolePrivileges,
		"RetrieveUserPrivileges":                ofRow("systemuser", access.AnyRole, everything),
		"RetrieveUserPrivilegeByPrivilegeId":    ofRow("systemuser", access.AnyRole, byID),
		"RetrieveUserPrivilegeByPrivilegeName":  ofRow("systemuser", access.AnyRole, byName),
		"RetrieveUserSetOfPrivilegesByIds":      ofRow("systemuser", access.AnyRole, byIDs),
		"RetrieveUserSetOfPrivilegesByNames":    ofRow("systemuser", access.AnyRole, byNames),
		"RetrieveUsersPrivilegesThroughTeams":   throughTeams,
		"RetrieveTeamPrivileges":                ofRow("team", access.AnyRole, everything),
		"RetrieveAadUserPrivileges":             ofObject(everything),
		"RetrieveAadUserSetOfPrivilegesByIds":   ofObject(byIDs),
		"RetrieveAadUserSetOfPrivilegesByNames": ofObject(byNames),
		"RetrieveAadUserRoles":                  aadRoles,
		"RetrievePrivilegeSet":                  privilegeSet,
	}
}

// A choice says which privileges a call asks for.
type choice func(m *op.Message) (func(*meta.Privilege) bool, error)

func everything(*op.Message) (func(*meta.Privilege) bool, error) {
	return func(*meta.Privilege) bool { return true }, nil
}

func byID(m *op.Message) (func(*meta.Privilege) bool, error) {
	id, err := guid(m, "PrivilegeId")
	return func(p *meta.Privilege) bool { return p.ID == id }, err
}

func byName(m *op.Message) (func(*meta.Privilege) bool, error) {
	name, ok := m.Argument("PrivilegeName").(string)
	if !ok {
		return nil, missingArgument("PrivilegeName")
	}
	return func(p *meta.Privilege) bool { return p.Name == name }, nil
}

func byIDs(m *op.Message) (func(*meta.Privilege) bool, error) {
	values, err := collection(m, "PrivilegeIds")
	if err != nil {
		return nil, err
	}
	var ids []meta.ID
	for _, v := range values {
		id, err := guidOf("PrivilegeIds", v)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return func(p *meta.Privilege) bool { return slices.Contains(ids, p.ID) }, nil
}

func byNames(m *op.Message) (func(*meta.Privilege) bool, error) {
	values, err := collection(m, "PrivilegeNames")
	if err != nil {
		return nil, err
	}
	return func(p *meta.Privilege) bool { return slices.Contains(values, any(p.Name)) }, nil
}

// ofRow answers for the user or team that the function is called on, whom the caller
// must be able to read.
func ofRow(table string, by access.Through, chosen choice) engine.Message {
	return func(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
		key, err := bound(m, table)
		if err != nil {
			return op.Answer{}, err
		}
		return holds(ctx, call, m, tx, key, by, chosen)
	}
}

// throughTeams answers for a user by the roles of its teams alone.
func throughTeams(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	key := op.Key{Table: call.Model.Table("systemuser")}
	var err error
	if m.Bound != nil {
		key, err = bound(m, "systemuser")
	} else {
		key.ID, err = guid(m, "UserId")
	}
	if err != nil {
		return op.Answer{}, err
	}
	return holds(ctx, call, m, tx, key, access.TeamRoles, everything)
}

// ofObject answers for the user of a directory object.
func ofObject(chosen choice) engine.Message {
	return func(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
		key, err := person(call, m)
		if err != nil {
			return op.Answer{}, err
		}
		return holds(ctx, call, m, tx, key, access.AnyRole, chosen)
	}
}

// person finds the user of the directory object that a call names.
func person(call engine.Call, m *op.Message) (op.Key, error) {
	object, err := guid(m, "DirectoryObjectId")
	if err != nil {
		return op.Key{}, err
	}
	id, ok := call.Caller.Person(object)
	if !ok {
		return op.Key{}, dverr.ObjectDoesNotExist.With("systemuser", object).Helping("No user has azureactivedirectoryobjectid %s.", object)
	}
	return op.Key{Table: call.Model.Table("systemuser"), ID: id}, nil
}

func holds(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx, key op.Key, by access.Through, chosen choice) (op.Answer, error) {
	wanted, err := chosen(m)
	if err != nil {
		return op.Answer{}, err
	}
	if err := engine.Sees(ctx, call, tx, key, meta.Read); err != nil {
		return op.Answer{}, err
	}
	privileges := op.List{}
	for _, h := range call.Caller.Privileges(key.ID, by) {
		if wanted(h.Privilege) {
			privileges = append(privileges, rolePrivilege(h))
		}
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "RolePrivileges", Value: privileges}}}, nil
}

func rolePrivilege(h access.Held) []op.Member {
	return []op.Member{
		{Name: "Depth", Value: h.Depth.Word()},
		{Name: "PrivilegeId", Value: h.Privilege.ID},
		{Name: "BusinessUnitId", Value: h.Unit},
		{Name: "PrivilegeName", Value: h.Privilege.Name},
	}
}

// rolePrivileges tells what a role holds, read from where its root keeps it.
func rolePrivileges(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	role := op.Key{Table: call.Model.Table("role")}
	var err error
	if m.Bound != nil {
		role, err = bound(m, "role")
	} else {
		role.ID, err = guid(m, "RoleId")
	}
	if err != nil {
		return op.Answer{}, err
	}
	held, err := company.RoleHolds(ctx, call, tx, role)
	if err != nil {
		return op.Answer{}, err
	}
	privileges := make(op.List, len(held))
	for i, h := range held {
		privileges[i] = rolePrivilege(h)
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "RolePrivileges", Value: privileges}}}, nil
}

// aadRoles lists the roles of the user of a directory object, its teams' among them.
func aadRoles(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	key, err := person(call, m)
	if err != nil {
		return op.Answer{}, err
	}
	if err := engine.Sees(ctx, call, tx, key, meta.Read); err != nil {
		return op.Answer{}, err
	}
	rows := op.List{}
	for _, r := range call.Caller.Roles(key.ID) {
		rows = append(rows, []op.Member{
			{Name: "roleid", Value: r.ID}, {Name: "name", Value: r.Name}, {Name: "_businessunitid_value", Value: r.Unit},
			{Name: "_parentrootroleid_value", Value: r.Root},
		})
	}
	return op.Answer{Set: call.Model.Table("role").SetName, Members: []op.Member{{Name: "value", Value: rows}}}, nil
}

// privilegeSet lists all privileges, which every user may see.
func privilegeSet(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	t := call.Model.Table("privilege")
	if m.Bound != nil || t == nil {
		return op.Answer{}, dverr.SegmentNotFound.With(m.Name)
	}
	if _, err := access.Read(call.Caller, &query.Select{Table: t}); err != nil {
		return op.Answer{}, err
	}
	rows := make(op.List, len(call.Model.Privileges))
	for i, p := range call.Model.Privileges {
		right := int64(0)
		if !p.Misc {
			right = p.Right.Mask()
		}
		rows[i] = []op.Member{
			{Name: "privilegeid", Value: p.ID}, {Name: "name", Value: p.Name}, {Name: "accessright", Value: right},
			{Name: "canbebasic", Value: p.Basic}, {Name: "canbelocal", Value: p.Local},
			{Name: "canbedeep", Value: p.Deep}, {Name: "canbeglobal", Value: p.Global},
			{Name: "canbeentityreference", Value: p.EntityReference}, {Name: "canbeparententityreference", Value: p.ParentEntityRef},
		}
	}
	return op.Answer{Set: t.SetName, Members: []op.Member{{Name: "value", Value: rows}}}, nil
}
