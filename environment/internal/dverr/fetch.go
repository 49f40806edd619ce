package dverr

// What FetchXML is refused for (Dataverse facts, appendix E: query builder). Where
// a live text is known it stands in place of the documented one.
var (
	FetchNoEntity            = Entry{0x80041102, "QueryBuilderNoEntity", 400, "The entity with a name = '%s' with namemapping = 'Logical' was not found in the MetadataCache."}
	FetchNoAttribute         = Entry{0x80041103, "QueryBuilderNoAttribute", 400, "'%s' entity doesn't contain attribute with Name = '%s' and NameMapping = 'Logical'."}
	FetchBadCondition        = Entry{0x80041106, "QueryBuilderBad_Condition", 400, "Incorrect filter condition or conditions."}
	FetchPlainInAggregate    = Entry{0x80041107, "QueryBuilderAttribute_With_Aggregate", 400, "Attributes can not be returned when aggregate operation is specified."}
	FetchInvalidValue        = Entry{0x80041108, "QueryBuilderInvalid_Value", 400, "Invalid value specified for type."}
	FetchInvalidAlias        = Entry{0x80041109, "QueryBuilderInvalid_Alias", 400, "Invalid alias for aggregate operation."}
	FetchUnknownAlias        = Entry{0x8004110a, "QueryBuilderAlias_Does_Not_Exist", 400, "The specified alias for the given entity in the condition does not exist."}
	FetchNotPositive         = Entry{0x8004110c, "QueryBuilderValue_GreaterThanZero", 400, "A value greater than zero must be specified."}
	FetchHalfPair            = Entry{0x80041111, "QueryBuilderAttributePairMismatch", 400, "AttributeFrom and AttributeTo must be either both specified or both omitted."}
	FetchLinkCondition       = Entry{0x80041114, "QueryBuilderSerialzeLinkTopCriteria", 400, "Fetch does not support where clause with conditions from linkentity."}
	FetchBadDistinct         = Entry{0x80041115, "QueryBuilderDeserializeInvalidDistinct", 400, "The only valid values for distinct attribute are 'true', 'false', '1', and '0'."}
	FetchBadMapping          = Entry{0x80041116, "QueryBuilderDeserializeInvalidMapping", 400, "The only valid values for mapping are 'logical' or 'internal' which is deprecated."}
	FetchBadLinkType         = Entry{0x80041117, "QueryBuilderDeserializeInvalidLinkType", 400, "The only valid values for link-type attribute are 'natural', 'inner','in','exists','matchfirstrowusingcrossapply' and 'outer'."}
	FetchBadNoLock           = Entry{0x80041118, "QueryBuilderDeserializeInvalidNoLock", 400, "The only valid values for no-lock attribute are 'true', 'false', '1', and '0'."}
	FetchBadDescending       = Entry{0x80041119, "QueryBuilderDeserializeInvalidDescending", 400, "The only valid values for descending attribute are 'true', 'false', '1', and '0'."}
	FetchBadAggregate        = Entry{0x8004111a, "QueryBuilderDeserializeInvalidAggregate", 400, "An error occurred while processing Aggregates in Query"}
	FetchBadNode             = Entry{0x8004111c, "QueryBuilderDeserializeInvalidNode", 400, "The element node encountered is invalid."}
	FetchNoHierarchy         = Entry{0x80047020, "MissingHierarchicalRelationshipForOperator", 400, "This query uses a hierarchical operator, but the %s entity doesn't have a hierarchical relationship."}
	FetchUTCOffset           = Entry{0x8004111d, "QueryBuilderDeserializeInvalidUtcOffset", 400, "The utc-offset attribute is not supported for deserialization."}
	FetchBadRowVersion       = Entry{0x8004111b, "QueryBuilderDeserializeInvalidGetMinActiveRowVersion", 400, "The only valid values for GetMinActiveRowVersion attribute are 'true', 'false', '1', and '0'."}
	FetchMissingAttribute    = Entry{0x8004111e, "QueryBuilderAttributeNotFound", 400, "A required attribute was not specified."}
	FetchBadOperator         = Entry{0x80041120, "QueryBuilderInvalidConditionOperator", 400, "Unsupported condition operator."}
	FetchBadFilterType       = Entry{0x80041122, "QueryBuilderInvalidFilterType", 400, "Unsupported filter type. Valid values are 'and', or 'or'."}
	FetchMissingElement      = Entry{0x80041123, "QueryBuilderElementNotFound", 400, "A required element was not specified."}
	FetchEmpty               = Entry{0x80041124, "QueryBuilderDeserializeEmptyXml", 400, "Xml String can't be null."}
	FetchNoDocument          = Entry{0x80041125, "QueryBuilderDeserializeNoDocElemXml", 400, "Document Element can't be null."}
	FetchNoOrderLink         = Entry{0x80041126, "QueryBuilderLinkNodeForOrderNotFound", 400, "Converting from Query to EntityExpression failed. Link Node for order was not found."}
	FetchOtherEntity         = Entry{0x80041128, "QueryBuilderEntitiesDontMatch", 400, "The entity name specified in fetchxml does not match the entity name specified in the Entity or Query Expression."}
	FetchCookieOrder         = Entry{0x80041129, "QueryBuilderPagingOrderBy", 400, "Order by columns do not match those in paging cookie."}
	FetchNoAttrsDistinct     = Entry{0x8004112c, "QueryBuilderNoAttrsDistinctConflict", 400, "The no-attrs tag cannot be used in conjuction with Distinct set to true."}
	FetchBadGroupBy          = Entry{0x8004112e, "QueryBuilderDeserializeInvalidGroupBy", 400, "The only valid values for groupby attribute are 'true', 'false', '1', and '0'."}
	FetchAggregateType       = Entry{0x8004112f, "QueryBuilderInvalidAggregateAttribute", 400, "Aggregate %s is not supported for attribute of type %s."}
	FetchDuplicateAlias      = Entry{0x80041130, "QueryBuilderDuplicateAlias", 400, "FetchXML should have unique aliases."}
	FetchOrderAttribute      = Entry{0x80041131, "QueryBuilderAttributeNotAllowedForAggregateOrderBy", 400, "An attribute cannot be specified for an order clause for an aggregate Query. Use an alias."}
	FetchOrderAlias          = Entry{0x80041132, "QueryBuilderAliasNotAllowedForNonAggregateOrderBy", 400, "An alias cannot be specified for an order clause for a non-aggregate Query. Use an attribute."}
	FetchOrderNeedsAttribute = Entry{0x80041133, "QueryBuilderAttributeRequiredForNonAggregateOrderBy", 400, "An attribute is required for an order clause for a non-aggregate Query."}
	FetchOrderNeedsAlias     = Entry{0x80041134, "QueryBuilderAliasRequiredForAggregateOrderBy", 400, "An alias is required for an order clause for an aggregate Query."}
	FetchBadDateGrouping     = Entry{0x80041135, "QueryBuilderInvalidDateGrouping", 400, "An invalid value was specified for dategrouping."}
	FetchGroupAndAggregate   = Entry{0x80041137, "QueryBuilderAttributeCannotBeGroupByAndAggregate", 400, "An attribute can either be an aggregate or a Group By but not both"}
	FetchBadQuickFind        = Entry{0x80041138, "QueryBuilderSerializationInvalidIsQuickFindFilter", 400, "The only valid values for isquickfindfields attribute are 'true', 'false', '1', and '0'."}
	TooManyConditions        = Entry{0x8004430c, "TooManyConditionsInQuery", 400, "Number of conditions in query exceeded maximum limit."}
	TooManyLinks             = Entry{0x8004430d, "TooManyLinkEntitiesInQuery", 400, "Number of link entities in query exceeded maximum limit."}
	TooManyValues            = Entry{0x8004430e, "TooManyConditionParametersInQuery", 400, "Number of parameters in a condition exceeded maximum limit."}
	AggregateLimitExceeded   = Entry{0x8004e023, "AggregateQueryRecordLimitExceeded", 400, "The maximum record limit is exceeded. Reduce the number of records."}
)
