package predicate

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/zone"
)

// parseValue reads a constant as the column keeps it.
func parseValue(c *meta.Column, text string, user *time.Location) (query.Value, bool) {
	if c.Storage() == meta.Text {
		return query.Text(text), true
	}
	text = strings.TrimSpace(text)
	switch c.Kind {
	case meta.Boolean:
		return parseFlag(text)
	case meta.Money:
		n, ok := parseMoney(text)
		return query.Int(n), ok
	case meta.DateTime:
		at, ok := parseTime(text, user)
		if !ok {
			return query.Null(), false
		}
		return query.Int(at.Unix()), true
	}
	switch c.Storage() {
	case meta.Int:
		n, err := strconv.ParseInt(text, 10, 64)
		return query.Int(n), err == nil
	case meta.Float:
		f, err := strconv.ParseFloat(text, 64)
		return query.Float(f), err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
	case meta.GUID:
		id, err := meta.ParseID(strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}"))
		return query.GUID(id), err == nil
	}
	return query.Null(), false
}

func parseFlag(text string) (query.Value, bool) {
	switch strings.ToLower(text) {
	case "1", "true":
		return query.Bool(true), true
	case "0", "false":
		return query.Bool(false), true
	}
	return query.Null(), false
}

// moneyScale is the number of parts of a unit that money is kept in.
const moneyScale = 10000

// parseMoney reads a decimal number exactly, rounding half away from zero what the
// scale cannot hold.
func parseMoney(text string) (int64, bool) {
	if len(text) > 40 || strings.Trim(text, "+-.0123456789") != "" {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, false
	}
	scaled := r.Mul(r, big.NewRat(moneyScale, 1))
	whole, ok := new(big.Int).SetString(scaled.FloatString(0), 10)
	return whole.Int64(), ok && whole.IsInt64()
}

// layouts are the forms of dates that clients send: with a zone, and without one, which
// are what the user's clock shows.
var (
	zonedLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00"}
	shownLayouts = []string{
		"2006-01-02", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05.999999999",
		"1/2/2006", "1/2/2006 15:04:05", "1/2/2006 3:04 PM", "1/2/2006 3:04:05 PM",
	}
)

func parseTime(text string, user *time.Location) (time.Time, bool) {
	if len(text) > 40 {
		return time.Time{}, false
	}
	for _, layout := range shownLayouts {
		if wall, err := time.Parse(layout, text); err == nil {
			return shownTime(wall, user), wall.Year() > 0
		}
	}
	for _, layout := range zonedLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at, at.Year() > 0
		}
	}
	return time.Time{}, false
}

// shownTime is when the user's clock shows a time; a day is when it begins.
func shownTime(wall time.Time, user *time.Location) time.Time {
	if wall.Equal(midnight(wall)) {
		return zone.Midnight(wall.Year(), wall.Month(), wall.Day(), user)
	}
	return zone.Instant(wall, user)
}
