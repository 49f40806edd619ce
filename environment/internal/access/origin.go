package access

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// What there is to know of where access comes from; nothing is decided by it.

// Principal tells whether an id is a team's or a user's; known is false for neither.
func (c Caller) Principal(id meta.ID) (team, known bool) {
	p := c.Effective.self.find(id)
	return p != nil && p.isTeam, p != nil
}

// Organization gives the id of the organization, which rows can be shared with.
func (c Caller) Organization() meta.ID {
	if c.Effective.self == nil {
		return meta.ID{}
	}
	return c.Effective.self.at.org.ID
}

// Reports lists the users below the caller whose rows it may read by hierarchical security
// (facts 3.12).
func (c Caller) Reports() (ids []meta.ID) {
	for _, p := range c.Effective.self.reports(meta.Read) {
		ids = append(ids, p.id)
	}
	return ids
}

// ByRolesAlone gives the caller as it would be if nothing were shared and nobody stood below
// it: its roles reach what it and its teams own, and what lies in business units.
func (c Caller) ByRolesAlone() Caller {
	if c.Effective.self == nil {
		return c
	}
	p := *c.Effective.self
	p.sharees, p.alone = nil, true
	c.Effective.self = &p
	return c
}

// ColumnRights are what somebody may do with a secured column.
type ColumnRights struct {
	Column               *meta.Column
	Create, Read, Update bool
}

// ColumnRights lists the secured columns with which a user or team may do anything, by its
// profiles and those of its teams; nothing for who is neither.
func (c Caller) ColumnRights(principal meta.ID) (all []ColumnRights) {
	p := c.Effective.self.find(principal)
	if p == nil {
		return nil
	}
	for _, t := range p.at.model.Tables {
		for _, column := range t.Columns {
			if !column.Secured {
				continue
			}
			if may := p.column(column); may != (permission{}) {
				all = append(all, ColumnRights{column, may.create, may.read, may.update})
			}
		}
	}
	return all
}
