package access

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// dice makes random organizations.
type dice struct {
	*rand.Rand
	w *world
}

func (d dice) pick(from []meta.ID) meta.ID { return from[d.IntN(len(from))] }
func (d dice) often(percent int) bool      { return d.IntN(100) < percent }

func (d dice) organization() {
	f := d.w.facts
	var units, users, teams, roles []meta.ID
	f.Memberships = []Membership{{Team: id("no team"), User: id("user 0")}}
	for i := range 1 + d.IntN(6) {
		u := Unit{ID: id(fmt.Sprint("unit ", i)), Name: fmt.Sprint("unit ", i), Disabled: i > 0 && d.often(5)}
		if i > 0 {
			u.Parent = d.pick(append(units, id("no unit")))
		}
		units, f.Units = append(units, u.ID), append(f.Units, u)
	}
	for i := range 2 + d.IntN(5) {
		u := UserRow{ID: id(fmt.Sprint("user ", i)), ObjectID: id(fmt.Sprint("oid ", i)), Unit: d.pick(units), Name: fmt.Sprint("user ", i), Disabled: d.often(5)}
		users, f.Users = append(users, u.ID), append(f.Users, u)
	}
	d.hierarchy(users)
	f.Organization.Settings.AcrossUnits = d.often(30)
	for i := range 1 + d.IntN(5) {
		team := TeamRow{ID: id(fmt.Sprint("team ", i)), Unit: d.pick(units), Name: fmt.Sprint("team ", i), Type: int64(d.IntN(4))}
		teams, f.Teams = append(teams, team.ID), append(f.Teams, team)
		for _, u := range append(users, id("nobody")) {
			if d.often(40) {
				f.Memberships = append(f.Memberships, Membership{Team: team.ID, User: u})
			}
		}
	}
	for i := range 1 + d.IntN(4) {
		roles = append(roles, d.role(i, units)...)
	}
	d.assign(append(users, id("nobody")), append(teams, id("no team")), append(roles, id("no role")))
	d.fill(units, append(slices.Clone(users), teams...))
}

// hierarchy gives users managers and positions, in rings now and then.
func (d dice) hierarchy(users []meta.ID) {
	f := d.w.facts
	f.Organization.Hierarchy = Hierarchy{Enabled: d.often(50), ByPosition: d.often(40), Depth: d.IntN(4)}
	var positions []meta.ID
	for i := range 1 + d.IntN(4) {
		p := Position{ID: id(fmt.Sprint("position ", i))}
		if i > 0 && d.often(80) {
			p.Parent = d.pick(positions)
		}
		positions, f.Positions = append(positions, p.ID), append(f.Positions, p)
	}
	if d.often(10) {
		f.Positions[0].Parent = d.pick(positions)
	}
	for i := range f.Users {
		if d.often(60) {
			f.Users[i].Manager = d.pick(append(users, id("nobody")))
		}
		if d.often(70) {
			f.Users[i].Position = d.pick(append(positions, id("no position")))
		}
	}
}

// role makes a root role with random depths and copies in some units.
func (d dice) role(i int, units []meta.ID) []meta.ID {
	f, root := d.w.facts, id(fmt.Sprint("role ", i))
	all := []meta.ID{root}
	r := RoleRow{ID: root, Root: root, Unit: units[0], Name: fmt.Sprint("role ", i), Inherited: int64(d.IntN(2))}
	if d.often(15) {
		r.Template = systemAdministrator
	}
	f.Roles = append(f.Roles, r)
	if d.often(20) { // a copy whose root is gone stands for itself
		orphan := r
		orphan.ID, orphan.Root = id(fmt.Sprint("orphan ", i)), id("no root")
		all, f.Roles = append(all, orphan.ID), append(f.Roles, orphan)
		f.RolePrivileges = append(f.RolePrivileges, RolePrivilege{Role: orphan.ID, Privilege: d.w.model.Table("account").Privileges[meta.Read].ID, Depth: Deep})
	}
	if d.often(50) { // copies follow their root, whatever their rows say
		r.Template, r.Inherited = meta.ID{}, 1-r.Inherited
	}
	for _, u := range units[1:] {
		r.ID, r.Unit = id(fmt.Sprint(root, u)), u
		all, f.Roles = append(all, r.ID), append(f.Roles, r)
	}
	for _, p := range d.w.model.Privileges {
		if d.often(55) {
			f.RolePrivileges = append(f.RolePrivileges, RolePrivilege{Role: root, Privilege: p.ID, Depth: Depth(1 + d.IntN(4))})
		}
	}
	return all
}

func (d dice) assign(users, teams, roles []meta.ID) {
	f := d.w.facts
	for _, u := range users {
		for range d.IntN(3) {
			f.UserRoles = append(f.UserRoles, RoleAssignment{Principal: u, Role: d.pick(roles)})
		}
	}
	for _, t := range teams {
		for range d.IntN(3) {
			f.TeamRoles = append(f.TeamRoles, RoleAssignment{Principal: t, Role: d.pick(roles)})
		}
	}
}

func (d dice) fill(units, principals []meta.ID) {
	w := d.w
	w.principals()
	var objects []meta.ID
	for i := range 8 {
		key := id(fmt.Sprint("row ", i)) // an account and a contact share it
		objects = append(objects, key)
		for _, tab := range []string{"account", "contact"} {
			r := row{tab + "id": query.GUID(key), "ownerid": query.GUID(d.pick(principals)), "owningbusinessunit": query.GUID(d.pick(units)), "versionnumber": query.Int(int64(d.IntN(2) + 1))}
			if d.often(70) {
				lookup := map[string]string{"account": "primarycontactid", "contact": "parentcustomerid"}[tab]
				r[lookup] = query.GUID(d.pick(objects))
			}
			w.rows[tab] = append(w.rows[tab], r)
		}
	}
	w.rows["transactioncurrency"] = []row{{"transactioncurrencyid": query.GUID(id("euro"))}}
	w.rows["privilege"] = []row{{"privilegeid": query.GUID(id("some privilege"))}}
	w.rows["secret"] = []row{{"secretid": query.GUID(id("some secret"))}}
	to := append(principals, w.facts.Organization.ID)
	for range d.IntN(14) {
		w.rows[meta.SharingTable] = append(w.rows[meta.SharingTable], row{
			"objectid": query.GUID(d.pick(objects)), "objecttypecode": query.Text([]string{"account", "contact"}[d.IntN(2)]), "principalid": query.GUID(d.pick(to)),
			"accessrightsmask": query.Int(d.mask()), "inheritedaccessrightsmask": query.Int(d.mask()),
		})
	}
}

func (d dice) mask() (mask int64) {
	for r := range meta.Rights {
		if d.often(25) {
			mask |= meta.Right(r).Mask()
		}
	}
	return mask
}

// caller resolves a random user, half the time acting for another one, and checks
// the ladder on the way. ok is false when both agree that nobody enters.
func (d dice) caller(o oracle) (Caller, pair, bool) {
	f := d.w.facts
	a, b := f.Users[d.IntN(len(f.Users))], f.Users[d.IntN(len(f.Users))]
	if d.often(50) {
		b = a
	}
	target := ""
	if a.ID != b.ID {
		target = b.Name
	}
	c, err := d.w.try2(a, target)
	want := o.enters(a)
	switch {
	case want == 0 && a.ID == b.ID:
	case want == 0 && o.effective(a.ID, id(actOnBehalf)) == None:
		want = 8
	case want == 0:
		want = o.enters(b)
	}
	rung := map[int]dverr.Entry{4: dverr.UserNotEnabled, 5: dverr.UserNotAssigned, 8: dverr.PrivilegeDenied}
	if want != 0 && !rung[want].Is(err) || want == 0 && err != nil {
		d.w.Fatalf("%s for %q: %v, want row %d", a.Name, target, err, want)
	}
	return c, pair{a.ID, b.ID}, err == nil
}

func (w *world) try2(a UserRow, target string) (Caller, error) {
	u, err := w.r.User(w.Context(), Identity{ObjectID: a.ObjectID})
	if err != nil {
		return Caller{}, err
	}
	if target == "" {
		return w.r.Caller(w.Context(), u, OnBehalf{})
	}
	return w.r.Caller(w.Context(), u, OnBehalf{UserID: id(target)})
}

// TestOracle: in random organizations the granted trees and changes let through
// exactly the rows that the oracle lets through.
func TestOracle(t *testing.T) {
	worlds := 400
	if testing.Short() {
		worlds = 60
	}
	count := &tally{}
	for seed := range worlds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := newWorld(t)
			d := dice{rand.New(rand.NewPCG(uint64(seed), 2)), w}
			d.organization()
			o := oracle{w.facts, w.model, w.rows}
			for range 8 {
				if c, who, enters := d.caller(o); enters {
					d.probes(o, c, who, count)
					d.changes(o, c, who, count)
				}
			}
		})
	}
	t.Logf("%d checks, of which %d let a row through and %d refused a whole question", count.checks, count.through, count.refused)
	if !testing.Short() && (count.checks < 20_000 || count.through < count.checks/10 || count.refused < 1000) {
		t.Errorf("too few checks, or too few of a kind: %+v", *count)
	}
}

type tally struct{ checks, through, refused int }

func (d dice) probes(o oracle, c Caller, who pair, n *tally) {
	for _, tab := range d.w.model.Tables {
		for r := range meta.Rights {
			right := meta.Right(r)
			g, err := Probe(c, right, d.w.all(tab.LogicalName))
			if !o.mayAsk(who, right, tab) {
				n.refused++
				if !dverr.PrivilegeDenied.Is(err) {
					d.w.Fatalf("%s of %s by %v: %v, want PrivilegeDenied", right, tab.LogicalName, who, err)
				}
				continue
			}
			if err != nil {
				d.w.Fatalf("%s of %s by %v: %v", right, tab.LogicalName, who, err)
			}
			d.compare(o, who, right, g, n)
		}
	}
	d.nested(o, c, who, n)
}

func (d dice) compare(o oracle, who pair, right meta.Right, g Granted, n *tally) {
	s := g.Select()
	got := d.w.answer(s)
	for _, r := range d.w.rows[s.Table.LogicalName] {
		key := r[s.Table.PrimaryID.LogicalName].GUID()
		want := o.inScope(who, right, s.Table, r)
		n.checks++
		if want {
			n.through++
		}
		if slices.Contains(got, key) != want {
			d.w.Fatalf("%s of %s %s by %v: granted %v, the oracle says %v\n%s", right, s.Table.LogicalName, key, who, !want, want, query.Print(s))
		}
	}
}

// nested asks for accounts with a readable contact that points back to them, and
// expands contacts: every Select in the tree must be narrowed.
func (d dice) nested(o oracle, c Caller, who pair, n *tally) {
	s := d.w.all("account")
	people := d.w.all("contact")
	people.Where = query.Compare{
		Col: query.Col{Of: people, C: people.Table.Column("parentcustomerid")}, Op: query.Equal, Other: &query.Col{Of: s, C: s.Table.PrimaryID},
	}
	s.Where = query.Exists{Select: people}
	nav, _ := s.Table.Navigation("contact_customer_accounts")
	s.Expands = []*query.Expand{{Nav: nav, Select: d.w.all("contact")}}
	before := query.Print(s)
	g, err := Read(c, s)
	if query.Print(s) != before {
		d.w.Fatal("Read changed the tree it was given")
	}
	may := o.mayAsk(who, meta.Read, s.Table) && o.mayAsk(who, meta.Read, people.Table)
	if may != (err == nil) {
		d.w.Fatalf("nested Read by %v: %v, the oracle says %v", who, err, may)
	}
	if err != nil {
		return
	}
	d.compare(o, who, meta.Read, Granted{sel: g.Select().Expands[0].Select}, n)
	got := d.w.answer(g.Select())
	for _, r := range d.w.rows["account"] {
		want := o.inScope(who, meta.Read, s.Table, r) && slices.ContainsFunc(d.w.rows["contact"], func(p row) bool {
			return p["parentcustomerid"] == r["accountid"] && o.inScope(who, meta.Read, people.Table, p)
		})
		n.checks++
		if slices.Contains(got, r["accountid"].GUID()) != want {
			d.w.Fatalf("account %s with a contact by %v: the oracle says %v\n%s", r["accountid"].GUID(), who, want, query.Print(g.Select()))
		}
	}
}

// changes compares Create, Update and Delete of one random account with the oracle.
func (d dice) changes(o oracle, c Caller, who pair, n *tally) {
	w, t := d.w, d.w.model.Table("account")
	depth := func(right meta.Right) bool { return o.mayAsk(who, right, t) }
	owners := append(append([]TeamRow{}, w.facts.Teams...), TeamRow{})
	target := w.rows["account"][d.IntN(len(w.rows["account"]))]
	owner, unit := w.facts.Users[d.IntN(len(w.facts.Users))].ID, w.facts.Units[d.IntN(len(w.facts.Units))].ID
	if team := owners[d.IntN(len(owners))]; d.often(30) && !team.ID.IsZero() {
		owner = team.ID
	}
	if d.often(30) {
		owner = who.subject
	}
	owned := w.set("account", map[string]query.Value{"ownerid": query.GUID(owner), "owningbusinessunit": query.GUID(unit)})
	chosen := d.often(50)
	if !chosen {
		w.ruled(owned)
	}
	reads := o.effective(owner, t.Privileges[meta.Read].ID) > None

	_, err := Create(c, t, owned)
	fresh := row{"accountid": query.GUID(id("fresh")), "ownerid": query.GUID(owner), "owningbusinessunit": query.GUID(unit)}
	may := depth(meta.Create) && o.inScope(who, meta.Create, t, fresh) && (owner == who.subject || depth(meta.Assign) && reads) && (!chosen || o.reachesUnit(who, meta.Create, t, unit))
	n.expect(w, "Create", err == nil, may)

	version := int64(d.IntN(3))
	fits := func(rights ...meta.Right) bool {
		for _, right := range rights {
			if !o.inScope(who, right, t, target) {
				return false
			}
		}
		return version == 0 || target["versionnumber"].Int() == version
	}
	key := target["accountid"].GUID()
	deletion, err := Delete(c, t, key, version)
	n.expect(w, "Delete", err == nil, depth(meta.Delete))
	if err == nil {
		n.expect(w, "Delete's row", w.matches(deletion, target), fits(meta.Delete))
	}
	name := w.set("account", map[string]query.Value{"name": query.Text("x")})
	update, err := Update(c, t, key, name, version)
	n.expect(w, "Update", err == nil, depth(meta.Write))
	if err == nil {
		n.expect(w, "Update's row", w.matches(update, target), fits(meta.Write))
	}
	assign, err := Update(c, t, key, owned[:1], version)
	n.expect(w, "Assign", err == nil, depth(meta.Write) && depth(meta.Assign) && reads)
	if err == nil {
		n.expect(w, "Assign's row", w.matches(assign, target), fits(meta.Write, meta.Assign))
	}
}

func (n *tally) expect(w *world, what string, got, want bool) {
	w.Helper()
	n.checks++
	if got != want {
		w.Fatalf("%s: %v, the oracle says %v", what, got, want)
	}
}

// matches reports that the change would touch this row and no other.
func (w *world) matches(c Change, r row) bool {
	from := *c.Parts().From
	from.Where = nil
	for _, other := range w.rows[from.Table.LogicalName] {
		if other[from.Table.PrimaryID.LogicalName] != r[from.Table.PrimaryID.LogicalName] && w.holds(c.Parts().Where, scopeRows{c.Parts().From: other}) == yes {
			w.Fatal("the change touches another row")
		}
	}
	return w.holds(c.Parts().Where, scopeRows{c.Parts().From: r}) == yes
}
