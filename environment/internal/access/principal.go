package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// principal is a user or a team with all that bears on its access. A nil principal
// holds nothing.
type principal struct {
	id      meta.ID
	user    UserRow
	team    TeamRow
	isTeam  bool
	alone   bool  // hierarchical security gives it nothing
	unit    *unit // nil when its business unit does not exist
	grants  []grant
	owners  []query.Value               // a user's: itself and its teams
	sharees []query.Value               // a user's: those and the organization
	teams   []*principal                // a user's
	columns map[*meta.Column]permission // by its own profiles
	at      *snapshot
}

// grant is one way in which a role comes to a principal (facts 3.2, appendix B).
// Local and Deep count from unit: the user's own for its own roles, the team's for
// a team's. At Basic, a role of self reaches what the user and its teams own; a
// team's role that is not inherited reaches what that team owns.
type grant struct {
	role *role
	unit *unit
	team meta.ID // zero for the user's own roles
	self bool
}

// reach is how far a privilege takes somebody: all rows at Global, else the rows of
// owners and of the business units, and those shared.
type reach struct {
	depth  Depth
	owners []query.Value
	units  []query.Value
}

// depth is the greatest depth at which any role gives the privilege.
func (p *principal) depth(privilege meta.ID) Depth {
	if p == nil {
		return None
	}
	d := None
	for _, g := range p.grants {
		d = max(d, g.role.privileges[privilege])
	}
	return d
}

// reach unites what every role gives, none deeper than limit.
func (p *principal) reach(privilege meta.ID, limit Depth) reach {
	var (
		r     reach
		self  bool
		teams []query.Value
		spans stretches
	)
	for _, g := range p.grants {
		d := min(g.role.privileges[privilege], limit)
		if d == Global {
			return reach{depth: Global}
		}
		if d == None {
			continue
		}
		r.depth = max(r.depth, d)
		self = self || g.self
		if !g.self {
			teams = add(teams, query.GUID(g.team))
		}
		if g.unit != nil && d == Local {
			spans = spans.add(g.unit.first, g.unit.first+1)
		}
		if g.unit != nil && d == Deep {
			spans = spans.add(g.unit.first, g.unit.end)
		}
	}
	r.owners, r.units = teams, spans.of(p.at.order)
	if self {
		r.owners = p.owners
	}
	return r
}

// holds judges a row by its owner and business unit; shares are the database's.
func (r reach) holds(owner, unit meta.ID) bool {
	return r.depth == Global ||
		slices.Contains(r.owners, query.GUID(owner)) || slices.Contains(r.units, query.GUID(unit))
}

func add(list []query.Value, v query.Value) []query.Value {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

// stretches are parts of snapshot.order, none inside another. Subtrees never
// overlap in part, so that is all it takes to hold every unit once.
type stretches [][2]int

func (s stretches) add(first, end int) stretches {
	for _, have := range s {
		if have[0] <= first && end <= have[1] {
			return s
		}
	}
	s = slices.DeleteFunc(s, func(have [2]int) bool { return first <= have[0] && have[1] <= end })
	return append(s, [2]int{first, end})
}

func (s stretches) of(order []query.Value) []query.Value {
	if len(s) == 1 {
		return order[s[0][0]:s[0][1]:s[0][1]]
	}
	var all []query.Value
	for _, part := range s {
		all = append(all, order[part[0]:part[1]]...)
	}
	return all
}

// Templates of roles that the service knows by them (Dataverse facts 3.3).
const (
	SystemAdministratorRole = "627090ff-40a3-4053-8790-584edc5be201"
	SystemCustomizerRole    = "119f245c-3cc8-4b62-b31c-d1a046ced15d"
)

// systemAdministrator is the template of the role by that name (facts 3.3).
var systemAdministrator = meta.MustID(SystemAdministratorRole)

func (p *principal) administrator() bool {
	return p != nil && slices.ContainsFunc(p.grants, func(g grant) bool { return g.role.template == systemAdministrator })
}

// find gives the user or team of this id in the same snapshot.
func (p *principal) find(id meta.ID) *principal {
	if p == nil {
		return nil
	}
	if u := p.at.users[id]; u != nil {
		return u
	}
	return p.at.teams[id]
}

func (p *principal) asUser() User { return User{UserRow: p.user, self: p} }

// Object type codes of what may own rows (facts 3.2).
const (
	userCode = 8
	teamCode = 9
)

func (p *principal) typeCode() int64 {
	if p.isTeam {
		return teamCode
	}
	return userCode
}

func (p *principal) unitID() meta.ID {
	if p.isTeam {
		return p.team.Unit
	}
	return p.user.Unit
}

func (p *principal) unitName() string {
	if p.unit == nil {
		return p.unitID().String()
	}
	return p.unit.Name
}

// String names the principal in Help.
func (p *principal) String() string {
	switch {
	case p.isTeam:
		return fmt.Sprintf("team %q (teamid %s)", p.team.Name, p.id)
	case !p.user.ApplicationID.IsZero():
		return fmt.Sprintf("application user %q (systemuserid %s)", p.user.Name, p.id)
	default:
		return fmt.Sprintf("user %q (systemuserid %s)", p.user.Name, p.id)
	}
}

// roleIDs gives the distinct roles of the principal, own and by teams.
func (p *principal) roleIDs() map[meta.ID]*role {
	roles := make(map[meta.ID]*role, len(p.grants))
	for _, g := range p.grants {
		roles[g.role.ID] = g.role
	}
	return roles
}

func (p *principal) roleNames() string {
	var names []string
	for _, r := range p.roleIDs() {
		names = append(names, r.Name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

func (p *principal) privilegeCount() int {
	held := map[meta.ID]bool{}
	for _, g := range p.grants {
		for id, d := range g.role.privileges {
			if d != None {
				held[id] = true
			}
		}
	}
	return len(held)
}

// GroupTeam is a team whose members are those of a group in the directory. Membership is
// team.membershiptype: 0 members and guests, 1 members, 2 owners, 3 guests (facts 3.2).
// Office is a Microsoft 365 group's and not a security group's. In tells whether the user
// is a member as of now.
type GroupTeam struct {
	Team, Group meta.ID
	Membership  int64
	Office, In  bool
}

// Same reports the same team of the same group, whoever is in it.
func (t GroupTeam) Same(o GroupTeam) bool {
	return t.Team == o.Team && t.Group == o.Group && t.Membership == o.Membership && t.Office == o.Office
}

// GroupTeams lists the group teams of the environment as they concern the user.
func (u User) GroupTeams() []GroupTeam {
	if u.self == nil || len(u.self.at.groups) == 0 {
		return nil
	}
	list := slices.Clone(u.self.at.groups)
	for i, t := range list {
		list[i].In = slices.ContainsFunc(u.self.teams, func(p *principal) bool { return p.id == t.Team })
	}
	return list
}

// Target finds the user that u is to act for, when u may act for anybody.
func (u User) Target(for_ OnBehalf) (User, bool) {
	if for_ == (OnBehalf{}) || u.self == nil || u.self.depth(u.self.at.actFor.ID) == None {
		return User{}, false
	}
	p := u.self.at.target(for_)
	if p == nil {
		return User{}, false
	}
	return p.asUser(), true
}
