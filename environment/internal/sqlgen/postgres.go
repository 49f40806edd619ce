package sqlgen

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// PostgreSQL gives the dialect of PostgreSQL. Its text columns are declared COLLATE
// "C", in which lower() folds the letters A to Z and texts are in the order of their
// bytes.
func PostgreSQL() Dialect {
	return Dialect{
		Name:            "postgres",
		quote:           doubleQuoted,
		placeholder:     func(b []byte, n int) []byte { return strconv.AppendInt(append(b, '$'), int64(n), 10) },
		cast:            postgresCast,
		maxArgs:         65535,
		ascendingNulls:  " NULLS FIRST",
		descendingNulls: " NULLS LAST",
		lowers:          true,
		limited:         true,
		veils:           true,
		inOrder:         " JOIN ",
		quotient:        [3]string{"CAST(div(", ", ", ") AS BIGINT)"},
		extreme:         postgresExtreme,
		part:            postgresPart,
		shown:           postgresShown,
		match:           postgresMatch,
		judge:           postgresJudge,
	}
}

// postgresJudge gives the ids as one array, which the engine makes a table of once; as
// many arguments it would read and plan each time.
func postgresJudge(w *writer, e query.In) {
	if len(e.Values) <= fewIDs || e.Col.C.Storage() != meta.GUID {
		w.comparedCol(e.Col)
		w.among(e.Values)
		return
	}
	w.col(e.Col)
	w.text(" IN (SELECT unnest(")
	w.placeholder(query.Bytes(uuidArray(e.Values)))
	w.text("::uuid[]))")
}

// uuidArray is an array of ids as the engine sends and takes it: of a thousand it reads a
// text ten times as long as this.
func uuidArray(ids []query.Value) []byte {
	const uuid = 2950 // the type's number
	out := make([]byte, 0, 20+20*len(ids))
	for _, n := range [...]int{1, 0, uuid, len(ids), 1} { // dimensions, nulls, type; length, first index
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	for _, v := range ids {
		id := v.GUID()
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(id))), id[:]...)
	}
	return out
}

// postgresCast says the type of an argument, which the engine would otherwise guess.
func postgresCast(v query.Value) string {
	switch v.Storage() {
	case meta.Int:
		return "::bigint"
	case meta.Float:
		return "::double precision"
	case meta.GUID:
		return "::uuid"
	case meta.Text:
		return `::text COLLATE "C"`
	}
	return ""
}

// postgresMatch uses LIKE, and for sets a regular expression. A literal beginning is
// also written as a range, for which an index serves whatever the pattern is.
func postgresMatch(w *writer, c query.Col, p pattern) {
	if p.hasSets() {
		w.comparedCol(c)
		w.text(" ~ ")
		w.argBeside(query.Text(regexPattern(p)))
		return
	}
	from := lowerASCII(p.prefix())
	to, bounded := beyondPrefix(from)
	if bounded {
		w.text("(")
		w.comparedCol(c)
		w.text(" >= ")
		w.argBeside(query.Text(from))
		w.text(" AND ")
		w.comparedCol(c)
		w.text(" < ")
		w.argBeside(query.Text(to))
		w.text(" AND ")
	}
	w.comparedCol(c)
	w.text(" LIKE ")
	w.argBeside(query.Text(lowerASCII(likePattern(p))))
	w.text(` ESCAPE '\'`)
	if bounded {
		w.text(")")
	}
}

// regexPattern writes . .* [set] [^set] between anchors, and everything that is not a
// letter or digit behind a backslash.
func regexPattern(p pattern) string {
	var b strings.Builder
	b.WriteString("^")
	for _, e := range p {
		switch {
		case e.kind == anything:
			b.WriteString(".*")
		case e.kind == anyOne:
			b.WriteString(".")
		case e.kind == oneOf:
			writeSet(&b, []rune(lowerASCII(e.set)), e.negated)
		default:
			writeLiteral(&b, []rune(lowerASCII(string(e.r)))[0])
		}
	}
	b.WriteString("$")
	return b.String()
}

// writeSet writes the characters and ranges of a set. A range that runs backwards
// holds nothing, and a set of nothing but such ranges too.
func writeSet(b *strings.Builder, set []rune, negated bool) {
	var inside strings.Builder
	for i := 0; i < len(set); i++ {
		if i+2 >= len(set) || set[i+1] != '-' {
			writeLiteral(&inside, set[i])
			continue
		}
		if set[i] <= set[i+2] {
			writeLiteral(&inside, set[i])
			inside.WriteByte('-')
			writeLiteral(&inside, set[i+2])
		} else {
			writeLiteral(&inside, set[i])
		}
		i += 2
	}
	b.WriteString("[")
	if negated {
		b.WriteString("^")
	}
	b.WriteString(inside.String() + "]")
}

func writeLiteral(b *strings.Builder, r rune) {
	plain := r >= 0x80 || '0' <= r && r <= '9' || 'a' <= r && r <= 'z'
	if !plain {
		b.WriteByte('\\')
	}
	b.WriteRune(r)
}

// postgresExtreme is the first text of a group in the order of comparisons, as it is
// written.
func postgresExtreme(w *writer, o query.Output) {
	w.text("(array_agg(")
	w.col(o.Col)
	w.text(" ORDER BY ")
	w.comparedCol(o.Col)
	if o.Function == query.Greatest {
		w.text(" DESC NULLS LAST")
	}
	w.text("))[1]")
}

// postgresShown asks the server, whose tz database has to know the place.
func postgresShown(w *writer, c dated) {
	w.text("CAST(extract(epoch FROM to_timestamp(")
	w.col(c.Col)
	w.text(") AT TIME ZONE ")
	w.place(c)
	w.text(") AS BIGINT)")
}

// postgresPart reads parts of seconds since 1970, so many seconds before.
func postgresPart(w *writer, c dated, p query.Part, back int64) {
	number := func(field string) {
		w.text("CAST(extract(" + field + " FROM to_timestamp(")
		w.earlier(c, back)
		w.text(") AT TIME ZONE 'UTC') AS BIGINT)")
	}
	switch p {
	case query.Day:
		number("day")
	case query.Month:
		number("month")
	case query.Year:
		number("year")
	case query.Quarter:
		number("quarter")
	case query.Week:
		w.text("(")
		number("doy")
		w.text(" + 5 - ")
		number("dow")
		w.text(") / 7 + 1")
	default:
		w.fail("unknown part of a date %d", p)
	}
}
