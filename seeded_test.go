package stead

import (
	"crypto/subtle"
	"encoding/base64"
	"os"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

// The hash in the program text must be that of the documented password.
func TestPasswordHash(t *testing.T) {
	parts := strings.Split(devPasswordHash, "$")
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		t.Fatal(err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		t.Fatal(err)
	}
	if got := argon2.IDKey([]byte(DevPassword), salt, 2, 19456, 1, 32); subtle.ConstantTimeCompare(got, want) != 1 {
		t.Error("the hash is not that of the password")
	}
}

// docs/world.md names every id, person and secret of the seeded world.
func TestWorldIsDocumented(t *testing.T) {
	text, err := os.ReadFile("docs/world.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	tail := func(id string) string { return id[len(id)-12:] }
	want := []string{DevSecret, DevPassword, systemUserID("0e1", "c2")}
	for _, e := range seededTenants {
		want = append(want, e.name, e.domain, tail(e.id))
	}
	for _, e := range seededEnvironments {
		want = append(want, e.name, tail(e.id))
	}
	for _, a := range seededApps {
		want = append(want, a.name, tail(clientID(a.code)), tail(applicationID(a.code)), tail(homePrincipalID(a.code)))
		for _, role := range a.roles {
			want = append(want, role)
		}
	}
	for _, p := range seededPeople {
		want = append(want, p.upn(), tail(personID(p.code)))
	}
	for _, part := range want {
		if !strings.Contains(doc, part) {
			t.Errorf("docs/world.md does not say %q", part)
		}
	}
}

// No two principals or tenants share an id.
func TestIDsAreUnique(t *testing.T) {
	seen := map[string]string{}
	add := func(id, what string) {
		if other := seen[id]; other != "" {
			t.Errorf("%s is %s and %s", id, other, what)
		}
		seen[id] = what
	}
	for _, e := range seededTenants {
		add(e.id, "tenant "+e.name)
	}
	for _, e := range seededEnvironments {
		add(e.id, "environment "+e.name)
	}
	for _, a := range seededApps {
		add(clientID(a.code), a.name)
		add(applicationID(a.code), a.name)
		add(homePrincipalID(a.code), a.name)
	}
	for _, p := range seededPeople {
		add(personID(p.code), p.upn())
	}
}
