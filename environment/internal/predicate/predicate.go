package predicate

import (
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/zone"
)

var comparisons = map[string]query.Operator{
	"eq": query.Equal, "ne": query.NotEqual, "neq": query.NotEqual,
	"gt": query.Greater, "ge": query.GreaterOrEqual, "lt": query.Less, "le": query.LessOrEqual,
}

var textMatches = map[string]query.MatchKind{
	"like": query.Like, "begins-with": query.StartsWith, "ends-with": query.EndsWith,
	"not-like": query.Like, "not-begin-with": query.StartsWith, "not-end-with": query.EndsWith,
}

// User is who the operators about the current user mean.
type User struct {
	ID, Unit meta.ID
	Teams    []meta.ID
	Language int64 // a locale id; 0 is English
}

// Reader is what conditions are read with.
type Reader struct {
	Model *meta.Model
	// Now is when the request came, in the time zone of its user.
	Now  time.Time
	User User
	// Fiscal is the organization's fiscal calendar; the zero value is the default one.
	Fiscal Fiscal
}

// now is the time in the zone that a column's dates are in: the user's, or none, in which
// what the user's clock shows is as if it were UTC's (Dataverse facts 6.2).
func (r Reader) now(c *meta.Column) time.Time {
	if c.Date == meta.UserLocal {
		return r.Now
	}
	return zone.Wall(r.Now, r.Now.Location())
}

// PartZone is the place by whose clock parts of a column's dates are read; "" is UTC.
func (r Reader) PartZone(c *meta.Column) string {
	if at := r.Now.Location(); c.Date == meta.UserLocal && at != time.UTC {
		return at.String()
	}
	return ""
}

// Comparison finds an operator that compares two values by its name in FetchXML.
func Comparison(name string) (query.Operator, bool) {
	op, known := comparisons[name]
	return op, known
}

// bound is a condition while it is bound.
type bound struct {
	Reader
	operator string
	values   []string
	col      query.Col
}

// Bind gives the condition that an operator, by its name in FetchXML, makes of a column
// and values as they were spelled.
func (r Reader) Bind(col query.Col, operator string, values []string) (query.Expr, error) {
	d := bound{r, operator, values, col}
	if op, known := comparisons[operator]; known {
		return d.compare(op)
	}
	if kind, known := textMatches[operator]; known {
		return d.match(kind)
	}
	if e, known, err := d.date(); known {
		return e, err
	}
	if e, known, err := d.person(); known {
		return e, err
	}
	switch operator {
	case "null", "not-null":
		return d.null()
	case "in", "not-in":
		return d.in()
	case "between", "not-between":
		return d.between()
	case "contain-values", "not-contain-values":
		return d.containValues()
	case "above", "eq-or-above", "under", "eq-or-under", "not-under":
		return d.hierarchy()
	}
	return nil, dverr.FetchBadOperator.With()
}

// unlessNull says no to e, and takes rows without a value along: the service's own
// queries do so for every negation of an equality or a match.
func unlessNull(col query.Col, e query.Expr) query.Expr {
	return query.Or{Members: []query.Expr{query.IsNull{Col: col}, query.Not{Member: e}}}
}

func (d bound) negated() bool { return strings.HasPrefix(d.operator, "n") }

// single is the one value of the condition.
func (d bound) single() (string, error) {
	if len(d.values) != 1 {
		return "", dverr.FetchBadCondition.With()
	}
	return d.values[0], nil
}

func (d bound) value(text string) (query.Value, error) {
	v, ok := parseValue(d.col.C, text, d.now(d.col.C).Location())
	if !ok {
		return v, dverr.FetchInvalidValue.With()
	}
	return v, nil
}

func (d bound) compare(op query.Operator) (query.Expr, error) {
	text, err := d.single()
	if err != nil {
		return nil, err
	}
	v, err := d.value(text)
	if err != nil {
		return nil, err
	}
	if op == query.NotEqual {
		return unlessNull(d.col, query.Compare{Col: d.col, Op: query.Equal, Value: v}), nil
	}
	return query.Compare{Col: d.col, Op: op, Value: v}, nil
}

func (d bound) match(kind query.MatchKind) (query.Expr, error) {
	text, err := d.single()
	if err != nil {
		return nil, err
	}
	if k := d.col.C.Kind; k != meta.String && k != meta.Memo && k != meta.EntityName {
		return nil, dverr.FetchBadOperator.With()
	}
	e := query.Match{Col: d.col, Kind: kind, Pattern: text}
	if d.negated() {
		return unlessNull(d.col, e), nil
	}
	return e, nil
}

func (d bound) null() (query.Expr, error) {
	e := query.IsNull{Col: d.col}
	if d.operator == "not-null" {
		return query.Not{Member: e}, nil
	}
	return e, nil
}

func (d bound) in() (query.Expr, error) {
	if len(d.values) == 0 {
		return nil, dverr.FetchBadCondition.With()
	}
	all := query.In{Col: d.col}
	for _, text := range d.values {
		v, err := d.value(text)
		if err != nil {
			return nil, err
		}
		all.Values = append(all.Values, v)
	}
	if d.negated() {
		return unlessNull(d.col, all), nil
	}
	return all, nil
}

func (d bound) between() (query.Expr, error) {
	if len(d.values) != 2 {
		return nil, dverr.FetchBadCondition.With()
	}
	low, err := d.value(d.values[0])
	if err != nil {
		return nil, err
	}
	high, err := d.value(d.values[1])
	if err != nil {
		return nil, err
	}
	if d.negated() {
		return query.Or{Members: []query.Expr{
			query.Compare{Col: d.col, Op: query.Less, Value: low}, query.Compare{Col: d.col, Op: query.Greater, Value: high}}}, nil
	}
	return query.And{Members: []query.Expr{
		query.Compare{Col: d.col, Op: query.GreaterOrEqual, Value: low}, query.Compare{Col: d.col, Op: query.LessOrEqual, Value: high}}}, nil
}

// containValues finds choices among several, which are kept as "1,2,3".
func (d bound) containValues() (query.Expr, error) {
	if d.col.C.Kind != meta.Choices || len(d.values) == 0 {
		return nil, dverr.FetchBadOperator.With()
	}
	var some []query.Expr
	for _, text := range d.values {
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
		if err != nil {
			return nil, dverr.FetchInvalidValue.With()
		}
		one := strconv.FormatInt(n, 10)
		some = append(some,
			query.Compare{Col: d.col, Op: query.Equal, Value: query.Text(one)},
			query.Match{Col: d.col, Kind: query.StartsWith, Pattern: one + ","},
			query.Match{Col: d.col, Kind: query.EndsWith, Pattern: "," + one},
			query.Match{Col: d.col, Kind: query.Contains, Pattern: "," + one + ","})
	}
	if d.negated() {
		return unlessNull(d.col, query.Or{Members: some}), nil
	}
	return query.Or{Members: some}, nil
}

// date binds the operators about dates; known is false for all others.
func (d bound) date() (e query.Expr, known bool, err error) {
	cal := calendar{d.now(d.col.C), d.Fiscal.normal()}
	op := d.operator
	fixed, isRelative := relative[op]
	count, isCounted := counted[op]
	isDay := op == "on" || op == "on-or-after" || op == "on-or-before" || op == "not-on"
	isFiscal := strings.HasPrefix(op, "in-") && strings.Contains(op, "fiscal-period")
	if !isRelative && !isCounted && !isDay && !isFiscal {
		return nil, false, nil
	}
	if d.col.C.Kind != meta.DateTime {
		return nil, true, dverr.FetchBadOperator.With()
	}
	switch {
	case isRelative:
		return within(d.col, fixed(cal)), true, nil
	case isCounted:
		n, err := d.count()
		if err != nil {
			return nil, true, err
		}
		return within(d.col, count(cal, n)), true, nil
	case isDay:
		e, err := d.day()
		return e, true, err
	}
	e, err = d.fiscal(cal)
	return e, true, err
}

// count is the number of a condition.
func (d bound) count() (int, error) {
	text, err := d.single()
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(text))
	switch {
	case err != nil || n > maxCount:
		return 0, dverr.FetchInvalidValue.With()
	case n < 1:
		return 0, dverr.FetchNotPositive.With()
	}
	return n, nil
}

// day binds the operators about one day of the user's calendar.
func (d bound) day() (query.Expr, error) {
	text, err := d.single()
	if err != nil {
		return nil, err
	}
	at := d.now(d.col.C).Location()
	t, ok := parseTime(strings.TrimSpace(text), at)
	if !ok {
		return nil, dverr.FetchInvalidValue.With()
	}
	day := days(midnight(t.In(at)), 1)
	switch d.operator {
	case "on-or-after":
		return within(d.col, span{from: day.from}), nil
	case "on-or-before":
		return within(d.col, span{to: day.to}), nil
	case "not-on":
		return unlessNull(d.col, within(d.col, day)), nil
	}
	return within(d.col, day), nil
}

// fiscal binds the operators with a period, or with a period and a year.
func (d bound) fiscal(cal calendar) (query.Expr, error) {
	want := 2
	if d.operator == "in-fiscal-period" {
		want = 1
	}
	if len(d.values) != want {
		return nil, dverr.FetchBadCondition.With()
	}
	period, err := strconv.Atoi(strings.TrimSpace(d.values[0]))
	if err != nil || period < 1 || period > cal.fiscal.periods() {
		return nil, dverr.FetchInvalidValue.With()
	}
	if want == 1 {
		return query.InPart{Col: d.col, Part: cal.fiscal.Period(), Number: int64(period), Zone: d.PartZone(d.col.C)}, nil
	}
	year, err := strconv.Atoi(strings.TrimSpace(d.values[1]))
	if err != nil || year < 1 || year > 9999 {
		return nil, dverr.FetchInvalidValue.With()
	}
	s := cal.periodOf(year, period)
	switch d.operator {
	case "in-fiscal-period-and-year":
		return within(d.col, s), nil
	case "in-or-after-fiscal-period-and-year":
		return within(d.col, span{from: s.from}), nil
	case "in-or-before-fiscal-period-and-year":
		return within(d.col, span{to: s.to}), nil
	}
	return nil, dverr.FetchBadOperator.With()
}

// Unless is Bind with the answer turned round. As with Bind's own negations, rows
// without a value are among those for which an operator does not hold.
func (r Reader) Unless(col query.Col, operator string, values []string) (query.Expr, error) {
	e, err := r.Bind(col, operator, values)
	switch {
	case err != nil:
		return nil, err
	case strings.HasPrefix(operator, "not-"), strings.HasPrefix(operator, "ne-"):
		return query.Not{Member: e}, nil
	}
	return unlessNull(col, e), nil
}
