package dataverse_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stead-s2s/stead/dataverse"
	"pgregory.net/rapid"
)

func TestFilterText(t *testing.T) {
	name := dataverse.Where("name")
	id := dataverse.MustID("5a1f0000-0000-4000-8000-0000000000e1")
	for want, f := range map[string]dataverse.Filter{
		"name eq 'O''Brian'":                                  name.Eq("O'Brian"),
		"name eq null":                                        name.Eq(nil),
		"revenue gt 1.50":                                     dataverse.Where("revenue").Gt(dataverse.Money("1.50")),
		"n ge -3 and n lt 7":                                  dataverse.Where("n").Ge(-3).And(dataverse.Where("n").Lt(uint8(7))),
		"createdon le 2026-01-02T02:04:05Z":                   dataverse.Where("createdon").Le(time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))),
		"birthdate eq 2026-01-02":                             dataverse.Where("birthdate").Eq(dataverse.Date{Year: 2026, Month: 1, Day: 2}),
		"_owner_value eq " + id.String():                      dataverse.Where("_owner_value").Eq(id),
		"primarycontactid/fullname eq 'A'":                    dataverse.Where("primarycontactid/fullname").Eq("A"),
		"(a eq 1 or b eq 2) and c eq 3":                       dataverse.Where("a").Eq(1).Or(dataverse.Where("b").Eq(2)).And(dataverse.Where("c").Eq(3)),
		"(a eq 1 and b eq 2) or c eq true":                    dataverse.Where("a").Eq(1).And(dataverse.Where("b").Eq(2)).Or(dataverse.Where("c").Eq(true)),
		"not (a eq 1 or b eq 2)":                              dataverse.Not(dataverse.Where("a").Eq(1).Or(dataverse.Where("b").Eq(2))),
		"contains(name,'%_')":                                 name.Contains("%_"),
		"Kids/any()":                                          dataverse.Any("Kids", dataverse.Filter{}),
		"Kids/any(o:o/a eq 1 and o/Sub/all(oo:oo/b eq oo/c))": dataverse.Any("Kids", dataverse.Where("a").Eq(1).And(dataverse.All("Sub", dataverse.Where("b").EqColumn("c")))),
		"Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=[\"a'b\",\"2\"])": name.In("a'b", 2),
		"Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=7)":    dataverse.Where("createdon").Is("LastXDays", 7),
		"Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')":                    dataverse.Where("ownerid").Is("EqualUserId"),
	} {
		if got := f.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Whatever a text holds, it compares with itself and with nothing else: it cannot leave its quotes.
func TestNoInjection(t *testing.T) {
	accounts := dataverse.Table[Account](asApp(), "accounts")
	for _, text := range append(awkward, `' or name ne '`, `''`, `x') or contains(name,'`, `a&$top=1`, `a#b`, `a%27`, "tab\tline\n") {
		id, err := accounts.Create(t.Context(), Account{Name: text, Number: "inject"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for what, f := range map[string]dataverse.Filter{
			"eq": dataverse.Where("name").Eq(text), "in": dataverse.Where("name").In(text), "contains": dataverse.Where("name").Contains(strings.NewReplacer("%", "[%]").Replace(text)),
		} {
			found := false
			for row, err := range accounts.All(t.Context(), f.And(dataverse.Where("accountnumber").Eq("inject"))) {
				if err != nil {
					t.Fatalf("%s %q: %v", what, text, err)
				}
				found = found || row.ID == id
				if !strings.Contains(strings.ToLower(row.Name), strings.ToLower(strings.TrimSpace(text))) {
					t.Errorf("%s %q found %q", what, text, row.Name)
				}
			}
			if !found {
				t.Errorf("%s %q was not found", what, text)
			}
		}
		if err := accounts.Delete(t.Context(), id, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// Names that are none are refused before anything is sent, wherever they stand.
func TestBadNamesAreRefused(t *testing.T) {
	accounts := dataverse.Table[Account](asApp(), "accounts")
	const bad = "name eq 'x' or name"
	for what, q := range map[string]dataverse.Rows{
		"where": dataverse.Where(bad).Eq(1), "and": dataverse.Where("a").Eq(1).And(dataverse.Where(bad).Eq(1)), "order": dataverse.Query{}.OrderBy(bad),
		"select": dataverse.Query{}.Select(bad), "expand": dataverse.Query{}.Expand(bad, nil), "inner": dataverse.Query{}.Expand("a", dataverse.Query{}.Select(bad)),
		"any": dataverse.Any(bad, dataverse.Where("a").Eq(1)), "function": dataverse.Where("a").Is("x)(y"), "column": dataverse.Where("a").EqColumn(bad),
		"value": dataverse.Where("a").Eq([]string{"x"}), "not": dataverse.Not(dataverse.Filter{}), "top": dataverse.Query{}.Top(0), "page": dataverse.Query{}.PageSize(5001),
		"annotation": dataverse.Query{}.Annotations(`x"`), "aggregate": dataverse.Query{}.Apply("x").Top(1), "amount": dataverse.Where("a").Eq(dataverse.Money("1 or 1")),
	} {
		n := 0
		for _, err := range accounts.All(t.Context(), q) {
			if n++; err == nil || strings.Contains(err.Error(), "400") {
				t.Errorf("%s: %v", what, err)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d rows", what, n)
		}
	}
	if _, err := dataverse.Table[Account](asApp(), "accounts/x").Get(t.Context(), dataverse.NewID(), nil); err == nil {
		t.Error("a set that is none")
	}
}

// Queries are values: building on one does not change it.
func TestQueriesAreValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := dataverse.Query{}
		for range rapid.IntRange(0, 5).Draw(t, "columns") {
			base = base.OrderBy("a").Select("b").Expand("c", nil)
		}
		one, two := base.OrderBy("q1").Select("q1"), base.OrderBy("q2").Select("q2")
		if strings.Contains(dataverse.Expansion{Property: "p", Query: one}.String(), "q2") || strings.Contains(dataverse.Expansion{Property: "p", Query: two}.String(), "q1") {
			t.Fatal("two queries share what was added to one")
		}
	})
}

// Rows behind navigation properties come with their row, typed.
func TestExpand(t *testing.T) {
	ctx := t.Context()
	type family struct {
		ID       dataverse.ID `dv:"accountid,key"`
		Name     string       `dv:"name"`
		State    string       `dv:"statecode@formatted"`
		Primary  *Contact     `dv:"primarycontactid"`
		Contacts []Contact    `dv:"contact_customer_accounts"`
	}
	families := dataverse.Table[family](asApp(), "accounts")
	id, err := families.Create(ctx, family{Name: "Family", Primary: &Contact{Last: "Head"}, Contacts: []Contact{{Last: "One"}, {Last: "Two"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := families.Get(ctx, id, nil)
	if err != nil || got.Primary == nil || got.Primary.Last != "Head" || len(got.Contacts) != 2 || got.State != "Active" {
		t.Errorf("%+v %v", got, err)
	}
	row, err := dataverse.Table[dataverse.Row](asApp(), "accounts").First(ctx, dataverse.Where("accountid").Eq(id).
		Expand("contact_customer_accounts", dataverse.Where("lastname").Eq("Two").Select("lastname")))
	if err != nil || len(row.Rows("contact_customer_accounts")) != 1 || row.Rows("contact_customer_accounts")[0].String("lastname") != "Two" {
		t.Errorf("%v %v", row, err)
	}
	n := 0
	for c, err := range dataverse.Related[Contact](asApp(), dataverse.RefTo("accounts", id), "contact_customer_accounts").All(ctx, dataverse.Where("lastname").StartsWith("O")) {
		if n++; err != nil || c.Last != "One" {
			t.Errorf("%+v %v", c, err)
		}
	}
	if n != 1 {
		t.Errorf("%d related rows", n)
	}
	any, err := families.First(ctx, dataverse.Any("contact_customer_accounts", dataverse.Where("lastname").Eq("two")).And(dataverse.Where("accountid").Eq(id)))
	if err != nil || any.ID != id {
		t.Errorf("%+v %v", any, err)
	}
}

// Rows may be grouped; pages may be had one by one.
func TestApplyAndPager(t *testing.T) {
	groups := 0
	q := dataverse.Query{}.Filter(dataverse.Where("name").Ne(nil)).Apply("groupby((statecode),aggregate($count as n))")
	for row, err := range dataverse.Table[dataverse.Row](asApp(), "accounts").All(t.Context(), q) {
		if groups++; err != nil || row.Int("n") < 200 {
			t.Errorf("%v %v", row, err)
		}
	}
	if groups != 1 {
		t.Errorf("%d groups", groups)
	}
	rows, pages := 0, 0
	pager := dataverse.Table[Account](asApp(), "accounts").Pager(dataverse.Query{}.PageSize(50).Top(120))
	for pager.More() {
		page, err := pager.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		rows += len(page.Rows)
		pages++
	}
	if rows != 120 || pages != 3 {
		t.Errorf("%d rows on %d pages", rows, pages)
	}
}

// A loop may end early: nothing goes on behind it, and no more than the next page was asked for, nor that
// one before half of the first page was looked at.
func TestLoopsEnd(t *testing.T) {
	var asked, running atomic.Int32
	c := dial("contoso-app", "contoso", transport(func(r *http.Request) (*http.Response, error) {
		asked.Add(1)
		running.Add(1)
		defer running.Add(-1)
		return trust.Do(r)
	}))
	accounts := dataverse.Table[Account](c, "accounts")
	for after, most := range map[int]int32{1: 1, 5: 1, 6: 2, 10: 2, 11: 3, 20: 3} {
		asked.Store(0)
		n := 0
		for _, err := range accounts.All(t.Context(), dataverse.Query{}.PageSize(10)) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == after {
				break
			}
		}
		if asked.Load() > most || running.Load() != 0 {
			t.Errorf("after %d rows %d pages were asked for, %d still are", after, asked.Load(), running.Load())
		}
	}
}
