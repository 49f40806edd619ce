package odata

import (
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/predicate"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/internal/recent"
)

// Memory remembers the queries that were read lately, so that a text which comes again is
// not read again. What a query says of its caller or of the time is read anew each time.
// It is safe for concurrent use.
type Memory struct {
	queries *recent.Map[*meta.Model, reading, *Query]
}

// The most queries that are remembered, and the longest of them in bytes.
const (
	maxKept      = 512
	maxKeptBytes = 2 << 10
)

// NewMemory returns one that remembers nothing yet.
func NewMemory() *Memory {
	return &Memory{recent.NewMap[*meta.Model, reading, *Query](maxKept)}
}

// reading is everything that a query read without its caller depends on, the model
// excepted, which is the epoch.
type reading struct {
	table                             *meta.Table
	text, root, resource, annotations string
	pageSize                          int
	single, trackChanges              bool
	zone                              *time.Location
}

// ReadQuery is Request.ReadQuery. A query that it remembers answers many requests, which
// Query.Standing tells: it must not be changed then.
func (m *Memory) ReadQuery(r Request, t *meta.Table, rawQuery string, single bool) (*Query, error) {
	if r.Content != nil || len(rawQuery) > maxKeptBytes {
		return r.ReadQuery(t, rawQuery, single)
	}
	key := reading{
		table: t, text: rawQuery, root: r.Root, resource: r.Resource, annotations: r.Annotations.String(),
		pageSize: r.PageSize, single: single, trackChanges: r.TrackChanges, zone: r.Zone,
	}
	if q, ok := m.queries.Get(r.Model, key); ok {
		return q, nil
	}
	watched, personal := r.watched()
	q, err := watched.ReadQuery(t, rawQuery, single)
	if err != nil || *personal {
		return q, err
	}
	q.kept = newKept(q)
	m.queries.Put(r.Model, key, q)
	return q, nil
}

// watched is r for a reading that notes whether it asked for anything that another
// request with the same text would answer otherwise: who asks, and when.
func (r Request) watched() (Request, *bool) {
	personal := new(bool)
	conditions, seal := r.conditions, r.Seal
	r.Conditions = func() predicate.Reader {
		*personal = true
		return conditions()
	}
	if seal != nil {
		r.Seal = func(data []byte) []byte {
			*personal = true
			return seal(data)
		}
	}
	return r, personal
}

// kept is what is remembered beside a query: how its context reads, and how rows of a
// shape are written.
type kept struct {
	context string
	plans   *recent.Map[struct{}, *query.Shape, *rowPlan]
}

// newKept plans no rows with something expanded in them: the links in these are sealed
// for one caller.
func newKept(q *Query) *kept {
	k := &kept{context: q.context()}
	if len(q.expands) == 0 {
		k.plans = recent.NewMap[struct{}, *query.Shape, *rowPlan](16)
	}
	return k
}

// Standing tells that the query answers other requests too.
func (q *Query) Standing() bool { return q.kept != nil }

func (k *kept) plan(shape *query.Shape) (*rowPlan, bool) {
	if k == nil || k.plans == nil {
		return nil, false
	}
	return k.plans.Get(struct{}{}, shape)
}

func (k *kept) keep(shape *query.Shape, p *rowPlan) {
	if k != nil && k.plans != nil {
		k.plans.Put(struct{}{}, shape, p)
	}
}
