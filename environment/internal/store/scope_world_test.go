package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// A company of a thousand business units under one division, and another division
// beside it. Each of its people reads accounts at another depth:
//
//	gil   Global        lea   Local         dee   Deep, in the division of 1,000 units
//	bob   Basic, with shares               app   Global, and acts for the others
//
// Accounts belong to people and units in turn.
const (
	scopeUnits  = 1000
	scopeOwners = 200
)

type scopeWorld struct {
	*world
	people *access.Resolver
}

func unitID(n int) query.Value  { return guid(2_000_000 + n) }
func ownerID(n int) query.Value { return guid(1_000_000 + n) }

// the numbers of the people among the owners
var scopePeople = map[string]int{"gil": 0, "lea": 1, "dee": 2, "bob": 3, "app": 4}

func newScopeWorld(t testing.TB, rows, shares int) *scopeWorld {
	t.Helper()
	return newScopeWorldAt(t, filepath.Join(t.TempDir(), "scope.db"), rows, shares)
}

// newScopeWorldAt keeps the company in a file, or at a server.
func newScopeWorldAt(t testing.TB, path string, rows, shares int) *scopeWorld {
	t.Helper()
	m, err := catalog.Model()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Config{Path: path, Model: m})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	w := &scopeWorld{world: &world{Store: s, t: t, m: m}}
	w.people = access.NewResolver(s, func() *meta.Model { return m })
	w.company()
	w.accounts(rows)
	w.shares(rows, shares)
	return w
}

func (w *scopeWorld) company() {
	all := []access.Change{w.insertion("organization", set{"organizationid": guid(5_000_000), "name": query.Text("contoso")})}
	parent := func(n int) query.Value { // 0 is the root, 1 the division of all others but the last
		if n == 1 || n == scopeUnits+2 {
			return unitID(0)
		}
		return unitID(1 + (n-2)/8)
	}
	for n := range scopeUnits + 3 {
		unit := set{"businessunitid": unitID(n), "name": query.Text(fmt.Sprint("Unit ", n)), "isdisabled": query.Int(0)}
		if n > 0 {
			unit["parentbusinessunitid"] = parent(n)
		}
		all = append(all, w.insertion("businessunit", unit))
	}
	for n := range scopeOwners {
		all = append(all, w.insertion("systemuser", set{"systemuserid": ownerID(n), "azureactivedirectoryobjectid": ownerID(n),
			"fullname": query.Text(fmt.Sprint("User ", n)), "businessunitid": unitID(1), "isdisabled": query.Int(0), "accessmode": query.Int(0)}))
	}
	all = append(all, w.team(1_000_000+scopeOwners, "bob")...)
	depth := map[string]int64{"gil": 8, "lea": 2, "dee": 4, "bob": 1, "app": 8}
	for who, n := range scopePeople {
		role := guid(6_000_000 + n)
		all = append(all,
			w.insertion("role", set{"roleid": role, "name": query.Text(who), "businessunitid": unitID(0), "parentrootroleid": role}),
			w.insertion("systemuserroles", set{"systemuserroleid": role, "systemuserid": ownerID(n), "roleid": role}))
		for i, p := range []*meta.Privilege{w.m.Table("account").Privileges[meta.Read], w.m.Privilege("prvActOnBehalfOfAnotherUser")} {
			all = append(all, w.insertion("roleprivileges", set{"roleprivilegeid": guid(7_000_000 + 2*n + i), "roleid": role,
				"privilegeid": query.GUID(p.ID), "privilegedepthmask": query.Int(depth[who])}))
		}
	}
	w.apply(all...)
}

func (w *scopeWorld) team(n int, member string) []access.Change {
	return []access.Change{
		w.insertion("team", set{"teamid": guid(n), "name": query.Text("Team"), "teamtype": query.Int(0), "businessunitid": unitID(1), "isdefault": query.Int(0)}),
		w.insertion("teammembership", set{"teammembershipid": guid(n), "teamid": guid(n), "systemuserid": ownerID(scopePeople[member])}),
	}
}

func (w *scopeWorld) accounts(rows int) {
	for from := 0; from < rows; from += 5000 {
		var changes []access.Change
		for n := from; n < min(rows, from+5000); n++ {
			changes = append(changes, w.insertion("account", set{
				"accountid": guid(n), "name": query.Text(fmt.Sprintf("Account %07d", n*7919%rows)), "telephone1": query.Text("+43 316 123456"),
				"address1_city": query.Text("Graz"), "numberofemployees": query.Int(int64(n % 5000)), "statecode": query.Int(0), "createdon": query.Int(1_700_000_000),
				"versionnumber": query.Int(int64(n + 1)), "ownerid": ownerID(n * 31 % scopeOwners), "owningbusinessunit": unitID(1 + n%(scopeUnits+1)),
			}))
		}
		w.apply(changes...)
	}
}

// shares gives bob accounts of others.
func (w *scopeWorld) shares(rows, shares int) {
	var changes []access.Change
	for n := range shares {
		changes = append(changes, w.insertion("principalobjectaccess", set{
			"principalobjectaccessid": guid(n), "objectid": guid(n * (rows / shares)), "principalid": ownerID(scopePeople["bob"]),
			"objecttypecode": query.Text("account"), "accessrightsmask": query.Int(1), "inheritedaccessrightsmask": query.Int(0)}))
	}
	w.apply(changes...)
}

// as resolves a person, or somebody acting for another: "app" for "lea".
func (w *scopeWorld) as(who, whom string) access.Caller {
	w.t.Helper()
	u, err := w.people.User(context.Background(), access.Identity{ObjectID: ownerID(scopePeople[who]).GUID()})
	if err != nil {
		w.t.Fatal(err)
	}
	var behalf access.OnBehalf
	if whom != "" {
		behalf.UserID = ownerID(scopePeople[whom]).GUID()
	}
	c, err := w.people.Caller(context.Background(), u, behalf)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// list is the list of the figures: 50 accounts in order of a column.
func (w *scopeWorld) list(order string) *query.Select {
	s := w.sel("account", listColumns...)
	if order != "" {
		s.Order = append([]query.Order{{Col: w.col(s, order)}}, s.Order...)
	}
	s.Limit = 50
	return s
}

func (w *scopeWorld) granted(c access.Caller, s *query.Select) access.Granted {
	w.t.Helper()
	g, err := access.Read(c, s)
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}
