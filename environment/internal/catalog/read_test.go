package catalog

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

const goodTable = `table Thing things 10001 user
label "Thing" "Things"
primary ThingId Name
can create
with version
privileges Thing BLDG read write

ThingId  id createonly required "Thing"
Name     string 100 business    "Name"
Price    money 0..1000          "Price"
Kind     choice                 "Kind"
    1* One | 2 Two
    3 Three
`

// broken gives a catalogue whose one table has a line replaced.
func broken(old, line string) fstest.MapFS {
	return fstest.MapFS{
		"privileges.txt":           {Data: []byte("misc G prvFly\n")},
		"tables/parts/version.txt": {Data: []byte("VersionNumber bigint readonly \"Version Number\"\n")},
		"tables/thing.txt":         {Data: []byte(strings.Replace(goodTable, old, line, 1))},
	}
}

func TestReadTable(t *testing.T) {
	d, err := define(broken("", ""))
	if err != nil {
		t.Fatal(err)
	}
	thing := d.Tables[0]
	if len(thing.Columns) != 6 || thing.PrimaryID != thing.Columns[0] || thing.PrimaryName != thing.Columns[1] ||
		thing.Columns[3].BaseOf != thing.Columns[2] || len(thing.Columns[4].Options) != 3 || !thing.OptimisticConcurrency {
		t.Errorf("read %+v", thing)
	}
	if thing.Privileges[meta.Read].Name != "prvReadThing" || thing.Privileges[meta.Create] != nil || len(d.Privileges) != 3 {
		t.Errorf("privileges %v of %d", thing.Privileges, len(d.Privileges))
	}
}

// Every mistake in a file is found, with its place.
func TestMistakesAreFound(t *testing.T) {
	for _, c := range []struct{ old, line, want string }{
		{"10001", "many", "tables/thing.txt:1: type code"},
		{"user\n", "nobody\n", "tables/thing.txt:1: unknown ownership"},
		{"user\n", "user purple\n", "tables/thing.txt:1: unknown word"},
		{`"Things"`, "", "tables/thing.txt:2: want: label"},
		{"primary ThingId Name", "primary ThingId", "tables/thing.txt:3: want: primary"},
		{"primary ThingId", "primary OtherId", `tables/thing.txt: no column "otherid"`},
		{"can create", "can fly", "tables/thing.txt:4: unknown word"},
		{"with version", "with wings", `tables/thing.txt: unknown part "wings"`},
		{"BLDG read", "BXDG read", "tables/thing.txt:6: unknown depth"},
		{"read write", "read fly", "tables/thing.txt:6: unknown right"},
		{"read write", "read read", "tables/thing.txt:6: right Read is given twice"},
		{"id createonly", "guid createonly", `tables/thing.txt:8: unknown kind "guid"`},
		{"string 100", "string", "tables/thing.txt:9: column name: no length"},
		{"string 100", "string long", `tables/thing.txt:9: column name: unknown word "long"`},
		{"string 100", "string -1", "tables/thing.txt:9: column name: unknown word"},
		{"0..1000", "0..much", "tables/thing.txt:10: column price"},
		{"Price ", "Name ", "tables/thing.txt:10: column name is defined twice"},
		{`"Price"`, `Price`, "tables/thing.txt:10: want: SchemaName kind"},
		{"1* One", "One", "tables/thing.txt:12: option"},
		{"3 Three", "2 Three", "tables/thing.txt:13: option 2 of kind is defined twice"},
		{"can create", "rel thing_thing parentid", "tables/thing.txt:4: want: rel"},
		{"can create", "rel thing_thing parentid -> thing sometimes", "tables/thing.txt:4: unknown delete rule"},
		{"can create", "rel thing_thing parentid -> thing", `tables/thing.txt: relation thing_thing: "parentid" is no lookup`},
		{"can create", "target parentid -> thing", `tables/thing.txt:4: no column "parentid"`},
		{"can create", "manymany a b c", "tables/thing.txt:4: want: manymany"},
		{"can create", "use address", "tables/thing.txt:4: want: use"},
		{"can create", "    1 One", "tables/thing.txt:4: options without a column"},
		{"table Thing", "table Other", "tables/thing.txt: holds table other"},
	} {
		_, err := define(broken(c.old, c.line))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q for %q: %v\nwant %s", c.line, c.old, err, c.want)
		}
	}
}

func TestMistakesInPrivilegesAreFound(t *testing.T) {
	for text, want := range map[string]string{
		"misc G":                       "privileges.txt:1: want:",
		"misc Q prvFly":                "privileges.txt:1: unknown depth",
		"misc G prvFly\nmisc G prvFly": "privileges.txt:2: privilege prvFly is defined twice",
		"known prvFly 12":              "privileges.txt:1: \"12\" is not a GUID",
		"purple":                       "privileges.txt:1: want:",
	} {
		files := broken("", "")
		files["privileges.txt"] = &fstest.MapFile{Data: []byte(text)}
		if _, err := define(files); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Any text gives a table or an error, never a panic; an accepted table has its
// primary id among its columns.
func FuzzTable(f *testing.F) {
	f.Add(goodTable)
	f.Add("table A b 1 none\nprimary A -\nA id \"x\"\nB status \"y\"\n    0: 1* One | 2 Two\nrel a_a b -> a remove")
	f.Add("    1 One")
	f.Add("with version version")
	for _, name := range []string{"account", "task", "role"} {
		text, err := files.ReadFile("tables/" + name + ".txt")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := &tableReader{table: &meta.Table{}, bound: map[string]bool{}, target: map[string][]string{},
			parts: func(string) (string, string, error) { return "", "", errors.New("no parts") }}
		if err := r.read("fuzz.txt", text); err != nil {
			return
		}
		if err := r.finish(); err == nil && r.find(r.table.PrimaryID.LogicalName) != r.table.PrimaryID {
			t.Errorf("accepted without primary id: %q", text)
		}
	})
}

func BenchmarkModel(b *testing.B) {
	for b.Loop() {
		if _, err := Model(); err != nil {
			b.Fatal(err)
		}
	}
}
