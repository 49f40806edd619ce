package environment_test

import (
	"runtime"
	"testing"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// opening tells what the opening of an environment takes: objects, and KiB in all.
func opening(t *testing.T, w *world) (objects, kib uint64) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w.open(t)
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs, (after.TotalAlloc - before.TotalAlloc) >> 10
}

// What an environment makes when it is opened is the same on every machine, which the time
// that it takes is not. The bounds are a third above what it was when they were written:
// who goes beyond them makes the first world of every test later.
func TestOpeningTakesLittle(t *testing.T) {
	if sqldbtest.OnServer() {
		t.Skip("a server's driver has its own ways")
	}
	start(t) // reads what a process reads once
	fresh := start(t, func(c *environment.Config) { c.Volatile = true })
	fresh.Close()
	fresh.config.Database = t.TempDir() + "/again.db"
	if objects, kib := opening(t, fresh); objects > 28_500 || kib > 14_000 {
		t.Errorf("a new environment made %d objects of %d KiB", objects, kib)
	}
	fresh.Close()
	if objects, kib := opening(t, fresh); objects > 10_400 || kib > 1_700 {
		t.Errorf("one that is there made %d objects of %d KiB", objects, kib)
	}
}
