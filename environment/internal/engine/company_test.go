package engine_test

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// company is a random organization as plain lists, and the oracle that judges it: what
// appendix B of the Dataverse facts says, row by row, with none of the room access in it.
// Everything is named by its place in its list.
type company struct {
	units   []int // the parent of each; the first is the root, its own parent
	users   []companyUser
	teams   []companyTeam
	members map[[2]int]bool // team, user
	roles   []companyRole
	held    map[holding]bool
	rows    []account
	people  []account         // contacts; each account has one, in turn
	shares  map[sharing]int64 // masks
	columns map[holder]columnRights

	across, hierarchy, byPosition bool
	levels                        int
	positions                     []int // the parent of each, -1 at the top
}

type companyUser struct{ unit, manager, position int } // -1: none

type companyTeam struct {
	unit   int
	access bool
}

// companyRole holds depths 0 to 4 by right of accounts, and to read contacts.
type companyRole struct {
	unit               int
	depth              [6]int
	act, direct, admin bool
}

// The rights of the game, in the order of companyRole.depth.
var gameRights = [6]meta.Right{meta.Read, meta.Write, meta.Delete, meta.Create, meta.Assign, meta.Read}

const (
	reading = iota
	writing
	deleting
	creating
	assigning
	meeting // reading contacts
)

// holder is a user or a team.
type holder struct {
	team bool
	at   int
}

func (h holder) String() string {
	if h.team {
		return fmt.Sprint("team ", h.at)
	}
	return fmt.Sprint("user ", h.at)
}

type holding struct {
	by   holder
	role int
}

type sharing struct {
	row int
	to  holder
}

type account struct {
	owner   holder
	unit    int
	revenue int64 // in whole units; 0 is none
	gone    bool
}

type columnRights struct{ create, read, update bool }

// source is one way in which a user has a role.
type source struct {
	role companyRole
	unit int  // whence Local and Deep count
	self bool // Basic reaches what the user and its teams own; otherwise what team owns
	team int
}

func (c *company) sources(u int) (all []source) {
	for h := range c.held {
		role := c.roles[h.role]
		switch {
		case !h.by.team && h.by.at == u:
			all = append(all, source{role: role, unit: c.counts(role, c.users[u].unit), self: true})
		case h.by.team && c.members[[2]int{h.by.at, u}] && !c.teams[h.by.at].access:
			all = append(all, source{role: role, unit: c.counts(role, c.teams[h.by.at].unit), self: role.direct, team: h.by.at})
		}
	}
	return all
}

func (c *company) counts(r companyRole, holders int) int {
	if c.across {
		return r.unit
	}
	return holders
}

// depth is effectivePrivilege.
func (c *company) depth(h holder, right int) (d int) {
	if h.team {
		for held := range c.held {
			if held.by == h && !c.teams[h.at].access {
				d = max(d, c.roles[held.role].depth[right])
			}
		}
		return d
	}
	for _, s := range c.sources(h.at) {
		d = max(d, s.role.depth[right])
	}
	return d
}

// pair is who asks and for whom.
type pair struct{ a, b int }

func (c *company) allowed(p pair, right int) int {
	return min(c.depth(holder{at: p.a}, right), c.depth(holder{at: p.b}, right))
}

func (c *company) may(u int, what func(companyRole) bool) bool {
	return slices.ContainsFunc(c.sources(u), func(s source) bool { return what(s.role) })
}

// inScope is rowInScope.
func (c *company) inScope(p pair, right int, row int) bool {
	if c.allowed(p, right) == 0 {
		return false
	}
	return c.covers(p, right, c.rows[row].owner, c.rows[row].unit) ||
		c.shared(p.b, right, row) || c.above(p.b, right, row)
}

// meets says whether a pair reads the contact of an account.
func (c *company) meets(p pair, row int) bool { return c.knows(p, row%len(c.people)) }

// knows says whether a pair reads a contact. Contacts are not shared.
func (c *company) knows(p pair, i int) bool {
	person := c.people[i]
	return c.allowed(p, meeting) > 0 && (c.covers(p, meeting, person.owner, person.unit) ||
		c.overseen(p.b, meeting, func(v int) bool { return c.is(v, person.owner) }))
}

// covers judges by owner and unit alone.
func (c *company) covers(p pair, right int, owner holder, unit int) bool {
	limit := c.depth(holder{at: p.a}, right)
	for _, s := range c.sources(p.b) {
		d := min(s.role.depth[right], limit)
		owns := owner == holder{true, s.team}
		if s.self {
			owns = c.is(p.b, owner)
		}
		switch {
		case d == 0:
		case d == 4, owns, d == 2 && unit == s.unit, d == 3 && c.below(unit, s.unit):
			return true
		}
	}
	return false
}

// is reports that h is the user or one of its teams.
func (c *company) is(u int, h holder) bool {
	return h == holder{at: u} || h.team && c.members[[2]int{h.at, u}]
}

func (c *company) below(unit, top int) bool {
	for unit != top && unit != 0 {
		unit = c.units[unit]
	}
	return unit == top
}

func (c *company) shared(u, right, row int) bool {
	for s, mask := range c.shares {
		if s.row == row && c.is(u, s.to) && mask&gameRights[right].Mask() != 0 {
			return true
		}
	}
	return false
}

// above says whether the hierarchy gives u a right on the row of somebody below.
func (c *company) above(u, right, row int) bool {
	return c.overseen(u, right, func(v int) bool { return c.is(v, c.rows[row].owner) || c.shared(v, right, row) })
}

func (c *company) overseen(u, right int, has func(v int) bool) bool {
	most := map[int]int{reading: c.levels, meeting: c.levels, writing: min(1, c.levels)}[right]
	for v := range c.users {
		n := c.up(v, u)
		if !c.hierarchy || n == 0 || n > most || !c.byPosition && !c.below(c.users[v].unit, c.users[u].unit) {
			continue
		}
		if has(v) {
			return true
		}
	}
	return false
}

// up counts the steps from v up to u; 0 when there are none.
func (c *company) up(v, u int) int {
	at, parent := v, func(x int) int { return c.users[x].manager }
	if c.byPosition {
		at, u, parent = c.users[v].position, c.users[u].position, func(x int) int { return c.positions[x] }
	}
	for n := 0; at >= 0; n, at = n+1, parent(at) {
		if at == u {
			return n
		}
	}
	return 0
}

// column is what a pair may do with the secured column.
func (c *company) column(p pair) (may columnRights) {
	a, b := c.columnOf(p.a), c.columnOf(p.b)
	return columnRights{a.create && b.create, a.read && b.read, a.update && b.update}
}

func (c *company) columnOf(u int) (may columnRights) {
	if c.may(u, func(r companyRole) bool { return r.admin }) {
		return columnRights{true, true, true}
	}
	for h, more := range c.columns {
		if c.is(u, h) && !(h.team && c.teams[h.at].access) {
			may = columnRights{may.create || more.create, may.read || more.read, may.update || more.update}
		}
	}
	return may
}

// sees lists the rows that a pair reads in the order of the game: by name, or by revenue
// from the greatest down, a masked one counting as none.
func (c *company) sees(p pair, byRevenue bool, atLeast int64) (rows []int) {
	for i, r := range c.rows {
		if !r.gone && c.inScope(p, reading, i) && (atLeast == 0 || c.column(p).read && r.revenue >= atLeast) {
			rows = append(rows, i)
		}
	}
	if byRevenue && c.column(p).read {
		slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(c.rows[b].revenue, c.rows[a].revenue) })
	}
	return rows
}
