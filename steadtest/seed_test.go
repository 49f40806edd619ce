package steadtest_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/steadtest"
)

func TestSeedFile(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, &steadtest.Options{SeedFile: "testdata/orders.yaml"})
	w.AssertRows(t, "accounts?$select=name,revenue,_primarycontactid_value&$filter=name eq 'Engines'",
		steadtest.Row{"name": "Engines", "revenue": 1200.5, "_primarycontactid_value": w.ID("ada").String(), "accountid": w.ID("engines").String()})
	w.AssertRows(t, "tasks?$select=subject&$filter=_regardingobjectid_value eq "+w.ID("engines").String(), steadtest.Row{"subject": "Call"})
	w.AssertRows(t, "accounts?$select=name&$expand=owninguser($select=domainname)&$filter=name eq 'Engines'",
		steadtest.Row{"owninguser": map[string]any{
			"domainname": "ben@contoso.example", "systemuserid": w.Person("ben").SystemUsers[0].SystemUserID, "ownerid": w.Person("ben").SystemUsers[0].SystemUserID}})
	w.AssertRows(t, "systemusers?$select=domainname&$expand=businessunitid($select=name)&$filter=businessunitid/name eq 'Orders'",
		steadtest.Row{"domainname": "cleo@contoso.example"}, steadtest.Row{})
	w.AssertRequests(t, 0, "*") // what a seed does is not what a test does

	sync := dataverse.Table[dataverse.Row](w.Client(t, "order-sync"), "accounts")
	if _, err := sync.Create(t.Context(), dataverse.Row{"name": "Made", "primarycontactid": dataverse.RefTo("contacts", w.ID("ada"))}, nil); err != nil {
		t.Error(err)
	}
	w.AssertPrivilegesUsed(t, "order-sync", "prvCreateAccount", "prvAppendAccount", "prvAppendToContact")
	var e *dataverse.Error
	err := sync.Delete(t.Context(), w.ID("engines"), nil)
	if missing, is := asError(err, &e); !is || missing.Name != "prvDeleteAccount" {
		t.Errorf("what the role does not hold: %v", err)
	}
	w.Seed(t, steadtest.Seed{Rows: []steadtest.SeedRow{{Table: "accounts", Values: map[string]any{"name": "Later", "primarycontactid@odata.bind": "$ada"}}}})
	w.AssertRows(t, "accounts?$select=name&$filter=_primarycontactid_value eq "+w.ID("ada").String(),
		steadtest.Row{"name": "Later"}, steadtest.Row{"name": "Made"}, steadtest.Row{"name": "Engines"})
}

func asError(err error, e **dataverse.Error) (dataverse.Privilege, bool) {
	if !errors.As(err, e) {
		return dataverse.Privilege{}, false
	}
	return (*e).MissingPrivilege()
}

// New people have accounts and users, act as themselves with the roles they are given, and own
// nothing of what was there; other worlds do not know them.
func TestSeedNewPeople(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "people.yaml")
	if err := os.WriteFile(path, []byte("people:\n- {name: eve, new: true, first: Eve, last: Extra, unit: Sales, roles: [Basic User]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := steadtest.Start(t, &steadtest.Options{SeedFile: path, Seed: steadtest.Seed{People: []steadtest.SeedPerson{{Name: "finn", New: true}}}})
	eve := w.Person("eve")
	if eve.UPN != "eve@contoso.example" || len(eve.SystemUsers) != 1 || eve.Password != stead.DevPassword {
		t.Fatalf("%+v", eve)
	}
	w.AssertRows(t, "systemusers?$select=fullname,domainname,islicensed,azureactivedirectoryobjectid&$filter=domainname eq 'eve@contoso.example'",
		steadtest.Row{"fullname": "Eve Extra", "islicensed": true, "azureactivedirectoryobjectid": eve.ObjectID, "systemuserid": eve.SystemUsers[0].SystemUserID})
	accounts := dataverse.Table[dataverse.Row](w.As(t, "eve"), "accounts")
	if _, err := accounts.Create(t.Context(), dataverse.Row{"name": "Eve's"}, nil); err != nil {
		t.Error(err)
	}
	w.AssertRows(t, "accounts?$select=name&$filter=_ownerid_value eq "+eve.SystemUsers[0].SystemUserID, steadtest.Row{"name": "Eve's"})
	if _, err := w.As(t, "finn").WhoAmI(t.Context()); !errors.Is(err, dataverse.ErrForbidden) {
		t.Errorf("finn, without a role: %v", err)
	}
	for _, p := range steadtest.Start(t, nil).Users {
		if p.UPN == eve.UPN {
			t.Error("another world has eve")
		}
	}
}

// What is wrong in a file is told with its place, whoever finds it: the reader or the server.
func TestSeedErrors(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	for text, want := range map[string]string{
		"rows: [":                                ":1:",
		"tables: []":                             `:1:1: unknown field "tables"`,
		"rows:\n  - tabel: x":                    `:2:5: unknown field "tabel"`,
		"rows:\n  - as: x":                       `:2:5: "table" is missing`,
		"units:\n  - name: A\n  - parent: A":     `:3:5: "name" is missing`,
		"units: 5":                               ":1:8: ",
		"units:\n  - {name: A, parent: Nowhere}": ":2:6: unit A: unit Nowhere: there is none",
		"roles:\n  - {name: A, privileges: {prvNone: 1}}":                                         ":2:",
		"roles: [{name: A, privileges: {prvNone: Basic}}]":                                        ":1:10: role A: privilege prvNone: there is none",
		"roles: [{name: B, privileges: {prvReadAccount: Wide}}]":                                  ":1:10: role B: ",
		"apps: [{name: contoso-app, roles: [No Such]}]":                                           ":1:9: application contoso-app: role No Such: there is none",
		"people: [{name: zoe}]":                                                                   `:1:11: person zoe: no person "zoe" in this world`,
		"people: [{name: eve, new: true}]":                                                        ":1:11: person eve: new people are there when a world starts",
		"people: [{name: dora}]":                                                                  ":1:11: person dora: there is none",
		"rows:\n- table: accounts\n  values: {nme: x}":                                            ":2:3: accounts: ",
		`{"rows": [{"table": "accounts", "values": {"primarycontactid@odata.bind": "$nobody"}}]}`: `:1:12: accounts: primarycontactid@odata.bind: no row before is called "nobody"`,
		"rows:\n- {table: contacts, as: a, values: {}}\n- {table: contacts, as: a, values: {}}":   `:3:4: contacts a: another row is called "a"`,
		"environment: fabrikam\nunits: [{name: A}]":                                               `environment "fabrikam" is not served`,
	} {
		path := filepath.Join(t.TempDir(), "env.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		seen := &failures{TB: t}
		seen.stopped(func() { w.SeedFile(seen, path) })
		if said := strings.Join(seen.said, "\n"); !strings.Contains(said, want) || strings.Contains(said, "\n") {
			t.Errorf("%s\nis refused with\n%s\nwant %s", text, said, want)
		}
	}
}

// Fatalf notes, and ends the goroutine.
func (f *failures) Fatalf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// stopped runs what may end its goroutine.
func (f *failures) stopped(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	<-done
}

func FuzzSeed(f *testing.F) {
	text, err := os.ReadFile("testdata/orders.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"rows":[{"table":"accounts","values":{"name":null}}]}`))
	f.Add([]byte("units:\n- &a {name: x}\n- *a"))
	f.Add([]byte("rows:\n- !!map\n"))
	f.Add([]byte("rows:\n-"))
	f.Add([]byte("rows:  ! "))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "env.yaml")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := steadtest.ReadSeed(path); err != nil && !strings.HasPrefix(err.Error(), path) {
			t.Errorf("does not say where: %v", err)
		}
	})
}
