package odata

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// outline prints ops so that they can be compared.
func outline(o op.Op) string {
	switch o := o.(type) {
	case *op.Create:
		text := fmt.Sprintf("create %s %d", o.Table.LogicalName, len(o.Values))
		for _, rel := range o.Related {
			text += " " + rel.Nav.Name + "("
			if rel.New != nil {
				text += outline(rel.New)
			} else {
				text += rel.Key.ID.String()
			}
			text += ")"
		}
		return text
	case *op.Update:
		return fmt.Sprintf("update %s %s %d %d", o.Key.Table.LogicalName, o.Key.ID, o.Mode, len(o.Values))
	}
	return fmt.Sprintf("%T", o)
}

func TestReadCreate(t *testing.T) {
	r := asAda(t)
	for body, want := range map[string]string{
		`{"name":"x"}`: "create account 1",
		`{"primarycontactid":{"lastname":"y"},"name":"x"}`:                                    "create account 1 primarycontactid(create contact 1)",
		`{"Account_Tasks":[{"subject":"a"},{"subject":"b"}]}`:                                 "create account 0 Account_Tasks(create task 1) Account_Tasks(create task 1)",
		`{"Account_Tasks@odata.bind":["tasks(` + litware + `)"]}`:                             "create account 0 Account_Tasks(" + litware + ")",
		`{"Account_Tasks":[],"Account_Tasks@odata.bind":[]}`:                                  "",
		`{"Account_Tasks":[7]}`:                                                               "",
		`{"primarycontactid":{"nonsense":7}}`:                                                 "",
		`{"Account_Tasks@odata.bind":["contacts(` + litware + `)"]}`:                          "",
		`{"primarycontactid":null,"primarycontactid@odata.bind":"contacts(` + litware + `)"}`: "",
	} {
		o, err := r.ReadCreate(r.Model.Set("accounts"), []byte(body))
		if (err == nil) != (want != "") || err == nil && outline(o) != want {
			t.Errorf("%s: %v, %v", body, o, err)
		}
	}
}

func TestReadTargets(t *testing.T) {
	r := asAda(t)
	target := func(members string) string {
		return `{"Targets":[{"@odata.type":"#Microsoft.Dynamics.CRM.account",` + members + `}]}`
	}
	for _, c := range []struct {
		bulk       Bulk
		body, want string
	}{
		{CreateMultiple, target(`"name":"x"`), "create account 1"},
		{CreateMultiple, `{"Targets":[]}`, ""},
		{UpdateMultiple, target(`"name":"x","accountid":"` + litware + `"`), "update account " + litware + " 1 "},
		{UpsertMultiple, target(`"name":"x","@odata.id":"accounts(` + litware + `)"`), "update account " + litware + " 0 "},
		{UpsertMultiple, target(`"name":"x"`), "create account 1"},
		{UpdateMultiple, target(`"name":"x"`), "refused"},
		{UpdateMultiple, target(`"@odata.id":"contacts(` + litware + `)"`), "refused"},
		{CreateMultiple, `{"Targets":[{"name":"x"}]}`, "refused"},
		{CreateMultiple, `{"Targets":[{"name":"x"}`, "refused"},
	} {
		ops, err := r.ReadTargets(r.Model.Set("accounts"), []byte(c.body), c.bulk)
		got := "refused"
		if err == nil {
			got = ""
			for _, o := range ops {
				got += outline(o)
			}
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, %v", c.body, got, err)
		}
	}
}

// FuzzReadTargets: whatever comes is refused in the catalogue's words or gives ops for
// the table.
func FuzzReadTargets(f *testing.F) {
	f.Add([]byte(`{"Targets":[{"@odata.type":"Microsoft.Dynamics.CRM.account","name":"x","Account_Tasks":[{"subject":"y"}]}]}`), byte(0))
	f.Add([]byte(`{"Targets":[{"@odata.type":"Microsoft.Dynamics.CRM.account","accountid":"`+litware+`"}]}`), byte(1))
	f.Fuzz(func(t *testing.T, body []byte, bulk byte) {
		r := asAda(t)
		ops, err := r.ReadTargets(r.Model.Set("accounts"), body, Bulk(bulk%3))
		if err != nil && dverr.From(err).HTTPStatus() == 500 {
			t.Fatal(err)
		}
		for _, o := range ops {
			if err == nil && !strings.Contains(outline(o), " account ") {
				t.Fatalf("%s gave %s", body, outline(o))
			}
		}
	})
}
