package sqlgen

import (
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/query"
)

const secondsOfDay = 24 * 60 * 60

// part writes the part of a date. Fiscal years that begin on a later day of their month
// are those that begin on the first, for dates so many days earlier.
func (w *writer) part(c dated, p query.Part) {
	month, day, months, is := p.Fiscal()
	if !is {
		w.d.part(w, c, p, 0)
		return
	}
	back, first := int64(day-1)*secondsOfDay, strconv.Itoa(int(month))
	if months == 0 {
		w.text("(")
		w.d.part(w, c, query.Year, back)
		w.text(" - CASE WHEN ")
		w.d.part(w, c, query.Month, back)
		w.text(" < " + first + " THEN 1 ELSE 0 END)")
		return
	}
	w.text("((")
	w.d.part(w, c, query.Month, back)
	w.text(" + 12 - " + first + ") % 12 / " + strconv.Itoa(months) + " + 1)")
}

// dated is a column of dates as they are read by the clock of a place of the tz database;
// "" is UTC.
type dated struct {
	query.Col
	zone string
}

// place writes the place's name as a constant: a placeholder would make two expressions
// that are the same look different to GROUP BY.
func (w *writer) place(c dated) {
	for _, r := range c.zone {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		if !letter && r != '_' && r != '/' && r != '+' && r != '-' {
			w.fail("%q is no place of the tz database", c.zone)
			return
		}
	}
	w.text("'" + c.zone + "'")
}

// earlier writes seconds as a clock shows them, so many before.
func (w *writer) earlier(c dated, back int64) {
	if c.zone == "" {
		w.col(c.Col)
	} else {
		w.d.shown(w, c)
	}
	if back > 0 {
		w.text(" - " + strconv.FormatInt(back, 10))
	}
}
