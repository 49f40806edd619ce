package zone

import "time"

// Wall is what a clock at a place shows at an instant, as a time of UTC.
func Wall(t time.Time, at *time.Location) time.Time {
	t = t.In(at)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// Instant is when a clock at a place shows what wall shows, whatever wall's own zone is.
// Of the two instants that show the same where a clock is set back it is the later one, in
// standard time; what a clock passes over where it is set forward is read as if it had not
// been set yet.
func Instant(wall time.Time, at *time.Location) time.Time {
	wall = Wall(wall, wall.Location())
	before, after := around(wall, at)
	if t := wall.Add(-after).In(at); Wall(t, at).Equal(wall) {
		if earlier := wall.Add(-before).In(at); earlier.After(t) && Wall(earlier, at).Equal(wall) {
			return earlier
		}
		return t
	}
	return wall.Add(-before).In(at)
}

// Midnight is the first instant of a day at a place: where midnight itself is passed over,
// that at which the clock is set. A day that a place passes over altogether begins with the
// next. Days beyond the month's count on, as those of time.Date do.
func Midnight(year int, month time.Month, day int, at *time.Location) time.Time {
	wall := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if at == time.UTC {
		return wall
	}
	before, after := around(wall, at)
	first, second := wall.Add(-before), wall.Add(-after)
	if second.Before(first) {
		first, second = second, first
	}
	if !Wall(first, at).Before(wall) {
		return first.In(at)
	}
	return second.In(at)
}

// around gives how far a clock is ahead of UTC a day before it shows wall and a day after.
func around(wall time.Time, at *time.Location) (before, after time.Duration) {
	return ahead(wall.Add(-24*time.Hour), at), ahead(wall.Add(24*time.Hour), at)
}

func ahead(t time.Time, at *time.Location) time.Duration {
	_, seconds := t.In(at).Zone()
	return time.Duration(seconds) * time.Second
}
