package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// where prints the granted condition with ids replaced by names.
func (w *world) where(s *query.Select, names ...string) string {
	text := query.Print(s)
	for _, n := range names {
		text = strings.ReplaceAll(text, id(n).String(), n)
	}
	_, cond, _ := strings.Cut(text, " where ")
	return cond
}

const shares = `(exists principalobjectaccess t1 {} where (and (eq t1.objectid t0.accountid) (in t1.principalid [%]) (eq t1.objecttypecode "account") (or (bits t1.accessrightsmask 1) (bits t1.inheritedaccessrightsmask 1))))`

// TestScopeForms pins the form of what access adds: sqlgen tells the branches of a
// scope apart by their nodes.
func TestScopeForms(t *testing.T) {
	shared := func(principals string) string { return strings.ReplaceAll(shares, "%", principals) }
	for name, tt := range map[string]struct {
		change func(*world)
		table  string
		want   string
	}{
		"Basic": {want: `(or (in t0.ownerid [ben]) ` + shared("ben contoso") + `)`},
		"Basic in teams": {
			change: func(w *world) { w.team("Helpers", "Service", 0, "ben") },
			want:   `(or (in t0.ownerid [ben Helpers]) ` + shared("ben Helpers contoso") + `)`,
		},
		"Local": {
			change: func(w *world) { w.give("Basic User", "prvReadAccount", Local) },
			want:   `(or (in t0.ownerid [ben]) (in t0.owningbusinessunit [Sales]) ` + shared("ben contoso") + `)`,
		},
		"Deep": {
			change: func(w *world) { w.give("Basic User", "prvReadAccount", Deep) },
			want:   `(or (in t0.ownerid [ben]) (in t0.owningbusinessunit [Sales North]) ` + shared("ben contoso") + `)`,
		},
		"Global": {change: func(w *world) { w.give("Basic User", "prvReadAccount", Global) }},
		"a team's role, inherited": {
			change: func(w *world) { w.helpers("Local Reader", 1) },
			want:   `(or (in t0.ownerid [ben Helpers]) (in t0.owningbusinessunit [Service]) ` + shared("ben Helpers contoso") + `)`,
		},
		"a team's role, for the team only": {
			change: func(w *world) {
				w.helpers("Local Reader", 0)
				w.facts.UserRoles = nil
			},
			want: `(or (in t0.ownerid [Helpers]) (in t0.owningbusinessunit [Service]) ` + shared("ben Helpers contoso") + `)`,
		},
		"units are named once": {
			change: func(w *world) {
				w.helpers("Local Reader", 1)
				w.facts.Teams[0].Unit = id("North")
				w.give("Basic User", "prvReadAccount", Deep)
			},
			want: `(or (in t0.ownerid [ben Helpers]) (in t0.owningbusinessunit [Sales North]) ` + shared("ben Helpers contoso") + `)`,
		},
		"two stretches of units": {
			change: func(w *world) {
				w.helpers("Local Reader", 1)
				w.give("Basic User", "prvReadAccount", Deep)
			},
			want: `(or (in t0.ownerid [ben Helpers]) (in t0.owningbusinessunit [Service Sales North]) ` + shared("ben Helpers contoso") + `)`,
		},
		"own user row":   {table: "systemuser", want: `(in t0.systemuserid [ben])`},
		"users of units": {table: "systemuser", change: func(w *world) { w.give("Basic User", "prvReadSystemUser", Local) }, want: `(or (in t0.systemuserid [ben]) (in t0.businessunitid [Sales]))`},
		"roles at Basic": {table: "role", change: func(w *world) { w.give("Basic User", "prvReadRole", Basic) }, want: `(false)`},
		"units at Deep":  {table: "businessunit", change: func(w *world) { w.give("Basic User", "prvReadBusinessUnit", Deep) }, want: `(in t0.businessunitid [Sales North])`},
		"currencies":     {table: "transactioncurrency"},
		"privileges":     {table: "privilege"},
		"memberships": {
			table: "teammembership", change: func(w *world) { w.give("Basic User", "prvReadTeam", Local) },
			want: `(and (exists team t1 {} where (and (or (in t1.teamid [ben]) (in t1.businessunitid [Sales])) (eq t1.teamid t0.teamid))) (exists systemuser t2 {} where (and (in t2.systemuserid [ben]) (eq t2.systemuserid t0.systemuserid))))`,
		},
		"memberships, teams at Global": {
			table: "teammembership", change: func(w *world) { w.give("Basic User", "prvReadTeam", Global) },
			want: `(exists systemuser t1 {} where (and (in t1.systemuserid [ben]) (eq t1.systemuserid t0.systemuserid)))`,
		},
		"memberships, all at Global": {
			table: "teammembership", change: func(w *world) { w.give("Basic User", "prvReadTeam prvReadSystemUser", Global) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := contoso(t)
			if tt.change != nil {
				tt.change(w)
				w.changed()
			}
			if tt.table == "" {
				tt.table = "account"
			}
			g, err := Read(w.as("ben"), w.all(tt.table))
			if err != nil {
				t.Fatal(err)
			}
			got := w.where(g.Select(), "ben", "Helpers", "contoso", "Contoso", "Sales", "North", "Service")
			if !sameUnits(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// helpers puts ben in a team of Service that reads accounts at Local.
func (w *world) helpers(role string, inherited int64) {
	w.team("Helpers", "Service", 0, "ben")
	w.role(role, "account", "Read", Local)
	w.teamRole("Helpers", "Service", role, inherited)
}

// sameUnits compares texts whose unit lists may be in any order.
func sameUnits(a, b string) bool {
	words := func(s string) []string {
		w := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" []", r) })
		slices.Sort(w)
		return w
	}
	return slices.Equal(words(a), words(b))
}

func TestPeopleSeeTheirRows(t *testing.T) {
	w := contoso(t)
	w.team("Helpers", "Service", 0, "cleo")
	for _, r := range [][3]string{{"ben's", "ben", "Sales"}, {"ada's", "ada", "Contoso"}, {"helpers'", "Helpers", "Service"}, {"shared", "ada", "Contoso"}, {"public", "ada", "Contoso"}, {"writable", "ada", "Contoso"}} {
		w.owned("account", r[0], r[1], r[2])
	}
	w.owned("contact", "shared", "ada", "Contoso") // an account's id, but no share of its own
	w.share("account", "shared", "Helpers", meta.Read, meta.Append)
	w.share("account", "public", "contoso", meta.Read)
	w.share("account", "writable", "cleo", meta.Write)
	w.share("account", "shared", "dora", meta.Read)
	for _, tt := range []struct {
		who, for_ string
		right     meta.Right
		table     string
		want      []string
	}{
		{who: "ada", table: "account", want: []string{"ben's", "ada's", "helpers'", "shared", "public", "writable"}},
		{who: "ben", table: "account", want: []string{"ben's", "public"}},
		{who: "cleo", table: "account", want: []string{"helpers'", "shared", "public"}},
		{who: "cleo", table: "account", right: meta.Write, want: []string{"helpers'", "writable"}},
		{who: "cleo", table: "contact"},
		{who: "reader", table: "account", want: []string{"public"}},
		{who: "loader", for_: "cleo", table: "account", want: []string{"helpers'", "shared", "public"}},
		{who: "loader", for_: "reader", table: "account", want: []string{"public"}},
	} {
		g, err := Probe(w.onBehalf(tt.who, tt.for_), tt.right, w.all(tt.table))
		if err != nil {
			t.Fatal(err)
		}
		var want []meta.ID
		for _, n := range tt.want {
			want = append(want, id(n))
		}
		if got := w.answer(g.Select()); !slices.Equal(got, want) {
			t.Errorf("%s for %q: %v of %s: %d rows, want %v", tt.who, tt.for_, tt.right, tt.table, len(got), tt.want)
		}
	}
}

func TestClosedTables(t *testing.T) {
	w := contoso(t)
	for _, tt := range []struct {
		who, for_, table string
		right            meta.Right
		want             bool
	}{
		{who: "ada", table: "principalobjectaccess", want: true},
		{who: "ben", table: "principalobjectaccess"},
		{who: "loader", for_: "ada", table: "principalobjectaccess", want: true},
		{who: "loader", for_: "ben", table: "principalobjectaccess"},
		{who: "ben", table: "privilege", want: true},
		{who: "ada", table: "privilege", right: meta.Write},
		{who: "ada", table: "secret"},
		{who: "ada", table: "teammembership", want: true},
		{who: "ben", table: "teammembership"}, // reads users, not teams
		{who: "ada", table: "teammembership", right: meta.Delete},
	} {
		_, err := Probe(w.onBehalf(tt.who, tt.for_), tt.right, w.all(tt.table))
		if tt.want != (err == nil) || err != nil && !dverr.PrivilegeDenied.Is(err) {
			t.Errorf("%s for %q: %s of %s: %v", tt.who, tt.for_, tt.right, tt.table, err)
		}
	}
}

// The client's own condition stays, and stays apart from what is added.
func TestScopeKeepsTheQuestion(t *testing.T) {
	w := contoso(t)
	s := w.all("account")
	s.Where = query.Or{Members: []query.Expr{query.Const{True: true}}}
	before := query.Print(s)
	g, err := Read(w.as("ben"), s)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.where(g.Select(), "ben"); !strings.HasPrefix(got, "(and (or (true)) (or (in t0.ownerid [ben])") {
		t.Error(got)
	}
	if query.Print(s) != before || g.Select() == s {
		t.Error("the question itself was changed")
	}
	if (Granted{}).Select() != nil || System("test", s).Select() != s {
		t.Error("Granted does not hand out what it holds")
	}
}

// What a probe for another right asks of other rows on its way is a matter of reading them.
func TestSelectsInsideProbesAreRead(t *testing.T) {
	w := contoso(t)
	w.role("Writer", "account", "Write", Global)
	w.give("Writer", "prvReadContact", Local)
	w.user("wim", "Sales", "Writer")
	if _, err := Probe(w.as("wim"), meta.Write, w.linkedQuestion()); err != nil {
		t.Error(err)
	}
}

// Rows that nobody owns are read at Global or not at all, whatever the privilege allows.
func TestRowsOfNobodyTakeGlobal(t *testing.T) {
	w := contoso(t)
	secret := w.model.Table("secret")
	secret.Privileges[meta.Read] = w.model.Privilege("prvReadAccount")
	for who, may := range map[string]bool{"ada": true, "ben": false} {
		if _, err := Read(w.as(who), w.all("secret")); may != (err == nil) {
			t.Errorf("%s: %v", who, err)
		}
	}
}
