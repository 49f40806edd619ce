package access

import (
	"encoding/xml"
	"strings"
)

// Settings are those of organization.orgdborgsettings that bear on access (facts 3.1),
// each false by default.
type Settings struct {
	// AcrossUnits is EnableOwnershipAcrossBusinessUnits: a role counts from its own
	// business unit, and rows may lie in another unit than their owner's.
	AcrossUnits bool
	// UnitStays is AlwaysMoveRecordToOwnerBusinessUnit set to false: a row that gets
	// another owner stays in its business unit.
	UnitStays bool
	// KeepsRoles is DoNotRemoveRolesOnChangeBusinessUnit: a user who moves to another
	// business unit keeps the roles that both units have.
	KeepsRoles bool
}

// ReadSettings reads the XML of orgdborgsettings, <OrgSettings><Name>value</Name>…. A
// setting that is missing, and every one after a fault in the text, has its default:
// the column is free text, and no text may lock everybody out.
func ReadSettings(text string) Settings {
	found := map[string]string{}
	d := xml.NewDecoder(strings.NewReader(text))
	name := ""
	for {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch token := token.(type) {
		case xml.StartElement:
			name = token.Name.Local
		case xml.CharData:
			if name != "" {
				found[name] = strings.TrimSpace(string(token))
			}
		case xml.EndElement:
			name = ""
		}
	}
	is := func(name, value string) bool { return strings.EqualFold(found[name], value) }
	return Settings{
		AcrossUnits: is("EnableOwnershipAcrossBusinessUnits", "true"),
		UnitStays:   is("AlwaysMoveRecordToOwnerBusinessUnit", "false"),
		KeepsRoles:  is("DoNotRemoveRolesOnChangeBusinessUnit", "true"),
	}
}

// Settings gives the organization's settings as of the caller's snapshot.
func (c Caller) Settings() Settings {
	if c.Effective.self == nil {
		return Settings{}
	}
	return c.Effective.self.at.org.Settings
}

// Fiscal gives the organization's fiscal calendar; nobody's is the default one.
func (c Caller) Fiscal() Fiscal {
	if c.Effective.self == nil {
		return Fiscal{}
	}
	return c.Effective.self.at.org.Fiscal
}

// Searches reports whether the organization has Dataverse search turned on.
func (c Caller) Searches() bool { return c.Effective.self != nil && c.Effective.self.at.org.Searches }
