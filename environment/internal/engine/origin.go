package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// AccessInfo is what a principal may do with a row, and why, in masks: all of it, what its
// roles reach, what it is given by shares, its teams' and everybody's among them, and what it
// has by standing above others alone.
type AccessInfo struct{ Granted, Role, Shared, Hierarchy int64 }

// AccessInfoOf is AccessOf with the reasons.
func AccessInfoOf(ctx context.Context, call Call, tx *store.Tx, principal, target op.Key) (info AccessInfo, err error) {
	if info.Granted, err = AccessOf(ctx, call, tx, principal, target); err != nil {
		return info, err
	}
	as, ok := call.Caller.As(principal.ID)
	if !ok {
		return info, nil
	}
	w := &work{Tx: rows.Tx{Ctx: ctx, Call: call, DB: tx}}
	if info.Role, err = w.probes(as.ByRolesAlone(), target); err != nil {
		return info, err
	}
	shares, err := w.sharesOf(target)
	for _, s := range shares {
		if w.through(as, s.Principal.ID) {
			info.Shared |= (s.Mask | s.Inherited) & shareable
		}
	}
	info.Shared &= info.Granted // a share says nothing without the privilege
	info.Hierarchy = info.Granted &^ (info.Role | info.Shared)
	return info, err
}

// probes tells which rights somebody has on a row.
func (w *work) probes(as access.Caller, target op.Key) (mask int64, err error) {
	for right := range meta.Right(meta.Rights) {
		g, err := access.Probe(as, right, rows.Pick(target, []*meta.Column{target.Table.PrimaryID}))
		if err != nil {
			continue // no privilege for it, at any depth
		}
		there, err := w.DB.Exists(w.Ctx, g)
		if err != nil {
			return 0, err
		}
		if there {
			mask |= right.Mask()
		}
	}
	return mask, nil
}

// through reports that what a principal has somebody has: it is the same, a team of it, or
// the organization.
func (w *work) through(as access.Caller, principal meta.ID) bool {
	return principal == as.Effective.ID || principal == as.Organization() || slices.Contains(as.Effective.Teams(), principal)
}

// noOrigin is said where access comes from roles alone, or from nowhere.
const noOrigin = "Access origin could not be found. Access does not come from POA table or object ownership."

// OriginOf words why a user or team has access to a row (Microsoft Learn, "Determine why a user
// has access"): by owning it or by what it is shared with, in that order. The sentence says so
// when there is no such row. The caller must be able to read the row, and the principal if it
// is another.
func OriginOf(ctx context.Context, call Call, tx *store.Tx, principal meta.ID, target op.Key) (string, error) {
	err := Sees(ctx, call, tx, target, meta.Read)
	if dverr.ObjectDoesNotExist.Is(err) {
		return dverr.From(err).Message, nil
	}
	team, known := call.Caller.Principal(principal)
	if err == nil && known && principal != call.Caller.Effective.ID {
		t := call.Model.Table("systemuser")
		if team {
			t = call.Model.Table("team")
		}
		err = Sees(ctx, call, tx, op.Key{Table: t, ID: principal}, meta.Read)
	}
	if err != nil {
		return "", err
	}
	as, ok := call.Caller.As(principal)
	w := &work{Tx: rows.Tx{Ctx: ctx, Call: call, DB: tx}}
	switch {
	case target.Table.Ownership != meta.UserOwned:
		return fmt.Sprintf("PrincipalId is member of organization (%s) who is object owner (%s)", call.Caller.Organization(), target.ID), nil
	case !ok:
		return noOrigin, nil
	}
	return w.origin(as, target)
}

func (w *work) origin(as access.Caller, target op.Key) (string, error) {
	owner, err := w.ownerOf(target)
	if err != nil {
		return "", err
	}
	if text := owning(as, owner, "object owner", target.ID); text != "" {
		return text, nil
	}
	shares, err := w.sharesOf(target)
	if err != nil {
		return "", err
	}
	for _, given := range []bool{true, false} {
		if !given {
			if text, err := w.parental(as, target); text != "" || err != nil {
				return text, err
			}
		}
		for _, s := range shares {
			if (s.Mask != 0) == given && w.through(as, s.Principal.ID) {
				return sharedWith(as, s.Principal.ID, given, target.ID), nil
			}
		}
	}
	return noOrigin, nil
}

// ownerOf gives a row's owner; zero for rows that have none.
func (w *work) ownerOf(key op.Key) (meta.ID, error) {
	c := key.Table.Column("ownerid")
	if c == nil {
		return meta.ID{}, nil
	}
	r, err := w.Look("why somebody has access", key, c)
	if err != nil || r.Value(c).IsNull() {
		return meta.ID{}, err
	}
	return r.Value(c).GUID(), nil
}

// owning words that somebody owns a row, is in the team that does, or stands above who does.
func owning(as access.Caller, owner meta.ID, what string, row meta.ID) string {
	switch {
	case owner.IsZero():
	case owner == as.Effective.ID:
		return fmt.Sprintf("PrincipalId is %s (%s)", what, row)
	case slices.Contains(as.Effective.Teams(), owner):
		return fmt.Sprintf("PrincipalId is member of team (%s) who is %s (%s)", owner, what, row)
	case slices.Contains(as.Reports(), owner):
		return fmt.Sprintf("PrincipalId has access to (%[1]s) through hierarchy security. (%[1]s) is %[2]s (%[3]s)", owner, what, row)
	}
	return ""
}

// parental words that somebody owns a row above, whose owner's access comes down.
func (w *work) parental(as access.Caller, target op.Key) (string, error) {
	for _, r := range target.Table.ManyToOne {
		if !spreads(r.Reparent) || r.Referenced.Ownership != meta.UserOwned {
			continue
		}
		row, err := w.Look("what a row lies below", target, r.ReferencingColumn)
		if err != nil {
			return "", err
		}
		up := row.Value(r.ReferencingColumn)
		if up.IsNull() || row.Target(r.ReferencingColumn) != r.Referenced.TypeCode {
			continue
		}
		owner, err := w.ownerOf(op.Key{Table: r.Referenced, ID: up.GUID()})
		if err != nil {
			return "", err
		}
		if text := owning(as, owner, "owner of a parent entity of object", target.ID); text != "" {
			return text, nil
		}
	}
	return "", nil
}

// sharedWith words that a row is shared with a principal that somebody is, or belongs to.
func sharedWith(as access.Caller, principal meta.ID, given bool, row meta.ID) string {
	of := "object's root entity"
	if given {
		of = "object"
	}
	switch {
	case principal == as.Effective.ID && given:
		return fmt.Sprintf("PrincipalId has direct poa access to %s (%s)", of, row)
	case principal == as.Effective.ID:
		return fmt.Sprintf("PrincipalId has poa access to %s (%s)", of, row)
	case principal == as.Organization():
		return fmt.Sprintf("PrincipalId is member of organization (%s) who has poa access to %s (%s)", principal, of, row)
	}
	return fmt.Sprintf("PrincipalId is member of team (%s) who has poa access to %s (%s)", principal, of, row)
}
