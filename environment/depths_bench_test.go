package environment_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/sqldb"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// The company of the figures: a thousand units in one division, and applications that
// read accounts at another depth each. app acts for the others.
var depthApps = []struct{ name, unit, depth string }{
	{"gil", "", "Global"}, {"lea", "Unit 7", "Local"}, {"dee", "Division", "Deep"}, {"bob", "Unit 7", "Basic"}, {"app", "", "Global"},
}

const (
	depthUnits  = 1000
	depthShares = 10_000
	depthOwners = 200
)

func depthID(kind, n int) string { return fmt.Sprintf("5a1f0000-0000-4000-8000-%04x%08x", kind, n) }

// BenchmarkDepths asks for 50 accounts of STEAD_BENCH_ROWS, whole requests through the
// handler, in the orders of names, of ids and of a column without an index, in the names of all in turn. It prints
// medians and how often Global's each is.
func BenchmarkDepths(b *testing.B) {
	rows := 20_000
	if n, err := strconv.Atoi(os.Getenv("STEAD_BENCH_ROWS")); err == nil {
		rows = n
	}
	w := newDepthWorld(b, rows)
	type turn struct{ name, user, behalf string }
	turns := []turn{{"Global", "gil", ""}, {"Local", "lea", ""}, {"Deep over 1,000 units", "dee", ""}, {"Basic, 10,000 shares", "bob", ""},
		{"for Local", "app", "lea"}, {"for Basic, 10,000 shares", "app", "bob"}}
	for _, order := range []string{"name", "accountid", "createdon"} {
		b.Run(order, func(b *testing.B) {
			asked := make([]*http.Request, len(turns))
			took := make([][]time.Duration, len(turns))
			for i, who := range turns {
				asked[i] = w.list(who.user, who.behalf, order)
			}
			for b.Loop() {
				for i, r := range asked {
					at := time.Now()
					to := nowhere{header: http.Header{}}
					w.ServeHTTP(&to, r)
					took[i] = append(took[i], time.Since(at))
					if to.status != 200 || to.bytes < 50*100 {
						b.Fatal(turns[i].name, to.status, to.bytes)
					}
				}
			}
			var all strings.Builder
			global := median(took[0])
			for i, who := range turns {
				m := median(took[i])
				fmt.Fprintf(&all, "\n%-26s %6d µs %5.2f", who.name, m.Microseconds(), float64(m)/float64(global))
			}
			b.Logf("%d accounts by %s, %d rounds%s", rows, order, len(took[0]), all.String())
		})
	}
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

type depthWorld struct {
	*world
	b *testing.B
}

func newDepthWorld(b *testing.B, rows int) *depthWorld {
	w := &depthWorld{start(b, func(c *environment.Config) {
		c.Logger, c.Limits = slog.New(slog.DiscardHandler), uncounted
		c.Seed.Units = append(c.Seed.Units, environment.SeedUnit{Name: "Division"})
		for n := range depthUnits {
			parent := "Division"
			if n >= 8 {
				parent = fmt.Sprint("Unit ", n/8-1)
			}
			c.Seed.Units = append(c.Seed.Units, environment.SeedUnit{Name: fmt.Sprint("Unit ", n), Parent: parent})
		}
		for i, a := range depthApps {
			c.Seed.Users = append(c.Seed.Users, environment.SeedUser{ID: depthID(1, i), ObjectID: depthID(2, i), ApplicationID: depthID(3, i), FullName: a.name, Unit: a.unit})
		}
	}), b}
	admin := w.as(b, "contoso-app")
	for i, a := range depthApps {
		unit := admin.unit("Contoso")
		held := []string{"prvReadAccount", a.depth, "prvActOnBehalfOfAnotherUser", "Global"}
		role := admin.role("Reads "+a.name, unit, held...)
		if a.unit != "" {
			role = admin.roleIn("Reads "+a.name, admin.unit(a.unit))
		}
		admin.post("systemusers("+depthID(1, i)+")/systemuserroles_association/$ref", `{"@odata.id":"`+root+`roles(`+role+`)"}`).is(204, "")
	}
	units := admin.get("businessunits?$select=businessunitid&$filter=startswith(name,'Unit') or name eq 'Division'").names("businessunitid")
	w.Close()
	w.fill(rows, units)
	w.open(b)
	return w
}

// fill writes accounts and bob's shares as the store would, a thousand times as fast:
// owned by 200 in turn, whom bob is one of, in all units.
func (w *depthWorld) fill(rows int, units []string) {
	db, err := sqldb.Open(w.config.Database, sqldb.Options{Schema: w.config.Name})
	if err != nil {
		w.b.Fatal(err)
	}
	defer db.Close()
	id := func(of, n string) string { return "unhex(printf('" + of + "%020x', " + n + "))" }
	fixed := func(id string) string { return "x'" + strings.ReplaceAll(id, "-", "") + "'" }
	kind, settle := "BLOB", ""
	if sqldbtest.OnServer() {
		id = func(of, n string) string { return "CAST('" + of + "' || lpad(to_hex(" + n + "), 20, '0') AS UUID)" }
		fixed = func(id string) string { return "CAST('" + id + "' AS UUID)" }
		kind, settle = "UUID", "ANALYZE account; ANALYZE principalobjectaccess;\n" // which servers do by themselves after a while
	}
	var all strings.Builder
	all.WriteString("CREATE TABLE bench_unit (n INTEGER PRIMARY KEY, id " + kind + ");\n")
	for n, u := range units {
		fmt.Fprintf(&all, "INSERT INTO bench_unit VALUES (%d, %s);\n", n, fixed(u))
	}
	count := func(to int) string {
		return fmt.Sprintf("WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < %d) ", to-1)
	}
	name := "'Account ' || substr(CAST(10000000 + n * CAST(7919 AS BIGINT) % " + fmt.Sprint(rows) + " AS TEXT), 2)"
	owner := fmt.Sprintf("CASE WHEN n * 31 %% %d = 3 THEN %s ELSE %s END", depthOwners, fixed(depthID(1, 3)), id("0000000000f1", fmt.Sprintf("n * 31 %% %d", depthOwners)))
	fmt.Fprintf(&all, "INSERT INTO account (accountid, name, telephone1, address1_city, numberofemployees, statecode, statuscode, createdon, versionnumber, ownerid, owneridtype, owningbusinessunit) "+
		"%s SELECT %s, %s, '+43 316 123456', 'Graz', n %% 5000, 0, 1, 1700000000, n + 1, %s, 8, (SELECT id FROM bench_unit u WHERE u.n = c.n %% %d) FROM c;\n",
		count(rows), id("0000000000a1", "n"), name, owner, len(units))
	step := max(rows/depthShares, 2)
	for _, to := range []struct {
		whom string
		rest int
	}{{fixed(depthID(1, 3)), 0}, {id("0000000000f1", fmt.Sprintf("versionnumber / %d %% %d", step, depthOwners)), 1}} { // bob's, and as many of all the others
		fmt.Fprintf(&all, "INSERT INTO principalobjectaccess (principalobjectaccessid, objectid, principalid, principaltypecode, objecttypecode, accessrightsmask, inheritedaccessrightsmask, objectname) "+
			"SELECT accountid, accountid, %s, 'systemuser', 'account', 1, 0, name FROM account WHERE versionnumber %% %d = %d;\n", to.whom, step, to.rest)
	}
	fmt.Fprintf(&all, "DROP TABLE bench_unit;\n%s", settle)
	if err := db.Write(context.Background(), func(c *sqldb.Conn) error { return c.ExecScript(all.String()) }); err != nil {
		w.b.Fatal(err)
	}
}

// list is the request that is measured.
func (w *depthWorld) list(user, behalf, order string) *http.Request {
	number := func(name string) int {
		for i, a := range depthApps {
			if a.name == name {
				return i
			}
		}
		w.b.Fatal("nobody is called ", name)
		return 0
	}
	n := number(user)
	r := httptest.NewRequest("GET", root+"accounts?$select=name,telephone1,address1_city,numberofemployees,statecode,createdon&$orderby="+order+"&$top=50", nil)
	r.Header.Set("Authorization", "Bearer "+w.issuer.Sign(w.b, w.claims("contoso-app", map[string]any{
		"oid": depthID(2, n), "sub": depthID(2, n), "appid": depthID(3, n), "uti": user})))
	if behalf != "" {
		r.Header.Set("MSCRMCallerID", depthID(1, number(behalf)))
	}
	return r
}
