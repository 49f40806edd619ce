package dverr

// The catalogue. Codes, names and templates are those of Dataverse facts 5.21, 3.9
// and 1.6; statuses of facts 5.3. Where a live text is known it stands in place of
// the documented one.
var (
	// 401, 403: who is asking, and may they.
	UserNotMemberOfOrg  = Entry{0x80072560, "UserNotMemberOfOrg", 403, "The user is not a member of the organization."}
	UserNotEnabled      = Entry{0x80040225, "unManagedidsusernotenabled", 403, "The user with SystemUserId=%s in OrganizationContext=%s is disabled"}
	AppAccessRestricted = Entry{0x80095ffc, "ApplicationAccessRestricted", 403, "Access to Dataverse API is restricted for this application Id : '%s'. Please contact your administrator for more information."}
	UserNotAssigned     = Entry{0x80042f09, "UserNotAssignedRoles", 403, "The user with id %s has not been assigned any roles. They need a role with the prvReadUser privilege."}
	OrgDisabled         = Entry{0x8004a104, "OrganizationDisabled", 403, "The Dynamics 365 organization you are attempting to access is currently disabled.  Please contact your system administrator"}
	PrivilegeDenied     = Entry{0x80040220, "PrivilegeDenied", 403, "%s"}
	AccessDenied        = Entry{0x80048306, "unManagedIdsAccessDenied", 403, "%s"}
	ColumnNotSecured    = Entry{0x8004f508, "AttributeNotSecured", 400, "One or more fields are not enabled for field level security. Field level security is not enabled until you publish the customizations."}
	AccessTeamProfile   = Entry{0x80048331, "CannotAssignRolesOrProfilesToAccessTeam", 400, "Cannot assign roles or profiles to an access team."}
	ColumnCreateDenied  = Entry{0x8004f502, "AttributePrivilegeCreateIsMissing", 403, "The user does not have create permissions to a secured field. The requested operation could not be completed."}
	ColumnUpdateDenied  = Entry{0x8004f507, "AttributePermissionUpdateIsMissingDuringUpdate", 403, "The user doesn't have AttributePrivilegeUpdate and not granted shared access for a secured attribute during update operation"}
	PrincipalDenied     = Entry{0x80040231, "PrincipalPrivilegeDenied", 403, "Target user or team does not hold required privileges."}
	InvalidUserID       = Entry{0x80041d1f, "BusinessManagementInvalidUserId", 400, "The user Id(s) [%s] is invalid."}

	// 404, 405.
	ObjectDoesNotExist     = Entry{0x80040217, "ObjectDoesNotExist", 404, "Entity '%s' With Id = %s Does Not Exist"}
	SegmentNotFound        = Entry{0x8006088a, "CrmHttpError", 404, "Resource not found for the segment '%s'."}
	RecordNotFoundByKey    = Entry{0x80060891, "RecordNotFoundByEntityKey", 404, "A record with the specified key values does not exist in %s entity"}
	InvalidOperation       = Entry{0x8004023b, "InvalidOperation", 405, "Invalid Operation performed."}
	NotSupported           = Entry{0x80040315, "NotSupported", 405, "This action is not supported."}
	DeleteHasAssociation   = Entry{0x80040227, "CannotDeleteDueToAssociation", 405, "The object you tried to delete is associated with another object and cannot be deleted."}
	CancelNotAllowed       = Entry{0x80040203, "BackgroundOperationIsOver", 400, "Canceling background operation is not allowed after it is in terminal state."}
	MethodNotAllowed       = Entry{0x80060888, "MethodNotAllowed", 405, "The requested resource does not support http method '%s'."}
	NotImplemented         = Entry{0x80040219, "NotImplemented", 501, "The requested functionality is not yet implemented."}
	UnsupportedMediaType   = Entry{0x80060888, "UnsupportedMediaType", 415, "%s"}
	NotAcceptable          = Entry{0x80060888, "NotAcceptable", 406, "%s"}
	PayloadTooLarge        = Entry{0x80060888, "RequestTooLarge", 413, "%s"}
	ServiceUnavailable     = Entry{0x80040216, "ServiceUnavailable", 503, "%s"}
	Throttled              = Entry{0x80072322, "ThrottlingBurstRequestLimitExceededError", 429, "Number of requests exceeded the limit of %d over time window of %d seconds."}
	ThrottledByTime        = Entry{0x80072321, "ThrottlingTimeExceededError", 429, "Combined execution time of incoming requests exceeded limit of %s milliseconds over time window of %d seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later."}
	ThrottledByConcurrency = Entry{0x80072326, "ThrottlingConcurrencyLimitExceededError", 429, "Number of concurrent requests exceeded the limit of %d."}

	// 412: conditions and keys.
	VersionMismatch        = Entry{0x80060882, "ConcurrencyVersionMismatch", 412, "The version of the existing record doesn't match the RowVersion property provided."}
	DuplicateKeyValues     = Entry{0x80060892, "DuplicateRecordEntityKey", 412, "A record with matching key values already exists."}
	EntityKeyViolated      = Entry{0x80060892, "EntityKeyViolated", 412, "Entity Key %s violated. A record with the same value for %s already exists. A duplicate record cannot be created. Select one or more unique values and try again."}
	DuplicateRecordsFound  = Entry{0x80040333, "DuplicateRecordsFound", 412, "A record was not created or updated because a duplicate of the current record already exists."}
	DuplicateRecord        = Entry{0x80040237, "DuplicateRecord", 412, "Cannot insert duplicate key."}
	ChangesNotTracked      = Entry{0x80072491, "ChangeTrackingNotEnabledForEntity", 400, "Entity %s isn't enabled for change tracking."}
	ChangesExpired         = Entry{0x80044352, "ExpiredVersionStamp", 400, "Version stamp associated with the client has expired. Please perform a full sync."}
	OptimisticNotEnabled   = Entry{0x8006088d, "OptimisticConcurrencyNotEnabled", 400, "Optimistic concurrency isn't enabled for entity type %s. The IfVersionMatches value of ConcurrencyBehavior can only be used if optimistic concurrency is enabled."}
	DuplicateAppUser       = Entry{0x8004f511, "DuplicateApplicationUser", 400, "You are attempting to create an Application ID = %s that already exists."}
	AppUserCannotBeUpdated = Entry{0x80041d48, "ApplicationUserCannotBeUpdated", 400, "The user representing an OAuth application cannot not be updated"}
	AppIDNotFound          = Entry{0x8004f510, "AzureApplicationIdNotFound", 400, "We didn’t find that application ID %s in your Azure Active Directory (Azure AD) with CorrelationID %s. Make sure your application is registered in Azure AD."}
	UserInWrongBusiness    = Entry{0x80041409, "UserInWrongBusiness", 400, "The user with id=%s belongs to a different business unit=%s than the role with roleId=%s and rolebusinessUnit=%s."}
	CannotRemoveLastAdmin  = Entry{0x80041d30, "CannotRemoveFromSysAdmin", 400, "A user cannot be removed from the System Administrator Role if they are the only user that has the role."}
	CannotDisableLastAdmin = Entry{0x80041d2f, "CannotDisableSysAdmin", 400, "A user cannot be disabled if they are the only user that has the System Administrator Role."}

	// Roles (Dataverse facts 3.3, appendix E).
	RoleAlreadyExists            = Entry{0x80041403, "RoleAlreadyExists", 400, "A role with the specified name '%s' already exists on business unit %s and Solution Id %s. Role id: %s"}
	RoleLacksUnit                = Entry{0x80041406, "unManagedidsrolesmissbusinessid", 400, "The role's business unit ID was unexpectedly missing."}
	RoleLacksName                = Entry{0x80041407, "unManagedidsrolesmissrolename", 400, "The role name was unexpectedly missing."}
	RoleLacksPrivilege           = Entry{0x80041408, "unManagedidsrolesmissprivid", 400, "The privilege ID was unexpectedly missing."}
	InvalidPrivilegeDepth        = Entry{0x8004140b, "InvalidPrivilegeDepth", 400, "Invalid privilege depth."}
	RoleIsInherited              = Entry{0x8004140c, "unManagedidsrolesdeletenonparentrole", 400, "Cannot delete a role that is inherited from a parent business."}
	TeamInWrongBusiness          = Entry{0x8004140d, "TeamInWrongBusiness", 400, "The team with id=%s belongs to a different business unit=%s than the role with roleId=%s and roleBusinessUnit=%s."}
	DuplicatedPrivilege          = Entry{0x8004140f, "DuplicatedPrivilege", 400, "Privilege %s is duplicated."}
	CannotDeleteSysAdmin         = Entry{0x80041d2e, "CannotDeleteSysAdmin", 400, "The System Administrator Role cannot be deleted."}
	CannotModifySysAdmin         = Entry{0x80041d31, "CannotModifySysAdmin", 400, "The System Administrator Role cannot be modified."}
	CannotDeleteSystemCustomizer = Entry{0x80041d4a, "CannotDeleteSystemCustomizer", 400, "The System Customizer Role cannot be deleted."}
	CannotDeleteBasicUser        = Entry{0x80041d5a, "CannotDeleteCDSUser", 400, "The Common Data Service User Role cannot be deleted."}
	RestrictInheritedRole        = Entry{0x80044152, "RestrictInheritedRole", 400, "Inherited roles cannot be modified."}
	CannotMoveActOnBehalf        = Entry{0x8004ed43, "CannotAddOrActonBehalfAnotherUserPrivilege", 403, "Act on Behalf of Another User privilege cannot be added or removed."}

	// Teams, business units, users (Dataverse facts 3.1, 3.2, appendix E).
	MissingTeamName             = Entry{0x80041d0b, "MissingTeamName", 400, "The team name was unexpectedly missing."}
	CannotDeleteDefaultTeam     = Entry{0x80048307, "CannotDeleteDefaultTeam", 400, "The default business unit team can't be deleted."}
	CannotSetDefaultTeamParent  = Entry{0x80048308, "CannotSetParentDefaultTeam", 400, "The default business unit team parent can't be set."}
	CannotUpdateDefaultTeamName = Entry{0x8004830a, "CannotUpdateNameDefaultTeam", 400, "The default business unit team name can't be updated."}
	CannotAddToDefaultTeam      = Entry{0x8004830b, "CannotAddMembersToDefaultTeam", 400, "Can't add members to the default business unit team."}
	CannotRemoveFromDefaultTeam = Entry{0x8004830c, "CannotRemoveMembersFromDefaultTeam", 400, "Can't remove members from the default business unit team."}
	CannotDeleteOwningTeam      = Entry{0x8004830e, "CannotDeleteTeamOwningRecords", 400, "Can't delete a team which owns records. Reassign the records and try again."}
	TeamTypeBlockedByRole       = Entry{0x80048336, "CannotChangeTeamTypeDueToRoleOrProfile", 400, "You cannot modify the type of the team because there are security roles or field security profiles assigned to the team."}
	TeamTypeBlockedByOwnership  = Entry{0x80048337, "CannotChangeTeamTypeDueToOwnership", 400, "You cannot modify the type of the team because there are records owned by the team."}
	NameExists                  = Entry{0x8004022a, "BusinessManagementObjectAlreadyExists", 400, "An object with the specified name already exists."}
	MissingUnitName             = Entry{0x80041d00, "unManagedidsbizmgmtmissbusinessname", 400, "The business name was unexpectedly missing."}
	MissingParentUnit           = Entry{0x80041d02, "unManagedidsbizmgmtmissparentbusiness", 400, "The parent business was unexpectedly missing."}
	UnitLoop                    = Entry{0x80041d21, "BusinessManagementLoopBeingCreated", 400, "Creating this parental association would create a loop in business hierarchy."}
	CannotDisableUnit           = Entry{0x80041d59, "BusinessUnitCannotBeDisabled", 400, "Business unit cannot be disabled: no active user with system admin role exists outside of business unit subtree."}
	UnitIsNotDisabled           = Entry{0x80041d60, "BusinessUnitIsNotDisabledAndCannotBeDeleted", 400, "Not disabled business unit cannot be deleted."}
	UnitHasChild                = Entry{0x80041d61, "BusinessUnitHasChildAndCannotBeDeleted", 400, "Business unit has a child business unit and cannot be deleted."}
	UnitTeamOwnsRecords         = Entry{0x80041d62, "BusinessUnitDefaultTeamOwnsRecords", 400, "Business unit default team owns records. Business unit cannot be deleted."}
	CannotDisableRootUnit       = Entry{0x80041d63, "RootBusinessUnitCannotBeDisabled", 400, "Root Business unit cannot be disabled."}
	UserIsOwnManager            = Entry{0x80041d06, "unManagedidsbizmgmtusercannotbeownparent", 400, "The user can not be its own parent user."}
	AccountLoop                 = Entry{0x80040507, "AccountLoopBeingCreated", 400, "Creating this parental association would create a loop in Accounts hierarchy."}
	BaseCurrencyUnderflow       = Entry{0x80048ceb, "BaseCurrencyUnderflow", 400, "The exchange rate set for the currency specified in this record has generated a value for %s that is smaller than the minimum allowed for the base currency (%s)."}
	BaseCurrencyOverflow        = Entry{0x80048cec, "BaseCurrencyOverflow", 400, "The exchange rate set for the currency specified in this record has generated a value for %s that is larger than the maximum allowed for the base currency (%s)."}
	ManagerLoop                 = Entry{0x80041d25, "UserLoopBeingCreated", 400, "You cannot set the selected user as the manager for this user because the selected user is either already the manager or is in the user's immediate management hierarchy.  Either select another user to be the manager or do not update the record."}

	// Sharing (Dataverse facts 3.10, appendix E).
	InvalidAccessRights   = Entry{0x8004020d, "InvalidAccessRights", 403, "Invalid access rights."}
	InvalidSharee         = Entry{0x8004020c, "InvalidSharee", 400, "Invalid share id."}
	CannotShareWithOwner  = Entry{0x80040214, "CannotShareWithOwner", 400, "An item cannot be shared with the owning user."}
	InvalidObjectTypes    = Entry{0x8004021f, "InvalidObjectTypes", 400, "Invalid object type."}
	CannotShareSystemTeam = Entry{0x80048339, "CannotShareSystemManagedTeam", 400, "You can't share or unshare a record with a system-generated access team."}

	// 400: what was asked. Raw is the code of a syntax error the OData reader found.
	Raw                 = Entry{0x0, "ODataException", 400, "%s"}
	QueryInvalid        = Entry{0x80060888, "ODataQueryInvalid", 400, "%s"}
	UnknownProperty     = Entry{0x80060888, "ODataUnknownProperty", 400, "Could not find a property named '%s' on type 'Microsoft.Dynamics.CRM.%s'."}
	BadKeySyntax        = Entry{0x80060888, "ODataBadKey", 400, "Bad Request - Error in query syntax."}
	PayloadInvalid      = Entry{0x80048d19, "PayloadInvalid", 400, "Error identified in Payload provided by the user for Entity :'%s', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : %s"}
	InvalidArgument     = Entry{0x80040203, "InvalidArgument", 400, "Invalid argument."}
	RequiredMissing     = Entry{0x80040200, "RequiredFieldMissing", 400, "Required field '%s' is missing"}
	StringTooLong       = Entry{0x80044331, "StringLengthTooLong", 400, "A validation error occurred.  The length of the '%s' attribute of the '%s' entity exceeded the maximum allowed length of '%d'."}
	NumberOutOfRange    = Entry{0x8004432f, "IntegerValueOutOfRange", 400, "A validation error occurred. The value of '%s' on record of type '%s' is outside the valid range."}
	DecimalOutOfRange   = Entry{0x80044330, "DecimalValueOutOfRange", 400, "A validation error occurred. The value of '%s' on record of type '%s' is outside the valid range."}
	ChoiceOutOfRange    = Entry{0x8004431a, "PicklistValueOutOfRange", 400, "A validation error occurred. The value %d of '%s' on record of type '%s' is outside the valid range. Accepted Values: %s"}
	DuplicateCheckOff   = Entry{0x80048410, "DuplicateCheckNotSupportedOnEntity", 400, "Duplicate detection is not supported on this record type."}
	InvalidParent       = Entry{0x80040205, "InvalidParent", 400, "The parent object is invalid or missing."}
	InvalidState        = Entry{0x80040233, "InvalidState", 400, "The object is not in a valid state to perform this operation."}
	InvalidDateTime     = Entry{0x80040239, "InvalidDateTime", 400, "%s"}
	InvalidStateStatus  = Entry{0x80048408, "InvalidStateCodeStatusCode", 400, "%d is not a valid status code for state code %s on %s with Id %s."}
	InvalidAssignee     = Entry{0x80040210, "InvalidAssigneeId", 400, "Invalid assignee id."}
	InvalidPagingCookie = Entry{0x8004112a, "QueryBuilderInvalidPagingCookie", 400, "Invalid page number in paging cookie."}

	// 500.
	Unexpected = Entry{0x80040216, "UnExpected", 500, "An unexpected error occurred."}
)
