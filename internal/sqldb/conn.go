package sqldb

import (
	"fmt"
)

// heavyArgs is the size in bytes above which a statement at rest gives its arguments back.
const heavyArgs = 16 << 10

// Conn is a connection lent to the function given to [DB.Read] or [DB.Write], inside that call's transaction. It is for
// one goroutine and ends with the function: after that every call gives [ErrClosed].
type Conn struct {
	s    *session
	open *Rows
}

// Exec runs one statement to its end and tells how many rows it changed.
func (c *Conn) Exec(sql string, args ...Arg) (changed int64, err error) {
	p, err := c.start(sql, args)
	if err != nil {
		return 0, err
	}
	before := c.s.raw.TotalChanges()
	err = p.stmt.Exec()
	changed = c.s.raw.TotalChanges() - before
	p.rest()
	if err != nil {
		return 0, wrap(c.s.path, c.s.ctx, err)
	}
	return changed, nil
}

// Query starts one statement and gives its rows. The same text may be open more than once. Rows still open when the
// function returns are closed.
func (c *Conn) Query(sql string, args ...Arg) (*Rows, error) {
	p, err := c.start(sql, args)
	if err != nil {
		return nil, err
	}
	r := &Rows{c: c, p: p, stmt: p.stmt, next: c.open}
	if c.open != nil {
		c.open.prev = r
	}
	c.open = r
	return r, nil
}

// ExecScript runs any number of statements that take no arguments and whose rows nobody wants: a schema, for instance.
// It must not begin or end transactions.
func (c *Conn) ExecScript(sql string) error {
	if c.s == nil {
		return ErrClosed
	}
	return wrap(c.s.path, c.s.ctx, c.s.raw.Exec(sql))
}

// start takes the statement from the cache and binds its arguments.
func (c *Conn) start(sql string, args []Arg) (*prepared, error) {
	if c.s == nil {
		return nil, ErrClosed
	}
	p, err := c.s.cache.get(c.s.raw, sql)
	if err != nil {
		return nil, wrap(c.s.path, c.s.ctx, err)
	}
	if len(args) != p.params {
		p.rest()
		return nil, fmt.Errorf("statement %q has %d parameters, given %d", sql, p.params, len(args))
	}
	size := 0
	for i := range args {
		if err := args[i].bind(p.stmt, i+1); err != nil {
			p.rest()
			return nil, wrap(c.s.path, c.s.ctx, err)
		}
		size += args[i].size()
	}
	p.heavy = size > heavyArgs
	return p, nil
}

// finish closes what the function left open and takes the connection from it.
func (c *Conn) finish() {
	for c.open != nil {
		c.open.Close()
	}
	c.s = nil
}
