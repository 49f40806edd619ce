package fetchxml

import (
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// calendar counts days as the current user sees them. Weeks run from Sunday to
// Saturday (Dataverse facts 5.13). The fiscal year is the default of organizations:
// it begins on January 1st and has four quarters for periods.
type calendar struct{ now time.Time }

// span is a stretch of time: from is in it, to is not. A zero end is open.
type span struct{ from, to time.Time }

func (c calendar) today() time.Time { return midnight(c.now) }

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// hour is the beginning of the current hour.
func (c calendar) hour() time.Time {
	t := c.now
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), 0, 0, 0, t.Location())
}

// after is what begins just behind the present second: "until now" has it inside.
func (c calendar) after() time.Time { return c.now.Truncate(time.Second).Add(time.Second) }

func (c calendar) week() time.Time {
	t := c.today()
	return t.AddDate(0, 0, -int(t.Weekday()))
}

func (c calendar) month() time.Time {
	t := c.today()
	return t.AddDate(0, 0, 1-t.Day())
}

func (c calendar) quarter() time.Time {
	t := c.month()
	return t.AddDate(0, -(int(t.Month())-1)%3, 0)
}

func (c calendar) year() time.Time { return c.yearOf(c.now.Year()) }

func (c calendar) yearOf(year int) time.Time {
	return time.Date(year, time.January, 1, 0, 0, 0, 0, c.now.Location())
}

// quarterOf is the span of a quarter, counted from 1.
func (c calendar) quarterOf(year, quarter int) span {
	from := c.yearOf(year).AddDate(0, 3*(quarter-1), 0)
	return span{from, from.AddDate(0, 3, 0)}
}

func days(from time.Time, n int) span     { return span{from, from.AddDate(0, 0, n)} }
func months(from time.Time, n int) span   { return span{from, from.AddDate(0, n, 0)} }
func years(from time.Time, n int) span    { return span{from, from.AddDate(n, 0, 0)} }
func before(t time.Time) span             { return span{to: t} }
func (c calendar) since(t time.Time) span { return span{t, c.after()} }
func (c calendar) till(t time.Time) span  { return span{c.now.Truncate(time.Second), t} }

// relative are the operators without a value.
var relative = map[string]func(calendar) span{
	"today":              func(c calendar) span { return days(c.today(), 1) },
	"yesterday":          func(c calendar) span { return days(c.today().AddDate(0, 0, -1), 1) },
	"tomorrow":           func(c calendar) span { return days(c.today().AddDate(0, 0, 1), 1) },
	"last-seven-days":    func(c calendar) span { return c.since(c.today().AddDate(0, 0, -7)) },
	"next-seven-days":    func(c calendar) span { return c.till(c.today().AddDate(0, 0, 8)) },
	"last-week":          func(c calendar) span { return days(c.week().AddDate(0, 0, -7), 7) },
	"this-week":          func(c calendar) span { return days(c.week(), 7) },
	"next-week":          func(c calendar) span { return days(c.week().AddDate(0, 0, 7), 7) },
	"last-month":         func(c calendar) span { return months(c.month().AddDate(0, -1, 0), 1) },
	"this-month":         func(c calendar) span { return months(c.month(), 1) },
	"next-month":         func(c calendar) span { return months(c.month().AddDate(0, 1, 0), 1) },
	"last-year":          func(c calendar) span { return years(c.year().AddDate(-1, 0, 0), 1) },
	"this-year":          func(c calendar) span { return years(c.year(), 1) },
	"next-year":          func(c calendar) span { return years(c.year().AddDate(1, 0, 0), 1) },
	"last-fiscal-year":   func(c calendar) span { return years(c.year().AddDate(-1, 0, 0), 1) },
	"this-fiscal-year":   func(c calendar) span { return years(c.year(), 1) },
	"next-fiscal-year":   func(c calendar) span { return years(c.year().AddDate(1, 0, 0), 1) },
	"last-fiscal-period": func(c calendar) span { return months(c.quarter().AddDate(0, -3, 0), 3) },
	"this-fiscal-period": func(c calendar) span { return months(c.quarter(), 3) },
	"next-fiscal-period": func(c calendar) span { return months(c.quarter().AddDate(0, 3, 0), 3) },
}

// counted are the operators with a number: so many units back from now or on.
var counted = map[string]func(calendar, int) span{
	"last-x-hours":          func(c calendar, x int) span { return c.since(c.hour().Add(-time.Duration(x) * time.Hour)) },
	"last-x-days":           func(c calendar, x int) span { return c.since(c.today().AddDate(0, 0, -x)) },
	"last-x-weeks":          func(c calendar, x int) span { return c.since(c.today().AddDate(0, 0, -7*x)) },
	"last-x-months":         func(c calendar, x int) span { return c.since(c.today().AddDate(0, -x, 0)) },
	"last-x-years":          func(c calendar, x int) span { return c.since(c.today().AddDate(-x, 0, 0)) },
	"last-x-fiscal-periods": func(c calendar, x int) span { return span{c.quarter().AddDate(0, -3*x, 0), c.quarter()} },
	"last-x-fiscal-years":   func(c calendar, x int) span { return span{c.year().AddDate(-x, 0, 0), c.year()} },
	"next-x-hours":          func(c calendar, x int) span { return c.till(c.hour().Add(time.Duration(x+1) * time.Hour)) },
	"next-x-days":           func(c calendar, x int) span { return c.till(c.today().AddDate(0, 0, x+1)) },
	"next-x-weeks":          func(c calendar, x int) span { return c.till(c.today().AddDate(0, 0, 7*x+1)) },
	"next-x-months":         func(c calendar, x int) span { return c.till(c.today().AddDate(0, x, 1)) },
	"next-x-years":          func(c calendar, x int) span { return c.till(c.today().AddDate(x, 0, 1)) },
	"next-x-fiscal-periods": func(c calendar, x int) span { from := c.quarter().AddDate(0, 3, 0); return months(from, 3*x) },
	"next-x-fiscal-years":   func(c calendar, x int) span { return years(c.year().AddDate(1, 0, 0), x) },
	"olderthan-x-minutes":   func(c calendar, x int) span { return before(c.now.Add(-time.Duration(x) * time.Minute)) },
	"olderthan-x-hours":     func(c calendar, x int) span { return before(c.now.Add(-time.Duration(x) * time.Hour)) },
	"olderthan-x-days":      func(c calendar, x int) span { return before(c.today().AddDate(0, 0, -x)) },
	"olderthan-x-weeks":     func(c calendar, x int) span { return before(c.today().AddDate(0, 0, -7*x)) },
	"olderthan-x-months":    func(c calendar, x int) span { return before(c.today().AddDate(0, -x, 0)) },
	"olderthan-x-years":     func(c calendar, x int) span { return before(c.today().AddDate(-x, 0, 0)) },
	"in-fiscal-year":        func(c calendar, x int) span { return years(c.yearOf(x), 1) },
}

// maxCount keeps dates within what dates can be.
const maxCount = 1_000_000

// within is the condition that a date lies in a span.
func within(col query.Col, s span) query.Expr {
	var both []query.Expr
	if !s.from.IsZero() {
		both = append(both, query.Compare{Col: col, Op: query.GreaterOrEqual, Value: query.Int(stored(col.C, s.from))})
	}
	if !s.to.IsZero() {
		both = append(both, query.Compare{Col: col, Op: query.Less, Value: query.Int(stored(col.C, s.to))})
	}
	return query.And{Members: both}
}

// stored is how a column keeps an instant: as such, or, where it has no zone, as
// what the clock of the user's zone shows (Dataverse facts 6.2).
func stored(c *meta.Column, t time.Time) int64 {
	if c.Date == meta.UserLocal {
		return t.Unix()
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC).Unix()
}
