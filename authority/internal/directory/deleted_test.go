package directory_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/directory/directorytest"
)

var moment = time.Unix(1_800_000_000, 0).UTC()

// peopled is small with groups, consent and an administrator.
func peopled() Records {
	r := small()
	r.Groups = []Group{
		{ID: id(50), TenantID: id(1), DisplayName: "Inner", SecurityEnabled: true},
		{ID: id(51), TenantID: id(1), DisplayName: "Outer", Types: []string{"Unified"}},
		{ID: id(52), TenantID: id(1), DisplayName: "Circle"},
	}
	r.Members = []Member{NewMember(id(50), id(30)), NewMember(id(51), id(50)), NewMember(id(52), id(51)), NewMember(id(51), id(52))}
	r.Grants = []PermissionGrant{
		NewGrant(id(1), id(24), id(14), "", []string{"Write", "Read"}, moment),
		NewGrant(id(1), id(24), id(14), id(30), []string{"Read", "Extra"}, moment),
	}
	r.DirectoryRoles = []DirectoryRole{{ID: id(60), TenantID: id(1), TemplateID: GlobalAdministrator, PrincipalID: id(30)}}
	return r
}

func TestGroupsThroughGroups(t *testing.T) {
	s := snapshot(t, peopled())
	if got := s.Groups(id(30)); !slices.Equal(got, []ID{id(50), id(51), id(52)}) { // in a circle
		t.Errorf("groups %v", got)
	}
	if got := s.MemberOf(id(30)); !slices.Equal(got, []ID{id(50)}) {
		t.Errorf("direct groups %v", got)
	}
	if got := s.AdminRoles(id(30)); !slices.Equal(got, []ID{GlobalAdministrator}) {
		t.Errorf("roles %v", got)
	}
}

func TestConsented(t *testing.T) {
	s := snapshot(t, peopled())
	for user, want := range map[ID]string{"": "Read Write", id(30): "Extra Read Write", id(31): "Read Write"} {
		if got := strings.Join(s.Consented(id(24), id(14), user), " "); got != want {
			t.Errorf("%q: %s, want %s", user, got, want)
		}
	}
	if got := s.Consented(id(14), id(24), ""); len(got) != 0 {
		t.Errorf("the other way round: %v", got)
	}
	twice := peopled()
	twice.Grants = append(twice.Grants, PermissionGrant{ID: "x", ClientID: id(24), ResourceID: id(14)})
	if _, err := NewSnapshot(twice); !errors.Is(err, ErrConflict) {
		t.Errorf("a second grant of the same gave %v", err)
	}
}

// left is what the deletion of an object leaves.
func left(t *testing.T, r Records, deleted ID) (Records, *Snapshot) {
	t.Helper()
	next := r.With(snapshot(t, r).Deletion(deleted, moment))
	return next, snapshot(t, next)
}

func TestDeletions(t *testing.T) {
	for name, try := range map[string]struct {
		deleted            ID
		app, principal     bool // of the client
		user               bool
		grants, assigned   int
		members, tombs     int
		appName, groupName string
	}{
		"nothing":           {"", true, true, true, 2, 3, 4, 0, "", ""},
		"unknown":           {id(99), true, true, true, 2, 3, 4, 0, "", ""},
		"application":       {id(20), false, false, true, 0, 1, 4, 2, "", ""},
		"service principal": {id(24), true, false, true, 0, 1, 4, 1, "", ""},
		"user":              {id(30), true, true, false, 1, 2, 4, 1, "", ""},
		"security group":    {id(50), true, true, true, 2, 3, 2, 0, "", ""},
		"unified group":     {id(51), true, true, true, 2, 3, 4, 1, "", ""},
	} {
		r, s := left(t, peopled(), try.deleted)
		_, app := s.Application(id(21))
		_, principal := s.Principal(id(1), id(21))
		_, user := s.User(id(1), "ada@contoso.example")
		if app != try.app || principal != try.principal || user != try.user {
			t.Errorf("%s: application %v, principal %v, user %v", name, app, principal, user)
		}
		if len(r.Grants) != try.grants || len(r.RoleAssignments) != try.assigned || len(r.Members) != try.members || len(s.DeletedIn(id(1))) != try.tombs {
			t.Errorf("%s: %d grants, %d assignments, %d members, %d tombs", name, len(r.Grants), len(r.RoleAssignments), len(r.Members), len(s.DeletedIn(id(1))))
		}
	}
}

// What is deleted can be restored as it was, without what went with it.
func TestRestorations(t *testing.T) {
	for _, one := range []ID{id(20), id(24), id(30), id(51)} {
		r, s := left(t, peopled(), one)
		tomb, found := s.Deleted(one)
		if !found || !tomb.At.Equal(moment) || tomb.Tenant != id(1) {
			t.Fatalf("%s: %+v", one, tomb)
		}
		after := snapshot(t, r.With(s.Restoration(one)))
		if got := after.DeletedIn(id(1)); len(got) != 0 {
			t.Errorf("%s: %v are still deleted", one, got)
		}
		p, found := after.Principal(id(1), id(21))
		u, there := after.User(id(1), "ada@contoso.example")
		if !found || p.ID != id(24) || !there || u.UPN != "Ada@contoso.example" || !u.Deleted.IsZero() {
			t.Errorf("%s: %v %v", one, p, u)
		}
	}
}

func TestNamesOfDeletedAreFree(t *testing.T) {
	r, s := left(t, peopled(), id(30))
	again := r.With(Change{Put: Records{Users: []User{{ID: id(31), TenantID: id(1), UPN: "ada@contoso.example"}}}})
	snapshot(t, again)
	if _, err := NewSnapshot(again.With(s.Restoration(id(30)))); !errors.Is(err, ErrConflict) {
		t.Errorf("restoring over a newcomer gave %v", err)
	}
}

// An application takes its service principals in other tenants along only for good.
func TestPurge(t *testing.T) {
	r := peopled()
	r.Tenants = append(r.Tenants, Tenant{ID: id(2)})
	r.ServicePrincipals = append(r.ServicePrincipals, ServicePrincipal{ID: id(70), AppID: id(21), TenantID: id(2)})
	r, s := left(t, r, id(20))
	if _, found := s.Principal(id(2), id(21)); found {
		t.Error("the application of a deleted registration can still be signed in to")
	}
	if _, found := s.PrincipalByID(id(70)); !found {
		t.Error("its service principal elsewhere is gone")
	}
	r = r.With(s.Purge(id(20)))
	if len(r.Applications) != 1 || len(r.ServicePrincipals) != 1 {
		t.Errorf("left %d applications, %d service principals", len(r.Applications), len(r.ServicePrincipals))
	}
	snapshot(t, r)
}

func TestExpired(t *testing.T) {
	r, s := left(t, peopled(), id(30))
	if got := s.Expired(moment.Add(Kept)); len(got.Remove) != 0 {
		t.Errorf("in time: %v", got.Remove)
	}
	r = r.With(s.Expired(moment.Add(Kept + 1)))
	if len(r.Users) != 0 || len(r.Members) != 3 || len(r.DirectoryRoles) != 0 {
		t.Errorf("left %d users, %d members", len(r.Users), len(r.Members))
	}
}

func TestUpdate(t *testing.T) {
	store := &directorytest.Memory{}
	d, err := Open(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Change(t.Context(), Change{Put: peopled()}); err != nil {
		t.Fatal(err)
	}
	before := d.Current()
	store.Fail = errors.New("the disk is full")
	if err := d.Update(t.Context(), func(*Snapshot) (Change, error) { return Change{}, nil }); err != nil || d.Current() != before {
		t.Errorf("an empty change was kept: %v", err)
	}
	change := func(s *Snapshot) (Change, error) { return s.Deletion(id(30), moment), nil }
	if err := d.Update(t.Context(), change); err == nil || d.Current() != before {
		t.Errorf("a change that was not kept is seen: %v", err)
	}
	refusal := errors.New("no")
	if err := d.Update(t.Context(), func(*Snapshot) (Change, error) { return Change{Remove: []ID{id(30)}}, refusal }); !errors.Is(err, refusal) {
		t.Error(err)
	}
	store.Fail = nil
	if err := d.Update(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	if _, found := d.Current().UserByID(id(30)); found {
		t.Error("the change is not seen")
	}
}

func TestLists(t *testing.T) {
	s := snapshot(t, peopled())
	if len(s.ApplicationsIn(id(1))) != 2 || len(s.ApplicationsIn(id(2))) != 0 || len(s.PrincipalsIn(id(1))) != 2 || len(s.UsersIn(id(1))) != 1 ||
		len(s.GroupsIn(id(1))) != 3 || len(s.GrantsIn(id(1))) != 2 || len(s.GrantsOf(id(24))) != 2 || len(s.DirectoryRoles(id(1))) != 1 || len(s.Tenants()) != 1 {
		t.Error("a list has too many or too few")
	}
	if got := s.RoleAssignments(func(a RoleAssignment) bool { return a.PrincipalID == id(24) }); len(got) != 2 || got[0].ID != id(40) {
		t.Errorf("assignments %v", got)
	}
	if r := RandomID([16]byte{}); r != "00000000-0000-4000-8000-000000000000" {
		t.Errorf("random id %s", r)
	}
}

// The permissions of Graph have one id each, and each its own.
func TestGraphPermissions(t *testing.T) {
	graph := FirstParty()[1]
	seen := map[ID]string{}
	for _, r := range graph.Roles {
		if _, ok := ParseID(string(r.ID)); !ok || seen[r.ID] != "" {
			t.Errorf("role %s has the id %s of %q", r.Value, r.ID, seen[r.ID])
		}
		seen[r.ID] = r.Value
	}
	for _, sc := range graph.Scopes {
		if _, ok := ParseID(string(sc.ID)); !ok || seen[sc.ID] != "" {
			t.Errorf("scope %s has the id %s of %q", sc.Value, sc.ID, seen[sc.ID])
		}
		seen[sc.ID] = sc.Value
	}
	if seen["1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"] != "Application.ReadWrite.All" || seen["e1fe6dd8-ba31-4d61-89e7-88639da4683d"] != "User.Read" {
		t.Error("a well-known id stands for something else")
	}
}
