package rows

import (
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// MustHold refuses a caller without a privilege that concerns no table, in the short
// form of Dataverse facts 2.3. A model without the privilege gives it to nobody.
func (w *Tx) MustHold(name string) error {
	c := w.Call.Caller
	p := w.Call.Model.Privilege(name)
	if p != nil && c.Has(p) != access.None {
		return nil
	}
	var id meta.ID
	if p != nil {
		id = p.ID
	}
	return dverr.PrivilegeDenied.Text("Principal user (Id=%s, type=8) is missing %s privilege (Id=%s)", c.Effective.ID, name, id).
		Helping("%s needs a role with %s.", c.Effective.Name, name)
}

// Unreachable words why a row was not found under the caller's scope for a right:
// it does not exist (404), or the caller does not reach it (403).
func (w *Tx) Unreachable(key op.Key, right meta.Right) error {
	t := key.Table
	r, err := w.Look("wording a refusal", key, t.Column("ownerid"), t.Column("owningbusinessunit"))
	if err != nil {
		return err
	}
	if r == nil {
		return dverr.ObjectDoesNotExist.With(t.LogicalName, key.ID)
	}
	owner := r.Value(t.Column("ownerid"))
	return access.Denied(w.Call.Caller, right, t, access.Row{
		ID: key.ID, Owner: owner.GUID(), OwnerType: r.Target(t.Column("ownerid")),
		Unit: r.Value(t.Column("owningbusinessunit")).GUID(),
	})
}

// Open refuses a table whose rows have a life of their own: users are not made by
// POST, privileges not at all.
func Open(t *meta.Table, may bool, verb string) error {
	if may {
		return nil
	}
	return dverr.NotSupported.With().Helping("Rows of table %s cannot be changed this way: %s is closed for it.", t.LogicalName, verb)
}

// Unchanged compares the version a row has with the one that the client saw
// (Dataverse facts 5.11).
func Unchanged(t *meta.Table, have, want int64) error {
	switch {
	case want == 0:
		return nil
	case !t.OptimisticConcurrency:
		return dverr.OptimisticNotEnabled.With(t.LogicalName)
	case have != want:
		return dverr.VersionMismatch.With()
	default:
		return nil
	}
}

// violated words a unique index that refused a row: that of an alternate key names the
// key and its columns (Dataverse facts 5.5), all others say no more than that.
func violated(t *meta.Table, taken *store.Duplicate) *dverr.Error {
	for _, k := range t.Keys {
		names := make([]string, len(k.Columns))
		labels := make([]string, len(k.Columns))
		for i, c := range k.Columns {
			names[i], labels[i] = c.LogicalName, c.DisplayName
		}
		if slices.Equal(names, taken.Columns) {
			return dverr.EntityKeyViolated.With(k.DisplayName, strings.Join(labels, ", "))
		}
	}
	return dverr.DuplicateRecord.With()
}
