package environment_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/environment"
)

// Rows of makers' tables follow those they point to by the rules of the relationships:
// account ← sample_a ← sample_b, judged by a model that walks over a few rows in memory.

// cascadeWorld is the three tables with administrators who can own their rows.
type cascadeWorld struct {
	app       client
	relations [2]string // addresses of the two relationships
}

var owners = []string{"ada", "ben", "cleo"}

func startCascades(t *testing.T) cascadeWorld {
	w := start(t, func(c *environment.Config) {
		for i := range c.Seed.Users {
			if slices.Contains(owners, c.Seed.Users[i].FullName) {
				c.Seed.Users[i].Roles = []string{"System Administrator"}
			}
		}
	})
	app := w.withBank(t)
	for _, name := range []string{"sample_A", "sample_B"} {
		app.post("EntityDefinitions", strings.NewReplacer("sample_BankAccount", name, "sample_name", strings.ToLower(name)+"name", "sample_Name", name+"name").Replace(bankAccount)).is(204, "")
	}
	return cascadeWorld{app, [2]string{
		app.relationship("sample_account_a", "account", "sample_a", "sample_ParentA"),
		app.relationship("sample_a_b", "sample_a", "sample_b", "sample_ParentB"),
	}}
}

// cascades puts other rules into a relationship.
func (c client) cascades(relationship string, rules map[string]string) answer {
	c.t.Helper()
	path := relationship + "/Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata"
	read := c.get(path).object()
	for action, rule := range rules {
		read["CascadeConfiguration"].(map[string]any)[action] = rule
	}
	return c.send("PUT", relationship, text(c.t, read))
}

// follower is a row of the model. The ids of a level's rows begin alike.
type follower struct {
	level         int // 0: account, 1: sample_a, 2: sample_b
	id            string
	parent        *follower
	owner         string
	active        bool
	gone          bool
	own, inherits map[string]int
}

var levels = []struct{ set, id, name, parent, table string }{
	{"accounts", "accountid", "name", "", "account"},
	{"sample_as", "sample_aid", "sample_aname", "sample_ParentA", "sample_a"},
	{"sample_bs", "sample_bid", "sample_bname", "sample_ParentB", "sample_b"},
}

func (f *follower) path() string { return levels[f.level].set + "(" + f.id + ")" }

// turn deactivates an active row and activates another.
func (f *follower) turn(app client) {
	body := `{"statecode":1,"statuscode":2}`
	if f.active = !f.active; f.active {
		body = `{"statecode":0,"statuscode":1}`
	}
	app.patch(f.path(), body).is(204, "")
}

// drawRows makes two, three and four rows of the levels, anywhere below each other.
func drawRows(t *rapid.T, app client) []*follower {
	var all []*follower
	counts, from := []int{2, 3, 4}, 0
	for level, n := range counts {
		above := all[from:]
		from = len(all)
		for range n {
			f := &follower{level: level, own: map[string]int{}, inherits: map[string]int{},
				owner: rapid.SampledFrom(owners).Draw(t, "owner"), active: level == 0 || rapid.Bool().Draw(t, "active")}
			l := levels[level]
			body := fmt.Sprintf(`{"%s":"x","ownerid@odata.bind":"systemusers(%s)"`, l.name, people[f.owner].user)
			if level > 0 && rapid.IntRange(0, 4).Draw(t, "parent") > 0 {
				f.parent = rapid.SampledFrom(above).Draw(t, "which")
				body += fmt.Sprintf(`,"%s@odata.bind":"%s"`, l.parent, f.parent.path())
			}
			f.id = app.made(l.set, body+`}`)
			if !f.active {
				f.active = true
				f.turn(app)
			}
			all = append(all, f)
		}
	}
	return all
}

// drawRules chooses what the two relationships do for some actions, and says so to the
// environment.
func (c cascadeWorld) drawRules(t *rapid.T, app client, actions ...string) (rules [2]map[string]string) {
	for i := range rules {
		rules[i] = map[string]string{"Delete": "RemoveLink"}
		for _, action := range actions {
			choices := []string{"NoCascade", "Cascade", "Active", "UserOwned"}
			if action == "Delete" {
				choices = []string{"RemoveLink", "Cascade", "Restrict"}
			}
			rules[i][action] = rapid.SampledFrom(choices).Draw(t, fmt.Sprint(action, i))
		}
		app.cascades(c.relations[i], rules[i]).is(204, "")
	}
	return rules
}

// concerned lists the rows that a rule takes along with one, whose owner was somebody.
func concerned(all []*follower, f *follower, was string, rules [2]map[string]string, action string) (list []*follower) {
	for _, child := range all {
		if child.parent != f || child.gone {
			continue
		}
		switch rule := rules[f.level][action]; {
		case rule == "Cascade", rule == "Active" && child.active, rule == "UserOwned" && child.owner == was:
			list = append(list, child)
		}
	}
	return list
}

// state tells a row as the environment has it: its owner and what it points to.
func state(app client, f *follower) string {
	columns := "_ownerid_value"
	if l := levels[f.level]; l.parent != "" {
		columns += ",_" + strings.ToLower(l.parent) + "_value"
	}
	a := app.get(f.path() + "?$select=" + columns)
	if a.status == 404 {
		return "gone"
	}
	row := a.object()
	owner, _ := row["_ownerid_value"].(string)
	parent, _ := row["_"+strings.ToLower(levels[f.level].parent)+"_value"].(string)
	return owner + " below " + parent
}

func (f *follower) state() string {
	if f.gone {
		return "gone"
	}
	parent := ""
	if f.parent != nil {
		parent = f.parent.id
	}
	return people[f.owner].user + " below " + parent
}

// TestAssigningAndDeletingFollowRules: after any assignments and deletions the rows are
// where the model has them.
func TestAssigningAndDeletingFollowRules(t *testing.T) {
	c := startCascades(t)
	rapid.Check(t, func(t *rapid.T) {
		app := c.app
		rules := c.drawRules(t, app, "Assign", "Delete")
		all := drawRows(t, app)
		var assign func(f *follower, owner string)
		assign = func(f *follower, owner string) {
			was := f.owner
			children := concerned(all, f, was, rules, "Assign")
			f.owner = owner
			for _, child := range children {
				if child.owner != owner {
					assign(child, owner)
				}
			}
		}
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			f := rapid.SampledFrom(all).Draw(t, "row")
			if f.gone {
				continue
			}
			if rapid.Bool().Draw(t, "assign") {
				owner := rapid.SampledFrom(owners).Draw(t, "to")
				app.patch(f.path(), `{"ownerid@odata.bind":"systemusers(`+people[owner].user+`)"}`).is(204, "")
				if owner != f.owner {
					assign(f, owner)
				}
			} else if taken, ok := falls(all, f, rules, map[*follower]bool{}); ok {
				app.delete(f.path()).is(204, "")
				for _, other := range all {
					other.gone = other.gone || taken[other]
					if taken[other.parent] {
						other.parent = nil
					}
				}
			} else {
				app.delete(f.path()).is(405, `{"error":{"code":"0x80040227"…`)
			}
		}
		for _, f := range all {
			if got, want := state(app, f), f.state(); got != want {
				t.Fatalf("%s is %s, want %s (rules %v)", f.path(), got, want, rules)
			}
		}
	})
}

// falls gives the rows that go with one, or says that something holds it.
func falls(all []*follower, f *follower, rules [2]map[string]string, taken map[*follower]bool) (map[*follower]bool, bool) {
	taken[f] = true
	for _, child := range all {
		if child.parent != f || child.gone {
			continue
		}
		switch rules[f.level]["Delete"] {
		case "Restrict":
			return taken, false
		case "Cascade":
			if _, ok := falls(all, child, rules, taken); !ok {
				return taken, false
			}
		}
	}
	return taken, true
}

// TestSharingFollowsRules: after any shares given and taken, every row is shared with whom
// the model says.
func TestSharingFollowsRules(t *testing.T) {
	c := startCascades(t)
	rapid.Check(t, func(t *rapid.T) {
		app := c.app
		rules := c.drawRules(t, app, "Share", "Unshare")
		all := drawRows(t, app)
		var spread func(f *follower, who, action string)
		spread = func(f *follower, who, action string) {
			for _, child := range concerned(all, f, f.owner, rules, action) {
				from := f.own[who] | f.inherits[who]
				if who == child.owner {
					from = 0
				}
				if action == "Share" {
					child.inherits[who] |= from
				} else {
					child.inherits[who] &= from
				}
				spread(child, who, action)
			}
		}
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			f, who := rapid.SampledFrom(all).Draw(t, "row"), rapid.SampledFrom(owners).Draw(t, "with")
			if rapid.IntRange(0, 3).Draw(t, "turn") == 0 {
				f.turn(app)
			}
			if who == f.owner {
				continue
			}
			target := to(levels[f.level].table, f.id)
			had := f.own[who]
			f.own[who] = rapid.SampledFrom([]int{0, 1, 2, 3}).Draw(t, "mask")
			if f.own[who] == 0 {
				app.revoke(target, user(who)).is(204, "")
			} else {
				app.share("ModifyAccess", target, user(who), []string{"", "ReadAccess", "WriteAccess", "ReadAccess, WriteAccess"}[f.own[who]]).is(204, "")
			}
			if f.own[who]&^had != 0 {
				spread(f, who, "Share")
			}
			if had&^f.own[who] != 0 {
				spread(f, who, "Unshare")
			}
		}
		for _, f := range all {
			if got, want := sharedAs(app, f), f.shared(); !slices.Equal(got, want) {
				t.Fatalf("%s is shared as %v, want %v (rules %v)", f.path(), got, want, rules)
			}
		}
	})
}

func (f *follower) shared() (list []string) {
	for _, who := range owners {
		if f.own[who]|f.inherits[who] != 0 {
			list = append(list, fmt.Sprint(people[who].user, " ", f.own[who], "/", f.inherits[who]))
		}
	}
	return list
}

func sharedAs(app client, f *follower) (list []string) {
	rows, _ := app.get("principalobjectaccessset?$select=principalid,accessrightsmask,inheritedaccessrightsmask&$filter=objectid eq " + f.id).object()["value"].([]any)
	for _, row := range rows {
		r := row.(map[string]any)
		list = append(list, fmt.Sprint(r["principalid"], " ", r["accessrightsmask"], "/", r["inheritedaccessrightsmask"]))
	}
	slices.Sort(list)
	return list
}

// TestCascadesAreKept: what a maker says of a relationship is told, and stays after a
// restart; a request that says nothing changes nothing.
func TestCascadesAreKept(t *testing.T) {
	c := startCascades(t)
	app := c.app
	read := func(relationship string) map[string]any {
		return app.get(relationship + "/Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata?$select=CascadeConfiguration").object()["CascadeConfiguration"].(map[string]any)
	}
	app.cascades(c.relations[0], map[string]string{"Assign": "UserOwned", "Share": "Active", "Unshare": "Cascade", "Reparent": "Cascade", "Delete": "Restrict"}).is(204, "")
	app.send("PUT", c.relations[0], `{"@odata.type":"Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata","SchemaName":"sample_account_a","CascadeConfiguration":{"Assign":"Active"}}`).is(204, "")
	want := map[string]any{"Assign": "Active", "Share": "Active", "Unshare": "Cascade", "Reparent": "Cascade", "Delete": "Restrict",
		"Merge": "Cascade", "Archive": "NoCascade", "RollupView": "NoCascade"}
	if got := read(c.relations[0]); !maps.Equal(got, want) {
		t.Errorf("the rules are %v, want %v", got, want)
	}
	if got := read(c.relations[1])["Merge"]; got != "NoCascade" {
		t.Errorf("rows of a table that cannot be merged follow: %v", got)
	}
	app.w.Close()
	app.w.open(t)
	if got := read(c.relations[0]); !maps.Equal(got, want) {
		t.Errorf("after a restart the rules are %v, want %v", got, want)
	}
}

// TestCascadesRefused: which rules tables cannot have (the service's "Entity relationship
// behavior" and appendix E of the facts).
func TestCascadesRefused(t *testing.T) {
	c := startCascades(t)
	app := c.app
	one := func(name, referenced, referencing, rules string) answer {
		return app.post("RelationshipDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata","SchemaName":"`+name+`",
			"ReferencedEntity":"`+referenced+`","ReferencingEntity":"`+referencing+`","Lookup":{"@odata.type":"Microsoft.Dynamics.CRM.LookupAttributeMetadata","SchemaName":"`+name+`id","DisplayName":`+label("x")+`},
			"CascadeConfiguration":{`+rules+`}}`)
	}
	const parents, foreign, owned = "An entity can have only one parental relationship", "Invalid link type for system entity cascading actions.",
		"Cascade User-Owned is not a valid cascade link type for org-owned entity relationships."
	app.cascades(c.relations[1], map[string]string{"Assign": "Cascade"}).is(204, "")
	one("sample_second", "account", "sample_b", `"Delete":"Cascade"`).fails(400, "0x80047007", parents)
	one("sample_second", "account", "sample_b", `"Share":"Active"`).fails(400, "0x80047007", parents)
	one("sample_round", "sample_b", "sample_a", `"Delete":"Cascade"`).fails(400, "0x80047004", "The specified relationship will result in a cycle.")
	one("sample_system", "sample_a", "contact", `"Delete":"Cascade"`).fails(400, "0x80044155", foreign)
	one("sample_org", "transactioncurrency", "sample_a", `"Assign":"UserOwned"`).fails(400, "0x80044156", owned)
	one("sample_wrong", "account", "sample_a", `"Delete":"Active"`).fails(400, "0x80040203", "The cascade type of the action Delete is not valid for it.")
	one("sample_wrong", "account", "sample_a", `"Share":"Restrict"`).fails(400, "0x80040203", "The cascade type of the action Share is not valid for it.")
	app.get("RelationshipDefinitions(SchemaName='sample_second')").is(404, "…")

	// Referential ones may be as many as one likes, but do not become parental.
	second := one("sample_second", "account", "sample_b", `"Delete":"Restrict"`).is(204, "").header.Get("OData-EntityId")
	app.cascades(second, map[string]string{"Reparent": "Cascade"}).fails(400, "0x80047007", parents)
	app.cascades(c.relations[1], map[string]string{"Assign": "NoCascade"}).is(204, "")
	app.cascades(second, map[string]string{"Reparent": "Cascade"}).is(204, "")
	one("sample_self", "sample_a", "sample_a", `"Delete":"Cascade"`).is(204, "")
}

// TestSharingConcernsOnePrincipal: a share comes down to the rows that its rule concerns
// when it is given; what others have above, and missed, stays missed.
func TestSharingConcernsOnePrincipal(t *testing.T) {
	c := startCascades(t)
	app := c.app
	app.cascades(c.relations[0], map[string]string{"Share": "Active", "Unshare": "Cascade"}).is(204, "")
	above := &follower{id: app.made("accounts", `{"name":"x"}`)}
	row := &follower{level: 1, active: true}
	row.id = app.made("sample_as", `{"sample_aname":"x","sample_ParentA@odata.bind":"`+above.path()+`"}`)
	is := func(want ...string) {
		t.Helper()
		if got := sharedAs(app, row); !slices.Equal(got, want) {
			t.Errorf("the row is shared as %v, want %v", got, want)
		}
	}
	target, ben, cleo := to("account", above.id), people["ben"].user, people["cleo"].user
	row.turn(app)
	app.share("GrantAccess", target, user("ben"), "ReadAccess").is(204, "")
	is()
	row.turn(app)
	app.share("GrantAccess", target, user("cleo"), "WriteAccess").is(204, "")
	is(cleo + " 0/2")
	app.share("GrantAccess", target, user("ben"), "WriteAccess").is(204, "")
	is(ben+" 0/3", cleo+" 0/2")
	app.revoke(target, user("cleo")).is(204, "")
	is(ben + " 0/3")
}
