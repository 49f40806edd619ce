package odata

import (
	"fmt"
	"strconv"
	"strings"
)

// Return is what a write should answer with.
type Return uint8

// The values of the return preference.
const (
	ReturnUnset Return = iota
	ReturnMinimal
	ReturnRepresentation
)

// Prefer is the Prefer header, parsed. Unknown preferences are ignored, as RFC 7240
// demands.
type Prefer struct {
	Return          Return
	MaxPageSize     int // 1…5000; 0 when it was not given
	Annotations     Annotations
	TrackChanges    bool
	ContinueOnError bool
	Async           bool
	// Callback is where a request that runs in the background is to tell of its end: the
	// url that follows the preference odata.callback. Empty for none.
	Callback string
}

// ParsePrefer reads every value of the header. Preferences are separated by commas
// or, as Microsoft's samples do, by semicolons; names are matched without case and
// with or without "odata.". The first mention of a preference counts.
func ParsePrefer(values []string) (Prefer, error) {
	var p Prefer
	seen := map[string]bool{}
	for _, v := range values {
		for _, item := range splitOutsideQuotes(v) {
			name, value, _ := strings.Cut(item, "=")
			name = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "odata.")
			if name == "" || seen[name] {
				continue
			}
			seen[name] = true
			if err := p.set(name, unquotePreference(value)); err != nil {
				return Prefer{}, err
			}
		}
	}
	if !seen["callback"] {
		p.Callback = ""
	}
	return p, nil
}

func (p *Prefer) set(name, value string) error {
	switch name {
	case "return":
		switch value {
		case "representation":
			p.Return = ReturnRepresentation
		case "minimal":
			p.Return = ReturnMinimal
		}
	case "maxpagesize":
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil || n == 0 {
			return invalid("The value '%s' of the preference 'odata.maxpagesize' is not valid: it must be a whole number from 1 to %d.", value, maxRows)
		}
		p.MaxPageSize = int(min(n, maxRows))
	case "include-annotations":
		p.Annotations = ParseAnnotations(value)
	case "track-changes":
		p.TrackChanges = true
	case "continue-on-error":
		p.ContinueOnError = value != "false"
	case "respond-async":
		p.Async = true
	case "url":
		p.Callback = value
	}
	return nil
}

// Applied is the value of Preference-Applied: annotations first (Dataverse facts
// 5.2). What is not built is not claimed. Empty when nothing was applied.
func (p Prefer) Applied() string {
	var applied []string
	if p.Annotations.Any() {
		applied = append(applied, `odata.include-annotations="`+p.Annotations.String()+`"`)
	}
	if p.MaxPageSize > 0 {
		applied = append(applied, fmt.Sprintf("odata.maxpagesize=%d", p.MaxPageSize))
	}
	if p.Return == ReturnRepresentation {
		applied = append(applied, "return=representation")
	}
	return strings.Join(applied, "; ")
}

// splitOutsideQuotes splits a header value at commas and semicolons.
func splitOutsideQuotes(s string) []string {
	var items []string
	quoted, from := false, 0
	for i := range len(s) {
		switch s[i] {
		case '"':
			quoted = !quoted
		case ',', ';':
			if !quoted {
				items = append(items, s[from:i])
				from = i + 1
			}
		}
	}
	return append(items, s[from:])
}

func unquotePreference(value string) string {
	value = strings.TrimSpace(value)
	if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' {
		return value[1 : len(value)-1]
	}
	return value
}
