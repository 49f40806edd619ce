package sqldb

import (
	"fmt"
	"strings"

	"github.com/ncruces/go-sqlite3"
)

// cacheSize is how many distinct statements a connection keeps prepared.
const cacheSize = 256

// prepared is one compiled statement. It is either at rest (reset, ready for new arguments) or busy under one Rows.
type prepared struct {
	stmt   *sqlite3.Stmt
	sql    string
	params int
	busy   bool
	heavy  bool // holds large arguments, to be dropped when it comes to rest
	twin   *prepared

	newer, older *prepared // the cache's list
}

// cache keeps statements by their text, least recently used out first. A text that is busy has twins.
type cache struct {
	bySQL    map[string]*prepared
	ends     prepared // ends.older is the newest, ends.newer the oldest
	size     int
	compiled int // statements compiled so far; for tests
}

func newCache(size int) *cache {
	c := &cache{bySQL: make(map[string]*prepared), size: size}
	c.ends.older, c.ends.newer = &c.ends, &c.ends
	return c
}

// get hands out a statement at rest for sql and marks it busy.
func (c *cache) get(raw *sqlite3.Conn, sql string) (*prepared, error) {
	p := c.bySQL[sql]
	if p == nil {
		fresh, err := c.compile(raw, sql)
		if err != nil {
			return nil, err
		}
		c.evict()
		p = fresh
		c.bySQL[sql] = p
		c.link(p)
	} else if c.ends.older != p {
		p.unlink()
		c.link(p)
	}
	for p.busy {
		if p.twin == nil {
			twin, err := c.compile(raw, sql)
			if err != nil {
				return nil, err
			}
			p.twin = twin
		}
		p = p.twin
	}
	p.busy = true
	return p, nil
}

// compile prepares one statement, and refuses a text that is empty, holds two or would end the transaction around it.
func (c *cache) compile(raw *sqlite3.Conn, sql string) (*prepared, error) {
	if word := firstWord(sql); endsTransaction(word) {
		return nil, fmt.Errorf("statement %q: transactions belong to Read and Write", word)
	}
	st, tail, err := raw.PrepareFlags(sql, sqlite3.PREPARE_PERSISTENT)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return nil, fmt.Errorf("statement %q holds no SQL", sql)
	}
	if strings.Trim(tail, " \t\r\n;") != "" {
		st.Close()
		return nil, fmt.Errorf("statement %q is followed by another", sql)
	}
	c.compiled++
	return &prepared{stmt: st, sql: sql, params: st.BindCount()}, nil
}

func firstWord(sql string) string {
	sql = strings.TrimLeft(sql, " \t\r\n;")
	end := strings.IndexAny(sql, " \t\r\n;")
	if end < 0 {
		end = len(sql)
	}
	return sql[:end]
}

func endsTransaction(word string) bool {
	for _, w := range [...]string{"begin", "commit", "end", "rollback", "savepoint", "release"} {
		if strings.EqualFold(word, w) {
			return true
		}
	}
	return false
}

// evict makes room for one more by closing the oldest text at rest; if all are busy the cache grows for a while.
func (c *cache) evict() {
	for p := c.ends.newer; p != &c.ends && len(c.bySQL) >= c.size; {
		next := p.newer
		if !p.anyBusy() {
			p.unlink()
			delete(c.bySQL, p.sql)
			p.close()
		}
		p = next
	}
}

func (c *cache) link(p *prepared) {
	p.newer, p.older = &c.ends, c.ends.older
	c.ends.older.newer = p
	c.ends.older = p
}

func (p *prepared) unlink() {
	p.newer.older, p.older.newer = p.older, p.newer
}

func (p *prepared) anyBusy() bool {
	for ; p != nil; p = p.twin {
		if p.busy {
			return true
		}
	}
	return false
}

func (p *prepared) close() {
	for ; p != nil; p = p.twin {
		p.stmt.Close()
	}
}

// rest ends a run of the statement. The engine repeats the run's error on reset; the run has reported it already.
func (p *prepared) rest() {
	p.stmt.Reset()
	if p.heavy {
		p.stmt.ClearBindings()
		p.heavy = false
	}
	p.busy = false
}

func (c *cache) close() {
	for _, p := range c.bySQL {
		p.close()
	}
	clear(c.bySQL)
}
