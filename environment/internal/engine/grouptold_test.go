package engine_test

import (
	"testing"
	"time"

	office "github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/engine"
)

// told settles somebody's groups by a token and tells whether they are in the team of
// security group "friends" by now.
func (w *world) told(name string, says office.Told) bool {
	w.t.Helper()
	a := w.as(name)
	if _, err := w.roll.SettleGroups(w.t.Context(), engine.Call{Model: w.model, Now: w.now}, a.caller.Effective, says); err != nil {
		w.t.Fatal(err)
	}
	for _, t := range w.as(name).caller.Effective.GroupTeams() {
		if t.Team == id("security") {
			return t.In
		}
	}
	w.t.Fatal("no such team")
	return false
}

// withSecurityGroup is a world with one team, of members and guests of a security group.
func withSecurityGroup(t *testing.T) (*world, *groups) {
	w, g := withGroups(t)
	for _, name := range []string{"all", "members", "owners", "guests"} {
		w.as("ada").must(w.as("ada").delete("team", name))
	}
	w.add("team", "security", values{"name": text("security"), "teamtype": number(2), "membershiptype": number(0),
		"azureactivedirectoryobjectid": guid("friends"), "businessunitid": ref{"businessunit", "sales"}, "isdefault": number(0)})
	return w, g
}

// A token that names groups is believed and the directory not asked, for as long as
// nothing newer is known; one that names none of them leaves that to the directory.
func TestTokensTellOfGroups(t *testing.T) {
	w, g := withSecurityGroup(t)
	issued := func(minutes int, names ...string) office.Told {
		return office.Told{Groups: named(names...), At: w.now.Add(time.Duration(minutes) * time.Minute)}
	}
	with, without := issued(-5, "others", "friends"), issued(-4, "others")
	for _, time := range []string{"first", "second"} {
		if !w.told("eve", with) {
			t.Errorf("the token's group does not let in a %s time", time)
		}
	}
	if w.told("eve", without) {
		t.Error("a newer token without the group leaves eve in")
	}
	if w.told("eve", with) {
		t.Error("an older token is believed against a newer one")
	}
	if g.asked != 0 {
		t.Errorf("the directory was asked %d times", g.asked)
	}
	w.now = w.now.Add(10 * time.Minute)
	g.of["eve"] = office.Groups{In: named("friends")}
	if !w.told("eve", office.Told{}) || g.asked != 1 {
		t.Errorf("a token that says nothing: asked %d times", g.asked)
	}
	if !w.told("eve", without) || g.asked != 1 {
		t.Error("a token from before the directory's answer is believed against it")
	}
	if w.told("eve", office.Told{Groups: named("others"), At: w.now}) {
		t.Error("a token from after the directory's answer is not believed")
	}
}

// An empty list says that there are no groups, which is not to say nothing.
func TestTokensTellOfNoGroups(t *testing.T) {
	w, g := withSecurityGroup(t)
	if !w.told("eve", office.Told{Groups: named("friends"), At: w.now}) || w.told("eve", office.Told{Groups: named("friends")[:0], At: w.now}) || g.asked != 0 {
		t.Errorf("asked %d times", g.asked)
	}
}

// Who owns a group, who is a guest and who is in a Microsoft 365 group no token tells.
func TestTokensDoNotTellOfEveryTeam(t *testing.T) {
	for name, more := range map[string]values{
		"members": {"teamtype": number(2), "membershiptype": number(1)}, "owners": {"teamtype": number(2), "membershiptype": number(2)},
		"guests": {"teamtype": number(2), "membershiptype": number(3)}, "office": {"teamtype": number(3), "membershiptype": number(0)},
	} {
		w, g := withSecurityGroup(t)
		more["name"], more["azureactivedirectoryobjectid"], more["businessunitid"], more["isdefault"] = text(name), guid("others"), ref{"businessunit", "sales"}, number(0)
		w.add("team", name, more)
		if w.told("eve", office.Told{Groups: named("friends"), At: w.now}) || g.asked != 1 {
			t.Errorf("%s: asked %d times", name, g.asked)
		}
	}
}
