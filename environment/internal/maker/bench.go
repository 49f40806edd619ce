package maker

import (
	"sync"

	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Bench is where makers change definitions. It is safe for concurrent use.
type Bench struct {
	engine      *engine.Engine
	models      *meta.Cache
	apis        *APIs
	customizing sync.Mutex
}

// NewBench returns a bench. It finds the current model in models and leaves the next
// there; apis are those of the engine's Rules.
func NewBench(e *engine.Engine, models *meta.Cache, apis *APIs) *Bench {
	return &Bench{engine: e, models: models, apis: apis}
}

// work is a transaction in which the rules work.
type work struct{ *engine.Work }

func on(rule func(work, *rows.Draft) error) func(*engine.Work, *rows.Draft) error {
	return func(w *engine.Work, d *rows.Draft) error { return rule(work{w}, d) }
}

func guard(rule func(work, *rows.Draft) error) func(*engine.Work, *rows.Draft, []op.Assignment) error {
	return func(w *engine.Work, d *rows.Draft, _ []op.Assignment) error { return rule(work{w}, d) }
}

func end(rule func(work, op.Key) error) func(*engine.Work, op.Key) error {
	return func(w *engine.Work, key op.Key) error { return rule(work{w}, key) }
}

// Rules are the rules of the tables of custom APIs, environment variables and other components
// that are rows; apis are read anew when their rows change.
func Rules(apis *APIs) map[string]engine.Rules {
	member := engine.Rules{Begin: on(work.beginAPIMember), Begun: on(work.enlistNew), End: end(work.endAPI), Kept: apis.changed}
	return map[string]engine.Rules{
		apiTable: {
			Begin: on(work.beginAPI), Begun: on(work.enlistNew), Guard: guard(work.guardAPI),
			End: end(work.endAPI), Kept: apis.changed,
		},
		parameterTable: member,
		propertyTable:  member,
		variableTable: {
			Begin: on(func(w work, d *rows.Draft) error { return w.aloneIn(d, "schemaname") }),
			Begun: on(work.enlistNew), End: end(work.endVariable),
		},
		connectionTable: {
			Begin: on(func(w work, d *rows.Draft) error { return w.aloneIn(d, "connectionreferencelogicalname") }),
			Begun: on(work.enlistNew), End: end(work.delist),
		},
		valueTable:    {Begin: on(work.oneValue), Begun: on(work.enlistNew), Guard: guard(work.oneValue), End: end(work.delist)},
		resourceTable: {Begin: on(work.beginResource), Begun: on(work.enlistNew), Guard: guard(work.guardResource), End: end(work.delist)},
	}
}

func (a *APIs) changed() { a.changes.Add(1) }
