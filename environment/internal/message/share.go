package message

import (
	"context"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// The messages of Dataverse facts 3.10.

func grantAccess(w *engine.Work, m *op.Message) (op.Answer, error) { return shareRow(w, m, false) }

func modifyAccess(w *engine.Work, m *op.Message) (op.Answer, error) { return shareRow(w, m, true) }

func shareRow(w *engine.Work, m *op.Message, replace bool) (op.Answer, error) {
	target, err := row(m, "Target")
	if err != nil {
		return op.Answer{}, err
	}
	given, ok := m.Argument("PrincipalAccess").([]op.Member)
	if !ok {
		return op.Answer{}, missingArgument("PrincipalAccess")
	}
	var to engine.Share
	if to.Principal, err = rowOf("Principal", member(given, "Principal"), principals(w.Call.Model)...); err != nil {
		return op.Answer{}, err
	}
	if to.Mask, err = rightsOf(member(given, "AccessMask")); err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, w.GrantAccess(target, to, replace)
}

func revokeAccess(w *engine.Work, m *op.Message) (op.Answer, error) {
	target, err := row(m, "Target")
	if err != nil {
		return op.Answer{}, err
	}
	who, err := row(m, "Revokee", principals(w.Call.Model)...)
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, w.RevokeAccess(target, who)
}

// principals are the tables whose rows can be given something.
func principals(m *meta.Model) []*meta.Table {
	return []*meta.Table{m.Table("systemuser"), m.Table("team"), m.Table("organization")}
}

// rightsOf reads AccessRights: names with commas between them, or their sum (Dataverse
// facts 3.6).
func rightsOf(v any) (int64, error) {
	switch v := v.(type) {
	case nil:
		return 0, missingArgument("AccessMask")
	case int64:
		if v >= 0 && v&^allRights() == 0 {
			return v, nil
		}
	case string:
		var mask int64
		for name := range strings.SplitSeq(v, ",") {
			right, ok := rightNamed(strings.TrimSpace(name))
			if !ok {
				return 0, badArgument("AccessMask")
			}
			mask |= right
		}
		return mask, nil
	}
	return 0, dverr.InvalidAccessRights.With()
}

func rightNamed(name string) (int64, bool) {
	if name == "None" {
		return 0, true
	}
	for right := range meta.Right(meta.Rights) {
		if right.String()+"Access" == name {
			return right.Mask(), true
		}
	}
	return 0, false
}

func allRights() (mask int64) {
	for right := range meta.Right(meta.Rights) {
		mask |= right.Mask()
	}
	return mask
}

// shared lists with whom a row is shared. Users and teams show the key that they have as
// owners too (Dataverse facts 3.2).
func shared(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	target, err := row(m, "Target")
	if err != nil {
		return op.Answer{}, err
	}
	shares, err := engine.SharedWith(ctx, call, tx, target)
	if err != nil {
		return op.Answer{}, err
	}
	list := make(op.List, len(shares))
	for i, s := range shares {
		t := s.Principal.Table
		principal := []op.Member{
			{Name: "@odata.type", Value: "#Microsoft.Dynamics.CRM." + t.LogicalName},
			{Name: t.PrimaryID.LogicalName, Value: s.Principal.ID},
		}
		if t.LogicalName != "organization" {
			principal = append(principal, op.Member{Name: "ownerid", Value: s.Principal.ID})
		}
		list[i] = []op.Member{{Name: "AccessMask", Value: meta.AccessRights(s.Mask)}, {Name: "Principal", Value: principal}}
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "PrincipalAccesses", Value: list}}}, nil
}

// principalAccess tells what the principal that the function is called on may do with a
// row.
func principalAccess(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	if m.Bound == nil {
		return op.Answer{}, dverr.SegmentNotFound.With(m.Name)
	}
	switch m.Bound.Table.LogicalName {
	case "systemuser", "team", "organization":
	default:
		return op.Answer{}, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	}
	target, err := row(m, "Target")
	if err != nil {
		return op.Answer{}, err
	}
	mask, err := engine.AccessOf(ctx, call, tx, *m.Bound, target)
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "AccessRights", Value: meta.AccessRights(mask)}}}, err
}
