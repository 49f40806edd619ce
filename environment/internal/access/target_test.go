package access

import (
	"slices"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Somebody found before is found again as it is now: disabled and removed users are not.
func TestRenew(t *testing.T) {
	w := contoso(t)
	ben := w.as("ben").Effective
	w.facts.UserRoles = append(w.facts.UserRoles, RoleAssignment{Principal: id("ben"), Role: id("Administrator@Sales")})
	w.changed()
	now, err := w.r.Renew(t.Context(), ben)
	if err != nil || now.ID != id("ben") || !now.Administrator() || ben.Administrator() {
		t.Errorf("ben: %v, administrator %v", err, now.Administrator())
	}
	at := slices.IndexFunc(w.facts.Users, func(u UserRow) bool { return u.Name == "ben" })
	w.facts.Users[at].Disabled = true
	w.changed()
	if _, err := w.r.Renew(t.Context(), ben); !dverr.UserNotEnabled.Is(err) {
		t.Errorf("disabled: %v", err)
	}
	w.facts.Users = slices.Delete(w.facts.Users, at, at+1)
	w.changed()
	if _, err := w.r.Renew(t.Context(), ben); !dverr.UserNotMemberOfOrg.Is(err) {
		t.Errorf("removed: %v", err)
	}
}

// Users of whom the directory's id is not known are found by no token that lacks one.
func TestNobodyIsFoundByNoID(t *testing.T) {
	w := contoso(t)
	for i := range w.facts.Users {
		w.facts.Users[i].ObjectID = meta.ID{}
	}
	w.user("dan", "Sales", "Basic User")
	w.changed()
	if u, err := w.r.User(t.Context(), Identity{}); !dverr.UserNotMemberOfOrg.Is(err) {
		t.Errorf("a token of nobody is %v: %v", u.ID, err)
	}
	if found, is := w.as("dan").Person(meta.ID{}); is {
		t.Errorf("no object is %v", found)
	}
}

// Whom somebody acts for is found for who may act for others, and for nobody else.
func TestTarget(t *testing.T) {
	w := contoso(t)
	for who, may := range map[string]bool{"loader": true, "ben": false} {
		u := w.as(who).Effective
		for name, for_ := range map[string]OnBehalf{"by id": {UserID: id("cleo")}, "by object": {ObjectID: id("oid cleo")}} {
			if got, found := u.Target(for_); found != may || found && got.ID != id("cleo") {
				t.Errorf("%s %s: %v %v", who, name, got.ID, found)
			}
		}
		for name, for_ := range map[string]OnBehalf{"nobody": {}, "unknown": {UserID: id("x")}} {
			if _, found := u.Target(for_); found {
				t.Errorf("%s finds %s", who, name)
			}
		}
	}
	if _, found := (User{}).Target(OnBehalf{UserID: id("cleo")}); found {
		t.Error("nobody finds cleo")
	}
}

// Teams of groups of the directory are told with who is in them; other teams, and those
// that name no group, are not.
func TestGroupTeams(t *testing.T) {
	w := contoso(t)
	for name, kind := range map[string]int64{"owner": 0, "access": 1, "security": 2, "office": 3, "nameless": 2} {
		w.team(name, "Sales", kind, "ben")
		if name != "nameless" {
			w.facts.Teams[len(w.facts.Teams)-1].Group = id("group of " + name)
		}
	}
	w.changed()
	w.facts.Memberships = append(w.facts.Memberships, Membership{Team: id("security"), User: id("dan")})
	w.user("dan", "Sales", "Basic User")
	for _, t := range w.as("dan").Effective.GroupTeams() {
		if t.In != (t.Team == id("security")) {
			w.Errorf("dan is in %v: %v", t.Team, t.In)
		}
	}
	for who, in := range map[string]bool{"ben": true, "cleo": false} {
		var got []string
		for _, t := range w.as(who).Effective.GroupTeams() {
			for _, name := range []string{"security", "office"} {
				if t.Team == id(name) && t.Group == id("group of "+name) && t.Office == (name == "office") && t.In == in {
					got = append(got, name)
				}
			}
		}
		if slices.Sort(got); !slices.Equal(got, []string{"office", "security"}) || len(w.as(who).Effective.GroupTeams()) != 2 {
			t.Errorf("%s: %v of %d", who, got, len(w.as(who).Effective.GroupTeams()))
		}
	}
	if (User{}).GroupTeams() != nil || contoso(t).as("ben").Effective.GroupTeams() != nil {
		t.Error("teams of nobody, or of nothing")
	}
	one := GroupTeam{Team: id("a"), Group: id("b"), Membership: 1}
	for name, other := range map[string]GroupTeam{"team": {Team: id("x"), Group: id("b"), Membership: 1}, "group": {Team: id("a"), Group: id("x"), Membership: 1},
		"membership": {Team: id("a"), Group: id("b")}, "kind": {Team: id("a"), Group: id("b"), Membership: 1, Office: true}} {
		if one.Same(other) {
			t.Errorf("the same in spite of another %s", name)
		}
	}
	if in := one; !one.Same(func() GroupTeam { in.In = true; return in }()) {
		t.Error("another team for another member")
	}
}
