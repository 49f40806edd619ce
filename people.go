package stead

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// peopleFile remembers, in the data directory, the people whom Config added to the world.
const peopleFile = "people.json"

// NewPerson is somebody beside the seeded people: an account in a tenant's directory, and a
// user in its environments, as a licence makes them. The password is [DevPassword].
type NewPerson struct {
	// Name stands before the @ of the user principal name: "eve".
	Name string `json:"name"`
	// First and Last are the names that rows show; Last is Name where both are empty.
	First string `json:"first,omitempty"`
	Last  string `json:"last,omitempty"`
	// Tenant is "contoso", the default, or "fabrikam".
	Tenant string `json:"tenant,omitempty"`
	// Environments are those where the person is a user: all of the tenant, unless named;
	// "none" alone is none.
	Environments []string `json:"environments,omitempty"`
	// Unit is the business unit there: "Sales", "Service", or the root.
	Unit string `json:"unit,omitempty"`
	// Roles are security roles by name, such as "Basic User"; without any, nothing is allowed.
	Roles []string `json:"roles,omitempty"`
}

// ReadPeople reads people for Config.People from a JSON file: {"people": [{"name": "eve"}]}.
func ReadPeople(path string) ([]NewPerson, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		People []NewPerson `json:"people"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file.People, nil
}

// personName is what may stand before the @.
var personName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)

// seed reads the person into what the seeded ones are.
func (n NewPerson) seed() (seededPerson, error) {
	p := seededPerson{name: n.Name, first: n.First, last: n.Last, tenant: n.Tenant, roles: n.Roles, units: map[string]string{}}
	if !personName.MatchString(n.Name) {
		return p, fmt.Errorf("person %q: a name has small letters, digits, dots and dashes, as what stands before the @", n.Name)
	}
	if p.first == "" && p.last == "" {
		p.last = n.Name
	}
	if p.tenant == "" {
		p.tenant = seededTenants[0].name
	}
	if _, known := find(seededTenants, func(t seededTenant) bool { return t.name == p.tenant }); !known {
		return p, fmt.Errorf("person %s: no tenant %q: there are contoso and fabrikam", n.Name, p.tenant)
	}
	none := slices.Equal(n.Environments, []string{"none"})
	for _, e := range seededEnvironments {
		if e.tenant == p.tenant && !none && (len(n.Environments) == 0 || slices.Contains(n.Environments, e.name)) {
			p.units[e.name] = n.Unit
		}
	}
	if len(n.Environments) > 0 && !none && len(p.units) != len(n.Environments) {
		return p, fmt.Errorf("person %s: the environments of tenant %s are others than %q", n.Name, p.tenant, n.Environments)
	}
	return p, nil
}

// everybody are the seeded people and those added.
func everybody(added []NewPerson) ([]seededPerson, error) {
	all := slices.Clone(seededPeople)
	for _, n := range added {
		p, err := n.seed()
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(other seededPerson) bool { return other.upn() == p.upn() }) {
			return nil, fmt.Errorf("person %s: there is %s already", n.Name, p.upn())
		}
		all = append(all, p)
	}
	return all, nil
}

// settlePeople gives the people of the world in a data directory. Those that Config adds are
// made when the world is; a world that is there has those that it began with.
func settlePeople(c Config) ([]seededPerson, error) {
	path := filepath.Join(c.Data, peopleFile)
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		var kept []NewPerson
		if err := json.Unmarshal(text, &kept); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if again, err := json.Marshal(c.People); err == nil && len(c.People) > 0 && string(again) != string(text) {
			return nil, errPeopleLate
		}
		return everybody(kept)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case len(c.People) == 0:
		return everybody(nil)
	case exists(filepath.Join(c.Data, "authority.db")):
		return nil, errPeopleLate
	}
	all, err := everybody(c.People)
	if err != nil {
		return nil, err
	}
	if text, err = json.Marshal(c.People); err == nil {
		err = writeAtomically(path, text)
	}
	return all, err
}

// errPeopleLate refuses people to a world that has begun without them.
var errPeopleLate = errors.New("people are added when a world is seeded, and this one is there already: leave them out, or begin anew after stead reset")

// hashedID makes an id of names, the same on every machine.
func hashedID(names string) string {
	sum := sha256.Sum256([]byte(names))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // version 8, RFC 9562: of one's own making
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// objectID is the person's id in the directory.
func (p seededPerson) objectID() string {
	if p.code == "" {
		return hashedID("person " + p.upn())
	}
	return personID(p.code)
}

// userID is the id of the person's user in an environment.
func (p seededPerson) userID(e seededEnvironment) string {
	if p.code == "" {
		return hashedID("user " + e.id + " " + p.upn())
	}
	return systemUserID(e.code, p.code)
}
