package quota

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
)

// Limits are the service protection limits of one user at one web server.
type Limits struct {
	Off        bool          // nothing is limited and nothing shown; the rest is ignored
	Window     time.Duration // whole seconds
	Requests   int64
	Execution  time.Duration // whole milliseconds
	Concurrent int64
}

// Documented are the figures of the service (Dataverse facts 4.1).
func Documented() Limits {
	return Limits{Window: 300 * time.Second, Requests: 6000, Execution: 1200 * time.Second, Concurrent: 52}
}

// parallel is how many requests at a time a user may have on their way at one web server without
// end: as many as use up the execution time of a window within a window.
func (l Limits) parallel() int64 {
	if l.Off {
		l = Documented()
	}
	if l.Window <= 0 {
		return 1
	}
	return max(1, min(l.Concurrent, int64(l.Execution/l.Window)))
}

// Scaled multiplies all figures but the window, none below one.
func (l Limits) Scaled(factor float64) Limits {
	scale := func(n int64, unit int64) int64 {
		return max(int64(math.Round(float64(n/unit)*factor)), 1) * unit
	}
	l.Requests, l.Concurrent = scale(l.Requests, 1), scale(l.Concurrent, 1)
	l.Execution = time.Duration(scale(int64(l.Execution), int64(time.Millisecond)))
	return l
}

// ParseLimits reads a setting: "off"; "default"; a factor of the default, "x0.01"; or
// exact figures, "requests=60 time=12s concurrent=5 window=10s", of which those not
// named are the default's. Commas may stand for blanks.
func ParseLimits(text string) (Limits, error) {
	l := Documented()
	switch {
	case text == "off":
		return Limits{Off: true}, nil
	case text == "default":
		return l, nil
	case strings.HasPrefix(text, "x"):
		factor, err := strconv.ParseFloat(text[1:], 64)
		if err != nil || !(factor > 0 && factor <= 1000) {
			return l, fmt.Errorf("limits %q: a factor is between x0 and x1000, like x0.01", text)
		}
		return l.Scaled(factor), nil
	}
	fields := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
	if len(fields) == 0 {
		return l, errors.New(`limits are empty: write "default", "off", "x0.01" or "requests=60 time=12s concurrent=5 window=10s"`)
	}
	for _, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		if err := l.set(name, value); err != nil {
			return l, fmt.Errorf("limits %q: %w", text, err)
		}
	}
	return l, nil
}

// greatest is what a figure may be: sums of it fit everywhere.
const greatest = 1_000_000_000

func (l *Limits) set(name, value string) error {
	switch name {
	case "requests", "concurrent":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 1 || n > greatest {
			return fmt.Errorf("%s=%s is no number from 1 to %d", name, value, greatest)
		}
		if name == "requests" {
			l.Requests = n
		} else {
			l.Concurrent = n
		}
	case "time", "window":
		unit, most := time.Millisecond, greatest*time.Millisecond
		if name == "window" {
			unit, most = time.Second, 24*time.Hour
		}
		d, err := time.ParseDuration(value)
		if err != nil || d < unit || d > most || d%unit != 0 {
			return fmt.Errorf("%s=%s is no span from %s to %s in whole steps of %s", name, value, unit, most, unit)
		}
		if name == "time" {
			l.Execution = d
		} else {
			l.Window = d
		}
	default:
		return fmt.Errorf("no figure is called %q: they are requests, time, concurrent and window", name)
	}
	return nil
}

// String writes a setting that ParseLimits reads.
func (l Limits) String() string {
	if l.Off {
		return "off"
	}
	return fmt.Sprintf("requests=%d time=%s concurrent=%d window=%s", l.Requests, l.Execution, l.Concurrent, l.Window)
}

func (l Limits) counters() limit.Limits {
	return limit.Limits{Window: l.Window, Requests: l.Requests, Spent: l.Execution, Concurrent: l.Concurrent}
}
