package sqldb

import (
	"container/list"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
)

// The types of values as the server numbers them.
const (
	oidBool    = 16
	oidBytes   = 17
	oidName    = 19
	oidInt8    = 20
	oidInt2    = 21
	oidInt4    = 23
	oidText    = 25
	oidFloat4  = 700
	oidFloat8  = 701
	oidUnknown = 705
	oidVarchar = 1043
	oidUUID    = 2950
)

// statement is one text that the server has prepared.
type statement struct {
	sql     string
	on      *pgconn.StatementDescription
	kinds   []Kind
	formats []int16 // of the answer's columns
	asks    bool    // changes nothing
	ends    bool    // a transaction, or begins one
	place   *list.Element
}

// statements keeps prepared statements by their text, the least recently used out first.
type statements struct {
	bySQL map[string]*statement
	order *list.List // the newest in front
	size  int
	made  int
}

func newStatements(size int) *statements {
	return &statements{bySQL: map[string]*statement{}, order: list.New(), size: size}
}

// get prepares a text, if that is not done yet.
func (c *statements) get(ctx context.Context, conn *pgconn.PgConn, sql string) (*statement, error) {
	if p := c.bySQL[sql]; p != nil && !p.ends {
		c.order.MoveToFront(p.place)
		return p, nil
	}
	if word := firstWord(sql); endsTransaction(word) {
		return nil, fmt.Errorf("statement %q: transactions belong to Read and Write", word)
	}
	return c.find(ctx, conn, sql)
}

// find is get for the statements of this room, which begin and end transactions.
func (c *statements) find(ctx context.Context, conn *pgconn.PgConn, sql string) (*statement, error) {
	if p := c.bySQL[sql]; p != nil {
		c.order.MoveToFront(p.place)
		return p, nil
	}
	c.made++
	on, err := conn.Prepare(ctx, "s"+strconv.Itoa(c.made), numbered(sql), nil)
	if err != nil {
		return nil, err
	}
	word := firstWord(sql)
	p := &statement{sql: sql, on: on, asks: strings.EqualFold(word, "SELECT"), ends: endsTransaction(word)}
	for _, f := range on.Fields {
		kind, format := received(f.DataTypeOID)
		p.kinds, p.formats = append(p.kinds, kind), append(p.formats, format)
	}
	if c.order.Len() >= c.size {
		c.evict(ctx, conn)
	}
	p.place = c.order.PushFront(p)
	c.bySQL[sql] = p
	return p, nil
}

func (c *statements) evict(ctx context.Context, conn *pgconn.PgConn) {
	old := c.order.Remove(c.order.Back()).(*statement)
	delete(c.bySQL, old.sql)
	_ = conn.Deallocate(ctx, old.on.Name)
}

// received says how values of a type come: as text where the server's other form is of no use here.
func received(oid uint32) (kind Kind, format int16) {
	switch oid {
	case oidBool, oidInt2, oidInt4, oidInt8:
		return KindInt, pgBinary
	case oidFloat4, oidFloat8:
		return KindFloat, pgBinary
	case oidBytes, oidUUID:
		return KindBlob, pgBinary
	}
	return KindText, pgText
}

const (
	pgText   = 0
	pgBinary = 1
)

// numbered turns question marks, which the other engine takes for its parameters, into numbers: $1, $2. Text in quotes
// stays as it is.
func numbered(sql string) string {
	if !strings.Contains(sql, "?") {
		return sql
	}
	var b strings.Builder
	quote, n := byte(0), 0
	for i := range len(sql) {
		c := sql[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == 0 && c == '?':
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// parameters are the arguments of a statement as they go over the wire; used again and again.
type parameters struct {
	values  [][]byte
	formats []int16
	room    []byte
	own     bool // bytes are copied: the giver's memory is not theirs for long
}

// fill takes arguments in the types that the server expects.
func (p *parameters) fill(args []Arg, oids []uint32) {
	p.values, p.formats, p.room = p.values[:0], p.formats[:0], p.room[:0]
	size := 0
	for i := range args {
		size += len(args[i].text) + len(args[i].blob) + 24
	}
	p.room = slices.Grow(p.room, size)
	for i := range args {
		value, format := p.one(&args[i], oids[i])
		p.values, p.formats = append(p.values, value), append(p.formats, format)
	}
}

// storable is a text as the server can keep it: it has no U+0000, and of what is no UTF-8 nothing. U+FFFD stands for
// both.
func storable(text string) string {
	if strings.IndexByte(text, 0) < 0 && utf8.ValidString(text) {
		return text
	}
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", "\uFFFD"), "\uFFFD")
}

func (p *parameters) one(a *Arg, oid uint32) ([]byte, int16) {
	from := len(p.room)
	format := int16(pgBinary)
	switch {
	case a.kind == KindNull || a.kind == KindFloat && math.IsNaN(a.float):
		return nil, pgText
	case a.kind == KindBlob && a.blob == nil:
		return []byte{}, pgBinary
	case a.kind == KindBlob && p.own:
		p.room = append(p.room, a.blob...)
	case a.kind == KindBlob:
		return a.blob, pgBinary
	case a.kind == KindText:
		p.room, format = append(p.room, storable(a.text)...), pgText
	case a.kind == KindInt && oid == oidInt8:
		p.room = binary.BigEndian.AppendUint64(p.room, uint64(a.num))
	case a.kind == KindInt && oid == oidFloat8:
		p.room = binary.BigEndian.AppendUint64(p.room, math.Float64bits(float64(a.num)))
	case a.kind == KindFloat && oid == oidFloat8:
		p.room = binary.BigEndian.AppendUint64(p.room, math.Float64bits(a.float))
	case a.kind == KindInt && oid == oidBool:
		p.room, format = strconv.AppendBool(p.room, a.num != 0), pgText
	case a.kind == KindInt:
		p.room, format = strconv.AppendInt(p.room, a.num, 10), pgText
	default:
		p.room, format = strconv.AppendFloat(p.room, a.float, 'g', -1, 64), pgText
	}
	return slices.Clip(p.room[from:]), format
}
