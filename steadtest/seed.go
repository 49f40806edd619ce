package steadtest

import (
	"testing"

	"github.com/stead-s2s/stead/dataverse"
)

// Seed is what a test puts into a world: in code, or in a file that [Options] or
// [World.SeedFile] name. Everything is made over the wire, through the Web API and Graph, as
// an administrator would, in the order of the fields here. Files are YAML, of which JSON is a
// part, with these names:
//
//	units:
//	  - name: Support
//	    parent: Service          # a unit that is there; the root
//	roles:
//	  - name: Order Sync
//	    privileges: {prvReadAccount: Global, prvWriteAccount: Basic}
//	apps:
//	  - name: order-sync         # an application of the world, or a new one
//	    roles: [Order Sync]
//	    unit: Support
//	people:
//	  - name: ben                # who has a user in the environment
//	    roles: [Order Sync]
//	  - name: eve                # somebody new, with account and user
//	    new: true
//	    unit: Support
//	rows:
//	  - table: contacts          # the entity set
//	    as: ada                  # what other rows call it
//	    values: {firstname: Ada, lastname: Lovelace}
//	  - table: accounts
//	    by: ben                  # who makes it; the administrator
//	    values: {name: Contoso, primarycontactid@odata.bind: $ada}
type Seed struct {
	Environment string       `yaml:"environment"` // by name; the first of the world
	Units       []SeedUnit   `yaml:"units"`
	Roles       []SeedRole   `yaml:"roles"`
	Apps        []SeedApp    `yaml:"apps"`
	People      []SeedPerson `yaml:"people"`
	Rows        []SeedRow    `yaml:"rows"`
}

// SeedUnit is a new business unit below Parent, the root unless named.
type SeedUnit struct {
	Name   string `yaml:"name"`
	Parent string `yaml:"parent"`

	at place
}

// SeedRole is a new security role of the root unit, which all units inherit. Privileges maps
// names to depths: Basic, Local, Deep or Global, as the Web API calls them.
type SeedRole struct {
	Name       string            `yaml:"name"`
	Privileges map[string]string `yaml:"privileges"`

	at place
}

// SeedApp is an application with a user in the environment, in a business unit (the root
// unless named) and with roles. One that the world does not have is registered in the tenant
// of contoso with a secret, and [World.Credential] knows it from then on. A user that is there
// keeps its unit and gets the roles besides.
type SeedApp struct {
	Name  string   `yaml:"name"`
	Unit  string   `yaml:"unit"`
	Roles []string `yaml:"roles"`

	at place
}

// SeedPerson gives roles to a person who has a user in the environment, and moves them to a
// business unit if one is named. Roles of the unit before are taken when somebody moves.
//
// New people have an account in the directory and a user in the environment, as a licence makes
// them: no request does, so they are there when the world starts, and only a seed in [Options]
// can have them. Each set of new people in a process is seeded anew, which takes as long as its
// first world.
type SeedPerson struct {
	Name  string   `yaml:"name"` // as [World.Person] takes it
	New   bool     `yaml:"new"`
	First string   `yaml:"first"` // names of a new person, if any
	Last  string   `yaml:"last"`
	Unit  string   `yaml:"unit"`
	Roles []string `yaml:"roles"`

	at place
}

// SeedRow is a row to make in Table, an entity set such as "accounts". Values are as the Web
// API takes them. Where a value is a reference ("primarycontactid@odata.bind", "@odata.id"),
// "$ada" stands for the row that a seed before called ada in As.
type SeedRow struct {
	Table  string         `yaml:"table"`
	As     string         `yaml:"as"`
	By     string         `yaml:"by"` // a person who makes it
	Values map[string]any `yaml:"values"`

	at place
}

// Seed puts a seed into the world.
func (w *World) Seed(t testing.TB, s Seed) {
	t.Helper()
	if err := w.plant(t.Context(), &s); err != nil {
		t.Fatalf("seed: %v", err)
	}
}

// SeedFile puts the seed in a file into the world. What is wrong with it is told with file,
// line and column.
func (w *World) SeedFile(t testing.TB, path string) {
	t.Helper()
	s, err := ReadSeed(path)
	if err == nil {
		err = w.plant(t.Context(), &s)
	}
	if err != nil {
		t.Fatalf("seed: %v", err)
	}
}

// ID is the id of a row that a seed made and called so.
func (w *World) ID(name string) dataverse.ID {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	row, found := w.rows[name]
	if !found {
		w.t.Fatalf("no seed calls a row %q", name)
	}
	return row.ID
}
