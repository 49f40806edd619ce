package odata

import (
	"strings"
	"sync"
	"testing"
)

// Writers that share buffers, many at once, write what each was given.
func TestBuffersAreNobodyElses(t *testing.T) {
	var b Buffers
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			want := strings.Repeat(string(rune('a'+i)), 100*(i+1))
			for range 500 {
				var to strings.Builder
				w := b.Writer(&to, &Request{})
				w.borrow(16)
				w.buf = append(w.buf, want...)
				if err := w.end(); err != nil || to.String() != want {
					t.Errorf("%d bytes, %v; want %d of %c", to.Len(), err, len(want), 'a'+i)
					return
				}
			}
		})
	}
	all.Wait()
}

// A buffer that grew too long is not kept.
func TestLongBuffersAreLetGo(t *testing.T) {
	var b Buffers
	var to strings.Builder
	w := b.Writer(&to, &Request{})
	w.borrow(longest + 1)
	if err := w.end(); err != nil || b.spare.Get() != nil {
		t.Errorf("kept; %v", err)
	}
}
