package seed

import (
	"strconv"
	"time"

	"github.com/stead-s2s/stead/environment/internal/settings"
	"github.com/stead-s2s/stead/environment/internal/zone"
)

// planTimeZones plans what clients read of time zones: names, codes and the rules of the
// year in which the environment is made.
func (w *world) planTimeZones() {
	org := guid("organizationid", w.spec.Organization)
	year := time.Unix(w.rows.stamps.now, 0).UTC().Year()
	for _, z := range zone.All() {
		code := strconv.FormatInt(z.Code, 10)
		id := w.id("timezonedefinition", code)
		rule, retired := z.Rule(year), int64(0)
		if z.Retired {
			retired = 1
		}
		w.rows.add("timezonedefinition", id, org, number("bias", rule.Bias), text("standardname", z.Name), text("daylightname", z.Daylight),
			text("userinterfacename", z.Label), number("timezonecode", z.Code), number("retiredorder", retired))
		w.rows.add("timezonelocalizedname", w.id("timezonelocalizedname", code), org, number("cultureid", languageEnglish),
			text("standardname", z.Name), text("daylightname", z.Daylight), text("userinterfacename", z.Label),
			ref("timezonedefinitionid", "timezonedefinition", id))
		cells := []cell{org, ref("timezonedefinitionid", "timezonedefinition", id), number("effectivedatetime", beginOfRules), number("timezoneruleversionnumber", 0)}
		settings.Rule(rule, func(column string, n int64) { cells = append(cells, number(column, n)) })
		w.rows.add("timezonerule", w.id("timezonerule", code), cells...)
	}
}

// beginOfRules is since when a rule holds, the first year that dates may lie in being
// 1900 here: 1900-01-01.
const beginOfRules = -2208988800

// planSettings plans the settings of a user who changed none.
func (w *world) planSettings(u User, in unit) {
	cells := []cell{guid("businessunitid", in.id)}
	for _, a := range settings.New(w.model.Table(settings.Table)) {
		cells = append(cells, cell{column: a.Column.LogicalName, value: a.Value})
	}
	w.rows.add(settings.Table, u.ID, cells...)
}
