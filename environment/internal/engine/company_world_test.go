package engine_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/catalog"
	office "github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// dealer draws organizations.
type dealer struct{ *rapid.T }

func (d dealer) below(n int, what string) int { return rapid.IntRange(0, n-1).Draw(d.T, what) }

func (d dealer) often(percent int, what string) bool {
	return rapid.IntRange(0, 99).Draw(d.T, what) >= 100-percent // what is rare is what shrinking takes away
}

func (d dealer) company() *company {
	c := &company{
		members: map[[2]int]bool{}, held: map[holding]bool{}, shares: map[sharing]int64{}, columns: map[holder]columnRights{}, units: []int{0},
		across: d.often(30, "across"), hierarchy: d.often(50, "hierarchy"), byPosition: d.often(40, "by position"), levels: d.below(4, "levels"),
	}
	for i := range d.below(5, "units") {
		c.units = append(c.units, d.below(i+1, "parent"))
	}
	for i := range 3 {
		c.positions = append(c.positions, d.below(i+1, "position above")-1)
	}
	for i := range 4 {
		c.users = append(c.users, companyUser{d.below(len(c.units), "unit"), d.below(i+1, "manager") - 1, d.below(4, "position") - 1})
	}
	for t := range 1 + d.below(3, "teams") {
		c.teams = append(c.teams, companyTeam{d.below(len(c.units), "unit"), d.often(25, "access team")})
		for u := range c.users {
			if d.often(40, "member") {
				c.members[[2]int{t, u}] = true
			}
		}
	}
	for range 1 + d.below(4, "roles") {
		c.roles = append(c.roles, d.role(c))
	}
	for u := range c.users { // most users have a role
		if d.often(85, "has a role") {
			c.held[holding{holder{at: u}, d.below(len(c.roles), "role")}] = true
		}
	}
	for range d.below(4, "more roles") {
		c.held[holding{d.holder(c), d.below(len(c.roles), "role")}] = true
	}
	for range d.below(4, "profiles") {
		c.columns[d.holder(c)] = columnRights{d.often(50, "create"), d.often(60, "read"), d.often(50, "update")}
	}
	for range 8 {
		c.rows = append(c.rows, account{owner: d.holder(c), unit: d.below(len(c.units), "unit"), revenue: int64(1 + d.below(4, "revenue"))})
	}
	for range 3 {
		c.people = append(c.people, account{owner: d.holder(c), unit: d.below(len(c.units), "unit")})
	}
	for range d.below(8, "shares") {
		c.shares[sharing{d.below(len(c.rows), "row"), d.holder(c)}] = d.mask()
	}
	return c
}

func (d dealer) role(c *company) (r companyRole) {
	r.unit = d.below(len(c.units), "unit")
	for i := range r.depth {
		r.depth[i] = d.below(5, "depth")
	}
	r.act, r.direct, r.admin = d.often(50, "acts"), d.often(50, "direct"), d.often(10, "admin")
	return r
}

func (d dealer) holder(c *company) holder {
	if d.often(35, "team") {
		return holder{true, d.below(len(c.teams), "team")}
	}
	return holder{at: d.below(len(c.users), "user")}
}

// mask draws the rights of a share, which are never none.
func (d dealer) mask() int64 {
	mask := gameRights[d.below(len(gameRights), "right")].Mask()
	for _, r := range gameRights {
		if d.often(50, "right") {
			mask |= r.Mask()
		}
	}
	return mask
}

// gameWorld makes an environment whose accounts have a secured revenue.
func gameWorld(t testing.TB) (*world, func()) {
	m, err := catalog.Model()
	if err != nil {
		t.Fatal(err)
	}
	m.Table("account").Column("revenue").Secured = true
	s, err := store.Open(t.Context(), store.Config{Path: sqldbtest.Database(t), Model: m})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, model: m, store: s, now: time.Date(2025, 3, 4, 5, 6, 7, 0, time.UTC)}
	w.people = access.NewResolver(s, func() *meta.Model { return m })
	w.start(office.Office{}, engine.Config{})
	return w, func() { s.Close() }
}

// gameTables are the tables that a company fills.
var gameTables = []string{"principalobjectaccess", "account", "contact", "systemuserprofiles", "teamprofiles", "fieldpermission", "fieldsecurityprofile", "teamroles", "systemuserroles",
	"roleprivileges", "role", "teammembership", "team", "systemuser", "position", "businessunit", "organization"}

// found writes a company's rows, in place of what is there.
func (w *world) found(c *company) error {
	return w.store.Write(w.t.Context(), func(tx *store.Tx) error {
		for _, name := range gameTables {
			s := &query.Select{Table: w.table(name)}
			all := access.SystemChange("test", access.Parts{Kind: access.Remove, From: s, Table: s.Table, Where: query.Const{True: true}})
			if _, err := tx.Apply(w.t.Context(), all); err != nil {
				return err
			}
		}
		w.foundOrganization(tx, c)
		w.foundPrincipals(tx, c)
		w.foundRoles(tx, c)
		for i, r := range c.people {
			w.putPerson(tx, i, r)
		}
		for i, r := range c.rows {
			w.putAccount(tx, i, r)
			w.introduce(tx, c, i)
		}
		for s, mask := range c.shares {
			w.putShare(tx, s, mask)
		}
		return nil
	})
}

func flag(b bool) query.Value { return query.Bool(b) }

func (w *world) foundOrganization(tx *store.Tx, c *company) {
	settings := ""
	if c.across {
		settings = "<OrgSettings>" + acrossUnits + "</OrgSettings>"
	}
	w.put(tx, "organization", "contoso", values{"name": text("contoso"), "orgdborgsettings": text(settings), "ishierarchicalsecuritymodelenabled": flag(c.hierarchy),
		"usepositionhierarchy": flag(c.byPosition), "maxdepthforhierarchicalsecuritymodel": number(int64(c.levels))})
	for i, parent := range c.units {
		unit := values{"name": text(fmt.Sprint("unit ", i)), "isdisabled": number(0)}
		if i > 0 {
			unit["parentbusinessunitid"] = ref{"businessunit", fmt.Sprint("unit ", parent)}
		}
		w.put(tx, "businessunit", fmt.Sprint("unit ", i), unit)
	}
	for i, parent := range c.positions {
		position := values{"name": text(fmt.Sprint("position ", i))}
		if parent >= 0 {
			position["parentpositionid"] = ref{"position", fmt.Sprint("position ", parent)}
		}
		w.put(tx, "position", fmt.Sprint("position ", i), position)
	}
}

func (w *world) foundPrincipals(tx *store.Tx, c *company) {
	for i, u := range c.users {
		name := fmt.Sprint("user ", i)
		row := values{"fullname": text(name), "domainname": text(name), "azureactivedirectoryobjectid": guid(name + " object"), "accessmode": number(0),
			"businessunitid": ref{"businessunit", fmt.Sprint("unit ", u.unit)}, "isdisabled": number(0)}
		if u.manager >= 0 {
			row["parentsystemuserid"] = ref{"systemuser", fmt.Sprint("user ", u.manager)}
		}
		if u.position >= 0 {
			row["positionid"] = ref{"position", fmt.Sprint("position ", u.position)}
		}
		w.put(tx, "systemuser", name, row)
	}
	for i, t := range c.teams {
		w.put(tx, "team", fmt.Sprint("team ", i), values{"name": text(fmt.Sprint("team ", i)), "teamtype": flag(t.access), "isdefault": number(0),
			"businessunitid": ref{"businessunit", fmt.Sprint("unit ", t.unit)}})
	}
	for m := range c.members {
		w.putMember(tx, m)
	}
	choice := map[bool]query.Value{true: number(4), false: number(0)}
	for h, may := range c.columns {
		profile := "profile of " + h.String()
		w.put(tx, "fieldsecurityprofile", profile, values{"name": text(profile)})
		w.put(tx, "fieldpermission", profile, values{"fieldsecurityprofileid": ref{"fieldsecurityprofile", profile}, "entityname": text("account"),
			"attributelogicalname": text("revenue"), "cancreate": choice[may.create], "canread": choice[may.read], "canupdate": choice[may.update]})
		table, column := "systemuserprofiles", "systemuserid"
		if h.team {
			table, column = "teamprofiles", "teamid"
		}
		w.put(tx, table, profile, values{column: guid(h.String()), "fieldsecurityprofileid": guid(profile)})
	}
}

func (w *world) foundRoles(tx *store.Tx, c *company) {
	for i, r := range c.roles {
		name := fmt.Sprint("role ", i)
		row := values{"name": text(name), "businessunitid": ref{"businessunit", fmt.Sprint("unit ", r.unit)}, "parentrootroleid": ref{"role", name}, "isinherited": flag(r.direct)}
		if r.admin {
			row["roletemplateid"] = query.GUID(meta.MustID("627090ff-40a3-4053-8790-584edc5be201"))
		}
		w.put(tx, "role", name, row)
		for right, depth := range r.depth {
			if depth > 0 {
				w.grant(tx, name, w.table(map[bool]string{true: "contact", false: "account"}[right == meeting]).Privileges[gameRights[right]], int64(1)<<(depth-1))
			}
		}
		if r.act {
			w.grant(tx, name, w.model.Privilege("prvActOnBehalfOfAnotherUser"), 8)
		}
	}
	for h := range c.held {
		w.putHolding(tx, h)
	}
}

func (w *world) putHolding(tx *store.Tx, h holding) {
	table, column := "systemuserroles", "systemuserid"
	if h.by.team {
		table, column = "teamroles", "teamid"
	}
	w.put(tx, table, fmt.Sprint(h), values{column: guid(h.by.String()), "roleid": guid(fmt.Sprint("role ", h.role))})
}

func (w *world) putMember(tx *store.Tx, m [2]int) {
	w.put(tx, "teammembership", fmt.Sprint("member ", m), values{"teamid": guid(fmt.Sprint("team ", m[0])), "systemuserid": guid(fmt.Sprint("user ", m[1]))})
}

func (w *world) putAccount(tx *store.Tx, i int, r account) {
	w.put(tx, "account", fmt.Sprint("row ", i), values{"name": text(fmt.Sprintf("row %03d", i)), "revenue": dollars(float64(r.revenue)), "versionnumber": number(int64(i + 1)), "statecode": number(0), "statuscode": number(1),
		"ownerid": ref{tableOf(r.owner), r.owner.String()}, "owningbusinessunit": ref{"businessunit", fmt.Sprint("unit ", r.unit)}})
}

func tableOf(h holder) string {
	if h.team {
		return "team"
	}
	return "systemuser"
}

// inheritedShares says on which rows shares are put as if they had come down from above.
func inheritedShares(row int) bool { return row%2 == 1 }

func (w *world) putShare(tx *store.Tx, s sharing, mask int64) {
	own, inherited := mask, int64(0)
	if inheritedShares(s.row) {
		own, inherited = 0, mask
	}
	w.put(tx, "principalobjectaccess", fmt.Sprint(s), values{"objectid": guid(fmt.Sprint("row ", s.row)), "objecttypecode": text("account"),
		"principalid": guid(s.to.String()), "principaltypecode": text(tableOf(s.to)), "accessrightsmask": number(own), "inheritedaccessrightsmask": number(inherited)})
}

// erase removes a row that the tests put.
func (w *world) erase(tx *store.Tx, table, name string) {
	s := &query.Select{Table: w.table(table)}
	c := access.SystemChange("test", access.Parts{Kind: access.Remove, From: s, Table: s.Table,
		Where: query.Compare{Col: query.Col{Of: s, C: s.Table.PrimaryID}, Op: query.Equal, Value: guid(name)}})
	if _, err := tx.Apply(w.t.Context(), c); err != nil {
		w.t.Fatal(err)
	}
}
