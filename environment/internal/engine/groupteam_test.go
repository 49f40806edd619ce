package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	office "github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// groups is a directory's groups, which tests change; it counts how often it is asked.
type groups struct {
	of    map[string]office.Groups
	asked int
	fail  error
}

func (g *groups) Groups(_ context.Context, u access.User, _, _ bool) (office.Groups, error) {
	g.asked++
	for name, is := range g.of {
		if id(name) == u.ID {
			return is, g.fail
		}
	}
	return office.Groups{}, g.fail
}

// withGroups is a world with a group team of each membership type, of the group "friends".
func withGroups(t *testing.T) (*world, *groups) {
	w, g := newWorld(t), &groups{of: map[string]office.Groups{}}
	w.roll = office.NewRoll(w.engine, g)
	for i, name := range []string{"all", "members", "owners", "guests"} {
		w.add("team", name, values{
			"name": text(name), "teamtype": number(int64(2 + i%2)), "membershiptype": number(int64(i)), "azureactivedirectoryobjectid": guid("friends"),
			"businessunitid": ref{"businessunit", "sales"}, "isdefault": number(0),
		})
	}
	return w, g
}

// teams settles somebody's groups and lists the group teams that they are in then.
func (w *world) teams(name string) string {
	w.t.Helper()
	a := w.as(name)
	if _, err := w.roll.SettleGroups(w.t.Context(), engine.Call{Model: w.model, Now: w.now}, a.caller.Effective, office.Told{}); err != nil {
		w.t.Fatal(err)
	}
	var in []string
	for _, t := range w.as(name).caller.Effective.GroupTeams() {
		if t.In {
			in = append(in, fmt.Sprint(t.Membership))
		}
	}
	slices.Sort(in)
	return fmt.Sprint(in)
}

func named(names ...string) (all []meta.ID) {
	for _, name := range names {
		all = append(all, id(name))
	}
	return all
}

func TestGroupTeamsFollowTheDirectory(t *testing.T) {
	for name, tt := range map[string]struct {
		is   office.Groups
		want string
	}{
		"nobody":   {office.Groups{}, "[]"},
		"member":   {office.Groups{In: named("others", "friends")}, "[0 1]"},
		"guest":    {office.Groups{In: named("friends"), Guest: true}, "[0 3]"},
		"owner":    {office.Groups{Owned: named("friends")}, "[2]"},
		"both":     {office.Groups{In: named("friends"), Owned: named("friends")}, "[0 1 2]"},
		"stranger": {office.Groups{In: named("others"), Owned: named("others")}, "[]"},
	} {
		w, g := withGroups(t)
		g.of["eve"] = tt.is
		if got := w.teams("eve"); got != tt.want {
			t.Errorf("%s: in %s, want %s", name, got, tt.want)
		}
		g.of["eve"] = office.Groups{}
		if got := w.teams("eve"); got != tt.want {
			t.Errorf("%s: asked again at once: %s", name, got)
		}
		w.now = w.now.Add(5 * time.Minute)
		if got := w.teams("eve"); got != "[]" {
			t.Errorf("%s: left, yet in %s", name, got)
		}
	}
}

// The directory is asked once in a while, at once for another group team, and not at all
// where there is none; one that fails changes nothing and is let alone for a moment.
func TestTheDirectoryIsAskedAboutGroups(t *testing.T) {
	w, g := withGroups(t)
	g.of["eve"] = office.Groups{In: named("friends")}
	w.teams("eve")
	w.teams("eve")
	w.teams("ben")
	if g.asked != 2 {
		t.Errorf("asked %d times about two people", g.asked)
	}
	w.add("team", "more", values{"name": text("more"), "teamtype": number(2), "azureactivedirectoryobjectid": guid("others"), "businessunitid": ref{"businessunit", "sales"}})
	if w.teams("eve"); g.asked != 3 {
		t.Errorf("asked %d times after a team was made", g.asked)
	}
	w.now, g.fail = w.now.Add(time.Hour), errors.New("away")
	before, a := w.dump(), w.as("eve")
	for range 2 {
		_, _ = w.roll.SettleGroups(t.Context(), engine.Call{Model: w.model, Now: w.now}, a.caller.Effective, office.Told{})
	}
	if g.asked != 4 || w.dump() != before {
		t.Errorf("asked %d times, changed %v", g.asked, w.dump() != before)
	}
	other, asks := newWorld(t), &groups{}
	other.roll = office.NewRoll(other.engine, asks)
	if other.teams("eve"); asks.asked != 0 {
		t.Error("asked without any group team")
	}
}

// Members of a group team act by its roles, and nobody is made one by hand.
func TestMembersOfGroupTeams(t *testing.T) {
	w, g := withGroups(t)
	w.add("teamroles", "role of all", values{"teamid": guid("all"), "roleid": guid("Basic User")})
	ada := w.as("ada")
	ada.must(ada.create("task", "Call", values{"subject": text("x"), "ownerid": ref{"team", "all"}}))
	if err := w.as("eve").update("task", "Call", values{"subject": text("y")}); !dverr.PrivilegeDenied.Is(err) {
		t.Errorf("before: %v", err)
	}
	g.of["eve"] = office.Groups{In: named("friends")}
	w.teams("eve")
	eve := w.as("eve")
	eve.must(eve.update("task", "Call", values{"subject": text("y")}))
	members, _ := w.table("team").Navigation("teammembership_association")
	_, err := ada.do(&op.Associate{Link: op.Link{Key: w.key("team", "all"), Nav: members}, Related: w.key("systemuser", "ben")})
	if !dverr.InvalidOperation.Is(err) {
		t.Errorf("by hand: %v", err)
	}
}

// Under ownership across business units a team takes roles of any unit, and who moves keeps
// those of third units when roles are kept.
func TestRolesOfAnyUnitForTeamsAndMovers(t *testing.T) {
	w := newWorld(t)
	w.clerk("service")
	roles, _ := w.table("team").Navigation("teamroles_association")
	give := func() error {
		_, err := w.as("ada").do(&op.Associate{Link: op.Link{Key: w.key("team", "crew"), Nav: roles}, Related: w.key("role", "Clerk of service")})
		return err
	}
	if err := give(); !dverr.TeamInWrongBusiness.Is(err) {
		t.Errorf("without the setting: %v", err)
	}
	const keeps = "<DoNotRemoveRolesOnChangeBusinessUnit>true</DoNotRemoveRolesOnChangeBusinessUnit>"
	w.settings(acrossUnits + keeps)
	if err := give(); err != nil {
		t.Error(err)
	}
	move := values{"businessunitid": ref{"businessunit", "root"}}
	ada := w.as("ada")
	ada.must(ada.update("systemuser", "ben", move))
	if held := w.as("ben").caller.Roles(id("ben")); len(held) != 2 {
		t.Errorf("ben keeps %+v", held)
	}
}
