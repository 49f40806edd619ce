package sqldb

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	groupMax  = 256                   // writes in one transaction at most
	groupTime = 10 * time.Millisecond // after which a group is committed and the rest of the queue waits for the next
	refreshAt = 32                    // commits between two refreshes of the readers at rest
	triesMax  = 4                     // runs of a function that fails for reasons that pass

	asideLeast, asideMost = 20 * time.Millisecond, time.Second // between two tries of a function that readers are in the way of
	asidePatience         = time.Minute                        // after which it fails
)

// Panic is what a function given to [DB.Write] panicked with, and where: the function may have run on another goroutine.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v\n\n%s", p.Value, p.Stack) }

// Unwrap gives the value panicked with, if it was an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// job is one call of Write.
type job struct {
	ctx      context.Context
	fn       func(*Conn) error
	err      error
	panicked *Panic
	answered bool          // err is final
	queued   bool          // in the queue; under the writer's mutex
	tries    int           // runs that failed for reasons that pass
	wary     bool          // to be run again in a wary transaction
	wake     chan struct{} // buffered; received once when answered, or when the job is to lead
}

// writer owns the one connection that writes. The first job to find no leader leads: it runs its own function and those
// queued behind it in one transaction, answers them, and hands the lead to the next in the queue.
type writer struct {
	s       session
	now     func() time.Time
	refresh func() // makes readers at rest give up their snapshots

	mu      sync.Mutex
	resting *sync.Cond // no leader
	leading bool
	closed  bool
	queue   []*job

	writes, commits atomic.Int64
	phase           atomic.Int64 // odd while a COMMIT is under way
}

func newWriter(s session, now func() time.Time, refresh func()) *writer {
	w := &writer{s: s, now: now, refresh: refresh}
	w.resting = sync.NewCond(&w.mu)
	return w
}

// do carries out fn. One that readers are in the way of steps aside for a while, so that it is in nobody's way.
func (w *writer) do(ctx context.Context, fn func(*Conn) error) error {
	begun := w.now()
	for pause := asideLeast; ; pause = min(2*pause, asideMost) {
		err := w.once(ctx, fn)
		if err == nil || !w.s.blocked(err) || w.now().Sub(begun) > asidePatience {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

func (w *writer) once(ctx context.Context, fn func(*Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{ctx: ctx, fn: fn}
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return ErrClosed
	}
	w.enqueue(j)
	if !w.leading {
		w.leading = true
		w.mu.Unlock()
		w.lead(j)
	} else {
		j.wake = make(chan struct{}, 1)
		w.mu.Unlock()
		if !w.wait(j) {
			return ctx.Err()
		}
	}
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.err
}

func (w *writer) enqueue(j *job) {
	j.queued = true
	w.queue = append(w.queue, j)
}

// wait returns when the job is answered, leading if it is asked to; false when the caller gave up before it was begun.
func (w *writer) wait(j *job) bool {
	select {
	case <-j.wake:
	case <-j.ctx.Done():
		if w.withdraw(j) {
			return false
		}
		<-j.wake
	}
	if !j.answered {
		w.lead(j)
	}
	return true
}

// withdraw takes a job back that nobody has begun.
func (w *writer) withdraw(j *job) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.queue, j)
	// The head of the queue may have been told to lead already; then somebody must, even if only to pass it on.
	if i < 0 || len(j.wake) > 0 {
		return false
	}
	w.queue = slices.Delete(w.queue, i, i+1)
	return true
}

// lead works until its own job, the head of the queue, is answered.
func (w *writer) lead(j *job) {
	defer w.pass()
	for !j.answered {
		w.group(w.take())
	}
}

// take empties the queue into a group.
func (w *writer) take() []*job {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.queue), groupMax)
	group := slices.Clone(w.queue[:n])
	w.queue = slices.Delete(w.queue, 0, n)
	return group
}

// pass gives the lead to the next in the queue, or rests.
func (w *writer) pass() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		w.leading = false
		w.resting.Broadcast()
		return
	}
	w.queue[0].wake <- struct{}{}
}

// group runs jobs in one transaction, answers those that are decided and puts the others back at the head of the queue.
func (w *writer) group(jobs []*job) {
	rest, whole := jobs, false
	defer func() {
		if !whole { // a function ended its goroutine (runtime.Goexit): nothing is committed, nobody waits for ever
			w.abandon(jobs)
			rest = nil
		}
		w.mu.Lock()
		w.queue = append(rest, w.queue...)
		w.mu.Unlock()
	}()
	rest = w.attempt(jobs)
	whole = true
}

// attempt is one transaction. It returns the jobs that are still to be run, in their order.
func (w *writer) attempt(jobs []*job) (rest []*job) {
	if err := w.s.begin(slices.ContainsFunc(jobs, func(j *job) bool { return j.wary })); err != nil {
		w.answer(jobs, err)
		return nil
	}
	var done, again []*job
	start := w.now()
	for i, j := range jobs {
		switch err := w.one(j, len(jobs) == 1); {
		case err == nil:
			done = append(done, j)
		case errors.Is(err, errSpoiled):
			w.s.rollback()
			return slices.Concat(warily(append(done, j)), again, jobs[i+1:])
		case w.mayPass(j, err):
			again = append(again, j)
		default:
			w.answer(jobs[i:i+1], err)
		}
		if w.s.lost() {
			return slices.Concat(done, again, jobs[i+1:])
		}
		if w.now().Sub(start) > groupTime {
			rest = jobs[i+1:]
			break
		}
	}
	return slices.Concat(w.finish(done), again, rest)
}

// warily makes jobs run again in a wary transaction.
func warily(jobs []*job) []*job {
	for _, j := range jobs {
		j.wary, j.panicked = true, nil
	}
	return jobs
}

// mayPass tells whether a job that failed is worth another run.
func (w *writer) mayPass(j *job, err error) bool {
	if j.panicked != nil || j.ctx.Err() != nil || !w.s.passing(err) {
		return false
	}
	j.tries++
	return j.tries < triesMax
}

// finish commits, if there is anything to commit, and answers. It returns the jobs to be run again, because nothing of
// them was kept for a reason that passes.
func (w *writer) finish(done []*job) (again []*job) {
	if len(done) == 0 {
		w.s.rollback()
		return nil
	}
	w.phase.Add(1)
	passes, err := w.s.commit()
	w.phase.Add(1)
	if passes && w.mayPass(done[0], err) {
		return done
	}
	if errors.Is(err, errSpoiled) {
		return warily(done)
	}
	if err == nil {
		w.writes.Add(int64(len(done)))
		if w.commits.Add(1)%refreshAt == 0 {
			w.refresh()
		}
	}
	w.answer(done, err)
	return nil
}

// one runs a job on its own savepoint, or on the bare transaction when it is alone in it. After an error nothing of the
// job is left, unless it was alone: then the transaction is to be rolled back.
func (w *writer) one(j *job, alone bool) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if !alone {
		if err := w.s.mark(); err != nil {
			return err
		}
	}
	w.s.attend(j.ctx)
	err := j.call(w.s)
	if !w.s.lost() && w.s.spoiled(err, alone) {
		w.s.idle()
		return errSpoiled
	}
	if w.s.unfinished(err) {
		err = w.anew(j, alone)
	}
	w.s.idle()
	if w.s.lost() {
		if err == nil {
			err = ErrEnded
		}
		return err
	}
	if alone {
		return err
	}
	if err != nil {
		w.s.undo()
	}
	if end := w.s.release(); err == nil {
		err = end
	}
	return err
}

// anew runs a job from its beginning that went on after a statement that failed: some engines do nothing more from
// there, unless each statement has a savepoint of its own. Few jobs go on, so only those pay for it.
func (w *writer) anew(j *job, alone bool) error {
	w.s.idle()
	if !alone {
		w.s.undo()
	} else {
		w.s.rollback()
		if err := w.s.begin(true); err != nil {
			return err
		}
	}
	w.s.careful(true)
	defer w.s.careful(false)
	w.s.attend(j.ctx)
	j.panicked = nil
	return j.call(w.s)
}

// call runs the function and keeps a panic for the caller's own goroutine.
func (j *job) call(s session) (err error) {
	c := &Conn{s: s}
	defer c.finish()
	defer func() {
		if v := recover(); v != nil {
			j.panicked = &Panic{Value: v, Stack: debug.Stack()}
			err = j.panicked
		}
	}()
	return j.fn(c)
}

// answer decides jobs and wakes those that wait.
func (w *writer) answer(jobs []*job, err error) {
	for _, j := range jobs {
		j.err, j.answered = err, true
		if j.wake != nil {
			j.wake <- struct{}{}
		}
	}
}

// abandon rolls everything back and answers whoever has no answer yet.
func (w *writer) abandon(jobs []*job) {
	w.s.idle()
	if !w.s.lost() {
		w.s.rollback()
	}
	for _, j := range jobs {
		if !j.answered {
			w.answer([]*job{j}, ErrEnded)
		}
	}
}

// close refuses new work, waits until the queue is empty and gives up the connection.
func (w *writer) close() session {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for w.leading {
		w.resting.Wait()
	}
	return w.s
}
