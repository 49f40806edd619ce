package engine

import (
	"bytes"
	"context"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Sees refuses a caller without a right on a row, as the row's own message would: 403,
// or 404 where there is no such row.
func Sees(ctx context.Context, call Call, tx *store.Tx, key op.Key, right meta.Right) error {
	w := &work{Tx: rows.Tx{Ctx: ctx, Call: call, DB: tx}}
	_, err := w.Reach(key, right, []*meta.Column{key.Table.PrimaryID})
	return err
}

// RoleHolds lists the privileges of a role that the caller can read, by their ids. A copy
// holds what its root holds, which depths count from the unit that the copy lies in.
func RoleHolds(ctx context.Context, call Call, tx *store.Tx, role op.Key) ([]access.Held, error) {
	w := &work{Tx: rows.Tx{Ctx: ctx, Call: call, DB: tx}}
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
