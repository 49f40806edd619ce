package dverr

// What changes of users are refused for (Dataverse facts 1.5, appendix E).
var (
	CannotModifySpecialUser   = Entry{0x80041d33, "CannotModifySpecialUser", 400, "No modifications to the 'SYSTEM' or 'INTEGRATION' user are permitted."}
	ReadOnlyUserNotSupported  = Entry{0x80041d40, "ReadOnlyUserNotSupported", 400, "The read-only access mode is not supported"}
	SupportUserCannotChange   = Entry{0x80041d41, "SupportUserCannotBeCreateNorUpdated", 400, "The support user cannot be updated"}
	DelegatedAdminCannotBe    = Entry{0x80041d67, "DelegatedAdminUserCannotBeCreateNorUpdated", 400, "The delegated admin user cannot be updated"}
	InvalidAccessMode         = Entry{0x80041d66, "InvalidAccessModeTransition", 400, "The client access license cannot be changed because the user does not have a Microsoft Dynamics 365 Online license. To change the access mode, you must first add a license for this user in the Microsoft Online Service portal."}
	CannotUpdateIsLicensed    = Entry{0x80041d4c, "CannotUpdateSyncUserIsLicensedField", 400, "The property IsLicensed cannot be modified."}
	CannotUpdateIsSynced      = Entry{0x80041d4e, "CannotUpdateSyncUserIsSyncWithDirectoryField", 400, "The property IsSyncUserWithDirectory cannot be modified."}
	CannotUpdateObjectID      = Entry{0x80041d4f, "CannotUpdateAzureActiveDirectoryObjectIdField", 400, "The property AzureActiveDirectoryObjectId cannot be modified."}
	NotEnoughLicenses         = Entry{0x80042f14, "LicenseNotEnoughToActivate", 400, "There are not enough licenses available for the number of users being activated."}
	CannotAssignToAccessTeam  = Entry{0x80048340, "CannotAssignToAccessTeam", 400, "You cannot assign a record to the access team. You can assign a record to the owner team."}
	CannotDeleteActiveUser    = Entry{0x80040203, "CannotDeleteActiveUser", 400, "The user can't be deleted because it is active. Deactivate the user and try again."}
	CannotDeleteUserWithRows  = Entry{0x80040203, "CannotDeleteUserOwningRecords", 400, "Can't delete a user which owns records. Reassign the records and try again."}
	UserTimeZone              = Entry{0x80040240, "UserTimeZoneException", 400, "Failed to retrieve user time zone information."}
	OverMaxPagingLimit        = Entry{0x80044305, "UserSettingsOverMaxPagingLimit", 400, "Paging limit over maximum configured value."}
	SystemRoleForApplications = Entry{0x80041d48, "ApplicationUserCannotBeUpdated", 400, "The user representing an OAuth application cannot not be updated"}
)

// SearchDisabled is what searches are refused with where Dataverse search is off.
var SearchDisabled = Entry{0x80048d0b, "SearchDisabled", 400, "Dataverse Search feature is disabled for this organization."}
