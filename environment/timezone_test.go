package environment_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

const settingsOf = "usersettingscollection("

// TestUserSettings: who may read and change whose settings, and what the system calculates
// from the time zone that somebody chooses.
func TestUserSettings(t *testing.T) {
	w := start(t)
	ada, ben := w.as(t, "ada"), w.as(t, "ben")
	me, cleo := settingsOf+people["ben"].user+")", settingsOf+people["cleo"].user+")"
	s := ben.get(me).object()
	for name, want := range map[string]any{
		"systemuserid": people["ben"].user, "timezonecode": 92.0, "timezonebias": 0.0, "paginglimit": 50.0, "uilanguageid": 1033.0,
		"dateformatstring": "M/d/yyyy", "_transactioncurrencyid_value": nil, "getstartedpanecontentenabled": true,
	} {
		if s[name] != want {
			t.Errorf("%s is %v, want %v", name, s[name], want)
		}
	}
	if ids := ben.get("usersettingscollection?$select=systemuserid").names("systemuserid"); len(ids) != 1 || ids[0] != people["ben"].user {
		t.Errorf("ben sees the settings of %s", ids)
	}
	ben.get(cleo).fails(403, "0x80048306", "SecLib::AccessCheckEx failed.…AccessRights: …")
	ben.patch(cleo, `{"timezonecode":35}`).fails(403, "0x80048306", "SecLib::AccessCheckEx failed.…AccessRights: …")
	ada.patch(cleo, `{"timezonecode":35}`).is(204, "")
	ben.patch(me, `{"timezonecode":110,"timezonebias":7,"paginglimit":250}`).is(204, "")
	ben.patch(me, `{"timezonestandardmonth":1}`).is(204, "")
	ben.patch(me, `{"timezonecode":14}`).fails(400, "0x80040240", "Failed to retrieve user time zone information.")
	ben.patch(me, `{"paginglimit":251}`).fails(400, "0x80044305", "Paging limit over maximum configured value.")
	ben.patch(me, `{"timezonecode":null}`).fails(400, "0x80040200", "Required field 'timezonecode' is missing")
	s = ben.get(me).object()
	for name, want := range map[string]any{
		"timezonecode": 110.0, "timezonebias": -60.0, "timezonedaylightbias": -60.0, "timezonedaylightmonth": 3.0, "timezonedaylightday": 5.0,
		"timezonestandardmonth": 10.0, "timezonestandardhour": 3.0, "paginglimit": 250.0,
	} {
		if s[name] != want {
			t.Errorf("%s is %v, want %v", name, s[name], want)
		}
	}
	with := ada.get("systemusers(" + people["cleo"].user + ")?$select=fullname&$expand=user_settings($select=timezonecode)").object()
	if list := with["user_settings"].([]any); len(list) != 1 || list[0].(map[string]any)["timezonecode"] != 35.0 {
		t.Errorf("cleo's settings, expanded: %v", list)
	}
	ada.post("usersettingscollection", `{}`).fails(405, "0x80040315", "This action is not supported.")
	ada.send("DELETE", me, "").fails(405, "0x80040315", "This action is not supported.")
}

// TestSettingsFollowTheirUser: they come and go with the user, and follow it to another unit.
func TestSettingsFollowTheirUser(t *testing.T) {
	w := start(t)
	ada := w.as(t, "ada")
	before := len(ada.get("usersettingscollection?$select=systemuserid").names("systemuserid"))
	if users := len(ada.get("systemusers?$select=systemuserid").names("systemuserid")); users != before {
		t.Fatalf("%d settings of %d users", before, users)
	}
	sales := ada.get("businessunits?$select=name&$filter=name eq 'Sales'").object()["value"].([]any)[0].(map[string]any)["businessunitid"].(string)
	ada.patch("systemusers("+people["cleo"].user+")", `{"businessunitid@odata.bind":"/businessunits(`+sales+`)"}`).is(204, "")
	if got := ada.get(settingsOf + people["cleo"].user + ")").object()["businessunitid"]; got != sales {
		t.Errorf("cleo's settings are in unit %v", got)
	}
	ada.patch("systemusers("+people["integration"].user+")", `{"isdisabled":true}`).is(204, "")
	ada.delete("systemusers("+people["integration"].user+")").is(204, "")
	if after := len(ada.get("usersettingscollection?$select=systemuserid").names("systemuserid")); after != before-1 {
		t.Errorf("%d settings where %d were, and one user is gone", after, before)
	}
}

func TestTimeZonesAreListed(t *testing.T) {
	w := start(t)
	ben := w.as(t, "ben")
	found := ben.get("timezonedefinitions?$select=standardname,userinterfacename,bias&$filter=timezonecode eq 35&$expand=lk_timezonerule_timezonedefinitionid($select=daylightmonth,daylightday,bias)").object()["value"].([]any)
	if len(found) != 1 {
		t.Fatalf("code 35: %v", found)
	}
	z := found[0].(map[string]any)
	rules := z["lk_timezonerule_timezonedefinitionid"].([]any)
	if z["standardname"] != "Eastern Standard Time" || z["bias"] != 300.0 || len(rules) != 1 || rules[0].(map[string]any)["daylightmonth"] != 3.0 {
		t.Errorf("Eastern: %v", z)
	}
	ben.post("timezonedefinitions", `{"timezonecode":1}`).fails(405, "0x80040315", "This action is not supported.")
}

// moments are tasks whose dates lie around those at which clocks are set, and around the
// ends of days, weeks, months and years.
func moments(c client) []time.Time {
	var all []time.Time
	for _, text := range []string{
		"2027-03-14T00:00:00Z", "2027-03-14T05:00:00Z", "2027-03-14T07:00:00Z", "2027-03-15T04:00:00Z", "2027-03-15T05:00:00Z",
		"2027-03-13T23:30:00Z", "2027-03-01T05:00:00Z", "2027-02-28T23:59:59Z", "2027-01-01T05:00:00Z", "2026-12-31T23:00:00Z",
		"2026-11-01T04:30:00Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2027-03-28T00:30:00Z", "2027-03-28T01:30:00Z", "2027-03-07T05:00:00Z",
	} {
		at, _ := time.Parse(time.RFC3339, text)
		for _, off := range []time.Duration{0, -time.Second} {
			all = append(all, at.Add(off))
			c.made("tasks", `{"subject":"`+at.Add(off).Format(time.RFC3339)+`","scheduledend":"`+at.Add(off).Format(time.RFC3339)+`"}`)
		}
	}
	return all
}

var clocks = map[int64]string{35: "America/New_York", 110: "Europe/Berlin", 290: "Pacific/Auckland", 193: "Asia/Kathmandu", 92: "UTC"}

// TestDaysAreTheUsers sets what relative dates find, how dates are grouped and how they are
// shown against Go's calendar, for people under several clocks.
func TestDaysAreTheUsers(t *testing.T) {
	w := start(t)
	ben := w.as(t, "ben")
	all := moments(ben)
	w.pass(time.Date(2027, time.March, 14, 6, 30, 0, 0, time.UTC).Sub(w.clock()))
	ben = w.as(t, "ben") // with a token of that day
	for code, place := range clocks {
		at, err := time.LoadLocation(place)
		if err != nil {
			t.Fatal(err)
		}
		ben.patch(settingsOf+people["ben"].user+")", fmt.Sprintf(`{"timezonecode":%d}`, code)).is(204, "")
		now := w.clock()
		dayOf := func(t time.Time) int {
			y, m, d := t.In(at).Date()
			return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
		}
		today := dayOf(now)
		for function, holds := range map[string]func(time.Time) bool{
			"Today(PropertyName='scheduledend')":                     func(t time.Time) bool { return dayOf(t) == today },
			"Yesterday(PropertyName='scheduledend')":                 func(t time.Time) bool { return dayOf(t) == today-1 },
			"Tomorrow(PropertyName='scheduledend')":                  func(t time.Time) bool { return dayOf(t) == today+1 },
			"LastXDays(PropertyName='scheduledend',PropertyValue=7)": func(t time.Time) bool { return dayOf(t) >= today-7 && !t.After(now) },
			"NextXDays(PropertyName='scheduledend',PropertyValue=20)": func(t time.Time) bool {
				return dayOf(t) <= today+20 && !t.Before(now)
			},
			"ThisMonth(PropertyName='scheduledend')": func(t time.Time) bool {
				return t.In(at).Year() == now.In(at).Year() && t.In(at).Month() == now.In(at).Month()
			},
			"ThisYear(PropertyName='scheduledend')": func(t time.Time) bool { return t.In(at).Year() == now.In(at).Year() },
			"ThisWeek(PropertyName='scheduledend')": func(t time.Time) bool {
				sunday := today - int(now.In(at).Weekday())
				return dayOf(t) >= sunday && dayOf(t) < sunday+7
			},
			"On(PropertyName='scheduledend',PropertyValue='2026-11-01')": func(t time.Time) bool {
				return t.In(at).Format(time.DateOnly) == "2026-11-01"
			},
			"OnOrBefore(PropertyName='scheduledend',PropertyValue='2026-12-31')": func(t time.Time) bool {
				return t.In(at).Format(time.DateOnly) <= "2026-12-31"
			},
			"InFiscalPeriod(PropertyName='scheduledend',PropertyValue=4)": func(t time.Time) bool { return t.In(at).Month() >= time.October },
		} {
			want := map[string]bool{}
			for _, m := range all {
				if holds(m) {
					want[m.Format(time.RFC3339)] = true
				}
			}
			got := map[string]bool{}
			for _, name := range ben.get("tasks?$select=subject&$filter=Microsoft.Dynamics.CRM." + function).names("subject") {
				got[name] = true
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s at %s:\n%v, want\n%v", function, place, got, want)
			}
		}
		groupsAreTheUsers(t, ben, all, at)
		shownAsTheUsers(t, ben, at)
	}
}

func groupsAreTheUsers(t *testing.T, c client, all []time.Time, at *time.Location) {
	t.Helper()
	for _, utc := range []bool{false, true} {
		zone, attribute := at, ""
		if utc {
			zone, attribute = time.UTC, ` usertimezone='false'`
		}
		want, got := map[string]int{}, map[string]int{}
		for _, m := range all {
			m = m.In(zone)
			week := (m.YearDay()-1+int(time.Date(m.Year(), 1, 1, 0, 0, 0, 0, time.UTC).Weekday()))/7 + 1
			want[fmt.Sprint(m.Year(), int(m.Month()), m.Day(), week, int(m.Month()-1)/3+1)]++
		}
		fetch := "<fetch aggregate='true'><entity name='task'><attribute name='activityid' aggregate='count' alias='n'/>"
		for _, part := range []string{"year", "month", "day", "week", "quarter"} {
			fetch += "<attribute name='scheduledend' groupby='true' dategrouping='" + part + "' alias='" + part + "'" + attribute + "/>"
		}
		for _, row := range c.get("tasks?fetchXml=" + url.QueryEscape(fetch+"</entity></fetch>")).object()["value"].([]any) {
			r := row.(map[string]any)
			got[fmt.Sprint(r["year"], r["month"], r["day"], r["week"], r["quarter"])] = int(r["n"].(float64))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("groups at %s:\n%v, want\n%v", zone, got, want)
		}
	}
}

func shownAsTheUsers(t *testing.T, c client, at *time.Location) {
	t.Helper()
	page := c.with("Prefer", `odata.include-annotations="*"`).get("tasks?$select=subject,scheduledend").object()
	for _, row := range page["value"].([]any) {
		r := row.(map[string]any)
		when, _ := time.Parse(time.RFC3339, r["subject"].(string))
		want := when.In(at).Format("1/2/2006 3:04 PM")
		if got := r["scheduledend@OData.Community.Display.V1.FormattedValue"]; got != want || !strings.HasPrefix(r["scheduledend"].(string), when.Format("2006-01-02T15:04")) {
			t.Errorf("%s at %s is shown as %v, want %s", when, at, got, want)
		}
	}
}

// TestAllTimeZonesWithDisplayName: a function of all rows of a table, and of nothing else.
func TestAllTimeZonesWithDisplayName(t *testing.T) {
	w := start(t)
	ben := w.as(t, "ben")
	const call = "timezonedefinitions/Microsoft.Dynamics.CRM.GetAllTimeZonesWithDisplayName"
	got := ben.get(call + "(LocaleId=@l)?@l=1033")
	got.is(200, `{"@odata.context":"`+root+`$metadata#timezonedefinitions(timezonecode,userinterfacename,bias)","value":[{"@odata.etag":"…","timezonecode":0,"userinterfacename":"(GMT-12:00) International Date Line West",…`)
	all := ben.get("timezonedefinitions?$select=timezonecode").object()["value"].([]any)
	if listed := got.object()["value"].([]any); len(listed) != len(all) || got.object()["@odata.nextLink"] != nil {
		t.Errorf("%d of %d time zones are listed", len(listed), len(all))
	}
	one := got.names("timezonedefinitionid")[0]
	ben.get(call+"()").is(400, "…LocaleId…")
	ben.post(call, `{"LocaleId":1033}`).is(405, "…")
	for _, path := range []string{
		"GetAllTimeZonesWithDisplayName(LocaleId=1033)", "accounts/Microsoft.Dynamics.CRM.GetAllTimeZonesWithDisplayName(LocaleId=1033)",
		"timezonedefinitions(" + one + ")/Microsoft.Dynamics.CRM.GetAllTimeZonesWithDisplayName(LocaleId=1033)", "accounts/Microsoft.Dynamics.CRM.WhoAmI()",
	} {
		ben.get(path).fails(404, "0x8006088a", "Resource not found for the segment '…'.")
	}
	if text := ben.get("$metadata").body; !strings.Contains(text, `<Function Name="GetAllTimeZonesWithDisplayName" IsBound="true"><Parameter Name="entityset" Type="Collection(mscrm.timezonedefinition)" Nullable="false"/>`) &&
		!strings.Contains(text, `<Function Name="GetAllTimeZonesWithDisplayName" IsBound="true"><Parameter Name="entityset" Type="Collection(mscrm.timezonedefinition)" Nullable="false" />`) {
		t.Error("$metadata does not declare it for all rows")
	}
}
