package steadtest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead"
)

// PrivilegesUsed lists the privileges that an application, by name, used in the first
// environment since the world began, the kit's own among them if it is [Administrator].
func (w *World) PrivilegesUsed(t testing.TB, app string) []stead.PrivilegeUse {
	t.Helper()
	a, found := w.App(app)
	if !found {
		t.Fatalf("no application %q in this world: there are %s", app, w.appNames())
	}
	used, err := w.system.PrivilegesUsed(w.Environments[0].Name, a.ClientID)
	if err != nil {
		t.Fatalf("privileges used by %s: %v", app, err)
	}
	return used
}

// AssertPrivilegesUsed checks that an application, by name, used exactly these privileges in
// the first environment: what its role has to grant, and nothing more. A privilege that it was
// refused it did not use.
func (w *World) AssertPrivilegesUsed(t testing.TB, app string, want ...string) {
	t.Helper()
	used := map[string]bool{}
	for _, u := range w.PrivilegesUsed(t, app) {
		used[u.Name] = true
	}
	got := slices.Sorted(maps.Keys(used))
	sorted := slices.Clone(want)
	slices.Sort(sorted)
	if !slices.Equal(got, slices.Compact(sorted)) {
		t.Errorf("%s used %s, want %s", app, strings.Join(got, ", "), strings.Join(sorted, ", "))
	}
}
