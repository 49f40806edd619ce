package usage

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync"
	"time"
)

// Keeper keeps rows whose minute is over.
type Keeper interface {
	// Save adds rows; what it holds of the same user and minute it adds up.
	Save(ctx context.Context, rows []Row) error
	// Load gives the rows of a query, in any order.
	Load(ctx context.Context, q Query) ([]Row, error)
	// Trim makes hours of minutes that are old and forgets what is too old.
	Trim(ctx context.Context, now time.Time) error
}

// How long rows are kept: minutes for a day, hours for thirty days. 10,000 users who
// never rest would make ten million rows; keepers have bounds of their own.
const (
	KeepMinutes = 24 * time.Hour
	KeepHours   = 30 * 24 * time.Hour
)

const (
	ledgerShards = 16
	mostWaiting  = 50_000 // rows that wait for a Flush; beyond it the oldest are lost
)

// Ledger takes events and gives rows. It is safe for many goroutines.
type Ledger struct {
	keeper Keeper
	seed   maphash.Seed
	shards [ledgerShards]shard

	flushing sync.Mutex
	mu       sync.Mutex
	waiting  []Row // closed, not yet kept
}

type shard struct {
	mu    sync.Mutex
	users map[Who]*account
	_     [40]byte
}

// account is one user's present minute, and all before it since the ledger was made.
type account struct {
	row    Row
	before Counts
	gone   bool // whoever holds it must find the user's anew
}

// close empties the present minute and gives what it held.
func (a *account) close() Row {
	closed := a.row
	a.before.Plus(closed.Counts)
	a.row.Counts = Counts{}
	return closed
}

// NewLedger makes a ledger whose closed rows go to keeper.
func NewLedger(keeper Keeper) *Ledger {
	l := &Ledger{keeper: keeper, seed: maphash.MakeSeed()}
	for i := range l.shards {
		l.shards[i].users = map[Who]*account{}
	}
	return l
}

// Record counts one request.
func (l *Ledger) Record(e Event) {
	s := l.shard(e.Who)
	s.mu.Lock()
	closed := s.account(e.Who, e.At).record(&e)
	s.mu.Unlock()
	if closed != nil {
		l.wait(*closed)
	}
}

func (l *Ledger) shard(who Who) *shard {
	return &l.shards[maphash.Comparable(l.seed, who)%ledgerShards]
}

func (s *shard) account(who Who, at time.Time) *account {
	a := s.users[who]
	if a == nil {
		a = &account{row: Row{Who: who, Start: time.Unix(at.Unix()/60*60, 0).UTC(), Span: time.Minute}}
		s.users[who] = a
	}
	return a
}

// Tally records the requests of one user, whom it need not look for each time. It may be kept
// for ever, beside others of the same user, and is safe for many goroutines.
type Tally struct {
	who    Who
	ledger *Ledger
	shard  *shard
	kept   *account // of the shard's lock
}

// Tally gives one of a user.
func (l *Ledger) Tally(who Who) *Tally {
	return &Tally{who: who, ledger: l, shard: l.shard(who), kept: &account{gone: true}}
}

// Record counts one request of the tally's user, whoever the event names.
func (t *Tally) Record(e Event) {
	t.shard.mu.Lock()
	if t.kept.gone {
		t.kept = t.shard.account(t.who, e.At)
	}
	closed := t.kept.record(&e)
	t.shard.mu.Unlock()
	if closed != nil {
		t.ledger.wait(*closed)
	}
}

// record counts and gives the row of the minute before, if that is over now and holds anything.
func (a *account) record(e *Event) (closed *Row) {
	if minute := e.At.Unix() / 60; a.row.Start.Unix()/60 != minute {
		closed = a.turn(minute)
	}
	a.row.count(e)
	return closed
}

// turn begins another minute and gives the row of the one before, if it holds anything.
func (a *account) turn(minute int64) *Row {
	closed := a.close()
	a.row.Start = time.Unix(minute*60, 0).UTC()
	if closed.Counts == (Counts{}) {
		return nil
	}
	return &closed
}

func (l *Ledger) wait(rows ...Row) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, rows...)
	if over := len(l.waiting) - mostWaiting; over > 0 {
		l.waiting = append([]Row(nil), l.waiting[over:]...)
	}
}

// Flush hands all rows to the keeper, those of the present minute too (keepers add
// up), and trims it. Users without a request for a day are let go of; their totals
// begin anew.
func (l *Ledger) Flush(ctx context.Context, now time.Time) error {
	l.flushing.Lock()
	defer l.flushing.Unlock()
	l.wait(l.cut(now)...)
	l.mu.Lock()
	rows := l.waiting
	l.mu.Unlock()
	if len(rows) > 0 {
		if err := l.keeper.Save(ctx, merge(rows)); err != nil {
			return fmt.Errorf("keep %d rows of usage: %w", len(rows), err)
		}
		l.mu.Lock()
		l.waiting = append([]Row(nil), l.waiting[min(len(rows), len(l.waiting)):]...)
		l.mu.Unlock()
	}
	if err := l.keeper.Trim(ctx, now); err != nil {
		return fmt.Errorf("trim usage: %w", err)
	}
	return nil
}

// cut takes what all accounts hold and leaves them empty.
func (l *Ledger) cut(now time.Time) (rows []Row) {
	for i := range l.shards {
		s := &l.shards[i]
		s.mu.Lock()
		for who, a := range s.users {
			switch {
			case a.row.Counts != Counts{}:
				rows = append(rows, a.close())
			case now.Sub(a.row.Start) > KeepMinutes:
				a.gone = true
				delete(s.users, who)
			}
		}
		s.mu.Unlock()
	}
	return rows
}

// Rows gives the rows of a query, the present minute included, by time and user.
func (l *Ledger) Rows(ctx context.Context, q Query) ([]Row, error) {
	l.flushing.Lock() // or rows could be seen in neither place, or in both
	defer l.flushing.Unlock()
	kept, err := l.keeper.Load(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read usage: %w", err)
	}
	return merge(kept, l.present(q)), nil
}

// present gives what the keeper does not have. A row that closes meanwhile may be
// missed by this reading; the next one has it.
func (l *Ledger) present(q Query) (rows []Row) {
	l.mu.Lock()
	for i := range l.waiting {
		if q.holds(&l.waiting[i]) {
			rows = append(rows, l.waiting[i])
		}
	}
	l.mu.Unlock()
	for i := range l.shards {
		s := &l.shards[i]
		s.mu.Lock()
		for _, a := range s.users {
			if a.row.Counts != (Counts{}) && q.holds(&a.row) {
				rows = append(rows, a.row)
			}
		}
		s.mu.Unlock()
	}
	return rows
}

// Total is what one user did since the ledger knows it.
type Total struct {
	Who
	Counts
}

// Totals gives the running totals of all users, in no order.
func (l *Ledger) Totals() (all []Total) {
	for i := range l.shards {
		s := &l.shards[i]
		s.mu.Lock()
		for who, a := range s.users {
			t := Total{who, a.before}
			t.Plus(a.row.Counts)
			all = append(all, t)
		}
		s.mu.Unlock()
	}
	return all
}
