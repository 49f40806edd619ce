package predicate

import (
	"time"

	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/zone"
)

// calendar counts days as the current user sees them. Weeks run from Sunday to
// Saturday (Dataverse facts 5.13).
type calendar struct {
	now    time.Time
	fiscal Fiscal
}

// Fiscal is the fiscal calendar of an organization. The zero value is the default one:
// years begin on January 1st and have four quarters for periods. A fiscal year is
// called after the calendar year in which it begins.
type Fiscal struct {
	// Month and Day are when years begin, no later than on the 28th.
	Month time.Month
	Day   int
	// Months is how long a period is: 1, 3, 6 or 12.
	Months int
}

func (f Fiscal) normal() Fiscal {
	if f.Month == 0 {
		f.Month = time.January
	}
	f.Day, f.Months = min(max(f.Day, 1), 28), max(f.Months, 0)
	if f.Months == 0 {
		f.Months = 3
	}
	return f
}

// Default tells whether fiscal years and quarters are those of the calendar.
func (f Fiscal) Default() bool {
	f = f.normal()
	return f.Month == time.January && f.Day == 1 && f.Months == 3
}

// Period is the part of a date that is its fiscal period; of the default calendar, the
// quarter.
func (f Fiscal) Period() query.Part {
	if f.Default() {
		return query.Quarter
	}
	f = f.normal()
	return query.FiscalPeriod(f.Month, f.Day, f.Months)
}

// Year is the part of a date that is its fiscal year.
func (f Fiscal) Year() query.Part {
	if f = f.normal(); f.Month == time.January && f.Day == 1 {
		return query.Year
	}
	return query.FiscalYear(f.Month, f.Day)
}

// periods is how many a year has.
func (f Fiscal) periods() int { return 12 / f.Months }

// span is a stretch of time: from is in it, to is not. A zero end is open.
type span struct{ from, to time.Time }

func (c calendar) today() time.Time { return midnight(c.now) }

func midnight(t time.Time) time.Time { return shift(t, 0, 0, 0) }

// shift is when the day begins that is so many years, months and days after t's: by the
// calendar, whatever clocks do on the way.
func shift(t time.Time, years, months, days int) time.Time {
	return zone.Midnight(t.Year()+years, t.Month()+time.Month(months), t.Day()+days, t.Location())
}

// hour is the beginning of the current hour, as the clock shows it.
func (c calendar) hour() time.Time {
	t := c.now
	past := time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	return t.Add(-past)
}

// after is what begins just behind the present second: "until now" has it inside.
func (c calendar) after() time.Time { return c.now.Truncate(time.Second).Add(time.Second) }

func (c calendar) week() time.Time {
	return shift(c.now, 0, 0, -int(c.now.Weekday()))
}

func (c calendar) month() time.Time {
	return shift(c.now, 0, 0, 1-c.now.Day())
}

// period is the beginning of the fiscal period that it is.
func (c calendar) period() time.Time {
	from := c.fiscalYear()
	for next := c.periodOf(from.Year(), 2).from; !next.After(c.now); next = shift(next, 0, c.fiscal.Months, 0) {
		from = next
	}
	return from
}

// fiscalYear is the beginning of the fiscal year that it is.
func (c calendar) fiscalYear() time.Time {
	from := c.fiscalYearOf(c.now.Year())
	if from.After(c.now) {
		return c.fiscalYearOf(c.now.Year() - 1)
	}
	return from
}

func (c calendar) fiscalYearOf(year int) time.Time {
	return zone.Midnight(year, c.fiscal.Month, c.fiscal.Day, c.now.Location())
}

func (c calendar) year() time.Time {
	return zone.Midnight(c.now.Year(), time.January, 1, c.now.Location())
}

// periodOf is the span of a period of a fiscal year, counted from 1.
func (c calendar) periodOf(year, period int) span {
	from := shift(c.fiscalYearOf(year), 0, c.fiscal.Months*(period-1), 0)
	return c.periods(from, 1)
}

func (c calendar) periods(from time.Time, n int) span { return months(from, n*c.fiscal.Months) }

// back is the beginning of the period n before the present one; ahead n after it.
func (c calendar) back(n int) time.Time  { return shift(c.period(), 0, -n*c.fiscal.Months, 0) }
func (c calendar) ahead(n int) time.Time { return shift(c.period(), 0, n*c.fiscal.Months, 0) }

func days(from time.Time, n int) span     { return span{from, shift(from, 0, 0, n)} }
func months(from time.Time, n int) span   { return span{from, shift(from, 0, n, 0)} }
func years(from time.Time, n int) span    { return span{from, shift(from, n, 0, 0)} }
func before(t time.Time) span             { return span{to: t} }
func (c calendar) since(t time.Time) span { return span{t, c.after()} }
func (c calendar) till(t time.Time) span  { return span{c.now.Truncate(time.Second), t} }

// relative are the operators without a value.
var relative = map[string]func(calendar) span{
	"today":              func(c calendar) span { return days(c.today(), 1) },
	"yesterday":          func(c calendar) span { return days(shift(c.today(), 0, 0, -1), 1) },
	"tomorrow":           func(c calendar) span { return days(shift(c.today(), 0, 0, 1), 1) },
	"last-seven-days":    func(c calendar) span { return c.since(shift(c.today(), 0, 0, -7)) },
	"next-seven-days":    func(c calendar) span { return c.till(shift(c.today(), 0, 0, 8)) },
	"last-week":          func(c calendar) span { return days(shift(c.week(), 0, 0, -7), 7) },
	"this-week":          func(c calendar) span { return days(c.week(), 7) },
	"next-week":          func(c calendar) span { return days(shift(c.week(), 0, 0, 7), 7) },
	"last-month":         func(c calendar) span { return months(shift(c.month(), 0, -1, 0), 1) },
	"this-month":         func(c calendar) span { return months(c.month(), 1) },
	"next-month":         func(c calendar) span { return months(shift(c.month(), 0, 1, 0), 1) },
	"last-year":          func(c calendar) span { return years(shift(c.year(), -1, 0, 0), 1) },
	"this-year":          func(c calendar) span { return years(c.year(), 1) },
	"next-year":          func(c calendar) span { return years(shift(c.year(), 1, 0, 0), 1) },
	"last-fiscal-year":   func(c calendar) span { return years(shift(c.fiscalYear(), -1, 0, 0), 1) },
	"this-fiscal-year":   func(c calendar) span { return years(c.fiscalYear(), 1) },
	"next-fiscal-year":   func(c calendar) span { return years(shift(c.fiscalYear(), 1, 0, 0), 1) },
	"last-fiscal-period": func(c calendar) span { return c.periods(c.back(1), 1) },
	"this-fiscal-period": func(c calendar) span { return c.periods(c.period(), 1) },
	"next-fiscal-period": func(c calendar) span { return c.periods(c.ahead(1), 1) },
}

// counted are the operators with a number: so many units back from now or on.
var counted = map[string]func(calendar, int) span{
	"last-x-hours":          func(c calendar, x int) span { return c.since(c.hour().Add(-time.Duration(x) * time.Hour)) },
	"last-x-days":           func(c calendar, x int) span { return c.since(shift(c.today(), 0, 0, -x)) },
	"last-x-weeks":          func(c calendar, x int) span { return c.since(shift(c.today(), 0, 0, -7*x)) },
	"last-x-months":         func(c calendar, x int) span { return c.since(shift(c.today(), 0, -x, 0)) },
	"last-x-years":          func(c calendar, x int) span { return c.since(shift(c.today(), -x, 0, 0)) },
	"last-x-fiscal-periods": func(c calendar, x int) span { return span{c.back(x), c.period()} },
	"last-x-fiscal-years":   func(c calendar, x int) span { return span{shift(c.fiscalYear(), -x, 0, 0), c.fiscalYear()} },
	"next-x-hours":          func(c calendar, x int) span { return c.till(c.hour().Add(time.Duration(x+1) * time.Hour)) },
	"next-x-days":           func(c calendar, x int) span { return c.till(shift(c.today(), 0, 0, x+1)) },
	"next-x-weeks":          func(c calendar, x int) span { return c.till(shift(c.today(), 0, 0, 7*x+1)) },
	"next-x-months":         func(c calendar, x int) span { return c.till(shift(c.today(), 0, x, 1)) },
	"next-x-years":          func(c calendar, x int) span { return c.till(shift(c.today(), x, 0, 1)) },
	"next-x-fiscal-periods": func(c calendar, x int) span { return c.periods(c.ahead(1), x) },
	"next-x-fiscal-years":   func(c calendar, x int) span { return years(shift(c.fiscalYear(), 1, 0, 0), x) },
	"olderthan-x-minutes":   func(c calendar, x int) span { return before(c.now.Add(-time.Duration(x) * time.Minute)) },
	"olderthan-x-hours":     func(c calendar, x int) span { return before(c.now.Add(-time.Duration(x) * time.Hour)) },
	"olderthan-x-days":      func(c calendar, x int) span { return before(shift(c.today(), 0, 0, -x)) },
	"olderthan-x-weeks":     func(c calendar, x int) span { return before(shift(c.today(), 0, 0, -7*x)) },
	"olderthan-x-months":    func(c calendar, x int) span { return before(shift(c.today(), 0, -x, 0)) },
	"olderthan-x-years":     func(c calendar, x int) span { return before(shift(c.today(), -x, 0, 0)) },
	"in-fiscal-year":        func(c calendar, x int) span { return years(c.fiscalYearOf(x), 1) },
}

// maxCount keeps dates within what dates can be.
const maxCount = 1_000_000

// within is the condition that a date lies in a span.
func within(col query.Col, s span) query.Expr {
	var both []query.Expr
	if !s.from.IsZero() {
		both = append(both, query.Compare{Col: col, Op: query.GreaterOrEqual, Value: query.Int(s.from.Unix())})
	}
	if !s.to.IsZero() {
		both = append(both, query.Compare{Col: col, Op: query.Less, Value: query.Int(s.to.Unix())})
	}
	return query.And{Members: both}
}
