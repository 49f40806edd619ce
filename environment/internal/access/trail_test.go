package access

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// noting resolves somebody whose decisions are noted.
func (w *world) noting(name string) (Caller, *Trail) {
	c, t := w.as(name), &Trail{}
	c.Authenticated = c.Authenticated.Noting(t)
	return c, t
}

func TestTrailNotesEachUseOnce(t *testing.T) {
	w := contoso(t)
	w.role("Clerk", "account", "Create Read Write", Local)
	w.user("zoe", "Sales", "Clerk")
	c, trail := w.noting("zoe")
	for range 3 {
		if _, err := Read(c, w.all("account")); err != nil {
			t.Fatal(err)
		}
	}
	uses := trail.Uses()
	if len(uses) != 1 || uses[0].Privilege.Name != "prvReadAccount" || uses[0].Held != Local || uses[0].Needed != None || uses[0].Effective().ID != id("zoe") {
		t.Fatalf("%+v", uses)
	}
	if ways := uses[0].Ways(); len(ways) != 1 || ways[0].Role.Name != "Clerk" || ways[0].Depth != Local || !ways[0].Team.IsZero() || ways[0].Principal != id("zoe") {
		t.Errorf("%+v", ways)
	}
	account := w.model.Table("account")
	Reached(c, meta.Write, account, Row{Owner: id("zoe"), Unit: id("Sales")})
	if last := trail.Uses()[1]; last.Right != meta.Write || last.Needed != Basic {
		t.Errorf("one's own row: %+v", last)
	}
	Reached(c, meta.Write, account, Row{Owner: id("somebody"), Unit: id("Sales")})
	if last := trail.Uses()[1]; len(trail.Uses()) != 2 || last.Needed != Local {
		t.Errorf("the unit's row: %+v", last)
	}
	if _, err := Read(c, w.all("contact")); err == nil || len(trail.Refusals()) != 1 || trail.Refusals()[0].Who != id("zoe") || trail.Refusals()[0].Least != Basic {
		t.Errorf("%v: %+v", err, trail.Refusals())
	}
}

// What is asked without deciding anything, and what others are judged by, leaves no trace.
func TestTrailKeepsQuietQuestionsOut(t *testing.T) {
	w := contoso(t)
	w.role("Clerk", "account", "Read", Local)
	w.user("zoe", "Sales", "Clerk")
	c, trail := w.noting("zoe")
	as, _ := c.As(id("zoe"))
	_, _ = Read(as, w.all("account"))
	_, _ = Read(c.quietly(), w.all("contact"))
	_ = c.Has(w.model.Table("account").Privileges[meta.Read])
	if len(trail.Uses())+len(trail.Refusals()) != 0 {
		t.Errorf("noted %+v %+v", trail.Uses(), trail.Refusals())
	}
}

func TestNotingMostRequestsAllocatesNothing(t *testing.T) {
	w := contoso(t)
	w.role("Clerk", "account", "Read", Local)
	w.user("zoe", "Sales", "Clerk")
	c := w.as("zoe")
	n := need{right: meta.Read, table: w.model.Table("account"), privilege: w.model.Table("account").Privileges[meta.Read]}
	var trail Trail
	c.Authenticated = c.Authenticated.Noting(&trail)
	if allocs := testing.AllocsPerRun(100, func() { trail.uses = nil; c.used(n, Local, None) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestTrailOfASecuredColumn(t *testing.T) {
	w := contoso(t)
	w.role("Clerk", "account", "Create Read", Global)
	w.user("zoe", "Sales", "Clerk")
	c, trail := w.noting("zoe")
	secret := w.model.Table("account").Column("revenue")
	secret.Secured = true
	if err := c.writable(w.set("account", map[string]query.Value{"revenue": query.Int(1)}), true); err == nil {
		t.Fatal("a secured column is written")
	}
	if r := trail.Refusals(); len(r) != 1 || r[0].Stop != AtColumn || r[0].Column != secret || r[0].Help == "" {
		t.Errorf("%+v", r)
	}
}

// The least depth that would have done is told where it depends on no row: at the least
// that there is, where nobody owns rows, and of privileges for no table.
func TestTrailTellsTheLeastDepth(t *testing.T) {
	w := contoso(t)
	for _, tt := range []struct {
		who, table string
		want       Depth
	}{
		{"ben", "account", Basic}, {"ada", "account", None},
		{"ben", "transactioncurrency", Global}, {"ada", "transactioncurrency", Global},
	} {
		c, trail := w.noting(tt.who)
		if _, err := Read(c, w.all(tt.table)); err != nil || len(trail.Uses()) != 1 || trail.Uses()[0].Needed != tt.want {
			t.Errorf("%s reads %s: %v %+v, want %s", tt.who, tt.table, err, trail.Uses(), tt.want)
		}
	}
}

// A use is one of a privilege on a table for a user: another table of the same privilege, or
// another user that a batch acts for, is another use.
func TestTrailKeepsUsesApart(t *testing.T) {
	w := contoso(t)
	w.model.Table("contact").Privileges[meta.Read] = w.model.Table("account").Privileges[meta.Read]
	trail := &Trail{}
	for _, for_ := range []string{"ben", "cleo", "ben"} {
		c := w.onBehalf("loader", for_)
		c.Authenticated = c.Authenticated.Noting(trail)
		for _, tab := range []string{"account", "contact"} {
			if _, err := Read(c, w.all(tab)); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := ""
	for _, u := range trail.Uses() {
		got += u.Effective().Name + " " + u.Table.LogicalName + ";"
		if u.Version() != w.src.SecurityVersion() {
			t.Errorf("judged by version %d of %d", u.Version(), w.src.SecurityVersion())
		}
	}
	if got != "ben account;ben contact;cleo account;cleo contact;" {
		t.Error(got)
	}
}

// Ways are roles that give the privilege: one's own and teams', and of both users.
func TestWaysOfAPrivilege(t *testing.T) {
	w := contoso(t)
	w.role("Deep Reader", "account", "Read", Deep)
	w.user("zoe", "Sales", "Basic User", "Delegate")
	w.team("Crew", "Sales", 0, "zoe")
	w.teamRole("Crew", "Sales", "Deep Reader", 1)
	c, trail := w.onBehalf("loader", "zoe"), &Trail{}
	c.Authenticated = c.Authenticated.Noting(trail)
	if _, err := Read(c, w.all("account")); err != nil || len(trail.Uses()) != 1 {
		t.Fatal(err, trail.Uses())
	}
	got := map[Way]bool{}
	for _, way := range trail.Uses()[0].Ways() {
		way.Role = RoleRow{Name: way.Role.Name}
		got[way] = true
	}
	for _, want := range []Way{
		{Role: RoleRow{Name: "Basic User"}, Depth: Basic, Principal: id("zoe")},
		{Role: RoleRow{Name: "Deep Reader"}, Depth: Deep, Team: id("Crew"), Principal: id("zoe")},
		{Role: RoleRow{Name: "Administrator"}, Depth: Global, Principal: id("loader")},
	} {
		if !got[want] {
			t.Errorf("lacks %+v", want)
		}
	}
	if len(got) != 3 || (Use{Privilege: trail.Uses()[0].Privilege}).Ways() != nil || (Use{}).Version() != 0 {
		t.Errorf("%d ways, or ways of nobody", len(got))
	}
}

// A batch of a thousand refusals notes twenty.
func TestTrailNotesSomeRefusals(t *testing.T) {
	w := contoso(t)
	c, trail := w.noting("ben")
	for range 2 * maxRefusals {
		_, _ = Read(c, w.all("team"))
	}
	if n := len(trail.Refusals()); n != maxRefusals {
		t.Errorf("%d refusals noted", n)
	}
}

// What nobody holds, and what no table knows, is no use.
func TestReachedWithoutAPrivilege(t *testing.T) {
	w := contoso(t)
	c, trail := w.noting("ben")
	Reached(c, meta.Delete, w.model.Table("team"), Row{Unit: id("Sales")})
	Reached(c, meta.Read, w.model.Table("secret"), Row{})
	Reached(Caller{Authenticated: c.Authenticated}, meta.Read, w.model.Table("account"), Row{})
	Reached(w.as("ben"), meta.Read, w.model.Table("account"), Row{Owner: id("ben")})
	if len(trail.Uses()) != 0 {
		t.Errorf("%+v", trail.Uses())
	}
}
