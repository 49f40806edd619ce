package access

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Granted is a question that may be put to the database: the caller's tree with
// the caller's scope added at every select in it. The zero value is refused.
type Granted struct{ sel *query.Select }

// Select hands the granted tree to sqlgen, the only room that may call it.
func (g Granted) Select() *query.Select { return g.sel }

// ChangeKind says what a Change does.
type ChangeKind uint8

// The kinds.
const (
	Insert ChangeKind = iota + 1
	Modify
	Remove
)

// Change is a write that may be put to the database. The zero value is refused.
type Change struct{ parts Parts }

// Parts is what a Change consists of. Where is a condition on the row itself that
// includes its key, the caller's scope and, when given, the version it must have;
// a Modify or Remove that matches no row changes nothing.
type Parts struct {
	Kind  ChangeKind
	From  *query.Select // the Select that Where's columns belong to; nil for Insert
	Table *meta.Table
	Set   []op.Assignment
	Where query.Expr
}

// Parts hands the change to sqlgen, the only room that may call it.
func (c Change) Parts() Parts { return c.parts }

// System grants a question that the environment asks on its own behalf, without a
// caller's scope. The reason names the rule that needs it; it is greppable and
// recorded in the request's event by engine.
func System(reason string, s *query.Select) Granted {
	_ = reason
	return Granted{sel: s}
}

// SystemChange grants a write that a rule of the environment demands (seeding, a
// cascade). p.Where must name the row or rows.
func SystemChange(reason string, p Parts) Change {
	_ = reason
	return Change{parts: p}
}

// Scope stands for everything about a caller by which questions are judged: of one
// question, callers of one Scope are granted the same. Only callers that a Resolver made
// at the same state of the security tables, for the same users, have the same Scope.
type Scope struct{ authenticated, effective *principal }

// Scope gives the caller's.
func (c Caller) Scope() Scope { return Scope{c.Authenticated.self, c.Effective.self} }

// Epoch is the state of the security tables that a Scope counts for. States compare
// equal only when they are one.
type Epoch struct{ of *snapshot }

// Epoch gives the scope's.
func (s Scope) Epoch() Epoch {
	if s.effective == nil {
		return Epoch{}
	}
	return Epoch{s.effective.at}
}
