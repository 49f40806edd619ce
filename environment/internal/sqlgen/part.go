package sqlgen

import (
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/query"
)

const secondsOfDay = 24 * 60 * 60

// part writes the part of a date. Fiscal years that begin on a later day of their month
// are those that begin on the first, for dates so many days earlier.
func (w *writer) part(c query.Col, p query.Part) {
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

// earlier writes a column of seconds, so many before.
func (w *writer) earlier(c query.Col, back int64) {
	w.col(c)
	if back > 0 {
		w.text(" - " + strconv.FormatInt(back, 10))
	}
}
