package access

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Followed is the permission to learn which rows of a table are no more. The zero value
// names no table.
type Followed struct{ table *meta.Table }

// Table is the table that may be followed.
func (f Followed) Table() *meta.Table { return f.table }

// Follow lets a caller follow what becomes of a table's rows. Nothing of a row is left
// that a scope could be judged by when it is gone, so that only who reads every row may
// follow; others lack the privilege (facts 5.14).
func Follow(c Caller, t *meta.Table) (Followed, error) {
	if !t.ChangeTracking {
		return Followed{}, dverr.ChangesNotTracked.With(t.LogicalName)
	}
	if err := c.admit(meta.Read, t); err != nil {
		return Followed{}, err
	}
	p := t.Privileges[meta.Read]
	if p == nil && c.scope(meta.Read, &query.Select{Table: t}) != nil {
		return Followed{}, missing(c, need{right: meta.Read, table: t}) // rows that follow others, as descriptions of files do
	}
	if p != nil && c.Has(p) != Global {
		n := need{right: meta.Read, table: t, privilege: p}
		return Followed{}, missing(c, n).Helping("Stopped at change tracking: %s reads rows of %s at depth %s, and only who reads all of them may follow their changes. Smallest change: %s at depth %s.",
			c.Effective.ID, t.LogicalName, c.Has(p), p.Name, Global)
	}
	return Followed{t}, nil
}
