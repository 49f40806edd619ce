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
