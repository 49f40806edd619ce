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

// Send is Exec for a statement whose answer nobody needs: at a server it may wait, and go with the next one whose answer
// is. When it fails after all, everything that the function did is undone and the function runs again, told the
// failure at its place.
func (c *Conn) Send(sql string, args ...Arg) error {
	if c.s == nil {
		return ErrClosed
	}
	_, err := c.s.later(sql, args, false)
	return err
}

// SendOne is Send for an INSERT, UPDATE or DELETE without RETURNING that is expected to change a row at least. It tells
// how many rows it changed, or that it did as expected; when it turns out that it changed none, the function runs again
// and is told so.
func (c *Conn) SendOne(sql string, args ...Arg) (changed int64, err error) {
	if c.s == nil {
		return 0, ErrClosed
	}
	return c.s.later(sql, args, true)
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
	c.keep(r)
	return r, nil
}

// keep remembers what is open.
func (c *Conn) keep(r *Rows) {
	r.c, r.next = c, c.open
	if c.open != nil {
		c.open.prev = r
	}
	c.open = r
}

// Ask is one of several questions.
type Ask struct {
	SQL  string
	Args []Arg
}

// QueryAll is Query for several questions, which a server is asked in one journey. Their answers are in their order.
func (c *Conn) QueryAll(asks []Ask) ([]*Rows, error) {
	if c.s == nil {
		return nil, ErrClosed
	}
	all, err := c.s.queryAll(asks)
	for _, r := range all {
		c.keep(r)
	}
	return all, err
}

// Far reports that each question costs a journey, so that it pays to ask for what may be needed together with what is.
// It is false when the function runs again because something that it did too early went wrong.
func (c *Conn) Far() bool { return c.s != nil && c.s.far() }

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
