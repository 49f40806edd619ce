package background

import (
	"context"
	"sync"
)

// Config says how much runs at once. Every field is needed.
type Config struct {
	Workers int // jobs that run at the same time
	Waiting int // jobs that may wait beside them
}

// Runner runs jobs. It is safe for concurrent use; an idle one costs nothing.
type Runner struct {
	config Config
	ctx    context.Context
	stop   context.CancelFunc
	group  sync.WaitGroup

	mu      sync.Mutex
	running int
	line    []func(context.Context)
	closed  bool
}

// New returns a runner.
func New(c Config) *Runner {
	r := &Runner{config: c}
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r
}

// Go takes a job; false when too many wait or the runner is closed, and the job will not
// run. A job must not panic.
func (r *Runner) Go(job func(context.Context)) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return false
	case r.running < r.config.Workers:
		r.running++
		r.group.Go(func() { r.work(job) })
	case len(r.line) < r.config.Waiting:
		r.line = append(r.line, job)
	default:
		return false
	}
	return true
}

// work does a job and then those that wait.
func (r *Runner) work(job func(context.Context)) {
	for ; job != nil; job = r.next() {
		job(r.ctx)
	}
}

// next gives the job that waits longest; nil when none does, and the worker is gone.
func (r *Runner) next() func(context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.line) == 0 || r.closed {
		r.running--
		return nil
	}
	job := r.line[0]
	r.line[0] = nil // else the array holds it
	r.line = r.line[1:]
	return job
}

// Close ends the contexts of the jobs that run, waits for them and forgets those that
// wait.
func (r *Runner) Close() {
	r.mu.Lock()
	r.closed, r.line = true, nil
	r.mu.Unlock()
	r.stop()
	r.group.Wait()
}
