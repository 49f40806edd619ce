package zone

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // places of the tz database, where the machine has none
)

// UTC is the code of Coordinated Universal Time, which new users have.
const UTC = 92

//go:embed zones.txt
var list string

// Zone is one time zone of the service.
type Zone struct {
	Code int64
	// Name is what Windows calls the zone, "Eastern Standard Time"; Daylight what it calls it
	// in summer, and Label what people choose it by.
	Name, Daylight, Label string
	// Place is its name in the tz database, "America/New_York".
	Place string
	// Retired zones are no longer offered; users who have them keep them.
	Retired bool

	location func() *time.Location
}

var all = sync.OnceValue(func() []Zone {
	zones, err := read(list)
	if err != nil {
		panic(err) // the list is part of the program, and a test reads it
	}
	return zones
})

// All gives the zones by ascending code.
func All() []Zone { return slices.Clone(all()) }

// Find gives the zone of a code.
func Find(code int64) (Zone, bool) {
	zones := all()
	at, found := slices.BinarySearchFunc(zones, code, func(z Zone, code int64) int { return int(z.Code - code) })
	if !found {
		return Zone{}, false
	}
	return zones[at], true
}

// ByLabel gives the zone that people choose by a label.
func ByLabel(label string) (Zone, bool) {
	zones := all()
	at := slices.IndexFunc(zones, func(z Zone) bool { return strings.EqualFold(z.Label, label) })
	if at < 0 {
		return Zone{}, false
	}
	return zones[at], true
}

// Location gives the clock of a code, or UTC for a code that names none.
func Location(code int64) *time.Location {
	if code == UTC {
		return time.UTC
	}
	if z, known := Find(code); known {
		return z.Location()
	}
	return time.UTC
}

// places are the clocks by their names in the tz database.
var places = sync.OnceValue(func() map[string]func() *time.Location {
	all := map[string]func() *time.Location{}
	for _, z := range All() {
		all[z.Place] = z.location
	}
	return all
})

// Shown is what the clock of a place of the list shows at an instant, both in seconds
// since 1970, the one as if it were UTC's. Of other places it is UTC's clock.
func Shown(seconds int64, place []byte) int64 {
	if clock := places()[string(place)]; clock != nil {
		return seconds + int64(ahead(time.Unix(seconds, 0), clock())/time.Second)
	}
	return seconds
}

// Location gives the zone's clock, which is read from the tz database when it is first
// asked for.
func (z Zone) Location() *time.Location { return z.location() }

func read(text string) (zones []Zone, err error) {
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		z, err := readLine(line)
		if err != nil {
			return nil, fmt.Errorf("zones.txt:%d: %w", i+1, err)
		}
		if n := len(zones); n > 0 && zones[n-1].Code >= z.Code {
			return nil, fmt.Errorf("zones.txt:%d: code %d is out of order", i+1, z.Code)
		}
		zones = append(zones, z)
	}
	return zones, nil
}

func readLine(line string) (Zone, error) {
	parts := strings.Split(line, " | ")
	if len(parts) != 4 && (len(parts) != 5 || parts[4] != "retired") {
		return Zone{}, fmt.Errorf("want: code | name | place | label, have %q", line)
	}
	code, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return Zone{}, fmt.Errorf("code %q is no number", parts[0])
	}
	place := parts[2]
	return Zone{
		Code: code, Name: parts[1], Daylight: strings.Replace(parts[1], "Standard", "Daylight", 1), Place: place, Label: parts[3],
		Retired: len(parts) == 5, location: sync.OnceValue(func() *time.Location { return load(place) }),
	}, nil
}

// load finds a place. A place that the tz database of the machine does not have counts as
// UTC; a test sees to it that the one that is compiled in has all.
func load(place string) *time.Location {
	if place == "Etc/UTC" {
		return time.UTC
	}
	location, err := time.LoadLocation(place)
	if err != nil {
		return time.UTC
	}
	return location
}
