package sqldb

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// What the writer says without needing the answer waits: the beginning of its transaction, the lock, and the statements
// given to Send. All that waits goes in the message of the next statement whose answer is needed, or of the commit. A
// create takes two journeys: one for everything, one to commit, since the number of the transaction must be known by then
// (see outcome).
//
// For the sake of it several functions of a group work without savepoints. When one of them fails after it changed
// something, or a statement fails that waited, nothing tells what to keep: the transaction is rolled back and its
// functions run again one by one, with savepoints and at once (wary). What they are told then is what they would have
// been told in the first place.

// waiting is a statement with its arguments that has not gone to the server.
type waiting struct {
	p      *statement
	answer *answer // where its rows go, nil when nobody wants them
	parameters
}

// What waits at most; then it goes without company. Statements that wait must not leave the cache of those prepared.
const (
	waitingMost  = cacheSize / 2
	waitingBytes = 256 << 10
)

// errSpoiled says that a transaction is to be done again with care, and nothing of it was kept.
var errSpoiled = errors.New("the transaction has to be done again")

// wait puts a statement at the end of what waits.
func (s *server) wait(p *statement, args []Arg) {
	if s.next == len(s.queue) {
		s.queue = append(s.queue, waiting{})
	}
	w := &s.queue[s.next]
	w.p, w.own, w.answer = p, true, nil
	w.fill(args, p.on.ParamOIDs)
	s.next++
	s.weight += len(w.room)
}

// later is exec for a statement whose answer can wait. One says that it is expected to change a row at least.
func (s *server) later(sql string, args []Arg, one bool) (changed int64, err error) {
	if s.wary || s.cautious {
		return s.exec(sql, args)
	}
	if one {
		sql = changing(sql)
	}
	p, err := s.prepared(sql, args)
	if err != nil {
		return 0, err
	}
	s.wait(p, args)
	s.deferred = true
	return 1, s.full()
}

// changing makes a statement that fails when it changes no row: a commit that is on its way behind it is then not
// carried out.
func changing(sql string) string {
	if strings.EqualFold(firstWord(sql), "INSERT") {
		return sql // which fails by itself
	}
	return "WITH changed AS (" + sql + " RETURNING 1) SELECT 1 / count(*) FROM changed"
}

// push sends what waits.
func (s *server) push() error {
	if s.next == 0 {
		return nil
	}
	s.settle()
	line, err := s.sendWaiting(s.ctx, nil)
	if err != nil {
		return err
	}
	return s.wrap(line.Close())
}

// sendWaiting sends what waits and p behind it, whose arguments are in s.sent, and takes the answers to what waited.
func (s *server) sendWaiting(ctx context.Context, p *statement) (*pgconn.Pipeline, error) {
	line := s.conn.StartPipeline(ctx)
	for i := range s.queue[:s.next] {
		w := &s.queue[i]
		line.SendQueryStatement(w.p.on, w.values, w.formats, w.p.formats)
	}
	if p != nil {
		line.SendQueryStatement(p.on, s.sent.values, s.sent.formats, p.formats)
	}
	err := line.Sync()
	for i := 0; i < s.next && err == nil; i++ {
		err = s.answeredWaiting(line, &s.queue[i])
	}
	s.drop()
	if err == nil {
		return line, nil
	}
	_ = line.Close()
	s.broken = true
	s.note(err)
	return nil, s.wrap(err)
}

// drop forgets what waits. Memory is kept for what comes, unless it is much.
func (s *server) drop() {
	if s.weight > waitingBytes/2 {
		s.queue = nil
	}
	s.next, s.weight, s.unbegun = 0, 0, false
}

func (s *server) answeredWaiting(line *pgconn.Pipeline, w *waiting) error {
	reader, err := nextOf(line)
	if err != nil {
		return err
	}
	for reader.NextRow() {
		if w.p.sql == lockWriters {
			s.xid = string(reader.Values()[1])
		}
		if w.answer != nil {
			w.answer.kept = append(w.answer.kept, cloneRow(reader.Values()))
		}
	}
	_, err = reader.Close()
	w.answer = nil
	return err
}

// queryAll sends several questions at once. Their rows are in memory when it returns.
func (s *server) queryAll(asks []Ask) (all []*Rows, err error) {
	if s.due || s.wary || s.cautious || len(asks) == 1 {
		return s.queryEach(asks)
	}
	for _, a := range asks {
		p, err := s.prepared(a.SQL, a.Args)
		if err != nil {
			return all, err
		}
		s.wait(p, a.Args)
		kept := &answer{s: s, fields: p.on.Fields, kinds: p.kinds}
		s.queue[s.next-1].answer = kept
		s.touched = s.touched || !p.asks
		all = append(all, &Rows{answer: kept})
		if err := s.full(); err != nil {
			return all, err
		}
	}
	return all, s.push()
}

func (s *server) queryEach(asks []Ask) (all []*Rows, err error) {
	for _, a := range asks {
		r, err := s.query(a.SQL, a.Args)
		if err != nil {
			return all, err
		}
		all = append(all, r)
	}
	return all, nil
}

func (s *server) far() bool { return !s.wary && !s.cautious }

// full sends what waits when it is enough.
func (s *server) full() error {
	if s.next < waitingMost && s.weight <= waitingBytes {
		return nil
	}
	return s.push()
}

// nextOf gives the next answer of a pipeline.
func nextOf(line *pgconn.Pipeline) (*pgconn.ResultReader, error) {
	got, err := line.GetResults()
	if err != nil {
		return nil, err
	}
	reader, is := got.(*pgconn.ResultReader)
	if !is {
		return nil, errors.New("the server answered out of turn")
	}
	return reader, nil
}

// spoiled reports that what a function did, which ended with err, cannot be told from what others did, or that it may not
// have been told of a failure at its place.
func (s *server) spoiled(err error, alone bool) bool {
	if s.wary || s.cautious {
		return false
	}
	if s.broken || err != nil && s.deferred {
		return true
	}
	return !alone && (err != nil && s.touched || s.conn.TxStatus() == 'E')
}
