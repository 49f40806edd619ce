package engine

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/internal/recent"
)

// questions are those made ready lately of Selects that stand, by who may put them: what
// a caller was granted stands in them. They count for one state of the security tables;
// a change there, or of the model, makes another.
type questions struct {
	ready *recent.Map[access.Epoch, question, *store.Question]
}

// question is a Select in the part that it plays, and for whom. Selects are told apart by
// their address, which is nobody else's for as long as the key is held.
type question struct {
	of  *query.Select
	one bool // for the row of a given key
	by  access.Scope
}

// maxQuestions bounds the memory: a question has some kilobytes.
const maxQuestions = 1024

func newQuestions() *questions {
	return &questions{recent.NewMap[access.Epoch, question, *store.Question](maxQuestions)}
}

// page starts the rows that a list asks for.
func (w *work) page(o *op.RetrieveMultiple) (query.Page, error) {
	if o.Standing && o.Of == nil {
		q, err := w.standing(o.Select, false)
		if err != nil {
			return query.Page{}, err
		}
		return w.opened(w.DB.PageOf(w.Ctx, q))
	}
	g, err := w.granted(o.Select)
	if err != nil {
		return query.Page{}, err
	}
	return w.opened(w.DB.Page(w.Ctx, g))
}

// opened is a page with the bodies of its rows.
func (w *work) opened(p query.Page, err error) (query.Page, error) {
	if err == nil {
		w.unfold(&p)
	}
	return p, err
}

// granted asks for a question's permission.
func (w *work) granted(s *query.Select) (g access.Granted, err error) {
	if err := content.Uncompared(s); err != nil {
		return g, err
	}
	return access.Read(w.Call.Caller, s)
}

// show reads the row that is asked for and hands it to answer, or says why it cannot.
func (w *work) show(key op.Key, o *op.Retrieve, answer func(Result) error) error {
	if !o.Standing {
		r, err := w.read(key, o.Select)
		if err != nil {
			return err
		}
		return answer(r)
	}
	q, err := w.standing(o.Select, true)
	if err != nil {
		return err
	}
	found, err := w.DB.Show(w.Ctx, q, key.ID, func(row query.Row, shape *query.Shape) error {
		return answer(w.rowOf(key, row, shape))
	})
	if !found && err == nil {
		return w.Unreachable(key, meta.Read)
	}
	return err
}

// standing gives the question that a Select is to the caller, made ready once. Privileges
// are judged each time.
func (w *work) standing(s *query.Select, one bool) (*store.Question, error) {
	scope := w.Call.Caller.Scope()
	known := w.engine.questions.ready
	key := question{s, one, scope}
	if q, ok := known.Get(scope.Epoch(), key); ok {
		return q, access.Admit(w.Call.Caller, s)
	}
	if one {
		s = query.Clone(s)
		narrowTo(s, query.Given())
	}
	g, err := w.granted(s)
	if err != nil {
		return nil, err
	}
	q, err := w.engine.store.Prepare(g)
	if err == nil && q.Lasting() {
		known.Put(scope.Epoch(), key, q)
	}
	return q, err
}

// narrowTo leaves the row of this id.
func narrowTo(s *query.Select, id query.Value) {
	where := query.Expr(rows.Is(s, s.Table.PrimaryID, id))
	if s.Where != nil {
		where = query.And{Members: []query.Expr{where, s.Where}}
	}
	s.Where = where
}
