package webapi

import (
	"net/http"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// conditions are If-Match and If-None-Match (Dataverse facts 5.2, 5.11).
type conditions struct{ match, noneMatch condition }

// condition is one of them: not given, * or the version in an ETag.
type condition struct {
	given   bool
	any     bool
	version int64
}

func readConditions(h http.Header) (conditions, error) {
	var c conditions
	var err error
	if c.match, err = readCondition(h, "If-Match"); err != nil {
		return c, err
	}
	if c.noneMatch, err = readCondition(h, "If-None-Match"); err != nil {
		return c, err
	}
	if c.match.given && c.noneMatch.given {
		return c, dverr.QueryInvalid.Text("The If-Match and If-None-Match headers cannot be specified together.")
	}
	return c, nil
}

// readCondition reads one header; the word null, which samples send to keep caches
// away, says nothing.
func readCondition(h http.Header, name string) (condition, error) {
	text := strings.TrimSpace(h.Get(name))
	switch text {
	case "", "null":
		return condition{}, nil
	case "*":
		return condition{given: true, any: true}, nil
	}
	version, err := odata.ParseETag(text)
	return condition{given: true, version: version}, err
}

// update says what a PATCH may do: a bare one makes the row when it is not there.
func (c conditions) update() (op.Mode, error) {
	switch {
	case c.match.given:
		return op.UpdateOnly, nil
	case c.noneMatch.any:
		return op.CreateOnly, nil
	case c.noneMatch.given:
		return 0, noneMatchOnWrite()
	}
	return op.Upsert, nil
}

// noneMatchOnWrite refuses a condition that would otherwise be dropped in silence.
func noneMatchOnWrite() error {
	return dverr.QueryInvalid.Text("The If-None-Match header of this request may only be '*' or 'null'.")
}
