package access

import (
	"bytes"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Held is a privilege as a principal has it: at the greatest depth that a role gives,
// counted from Unit.
type Held struct {
	Privilege *meta.Privilege
	Depth     Depth
	Unit      meta.ID
}

// Through says by which roles a principal holds what it holds.
type Through uint8

// The ways: all roles, the principal's own, those of a user's teams.
const (
	AnyRole Through = iota
	OwnRoles
	TeamRoles
)

// Privileges lists what a user or team holds, by the id of the privilege; nothing for
// who is neither. The facts are those that c was resolved with.
func (c Caller) Privileges(principal meta.ID, by Through) []Held {
	p := c.Effective.self.find(principal)
	if p == nil {
		return nil
	}
	best := map[meta.ID]Held{}
	for _, g := range p.grants {
		if team := !g.team.IsZero() && !p.isTeam; by == OwnRoles && team || by == TeamRoles && !team {
			continue
		}
		for id, d := range g.role.privileges {
			privilege := p.at.model.PrivilegeByID(id)
			if privilege == nil || d <= best[id].Depth {
				continue
			}
			best[id] = Held{privilege, d, g.unitID()}
		}
	}
	list := make([]Held, 0, len(best))
	for _, h := range best {
		list = append(list, h)
	}
	slices.SortFunc(list, func(a, b Held) int { return bytes.Compare(a.Privilege.ID[:], b.Privilege.ID[:]) })
	return list
}

func (g grant) unitID() meta.ID {
	if g.unit == nil {
		return meta.ID{}
	}
	return g.unit.ID
}

// Roles lists the roles of a user or team, those of a user's teams among them, once each.
func (c Caller) Roles(principal meta.ID) []RoleRow {
	p := c.Effective.self.find(principal)
	if p == nil {
		return nil
	}
	var list []RoleRow
	for _, g := range p.grants {
		if !slices.ContainsFunc(list, func(r RoleRow) bool { return r.ID == g.role.ID }) {
			list = append(list, g.role.RoleRow)
		}
	}
	return list
}

// Person finds the user of a directory object.
func (c Caller) Person(object meta.ID) (meta.ID, bool) {
	if c.Effective.self == nil {
		return meta.ID{}, false
	}
	p := c.Effective.self.at.objects[object]
	if p == nil {
		return meta.ID{}, false
	}
	return p.id, true
}

// As gives the caller that a user or team would be, in the same facts; false for who is
// neither. It tells what they may do; nothing is done for it.
func (c Caller) As(principal meta.ID) (Caller, bool) {
	p := c.Effective.self.find(principal)
	if p == nil {
		return Caller{}, false
	}
	if p.isTeam {
		team := *p
		team.owners = []query.Value{query.GUID(p.id)}
		team.sharees = append(slices.Clone(team.owners), query.GUID(p.at.org.ID))
		p = &team
	}
	u := User{UserRow: p.user, self: p}
	u.ID = p.id
	return Caller{Authenticated: u, Effective: u}, true
}

// MayOwn refuses an owner that is not there or could not read rows of t (facts 3.2).
func MayOwn(c Caller, t *meta.Table, owner meta.ID) error { return c.mayOwn(t, owner) }

// Word is the depth's name on the wire: Basic, Local, Deep or Global (facts 3.5).
func (d Depth) Word() string {
	return [...]string{None: "None", Basic: "Basic", Local: "Local", Deep: "Deep", Global: "Global"}[d]
}
