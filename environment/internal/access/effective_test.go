package access

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// held prints what somebody holds of accounts: right, depth and whence it counts.
func (w *world) held(principal string, by Through) string {
	list := w.as("ada").Privileges(id(principal), by)
	if !slices.IsSortedFunc(list, func(a, b Held) int { return bytes.Compare(a.Privilege.ID[:], b.Privilege.ID[:]) }) {
		w.Errorf("%s: not in order of ids", principal)
	}
	out := ""
	for _, right := range []meta.Right{meta.Read, meta.Write} {
		for _, h := range list {
			if h.Privilege == w.model.Table("account").Privileges[right] {
				out += fmt.Sprintf("%s %s %s;", right, h.Depth.Word(), w.nameOf(h.Unit))
			}
		}
	}
	return out
}

func (w *world) nameOf(unit meta.ID) string {
	for _, u := range w.facts.Units {
		if u.ID == unit {
			return u.Name
		}
	}
	return "nowhere"
}

// What somebody holds is the best of all roles, or of one's own, or of those of teams.
func TestPrivilegesHeld(t *testing.T) {
	w := contoso(t)
	w.role("Seller", "account", "Read", Deep)
	w.role("Helper", "account", "Read Write", Local)
	w.user("eve", "North", "Seller")
	w.team("Crew", "Service", 0, "eve")
	w.teamRole("Crew", "Service", "Helper", 1)
	for _, tt := range []struct {
		who  string
		by   Through
		want string
	}{
		{"eve", AnyRole, "Read Deep North;Write Local Service;"},
		{"eve", OwnRoles, "Read Deep North;"},
		{"eve", TeamRoles, "Read Local Service;Write Local Service;"},
		{"Crew", AnyRole, "Read Local Service;Write Local Service;"},
		{"Crew", OwnRoles, "Read Local Service;Write Local Service;"},
		{"Crew", TeamRoles, ""},
		{"dora", AnyRole, ""},
		{"nobody", AnyRole, ""},
	} {
		if got := w.held(tt.who, tt.by); got != tt.want {
			t.Errorf("%s by %d: %s", tt.who, tt.by, got)
		}
	}
	var names []string
	w.facts.UserRoles = append(w.facts.UserRoles, RoleAssignment{Principal: id("eve"), Role: id("Helper@Service")})
	w.changed()
	for _, r := range w.as("ada").Roles(id("eve")) {
		names = append(names, r.Name)
	}
	if slices.Sort(names); !slices.Equal(names, []string{"Helper", "Seller"}) || w.as("ada").Roles(id("nobody")) != nil {
		t.Errorf("eve has roles %v", names)
	}
}

// Somebody is found by the directory's id; what a user or team could do is told for those
// that there are.
func TestOthersAsCallers(t *testing.T) {
	w := contoso(t)
	w.team("Crew", "Service", 0, "ben")
	w.teamRole("Crew", "Service", "Basic User", 1)
	w.owned("account", "crew's", "Crew", "Service")
	w.owned("account", "ben's", "ben", "Sales")
	ada := w.as("ada")
	if ben, found := ada.Person(id("oid ben")); !found || ben != id("ben") {
		t.Errorf("ben is %v %v", ben, found)
	}
	if _, found := ada.Person(id("oid nobody")); found {
		t.Error("nobody is found")
	}
	if _, found := (Caller{}).Person(id("oid ben")); found {
		t.Error("nobody finds ben")
	}
	if _, known := ada.As(id("nobody")); known {
		t.Error("nobody is a caller")
	}
	for who, want := range map[string][]string{"ben": {"ben's", "crew's"}, "Crew": {"crew's"}} {
		c, known := ada.As(id(who))
		if !known || c.Effective.ID != id(who) || c.Impersonating() {
			t.Errorf("%s is %v %v", who, c.Effective.ID, known)
			continue
		}
		g, err := Read(c, w.all("account"))
		if err != nil {
			t.Fatal(err)
		}
		var reached []string
		for _, name := range []string{"ben's", "crew's"} {
			if slices.Contains(w.answer(g.Select()), id(name)) {
				reached = append(reached, name)
			}
		}
		if !slices.Equal(reached, want) {
			t.Errorf("%s reaches %v", who, reached)
		}
	}
}

// A team is given what is shared with it and with the organization, and nothing that is
// shared with a member.
func TestTeamsAsCallersHaveShares(t *testing.T) {
	w := contoso(t)
	w.team("Crew", "Service", 0, "ben")
	w.teamRole("Crew", "Service", "Basic User", 1)
	for name, with := range map[string]string{"team's": "Crew", "everybody's": "contoso", "ben's": "ben"} {
		w.owned("account", name, "ada", "Contoso")
		w.share("account", name, with, meta.Read)
	}
	c, _ := w.as("ada").As(id("Crew"))
	g, err := Read(c, w.all("account"))
	if err != nil {
		t.Fatal(err)
	}
	got := w.answer(g.Select())
	if len(got) != 2 || !slices.Contains(got, id("team's")) || !slices.Contains(got, id("everybody's")) {
		t.Errorf("the team reaches %d of its two", len(got))
	}
}
