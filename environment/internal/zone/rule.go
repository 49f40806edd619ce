package zone

import "time"

// Rule is how a zone's clock is set in a year, as timezonerule and usersettings show it:
// biases are minutes to be added to local time for UTC, those of standard and daylight time
// in addition to Bias. Where no clock is set the changes are zero.
type Rule struct {
	Bias, StandardBias, DaylightBias int64
	Standard, Daylight               Change
}

// Change is when a clock is set: on the Week-th Weekday of a Month, 5 being the last, at an
// hour that it shows before it is set.
type Change struct {
	Month, Week, Weekday, Hour, Minute, Second int64
}

// Rule gives the rule of a year. A year in which the clock is set otherwise than once
// forward and once back has none: it is taken as it begins.
func (z Zone) Rule(year int) Rule {
	at := z.Location()
	begin, end := Midnight(year, time.January, 1, at), Midnight(year+1, time.January, 1, at)
	var changes []time.Time
	for t := begin; len(changes) < 3; {
		_, next := t.ZoneBounds()
		if next.IsZero() || !next.Before(end) {
			break
		}
		changes = append(changes, next)
		t = next
	}
	if len(changes) != 2 || changes[0].IsDST() == changes[1].IsDST() {
		return Rule{Bias: -minutes(ahead(begin, at))}
	}
	standard, daylight := changes[0], changes[1]
	if standard.IsDST() {
		standard, daylight = daylight, standard
	}
	return Rule{
		Bias: -minutes(ahead(standard, at)), DaylightBias: minutes(ahead(standard, at) - ahead(daylight, at)),
		Standard: z.change(standard), Daylight: z.change(daylight),
	}
}

func minutes(d time.Duration) int64 { return int64(d / time.Minute) }

// change words when a clock was set.
func (z Zone) change(t time.Time) Change {
	shown := t.UTC().Add(ahead(t.Add(-time.Second), z.Location()))
	return Change{
		Month: int64(shown.Month()), Week: z.week(t, shown), Weekday: int64(shown.Weekday()),
		Hour: int64(shown.Hour()), Minute: int64(shown.Minute()), Second: int64(shown.Second()),
	}
}

// years is how long a weekday that is its month's last has to stay the last, to be taken
// for it rather than for the fourth.
const years = 4

func (z Zone) week(t, shown time.Time) int64 {
	week := int64(shown.Day()-1)/7 + 1
	for range years {
		if shown.AddDate(0, 0, 7).Month() == shown.Month() {
			return week
		}
		next := z.nextLike(t, shown.Month())
		if next.IsZero() {
			return week
		}
		t, shown = next, next.UTC().Add(ahead(next.Add(-time.Second), z.Location()))
	}
	return 5
}

// nextLike is the next time that the clock is set in a month, and zero when it is not in
// the next two changes.
func (z Zone) nextLike(t time.Time, month time.Month) time.Time {
	for range 2 {
		_, next := t.In(z.Location()).ZoneBounds()
		if next.IsZero() {
			return time.Time{}
		}
		if t = next; t.UTC().Add(ahead(t.Add(-time.Second), z.Location())).Month() == month {
			return t
		}
	}
	return time.Time{}
}
