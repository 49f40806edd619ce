package environment_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// fiscalPeriod goes from the beginning of a fiscal year to the period that a day lies in.
func fiscalPeriod(day, start time.Time, months int) (year, period int) {
	from := time.Date(day.Year(), start.Month(), start.Day(), 0, 0, 0, 0, time.UTC)
	if from.After(day) {
		from = from.AddDate(-1, 0, 0)
	}
	year = from.Year()
	for period = 1; !from.AddDate(0, months, 0).After(day); period++ {
		from = from.AddDate(0, months, 0)
	}
	return year, period
}

// TestFiscalCalendar: groups and conditions go by the organization's fiscal years, on the
// days around which these begin and in between.
func TestFiscalCalendar(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	var days []time.Time
	for month := time.January; month <= time.December; month++ {
		for _, day := range []int{1, 5, 6, 14, 15, 28} {
			days = append(days, time.Date(2024+int(month)%2, month, day, 0, 0, 0, 0, time.UTC))
		}
	}
	for _, day := range days {
		app.made("contacts", `{"lastname":"x","birthdate":"`+day.Format(time.DateOnly)+`"}`)
	}
	for _, tt := range []struct {
		start        string
		kind, months int
	}{{"2020-01-01", 2002, 3}, {"2020-07-01", 2002, 3}, {"2020-04-06", 2001, 6}, {"2020-02-15", 2003, 1}, {"2021-01-01", 2003, 1}, {"2020-10-15", 2000, 12}} {
		app.patch("organizations("+organization+")", fmt.Sprintf(`{"fiscalcalendarstart":"%sT00:00:00Z","fiscalperiodtype":%d}`, tt.start, tt.kind)).is(204, "")
		start, _ := time.Parse(time.DateOnly, tt.start)
		want, first := map[string]int{}, 0
		for _, day := range days {
			year, period := fiscalPeriod(day, start, tt.months)
			want[fmt.Sprintf("%d-%d", year, period)]++
			if period == 1 {
				first++
			}
		}
		fetch := `<fetch aggregate='true'><entity name='contact'><attribute name='birthdate' groupby='true' dategrouping='fiscal-year' alias='y'/>` +
			`<attribute name='birthdate' groupby='true' dategrouping='fiscal-period' alias='p'/><attribute name='contactid' aggregate='count' alias='n'/></entity></fetch>`
		got := map[string]int{}
		for _, row := range app.get("contacts?fetchXml=" + url.QueryEscape(fetch)).object()["value"].([]any) {
			r := row.(map[string]any)
			got[fmt.Sprintf("%v-%v", r["y"], r["p"])] = int(r["n"].(float64))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("years from %s by %d months: %v, want %v", tt.start, tt.months, got, want)
		}
		in := app.get("contacts?$select=birthdate&$filter=Microsoft.Dynamics.CRM.InFiscalPeriod(PropertyName='birthdate',PropertyValue=1)").names("birthdate")
		if len(in) != first {
			t.Errorf("years from %s by %d months: %d days in first periods, want %d: %s", tt.start, tt.months, len(in), first, slices.Sorted(slices.Values(in)))
		}
	}
	app.patch("organizations("+organization+")", `{"fiscalcalendarstart":"2020-07-01T00:00:00Z","fiscalperiodtype":2002}`).is(204, "")
	app.made("contacts", `{"lastname":"now","birthdate":"2026-11-20"}`) // it is November 21st, 2026
	for function, found := range map[string]bool{"ThisFiscalYear": true, "ThisFiscalPeriod": true, "NextFiscalYear": false, "LastFiscalYear": false} {
		names := app.get("contacts?$select=lastname&$filter=Microsoft.Dynamics.CRM." + function + "(PropertyName='birthdate')").names("lastname")
		if strings.Contains(strings.Join(names, " "), "now") != found {
			t.Errorf("%s: %s", function, names)
		}
	}
}
