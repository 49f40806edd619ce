package dverr

// What teams for single rows are refused for (Dataverse facts, appendix E).
var (
	TooManyTeamedTables = Entry{0x80048332, "TooManyEntitiesEnabledForAutoCreatedAccessTeams", 400, "Too many entities enabled for auto created access teams."}
	TooManyTemplates    = Entry{0x80048333, "TooManyTeamTemplatesForEntityAccessTeams", 400, "Current number of teams: %d is greater than teams limit: %d for entity with ObjectTypeCode %d"}
	NoAccessTeams       = Entry{0x80048334, "EntityNotEnabledForAutoCreatedAccessTeams", 400, "This entity is not enabled for auto created access teams."}
	InvalidTemplateMask = Entry{0x80048335, "InvalidAccessMaskForTeamTemplate", 400, "Invalid access mask is specified for team template."}
)
