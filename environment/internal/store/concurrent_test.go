package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// readersSeeWholeTransactions: every write adds two rows, so a reader that sees
// an odd number of them saw half a write; and it sees all that were acknowledged.
func readersSeeWholeTransactions(t *testing.T, w *world) {
	const writers, writes = 4, 40
	var writing, reading sync.WaitGroup
	var acknowledged atomic.Int64
	done := make(chan struct{})
	for i := range writers {
		writing.Go(func() {
			for n := range writes {
				at := 2 * (i*writes + n)
				w.apply(w.insertion("account", set{"accountid": guid(at)}), w.insertion("account", set{"accountid": guid(at + 1)}))
				acknowledged.Add(2)
			}
		})
	}
	for range 3 {
		reading.Go(func() {
			for running := true; running; {
				select {
				case <-done:
					running = false
				default:
				}
				least := int(acknowledged.Load())
				if n := len(w.texts(w.sel("account", "name"))); n%2 != 0 || n < least {
					t.Errorf("saw %d rows of at least %d", n, least)
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
	if n := len(w.texts(w.sel("account", "name"))); n != 2*writers*writes {
		t.Errorf("%d rows in the end", n)
	}
}

// snapshotWhileStreaming: a page, and what is asked in the same transaction after
// it, show the rows as they were at the first question, whatever is committed between
// two of its rows.
func snapshotWhileStreaming(t *testing.T, w *world) {
	for n := range 100 {
		w.apply(w.insertion("account", set{"accountid": guid(n), "name": query.Text("old")}))
	}
	err := w.Read(t.Context(), func(tx *store.Tx) error {
		page, err := tx.Page(t.Context(), access.System("test", w.sel("account", "name")))
		if err != nil {
			return err
		}
		seen := 0
		for row, err := range page.Rows {
			if err != nil {
				return err
			}
			if seen++; text(row, 0) != "old" {
				t.Errorf("row %d is %s", seen, text(row, 0))
			}
			if seen == 10 {
				w.apply(w.modification("account", 50, set{"name": query.Text("new")}),
					w.removal("account", 60), w.insertion("account", set{"accountid": guid(1000)}))
			}
		}
		if seen != 100 {
			t.Errorf("%d rows streamed", seen)
		}
		s := w.sel("account", "name")
		s.Where = w.equal(s, "name", query.Text("new"))
		there, err := tx.Exists(t.Context(), access.System("test", s))
		if there {
			t.Error("the transaction sees a later commit")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// leavingAPageEarly: whoever stops after a few rows leaves the transaction usable.
func leavingAPageEarly(t *testing.T, w *world) {
	people(w)
	err := w.Read(t.Context(), func(tx *store.Tx) error {
		for _, expand := range []bool{false, true} {
			s := w.sel("account", "name")
			if expand {
				w.expand(s, "contacts", w.sel("contact", "name"))
			}
			for range 3 {
				page, err := tx.Page(t.Context(), access.System("test", s))
				if err != nil {
					return err
				}
				for row := range page.Rows {
					if text(row, 0) != "Alpha" {
						t.Errorf("first row is %s", text(row, 0))
					}
					break
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func cancelledQuestion(t *testing.T, w *world) {
	people(w)
	ctx, cancel := context.WithCancel(t.Context())
	err := w.Read(ctx, func(tx *store.Tx) error {
		cancel()
		_, err := tx.Page(ctx, access.System("test", w.sel("account", "name")))
		return err
	})
	if err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

func securityFacts(t *testing.T, w *world) {
	before := w.SecurityVersion()
	w.apply(
		w.insertion("organization", set{"organizationid": guid(900), "name": query.Text("Contoso"),
			"allowedapplicationsfordvaccess": query.Text(id(5).String() + ", " + id(6).String() + ",all")}),
		w.insertion("businessunit", set{"businessunitid": guid(10), "name": query.Text("Contoso")}),
		w.insertion("businessunit", set{"businessunitid": guid(11), "name": query.Text("Sales"), "parentbusinessunitid": guid(10), "isdisabled": query.Bool(true)}),
		w.insertion("systemuser", set{"systemuserid": guid(20), "fullname": query.Text("Ana"), "domainname": query.Text("ana@contoso.example"),
			"azureactivedirectoryobjectid": guid(21), "businessunitid": guid(11), "accessmode": query.Int(4), "isdisabled": query.Bool(true)}),
		w.insertion("systemuser", set{"systemuserid": guid(22), "applicationid": guid(23), "businessunitid": guid(10)}),
		w.insertion("team", set{"teamid": guid(30), "name": query.Text("Sales"), "teamtype": query.Int(2), "isdefault": query.Bool(true), "businessunitid": guid(11)}),
		w.insertion("teammembership", set{"teammembershipid": guid(31), "teamid": guid(30), "systemuserid": guid(20)}),
		w.insertion("role", set{"roleid": guid(40), "name": query.Text("Clerk"), "parentrootroleid": guid(41), "roletemplateid": guid(42),
			"isinherited": query.Int(1), "businessunitid": guid(11)}),
		w.insertion("roleprivileges", set{"roleprivilegeid": guid(50), "roleid": guid(41), "privilegeid": guid(51), "privilegedepthmask": query.Int(4)}),
		w.insertion("systemuserroles", set{"systemuserroleid": guid(60), "systemuserid": guid(20), "roleid": guid(40)}),
		w.insertion("teamroles", set{"teamroleid": guid(61), "teamid": guid(30), "roleid": guid(40)}),
	)
	f, err := w.Security(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if f.Version != w.SecurityVersion() || f.Version == before {
		t.Errorf("facts of version %d, now %d, before %d", f.Version, w.SecurityVersion(), before)
	}
	want := access.Facts{
		Version:      f.Version,
		Organization: access.Organization{ID: id(900), Name: "Contoso", AllowedApps: f.Organization.AllowedApps, Hierarchy: access.Hierarchy{Depth: 3}},
		Units:        []access.Unit{{ID: id(10), Name: "Contoso"}, {ID: id(11), Parent: id(10), Name: "Sales", Disabled: true}},
		Users: []access.UserRow{
			{ID: id(20), ObjectID: id(21), Unit: id(11), Name: "Ana", DomainName: "ana@contoso.example", AccessMode: 4, Disabled: true},
			{ID: id(22), ApplicationID: id(23), Unit: id(10)},
		},
		Teams:          []access.TeamRow{{ID: id(30), Unit: id(11), Name: "Sales", Type: 2, Default: true}},
		Memberships:    []access.Membership{{Team: id(30), User: id(20)}},
		Roles:          []access.RoleRow{{ID: id(40), Unit: id(11), Root: id(41), Template: id(42), Name: "Clerk", Inherited: 1}},
		RolePrivileges: []access.RolePrivilege{{Role: id(41), Privilege: id(51), Depth: access.Deep}},
		UserRoles:      []access.RoleAssignment{{Principal: id(20), Role: id(40)}},
		TeamRoles:      []access.RoleAssignment{{Principal: id(30), Role: id(40)}},
	}
	if got := fmt.Sprintf("%+v", *f); got != fmt.Sprintf("%+v", want) {
		t.Errorf("got  %s\nwant %+v", got, want)
	}
	if apps := fmt.Sprint(f.Organization.AllowedApps); apps != fmt.Sprintf("[%s %s %s]", id(5), id(6), access.Organization{}.ID) {
		t.Errorf("allowed applications are %s", apps)
	}
}

func securityVersionMovesForSecurityTablesAlone(t *testing.T, w *world) {
	for table, want := range map[string]bool{"account": false, "principalobjectaccess": false, "systemuser": true, "teamroles": true} {
		before := w.SecurityVersion()
		row := set{w.m.Table(table).PrimaryID.LogicalName: guid(1)}
		if table == "principalobjectaccess" {
			row["objectid"] = guid(1)
		}
		w.apply(w.insertion(table, row))
		if moved := w.SecurityVersion() != before; moved != want {
			t.Errorf("%s: moved %v", table, moved)
		}
	}
}
