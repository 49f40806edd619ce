package store

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
)

// Question is a granted question made ready for the engine. It carries what its caller
// was granted, so that it is for callers of the same access.Scope only.
type Question struct{ plan sqlgen.Plan }

// Prepare makes a granted question ready.
func (s *Store) Prepare(g access.Granted) (*Question, error) {
	plan, err := sqlgen.Compile(g, s.dialect)
	if err != nil {
		return nil, err
	}
	return &Question{plan}, nil
}

// Lasting tells whether the question may be put many times, also at once. Answers with
// collections in their rows note in the question's shape which of them have more.
func (q *Question) Lasting() bool { return len(q.plan.Children) == 0 }
