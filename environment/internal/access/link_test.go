package access

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// linkedQuestion asks for accounts with their contacts joined, contacts of those
// joined to them, and the rows below one in a hierarchy.
func (w *world) linkedQuestion() *query.Select {
	s := w.all("account")
	people := &query.Select{Table: w.model.Table("contact")}
	id := query.Col{Of: s, C: s.Table.PrimaryID}
	on := query.Compare{Col: query.Col{Of: people, C: people.Table.Column("parentcustomerid")}, Op: query.Equal, Other: &id}
	inner := &query.Select{Table: people.Table}
	key := query.Col{Of: people, C: people.Table.PrimaryID}
	again := query.Compare{Col: query.Col{Of: inner, C: key.C}, Op: query.Equal, Other: &key}
	people.Links = []*query.Link{{Select: inner, On: again, Outer: true}}
	s.Links = []*query.Link{{Select: people, On: on, Outer: true}}
	below := &query.Select{Table: people.Table}
	s.Where = query.Under{
		Col: id, Select: below, Root: query.GUID(meta.ID{1}),
		Parent: query.Col{Of: below, C: below.Table.Column("parentcustomerid")},
	}
	return s
}

// TestLinksAreNarrowed: the scope that ben has on a table stands in every Select of
// it, joined, joined to a join or walked through; a row out of reach is one that the
// join does not find.
func TestLinksAreNarrowed(t *testing.T) {
	w := contoso(t)
	w.role("Linker", "account contact", "Read", Basic)
	w.user("linker", "Sales", "Linker")
	s := w.linkedQuestion()
	before := query.Print(s)
	g, err := Read(w.as("linker"), s)
	if err != nil {
		t.Fatal(err)
	}
	if query.Print(s) != before {
		t.Error("the question itself was changed")
	}
	n := 0
	for sel := range query.Selects(g.Select()) {
		if name := sel.Table.LogicalName; name == "account" || name == "contact" {
			n++
			if text := query.Print(sel); !strings.Contains(text, "ownerid [") {
				t.Errorf("not narrowed: %s", text)
			}
		}
	}
	if n != 4 {
		t.Errorf("%d Selects of accounts and contacts, want 4", n)
	}
}

// TestLinksNeedThePrivilege: who may not read a table may not join it either, nor
// walk through it, and a secured column is masked in a join's condition.
func TestLinksNeedThePrivilege(t *testing.T) {
	w := contoso(t)
	w.role("Accounts only", "account", "Read", Global)
	w.user("narrow", "Sales", "Accounts only")
	joined, walked := w.linkedQuestion(), w.linkedQuestion()
	joined.Where, walked.Links = nil, nil
	for _, s := range []*query.Select{joined, walked} {
		if _, err := Read(w.as("narrow"), s); !dverr.PrivilegeDenied.Is(err) {
			t.Errorf("%s: %v", query.Print(s), err)
		}
	}
	w.role("Both", "account contact", "Read", Global)
	w.user("wide", "Sales", "Both")
	w.model.Table("contact").Column("parentcustomerid").Secured = true
	g, err := Read(w.as("wide"), w.linkedQuestion())
	if err != nil || !strings.Contains(query.Print(g.Select()), "parentcustomerid+masked") {
		t.Errorf("a secured column in a join: %v, %s", err, query.Print(g.Select()))
	}
}

func TestTeamsOfAUser(t *testing.T) {
	w := contoso(t)
	w.team("Crew", "Sales", 0, "ben")
	w.changed()
	found := false
	for _, team := range w.as("ben").Effective.Teams() {
		found = found || team == id("Crew")
		if team == w.as("ben").Effective.ID {
			t.Error("the user is no team of its own")
		}
	}
	if !found || (User{}).Teams() != nil {
		t.Error("ben is in Crew; nobody is in no team")
	}
}
