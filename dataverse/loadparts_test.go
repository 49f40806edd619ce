package dataverse

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// A checkpoint is a set of rows, whatever the order in which they were done, over any number of runs.
func TestCheckpointIsASet(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, NewID().String())
		c, err := openCheckpoint(path, "accounts", LoadCreate, NewID())
		if err != nil {
			t.Fatal(err)
		}
		done := map[int64]bool{}
		for _, index := range rapid.SliceOfDistinct(rapid.Int64Range(0, 60), func(i int64) int64 { return i }).Draw(t, "done") {
			c.add(index)
			done[index] = true
			if rapid.IntRange(0, 9).Draw(t, "again") == 0 {
				if err := c.save(); err != nil {
					t.Fatal(err)
				}
				if c, err = openCheckpoint(path, "accounts", LoadCreate, NewID()); err != nil {
					t.Fatal(err)
				}
			}
		}
		for i := range int64(62) {
			if c.has(i) != done[i] {
				t.Fatalf("row %d: %v; %v", i, c.has(i), c.Done)
			}
		}
		for i := 1; i < len(c.Done); i++ {
			if c.Done[i][0] <= c.Done[i-1][1] {
				t.Fatalf("%v", c.Done)
			}
		}
	})
}

// The ids of a load are different, in order, and of chance.
func TestIDsOfALoad(t *testing.T) {
	c := &checkpoint{Seed: NewID()}
	var ids []string
	for _, place := range []int64{0, 1, 2, 3, 4, 63, 64, 1 << 10, 1<<18 - 1, 1 << 18, 1<<24 - 1, 1 << 24, 1 << 32, 1<<36 - 1} {
		ids = append(ids, c.id(place).String())
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Error(strings.Join(ids, "\n"))
	}
	for _, id := range ids {
		if id[14] != '7' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Error(id)
		}
	}
	if other := (&checkpoint{Seed: NewID()}); other.id(5) == c.id(5) {
		t.Error("two loads make the same id")
	}
}

func FuzzReadCheckpoint(f *testing.F) {
	f.Add([]byte(`{"version":1,"set":"accounts","seed":"5a1f0000-0000-4000-8000-0e10000000c2","done":[[0,5],[7,8]]}`))
	f.Add([]byte(`{"version":1,"done":[[3,1]]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := readCheckpoint(text)
		if err != nil {
			return
		}
		for _, s := range c.Done {
			if !c.has(s[0]) || !c.has(s[1]-1) || c.has(s[1]) {
				t.Errorf("%v: %v", c.Done, s)
			}
		}
	})
}

// The pace rises while all goes well, falls when the server is full or refuses, and keeps to its hints.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(0, 0)
		for range 200 {
			p.went(p.rows(), 100*time.Millisecond, http.Header{})
			time.Sleep(20 * time.Millisecond)
		}
		parallel, size, _ := p.now()
		if parallel < 15 || size != maxBatch {
			t.Errorf("a quick server gets %d requests of %d rows", parallel, size)
		}
		p.refused(time.Minute)
		began := time.Now()
		if half, _, _ := p.now(); half != parallel/2 {
			t.Errorf("%d after a refusal at %d", half, parallel)
		}
		if err := p.gate(t.Context()); err != nil || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		for range 50 { // each takes ten times as long as it could
			p.went(size, 3*time.Second, http.Header{})
			time.Sleep(3 * time.Second)
		}
		if slow, _, _ := p.now(); slow > 3 {
			t.Errorf("a full server gets %d requests at once", slow)
		}
		p.went(size, 20*time.Second, http.Header{})
		if _, less, _ := p.now(); less != size/2 {
			t.Errorf("long requests stay at %d rows", less)
		}
		for range 100 {
			p.went(10, time.Millisecond, http.Header{"X-Ms-Dop-Hint": {"6"}})
		}
		if parallel, _, _ := p.now(); parallel != 6 {
			t.Errorf("the server recommends 6, and gets %d", parallel)
		}
		for range 100 {
			p.went(10, time.Millisecond, http.Header{"X-Ms-Dop-Hint": {"12"}})
		}
		if parallel, _, _ := p.now(); parallel != 12 {
			t.Errorf("the server recommends 12 now, and gets %d", parallel)
		}
		p.went(10, time.Millisecond, http.Header{"X-Ms-Ratelimit-Burst-Remaining-Xrm-Requests": {"4"}})
		if parallel, _, _ := p.now(); parallel != 2 {
			t.Errorf("4 requests are left, and %d go at once", parallel)
		}
	})
}

func TestReportsRead(t *testing.T) {
	r := LoadReport{Progress: Progress{Rows: 1234567, Rejected: 37, ThrottledRequests: 12, PerSecond: 2236.5}, Requests: 1400, Time: 552 * time.Second, Median: 40 * time.Millisecond, P95: 412 * time.Millisecond}
	const want = "1,234,567 rows, 37 rejected, 12 throttled requests, 9m12s (2,236 rows/s), 1,400 requests, median 40ms, p95 412ms"
	if got := r.String(); got != want {
		t.Errorf("%s", got)
	}
	var m meter
	for i := range 100_000 {
		m.add(time.Duration(i))
	}
	if took := m.sorted(); quantile(took, 95) < 90_000 || quantile(took, 50) > 60_000 || quantile(took, 50) < 40_000 {
		t.Errorf("of 100,000: %v %v", quantile(took, 50), quantile(took, 95))
	}
}
