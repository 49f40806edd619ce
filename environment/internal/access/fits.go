package access

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Fits tells whether a role may hold a privilege at a depth.
func Fits(p *meta.Privilege, d Depth) bool {
	switch d {
	case Basic:
		return p.Basic
	case Local:
		return p.Local
	case Deep:
		return p.Deep
	case Global:
		return p.Global
	}
	return false
}

// Widest gives the greatest depth at which a role may hold a privilege; None for none.
func Widest(p *meta.Privilege) Depth {
	for d := Global; d > None; d-- {
		if Fits(p, d) {
			return d
		}
	}
	return None
}
