package access

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// An application that the list names for some roles is admitted for whoever has one of
// them, by itself or a team, as the copy of whichever unit.
func TestApplicationsListedForRoles(t *testing.T) {
	for name, tt := range map[string]struct {
		who      string
		roles    []meta.ID
		admitted bool
	}{
		"of no role in particular":   {"ben", nil, true},
		"the role at its root":       {"ben", []meta.ID{id("Basic User")}, true},
		"the copy that ben has":      {"ben", []meta.ID{id("Basic User@Sales")}, true},
		"one of several":             {"ben", []meta.ID{id("Delegate"), id("Basic User")}, true},
		"another role":               {"ben", []meta.ID{id("Delegate")}, false},
		"the copy of another unit":   {"ben", []meta.ID{id("Basic User@Service")}, false},
		"a role by a team":           {"dora", []meta.ID{id("Basic User")}, true},
		"a role that nobody has":     {"ada", []meta.ID{id("no such role")}, false},
		"an application for itself":  {"reader", []meta.ID{id("Basic User")}, true},
		"an application without one": {"reader", []meta.ID{id("Administrator")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := contoso(t)
			w.team("Crew", "Sales", 0, "dora")
			w.teamRole("Crew", "Sales", "Basic User", 1)
			app := w.identity(tt.who).ApplicationID
			w.facts.Organization.AllowedApps = []meta.ID{app}
			w.facts.Organization.AppRoles = map[meta.ID][]meta.ID{app: tt.roles, id("another"): {id("Delegate")}}
			w.changed()
			if _, err := w.r.User(t.Context(), w.identity(tt.who)); tt.admitted && err != nil || !tt.admitted && !dverr.AppAccessRestricted.Is(err) {
				t.Error(err)
			}
		})
	}
}

// Where the list is only compared with, everybody is admitted, and told of what the list
// says; where it is in force, or there is none, nothing is told.
func TestAuditOfApplications(t *testing.T) {
	w := contoso(t)
	audited := func(who string) string {
		t.Helper()
		u, err := w.r.User(t.Context(), w.identity(who))
		if err != nil {
			t.Fatal(err)
		}
		return u.AppAudit(w.identity(who))
	}
	w.facts.Organization.AllowedApps = []meta.ID{id("app reader")}
	for _, audit := range []bool{true, false} {
		w.facts.Organization.AppAudit = audit
		w.changed()
		want := ""
		if audit {
			want = "ApplicationBasedAccessAllowed"
			if got := audited("loader"); got != "ApplicationBasedAccessDenied" {
				t.Errorf("loader: %q", got)
			}
		}
		if got := audited("reader"); got != want {
			t.Errorf("reader, audit %v: %q", audit, got)
		}
	}
	if _, err := w.r.User(t.Context(), w.identity("loader")); !dverr.AppAccessRestricted.Is(err) {
		t.Error(err)
	}
	if got := (User{}).AppAudit(w.identity("loader")); got != "" {
		t.Errorf("nobody: %q", got)
	}
}
