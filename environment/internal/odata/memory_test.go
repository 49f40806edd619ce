package odata

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// TestAMemoryReadsAsTheRequestDoes: what is remembered is what would be read.
func TestAMemoryReadsAsTheRequestDoes(t *testing.T) {
	r := atNoon(t)
	m := NewMemory()
	accounts, contacts := r.Model.Set("accounts"), r.Model.Set("contacts")
	annotated := r
	annotated.Annotations = ParseAnnotations("*")
	elsewhere := r
	elsewhere.Root = "https://elsewhere.example/api/data/v9.1/"
	paged := r
	paged.PageSize = 7
	for _, text := range []string{
		"", "$select=name", "$select=name&$top=3", "$select=name&$filter=name%20eq%20%27a%27", "$filter=name%20eq%20%27b%27&$orderby=name%20desc",
		"$select=name&$expand=primarycontactid($select=fullname)", "$count=true", "$select=nothing",
	} {
		for round := range 3 {
			for _, asked := range []Request{r, annotated, elsewhere, paged} {
				for _, table := range []string{"accounts", "contacts"} {
					at := accounts
					if table == "contacts" {
						at = contacts
					}
					for _, single := range []bool{false, true} {
						got, err := m.ReadQuery(asked, at, text, single)
						want, wantErr := asked.ReadQuery(at, text, single)
						if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
							t.Fatalf("%q of %s: %v, read anew: %v", text, table, err, wantErr)
						}
						if err != nil {
							continue
						}
						if g, w := query.Print(got.Select)+got.context(), query.Print(want.Select)+want.context(); g != w || !got.Standing() || want.Standing() {
							t.Errorf("%q of %s, round %d, standing %v:\n got %s\nwant %s", text, table, round, got.Standing(), g, w)
						}
					}
				}
			}
		}
	}
}

// TestWhatIsOfTheCallerIsReadAnew: of the caller and of the time nothing is remembered.
func TestWhatIsOfTheCallerIsReadAnew(t *testing.T) {
	ada := atNoon(t)
	ben := ada
	ben.Seal = request(ada.Model, "ben").Seal
	ben.Conditions = nil
	accounts := ada.Model.Set("accounts")
	m := NewMemory()
	for _, text := range []string{
		"$filter=Microsoft.Dynamics.CRM.EqualUserId(PropertyName=%27ownerid%27)", "$filter=Microsoft.Dynamics.CRM.Today(PropertyName=%27createdon%27)",
		"$expand=Referencedaccount_parent_account($filter=Microsoft.Dynamics.CRM.EqualUserId(PropertyName=%27ownerid%27))",
		"$filter=Referencedaccount_parent_account/any(x:x/Microsoft.Dynamics.CRM.EqualUserId(PropertyName=%27ownerid%27))",
	} {
		q, err := m.ReadQuery(ada, accounts, text, false)
		if err == nil && q.Standing() {
			t.Errorf("%s is remembered: %s", text, query.Print(q.Select))
		}
	}
	token, err := ada.appendSkipToken(nil, mustRead(t, ada, "accounts", "$select=name", false), []query.Value{query.GUID(adaID)})
	if err != nil {
		t.Fatal(err)
	}
	next := "$select=name&$skiptoken=" + string(token)
	q, err := m.ReadQuery(ada, accounts, next, false)
	if err != nil || q.Standing() {
		t.Fatalf("ada's next page: %v, remembered %v", err, err == nil)
	}
	if _, err := m.ReadQuery(ben, accounts, next, false); err == nil {
		t.Error("ben goes on with ada's link")
	}
	set := ada
	set.Content = map[string]op.Key{"1": {}}
	if q, err := m.ReadQuery(set, accounts, "$select=name", false); err != nil || q.Standing() {
		t.Errorf("in a change set: %v, standing", err)
	}
	long := "$select=name&x=" + strings.Repeat("x", maxKeptBytes)
	if q, err := m.ReadQuery(ada, accounts, long, false); err != nil || q.Standing() {
		t.Errorf("a long one: %v, standing", err)
	}
}

// TestTheMemoryKnowsEveryPartOfARequest holds the key against the request: whoever gives a
// request another field decides here whether queries depend on it.
func TestTheMemoryKnowsEveryPartOfARequest(t *testing.T) {
	how := map[string]string{
		"Model": "epoch", "Root": "key", "Resource": "key", "PageSize": "key", "Annotations": "key", "Zone": "key", "TrackChanges": "key",
		"Content": "none is remembered with it", "Conditions": "watched", "Seal": "watched",
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Request]()) {
		if how[f.Name] == "" {
			t.Errorf("Memory does not know Request.%s: put it into the key, or watch it", f.Name)
		}
	}
}
