package query

import (
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Print gives the tree as one line of text. Equal trees print equally and different
// trees differently, whatever their Selects' addresses: tables are t0, t1… in the
// order in which Selects gives them. Error messages, goldens and the checksums of
// next links use this text.
func Print(s *Select) string { return string(Append(nil, s)) }

// Form is Print without constants: each is a ? with the letter of its storage class
// (s text, i integer, f float, g id). What shapes a statement stays: null, how many
// values a list has, whether there is a limit, and which of the wildcards % _ [ a
// pattern holds. Trees of equal form compile to the same statement.
func Form(s *Select) string { return string(AppendForm(nil, s)) }

// Append appends Print's text to b.
func Append(b []byte, s *Select) []byte { return newPrinter(b, s, false).tree(s) }

// AppendForm appends Form's text to b.
func AppendForm(b []byte, s *Select) []byte { return newPrinter(b, s, true).tree(s) }

type printer struct {
	b     []byte
	form  bool
	names []*Select // the index is the number in the printed name
	room  [4]*Select
}

func newPrinter(b []byte, s *Select, form bool) *printer {
	p := &printer{b: b, form: form}
	p.names = p.room[:0]
	selects(s, func(sel *Select) bool {
		p.names = append(p.names, sel)
		return true
	})
	return p
}

func (p *printer) tree(s *Select) []byte {
	p.sel(s)
	return p.b
}

func (p *printer) text(s string) { p.b = append(p.b, s...) }

func (p *printer) flag(on bool, s string) {
	if on {
		p.text(s)
	}
}

func (p *printer) sel(s *Select) {
	p.text(s.Table.LogicalName)
	p.text(" ")
	p.name(s)
	p.text(" {")
	p.flag(s.Grouped, "grouped ")
	p.flag(s.Distinct, "distinct ")
	for i, o := range s.Columns {
		p.flag(i > 0, " ")
		p.made(o)
		p.flag(o.Label, "+label")
		p.flag(o.Type, "+type")
		if o.Name != "" && !p.form {
			p.text(" as ")
			p.b = strconv.AppendQuote(p.b, o.Name)
		}
	}
	p.text("}")
	if s.Where != nil {
		p.text(" where ")
		p.expr(s.Where)
	}
	for _, l := range s.Links {
		p.link(l)
	}
	p.paging(s)
	for _, x := range s.Expands {
		p.expand(x)
	}
}

func (p *printer) paging(s *Select) {
	for _, o := range s.Order {
		p.text(" order ")
		p.col(o.Col)
		if o.Output > 0 {
			p.text(" output ")
			p.b = strconv.AppendInt(p.b, int64(o.Output), 10)
		}
		p.flag(o.ByLabel, "+label")
		p.flag(o.Descending, " desc")
	}
	if s.Offset != 0 {
		p.text(" offset ")
		p.number(int64(s.Offset))
	}
	if s.Limit != 0 {
		p.text(" limit ")
		p.number(int64(s.Limit))
	}
	if s.After != nil {
		p.text(" after")
		p.values(s.After)
	}
	if s.Count {
		p.text(" count ")
		p.number(int64(s.CountLimit))
	}
}

// part prints a part of a date and by whose clock.
func (p *printer) part(part Part, zone string) {
	p.text(part.name())
	if zone != "" {
		p.text("at ")
		p.text(zone)
		p.text(" ")
	}
}

// made prints an output's column and what is made of it.
func (p *printer) made(o Output) {
	p.text(functionNames[o.Function])
	p.flag(o.Once, "once ")
	p.part(o.Part, o.Zone)
	p.col(o.Col)
	if o.Rows != nil {
		p.text(" rows(")
		p.sel(o.Rows)
		p.text(")")
	}
}

func (p *printer) link(l *Link) {
	p.flag(!l.First && !l.Outer, " inner ")
	p.flag(!l.First && l.Outer, " outer ")
	p.flag(l.First && !l.Outer, " innerfirst ")
	p.flag(l.First && l.Outer, " first ")
	if l.On != nil {
		p.expr(l.On)
	}
	p.text("(")
	p.sel(l.Select)
	p.text(")")
}

func (p *printer) expand(x *Expand) {
	p.text(" expand ")
	p.text(x.Nav.Name)
	p.flag(x.Nav.Single, " one ")
	p.flag(!x.Nav.Single, " many ")
	p.join(x.Nav.From)
	p.join(x.Nav.To)
	p.join(x.Nav.Near)
	p.join(x.Nav.Far)
	p.text("(")
	p.sel(x.Select)
	p.text(")")
}

// join prints one column of a navigation, which belongs to a relationship and not
// to a Select.
func (p *printer) join(c *meta.Column) {
	if c == nil {
		p.text("- ")
		return
	}
	p.text(c.LogicalName)
	p.text(" ")
}

func (p *printer) name(s *Select) {
	for i, n := range p.names {
		if n == s {
			p.text("t")
			p.b = strconv.AppendInt(p.b, int64(i), 10)
			return
		}
	}
	p.text("outside")
}

func (p *printer) col(c Col) {
	p.name(c.Of)
	p.text(".")
	p.text(c.C.LogicalName)
	p.flag(c.Masked, "+masked")
}

func (p *printer) expr(e Expr) {
	p.text("(")
	switch e := e.(type) {
	case And:
		p.members("and", e.Members)
	case Or:
		p.members("or", e.Members)
	case Not:
		p.members("not", []Expr{e.Member})
	case Const:
		p.text(strconv.FormatBool(e.True))
	case Compare:
		p.compare(e)
	case Match:
		p.text(matchNames[e.Kind])
		p.col(e.Col)
		p.pattern(e.Pattern)
	case In:
		p.text("in ")
		p.col(e.Col)
		p.values(e.Values)
	case HasBits:
		p.text("bits ")
		p.col(e.Col)
		p.text(" ")
		p.number(e.Mask)
	case IsNull:
		p.text("null ")
		p.col(e.Col)
	case InPart:
		p.part(e.Part, e.Zone)
		p.col(e.Col)
		p.text(" ")
		p.number(e.Number)
	case Under:
		p.under(e)
	case Exists:
		p.text("exists ")
		p.sel(e.Select)
		if e.Op != 0 {
			p.text(" rows ")
			p.text(operatorNames[e.Op])
			p.number(e.Number)
		}
	default:
		panic(unknown(e))
	}
	p.text(")")
}

var (
	operatorNames = [...]string{Equal: "eq ", NotEqual: "ne ", Less: "lt ", LessOrEqual: "le ", Greater: "gt ", GreaterOrEqual: "ge "}
	functionNames = [...]string{"", Count: "count ", CountValues: "countvalues ", Sum: "sum ", Average: "average ", Least: "least ", Greatest: "greatest "}
	partNames     = [...]string{"", Day: "day ", Week: "week ", Month: "month ", Quarter: "quarter ", Year: "year "}
	matchNames    = [...]string{Contains: "contains ", StartsWith: "startswith ", EndsWith: "endswith ", Like: "like "}
)

func (p *printer) members(name string, members []Expr) {
	p.text(name)
	for _, m := range members {
		p.text(" ")
		p.expr(m)
	}
}

func (p *printer) under(e Under) {
	p.flag(!e.Up, "under ")
	p.flag(e.Up, "above ")
	p.flag(e.Self, "orself ")
	p.col(e.Col)
	p.text(" ")
	p.value(e.Root)
	p.text(" by ")
	p.col(e.Parent)
	p.text(" ")
	p.sel(e.Select)
}

func (p *printer) compare(e Compare) {
	p.text(operatorNames[e.Op])
	p.col(e.Col)
	p.text(" ")
	if e.Other != nil {
		p.col(*e.Other)
		return
	}
	p.value(e.Value)
}

func (p *printer) pattern(s string) {
	if !p.form {
		p.text(" ")
		p.b = strconv.AppendQuote(p.b, s)
		return
	}
	p.text(" ?s")
	for _, wild := range [...]string{"%", "_", "["} {
		p.flag(strings.Contains(s, wild), wild)
	}
}

func (p *printer) number(n int64) {
	if p.form {
		p.text("?")
		return
	}
	p.b = strconv.AppendInt(p.b, n, 10)
}

// values prints a list; a form counts runs of one storage class, so that a list of a
// thousand business units does not make a key of three thousand letters.
func (p *printer) values(vs []Value) {
	p.text(" [")
	for i := 0; i < len(vs); {
		p.flag(i > 0, " ")
		p.value(vs[i])
		run := 1
		for p.form && i+run < len(vs) && vs[i+run].storage == vs[i].storage {
			run++
		}
		if run > 1 {
			p.text("*")
			p.b = strconv.AppendInt(p.b, int64(run), 10)
		}
		i += run
	}
	p.text("]")
}

func (p *printer) value(v Value) {
	if p.form {
		p.text(letters[v.storage])
		return
	}
	if v.given {
		p.text("given")
		return
	}
	switch v.storage {
	case meta.Text:
		p.b = strconv.AppendQuote(p.b, v.s)
	case meta.Int:
		p.b = strconv.AppendInt(p.b, v.n, 10)
	case meta.Float:
		p.b = strconv.AppendFloat(p.b, v.f, 'g', -1, 64)
		p.text("f")
	case meta.GUID:
		p.b = v.id.Append(p.b)
	default:
		p.text("null")
	}
}

var letters = [...]string{0: "null", meta.Text: "?s", meta.Int: "?i", meta.Float: "?f", meta.GUID: "?g", meta.Bytes: "?b"}
