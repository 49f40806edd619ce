package access

import (
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Trail is what access decided for one request, noted as it decides: the ground of
// explanations. The zero value is ready. It is for one request and not safe for
// concurrent use; a user that carries none has nothing noted.
type Trail struct {
	uses     []Use
	kept     [2]Use // of most requests, so that noting allocates nothing
	caller   Caller // of the first use; most requests have no other
	refusals []Refusal
}

// Use is a privilege that let a request on. Held is the depth at which the caller has it,
// the lesser of both users' under impersonation. Needed is the smallest depth that would
// have done, None where that is unknown: access narrows questions and does not see which
// rows answer them.
type Use struct {
	Privilege *meta.Privilege
	Right     meta.Right
	Table     *meta.Table // nil for a miscellaneous privilege
	Held      Depth
	Needed    Depth
	caller    *Caller
}

// Stop says at what a refusal stopped.
type Stop string

// The stops.
const (
	AtPrivilege Stop = "privilege" // held at no depth, or at none that counts for the table
	AtRow       Stop = "row"       // held, but not as far as this row
	AtColumn    Stop = "column"    // column security
)

// Refusal is what was missing. Who lacks it is the effective user unless it is the
// authenticated one alone. Held is what that user has, Least the smallest depth that would
// do, None where no role can give it.
type Refusal struct {
	Stop        Stop
	Privilege   *meta.Privilege // nil: the table has none, or a column was refused
	Right       meta.Right
	Table       *meta.Table  // nil for a miscellaneous privilege
	Column      *meta.Column // of column security
	Who         meta.ID
	Held, Least Depth
	Help        string
}

// Noting lets decisions about u, and about whoever it acts for, be noted in t.
func (u User) Noting(t *Trail) User {
	u.trail = t
	return u
}

// Uses gives the privileges used, in the order of the first use of each.
func (t *Trail) Uses() []Use { return t.uses }

// Refusals gives what was refused, in order. A batch may have gone on after one.
func (t *Trail) Refusals() []Refusal { return t.refusals }

// maxRefusals bounds the refusals that one request notes: a batch has a thousand parts.
const maxRefusals = 20

// used notes a decision in the caller's favour.
func (c Caller) used(n need, held, needed Depth) {
	t := c.Authenticated.trail
	if t == nil || n.privilege == nil {
		return
	}
	if needed == None {
		needed = n.known(held)
	}
	for i, u := range t.uses {
		if u.Privilege == n.privilege && u.Table == n.table && u.caller.Effective.ID == c.Effective.ID {
			t.uses[i].Needed = max(u.Needed, needed)
			return
		}
	}
	if t.uses == nil {
		t.uses = t.kept[:0]
	}
	t.uses = append(t.uses, Use{Privilege: n.privilege, Right: n.right, Table: n.table, Held: held, Needed: needed, caller: t.keep(&c)})
}

// keep gives a caller that outlives the decision.
func (t *Trail) keep(c *Caller) *Caller {
	if len(t.uses) == 0 {
		t.caller = *c
		return &t.caller
	}
	if t.caller.Effective.self == c.Effective.self && t.caller.Authenticated.self == c.Authenticated.self {
		return &t.caller
	}
	other := *c
	return &other
}

// known is the depth that a use must have needed, whatever rows it met: None when that
// depends on the rows.
func (n need) known(held Depth) Depth {
	if least := n.least(Basic); n.table == nil || held <= least {
		return least
	}
	return None
}

func (c Caller) refused(r Refusal) {
	if t := c.Authenticated.trail; t != nil && len(t.refusals) < maxRefusals {
		t.refusals = append(t.refusals, r)
	}
}

// Effective is the user for whom the privilege was used.
func (u Use) Effective() User {
	if u.caller == nil {
		return User{}
	}
	return u.caller.Effective
}

// Version is that of the security tables by which the use was judged.
func (u Use) Version() int64 {
	if u.caller == nil || u.caller.Effective.self == nil {
		return 0
	}
	return u.caller.Effective.self.at.version
}

// Way is one way in which a user has a privilege: a role, its own or a team's.
type Way struct {
	Role      RoleRow
	Depth     Depth
	Team      meta.ID // zero for a role of the user's own
	Principal meta.ID // the user: under impersonation, either of both
}

// Ways lists the roles that grant the privilege: the effective user's first, then
// those of an authenticated user who acts for it.
func (u Use) Ways() []Way {
	if u.caller == nil {
		return nil
	}
	list := u.caller.Effective.ways(u.Privilege.ID)
	if u.caller.Impersonating() {
		list = append(list, u.caller.Authenticated.ways(u.Privilege.ID)...)
	}
	return list
}

func (u User) ways(privilege meta.ID) []Way {
	if u.self == nil {
		return nil
	}
	var list []Way
	for _, g := range u.self.grants {
		if d := g.role.privileges[privilege]; d != None {
			list = append(list, Way{Role: g.role.RoleRow, Depth: d, Team: g.team, Principal: u.ID})
		}
	}
	return list
}

// describe gives a refusal's Help and notes it.
func (c Caller) describe(r Refusal, format string, args ...any) string {
	r.Help = fmt.Sprintf(format, args...)
	c.refused(r)
	return r.Help
}

// Reached notes how deep a right had to go for a row that the caller has reached.
func Reached(c Caller, right meta.Right, t *meta.Table, row Row) {
	p := t.Privileges[right]
	if p == nil || c.Authenticated.trail == nil || c.Effective.self == nil {
		return
	}
	n := need{right: right, table: t, privilege: p}
	if held := c.depthOn(t, p); held != None {
		c.used(n, held, min(held, n.least(c.depthTo(row))))
	}
}

// quietly is the caller of whom nothing is noted: for questions that decide nothing.
func (c Caller) quietly() Caller {
	c.Authenticated.trail = nil
	return c
}
