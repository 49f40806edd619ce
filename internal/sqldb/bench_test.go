package sqldb

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3"
)

// The seam against the engine's interface used by hand: the same file, the same statements, prepared once.

const (
	benchRows = 20_000
	pointSQL  = "SELECT name, city, score, size, note, at FROM things WHERE id = ?"
	listSQL   = "SELECT name, city, score, size, note, at FROM things WHERE city = ? ORDER BY name LIMIT 50"
)

func benchKey(i int) (id [16]byte) {
	binary.BigEndian.PutUint64(id[:], uint64(i)*0x9E3779B97F4A7C15)
	binary.BigEndian.PutUint64(id[8:], uint64(i))
	return id
}

func benchDB(b *testing.B) *DB {
	b.Helper()
	db, err := Open(filepath.Join(b.TempDir(), "bench.db"), Options{Readers: 2})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	err = db.Write(b.Context(), func(c *Conn) error {
		if err := c.ExecScript(`CREATE TABLE things (id BLOB PRIMARY KEY, name TEXT, city TEXT, score REAL, size INTEGER, note TEXT, at INTEGER) WITHOUT ROWID;
			CREATE INDEX by_city ON things (city, name)`); err != nil {
			return err
		}
		for i := range benchRows {
			id := benchKey(i)
			_, err := c.Exec("INSERT INTO things VALUES (?, ?, ?, ?, ?, ?, ?)", Blob(id[:]), Text(fmt.Sprintf("thing %06d", i)),
				Text(fmt.Sprintf("city %d", i%100)), Float(float64(i)/3), Int(int64(i)*7919), Text("a note about the thing"), Int(1_700_000_000+int64(i)))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return db
}

// sum uses every column, so that neither side may skip one.
type sum struct{ rows, bytes, ints, floats int64 }

func (s *sum) seam(rows *Rows) {
	s.rows++
	s.bytes += int64(len(rows.Text(0)) + len(rows.Text(1)) + len(rows.Text(4)))
	s.floats += int64(rows.Float(2))
	s.ints += rows.Int(3) + rows.Int(5)
}

func (s *sum) raw(st *sqlite3.Stmt) {
	s.rows++
	s.bytes += int64(len(st.ColumnRawText(0)) + len(st.ColumnRawText(1)) + len(st.ColumnRawText(4)))
	s.floats += int64(st.ColumnFloat(2))
	s.ints += st.ColumnInt64(3) + st.ColumnInt64(5)
}

func BenchmarkPointRead(b *testing.B) {
	db := benchDB(b)
	b.Run("seam", func(b *testing.B) {
		b.ReportAllocs()
		var s sum
		for i := 0; b.Loop(); i++ {
			id := benchKey(i * 31 % benchRows)
			if err := db.Read(b.Context(), func(c *Conn) error { return s.query(c, pointSQL, Blob(id[:])) }); err != nil {
				b.Fatal(err)
			}
		}
		s.check(b, 1)
	})
	raw, st := benchRaw(b, db, pointSQL)
	b.Run("raw", func(b *testing.B) {
		b.ReportAllocs()
		var s sum
		for i := 0; b.Loop(); i++ {
			id := benchKey(i * 31 % benchRows)
			st.BindBlob(1, id[:])
			s.step(b, st)
		}
		s.check(b, 1)
	})
	b.Run("raw snapshot", func(b *testing.B) {
		b.ReportAllocs()
		begin, _, _ := raw.Prepare("BEGIN")
		commit, _, _ := raw.Prepare("COMMIT")
		var s sum
		for i := 0; b.Loop(); i++ {
			begin.Exec()
			id := benchKey(i * 31 % benchRows)
			st.BindBlob(1, id[:])
			s.step(b, st)
			commit.Exec()
		}
		s.check(b, 1)
	})
}

func BenchmarkFiftyRows(b *testing.B) {
	db := benchDB(b)
	b.Run("seam", func(b *testing.B) {
		b.ReportAllocs()
		var s sum
		for i := 0; b.Loop(); i++ {
			city := cities[i%len(cities)]
			if err := db.Read(b.Context(), func(c *Conn) error { return s.query(c, listSQL, Text(city)) }); err != nil {
				b.Fatal(err)
			}
		}
		s.check(b, 50)
	})
	_, st := benchRaw(b, db, listSQL)
	b.Run("raw", func(b *testing.B) {
		b.ReportAllocs()
		var s sum
		for i := 0; b.Loop(); i++ {
			st.BindText(1, cities[i%len(cities)])
			s.step(b, st)
		}
		s.check(b, 50)
	})
}

var cities = [...]string{"city 1", "city 20", "city 33", "city 47", "city 99"}

func (s *sum) query(c *Conn, sql string, arg Arg) error {
	rows, err := c.Query(sql, arg)
	if err != nil {
		return err
	}
	for rows.Next() {
		s.seam(rows)
	}
	return rows.Close()
}

func (s *sum) step(b *testing.B, st *sqlite3.Stmt) {
	for st.Step() {
		s.raw(st)
	}
	if err := st.Reset(); err != nil {
		b.Fatal(err)
	}
}

func (s *sum) check(b *testing.B, rows int64) {
	b.Helper()
	if s.rows != int64(b.N)*rows {
		b.Fatalf("read %d rows, want %d each of %d times", s.rows, rows, b.N)
	}
}

func benchRaw(b *testing.B, db *DB, sql string) (*sqlite3.Conn, *sqlite3.Stmt) {
	b.Helper()
	raw, err := sqlite3.Open(db.Path())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { raw.Close() })
	raw.SetInterrupt(b.Context()) // as a server must
	st, _, err := raw.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	return raw, st
}

// BenchmarkWrite compares one writer at a time with many that share commits.
func BenchmarkWrite(b *testing.B) {
	insert := func(db *DB, i int) error {
		id := benchKey(benchRows + i)
		return db.Write(context.Background(), func(c *Conn) error {
			_, err := c.Exec("INSERT OR REPLACE INTO things VALUES (?, 'new', 'city 0', 1.5, 7, 'note', 9)", Blob(id[:]))
			return err
		})
	}
	b.Run("one", func(b *testing.B) {
		db := benchDB(b)
		for i := 0; b.Loop(); i++ {
			if err := insert(db, i); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("sixteen", func(b *testing.B) {
		db := benchDB(b)
		before := db.Stats()
		next := make(chan int, 64)
		b.SetParallelism(8)
		go func() {
			for i := range b.N {
				next <- i
			}
			close(next)
		}()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := insert(db, <-next); err != nil {
					b.Error(err)
				}
			}
		})
		after := db.Stats()
		b.ReportMetric(float64(after.Writes-before.Writes)/float64(after.Commits-before.Commits), "writes/commit")
	})
}
