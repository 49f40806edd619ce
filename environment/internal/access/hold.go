package access

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Hold refuses a caller that holds the privilege at no depth: one that is for no table,
// such as prvReadEntity. A nil privilege is held by nobody.
func Hold(c Caller, p *meta.Privilege) error {
	if p == nil {
		p = &meta.Privilege{}
	}
	d := c.Has(p)
	if d == None {
		return missing(c, need{privilege: p})
	}
	c.used(need{privilege: p}, d, None)
	return nil
}
