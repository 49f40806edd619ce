package message

import (
	"context"
	"fmt"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/environment/internal/zone"
)

// wireTime is how times are spelled, those of a zone too: a Z stands behind each.
const wireTime = "2006-01-02T15:04:05Z"

// localTime tells what the clocks of a time zone show at a time.
func localTime(_ context.Context, _ engine.Call, m *op.Message, _ *store.Tx) (op.Answer, error) {
	at, where, err := timeAndZone(m, "UtcTime")
	if err != nil {
		return op.Answer{}, err
	}
	return timeAnswer("LocalTimeFromUtcTimeResponse", "LocalTime", zone.Wall(at, where)), nil
}

// utcTime tells when the clocks of a time zone show a time.
func utcTime(_ context.Context, _ engine.Call, m *op.Message, _ *store.Tx) (op.Answer, error) {
	wall, where, err := timeAndZone(m, "LocalTime")
	if err != nil {
		return op.Answer{}, err
	}
	return timeAnswer("UtcTimeFromLocalTimeResponse", "UtcTime", zone.Instant(wall, where)), nil
}

func timeAnswer(kind, name string, t time.Time) op.Answer {
	return op.Answer{Type: kind, Members: []op.Member{{Name: name, Value: t.UTC().Format(wireTime)}}}
}

// timeAndZone reads the arguments of both.
func timeAndZone(m *op.Message, name string) (time.Time, *time.Location, error) {
	code, isCode := m.Argument("TimeZoneCode").(int64)
	text, isText := m.Argument(name).(string)
	switch {
	case m.Bound != nil:
		return time.Time{}, nil, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	case m.Argument("TimeZoneCode") == nil:
		return time.Time{}, nil, missingArgument("TimeZoneCode")
	case m.Argument(name) == nil:
		return time.Time{}, nil, missingArgument(name)
	case !isCode || !isText:
		return time.Time{}, nil, badArgument(name)
	}
	z, known := zone.Find(code)
	if !known {
		return time.Time{}, nil, dverr.InvalidArgument.Text("The time zone code %d is invalid.", code)
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, nil, badArgument(name)
	}
	return at.UTC(), z.Location(), nil
}

// zoneCode finds the code of a time zone by one of its names, which are English whatever
// the locale is.
func zoneCode(_ context.Context, _ engine.Call, m *op.Message, _ *store.Tx) (op.Answer, error) {
	name, ok := m.Argument("LocalizedStandardName").(string)
	switch {
	case m.Bound != nil:
		return op.Answer{}, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	case !ok:
		return op.Answer{}, missingArgument("LocalizedStandardName")
	case m.Argument("LocaleId") == nil:
		return op.Answer{}, missingArgument("LocaleId")
	}
	for _, z := range zone.All() {
		if z.Name == name || z.Label == name {
			return op.Answer{Type: "GetTimeZoneCodeByLocalizedNameResponse", Members: []op.Member{{Name: "TimeZoneCode", Value: z.Code}}}, nil
		}
	}
	return op.Answer{}, dverr.ObjectDoesNotExist.Text("There is no time zone named '%s'.", name)
}

// zones lists the time zones with the names that people read, which are English whatever
// the locale is.
func zones(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	if m.Of == nil {
		return op.Answer{}, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	}
	if _, ok := m.Argument("LocaleId").(int64); !ok {
		return op.Answer{}, missingArgument("LocaleId")
	}
	s, err := ask(call, m, m.Of.LogicalName, false, "timezonecode", "userinterfacename", "bias")
	if err != nil {
		return op.Answer{}, err
	}
	s.Order = []query.Order{{Col: query.Col{Of: s, C: m.Of.Column("timezonecode")}}}
	return list(ctx, call, tx, s)
}

// timestamp tells how far the definitions of tables are.
func timestamp(call engine.Call) op.Answer {
	return op.Answer{Type: "RetrieveTimestampResponse", Members: []op.Member{
		{Name: "Timestamp", Value: fmt.Sprint(call.Model.Version)},
	}}
}
