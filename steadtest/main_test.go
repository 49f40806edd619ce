package steadtest_test

import (
	"fmt"
	"testing"

	"github.com/stead-s2s/stead/steadtest"
)

func ExampleStart() {
	var t steadtest.Main // in a test: its *testing.T
	defer t.End()

	w := steadtest.Start(&t, nil)
	me, err := w.Client(&t, "contoso-app").WhoAmI(t.Context())
	fmt.Println(me.UserID, err)
	w.AssertRequests(&t, 1, "GET WhoAmI")
	// Output: 5a1f0000-0000-4000-8000-0e10000000a1 <nil>
}

func TestMainEndsLastFirst(t *testing.T) {
	var m steadtest.Main
	var order []int
	for i := range 3 {
		m.Cleanup(func() { order = append(order, i) })
	}
	m.End()
	m.End()
	if fmt.Sprint(order) != "[2 1 0]" {
		t.Errorf("ended in order %v", order)
	}
	defer func() {
		if said := recover(); fmt.Sprint(said) != "wrong: 7" {
			t.Errorf("panics with %v", said)
		}
	}()
	m.Fatalf("wrong: %d", 7)
}
