package recent_test

import (
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/internal/recent"
)

func TestAnswersOfAnotherEpochAreForgotten(t *testing.T) {
	m := recent.NewMap[int, string, int](8)
	m.Put(1, "a", 10)
	if v, ok := m.Get(1, "a"); !ok || v != 10 {
		t.Fatalf("remembered %d, %v", v, ok)
	}
	if v, ok := m.Get(2, "a"); ok {
		t.Errorf("epoch 2 sees %d, which is of epoch 1", v)
	}
	m.Put(2, "b", 20)
	if v, ok := m.Get(2, "a"); ok {
		t.Errorf("epoch 2 sees %d, which is of epoch 1", v)
	}
	if _, ok := m.Get(1, "a"); ok {
		t.Error("epoch 1 came back")
	}
	if n := m.Len(); n != 1 {
		t.Errorf("%d values are held, one is current", n)
	}
}

func TestKeysInUseStay(t *testing.T) {
	m := recent.NewMap[int, int, int](10)
	m.Put(0, -1, 7)
	for i := range 1000 {
		m.Put(0, i, i)
		if v, ok := m.Get(0, -1); !ok || v != 7 {
			t.Fatalf("after %d others the key in use gives %d, %v", i, v, ok)
		}
		if n := m.Len(); n > 10 {
			t.Fatalf("%d values are held", n)
		}
	}
	if _, ok := m.Get(0, 0); ok {
		t.Error("the first of a thousand is still remembered")
	}
}

// TestNothingIsMadeUp: whatever is found is what was last put for the key in the epoch.
func TestNothingIsMadeUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := recent.NewMap[int, int, int](rapid.IntRange(0, 6).Draw(t, "limit"))
		type place struct{ epoch, key int }
		last := map[place]int{}
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			p := place{rapid.IntRange(0, 2).Draw(t, "epoch"), rapid.IntRange(0, 5).Draw(t, "key")}
			if rapid.Bool().Draw(t, "put") {
				m.Put(p.epoch, p.key, i)
				last[p] = i
			} else if v, ok := m.Get(p.epoch, p.key); ok && v != last[p] {
				t.Fatalf("%v gives %d, last put was %d", p, v, last[p])
			}
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	m := recent.NewMap[int, int, int](4)
	var wait sync.WaitGroup
	for g := range 8 {
		wait.Go(func() {
			for i := range 500 {
				m.Put(i/250, i%7, i%7)
				if v, ok := m.Get(i/250, (i+g)%7); ok && v != (i+g)%7 {
					t.Errorf("key %d gives %d", (i+g)%7, v)
				}
			}
		})
	}
	wait.Wait()
}
