package engine

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
)

// guardAccount refuses an account below itself: the service has an error for accounts
// alone, other tables may point around in a circle.
func (w *work) guardAccount(d *draft) error {
	c := d.table.Column("parentaccountid")
	if !d.Gives(c) {
		return nil
	}
	loop, err := w.Climbs(c, d.Value(c).GUID(), d.ID)
	if loop {
		err = dverr.AccountLoop.With()
	}
	return err
}
