package sqldb

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

func (s *server) exec(sql string, args []Arg) (changed int64, err error) {
	if !s.cautious {
		return s.change(sql, args)
	}
	s.settle()
	if err := s.simple(s.ctx, "SAVEPOINT each"); err != nil {
		return 0, s.wrap(err)
	}
	changed, err = s.change(sql, args)
	end := "RELEASE each"
	if err != nil {
		end, s.failed = "ROLLBACK TO each; RELEASE each", false
	}
	if failed := s.simple(s.ctx, end); err == nil {
		err = s.wrap(failed)
	}
	return changed, err
}

// change runs a statement to its end.
func (s *server) change(sql string, args []Arg) (int64, error) {
	a, err := s.run(sql, args)
	if err != nil {
		return 0, err
	}
	for a.reader.NextRow() {
	}
	tag, err := a.finish()
	if err != nil {
		return 0, s.wrap(err)
	}
	if tag.Select() {
		return 0, nil
	}
	return tag.RowsAffected(), nil
}

func (s *server) query(sql string, args []Arg) (*Rows, error) {
	a, err := s.run(sql, args)
	if err != nil {
		return nil, err
	}
	return &Rows{answer: a}, nil
}

// hurry keeps a script from waiting long for readers of the tables that it changes: everybody else would wait behind
// it. See writer.do.
const hurry = "SET LOCAL lock_timeout = '100ms';\n"

// script runs statements in one message.
func (s *server) script(sql string) error {
	if s.due {
		return errors.New("a script inside a read")
	}
	s.settle()
	s.after, s.touched = s.failed, true
	err := s.simple(s.ctx, hurry+sql)
	s.note(err)
	return s.wrap(err)
}

// run gives a statement to the server.
func (s *server) run(sql string, args []Arg) (*answer, error) {
	if s.due {
		return s.first(sql, args)
	}
	p, err := s.prepared(sql, args)
	if err != nil {
		return nil, err
	}
	s.touched = s.touched || !p.asks
	s.sent.fill(args, p.on.ParamOIDs)
	if s.next > 0 {
		return s.runBehind(p)
	}
	reader := s.conn.ExecStatement(s.ctx, p.on, s.sent.values, s.sent.formats, p.formats)
	s.open = &answer{s: s, reader: reader, fields: p.on.Fields, kinds: p.kinds}
	return s.open, nil
}

// prepared gives the statement of a text that so many arguments are for.
func (s *server) prepared(sql string, args []Arg) (*statement, error) {
	s.settle()
	s.after = s.failed
	p, err := s.cache.get(s.ctx, s.conn, sql)
	if err != nil {
		s.note(err)
		return nil, s.wrap(err)
	}
	if len(args) != len(p.on.ParamOIDs) {
		return nil, wrongArgs(sql, len(p.on.ParamOIDs), len(args))
	}
	return p, nil
}

// runBehind gives a statement to the server behind what waits.
func (s *server) runBehind(p *statement) (*answer, error) {
	line, err := s.sendWaiting(s.ctx, p)
	if err != nil {
		return nil, err
	}
	reader, err := nextOf(line)
	if err != nil {
		_ = line.Close()
		s.note(err)
		return nil, s.wrap(err)
	}
	s.open = &answer{s: s, reader: reader, line: line, fields: p.on.Fields, kinds: p.kinds}
	return s.open, nil
}

// isStale tells of a statement that was prepared for tables which have changed since.
func isStale(err error) bool {
	e, is := errors.AsType[*pgconn.PgError](err)
	return is && e.Code == featureNotSupported
}

// note remembers that a statement failed, and forgets statements that the server prepared for tables as they were.
func (s *server) note(err error) {
	if err == nil {
		return
	}
	s.failed = true
	if isStale(err) && !s.conn.IsClosed() {
		s.cache = &statements{bySQL: map[string]*statement{}, order: newStatements(0).order, size: cacheSize, made: s.cache.made}
	}
}
