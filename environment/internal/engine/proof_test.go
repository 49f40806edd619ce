package engine_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// game is a company, the environment that holds it, and what was checked so far.
type game struct {
	dealer
	w      *world
	c      *company
	checks *int
	asked  map[wording]*query.Select
}

// wording is what a list or a read says. Every second one is asked by a Select that stands:
// one for all callers of all companies, so that what is kept of it would show.
type wording struct {
	one, byRevenue bool
	atLeast        int64
}

func (g *game) selection(k wording) (s *query.Select, standing bool) {
	if *g.checks%2 == 0 {
		return k.selection(g.w), false
	}
	if g.asked[k] == nil {
		g.asked[k] = k.selection(g.w)
	}
	return g.asked[k], true
}

func (k wording) selection(w *world) *query.Select {
	if k.one {
		return w.selection("account", "name")
	}
	s := w.selection("account", "name", "revenue")
	col := func(name string) query.Col { return query.Col{Of: s, C: w.column(s.Table, name)} }
	s.Order = []query.Order{{Col: col("name")}, {Col: col("accountid")}}
	if k.byRevenue {
		s.Order = append([]query.Order{{Col: col("revenue"), Descending: true}}, s.Order...)
	}
	if k.atLeast > 0 {
		s.Where = query.Compare{Col: col("revenue"), Op: query.GreaterOrEqual, Value: dollars(float64(k.atLeast))}
	}
	s.Limit = 50
	return s
}

// TestEnvironmentsAnswerAsTheOracle plays random requests of random organizations through
// the engine and compares every answer with the oracle: which rows and which values a
// list holds and in what order, what a read, update, assignment, creation or deletion is
// refused with, and what is seen of contacts beside their accounts: expanded, joined,
// asked for by any, counted, and of accounts below contacts, in the words of URLs and
// FetchXML. Between requests roles, shares and memberships come and go, which counts at
// the next request. -rapid.checks makes it longer.
func TestEnvironmentsAnswerAsTheOracle(t *testing.T) {
	w, done := gameWorld(t)
	defer done()
	checks, asked := 0, map[wording]*query.Select{}
	rapid.Check(t, func(rt *rapid.T) {
		g := &game{dealer: dealer{rt}, w: w, checks: &checks, asked: asked}
		g.c = g.company()
		if err := w.found(g.c); err != nil {
			t.Fatal(err)
		}
		for range 12 {
			g.change()
			g.everybodyLists()
			for range 6 {
				g.write()
			}
		}
	})
	t.Logf("%d checks", checks)
	if !testing.Short() && checks < 100_000 {
		t.Errorf("only %d checks", checks)
	}
}

// outcome is nil where a request must succeed.
type outcome = *dverr.Entry

func (g *game) expect(what string, err error, want outcome) {
	*g.checks++
	if want == nil && err != nil || want != nil && !want.Is(err) {
		g.Fatalf("%s: %v, the oracle says %+v\n%+v", what, err, want, *g.c)
	}
}

// enters says whether a pair gets as far as asking.
func (g *game) enters(p pair) outcome {
	switch {
	case len(g.c.sources(p.a)) == 0:
		return &dverr.UserNotAssigned
	case p.a != p.b && !g.c.may(p.a, func(r companyRole) bool { return r.act }):
		return &dverr.PrivilegeDenied
	case len(g.c.sources(p.b)) == 0:
		return &dverr.UserNotAssigned
	}
	return nil
}

// caller resolves a pair; ok is false where the oracle lets nobody in.
func (g *game) caller(p pair) (access.Caller, bool) {
	u, err := g.w.people.User(g.w.t.Context(), access.Identity{ObjectID: id(fmt.Sprint("user ", p.a, " object"))})
	if err != nil {
		g.Fatal(err)
	}
	var behalf access.OnBehalf
	if p.a != p.b {
		behalf.UserID = id(fmt.Sprint("user ", p.b))
	}
	c, err := g.w.people.Caller(g.w.t.Context(), u, behalf)
	want := g.enters(p)
	g.expect(fmt.Sprintf("%v enters", p), err, want)
	return c, want == nil
}

func (g *game) do(c access.Caller, o op.Op, answer func(engine.Result)) error {
	return g.w.engine.Do(g.w.t.Context(), engine.Call{Caller: c, Model: g.w.model, Now: g.w.now}, o, func(r engine.Result) error {
		if answer != nil {
			answer(r)
		}
		return nil
	})
}

// everybodyLists compares what every pair sees.
func (g *game) everybodyLists() {
	asked := g.texts()
	for a := range g.c.users {
		for b := range g.c.users {
			p := pair{a, b}
			c, ok := g.caller(p)
			if !ok {
				continue
			}
			g.list(p, c, false, 0)
			if a == b {
				g.list(p, c, true, 0)
				g.list(p, c, false, 3)
			}
			g.relate(p, c)
			asked.put(p, c)
		}
	}
}

// list asks for accounts in an order, those of a revenue alone where it is not 0.
func (g *game) list(p pair, c access.Caller, byRevenue bool, atLeast int64) {
	s, standing := g.selection(wording{byRevenue: byRevenue, atLeast: atLeast})
	var got []string
	err := g.do(c, &op.RetrieveMultiple{Select: s, Standing: standing}, func(r engine.Result) { got = print(r.Page) })
	if g.c.allowed(p, reading) == 0 {
		g.expect(fmt.Sprintf("list by %v", p), err, &dverr.PrivilegeDenied)
		return
	}
	g.expect(fmt.Sprintf("list by %v", p), err, nil)
	var want []string
	for _, row := range g.c.sees(p, byRevenue, atLeast) {
		revenue := "-"
		if r := g.c.rows[row].revenue; r > 0 && g.c.column(p).read {
			revenue = fmt.Sprint(r * 10_000)
		}
		want = append(want, fmt.Sprintf("name=row %03d revenue=%s", row, revenue))
	}
	*g.checks += len(g.c.rows)
	if !slices.Equal(got, want) {
		g.Fatalf("list by %v, by revenue %v, of at least %d:\n%q, the oracle says\n%q\n%+v", p, byRevenue, atLeast, got, want, *g.c)
	}
}

// write does something to a row as a random pair.
func (g *game) write() {
	p := pair{g.below(len(g.c.users), "asks"), 0}
	if p.b = p.a; g.often(40, "for another") {
		p.b = g.below(len(g.c.users), "for")
	}
	c, ok := g.caller(p)
	if !ok {
		return
	}
	row := g.below(len(g.c.rows), "row")
	switch g.below(5, "verb") {
	case 0:
		g.retrieve(p, c, row)
	case 1:
		g.update(p, c, row)
	case 2:
		g.assign(p, c, row)
	case 3:
		g.create(p, c)
	default:
		g.remove(p, c, row)
	}
}

// onRow is what using a right on a row comes to.
func (g *game) onRow(p pair, right, row int) outcome {
	switch {
	case g.c.allowed(p, right) == 0:
		return &dverr.PrivilegeDenied
	case g.c.rows[row].gone:
		return &dverr.ObjectDoesNotExist
	case !g.c.inScope(p, right, row):
		return &dverr.AccessDenied
	}
	return nil
}

func (g *game) retrieve(p pair, c access.Caller, row int) {
	key := g.w.key("account", fmt.Sprint("row ", row))
	s, standing := g.selection(wording{one: true})
	got := ""
	err := g.do(c, &op.Retrieve{Key: key, Select: s, Standing: standing}, func(r engine.Result) { got = strings.Join(print(r.Page), ",") })
	want := g.onRow(p, reading, row)
	g.expect(fmt.Sprintf("retrieve row %d by %v", row, p), err, want)
	if name := fmt.Sprintf("name=row %03d", row); want == nil && got != name {
		g.Fatalf("retrieve row %d by %v gives %s", row, p, got)
	}
}

func (g *game) patch(c access.Caller, row int, vs values) error {
	return g.do(c, &op.Update{Key: g.w.key("account", fmt.Sprint("row ", row)), Values: g.w.bind("account", vs), Mode: op.UpdateOnly}, nil)
}

func (g *game) update(p pair, c access.Caller, row int) {
	vs, want, secret := values{"telephone1": text("1")}, g.onRow(p, writing, row), g.often(50, "secret")
	if secret {
		vs["revenue"] = dollars(2)
		if want == nil && !g.c.column(p).update {
			want = &dverr.ColumnUpdateDenied
		}
	}
	g.expect(fmt.Sprintf("update row %d by %v, secret %v", row, p, secret), g.patch(c, row, vs), want)
	if want == nil && secret {
		g.c.rows[row].revenue = 2
	}
}

// newOwner is what giving a row to somebody comes to.
func (g *game) newOwner(p pair, to holder) outcome {
	switch {
	case g.c.allowed(p, assigning) == 0:
		return &dverr.PrivilegeDenied
	case g.c.depth(to, reading) == 0:
		return &dverr.PrincipalDenied
	}
	return nil
}

func (g *game) unitOf(h holder) int {
	if h.team {
		return g.c.teams[h.at].unit
	}
	return g.c.users[h.at].unit
}

func (g *game) assign(p pair, c access.Caller, row int) {
	to, want := g.holder(g.c), g.onRow(p, writing, row)
	same := to == g.c.rows[row].owner
	if want == nil && !same {
		if want = g.newOwner(p, to); to.team && g.c.teams[to.at].access {
			want = &dverr.CannotAssignToAccessTeam
		}
		if want == nil && !g.c.inScope(p, assigning, row) {
			want = &dverr.AccessDenied
		}
	}
	g.expect(fmt.Sprintf("assign row %d to %v by %v", row, to, p), g.patch(c, row, values{"ownerid": ref{tableOf(to), to.String()}}), want)
	if want == nil && !same {
		g.c.rows[row].owner, g.c.rows[row].unit = to, g.unitOf(to)
		// What rows inherit is reckoned anew, and nothing lies above these.
		maps.DeleteFunc(g.c.shares, func(s sharing, _ int64) bool { return s.row == row && inheritedShares(row) })
	}
}

func (g *game) create(p pair, c access.Caller) {
	to, row, secret := holder{at: p.b}, len(g.c.rows), g.often(40, "secret")
	if g.often(60, "for another") {
		to = g.holder(g.c)
	}
	vs := values{"name": text(fmt.Sprintf("row %03d", row)), "accountid": guid(fmt.Sprint("row ", row)), "ownerid": ref{tableOf(to), to.String()}}
	if secret {
		vs["revenue"] = dollars(3)
	}
	var want outcome
	switch {
	case to.team && g.c.teams[to.at].access:
		want = &dverr.CannotAssignToAccessTeam
	case g.c.allowed(p, creating) == 0:
		want = &dverr.PrivilegeDenied
	case !g.c.covers(p, creating, to, g.unitOf(to)):
		want = &dverr.AccessDenied
	case to != holder{at: p.b} && g.newOwner(p, to) != nil:
		want = g.newOwner(p, to)
	case secret && !g.c.column(p).create:
		want = &dverr.ColumnCreateDenied
	}
	g.expect(fmt.Sprintf("create for %v by %v, secret %v", to, p, secret), g.do(c, &op.Create{Table: g.w.table("account"), Values: g.w.bind("account", vs)}, nil), want)
	if want == nil {
		made := account{owner: to, unit: g.unitOf(to)}
		if secret {
			made.revenue = 3
		}
		g.c.rows = append(g.c.rows, made)
		g.introduce(row)
	}
}

func (g *game) remove(p pair, c access.Caller, row int) {
	want := g.onRow(p, deleting, row)
	g.expect(fmt.Sprintf("delete row %d by %v", row, p), g.do(c, &op.Delete{Key: g.w.key("account", fmt.Sprint("row ", row))}, nil), want)
	if want == nil {
		g.c.rows[row].gone = true
	}
}

// change gives or takes a role, a membership or a share, past the engine.
func (g *game) change() {
	err := g.w.store.Write(g.w.t.Context(), func(tx *store.Tx) error {
		switch g.below(3, "change") {
		case 0:
			h := holding{g.holder(g.c), g.below(len(g.c.roles), "role")}
			table := map[bool]string{true: "teamroles", false: "systemuserroles"}[h.by.team]
			if g.c.held[h] {
				delete(g.c.held, h)
				g.w.erase(tx, table, fmt.Sprint(h))
			} else {
				g.c.held[h] = true
				g.w.putHolding(tx, h)
			}
		case 1:
			m := [2]int{g.below(len(g.c.teams), "team"), g.below(len(g.c.users), "user")}
			if g.c.members[m] {
				delete(g.c.members, m)
				g.w.erase(tx, "teammembership", fmt.Sprint("member ", m))
			} else {
				g.c.members[m] = true
				g.w.putMember(tx, m)
			}
		default:
			s := sharing{g.below(len(g.c.rows), "row"), g.holder(g.c)}
			if _, there := g.c.shares[s]; there {
				delete(g.c.shares, s)
				g.w.erase(tx, "principalobjectaccess", fmt.Sprint(s))
			} else if !g.c.rows[s.row].gone {
				g.c.shares[s] = g.mask()
				g.w.putShare(tx, s, g.c.shares[s])
			}
		}
		return nil
	})
	if err != nil {
		g.Fatal(err)
	}
}
