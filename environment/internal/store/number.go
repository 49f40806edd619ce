package store

import (
	"fmt"
	"sync"

	"github.com/stead-s2s/stead/internal/sqldb"
)

// The numbers of autonumber columns, by "table.column", lie beside the rows. What memory
// adds is the gap that a write leaves which took a number and failed, as the service's
// sequences have it: the number is not given again while the environment is open.
const (
	keyNumber = "autonumber/" // the number that the next row gets
	keySeed   = "autoseed/"   // what SetAutoNumberSeed set last
)

// numbers is what is known of counters beyond the database.
type numbers struct {
	mu   sync.Mutex
	next map[string]int64
}

// beyond gives the next number when it is known to be greater than the database says.
func (n *numbers) beyond(column string, next int64) int64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return max(next, n.next[column])
}

// back takes a number back that was given, unless another was given since.
func (n *numbers) back(column string, given, before int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next[column] == given {
		n.next[column] = before
	}
}

func (n *numbers) set(column string, next int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = map[string]int64{}
	}
	n.next[column] = next
}

func (n *numbers) forget(column string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.next, column)
}

// counter is a column's number in one transaction.
type counter struct {
	next   int64
	first  int64 // what it gave first
	seeded bool  // the transaction set the number itself: it is nobody else's before the end
}

// NextNumber tells which number the next row gets in the column "table.column", first
// when it never had one.
func (tx *Tx) NextNumber(column string, first int64) (int64, error) {
	if c, ok := tx.counters[column]; ok {
		return c.next, nil
	}
	n, there, err := setting(tx.conn, keyNumber+column)
	if !there {
		n = first
	}
	return tx.s.numbers.beyond(column, n), err
}

// TakeNumber takes that number. No other transaction gets it, whatever becomes of this
// one.
func (tx *Tx) TakeNumber(column string, first int64) (int64, error) {
	if !tx.writing {
		return 0, errReading
	}
	n, err := tx.NextNumber(column, first)
	if err != nil {
		return 0, err
	}
	c := counter{next: n + 1, first: n, seeded: tx.counters[column].seeded}
	if known, ok := tx.counters[column]; ok {
		c.first = known.first
	}
	tx.recount(column, c)
	if !c.seeded {
		tx.s.numbers.set(column, c.next)
	}
	return n, nil
}

// Seed tells what a column's number was last set to, first when nobody set it.
func (tx *Tx) Seed(column string, first int64) (int64, error) {
	n, there, err := setting(tx.conn, keySeed+column)
	if !there {
		n = first
	}
	return n, err
}

// SetSeed says which number the next row gets.
func (tx *Tx) SetSeed(column string, n int64) error {
	if !tx.writing {
		return errReading
	}
	tx.recount(column, counter{next: n, first: n, seeded: true})
	return keep(tx.conn, keySeed+column, n)
}

func (tx *Tx) recount(column string, c counter) {
	if tx.counters == nil {
		tx.counters = map[string]counter{}
	}
	tx.counters[column] = c
}

// keepNumbers writes what a transaction that went well made of the counters, once for
// each, however many rows there are. Transactions that write follow each other, so that
// nobody has taken a number of a counter that this one set.
func (tx *Tx) keepNumbers() error {
	for column, c := range tx.counters {
		if err := keep(tx.conn, keyNumber+column, c.next); err != nil {
			return err
		}
		if c.seeded {
			tx.s.numbers.set(column, c.next)
		}
	}
	return nil
}

// giveBackNumbers is for a function that runs again: nobody has seen what it took.
func (tx *Tx) giveBackNumbers() {
	for column, c := range tx.counters {
		if !c.seeded {
			tx.s.numbers.back(column, c.next, c.first)
		}
	}
}

// numbersEnded forgets what memory has of counters that were set by a transaction that
// failed after all: the database knows.
func (tx *Tx) numbersEnded(err error) {
	for column, c := range tx.counters {
		if err != nil && c.seeded {
			tx.s.numbers.forget(column)
		}
	}
}

// dropNumbers forgets the counters of a column that goes, or of all of a table's.
func (tx *Tx) dropNumbers(name string) error {
	for _, key := range []string{keyNumber, keySeed} {
		_, err := tx.conn.Exec(`DELETE FROM stead_environment WHERE "key" = ? OR substr("key", 1, ?) = ?`,
			sqldb.Text(key+name), sqldb.Int(int64(len(key+name)+1)), sqldb.Text(key+name+"."))
		if err != nil {
			return fmt.Errorf("forget numbers of %s: %w", name, err)
		}
	}
	tx.s.numbers.forgetAll()
	return nil
}

// forgetAll costs no more than the gaps that failed writes left.
func (n *numbers) forgetAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next = nil
}
