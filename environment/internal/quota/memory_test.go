package quota

import (
	"runtime"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Ten thousand application users who send a request in every second of the window hold
// under 100 MiB, counters and usage together.
func TestTenThousandUsersFit(t *testing.T) {
	if testing.Short() {
		t.Skip("three million requests")
	}
	users := make([]access.User, 10_000)
	for i := range users {
		id := meta.ID{byte(i), byte(i >> 8), 1}
		users[i].UserRow = access.UserRow{ID: id, ObjectID: id, ApplicationID: id}
	}
	before := held()
	w := newWorld(t, nil)
	for second := range 301 {
		w.at(float64(second))
		for _, u := range users {
			if _, refusal := w.request(u, Outcome{Operations: 1}); refusal != nil {
				t.Fatal(refusal)
			}
		}
	}
	got := held() - before
	t.Logf("%d MiB held", got>>20)
	if got > 100<<20 {
		t.Error("more than 100 MiB")
	}
	runtime.KeepAlive(w)
}

// held is what the heap holds, in bytes.
func held() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
