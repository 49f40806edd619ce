package seed

import (
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Ids that these rows have in every environment of the service.
const (
	defaultPublisher = "d21aab71-79e7-11dd-8874-00188b01e34f"
	defaultSolution  = "fd140aaf-4df4-11dd-bd17-0019b9312238"
	activeSolution   = "fd140aae-4df4-11dd-bd17-0019b9312238"
)

const (
	systemName      = "SYSTEM"
	integrationName = "INTEGRATION"

	languageEnglish = 1033
	timeZoneGMT     = 85
	day             = 24 * 60 * 60
	quarterly       = 2002

	// orgSettings is the XML of organization.orgdborgsettings (Dataverse facts 3.1).
	orgSettings = "<OrgSettings><EnableOwnershipAcrossBusinessUnits>false</EnableOwnershipAcrossBusinessUnits>" +
		"<AllowRoleAssignmentOnDisabledUsers>false</AllowRoleAssignmentOnDisabledUsers>" +
		"<AlwaysMoveRecordToOwnerBusinessUnit>true</AlwaysMoveRecordToOwnerBusinessUnit>" +
		"<DoNotRemoveRolesOnChangeBusinessUnit>false</DoNotRemoveRolesOnChangeBusinessUnit></OrgSettings>"
)

// newYear is when the year began that a time lies in.
func newYear(seconds int64) int64 {
	return time.Date(time.Unix(seconds, 0).UTC().Year(), time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
}

func (w *world) currency() meta.ID { return w.id("transactioncurrency", "USD") }

func (w *world) planOrganization() {
	org := w.spec.Organization
	w.rows.add("organization", org,
		text("name", w.spec.Name), number("languagecode", languageEnglish), number("localeid", languageEnglish),
		ref("basecurrencyid", "transactioncurrency", w.currency()), text("basecurrencysymbol", "$"),
		number("basecurrencyprecision", 2), text("baseisocurrencycode", "USD"), text("currencysymbol", "$"),
		number("currencydecimalprecision", 2), number("pricingdecimalprecision", 2),
		text("numberformat", "us"), text("numbergroupformat", "3"), text("numberseparator", ","), text("decimalsymbol", "."),
		text("dateformatstring", "M/d/yyyy"), text("dateseparator", "/"), text("timeformatstring", "h:mm tt"),
		text("timeseparator", ":"), text("amdesignator", "AM"), text("pmdesignator", "PM"),
		number("fiscalcalendarstart", newYear(w.rows.stamps.now)), number("fiscalperiodtype", quarterly), flag("allowapplicationuseraccess", true), flag("isexternalsearchindexenabled", true),
		number("expirechangetrackingindays", 30), number("auditretentionperiodv2", 30), number("useraccessauditinginterval", 4), number("maxuploadfilesize", 5*1024*1024),
		number("maxrecordsforexporttoexcel", 100000), number("maxdepthforhierarchicalsecuritymodel", 3),
		text("blockedattachments", blockedAttachments),
		text("orgdborgsettings", orgSettings), text("schemanameprefix", "new"), text("initialversion", "9.2.0.0"),
		guid("systemuserid", w.id("systemuser", systemName)), guid("integrationuserid", w.id("systemuser", integrationName)))
	w.rows.add("transactioncurrency", w.currency(),
		text("currencyname", "US Dollar"), text("isocurrencycode", "USD"), text("currencysymbol", "$"),
		number("currencyprecision", 2), decimal("exchangerate", 1), ref("organizationid", "organization", org))
	w.planSolutions()
}

func (w *world) planSolutions() {
	org, publisher := ref("organizationid", "organization", w.spec.Organization), meta.MustID(defaultPublisher)
	w.rows.add("publisher", publisher, org,
		text("uniquename", "DefaultPublisher"+w.spec.Name), text("friendlyname", "Default Publisher for "+w.spec.Name),
		text("customizationprefix", "new"), number("customizationoptionvalueprefix", 10000))
	for _, s := range [...]struct{ id, unique, friendly string }{
		{activeSolution, "Active", "Active Solution"},
		{defaultSolution, "Default", "Default Solution"},
	} {
		w.rows.add("solution", meta.MustID(s.id), org,
			text("uniquename", s.unique), text("friendlyname", s.friendly), text("version", "1.0"),
			ref("publisherid", "publisher", publisher), flag("isvisible", s.unique == "Default"),
			number("installedon", w.rows.stamps.now))
	}
}

// planUnits plans the business units and their default teams, which bear the unit's
// name (Dataverse facts 3.1).
func (w *world) planUnits() {
	system := w.id("systemuser", systemName)
	for _, u := range w.units {
		w.rows.add("businessunit", u.id,
			text("name", u.name), ref("parentbusinessunitid", "businessunit", u.parentID),
			ref("organizationid", "organization", w.spec.Organization), number("inheritancemask", 1023))
		w.rows.add("team", w.teamOf(u),
			text("name", u.name), flag("isdefault", true), flag("systemmanaged", true),
			ref("businessunitid", "businessunit", u.id), ref("administratorid", "systemuser", system),
			guid("organizationid", w.spec.Organization),
			text("description", "Holds every user of its business unit and takes its name from it."))
	}
}

// teamOf gives the id of a unit's default team.
func (w *world) teamOf(u unit) meta.ID { return w.id("team", u.id.String()) }
