package engine

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// climbs reports whether one who goes up a table's own lookup from a row comes to another.
func (w *work) climbs(c *meta.Column, from, to meta.ID) (bool, error) {
	seen := map[meta.ID]bool{}
	for at := from; !at.IsZero() && !seen[at]; {
		if at == to {
			return true, nil
		}
		seen[at] = true
		r, err := w.look("what stands above a row", op.Key{Table: c.Table, ID: at}, c)
		if err != nil || r == nil {
			return false, err
		}
		at = r.value(c).GUID()
	}
	return false, nil
}

// guardAccount refuses an account below itself: the service has an error for accounts
// alone, other tables may point around in a circle.
func (w *work) guardAccount(d *draft) error {
	c := d.table.Column("parentaccountid")
	if !d.gives(c) {
		return nil
	}
	loop, err := w.climbs(c, d.value(c).GUID(), d.id)
	if loop {
		err = dverr.AccountLoop.With()
	}
	return err
}
