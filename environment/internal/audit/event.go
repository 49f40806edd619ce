package audit

import (
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Action is what happened: a value of audit.action.
type Action int64

// The actions that are kept here. The table has the service's others as options.
const (
	Create         Action = 1
	Update         Action = 2
	Delete         Action = 3
	Assign         Action = 13
	Share          Action = 14
	Associate      Action = 33
	Disassociate   Action = 34
	AddMembers     Action = 35
	RemoveMembers  Action = 36
	SetState       Action = 41
	ModifyShare    Action = 48
	Unshare        Action = 49
	RoleToTeam     Action = 53
	RoleFromTeam   Action = 54
	RoleToUser     Action = 55
	RoleFromUser   Action = 56
	AddPrivileges  Action = 57
	TakePrivileges Action = 58
	SetPrivileges  Action = 59
	TableDeleted   Action = 100
	ColumnDeleted  Action = 101
	OrgChanged     Action = 104
	TableStarted   Action = 105
	ColumnStarted  Action = 106
	Started        Action = 107
	TableStopped   Action = 108
	ColumnStopped  Action = 109
	Stopped        Action = 110
	Forgotten      Action = 111
)

// ofSettings is the first of the actions that are about definitions and about auditing
// itself, and no part of a row's history.
const ofSettings = 100

// operation gives audit.operation: what is neither made nor deleted is updated.
func (a Action) operation() int64 {
	switch a {
	case Create:
		return 1
	case Delete, Forgotten:
		return 3
	default:
		return 2
	}
}

// Event is one thing that happened to a row. What else is set depends on the action.
type Event struct {
	Action Action
	Object op.Key
	// Changes are those of the row's own columns, in their order.
	Changes []Change
	// Sharing is with whom the row is shared, and for what.
	Sharing *Sharing
	// Joined is what the row was joined with.
	Joined *Joined
	// Privileges are those of a role.
	Privileges *Privileges
}

// Change is a column with what it held before and after; null for nothing.
type Change struct {
	Column   *meta.Column
	Old, New Value
}

// Value is what a column holds; Target is the table of the row that a lookup names.
type Value struct {
	query.Value
	Target *meta.Table
}

// Sharing is what a principal had of a row and has. Masks are unions of meta.Right masks.
type Sharing struct {
	Principal op.Key
	Had, Has  int64
}

// Joined are rows at the other end of a many-to-many relationship.
type Joined struct {
	Relationship string
	Rows         []op.Key
}

// Privileges are what a role held and holds.
type Privileges struct{ Old, New []Held }

// Held is a privilege at a depth, from 0 for Basic.
type Held struct {
	Privilege meta.ID
	Depth     int64
}

// By is who caused the events of a transaction, and when, in Unix seconds. Calling is the
// user that acted for User; zero when User acted itself. Transaction is the same for all
// events of one transaction.
type By struct {
	User, Calling meta.ID
	At            int64
	Transaction   meta.ID
}

// Row gives the row of the table audit that keeps an event.
func Row(t *meta.Table, id meta.ID, e Event, by By) []op.Assignment {
	users := t.Column("userid").Targets[0]
	set := []op.Assignment{
		{Column: t.PrimaryID, Value: query.GUID(id)},
		{Column: t.Column("operation"), Value: query.Int(e.Action.operation())},
		{Column: t.Column("action"), Value: query.Int(int64(e.Action))},
		{Column: t.Column("createdon"), Value: query.Int(by.At)},
		{Column: t.Column("objecttypecode"), Value: query.Text(e.Object.Table.LogicalName)},
		{Column: t.Column("objectid"), Value: query.GUID(e.Object.ID), Target: e.Object.Table},
		{Column: t.Column("userid"), Value: query.GUID(by.User), Target: users},
		{Column: t.Column("transactionid"), Value: query.GUID(by.Transaction)},
		{Column: t.Column("details"), Value: query.Text(encode(e))},
	}
	if !by.Calling.IsZero() {
		set = append(set, op.Assignment{Column: t.Column("callinguserid"), Value: query.GUID(by.Calling), Target: users})
	}
	if len(e.Changes) > 0 {
		set = append(set, op.Assignment{Column: t.Column("attributemask"), Value: query.Text(mask(e.Changes))})
	}
	return set
}

// mask lists the numbers of the changed columns, which definitions call ColumnNumber.
func mask(changes []Change) string {
	numbers := make([]string, len(changes))
	for i, c := range changes {
		numbers[i] = strconv.Itoa(number(c.Column))
	}
	return strings.Join(numbers, ",")
}

func number(c *meta.Column) int { return c.Ordinal + 1 }
