package environment_test

import (
	"strings"
	"testing"
)

// TestTimesOfZones: both ways, in summer and winter.
func TestTimesOfZones(t *testing.T) {
	app := start(t).as(t, "ben")
	for query, want := range map[string]string{
		"LocalTimeFromUtcTime(TimeZoneCode=@z,UtcTime=@t)?@z=4&@t=2026-07-01T12:00:00Z":               `LocalTimeFromUtcTimeResponse","LocalTime":"2026-07-01T05:00:00Z"}`,
		"LocalTimeFromUtcTime(TimeZoneCode=4,UtcTime=2026-01-01T12:00:00Z)":                           `LocalTimeFromUtcTimeResponse","LocalTime":"2026-01-01T04:00:00Z"}`,
		"LocalTimeFromUtcTime(TimeZoneCode=92,UtcTime=2026-01-01T12:00:00Z)":                          `LocalTimeFromUtcTimeResponse","LocalTime":"2026-01-01T12:00:00Z"}`,
		"UtcTimeFromLocalTime(TimeZoneCode=4,LocalTime=2026-07-01T05:00:00Z)":                         `UtcTimeFromLocalTimeResponse","UtcTime":"2026-07-01T12:00:00Z"}`,
		"UtcTimeFromLocalTime(TimeZoneCode=110,LocalTime=2026-01-01T05:00:00Z)":                       `UtcTimeFromLocalTimeResponse","UtcTime":"2026-01-01T04:00:00Z"}`,
		"GetTimeZoneCodeByLocalizedName(LocalizedStandardName='Pacific Standard Time',LocaleId=1033)": `GetTimeZoneCodeByLocalizedNameResponse","TimeZoneCode":4}`,
	} {
		app.get(query).is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.`+want)
	}
	for query, want := range map[string]string{
		"LocalTimeFromUtcTime(TimeZoneCode=4)": "'UtcTime' is missing", "LocalTimeFromUtcTime(UtcTime=2026-01-01T12:00:00Z)": "'TimeZoneCode' is missing",
		"LocalTimeFromUtcTime(TimeZoneCode=999,UtcTime=2026-01-01T12:00:00Z)": "999", "LocalTimeFromUtcTime(TimeZoneCode=4,UtcTime=5)": "Invalid argument", "LocalTimeFromUtcTime(TimeZoneCode=4,UtcTime='x')": "Invalid argument",
		"GetTimeZoneCodeByLocalizedName(LocaleId=1033)": "LocalizedStandardName", "GetTimeZoneCodeByLocalizedName(LocalizedStandardName='x')": "LocaleId",
	} {
		if a := app.get(query); a.status != 400 || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %s", query, a.status, a.body)
		}
	}
	app.get("GetTimeZoneCodeByLocalizedName(LocalizedStandardName='Nowhere',LocaleId=1033)").is(404, "…Nowhere…")
}

// TestOrganizationInfo: the solutions with their publishers; a change of definitions moves
// the time stamp.
func TestOrganizationInfo(t *testing.T) {
	app := start(t).as(t, "contoso-app")
	publisher := app.get("publishers?$select=publisherid,friendlyname,uniquename&$top=1")
	app.post("solutions", `{"uniquename":"one","friendlyname":"One","version":"1.2.3.4","publisherid@odata.bind":"publishers(`+publisher.names("publisherid")[0]+`)"}`).is(204, "")
	app.get("RetrieveOrganizationInfo()").is(200, `{"@odata.context":"…#Microsoft.Dynamics.CRM.RetrieveOrganizationInfoResponse","organizationInfo":{"InstanceType":"Customer","Solutions":[{"FriendlyName":"One","Id":"…","PublisherId":"`+
		publisher.names("publisherid")[0]+`","PublisherName":"`+publisher.names("friendlyname")[0]+`","PublisherUniqueName":"`+publisher.names("uniquename")[0]+`","SolutionUniqueName":"one","VersionNumber":"1.2.3.4"},…]}}`)
	stamp := func() string {
		return app.get("RetrieveTimestamp()").is(200, `{"@odata.context":"…#Microsoft.Dynamics.CRM.RetrieveTimestampResponse","Timestamp":"…"}`).body
	}
	before := stamp()
	if stamp() != before {
		t.Error("the time stamp moves by itself")
	}
	app.post("GlobalOptionSetDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.OptionSetMetadata","Name":"new_set","OptionSetType":"Picklist","IsGlobal":true,"DisplayName":{"LocalizedLabels":[{"Label":"x","LanguageCode":1033}]},"Options":[{"Value":1,"Label":{"LocalizedLabels":[{"Label":"x","LanguageCode":1033}]}}]}`).is(204, "")
	if stamp() == before {
		t.Error("a change of definitions does not move the time stamp")
	}
}
