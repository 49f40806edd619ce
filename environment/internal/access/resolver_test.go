package access

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// TestLadder walks rows 3, 4, 4a and 5 of facts 1.6, with their texts and Help.
func TestLadder(t *testing.T) {
	app := func(name string) Identity {
		return Identity{App: true, ApplicationID: id("app " + name), ObjectID: id("oid " + name)}
	}
	for name, tt := range map[string]struct {
		change func(*world)
		who    Identity
		code   string
		text   string
		help   []string
	}{
		"unknown application": {
			who: app("stranger"), code: "0x80072560", text: "The user is not a member of the organization.",
			help: []string{"user lookup", id("app stranger").String(), "Create an application user"},
		},
		"unknown person": {
			who: Identity{ObjectID: id("oid zoe")}, code: "0x80072560", text: "The user is not a member of the organization.",
			help: []string{"user lookup", id("oid zoe").String()},
		},
		"an application with a person's object id": {
			who: Identity{App: true, ApplicationID: id("app stranger"), ObjectID: id("oid ben")}, code: "0x80072560", text: "The user is not a member of the organization.",
		},
		"a person with an application's object id": {
			who: Identity{ObjectID: id("oid loader"), ApplicationID: id("app loader")}, code: "0x80072560", text: "The user is not a member of the organization.",
		},
		"service principal made anew": {
			who: Identity{App: true, ApplicationID: id("app loader"), ObjectID: id("second oid")}, code: "0x80072560", text: "The user is not a member of the organization.",
			help: []string{id("oid loader").String(), id("second oid").String(), "create it anew"},
		},
		"disabled": {
			change: func(w *world) { w.facts.Users[4].Disabled = true },
			who:    app("loader"), code: "0x80040225",
			text: "The user with SystemUserId=" + id("loader").String() + " in OrganizationContext=" + id("contoso").String() + " is disabled",
			help: []string{"isdisabled", `application user "loader"`},
		},
		"no business unit": {
			change: func(w *world) { w.facts.Users[4].Unit = id("nowhere") },
			who:    app("loader"), code: "0x80040225", text: "The specified user is either disabled or is not a member of any business unit.",
		},
		"a unit above disabled": {
			change: func(w *world) { w.facts.Units[0].Disabled = true },
			who:    Identity{ObjectID: id("oid ben")}, code: "0x80040225", text: "The specified user is either disabled or is not a member of any business unit.",
			help: []string{`user "ben"`},
		},
		"units in a ring": {
			change: func(w *world) { w.facts.Units[0].Parent = id("North") },
			who:    Identity{ObjectID: id("oid ben")}, code: "0x80040225", text: "The specified user is either disabled or is not a member of any business unit.",
		},
		"application not on the list": {
			change: func(w *world) { w.facts.Organization.AllowedApps = []meta.ID{id("app reader")} },
			who:    app("loader"), code: "0x80095ffc",
			text: "Access to Dataverse API is restricted for this application Id : '" + id("app loader").String() + "'. Please contact your administrator for more information.",
			help: []string{"allowedapplicationsfordvaccess"},
		},
		"a token of no application": {
			change: func(w *world) { w.facts.Organization.AllowedApps = []meta.ID{{}} },
			who:    Identity{ObjectID: id("oid ben")}, code: "0x80095ffc",
			text: "Access to Dataverse API is restricted for this application Id : '00000000-0000-0000-0000-000000000000'. Please contact your administrator for more information.",
		},
		"disabled comes before the list": {
			change: func(w *world) {
				w.facts.Users[4].Disabled = true
				w.facts.Organization.AllowedApps = []meta.ID{id("app reader")}
			},
			who: app("loader"), code: "0x80040225",
			text: "The user with SystemUserId=" + id("loader").String() + " in OrganizationContext=" + id("contoso").String() + " is disabled",
		},
		"no role": {
			who: Identity{ObjectID: id("oid dora")}, code: "0x80042f09",
			text: "The user with id " + id("dora").String() + " has not been assigned any roles. They need a role with the prvReadUser privilege.",
			help: []string{"Assign a role of business unit Sales"},
		},
		"a role by an access team only": {
			change: func(w *world) {
				w.team("Guests", "Sales", accessTeam, "dora")
				w.teamRole("Guests", "Sales", "Basic User", 1)
			},
			who: Identity{ObjectID: id("oid dora")}, code: "0x80042f09",
			text: "The user with id " + id("dora").String() + " has not been assigned any roles. They need a role with the prvReadUser privilege.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := contoso(t)
			if tt.change != nil {
				tt.change(w)
				w.changed()
			}
			u, err := w.r.User(t.Context(), tt.who)
			if err == nil {
				_, err = w.r.Caller(t.Context(), u, OnBehalf{})
			}
			d := refusal(t, err)
			if d.Entry.Code.String() != tt.code || d.Message != tt.text || d.HTTPStatus() != 403 {
				t.Errorf("%d %s %q, want 403 %s %q", d.HTTPStatus(), d.Entry.Code, d.Message, tt.code, tt.text)
			}
			for _, part := range tt.help {
				if !strings.Contains(d.Help, part) {
					t.Errorf("help %q lacks %q", d.Help, part)
				}
			}
		})
	}
}

func TestLadderLetsIn(t *testing.T) {
	w := contoso(t)
	w.facts.Users[5].ObjectID = meta.ID{} // reader's row has no object id yet
	w.facts.Organization.AllowedApps = []meta.ID{id("app reader"), id("some client")}
	w.team("Helpers", "Service", 0, "dora")
	w.teamRole("Helpers", "Service", "Basic User", 0)
	for _, who := range []Identity{
		{App: true, ApplicationID: id("app reader"), ObjectID: id("any oid")},
		{ObjectID: id("oid ben"), ApplicationID: id("some client")},
		{ObjectID: id("oid dora"), ApplicationID: id("some client")}, // a role by a team is a role
	} {
		u, err := w.r.User(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.r.Caller(t.Context(), u, OnBehalf{}); err != nil {
			t.Error(err)
		}
	}
}

func TestImpersonation(t *testing.T) {
	w := contoso(t)
	w.user("gone", "Sales", "Basic User").Disabled = true
	w.user("del", "Sales", "Basic User", "Delegate")
	principal := "Principal user (Id=" + id("ben").String() + ", type=8, roleCount=1, privilegeCount=19, accessMode='0 Read-Write', AADObjectId='" + id("oid ben").String() +
		"', MetadataCachePrivilegesCount=57, businessUnitId=" + id("Sales").String() + ")"
	for name, tt := range map[string]struct {
		who       string
		for_      OnBehalf
		effective string
		code      string
		status    int
		text      string
	}{
		"nobody":                    {who: "ben", effective: "ben"},
		"by user id":                {who: "loader", for_: OnBehalf{UserID: id("ben")}, effective: "ben"},
		"by object id":              {who: "loader", for_: OnBehalf{ObjectID: id("oid cleo")}, effective: "cleo"},
		"object id wins":            {who: "loader", for_: OnBehalf{ObjectID: id("oid cleo"), UserID: id("ben")}, effective: "cleo"},
		"an application":            {who: "loader", for_: OnBehalf{ObjectID: id("oid reader")}, effective: "reader"},
		"itself, without privilege": {who: "ben", for_: OnBehalf{UserID: id("ben")}, effective: "ben"},
		"at depth Basic":            {who: "del", for_: OnBehalf{UserID: id("cleo")}, effective: "cleo"},
		"no privilege": {who: "ben", for_: OnBehalf{UserID: id("cleo")}, code: "0x80040220", status: 403,
			text: principal + ", is missing prvActOnBehalfOfAnotherUser privilege (Id=" + id(actOnBehalf).String() + "). context.Caller=" + id("ben").String() +
				". Consider adding missed privilege to one of the principal (user/team) roles."},
		"no privilege, unknown target": {who: "ben", for_: OnBehalf{UserID: id("zoe")}, code: "0x80040220", status: 403},
		"unknown user id":              {who: "loader", for_: OnBehalf{UserID: id("zoe")}, code: "0x80041d1f", status: 400, text: "The user Id(s) [" + id("zoe").String() + "] is invalid."},
		"unknown object id":            {who: "loader", for_: OnBehalf{ObjectID: id("zoe"), UserID: id("ben")}, code: "0x80041d1f", status: 400, text: "The user Id(s) [" + id("zoe").String() + "] is invalid."},
		"disabled": {who: "loader", for_: OnBehalf{UserID: id("gone")}, code: "0x80040225", status: 403,
			text: "The user with SystemUserId=" + id("gone").String() + " in OrganizationContext=" + id("contoso").String() + " is disabled"},
		"no role": {who: "loader", for_: OnBehalf{UserID: id("dora")}, code: "0x80042f09", status: 403,
			text: "The user with id " + id("dora").String() + " has not been assigned any roles. They need a role with the prvReadUser privilege."},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := w.r.User(t.Context(), w.identity(tt.who))
			if err != nil {
				t.Fatal(err)
			}
			c, err := w.r.Caller(t.Context(), u, tt.for_)
			if tt.code != "" {
				d := refusal(t, err)
				if d.Entry.Code.String() != tt.code || d.HTTPStatus() != tt.status || tt.text != "" && d.Message != tt.text {
					t.Errorf("%d %s %q", d.HTTPStatus(), d.Entry.Code, d.Message)
				}
				return
			}
			if err != nil || c.Effective.ID != id(tt.effective) || c.Authenticated.ID != id(tt.who) {
				t.Fatalf("%v, acting for %s", err, c.Effective.Name)
			}
			if c.Impersonating() != (tt.who != tt.effective) {
				t.Error("Impersonating is wrong")
			}
		})
	}
}

// Both must hold a privilege, and the lesser depth counts.
func TestImpersonationIntersects(t *testing.T) {
	w := contoso(t)
	w.role("Local Reader", "account", "Read", Local)
	w.app("sync", "Contoso", "Local Reader", "Delegate")
	read := w.model.Privilege("prvReadAccount")
	for _, tt := range []struct {
		who, for_ string
		want      Depth
	}{
		{"ada", "", Global}, {"ben", "", Basic}, {"sync", "", Local},
		{"ada", "ben", Basic}, {"sync", "ada", Local}, {"sync", "ben", Basic},
	} {
		if got := w.onBehalf(tt.who, tt.for_).Has(read); got != tt.want {
			t.Errorf("%s for %q has %s, want %s", tt.who, tt.for_, got, tt.want)
		}
	}
	both := w.onBehalf("sync", "ada")
	if both.Has(w.model.Privilege("prvReadContact")) != None || both.Has(nil) != None {
		t.Error("a privilege that only one of them holds, or none, counts")
	}
	// Cut to Local, ada's rows are those of her own unit, not of sync's roles.
	w.owned("account", "root account", "cleo", "Contoso")
	w.owned("account", "sales account", "ben", "Sales")
	g, err := Read(both, w.all("account"))
	if err != nil {
		t.Fatal(err)
	}
	if got := w.answer(g.Select()); len(got) != 1 || got[0] != id("root account") {
		t.Errorf("sees %v", got)
	}
}

func TestZeroUserAndCallerMayNothing(t *testing.T) {
	w := contoso(t)
	if _, err := w.r.Caller(t.Context(), User{}, OnBehalf{}); !dverr.UserNotMemberOfOrg.Is(err) {
		t.Error(err)
	}
	for _, tab := range w.model.Tables {
		if _, err := Read(Caller{}, w.all(tab.LogicalName)); !dverr.PrivilegeDenied.Is(err) {
			t.Errorf("%s: %v", tab.LogicalName, err)
		}
	}
	if _, found := (Caller{}).Owner(id("ben")); found {
		t.Error("the zero Caller finds owners")
	}
	Denied(Caller{}, meta.Read, w.model.Table("account"), Row{})
}

func TestOwner(t *testing.T) {
	w := contoso(t)
	w.team("Helpers", "Service", 0)
	w.user("gone", "Sales").Disabled = true
	c := w.as("ben")
	for name, want := range map[string]Owner{
		"cleo":    {ID: id("cleo"), Unit: id("Service"), Type: 8},
		"Helpers": {ID: id("Helpers"), Unit: id("Service"), Type: 9},
		"gone":    {ID: id("gone"), Unit: id("Sales"), Type: 8, Disabled: true},
	} {
		if got, found := c.Owner(id(name)); !found || got != want {
			t.Errorf("%s: %+v, %v", name, got, found)
		}
	}
	if _, found := c.Owner(id("zoe")); found {
		t.Error("found a stranger")
	}
}

// A change takes effect on the next request, and one load serves all who wait.
func TestReloadOnce(t *testing.T) {
	w := contoso(t)
	if w.as("ben").Has(w.model.Privilege("prvDeleteTeam")) != None {
		t.Fatal("ben starts with too much")
	}
	before := w.src.loads.Load()
	facts := *w.facts
	facts.UserRoles = append(facts.UserRoles, RoleAssignment{Principal: id("ben"), Role: id("Administrator@Sales")})
	w.src.facts = &facts
	w.changed()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			u, err := w.r.User(context.Background(), w.identity("ben"))
			if err != nil || u.self.depth(id("prvDeleteTeam")) != Global {
				t.Errorf("%v: the new role does not count", err)
			}
		})
	}
	all.Wait()
	if n := w.src.loads.Load() - before; n != 1 {
		t.Errorf("loaded %d times", n)
	}
}

// A new model makes a new snapshot, whose privileges and tables are that model's.
func TestReloadForNewModel(t *testing.T) {
	w := contoso(t)
	w.as("ben")
	before := w.src.loads.Load()
	w.model = people(t)
	w.as("ben")
	if w.src.loads.Load() != before+1 {
		t.Error("the snapshot outlived its model")
	}
}

func TestLoadFails(t *testing.T) {
	w := contoso(t)
	w.src.fail = errors.New("disk on fire")
	if _, err := w.r.User(t.Context(), w.identity("ben")); !errors.Is(err, w.src.fail) {
		t.Error(err)
	}
	w.src.fail = nil
	if _, err := w.r.User(t.Context(), w.identity("ben")); err != nil {
		t.Error("a failure is remembered:", err)
	}
	// Whoever waits for a load gives up with its request.
	w.changed()
	w.r.loading <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.r.User(ctx, w.identity("ben")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestResolvingCostsNothingWhenNothingChanged(t *testing.T) {
	w := contoso(t)
	ben, loader := w.identity("ben"), w.identity("loader")
	w.as("ben")
	ctx, before := t.Context(), w.src.loads.Load()
	allocs := testing.AllocsPerRun(100, func() {
		u, _ := w.r.User(ctx, ben)
		_, _ = w.r.Caller(ctx, u, OnBehalf{})
		u, _ = w.r.User(ctx, loader)
		_, _ = w.r.Caller(ctx, u, OnBehalf{UserID: id("ben")})
	})
	if allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
	if w.src.loads.Load() != before {
		t.Error("loaded again")
	}
}
