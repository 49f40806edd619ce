package access

import "testing"

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
