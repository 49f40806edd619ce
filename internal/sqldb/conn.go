package sqldb

import (
	"fmt"
)

// heavyArgs is the size in bytes above which a statement at rest gives its arguments back.
const heavyArgs = 16 << 10

// Conn is a connection lent to the function given to [DB.Read] or [DB.Write], inside that call's transaction. It is for
// one goroutine and ends with the function: after that every call gives [ErrClosed].
type Conn struct {
	s    session // nil once finished
	open *Rows
}

// Exec runs one statement to its end and tells how many rows it changed.
func (c *Conn) Exec(sql string, args ...Arg) (changed int64, err error) {
	if c.s == nil {
		return 0, ErrClosed
	}
	return c.s.exec(sql, args)
}

// Query starts one statement and gives its rows. The same text may be open more than once. Rows still open when the
// function returns are closed.
func (c *Conn) Query(sql string, args ...Arg) (*Rows, error) {
	if c.s == nil {
		return nil, ErrClosed
	}
	r, err := c.s.query(sql, args)
	if err != nil {
		return nil, err
	}
	r.c, r.next = c, c.open
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
	return c.s.script(sql)
}

func wrongArgs(sql string, want, have int) error {
	return fmt.Errorf("statement %q has %d parameters, given %d", sql, want, have)
}

// finish closes what the function left open and takes the connection from it.
func (c *Conn) finish() {
	for c.open != nil {
		c.open.Close()
	}
	c.s = nil
}
