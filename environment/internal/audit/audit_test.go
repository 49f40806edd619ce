package audit

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"pgregory.net/rapid"
)

func model(t testing.TB) *meta.Model {
	t.Helper()
	m, err := catalog.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var ben = meta.MustID("5a1f0000-0000-4000-8000-0e10000000c2")

// any value that a column of the table can hold.
func anyValue(t *rapid.T, m *meta.Model, c *meta.Column) Value {
	if rapid.Bool().Draw(t, "null") {
		return Value{}
	}
	switch c.Storage() {
	case meta.Int:
		return Value{Value: query.Int(rapid.Int64().Draw(t, "number"))}
	case meta.Float:
		return Value{Value: query.Float(rapid.Float64().Draw(t, "fraction"))}
	case meta.GUID:
		v := Value{Value: query.GUID(meta.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id")))}
		if c.IsLookup() {
			v.Target = rapid.SampledFrom(m.Tables).Draw(t, "table")
		}
		return v
	default:
		return Value{Value: query.Text(rapid.StringN(0, 50, -1).Draw(t, "text"))}
	}
}

// TestWhatIsKeptComesBack: an event reads back as it was noted.
func TestWhatIsKeptComesBack(t *testing.T) {
	m := model(t)
	rapid.Check(t, func(t *rapid.T) {
		table := m.Table(rapid.SampledFrom([]string{"account", "contact", "systemuser", "task"}).Draw(t, "table"))
		e := Event{Action: Update, Object: op.Key{Table: table, ID: ben}}
		for _, c := range rapid.SliceOfDistinct(rapid.SampledFrom(Columns(table)), func(c *meta.Column) string { return c.LogicalName }).Draw(t, "columns") {
			e.Changes = append(e.Changes, Change{c, anyValue(t, m, c), anyValue(t, m, c)})
		}
		d, err := decode(m, e.Object, e.Action, encode(e))
		if err != nil || len(d.Deleted) > 0 || len(d.Changes) != len(e.Changes) {
			t.Fatalf("%v, %d changes of %d", err, len(d.Changes), len(e.Changes))
		}
		for i, c := range e.Changes {
			if d.Changes[i] != c {
				t.Fatalf("%s: %v came back as %v", c.Column.LogicalName, c, d.Changes[i])
			}
		}
	})
}

func TestLinksAndSharesComeBack(t *testing.T) {
	m := model(t)
	users, accounts := m.Table("systemuser"), m.Table("account")
	object := op.Key{Table: accounts, ID: meta.ID{1}}
	e := Sharings(object, Sharing{op.Key{Table: users, ID: ben}, 1, 3})
	e.Joined = &Joined{"x", []op.Key{{Table: accounts, ID: meta.ID{2}}}}
	e.Privileges = &Privileges{Old: []Held{{ben, 0}}, New: []Held{{ben, 3}}}
	d, err := decode(m, object, e.Action, encode(e))
	if err != nil || *d.Sharing != *e.Sharing || d.Joined.Relationship != "x" || d.Joined.Rows[0] != e.Joined.Rows[0] ||
		d.Privileges.Old[0] != e.Privileges.Old[0] || d.Privileges.New[0] != e.Privileges.New[0] {
		t.Errorf("%v: %+v", err, d)
	}
	// Of another model: tables and columns that it lacks are left out.
	text := strings.NewReplacer(`"systemuser"`, `"gone"`, `"account"`, `"gone"`).Replace(encode(e))
	if d, err := decode(m, object, e.Action, text); err != nil || d.Sharing != nil || len(d.Joined.Rows) != 0 {
		t.Errorf("%v: %+v", err, d)
	}
}

// FuzzDecode: whatever lies in details, reading it does not fail but by an error.
func FuzzDecode(f *testing.F) {
	m := model(f)
	object := op.Key{Table: m.Table("account"), ID: ben}
	f.Add(`{"c":[{"n":"name","i":3,"o":{"v":"a"},"v":{"v":"b"}},{"n":"ownerid","i":9,"v":{"v":"x","t":"systemuser"}}]}`)
	f.Add(`{"who":{"t":"team","i":"5a1f0000-0000-4000-8000-0e10000000c2"},"had":1,"rel":"r","rows":[{"t":"role"}],"prv":{"o":[{"p":"x","d":1}]}}`)
	f.Add(`{"c":[null,{}],"who":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := decode(m, object, Update, text)
		if err != nil {
			return
		}
		if _, err := decode(m, object, Update, encode(d.Event)); err != nil {
			t.Errorf("%q: what was read is not kept again: %v", text, err)
		}
	})
}

func assignment(t *meta.Table, name string, v query.Value) op.Assignment {
	a := op.Assignment{Column: t.Column(name), Value: v}
	if a.Column.IsLookup() && !v.IsNull() {
		a.Target = a.Column.Targets[0]
	}
	return a
}

// TestUpdatesAreSplit: owners and states are events of their own, in this order, and what
// is as it was is none.
func TestUpdatesAreSplit(t *testing.T) {
	account := model(t).Table("account")
	old := map[string]query.Value{"name": query.Text("a"), "statecode": query.Int(0), "statuscode": query.Int(1), "versionnumber": query.Int(4)}
	held := func(c *meta.Column) Value { return Value{Value: old[c.LogicalName]} }
	set := map[string]op.Assignment{
		"name": assignment(account, "name", query.Text("b")), "same": assignment(account, "name", query.Text("a")),
		"owner": assignment(account, "ownerid", query.GUID(ben)), "state": assignment(account, "statecode", query.Int(1)),
		"reason": assignment(account, "statuscode", query.Int(2)), "version": assignment(account, "versionnumber", query.Int(5)),
		"stamp": assignment(account, "modifiedon", query.Int(9)),
	}
	for written, want := range map[string]string{
		"":                              "",
		"same version stamp":            "",
		"name version":                  "2: name",
		"owner":                         "13: ownerid",
		"state reason":                  "41: statecode statuscode",
		"reason":                        "2: statuscode",
		"reason name":                   "2: name statuscode",
		"state reason owner name stamp": "2: name, 13: ownerid, 41: statecode statuscode",
	} {
		var all []op.Assignment
		for _, name := range strings.Fields(written) {
			all = append(all, set[name])
		}
		var got []string
		for _, e := range Updates(op.Key{Table: account}, Changes(all, held)) {
			words := []string{strconv.FormatInt(int64(e.Action), 10) + ":"}
			for _, c := range e.Changes {
				words = append(words, c.Column.LogicalName)
			}
			got = append(got, strings.Join(words, " "))
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%q: events %q, want %q", written, text, want)
		}
	}
}

func TestRowsOfEvents(t *testing.T) {
	m := model(t)
	table, account := m.Table(meta.AuditTable), m.Table("account")
	name := Change{Column: account.Column("name"), New: Value{Value: query.Text("a")}}
	by := By{User: ben, At: 7, Transaction: meta.ID{9}}
	row := func(e Event, by By) map[string]query.Value {
		all := map[string]query.Value{}
		for _, a := range Row(table, meta.ID{3}, e, by) {
			all[a.Column.LogicalName] = a.Value
		}
		return all
	}
	got := row(Event{Action: Create, Object: op.Key{Table: account, ID: meta.ID{1}}, Changes: []Change{name}}, by)
	if _, called := got["callinguserid"]; called || got["operation"] != query.Int(1) || got["createdon"] != query.Int(7) || got["transactionid"] != query.GUID(meta.ID{9}) ||
		got["attributemask"].Text() == "" || got["objecttypecode"] != query.Text("account") {
		t.Errorf("a create is kept as %v", got)
	}
	by.Calling = meta.ID{5}
	got = row(Event{Action: Unshare, Object: op.Key{Table: account, ID: meta.ID{1}}}, by)
	if _, masked := got["attributemask"]; masked || got["operation"] != query.Int(2) || got["callinguserid"] != query.GUID(meta.ID{5}) {
		t.Errorf("an unshare is kept as %v", got)
	}
	for action, want := range map[Action]int64{Delete: 3, Forgotten: 3, Update: 2, Share: 2, Started: 2} {
		if got := action.operation(); got != want {
			t.Errorf("operation of %d is %d, want %d", action, got, want)
		}
	}
}

func TestSwitchesOfTheOrganization(t *testing.T) {
	organization := model(t).Table("organization")
	key := op.Key{Table: organization}
	change := func(name string, v query.Value) Change {
		return Change{Column: organization.Column(name), New: Value{Value: v}}
	}
	for want, changes := range map[Action][]Change{
		Started:    {change("isauditenabled", query.Bool(true)), change("name", query.Text("x"))},
		Stopped:    {change("isauditenabled", query.Bool(false))},
		OrgChanged: {change("name", query.Text("x"))},
	} {
		if e := Switches(key, changes); e.Action != want {
			t.Errorf("action %d, want %d", e.Action, want)
		}
	}
}

// TestJoinsAreTold: roles and members at who holds and has them, other joins at both ends,
// whichever end a request goes through.
func TestJoinsAreTold(t *testing.T) {
	m := model(t)
	key := func(table string) op.Key { return op.Key{Table: m.Table(table), ID: ben} }
	for _, tt := range []struct{ relationship, one, other, want string }{
		{userRoles, "systemuser", "role", "55 systemuser with role"},
		{userRoles, "role", "systemuser", "55 systemuser with role"},
		{teamRoles, "role", "team", "53 team with role"},
		{Members, "systemuser", "team", "35 team with systemuser"},
		{"new_x", "account", "contact", "33 account with contact, 33 contact with account"},
	} {
		var joins, parts []string
		for _, joined := range []bool{true, false} {
			for _, e := range Joins(tt.relationship, key(tt.one), key(tt.other), joined) {
				text := " " + e.Object.Table.LogicalName + " with " + e.Joined.Rows[0].Table.LogicalName
				if joined {
					joins = append(joins, strconv.Itoa(int(e.Action))+text)
				} else {
					parts = append(parts, strconv.Itoa(int(e.Action)-1)+text) // one more than the joining
				}
			}
		}
		if got := strings.Join(joins, ", "); got != tt.want || strings.Join(parts, ", ") != tt.want {
			t.Errorf("%s of %s and %s: %s, and %s of the parting", tt.relationship, tt.one, tt.other, got, strings.Join(parts, ", "))
		}
	}
}
