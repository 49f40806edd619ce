package access

import (
	"fmt"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Each permission comes from a profile of one's own or of a team, whichever allows it, and
// none of them brings another; who acts for somebody has what both have.
func TestEachPermissionIsItsOwn(t *testing.T) {
	every := func(yield func(permission) bool) {
		for n := range 8 {
			if !yield(permission{n&1 > 0, n&2 > 0, n&4 > 0}) {
				return
			}
		}
	}
	for p := range every {
		for q := range every {
			w, revenue := salaries(t)
			w.facts.Permissions = []FieldPermission{
				{Profile: id("readers"), Table: "account", Column: "revenue", Create: p.create, Read: p.read, Update: p.update},
				{Profile: id("writers"), Table: "account", Column: "revenue", Create: q.create, Read: q.read, Update: q.update},
			}
			w.facts.UserProfiles = append(w.facts.UserProfiles, ProfileAssignment{id("cleo"), id("writers")})
			w.changed()
			if got, want := w.as("ben").may(revenue), (permission{p.create || q.create, p.read || q.read, p.update || q.update}); got != want {
				t.Errorf("%v with the team's %v: %v", p, q, got)
			}
			w.facts.TeamProfiles = nil
			w.changed()
			both := Caller{Authenticated: w.as("cleo").Effective, Effective: w.as("ben").Effective}
			if got, want := both.may(revenue), (permission{p.create && q.create, p.read && q.read, p.update && q.update}); got != want {
				t.Errorf("%v for %v: %v", q, p, got)
			}
			w.writes(revenue, p)
		}
	}
}

// writes checks that ben, whose profile alone counts, creates and updates as it says.
func (w *world) writes(c *meta.Column, p permission) {
	w.Helper()
	set := op.Assignment{Column: c, Value: query.Int(1)}
	if _, err := Update(w.as("ben"), c.Table, id("x"), []op.Assignment{set}, 0); (err == nil) != p.update || err != nil && !dverr.ColumnUpdateDenied.Is(err) {
		w.Errorf("%v: update: %v", p, err)
	}
	if _, err := Create(w.as("ben"), c.Table, append(w.rowOf("ben"), set)); (err == nil) != p.create || err != nil && !dverr.ColumnCreateDenied.Is(err) {
		w.Errorf("%v: create: %v", p, err)
	}
}

// A column made of others is masked with any of them, an amount in base currency with its
// amount alone, and a caller that is nobody reads none that is secured.
func TestWhatIsMasked(t *testing.T) {
	w, revenue := salaries(t)
	open := &meta.Column{LogicalName: "budget", Kind: meta.Money}
	for name, tt := range map[string]struct {
		column *meta.Column
		masked bool
	}{
		"secured": {revenue, true}, "open": {open, false}, "base of secured": {&meta.Column{BaseOf: revenue}, true}, "base of open": {&meta.Column{BaseOf: open}, false},
		"made of open": {&meta.Column{Parts: []*meta.Column{open}}, false}, "made of both": {&meta.Column{Parts: []*meta.Column{open, revenue}}, true},
	} {
		if got := Masked(w.as("cleo"), tt.column); got != tt.masked {
			t.Errorf("%s: %v", name, got)
		}
		if Masked(w.as("ben"), tt.column) || Masked(w.as("ada"), tt.column) {
			t.Errorf("%s is masked to who may read it", name)
		}
	}
	if !Masked(Caller{}, revenue) || Masked(Caller{}, open) {
		t.Error("nobody")
	}
}

// Labels are there where they were asked for, and names that nobody masks order.
func TestMasksKeepWhatIsOpen(t *testing.T) {
	w, _ := salaries(t)
	contact, account := w.model.Table("contact"), w.model.Table("account")
	contact.PrimaryName = contact.Column("fullname")
	for _, tt := range []struct{ asked, secured bool }{{true, false}, {false, false}, {false, true}} {
		asked := tt.asked
		s := w.all("account")
		col := query.Col{Of: s, C: account.Column("primarycontactid")}
		s.Columns = append(s.Columns, query.Output{Col: col, Label: asked})
		s.Order = append([]query.Order{{Col: col, ByLabel: asked}}, s.Order...)
		contact.PrimaryName.Secured = tt.secured
		g, err := Read(w.as("cleo"), s)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.Select(); got.Columns[len(got.Columns)-1].Label != asked || got.Order[0].Col.Masked {
			t.Errorf("%+v: %s", tt, query.Print(got))
		}
	}
}

// An update needs Write, Assign where it sets another owner, Append where it sets a lookup
// that may be set.
func TestNeeds(t *testing.T) {
	w := contoso(t)
	account := w.model.Table("account")
	owner, contact := account.Column("ownerid"), account.Column("primarycontactid")
	contact.ForUpdate = true
	users, contacts := w.model.Table("systemuser"), w.model.Table("contact")
	for name, tt := range map[string]struct {
		set  []op.Assignment
		want string
	}{
		"a text":          {[]op.Assignment{{Column: account.Column("revenue"), Value: query.Int(1)}}, "[Write]"},
		"an owner":        {[]op.Assignment{{Column: owner, Value: query.GUID(id("cleo")), Target: users}}, "[Write Assign]"},
		"owner first":     {[]op.Assignment{{Column: owner, Value: query.GUID(id("cleo")), Target: users}, {Column: contact, Value: query.GUID(id("x")), Target: contacts}, {Column: account.Column("revenue")}}, "[Write Assign Append]"},
		"no owner":        {[]op.Assignment{{Column: owner}}, "[Write]"},
		"a lookup":        {[]op.Assignment{{Column: contact, Value: query.GUID(id("x")), Target: contacts}}, "[Write Append]"},
		"no lookup":       {[]op.Assignment{{Column: contact, Target: contacts}}, "[Write]"},
		"both":            {[]op.Assignment{{Column: contact, Value: query.GUID(id("x")), Target: contacts}, {Column: owner, Value: query.GUID(id("cleo")), Target: users}}, "[Write Assign Append]"},
		"lookup, by rule": {[]op.Assignment{{Column: contact, Value: query.GUID(id("x"))}}, "[Write]"},
	} {
		if got := fmt.Sprint(Needs(w.as("ben"), account, tt.set)); got != tt.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	contact.ForUpdate = false
	if got := fmt.Sprint(Needs(w.as("ben"), account, []op.Assignment{{Column: contact, Value: query.GUID(id("x")), Target: contacts}})); got != "[Write]" {
		t.Errorf("a lookup that clients may not set: %s", got)
	}
	contact.ForUpdate = true
	w.revoke("prvAppendAccount")
	w.changed()
	if got := fmt.Sprint(Needs(w.as("ben"), account, []op.Assignment{{Column: contact, Value: query.GUID(id("x")), Target: contacts}})); got != "[Write]" {
		t.Errorf("a lookup without the privilege: %s", got)
	}
}
