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
