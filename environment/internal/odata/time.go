package odata

// Instants are seconds since 1970 UTC, as query.Value carries them (meta.Int).

const secondsPerDay = 86400

// parseDate reads yyyy-mm-dd and gives midnight UTC.
func parseDate(s string) (int64, bool) {
	if len(s) != 10 {
		return 0, false
	}
	days, ok := parseDays(s)
	return days * secondsPerDay, ok
}

func parseDays(s string) (int64, bool) {
	if s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	year, ok1 := twoOrFour(s[:4])
	month, ok2 := twoOrFour(s[5:7])
	day, ok3 := twoOrFour(s[8:10])
	if !ok1 || !ok2 || !ok3 || year == 0 || month < 1 || month > 12 || day < 1 || day > monthDays(year, month) {
		return 0, false
	}
	return daysOf(year, month, day), true
}

func twoOrFour(s string) (int64, bool) {
	var n int64
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

func monthDays(year, month int64) int64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// parseInstant reads yyyy-mm-ddThh:mm[:ss[.fraction]][Z|±hh:mm]. A missing zone is
// UTC (Dataverse facts 8.22); the fraction is dropped, since the service keeps whole
// seconds (facts 6.2).
func parseInstant(s string) (int64, bool) {
	if len(s) < 16 || s[10] != 'T' && s[10] != 't' && s[10] != ' ' {
		return 0, false
	}
	days, ok := parseDays(s[:10])
	if !ok {
		return 0, false
	}
	seconds, rest, ok := parseClock(s[11:])
	if !ok {
		return 0, false
	}
	offset, ok := parseZone(rest)
	return days*secondsPerDay + seconds - offset, ok
}

func parseClock(s string) (seconds int64, rest string, ok bool) {
	hour, ok1 := twoOrFour(s[:2])
	minute, ok2 := twoOrFour(s[3:5])
	if !ok1 || !ok2 || s[2] != ':' || hour > 23 || minute > 59 {
		return 0, "", false
	}
	s = s[5:]
	var second int64
	if len(s) >= 3 && s[0] == ':' {
		if second, ok = twoOrFour(s[1:3]); !ok || second > 59 {
			return 0, "", false
		}
		s = s[3:]
		if len(s) > 0 && s[0] == '.' {
			end := digitsEnd(s, 1)
			if end == 1 || end > 13 {
				return 0, "", false
			}
			s = s[end:]
		}
	}
	return hour*3600 + minute*60 + second, s, true
}

func parseZone(s string) (seconds int64, ok bool) {
	if s == "" || s == "Z" || s == "z" {
		return 0, true
	}
	if len(s) != 6 || s[3] != ':' || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	hour, ok1 := twoOrFour(s[1:3])
	minute, ok2 := twoOrFour(s[4:6])
	if !ok1 || !ok2 || hour > 14 || minute > 59 {
		return 0, false
	}
	seconds = hour*3600 + minute*60
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// daysOf counts days since 1970-01-01 in the proleptic Gregorian calendar: years
// start in March, so that the leap day is the last of its year.
func daysOf(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := floorDiv(year, 400)
	yearOfEra := year - era*400
	dayOfYear := (153*(month-3)+2)/5 + day - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468
}

// dateOf is the inverse of daysOf.
func dateOf(days int64) (year, month, day int64) {
	days += 719468
	era := floorDiv(days, 146097)
	dayOfEra := days - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	shifted := (5*dayOfYear + 2) / 153
	day = dayOfYear - (153*shifted+2)/5 + 1
	month = shifted + 3
	year = yearOfEra + era*400
	if month > 12 {
		month -= 12
		year++
	}
	return year, month, day
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// appendInstant appends yyyy-mm-ddThh:mm:ssZ.
func appendInstant(b []byte, seconds int64) []byte {
	days := floorDiv(seconds, secondsPerDay)
	clock := seconds - days*secondsPerDay
	b = appendDay(b, days)
	b = append(b, 'T')
	b = appendTwo(b, clock/3600)
	b = append(b, ':')
	b = appendTwo(b, clock/60%60)
	b = append(b, ':')
	b = appendTwo(b, clock%60)
	return append(b, 'Z')
}

// appendDate appends yyyy-mm-dd.
func appendDate(b []byte, seconds int64) []byte {
	return appendDay(b, floorDiv(seconds, secondsPerDay))
}

func appendDay(b []byte, days int64) []byte {
	year, month, day := dateOf(days)
	if year < 0 || year > 9999 {
		year = max(0, min(year, 9999)) // outside of what the service stores
	}
	b = appendTwo(b, year/100)
	b = appendTwo(b, year%100)
	b = append(b, '-')
	b = appendTwo(b, month)
	b = append(b, '-')
	return appendTwo(b, day)
}

func appendTwo(b []byte, n int64) []byte {
	return append(b, byte('0'+n/10), byte('0'+n%10))
}
