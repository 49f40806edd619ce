package access

import (
	"testing"
	"time"
)

func TestReadSettings(t *testing.T) {
	for text, want := range map[string]Settings{
		"":               {},
		"<OrgSettings/>": {},
		"<OrgSettings><EnableOwnershipAcrossBusinessUnits>true</EnableOwnershipAcrossBusinessUnits></OrgSettings>": {AcrossUnits: true},
		"<OrgSettings>\n <EnableOwnershipAcrossBusinessUnits> True </EnableOwnershipAcrossBusinessUnits>\n <Other>1</Other>" +
			"<AlwaysMoveRecordToOwnerBusinessUnit>false</AlwaysMoveRecordToOwnerBusinessUnit></OrgSettings>": {AcrossUnits: true, UnitStays: true},
		"<OrgSettings><EnableOwnershipAcrossBusinessUnits>yes</EnableOwnershipAcrossBusinessUnits></OrgSettings>": {},
		"<OrgSettings><DoNotRemoveRolesOnChangeBusinessUnit>true</DoNotRemoveRolesOnChangeBusinessUnit><broken":   {KeepsRoles: true},
		"not XML at all & <": {},
	} {
		if got := ReadSettings(text); got != want {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func FuzzReadSettings(f *testing.F) {
	f.Add("<OrgSettings><EnableOwnershipAcrossBusinessUnits>true</EnableOwnershipAcrossBusinessUnits></OrgSettings>")
	f.Fuzz(func(t *testing.T, text string) {
		once, again := ReadSettings(text), ReadSettings(text)
		if once != again {
			t.Error("read twice, two answers")
		}
	})
}

// What the organization is set to is at hand with every caller, and with nobody nothing.
func TestSettingsOfTheOrganization(t *testing.T) {
	w := contoso(t)
	want := Settings{AcrossUnits: true, KeepsRoles: true}
	year := Fiscal{Month: time.April, Day: 6, Months: 1}
	w.facts.Organization.Settings, w.facts.Organization.Fiscal = want, year
	for _, searches := range []bool{true, false} {
		w.facts.Organization.Searches = searches
		w.changed()
		if c := w.as("ben"); c.Settings() != want || c.Fiscal() != year || c.Searches() != searches {
			t.Errorf("%+v %+v %v", c.Settings(), c.Fiscal(), c.Searches())
		}
	}
	if c := (Caller{}); c.Settings() != (Settings{}) || c.Fiscal() != (Fiscal{}) || c.Searches() {
		t.Error("nobody's organization is set to something")
	}
}
