package access

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// line is contoso with mia above ben above nick (of North, below Sales) above nora, and
// above cleo of another business unit. Each owns an account of the same name; cleo's
// friend Fay shares hers with ben.
func line(t *testing.T, by Hierarchy) *world {
	w := contoso(t)
	w.facts.Organization.Hierarchy = by
	for _, name := range []string{"mia", "fay"} {
		w.user(name, "Sales", "Basic User")
	}
	for _, name := range []string{"nick", "nora"} {
		w.user(name, "North", "Basic User")
	}
	above := map[string]string{"ben": "mia", "nick": "ben", "nora": "nick", "cleo": "mia"}
	for i := range w.facts.Users {
		u := &w.facts.Users[i]
		if boss := above[u.Name]; boss != "" {
			u.Manager = id(boss)
		}
		u.Position = id("position of " + u.Name)
		w.facts.Positions = append(w.facts.Positions, Position{ID: u.Position, Parent: id("position of " + above[u.Name])})
		w.owned("account", u.Name, u.Name, "")
	}
	w.share("account", "fay", "ben", meta.Read, meta.Delete)
	w.changed()
	return w
}

// reaches names the accounts on which somebody has a right.
func (w *world) reaches(who string, right meta.Right) string {
	g, err := Probe(w.as(who), right, w.all("account"))
	if err != nil {
		w.Fatal(err)
	}
	got := w.answer(g.Select())
	var names []string
	for _, u := range w.facts.Users {
		if slices.Contains(got, id(u.Name)) {
			names = append(names, u.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestHierarchies(t *testing.T) {
	for _, tt := range []struct {
		by    Hierarchy
		right meta.Right
		want  string
	}{
		{Hierarchy{Depth: 3}, meta.Read, "mia"},
		{Hierarchy{Enabled: true, Depth: 3}, meta.Read, "ben fay mia nick nora"},
		{Hierarchy{Enabled: true, Depth: 2}, meta.Read, "ben fay mia nick"},
		{Hierarchy{Enabled: true}, meta.Read, "mia"},
		{Hierarchy{Enabled: true, Depth: 3}, meta.Write, "ben mia"},
		{Hierarchy{Enabled: true, Depth: 3}, meta.Append, "ben mia"},
		{Hierarchy{Enabled: true, Depth: 3}, meta.AppendTo, "ben mia"},
		{Hierarchy{Enabled: true, Depth: 3}, meta.Delete, "mia"},
		{Hierarchy{Enabled: true, Depth: 3}, meta.Share, "mia"},
		{Hierarchy{Enabled: true, ByPosition: true, Depth: 3}, meta.Read, "ben cleo fay mia nick nora"},
		{Hierarchy{Enabled: true, ByPosition: true, Depth: 1}, meta.Read, "ben cleo fay mia"},
		{Hierarchy{Enabled: true, ByPosition: true, Depth: 3}, meta.Write, "ben cleo mia"},
	} {
		t.Run(fmt.Sprintf("%+v %s", tt.by, tt.right), func(t *testing.T) {
			if got := line(t, tt.by).reaches("mia", tt.right); got != tt.want {
				t.Errorf("mia reaches %q, not %q", got, tt.want)
			}
		})
	}
}

// Who stands above others without the privilege reaches nothing through them.
func TestHierarchyNeedsThePrivilege(t *testing.T) {
	w := line(t, Hierarchy{Enabled: true, Depth: 3})
	w.facts.UserRoles = slices.DeleteFunc(w.facts.UserRoles, func(a RoleAssignment) bool { return a.Principal == id("mia") })
	w.role("Contacts only", "contact", "Read", Basic)
	at := slices.IndexFunc(w.facts.Users, func(u UserRow) bool { return u.Name == "mia" })
	w.facts.Users = slices.Delete(w.facts.Users, at, at+1)
	w.user("mia", "Sales", "Contacts only")
	w.changed()
	if _, err := Read(w.as("mia"), w.all("account")); err == nil {
		t.Error("mia reads accounts")
	}
}

// A manager reaches reports of its own business unit and of those below, and neither of
// those beside it nor of those above.
func TestManagersReachNoUnitsAbove(t *testing.T) {
	for _, unit := range []string{"Contoso", "Service", "Sales", "North"} {
		w := contoso(t)
		w.facts.Organization.Hierarchy = Hierarchy{Enabled: true, Depth: 3}
		w.user("mia", "Sales", "Basic User")
		w.user("rita", unit, "Basic User").Manager = id("mia")
		w.owned("account", "rita", "rita", unit)
		w.changed()
		if got, want := w.reaches("mia", meta.Read) == "rita", unit == "Sales" || unit == "North"; got != want {
			t.Errorf("a report of %s: reached %v", unit, got)
		}
	}
}
