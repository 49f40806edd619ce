package sqldb

import (
	"context"

	"github.com/jackc/pgx/v5/pgconn"
)

// A read costs one journey to the server for each of its statements, and none besides: its transaction begins in the
// message that brings the first one, and the answer to its end is not waited for but taken when the connection is used
// again.
const (
	beginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	endRead   = "COMMIT"
)

// read runs fn in a transaction whose snapshot the server takes at its first statement.
func (s *server) read(ctx context.Context, _ moment, fn func(*Conn) error) error {
	s.attend(ctx)
	defer s.idle()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.connect(); err != nil {
		return err
	}
	s.due, s.failed, s.after = true, false, false
	c := &Conn{s: s}
	defer s.endRead() // after a panic too
	defer c.finish()
	return fn(c)
}

// endRead sends the end of the transaction.
func (s *server) endRead() {
	s.settle()
	if s.due || s.conn.IsClosed() || s.tail != nil {
		return
	}
	end, err := s.cache.find(context.Background(), s.conn, endRead)
	if err != nil {
		_ = s.conn.Close(context.Background())
		return
	}
	s.tail = s.conn.StartPipeline(context.Background())
	s.tail.SendQueryStatement(end.on, nil, nil, nil)
	if s.tail.Sync() != nil {
		s.tail = nil // the connection is closed by that
	}
}

// answered takes the answer to the end of the read before.
func (s *server) answered() {
	if s.tail != nil {
		_ = s.tail.Close()
		s.tail = nil
	}
}

// first gives the first statement of a read together with its beginning. A connection that was gone by then, which
// nobody could have noticed before, is made again, and a statement that was prepared for a table as it was is too.
func (s *server) first(sql string, args []Arg) (*answer, error) {
	for fresh := false; ; {
		s.answered()
		kept := !s.conn.IsClosed()
		if err := s.connect(); err != nil {
			return nil, err
		}
		a, err := s.firstTry(sql, args)
		if err == nil {
			s.due = false
			return a, nil
		}
		if s.conn.IsClosed() {
			if kept {
				continue
			}
			return nil, s.wrap(err)
		}
		s.note(err)
		if fresh || !isStale(err) {
			return nil, s.wrap(err)
		}
		fresh = true
		s.rollback()
	}
}

func (s *server) firstTry(sql string, args []Arg) (*answer, error) {
	p, err := s.cache.get(s.ctx, s.conn, sql)
	if err != nil {
		return nil, err
	}
	if len(args) != len(p.on.ParamOIDs) {
		return nil, wrongArgs(sql, len(p.on.ParamOIDs), len(args))
	}
	s.sent.fill(args, p.on.ParamOIDs)
	begin, err := s.cache.find(s.ctx, s.conn, beginRead)
	if err != nil {
		return nil, err
	}
	line := s.conn.StartPipeline(s.ctx)
	line.SendQueryStatement(begin.on, nil, nil, nil)
	line.SendQueryStatement(p.on, s.sent.values, s.sent.formats, p.formats)
	if err := line.Sync(); err != nil {
		return nil, err
	}
	begun, err := nextOf(line)
	if err == nil {
		_, err = begun.Close()
	}
	var rows *pgconn.ResultReader
	if err == nil {
		rows, err = nextOf(line)
	}
	if err != nil {
		_ = line.Close()
		return nil, err
	}
	s.open = &answer{s: s, reader: rows, line: line, fields: p.on.Fields, kinds: p.kinds}
	return s.open, nil
}
