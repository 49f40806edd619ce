package background_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stead-s2s/stead/environment/internal/background"
)

// diary is a list that jobs write to.
type diary struct {
	mu    sync.Mutex
	lines []int
}

func (d *diary) write(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, n)
}

func TestJobsRunInOrderAFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := background.New(background.Config{Workers: 1, Waiting: 2})
		defer r.Close()
		var d diary
		gate := make(chan struct{})
		for n := range 4 {
			taken := r.Go(func(context.Context) { <-gate; d.write(n) })
			synctest.Wait()
			if want := n < 3; taken != want {
				t.Errorf("job %d is taken: %t, want %t", n, taken, want)
			}
		}
		close(gate)
		synctest.Wait()
		if want := []int{0, 1, 2}; !slices.Equal(d.lines, want) {
			t.Errorf("ran %v, want %v", d.lines, want)
		}
	})
}

func TestCloseStopsWhatRunsAndForgetsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := background.New(background.Config{Workers: 1, Waiting: 1})
		var d diary
		r.Go(func(ctx context.Context) { <-ctx.Done(); d.write(1) })
		r.Go(func(context.Context) { d.write(2) })
		synctest.Wait()
		r.Close()
		if want := []int{1}; !slices.Equal(d.lines, want) {
			t.Errorf("ran %v, want %v", d.lines, want)
		}
		if r.Go(func(context.Context) {}) {
			t.Error("a closed runner takes a job")
		}
	})
}
