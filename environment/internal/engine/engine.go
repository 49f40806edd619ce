package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Call is what one request pins; rules find it in their transaction.
type Call = rows.Call

// Result is what came of an op. Which fields are set depends on the op.
type Result struct {
	// Page holds the rows of a read; one row for Retrieve, and for a write whose
	// representation was asked for. Nil otherwise, and for Retrieve by a link that
	// leads nowhere: Key has no ID then.
	Page *query.Page
	// Key names the row of Retrieve, Create, Update and Delete.
	Key op.Key
	// Created reports that the write made the row.
	Created bool
	// Version is the row version of the row in Key after the op, 0 for tables
	// without one and after Delete.
	Version int64
	// NotModified reports that the row still has Retrieve.UnlessVersion; there is no
	// Page then.
	NotModified bool
	// IDs name the rows of Multiple, in order.
	IDs []meta.ID
	// Changed is what Changes told besides rows; Page is nil when there are none to tell.
	Changed *op.Changed
	// Answer is what a Message answered.
	Answer op.Answer
}

// Message is a named message. It runs inside a read transaction.
type Message func(ctx context.Context, call Call, m *op.Message, tx *store.Tx) (op.Answer, error)

// Action is a named message that may write. It runs among the other writes of its
// transaction; an error undoes them all.
type Action func(w *Work, m *op.Message) (op.Answer, error)

// Work is a transaction that writes, lent to an Action, or to the Rules of a table, until
// it returns.
type Work struct {
	*rows.Tx
	Known any // what Config.Ask found; nil in transactions that execute no ops
	work  *work
}

func (w *work) lend() *Work { return &Work{&w.Tx, w.known, w} }

// Do carries out a write, or another action, as if the caller had asked for it.
func (w *Work) Do(o op.Op) (Result, error) { return w.work.write(o) }

// Config is what an Engine works with. NewID gives the ids of new rows; ids that
// grow make creation order the default order of lists (see Sequence).
type Config struct {
	Store    *store.Store
	NewID    func() meta.ID
	Messages map[string]Message
	// Actions are the messages that may write. Names in it hide those in Messages.
	Actions map[string]Action
	// Tables are the rules of tables that have rules of their own, by logical name.
	Tables map[string]Rules
	// Contents keeps what files hold.
	Contents *content.Keeper
	// Random is drawn from for autonumber columns; nil: the system's.
	Random io.Reader
	// Ties are the rules of many-to-many relationships that have rules of their own, by
	// schema name.
	Ties map[string]Tie
	// Ask finds, before a transaction begins, what the rules will want to know that the
	// database does not: nobody waits in a transaction for somebody else's house. They
	// find it in Work.Known. It may be nil.
	Ask func(context.Context, []Step) (any, error)
	// Main answers the calls of custom APIs; nil: they are refused.
	Main MainOperation
}

// Engine executes ops. It is safe for concurrent use.
type Engine struct {
	store    *store.Store
	newID    func() meta.ID
	messages map[string]Message
	actions  map[string]Action
	tables   map[string]Rules

	ties     map[string]Tie
	ask      func(context.Context, []Step) (any, error)
	contents *content.Keeper
	outside  map[string]Outside
	random   io.Reader

	main      MainOperation
	questions *questions

	forgot       atomic.Int64 // when old deletions were last dropped, in Unix seconds
	notesForgot  atomic.Int64 // when old notes were
	forms        atomic.Pointer[forms]
	organization atomic.Pointer[organization]
}

// New returns an engine.
func New(c Config) *Engine {
	return &Engine{
		store: c.Store, newID: c.NewID, messages: c.Messages, actions: c.Actions, tables: c.Tables, ties: c.Ties, ask: c.Ask,
		contents: c.Contents, main: c.Main, questions: newQuestions(),
		random: cmp.Or(c.Random, rand.Reader),
	}
}

// Do executes one op and hands the result to answer, exactly once when the op
// succeeds, never otherwise. The answer of a read runs inside its transaction and
// may stream Result.Page; the answer of a write runs after the commit, so that
// nobody is told of a write that is then lost. An error of answer is returned as it
// is; it undoes nothing.
func (e *Engine) Do(ctx context.Context, call Call, o op.Op, answer func(Result) error) error {
	switch o := o.(type) {
	case *op.RetrieveMultiple, *op.Retrieve, *op.Changes:
		return e.read(&work{engine: e, Tx: e.tx(ctx, call, nil)}, o, answer)
	case *op.Invoke:
		return e.invoke(ctx, call, o, answer)
	case *op.Message:
		if run := e.outside[o.Name]; run != nil {
			return e.runOutside(ctx, call, o, run, answer)
		}
		if e.actions[o.Name] == nil {
			return e.message(ctx, call, o, answer)
		}
	}
	results, err := e.DoAll(ctx, call, []op.Op{o})
	if err != nil {
		return err
	}
	return answer(results[0])
}

// read is Do for what only reads.
func (e *Engine) read(w *work, o op.Op, answer func(Result) error) error {
	return e.store.Read(w.Ctx, func(tx *store.Tx) error {
		w.DB = tx
		switch o := o.(type) {
		case *op.RetrieveMultiple:
			return w.list(o, answer)
		case *op.Retrieve:
			return w.retrieve(o, answer)
		}
		return w.changes(o.(*op.Changes), answer)
	})
}

// NewID gives an id for a row that an op is to make (op.Create.ID).
func (e *Engine) NewID() meta.ID { return e.newID() }

// Step is one write among several, with the call it runs for. The calls of steps that
// are done together have one model.
type Step struct {
	Call Call
	Op   op.Op
}

// StepError says which step failed, by its index.
type StepError struct {
	Step int
	err  error
}

// Error gives the failure's text.
func (e *StepError) Error() string { return e.err.Error() }

// Unwrap gives the failure.
func (e *StepError) Unwrap() error { return e.err }

// DoAll is DoSteps for ops of one call.
func (e *Engine) DoAll(ctx context.Context, call Call, ops []op.Op) ([]Result, error) {
	steps := make([]Step, len(ops))
	for i, o := range ops {
		steps[i] = Step{call, o}
	}
	return e.DoSteps(ctx, steps)
}

// DoSteps executes writes (*op.Create, *op.Update, *op.Delete, *op.Associate,
// *op.Disassociate, *op.Multiple, *op.Message) in order in one transaction, all or none: on error, a
// *StepError unless the transaction itself failed, nothing has happened. Each step sees
// what those before it did. Custom APIs (*op.Invoke) among them are answered before the
// transaction begins: what their handlers do as clients is theirs, and stays.
func (e *Engine) DoSteps(ctx context.Context, steps []Step) ([]Result, error) {
	if len(steps) == 0 {
		return []Result{}, nil
	}
	answers, err := e.invocations(ctx, steps)
	if err != nil {
		return nil, err
	}
	kept, err := e.contents.Stage(ctx, steps[0].Call, opsOf(steps))
	if err != nil {
		return nil, err
	}
	return e.doStaged(ctx, steps, kept, answers)
}

// doStaged is DoSteps for writes whose bodies are kept, among custom APIs that are answered.
func (e *Engine) doStaged(ctx context.Context, steps []Step, kept content.Staged, answers map[int]Result) ([]Result, error) {
	results := make([]Result, len(steps))
	known, err := e.askAhead(ctx, steps)
	if err != nil {
		return nil, errors.Join(err, e.contents.Unstage(ctx, kept, nil))
	}
	var w *work
	err = e.store.Write(ctx, func(tx *store.Tx) error {
		w = &work{engine: e, Tx: e.tx(ctx, Call{}, tx), forms: e.formsOf(steps[0].Call.Model), known: known, staged: kept}
		for i, s := range steps {
			w.Call = s.Call
			var answered bool
			if results[i], answered = answers[i]; answered {
				continue
			}
			var err error
			if results[i], err = w.write(s.Op); err != nil {
				return &StepError{i, err}
			}
		}
		return nil
	})
	if w == nil {
		err = errors.Join(err, e.contents.Unstage(ctx, kept, nil))
	}
	e.settle(ctx, w, err)
	if err != nil {
		return nil, err
	}
	return results, nil
}

func (e *Engine) askAhead(ctx context.Context, steps []Step) (any, error) {
	if e.ask == nil {
		return nil, nil
	}
	return e.ask(ctx, steps)
}

// work is the execution of ops in one transaction.
type work struct {
	rows.Tx
	engine *Engine
	forms  *forms // nil in reads
	known  any    // what Config.Ask found

	transaction meta.ID  // what all its notes of events have in common
	reorganized bool     // the organization's settings are other ones
	kept        []func() // who is told when the transaction is kept
	staged      content.Staged
	moves       *content.Moves // nil: none

	foreseen map[*op.Update]*outset // writes that were begun together, before their turn
	drafted  map[*op.Create]*draft
}

func (w *work) write(o op.Op) (Result, error) {
	o, err := w.Named(o)
	if err != nil {
		return Result{}, err
	}
	switch o := o.(type) {
	case *op.Create:
		return w.create(o)
	case *op.Update:
		return w.update(o)
	case *op.Delete:
		return w.remove(o)
	case *op.Associate:
		return w.associate(o)
	case *op.Disassociate:
		return w.disassociate(o)
	case *op.Multiple:
		return w.multiple(o)
	case *op.Message:
		return w.act(o)
	default:
		return Result{}, fmt.Errorf("%T is no write", o)
	}
}

// act runs a message inside the transaction of a write.
func (w *work) act(m *op.Message) (Result, error) {
	m, err := w.OnRows(m)
	if err != nil {
		return Result{}, err
	}
	if action := w.engine.actions[m.Name]; action != nil {
		answer, err := action(w.lend(), m)
		return Result{Answer: answer}, err
	}
	run := w.engine.messages[m.Name]
	if run == nil {
		return Result{}, dverr.SegmentNotFound.With(m.Name)
	}
	answer, err := run(w.Ctx, w.Call, m, w.DB)
	return Result{Answer: answer}, err
}

func (e *Engine) message(ctx context.Context, call Call, m *op.Message, answer func(Result) error) error {
	run := e.messages[m.Name]
	if run == nil {
		return dverr.SegmentNotFound.With(m.Name)
	}
	return e.store.Read(ctx, func(tx *store.Tx) error {
		m, err := (&work{engine: e, Tx: e.tx(ctx, call, tx)}).OnRows(m)
		if err != nil {
			return err
		}
		a, err := run(ctx, call, m, tx)
		if err != nil {
			return err
		}
		(&work{engine: e, Tx: e.tx(ctx, call, tx)}).unfold(a.Rows)
		return answer(Result{Answer: a})
	})
}

// tx is a transaction of a call.
func (e *Engine) tx(ctx context.Context, call Call, db *store.Tx) rows.Tx {
	return rows.Tx{Ctx: ctx, Call: call, DB: db, NewID: e.newID}
}

// Read lends a transaction that reads.
func (e *Engine) Read(ctx context.Context, call Call, run func(*rows.Tx) error) error {
	return e.store.Read(ctx, func(db *store.Tx) error {
		tx := e.tx(ctx, call, db)
		return run(&tx)
	})
}

// Transact lends a transaction that writes, to what is not spelled as an op.
func (e *Engine) Transact(ctx context.Context, call Call, run func(*Work) error) error {
	return e.transact(ctx, call, func(w *work) error { return run(w.lend()) })
}
