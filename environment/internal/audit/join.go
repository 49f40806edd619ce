package audit

import "github.com/stead-s2s/stead/environment/internal/op"

// The many-to-many relationships whose joins are actions of their own.
const (
	// Members is the relationship of teams and their members.
	Members   = "teammembership_association"
	userRoles = "systemuserroles_association"
	teamRoles = "teamroles_association"
)

// Joins gives the events of two rows that a relationship joins, or no longer joins: roles
// are told of those who hold them and members of their team, other joins of either row.
func Joins(relationship string, one, other op.Key, joined bool) []Event {
	event := func(joins, parts Action, of, with op.Key) Event {
		e := Event{Action: parts, Object: of, Joined: &Joined{Relationship: relationship, Rows: []op.Key{with}}}
		if joined {
			e.Action = joins
		}
		return e
	}
	first := func(table string) (op.Key, op.Key) {
		if one.Table.LogicalName == table {
			return one, other
		}
		return other, one
	}
	switch relationship {
	case Members:
		team, user := first("team")
		return []Event{event(AddMembers, RemoveMembers, team, user)}
	case userRoles:
		user, role := first("systemuser")
		return []Event{event(RoleToUser, RoleFromUser, user, role)}
	case teamRoles:
		team, role := first("team")
		return []Event{event(RoleToTeam, RoleFromTeam, team, role)}
	}
	return []Event{event(Associate, Disassociate, one, other), event(Associate, Disassociate, other, one)}
}
