package engine

import (
	"bytes"
	"context"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// A row is shared by a row of principalobjectaccess: one for each principal that it is
// shared with, holding what was given (accessrightsmask) and what comes down from rows
// above it (inheritedaccessrightsmask; inherit.go). Dataverse facts 3.10.

// Share is what a row is shared for with whom. Masks are unions of meta.Right masks.
type Share struct {
	Principal       op.Key
	Mask, Inherited int64
}

// GrantAccess shares a row. To what the principal has, the mask is added; with replace
// it takes its place. The caller needs Share on the row and every right that it gives.
func (w *Work) GrantAccess(target op.Key, to Share, replace bool) error {
	return w.work.grantAccess(target, to, replace)
}

// RevokeAccess ends what a principal was given on a row. What it inherits stays.
func (w *Work) RevokeAccess(target, principal op.Key) error {
	if err := w.work.mayShare(target, 0); err != nil {
		return err
	}
	return w.work.setShare(target, principal, func(int64) int64 { return 0 })
}

// shareable are the rights that a share can give: all but Create (Dataverse facts 3.10).
const shareable = 1 | 2 | 4 | 16 | 65536 | 262144 | 524288

func (w *work) grantAccess(target op.Key, to Share, replace bool) error {
	if to.Mask&^shareable != 0 || to.Mask == 0 && !replace {
		return dverr.InvalidAccessRights.With().Helping("CreateAccess cannot be shared, and a share gives something.")
	}
	if err := w.mayShare(target, to.Mask); err != nil {
		return err
	}
	if err := w.mayReceive(target, to.Principal); err != nil {
		return err
	}
	return w.setShare(target, to.Principal, func(have int64) int64 {
		if replace {
			have = 0
		}
		return have | to.Mask
	})
}

// mayShare asks for Share on the row, and for every right in the mask: nobody gives what
// they have not.
func (w *work) mayShare(target op.Key, mask int64) error {
	if w.shares() == nil || target.Table.Ownership != meta.UserOwned {
		return dverr.InvalidObjectTypes.With().Helping("Rows of table %s have no owner and cannot be shared.", target.Table.LogicalName)
	}
	for right := range meta.Right(meta.Rights) {
		if right != meta.Share && mask&right.Mask() == 0 {
			continue
		}
		if _, err := w.Reach(target, right, []*meta.Column{target.Table.PrimaryID}); err != nil {
			return err
		}
	}
	return nil
}

// mayReceive refuses principals that are not there, the row's owner, and the teams that
// the platform keeps for itself.
func (w *work) mayReceive(target, principal op.Key) error {
	t := principal.Table
	if t.LogicalName != "systemuser" && t.LogicalName != "team" && t.LogicalName != "organization" {
		return dverr.InvalidSharee.With().Helping("Rows are shared with users, teams and the organization.")
	}
	managed, kind := t.Column("systemmanaged"), t.Column("teamtype")
	r, err := w.Look("whom a row is shared with", principal, t.PrimaryID, managed, kind)
	switch {
	case err != nil:
		return err
	case r == nil:
		return dverr.ObjectDoesNotExist.With(t.LogicalName, principal.ID)
	case managed != nil && r.Value(managed).Int() == 1 && r.Value(kind).Int() == AccessTeam:
		return dverr.CannotShareSystemTeam.With()
	}
	c := target.Table.Column("ownerid")
	row, err := w.Look("who owns the row", target, c)
	if err == nil && row.Value(c).GUID() == principal.ID {
		err = dverr.CannotShareWithOwner.With()
	}
	return err
}

func (w *work) shares() *meta.Table { return w.Call.Model.Table("principalobjectaccess") }

// setShare changes what a principal was given on a row, and what rows below inherit.
func (w *work) setShare(target, principal op.Key, change func(have int64) int64) error {
	all, err := w.sharesOf(target)
	if err != nil {
		return err
	}
	share := Share{Principal: principal}
	if at := slices.IndexFunc(all, func(s Share) bool { return s.Principal.ID == principal.ID }); at >= 0 {
		share = all[at]
	}
	had := share.Mask
	if share.Mask = change(had); share.Mask == had {
		return nil
	}
	if err := w.writeShare(target, share); err != nil {
		return err
	}
	if err := w.noteShared(target, principal, had, share.Mask); err != nil {
		return err
	}
	if share.Mask&^had != 0 {
		if err := w.bequeath(target, sharing(principal)); err != nil {
			return err
		}
	}
	if had&^share.Mask != 0 {
		return w.bequeath(target, unsharing(principal))
	}
	return nil
}

// sharesOf lists with whom a row is shared, by the principals' ids.
func (w *work) sharesOf(target op.Key) ([]Share, error) {
	t := w.shares()
	if t == nil {
		return nil, nil
	}
	found, err := w.Gather("with whom a row is shared", w.sharesWith(target))
	return w.sharesIn(found), err
}

// sharesWith asks for the shares of a row.
func (w *work) sharesWith(target op.Key) *query.Select {
	t := w.shares()
	return rows.Chosen(t, func(s *query.Select) query.Expr {
		return rows.All(
			rows.Is(s, t.Column("objectid"), query.GUID(target.ID)),
			rows.Is(s, t.Column("objecttypecode"), query.Text(target.Table.LogicalName)),
		)
	}, "principalid", "principaltypecode", "accessrightsmask", "inheritedaccessrightsmask")
}

// sharesIn reads the rows of shares, in the order of the principals' ids.
func (w *work) sharesIn(found []*rows.Record) []Share {
	t := w.shares()
	var list []Share
	for _, r := range found {
		list = append(list, Share{
			Principal: op.Key{Table: w.Call.Model.Table(r.Value(t.Column("principaltypecode")).Text()), ID: r.Value(t.Column("principalid")).GUID()},
			Mask:      r.Value(t.Column("accessrightsmask")).Int(), Inherited: r.Value(t.Column("inheritedaccessrightsmask")).Int(),
		})
	}
	slices.SortFunc(list, func(a, b Share) int { return bytes.Compare(a.Principal.ID[:], b.Principal.ID[:]) })
	return list
}

// writeShare puts the row of a share in the place of the one that is there; a share of
// nothing has none.
func (w *work) writeShare(target op.Key, share Share) error {
	t := w.shares()
	where := func(s *query.Select) query.Expr {
		return rows.All(
			rows.Is(s, t.Column("objectid"), query.GUID(target.ID)),
			rows.Is(s, t.Column("objecttypecode"), query.Text(target.Table.LogicalName)),
			rows.Is(s, t.Column("principalid"), query.GUID(share.Principal.ID)),
		)
	}
	if err := w.Drop("a share is replaced", t, where); err != nil || share.Mask == 0 && share.Inherited == 0 {
		return err
	}
	return w.Put("a row is shared", t, []op.Assignment{
		{Column: t.PrimaryID, Value: query.GUID(w.engine.newID())},
		{Column: t.Column("objectid"), Value: query.GUID(target.ID), Target: target.Table},
		{Column: t.Column("objecttypecode"), Value: query.Text(target.Table.LogicalName)},
		{Column: t.Column("principalid"), Value: query.GUID(share.Principal.ID)},
		{Column: t.Column("principaltypecode"), Value: query.Text(share.Principal.Table.LogicalName)},
		{Column: t.Column("accessrightsmask"), Value: query.Int(share.Mask)},
		{Column: t.Column("inheritedaccessrightsmask"), Value: query.Int(share.Inherited)},
		{Column: t.Column("changedon"), Value: query.Int(w.Call.Now.Unix())},
		{Column: t.Column("timezoneruleversionnumber"), Value: query.Int(0)},
	})
}

// SharedWith lists the principals that a row was shared with and what each was given. The
// caller must be able to read the row.
func SharedWith(ctx context.Context, call Call, tx *store.Tx, target op.Key) ([]Share, error) {
	w := &work{Tx: rows.Tx{Ctx: ctx, Call: call, DB: tx}}
	if _, err := w.Reach(target, meta.Read, []*meta.Column{target.Table.PrimaryID}); err != nil {
		return nil, err
	}
	list, err := w.sharesOf(target)
	return slices.DeleteFunc(list, func(s Share) bool { return s.Mask == 0 }), err
}

// AccessOf tells which rights a principal has on a row, for whatever reason. The caller
// must be able to read the row and, if it is another, the principal.
func AccessOf(ctx context.Context, call Call, tx *store.Tx, principal, target op.Key) (int64, error) {
	for _, key := range []op.Key{target, principal} {
		if key.ID == call.Caller.Effective.ID {
			continue
		}
		if err := Sees(ctx, call, tx, key, meta.Read); err != nil {
			return 0, err
		}
	}
	w := &work{Tx: rows.Tx{Ctx: ctx, Call: call, DB: tx}}
	if principal.Table.LogicalName == "organization" {
		return w.organizationHas(principal, target)
	}
	as, ok := call.Caller.As(principal.ID)
	if !ok {
		return 0, dverr.ObjectDoesNotExist.With(principal.Table.LogicalName, principal.ID)
	}
	return w.probes(as, target)
}

// organizationHas tells what everybody was given on a row.
func (w *work) organizationHas(organization, target op.Key) (int64, error) {
	list, err := w.sharesOf(target)
	for _, s := range list {
		if s.Principal.ID == organization.ID {
			return (s.Mask | s.Inherited) & shareable, err
		}
	}
	return 0, err
}
