package seed

import (
	"strconv"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

func TestSampleRowsHangTogether(t *testing.T) {
	st, m := filled(t, contoso())
	accounts, contacts := all(t, st, m.Table("account")), all(t, st, m.Table("contact"))
	owners := map[string]int{}
	for id, a := range accounts {
		c := contacts[a["primarycontactid"]]
		if c["parentcustomerid"] != id || c["accountid"] != id || c["parentcustomeridtype"] != "1" {
			t.Errorf("%s and its contact %s do not know each other", a["name"], c["fullname"])
		}
		if c["ownerid"] != a["ownerid"] || a["owninguser"] != a["ownerid"] || a["owneridtype"] != "8" || a["owningbusinessunit"] == "" {
			t.Errorf("%s is owned by %s, its contact by %s", a["name"], a["ownerid"], c["ownerid"])
		}
		owners[a["ownerid"]]++
	}
	if len(owners) != 3 || owners[app.String()] != 0 {
		t.Errorf("accounts are owned by %v, want the three people", owners)
	}
}

func TestFourthCoffee(t *testing.T) {
	st, m := filled(t, contoso())
	rows := only(all(t, st, m.Table("account")), "name", "Fourth Coffee (sample)")
	if len(rows) != 1 {
		t.Fatalf("%d rows", len(rows))
	}
	currency := only(all(t, st, m.Table("transactioncurrency")), "isocurrencycode", "USD")[0]
	for column, want := range map[string]string{
		"revenue": "1000000000", "revenue_base": "1000000000", "exchangerate": "1",
		"transactioncurrencyid": currency["transactioncurrencyid"], "statecode": "0", "statuscode": "1",
		"donotemail": "0", "followemail": "1", "preferredcontactmethodcode": "1", "customersizecode": "1",
		"createdon":          strconv.FormatInt(contoso().Now.Unix(), 10),
		"address1_composite": "9301 Country Road\r\nRenton, WA 98055\r\nU.S.",
		"ownerid":            ada.String(), "industrycode": "13", "overriddencreatedon": "",
	} {
		if got := rows[0][column]; got != want {
			t.Errorf("%s is %q, want %q", column, got, want)
		}
	}
	yvonne := only(all(t, st, m.Table("contact")), "contactid", rows[0]["primarycontactid"])
	if len(yvonne) != 1 || yvonne[0]["fullname"] != "Yvonne McKay (sample)" {
		t.Errorf("the contact is %v", yvonne)
	}
}

func TestTasksAreInAStateOfTheirStatus(t *testing.T) {
	st, m := filled(t, contoso())
	status := m.Table("task").Column("statuscode")
	states := map[string]int{}
	for _, r := range all(t, st, m.Table("task")) {
		n, err := strconv.ParseInt(r["statuscode"], 10, 64)
		o, ok := status.Option(n)
		if err != nil || !ok || strconv.FormatInt(o.State, 10) != r["statecode"] {
			t.Errorf("task %s: state %s, status %s", r["subject"], r["statecode"], r["statuscode"])
		}
		if (r["actualend"] != "") != (r["statecode"] != "0") {
			t.Errorf("task %s in state %s ended at %q", r["subject"], r["statecode"], r["actualend"])
		}
		states[r["statecode"]]++
	}
	if len(states) != 3 {
		t.Errorf("states %v", states)
	}
}

// Without people the rows belong to applications, and without anybody to SYSTEM.
func TestOwnersWithoutPeople(t *testing.T) {
	spec := contoso()
	spec.Users = spec.Users[3:]
	st, m := filled(t, spec)
	if n := len(only(all(t, st, m.Table("account")), "ownerid", app.String())); n != 10 {
		t.Errorf("the application owns %d accounts", n)
	}
	spec.Users = nil
	st, m = filled(t, spec)
	system := only(all(t, st, m.Table("systemuser")), "fullname", systemName)[0]["systemuserid"]
	if n := len(only(all(t, st, m.Table("account")), "ownerid", system)); n != 10 {
		t.Errorf("SYSTEM owns %d accounts", n)
	}
}

func TestGeneratedIdsGrow(t *testing.T) {
	w, err := newWorld(newModel(t), contoso())
	if err != nil {
		t.Fatal(err)
	}
	last := meta.ID{}.String()
	for _, i := range []int{0, 1, 255, 256, 70000, 1 << 24} {
		if id := w.serial("account", i).String(); id <= last {
			t.Errorf("id %s of row %d does not follow %s", id, i, last)
		} else {
			last = id
		}
	}
}
