package access

import (
	"bytes"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
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

// Word is the depth's name on the wire: Basic, Local, Deep or Global (facts 3.5).
func (d Depth) Word() string {
	return [...]string{None: "None", Basic: "Basic", Local: "Local", Deep: "Deep", Global: "Global"}[d]
}
