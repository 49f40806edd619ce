package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// The way of a granted question, Compile and Page, against SQL written by hand on the
// same file, over the catalog's real accounts.

const (
	benchRows  = 20_000
	benchUsers = 50
	benchCity  = "Graz"
)

var (
	pointColumns = strings.Fields("name accountnumber telephone1 emailaddress1 address1_city websiteurl numberofemployees revenue statecode statuscode createdon modifiedon")
	listColumns  = strings.Fields("name telephone1 address1_city numberofemployees statecode createdon")
)

func benchWorld(b *testing.B) *world {
	b.Helper()
	m, err := catalog.Model()
	if err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(b.Context(), store.Config{Path: filepath.Join(b.TempDir(), "bench.db"), Model: m})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	w := &world{Store: s, t: b, m: m}
	r := rand.New(rand.NewPCG(1, 1))
	for from := 0; from < benchRows; from += 5000 {
		var changes []access.Change
		for n := from; n < from+5000; n++ {
			changes = append(changes, w.insertion("account", benchAccount(r, n)))
		}
		w.apply(changes...)
	}
	var shares []access.Change
	for n := range 200 { // with the first user
		shares = append(shares, w.insertion("principalobjectaccess", set{
			"principalobjectaccessid": guid(n), "objectid": guid(n * 97 % benchRows), "principalid": guid(1_000_000),
			"objecttypecode": query.Text("account"), "accessrightsmask": query.Int(1), "inheritedaccessrightsmask": query.Int(0)}))
	}
	w.apply(shares...)
	return w
}

func benchAccount(r *rand.Rand, n int) set {
	city := fmt.Sprint("City ", r.IntN(100))
	if n%50 == 0 {
		city = benchCity
	}
	return set{
		"accountid": guid(n), "name": query.Text(fmt.Sprintf("Account %06d", r.IntN(benchRows*10))), "accountnumber": query.Text(fmt.Sprint("A-", n)),
		"telephone1": query.Text("+43 316 123456"), "emailaddress1": query.Text("info@account.example"), "address1_city": query.Text(city),
		"websiteurl": query.Text("https://account.example"), "numberofemployees": query.Int(int64(r.IntN(5000))), "revenue": query.Int(1_000_0000),
		"statecode": query.Int(0), "statuscode": query.Int(1), "createdon": query.Int(1_700_000_000), "modifiedon": query.Int(1_700_000_000),
		"versionnumber": query.Int(int64(n + 1)), "ownerid": guid(1_000_000 + n%benchUsers), "owningbusinessunit": guid(2_000_000 + n%10),
	}
}

// sum uses every cell, so that neither way may skip one.
func sum(w *world, s *query.Select) (total int64) {
	w.page(s, func(shape *query.Shape, row query.Row) {
		for _, f := range shape.Fields {
			total += int64(len(row.Bytes(f.Value)))
		}
		total += row.Int(shape.Version)
	})
	return total
}

// byHand runs a statement of the same cells over a connection of its own.
func byHand(b *testing.B, db *sqldb.DB, sql string, args func(i int) []sqldb.Arg) {
	total := int64(0)
	for i := 0; b.Loop(); i++ {
		err := db.Read(context.Background(), func(c *sqldb.Conn) error {
			rows, err := c.Query(sql, args(i)...)
			if err != nil {
				return err
			}
			n := rows.Columns()
			for rows.Next() {
				for k := range n - 1 {
					total += int64(len(rows.Blob(k)))
				}
				total += rows.Int(n - 1)
			}
			return rows.Err()
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func beside(b *testing.B, path string) *sqldb.DB {
	b.Helper()
	db, err := sqldb.Open(path, sqldb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

func benchPoint(w *world, i int) *query.Select {
	s := w.sel("account", pointColumns...)
	s.Order = nil
	s.Where = w.equal(s, "accountid", guid(i*31%benchRows))
	return s
}

func benchList(w *world) *query.Select {
	s := w.sel("account", listColumns...)
	s.Order = append([]query.Order{{Col: w.col(s, "name")}}, s.Order...)
	s.Limit = 50
	return s
}

func BenchmarkPoint(b *testing.B) {
	w := benchWorld(b)
	b.Run("granted", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			sum(w, benchPoint(w, i))
		}
	})
	b.Run("granted, copied out", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			err := w.Read(context.Background(), func(tx *store.Tx) error {
				_, _, err := tx.One(context.Background(), access.System("benchmark", benchPoint(w, i)))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by hand", func(b *testing.B) {
		sql := "SELECT " + strings.Join(pointColumns, ", ") + ", accountid, versionnumber FROM account WHERE accountid = ?"
		byHand(b, beside(b, w.Path()), sql, func(i int) []sqldb.Arg {
			key := id(i * 31 % benchRows)
			return []sqldb.Arg{sqldb.Blob(key[:])}
		})
	})
}

func BenchmarkList(b *testing.B) {
	w := benchWorld(b)
	b.Run("granted", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sum(w, benchList(w))
		}
	})
	b.Run("by hand", func(b *testing.B) {
		sql := "SELECT " + strings.Join(listColumns, ", ") + ", accountid, versionnumber FROM account ORDER BY name, accountid LIMIT 51"
		byHand(b, beside(b, w.Path()), sql, func(int) []sqldb.Arg { return nil })
	})
	for _, labels := range []string{"with labels", "with a collection"} {
		b.Run(labels, func(b *testing.B) {
			for b.Loop() {
				s := benchList(w)
				if labels == "with labels" {
					s.Columns = append(s.Columns, query.Output{Col: w.col(s, "ownerid"), Label: true, Type: true},
						query.Output{Col: w.col(s, "createdby"), Label: true}, query.Output{Col: w.col(s, "revenue"), Label: true})
				} else {
					w.expand(s, "contact_customer_accounts", w.sel("contact", "fullname"))
				}
				sum(w, s)
			}
		})
	}
}

// benchShare is the sharing branch of a scope.
func benchShare(w *world, s *query.Select) query.Expr {
	share := &query.Select{Table: w.m.Table("principalobjectaccess")}
	object := w.col(s, "accountid")
	share.Where = query.And{Members: []query.Expr{
		query.Compare{Col: w.col(share, "objectid"), Op: query.Equal, Other: &object},
		query.In{Col: w.col(share, "principalid"), Values: []query.Value{guid(1_000_000), guid(3_000_000)}},
		w.equal(share, "objecttypecode", query.Text("account")),
		query.HasBits{Col: w.col(share, "accessrightsmask"), Mask: 1},
	}}
	return query.Exists{Select: share}
}

// BenchmarkScopes is the list under what access adds for smaller depths.
func BenchmarkScopes(b *testing.B) {
	w := benchWorld(b)
	scopes := map[string]func(s *query.Select) query.Expr{
		"owner": func(s *query.Select) query.Expr {
			return query.In{Col: w.col(s, "ownerid"), Values: []query.Value{guid(1_000_000)}}
		},
		"owner or share": func(s *query.Select) query.Expr {
			return query.Or{Members: []query.Expr{query.In{Col: w.col(s, "ownerid"), Values: []query.Value{guid(1_000_000)}}, benchShare(w, s)}}
		},
		"owner, unit or share": func(s *query.Select) query.Expr {
			return query.Or{Members: []query.Expr{
				query.In{Col: w.col(s, "ownerid"), Values: []query.Value{guid(1_000_000)}},
				query.In{Col: w.col(s, "owningbusinessunit"), Values: []query.Value{guid(2_000_001)}}, benchShare(w, s)}}
		},
	}
	for name, scope := range scopes {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s := benchList(w)
				s.Where = scope(s)
				sum(w, s)
			}
		})
	}
}

func BenchmarkInsert(b *testing.B) {
	w := benchWorld(b)
	r := rand.New(rand.NewPCG(2, 2))
	n := benchRows
	for _, rows := range []int{1, 1000} {
		b.Run(fmt.Sprint("of ", rows, " a transaction"), func(b *testing.B) {
			for b.Loop() {
				var changes []access.Change
				for range rows {
					n++
					changes = append(changes, w.insertion("account", benchAccount(r, n)))
				}
				w.apply(changes...)
			}
			b.ReportMetric(float64(b.N*rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkOpenFresh makes a whole environment: every table of the catalog.
func BenchmarkOpenFresh(b *testing.B) {
	m, err := catalog.Model()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	for i := 0; b.Loop(); i++ {
		s, err := store.Open(b.Context(), store.Config{Path: filepath.Join(dir, fmt.Sprint(i)), Model: m})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
