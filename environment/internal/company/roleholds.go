package company

import (
	"bytes"
	"context"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/audit"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// PrivilegeAt is a privilege and how deep a role holds it.
type PrivilegeAt struct {
	Privilege meta.ID
	Depth     access.Depth
}

// GivePrivileges lets a role hold privileges, at the new depth those that it holds
// already; with replace it holds no others afterwards (Dataverse facts 3.11). The caller
// needs the right to write the role, and holds what it gives: 403 PrivilegeDenied else.
// Copies and the administrators' role are not changed.
func GivePrivileges(w *engine.Work, role op.Key, list []PrivilegeAt, replace bool) error {
	do, action := &work{Work: w}, audit.AddPrivileges
	if replace {
		action = audit.SetPrivileges
	}
	return do.notePrivileges(role, action, func() error { return do.givePrivileges(role, list, replace) })
}

// TakePrivileges takes privileges from a role; one that it does not hold is passed over.
func TakePrivileges(in *engine.Work, role op.Key, list []meta.ID) error {
	w := &work{Work: in}
	return w.notePrivileges(role, audit.TakePrivileges, func() error { return w.takePrivileges(role, list) })
}

func (w *work) takePrivileges(role op.Key, list []meta.ID) error {
	if _, err := w.editableRole(role); err != nil {
		return err
	}
	template, err := w.templateOf(role)
	if err != nil {
		return err
	}
	for _, id := range list {
		if w.Call.Model.PrivilegeByID(id) == nil {
			return dverr.ObjectDoesNotExist.With("privilege", id)
		}
		if err := w.mayMove(template, id); err != nil {
			return err
		}
		if err := w.dropPrivileges(role.ID, id); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) givePrivileges(role op.Key, list []PrivilegeAt, replace bool) error {
	template, err := w.editableRole(role)
	if err != nil {
		return err
	}
	held, err := w.held(role.ID)
	if err != nil {
		return err
	}
	seen := map[meta.ID]bool{}
	for _, at := range list {
		if seen[at.Privilege] {
			return dverr.DuplicatedPrivilege.With(at.Privilege)
		}
		seen[at.Privilege] = true
		if err := w.mayHand(template, at, held[at.Privilege]); err != nil {
			return err
		}
	}
	if replace {
		for id := range held {
			if !seen[id] {
				if err := w.mayMove(template, id); err != nil {
					return err
				}
			}
		}
		if err := w.dropPrivileges(role.ID, meta.ID{}); err != nil {
			return err
		}
	}
	for _, at := range list {
		if err := w.dropPrivileges(role.ID, at.Privilege); err != nil {
			return err
		}
		if err := w.holdPrivilege(role.ID, w.Call.Model.PrivilegeByID(at.Privilege), at.Depth); err != nil {
			return err
		}
	}
	return nil
}

// editableRole asks for the right to write a role, and refuses those whose privileges
// are not edited. It gives the role's template.
func (w *work) editableRole(role op.Key) (query.Value, error) {
	column := role.Table.Column
	r, err := w.Reach(role, meta.Write, []*meta.Column{column("parentroleid"), column("roletemplateid")})
	if err != nil {
		return query.Null(), err
	}
	if !r.Value(column("parentroleid")).IsNull() {
		return query.Null(), dverr.RestrictInheritedRole.With().Helping("Privileges are kept by the role of the unit where it was made.")
	}
	template := r.Value(column("roletemplateid"))
	if isTemplate(template, access.SystemAdministratorRole) {
		return query.Null(), dverr.CannotModifySysAdmin.With()
	}
	return template, nil
}

func (w *work) templateOf(role op.Key) (query.Value, error) {
	c := role.Table.Column("roletemplateid")
	r, err := w.Look("the template of a role", role, c)
	return r.Value(c), err
}

// mayHand refuses a privilege that is not there, at a depth that it cannot have, or that
// the giver holds less deeply. before is the depth at which the role holds it now.
func (w *work) mayHand(template query.Value, at PrivilegeAt, before access.Depth) error {
	p := w.Call.Model.PrivilegeByID(at.Privilege)
	switch {
	case p == nil:
		return dverr.ObjectDoesNotExist.With("privilege", at.Privilege)
	case !access.Fits(p, at.Depth):
		return dverr.InvalidPrivilegeDepth.With().Helping("%s cannot be held at depth %s.", p.Name, at.Depth)
	case at.Depth == before:
		return nil
	}
	if err := w.mayMove(template, p.ID); err != nil {
		return err
	}
	if at.Depth > before && w.Call.Caller.Has(p) < at.Depth {
		return w.notHeld(p, at.Depth)
	}
	return nil
}

// mayMove keeps the privilege to act for others where the service's own roles have it or
// have it not (Dataverse facts 2.2).
func (w *work) mayMove(template query.Value, privilege meta.ID) error {
	act := w.Call.Model.Privilege("prvActOnBehalfOfAnotherUser")
	if template.IsNull() || act == nil || act.ID != privilege {
		return nil
	}
	return dverr.CannotMoveActOnBehalf.With()
}

// notHeld is the refusal to give more than one has.
func (w *work) notHeld(p *meta.Privilege, need access.Depth) error {
	me := w.Call.Caller.Effective
	return dverr.PrivilegeDenied.Text("Principal user (Id=%s, type=8) is missing %s privilege (Id=%s)", me.ID, p.Name, p.ID).
		Helping("Stopped at the privilege escalation check: the role holds %s at %s, which %s does not hold and so cannot give.", p.Name, need, me.Name)
}

// held gives what a role holds; root is where its privileges are kept.
func (w *work) held(root meta.ID) (map[meta.ID]access.Depth, error) {
	t := w.Call.Model.Table("roleprivileges")
	rows, err := w.Gather("what a role holds", rows.Chosen(t, func(s *query.Select) query.Expr {
		return rows.Is(s, t.Column("roleid"), query.GUID(root))
	}, "privilegeid", "privilegedepthmask"))
	held := make(map[meta.ID]access.Depth, len(rows))
	for _, r := range rows {
		id := r.Value(t.Column("privilegeid")).GUID()
		held[id] = max(held[id], access.DepthOf(r.Value(t.Column("privilegedepthmask")).Int()))
	}
	return held, err
}

func (w *work) holdPrivilege(root meta.ID, p *meta.Privilege, d access.Depth) error {
	t := w.Call.Model.Table("roleprivileges")
	return w.Put("a role comes to hold a privilege", t, []op.Assignment{
		{Column: t.PrimaryID, Value: query.GUID(w.NewID())},
		{Column: t.Column("roleid"), Value: query.GUID(root)},
		{Column: t.Column("privilegeid"), Value: query.GUID(p.ID)},
		{Column: t.Column("privilegedepthmask"), Value: query.Int(1 << (d - access.Basic))},
		{Column: t.Column("roleprivilegeidunique"), Value: query.GUID(w.NewID())},
		{Column: t.Column("solutionid"), Value: query.GUID(meta.MustID(activeSolution))},
		{Column: t.Column("ismanaged"), Value: query.Bool(false)},
	})
}

// dropPrivileges takes a privilege from a role; all of them for the zero id.
func (w *work) dropPrivileges(root, privilege meta.ID) error {
	t := w.Call.Model.Table("roleprivileges")
	return w.Drop("a role no longer holds a privilege", t, func(s *query.Select) query.Expr {
		where := rows.Is(s, t.Column("roleid"), query.GUID(root))
		if privilege.IsZero() {
			return where
		}
		return rows.All(where, rows.Is(s, t.Column("privilegeid"), query.GUID(privilege)))
	})
}

// RoleHolds lists the privileges of a role that the caller can read, by their ids. A copy
// holds what its root holds, which depths count from the unit that the copy lies in.
func RoleHolds(ctx context.Context, call engine.Call, tx *store.Tx, role op.Key) ([]access.Held, error) {
	w := &work{Work: &engine.Work{Tx: &rows.Tx{Ctx: ctx, Call: call, DB: tx}}}
	unit, root := role.Table.Column("businessunitid"), role.Table.Column("parentrootroleid")
	r, err := w.Reach(role, meta.Read, []*meta.Column{unit, root})
	if err != nil {
		return nil, err
	}
	from := r.Value(root)
	if from.IsNull() {
		from = query.GUID(role.ID)
	}
	held, err := w.held(from.GUID())
	if err != nil {
		return nil, err
	}
	list := make([]access.Held, 0, len(held))
	for id, d := range held {
		if p := call.Model.PrivilegeByID(id); p != nil {
			list = append(list, access.Held{Privilege: p, Depth: d, Unit: r.Value(unit).GUID()})
		}
	}
	slices.SortFunc(list, func(a, b access.Held) int { return bytes.Compare(a.Privilege.ID[:], b.Privilege.ID[:]) })
	return list, nil
}
