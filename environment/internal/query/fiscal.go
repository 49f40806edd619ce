package query

import (
	"fmt"
	"time"
)

// Parts of fiscal years have the number of their year's first day and of the months that
// one of their periods has, 0 for the years themselves, in them.
const firstFiscal Part = 16

// mostDays are those of the longest month.
const mostDays = 31

var fiscalMonths = [...]int{0, 1, 3, 6, 12}

// FiscalYear is the calendar year in which the fiscal year begins that a date lies in.
// Fiscal years begin on a day of a month.
func FiscalYear(month time.Month, day int) Part { return fiscal(month, day, 0) }

// FiscalPeriod is which period of its fiscal year a date lies in, from 1. Periods have 1,
// 3, 6 or 12 months.
func FiscalPeriod(month time.Month, day, months int) Part { return fiscal(month, day, months) }

func fiscal(month time.Month, day, months int) Part {
	for i, m := range fiscalMonths {
		if m == months {
			return firstFiscal + Part((i*mostDays+day-1)*12+int(month)-1)
		}
	}
	return 0
}

// Fiscal takes FiscalYear and FiscalPeriod apart; months is 0 for years. is is false for
// other parts.
func (p Part) Fiscal() (month time.Month, day, months int, is bool) {
	n := int(p) - int(firstFiscal)
	kind := n / 12 / mostDays
	if n < 0 || kind >= len(fiscalMonths) {
		return 0, 0, 0, false
	}
	return time.Month(n%12 + 1), n/12%mostDays + 1, fiscalMonths[kind], true
}

// name is the part with a blank, as Print writes it.
func (p Part) name() string {
	month, day, months, is := p.Fiscal()
	switch {
	case !is:
		return partNames[p]
	case months == 0:
		return fmt.Sprintf("fiscalyear(%d-%d) ", month, day)
	}
	return fmt.Sprintf("fiscalperiod(%d-%d,%d) ", month, day, months)
}
