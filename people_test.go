package stead

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// People that a configuration adds are people like the seeded ones, and stay.
func TestPeopleAreAdded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.json")
	text := `{"people": [{"name": "eve", "first": "Eve", "last": "Extra", "unit": "Sales", "roles": ["Basic User"]}, {"name": "gus", "tenant": "fabrikam", "environments": ["none"]}]}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	people, err := ReadPeople(path)
	if err != nil {
		t.Fatal(err)
	}
	config := Config{Data: t.TempDir(), WithoutCertificates: true, People: people}
	s := up(t, config)
	at := len(seededPeople)
	eve, gus := s.World.Users[at], s.World.Users[at+1]
	if eve.UPN != "eve@contoso.example" || len(eve.SystemUsers) != 2 || gus.UPN != "gus@fabrikam.example" || len(gus.SystemUsers) != 0 {
		t.Errorf("%+v %+v", eve, gus)
	}
	token := s.token(t, "contoso-app")
	const users = "systemusers?$select=fullname&$expand=businessunitid($select=name),systemuserroles_association($select=name)&$filter=azureactivedirectoryobjectid%20eq%20"
	if status, _, body := s.call(t, "GET", users+eve.ObjectID, token); status != 200 || !strings.Contains(body, `"Eve Extra"`) || !strings.Contains(body, `"Sales"`) || !strings.Contains(body, `"Basic User"`) {
		t.Errorf("%d %s", status, body)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	config.People = append(people, NewPerson{Name: "late"})
	_, err = Start(t.Context(), config)
	wantOneLine(t, err, "when a world is seeded", "stead reset")
	config.People = nil
	if again := up(t, config); !reflect.DeepEqual(again.World.Users[at].SystemUsers, eve.SystemUsers) {
		t.Errorf("came back as %+v", again.World.Users)
	}
}

func TestPeopleWhoCannotBe(t *testing.T) {
	for want, p := range map[string]NewPerson{
		"small letters":        {Name: "Eve@x"},
		"there is ben@contoso": {Name: "ben"},
		"no tenant":            {Name: "eve", Tenant: "nowhere"},
		"the environments of":  {Name: "eve", Environments: []string{"fabrikam"}},
		"no business unit":     {Name: "eve", Unit: "Moon"},
		"no security role":     {Name: "eve", Roles: []string{"Emperor"}},
	} {
		_, err := Start(t.Context(), Config{Data: t.TempDir(), WithoutCertificates: true, People: []NewPerson{p}})
		wantOneLine(t, err, want)
	}
	for _, text := range []string{`{"people": [{"nmae": "x"}]}`, `{"people": 5}`, "{"} {
		path := filepath.Join(t.TempDir(), "people.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadPeople(path)
		wantOneLine(t, err, path)
	}
}
