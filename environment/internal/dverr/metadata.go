package dverr

// What changes of definitions are refused for (Dataverse facts 5.20, 5.21 and appendix
// E: metadata). Entries marked live are known from the service rather than its
// reference.
var (
	CannotDeletePrimaryName  = Entry{0x80047002, "CannotDeletePrimaryUIAttribute", 400, "The Primary UI Attribute is not valid for deletion"}
	InvalidRelationship      = Entry{0x80047003, "InvalidRelationshipDescription", 400, "The specified relationship cannot be created"}
	NoActivityRelationship   = Entry{0x80047006, "CannotCreateActivityRelationship", 400, "Relationship with activities cannot be created through this operation"}
	MultipleParents          = Entry{0x80047007, "MultipleParentsNotSupported", 400, "An entity can have only one parental relationship"}
	CyclicalRelationship     = Entry{0x80047004, "CyclicalRelationship", 400, "The specified relationship will result in a cycle."}
	InvalidCascade           = Entry{0x80044155, "CascadeInvalidLinkTypeTransition", 400, "Invalid link type for system entity cascading actions."}
	InvalidOrgOwnedCascade   = Entry{0x80044156, "InvalidOrgOwnedCascadeLinkType", 400, "Cascade User-Owned is not a valid cascade link type for org-owned entity relationships."}
	EntityNotCustomizable    = Entry{0x80047008, "EntityIsNotCustomizable", 400, "The specified entity is not customizable"}
	AttributeNotCustom       = Entry{0x80047009, "AttributeIsNotCustomAttribute", 400, "The specified attribute is not a custom attribute"}
	RelationshipNotCustom    = Entry{0x8004700a, "RelationshipIsNotCustomRelationship", 400, "The specified relationship is not a custom relationship"}
	EntityNameExists         = Entry{0x8004700b, "InvalidSchemaName", 400, "An entity with the specified name already exists. Please specify a unique name."}
	InvalidDisplayName       = Entry{0x8004700c, "InvalidDisplayName", 400, "The specified display name is not valid"}
	InvalidOwnershipMask     = Entry{0x8004700d, "InvalidOwnershipTypeMask", 400, "The specified ownership type mask is not valid for this operation"}
	InvalidPrimaryFieldType  = Entry{0x8004700e, "InvalidPrimaryFieldType", 400, "Primary UI Attribute has to be of type String"}
	InvalidRelationshipType  = Entry{0x8004700f, "InvalidRelationshipType", 400, "The specified relationship type is not valid for this operation"}
	AttributeNameExists      = Entry{0x80047013, "DuplicateAttributeSchemaName", 400, "An attribute with the specified name already exists"}
	NoAttributesForEntity    = Entry{0x80047014, "NoAttributesForEntityCreate", 400, "No attributes for Create Entity action."}
	CannotDeleteChild        = Entry{0x80047016, "CannotDeleteChildAttribute", 400, "The Child Attribute is not valid for deletion"}
	DuplicatePrimaryName     = Entry{0x8004701e, "DuplicatePrimaryNameAttribute", 400, "The new %s attribute is set as the primary name attribute for the %s entity. The %s entity already has the %s attribute set as the primary name attribute. An entity can only have one primary name attribute."}
	RelationshipNameRequired = Entry{0x8004432a, "EntityRelationshipSchemaNameRequired", 400, "Entity relationships require a name"}
	RelationshipNameExists   = Entry{0x8004432b, "EntityRelationshipSchemaNameNotUnique", 400, "A relationship with the specified name already exists. Please specify a unique name."}
	CannotAssociate          = Entry{0x80044332, "EntityCannotParticipateInEntityAssociation", 400, "This entity cannot participate in an entity association"}

	OptionValueExists       = Entry{0x80044310, "PicklistValueNotUnique", 400, "The picklist value already exists.  Picklist values must be unique."}
	OptionValueUnknown      = Entry{0x8004431a, "PicklistValueUnknown", 400, "The picklist value is out of the range."}
	WrongBooleanOptions     = Entry{0x8004431b, "WrongNumberOfBooleanOptions", 400, "Boolean attributes must have exactly two option values."}
	BooleanOptionOutOfRange = Entry{0x8004431c, "BooleanOptionOutOfRange", 400, "Boolean attribute options must have a value of either 0 or 1."}
	CannotAddBoolean        = Entry{0x8004431d, "CannotAddNewBooleanValue", 400, "You cannot add an option to a Boolean attribute."}
	CannotAddState          = Entry{0x8004431e, "CannotAddNewStateValue", 400, "You cannot add state options to a State attribute."}
	InsertOptionInvalidType = Entry{0x80044320, "InsertOptionValueInvalidType", 400, "You can add option values only to picklist and status attributes."}
	StatusNeedsState        = Entry{0x80044321, "NewStatusRequiresAssociatedState", 400, "The new status option must have an associated state value."}
	StatusHasInvalidState   = Entry{0x80044322, "NewStatusHasInvalidState", 400, "The state value that was provided for this new status option does not exist."}
	CannotDeleteOptionsOf   = Entry{0x80044323, "CannotDeleteEnumOptionsFromAttributeType", 400, "You can delete options only from picklist and status attributes."}
	OptionOrderLength       = Entry{0x80044324, "OptionReorderArrayIncorrectLength", 400, "The array of option values that were provided for reordering does not match the number of options for the attribute."}
	OptionOrderMissing      = Entry{0x80044325, "ValueMissingInOptionOrderArray", 400, "The options array is missing a value."}
	CannotDeleteDefault     = Entry{0x80044341, "CannotDeleteDefaultStatusOption", 400, "Default Status options cannot be deleted."}
	OptionSetNameExists     = Entry{0x80044345, "InvalidOptionSetSchemaName", 400, "An OptionSet with the specified name already exists. Please specify a unique name."}
	InvalidOptionSet        = Entry{0x80048403, "InvalidOptionSetOperation", 400, "Invalid OptionSet"}

	EntityKeyNameExists    = Entry{0x80060893, "EntityKeyNameExists", 400, "An entity key with the name %s already exists on entity %s."}
	EntityKeyColumnsExist  = Entry{0x80060894, "EntityKeyWithSelectedAttributesExists", 400, "An entity key with the selected attributes already exists on entity."}
	InvalidEntityKey       = Entry{0x8006088f, "InvalidEntityKeyOperation", 400, "Invalid EntityKey Operation performed : %s"}
	ReactivateOnlyFailed   = Entry{0x80060897, "ReactivateEntityKeyOnlyForFailedJobs", 400, "Reactivate entity key is only supported for failed job"}
	EntitySetNameExists    = Entry{0x8006089b, "InvalidEntitySetName", 400, "An entity with the specified entity set name %s already exists. Specify a unique name."}
	EntitySetNamePrefix    = Entry{0x8006089c, "IncorrectEntitySetName", 400, "The entity set name %s must start with a valid customization prefix."}
	InvalidDateBehavior    = Entry{0x800608a1, "InvalidBehavior", 400, "The Behavior value of this attribute can't be changed."}
	InvalidDateFormat      = Entry{0x800608a2, "InvalidDateTimeFormat", 400, "You can’t change the format value of this attribute to “Date and Time” when the behavior is “Date Only.”"}
	CannotDeleteReferenced = Entry{0x8004f01f, "CannotDeleteComponentReferenced", 400, "The %s(%s) component cannot be deleted because it is referenced by %d other components. For a list of referenced components, use the RetrieveDependenciesForDeleteRequest."} // live
)
