package message

import (
	"context"
	"maps"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Environment is what messages tell about the environment itself.
type Environment struct {
	OrganizationID meta.ID
	FriendlyName   string // "Contoso"
	UniqueName     string // "contoso"
	UrlName        string // the first label of the host name; UniqueName when empty
	URL            string // "https://contoso.localhost:8445", with or without a final slash
	Version        string // "9.2.24014.198"
	EnvironmentID  string // what the Power Platform calls the environment; OrganizationID when empty
	DatacenterID   meta.ID
	Geo            string // "NA"
	TenantID       string
	// AttributeID gives the id that a column's definition has.
	AttributeID func(*meta.Column) meta.ID
}

// All gives every message by name: the built ones, and a refusal for each known
// name that is not built.
func All(info Environment) map[string]engine.Message {
	all := make(map[string]engine.Message)
	for name := range known() {
		all[name] = missing
	}
	maps.Copy(all, map[string]engine.Message{
		"WhoAmI":                      unbound(info.whoAmI),
		"RetrieveVersion":             unbound(info.version),
		"RetrieveCurrentOrganization": unbound(info.organization),
		"RetrieveTotalRecordCount":    totalRecordCount,

		"FormatAddress":                  formatAddress,
		"InitializeFrom":                 initializeFrom,
		"RetrieveDuplicates":             retrieveDuplicates,
		"LocalTimeFromUtcTime":           localTime,
		"UtcTimeFromLocalTime":           utcTime,
		"GetTimeZoneCodeByLocalizedName": zoneCode,
		"GetAllTimeZonesWithDisplayName": zones,
		"RetrieveTimestamp":              unbound(timestamp),
		"RetrieveUserQueues":             userQueues,
		variableValueName:                variableValue,
		"RetrieveOrganizationInfo":       organizationInfo,
		"GetAutoNumberSeed":              getSeed,
		"GetNextAutoNumberValue":         nextNumber,
		"RetrieveAvailableLanguages":     languages("RetrieveAvailableLanguages", "LocaleIds", int64(1033)),
		"RetrieveProvisionedLanguages":   languages("RetrieveProvisionedLanguages", "RetrieveProvisionedLanguages", int64(1033)),
		"RetrieveDeprovisionedLanguages": languages("RetrieveDeprovisionedLanguages", "RetrieveDeprovisionedLanguages"),
		"RetrieveInstalledLanguagePacks": languages("RetrieveInstalledLanguagePacks", "RetrieveInstalledLanguagePacks", int64(1033)),
	})
	maps.Copy(all, privilegeFunctions())
	maps.Copy(all, auditFunctions())
	maps.Copy(all, map[string]engine.Message{
		"RetrieveUserSettingsSystemUser":         userSettings,
		"RetrieveAllChildUsersSystemUser":        below("systemuser", "parentsystemuserid", false),
		"RetrieveBusinessHierarchyBusinessUnit":  below("businessunit", "parentbusinessunitid", true),
		"RetrieveExchangeRate":                   exchangeRate,
		"RetrieveInstalledLanguagePackVersion":   info.packVersion,
		"RetrieveProvisionedLanguagePackVersion": info.packVersion,
		"IsValidStateTransition":                 stateTransition,
	})
	maps.Copy(all, map[string]engine.Message{
		"RetrieveSharedPrincipalsAndAccess": shared,
		"RetrievePrincipalAccess":           principalAccess,
		"RetrievePrincipalAccessInfo":       accessInfo,
		"RetrieveAccessOrigin":              accessOrigin,

		"RetrievePrincipalAttributePrivileges": info.attributePrivileges,
	})
	return all
}

// missing refuses a message of the service that is not built.
func missing(_ context.Context, _ engine.Call, m *op.Message, _ *store.Tx) (op.Answer, error) {
	return op.Answer{}, dverr.NotImplemented.With().
		Helping("%s is a message of Dataverse that this environment does not have yet", m.Name)
}

// unbound makes a message of an answer that needs no row; called on a row it does
// not exist.
func unbound(answer func(engine.Call) op.Answer) engine.Message {
	return func(_ context.Context, call engine.Call, m *op.Message, _ *store.Tx) (op.Answer, error) {
		if m.Bound != nil {
			return op.Answer{}, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
		}
		return answer(call), nil
	}
}
