package engine

import (
	"context"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Invocation is a call of a custom API, as the plug-in that is its main operation would
// see it in the service. Rows in Arguments are named by id.
type Invocation struct {
	API       *meta.API
	Bound     *op.Key // nil: called on no row
	Arguments []op.Member
	Caller    access.Caller
	Now       time.Time
}

// MainOperation answers the calls of custom APIs. It runs outside of any transaction, so
// that it may use the environment as any client would.
type MainOperation func(context.Context, Invocation) (op.Answer, error)

// invocations answers the custom APIs among the steps, in order, by the steps' indexes. It
// is done before the transaction of the others begins: what answers may write as a client,
// which would wait for that transaction for ever.
func (e *Engine) invocations(ctx context.Context, steps []Step) (map[int]Result, error) {
	answers := map[int]Result{}
	for i, s := range steps {
		o, ok := s.Op.(*op.Invoke)
		if !ok {
			continue
		}
		err := e.invoke(ctx, s.Call, o, func(r Result) error {
			answers[i] = r
			return nil
		})
		if err != nil {
			return nil, &StepError{i, err}
		}
	}
	return answers, nil
}

// invoke calls a custom API for who may: who holds the privilege that it names, and can
// read the row that it is called on.
func (e *Engine) invoke(ctx context.Context, call Call, o *op.Invoke, answer func(Result) error) error {
	if p := o.API.Privilege; p != nil {
		if err := access.Hold(call.Caller, p); err != nil {
			return err
		}
	}
	in := Invocation{API: o.API, Caller: call.Caller, Now: call.Now}
	err := e.store.Read(ctx, func(tx *store.Tx) error {
		w := &work{engine: e, Tx: e.tx(ctx, call, tx)}
		m, err := w.OnRows(&op.Message{Name: o.API.Name, Bound: o.Bound, Arguments: o.Arguments})
		if err != nil {
			return err
		}
		if in.Bound, in.Arguments = m.Bound, m.Arguments; in.Bound != nil {
			_, err = w.Reach(*in.Bound, meta.Read, []*meta.Column{in.Bound.Table.PrimaryID})
		}
		return err
	})
	if err != nil {
		return err
	}
	if e.main == nil {
		return dverr.NotImplemented.With().Helping("nothing answers custom APIs here")
	}
	a, err := e.main(ctx, in)
	if err != nil {
		return err
	}
	return answer(Result{Answer: a})
}
