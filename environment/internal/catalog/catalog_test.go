package catalog

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

func model(t testing.TB) *meta.Model {
	t.Helper()
	m, err := Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTablesAreWhatTheReferenceSays(t *testing.T) {
	m := model(t)
	for _, want := range []struct {
		name, schema, set, display string
		code                       int64
		owner                      meta.Ownership
		primary, title             string
		can                        string
	}{
		{"account", "Account", "accounts", "Account", 1, meta.UserOwned, "accountid", "name", "cud"},
		{"contact", "Contact", "contacts", "Contact", 2, meta.UserOwned, "contactid", "fullname", "cud"},
		{"annotation", "Annotation", "annotations", "Note", 5, meta.UserOwned, "annotationid", "subject", "cud"},
		{"task", "Task", "tasks", "Task", 4212, meta.UserOwned, "activityid", "subject", "cud"},
		{"email", "Email", "emails", "Email", 4202, meta.UserOwned, "activityid", "subject", "cud"},
		{"activitymimeattachment", "ActivityMimeAttachment", "activitymimeattachments", "Attachment", 1001, meta.NoOwner, "activitymimeattachmentid", "filename", "cud"},
		{"activityparty", "ActivityParty", "activityparties", "Activity Party", 135, meta.NoOwner, "activitypartyid", "", ""},
		{"webresource", "WebResource", "webresourceset", "Web Resource", 9333, meta.OrganizationOwned, "webresourceid", "name", "cud"},
		{"connectionreference", "connectionreference", "connectionreferences", "Connection Reference", 10150, meta.UserOwned, "connectionreferenceid", "connectionreferencedisplayname", "cud"},
		{"queue", "Queue", "queues", "Queue", 2020, meta.UserOwned, "queueid", "name", "cud"},
		{"queueitem", "QueueItem", "queueitems", "Queue Item", 2029, meta.NoOwner, "queueitemid", "title", "cud"},
		{"queuemembership", "QueueMembership", "queuememberships", "Queue Membership", 1213, meta.NoOwner, "queuemembershipid", "", ""},
		{"environmentvariabledefinition", "EnvironmentVariableDefinition", "environmentvariabledefinitions", "Environment Variable Definition", 380, meta.UserOwned, "environmentvariabledefinitionid", "schemaname", "cud"},
		{"environmentvariablevalue", "EnvironmentVariableValue", "environmentvariablevalues", "Environment Variable Value", 381, meta.UserOwned, "environmentvariablevalueid", "schemaname", "cud"},
		{"systemuser", "SystemUser", "systemusers", "User", 8, meta.BusinessOwned, "systemuserid", "fullname", "ud"},
		{"team", "Team", "teams", "Team", 9, meta.BusinessOwned, "teamid", "name", "cud"},
		{"teamtemplate", "TeamTemplate", "teamtemplates", "Team template", 92, meta.NoOwner, "teamtemplateid", "teamtemplatename", "cud"},
		{"businessunit", "BusinessUnit", "businessunits", "Business Unit", 10, meta.BusinessOwned, "businessunitid", "name", "cud"},
		{"role", "Role", "roles", "Security Role", 1036, meta.BusinessOwned, "roleid", "name", "cud"},
		{"privilege", "Privilege", "privileges", "Privilege", 1023, meta.NoOwner, "privilegeid", "name", ""},
		{"organization", "Organization", "organizations", "Organization", 1019, meta.NoOwner, "organizationid", "name", "u"},
		{"transactioncurrency", "TransactionCurrency", "transactioncurrencies", "Currency", 9105, meta.OrganizationOwned, "transactioncurrencyid", "currencyname", "cu"},
		{"principalobjectaccess", "PrincipalObjectAccess", "principalobjectaccessset", "Principal Object Access", 11, meta.NoOwner, "principalobjectaccessid", "", ""},
		{"roleprivileges", "RolePrivileges", "roleprivilegescollection", "Role Privilege", 12, meta.NoOwner, "roleprivilegeid", "", ""},
		{"systemuserroles", "SystemUserRoles", "systemuserrolescollection", "User Role", 15, meta.NoOwner, "systemuserroleid", "", ""},
		{"teamroles", "TeamRoles", "teamrolescollection", "Team Role", 40, meta.NoOwner, "teamroleid", "", ""},
		{"teammembership", "TeamMembership", "teammemberships", "Team Membership", 23, meta.NoOwner, "teammembershipid", "", ""},
		{"fieldsecurityprofile", "FieldSecurityProfile", "fieldsecurityprofiles", "Field Security Profile", 1200, meta.OrganizationOwned, "fieldsecurityprofileid", "name", "cud"},
		{"fieldpermission", "FieldPermission", "fieldpermissions", "Field Permission", 1201, meta.OrganizationOwned, "fieldpermissionid", "", "cud"},
		{"position", "Position", "positions", "Position", 50, meta.OrganizationOwned, "positionid", "name", "cud"},
		{"savedquery", "SavedQuery", "savedqueries", "View", 1039, meta.OrganizationOwned, "savedqueryid", "name", "cud"},
		{"userquery", "UserQuery", "userqueries", "Saved View", 4230, meta.UserOwned, "userqueryid", "name", "cud"},
		{"solution", "Solution", "solutions", "Solution", 7100, meta.OrganizationOwned, "solutionid", "friendlyname", "cud"},
		{"publisher", "Publisher", "publishers", "Publisher", 7101, meta.OrganizationOwned, "publisherid", "friendlyname", "cud"},
		{"usersettings", "UserSettings", "usersettingscollection", "User Settings", 150, meta.BusinessOwned, "systemuserid", "", "u"},
		{"timezonedefinition", "TimeZoneDefinition", "timezonedefinitions", "Time Zone Definition", 4810, meta.NoOwner, "timezonedefinitionid", "userinterfacename", ""},
		{"timezonerule", "TimeZoneRule", "timezonerules", "Time Zone Rule", 4811, meta.NoOwner, "timezoneruleid", "", ""},
		{"timezonelocalizedname", "TimeZoneLocalizedName", "timezonelocalizednames", "Time Zone Localized Name", 4812, meta.NoOwner, "timezonelocalizednameid", "userinterfacename", ""},
		{"fileattachment", "FileAttachment", "fileattachments", "File Attachment", 55, meta.NoOwner, "fileattachmentid", "filename", ""},
	} {
		tb := m.Table(want.name)
		if tb == nil {
			t.Errorf("no table %s", want.name)
			continue
		}
		can := ""
		for i, yes := range []bool{tb.CanCreate, tb.CanUpdate, tb.CanDelete} {
			if yes {
				can += "cud"[i : i+1]
			}
		}
		title := ""
		if tb.PrimaryName != nil {
			title = tb.PrimaryName.LogicalName
		}
		if tb.SchemaName != want.schema || tb.SetName != want.set || tb.DisplayName != want.display || tb.TypeCode != want.code ||
			tb.Ownership != want.owner || tb.PrimaryID.LogicalName != want.primary || title != want.title || can != want.can {
			t.Errorf("%s is %s %s %q %d %d %s %s %s", want.name, tb.SchemaName, tb.SetName, tb.DisplayName, tb.TypeCode, tb.Ownership,
				tb.PrimaryID.LogicalName, title, can)
		}
	}
}

func TestColumnsAreWhatTheReferenceSays(t *testing.T) {
	m := model(t)
	for _, want := range []struct {
		column  string
		schema  string
		display string
		kind    meta.Kind
		length  int
		min     float64
		max     float64
		digits  int
	}{
		{"account.name", "Name", "Account Name", meta.String, 160, 0, 0, 0},
		{"account.accountnumber", "AccountNumber", "Account Number", meta.String, 20, 0, 0, 0},
		{"account.telephone1", "Telephone1", "Main Phone", meta.String, 50, 0, 0, 0},
		{"account.emailaddress1", "EMailAddress1", "Email", meta.String, 100, 0, 0, 0},
		{"account.websiteurl", "WebSiteURL", "Website", meta.String, 200, 0, 0, 0},
		{"account.description", "Description", "Description", meta.Memo, 2000, 0, 0, 0},
		{"account.address1_line1", "Address1_Line1", "Address 1: Street 1", meta.String, 250, 0, 0, 0},
		{"account.address2_city", "Address2_City", "Address 2: City", meta.String, 80, 0, 0, 0},
		{"account.address1_postalcode", "Address1_PostalCode", "Address 1: ZIP/Postal Code", meta.String, 20, 0, 0, 0},
		{"account.address1_latitude", "Address1_Latitude", "Address 1: Latitude", meta.Double, 0, -90, 90, 5},
		{"account.numberofemployees", "NumberOfEmployees", "Number of Employees", meta.Integer, 0, 0, 1000000000, 0},
		{"account.revenue", "Revenue", "Annual Revenue", meta.Money, 0, 0, 100000000000000, 2},
		{"account.revenue_base", "Revenue_Base", "Annual Revenue (Base)", meta.Money, 0, -922337203685477, 922337203685477, 4},
		{"account.exchangerate", "ExchangeRate", "Exchange Rate", meta.Decimal, 0, 1e-12, 100000000000, 12},
		{"account.primarycontactid", "PrimaryContactId", "Primary Contact", meta.Lookup, 0, 0, 0, 0},
		{"account.ownerid", "OwnerId", "Owner", meta.Owner, 0, 0, 0, 0},
		{"account.versionnumber", "VersionNumber", "Version Number", meta.BigInt, 0, -9223372036854775808, 9223372036854775807, 0},
		{"contact.firstname", "FirstName", "First Name", meta.String, 50, 0, 0, 0},
		{"contact.lastname", "LastName", "Last Name", meta.String, 50, 0, 0, 0},
		{"contact.fullname", "FullName", "Full Name", meta.String, 160, 0, 0, 0},
		{"contact.jobtitle", "JobTitle", "Job Title", meta.String, 100, 0, 0, 0},
		{"contact.parentcustomerid", "ParentCustomerId", "Company Name", meta.Customer, 0, 0, 0, 0},
		{"task.subject", "Subject", "Subject", meta.String, 200, 0, 0, 0},
		{"task.activitytypecode", "ActivityTypeCode", "Activity Type", meta.EntityName, 64, 0, 0, 0},
		{"annotation.subject", "Subject", "Title", meta.String, 500, 0, 0, 0},
		{"annotation.notetext", "NoteText", "Description", meta.Memo, 100000, 0, 0, 0},
		{"annotation.filename", "FileName", "File Name", meta.String, 255, 0, 0, 0},
		{"account.entityimage", "EntityImage", "Entity Image", meta.Image, 0, 0, 0, 0},
		{"account.entityimage_url", "EntityImage_URL", "Entity Image_URL", meta.String, 200, 0, 0, 0},
		{"account.entityimage_timestamp", "EntityImage_Timestamp", "Entity Image_Timestamp", meta.BigInt, 0, 0, 0, 0},
		{"contact.entityimageid", "EntityImageId", "Entity ImageId", meta.UniqueID, 0, 0, 0, 0},
		{"businessunit.name", "Name", "Name", meta.String, 160, 0, 0, 0},
		{"team.name", "Name", "Team Name", meta.String, 160, 0, 0, 0},
		{"role.name", "Name", "Name", meta.String, 100, 0, 0, 0},
		{"systemuser.domainname", "DomainName", "User Name", meta.String, 1024, 0, 0, 0},
		{"systemuser.internalemailaddress", "InternalEMailAddress", "Primary Email", meta.String, 100, 0, 0, 0},
		{"systemuser.fullname", "FullName", "Full Name", meta.String, 200, 0, 0, 0},
		{"systemuser.applicationid", "ApplicationId", "Application ID", meta.UniqueID, 0, 0, 0, 0},
		{"transactioncurrency.currencyname", "CurrencyName", "Currency Name", meta.String, 100, 0, 0, 0},
		{"environmentvariabledefinition.defaultvalue", "DefaultValue", "Default Value", meta.Memo, 2000, 0, 0, 0},
		{"environmentvariablevalue.value", "Value", "Value", meta.Memo, 2000, 0, 0, 0},
		{"principalobjectaccess.objecttypecode", "ObjectTypeCode", "Object Type Code", meta.EntityName, 64, 0, 0, 0},
	} {
		c := column(t, m, want.column)
		if c.SchemaName != want.schema || c.DisplayName != want.display || c.Kind != want.kind ||
			c.Precision != want.digits || c.MaxLength != want.length || (want.max != 0 && (c.Min != want.min || c.Max != want.max)) {
			t.Errorf("%s is %s %q kind %d length %d range %g..%g precision %d", want.column,
				c.SchemaName, c.DisplayName, c.Kind, c.MaxLength, c.Min, c.Max, c.Precision)
		}
	}
}

// column finds "table.column".
func column(t *testing.T, m *meta.Model, name string) *meta.Column {
	t.Helper()
	table, column, _ := strings.Cut(name, ".")
	if m.Table(table) == nil || m.Table(table).Column(column) == nil {
		t.Fatalf("no column %s", name)
	}
	return m.Table(table).Column(column)
}

func TestWhoMayWrite(t *testing.T) {
	m := model(t)
	for name, want := range map[string]string{
		"account.name": "cur", "account.accountid": "cr", "account.createdon": "r", "account.createdby": "r",
		"account.overriddencreatedon": "cr", "account.importsequencenumber": "cr", "account.ownerid": "cur",
		"account.owningbusinessunit": "r", "account.exchangerate": "r", "account.revenue_base": "r", "account.aging30": "r",
		"account.address1_composite": "r", "account.transactioncurrencyid": "cur", "account.masterid": "r",
		"contact.fullname": "r", "contact.accountid": "r", "contact.parentcustomerid": "cur", "contact.parentcontactid": "r",
		"task.activitytypecode": "r", "task.scheduleddurationminutes": "r", "task.actualdurationminutes": "cur", "task.statecode": "cur",
		"systemuser.fullname": "r", "systemuser.azureactivedirectoryobjectid": "r", "systemuser.isdisabled": "cur",
		"transactioncurrency.exchangerate": "cur", "annotation.filesize": "r", "annotation.objectid": "cur",
		"role.businessunitid": "cr", "role.supportingsolutionid": "",
	} {
		c, got := column(t, m, name), ""
		for i, yes := range []bool{c.ForCreate, c.ForUpdate, c.ForRead} {
			if yes {
				got += "cur"[i : i+1]
			}
		}
		if got != want {
			t.Errorf("%s allows %q, want %q", name, got, want)
		}
	}
}

func TestRequiredLevels(t *testing.T) {
	m := model(t)
	for name, want := range map[string]meta.RequiredLevel{
		"account.name": meta.ApplicationRequired, "contact.lastname": meta.ApplicationRequired, "contact.firstname": meta.Recommended,
		"task.subject": meta.ApplicationRequired, "account.ownerid": meta.SystemRequired, "account.telephone1": meta.Optional,
		"systemuser.domainname": meta.SystemRequired, "role.businessunitid": meta.SystemRequired,
	} {
		if got := column(t, m, name).Required; got != want {
			t.Errorf("%s is required at level %d, want %d", name, got, want)
		}
	}
}

func TestChoices(t *testing.T) {
	m := model(t)
	for name, want := range map[string]string{
		"account.accountcategorycode": "1 Preferred Customer, 2 Standard",
		"account.statecode":           "0 Active*, 1 Inactive",
		"account.statuscode":          "1 Active*, 2 Inactive*/1",
		"account.paymenttermscode":    "1 Net 30, 2 2% 10, Net 30, 3 Net 45, 4 Net 60",
		"account.ownershipcode":       "1 Public, 2 Private, 3 Subsidiary, 4 Other",
		"account.customersizecode":    "1 Default Value*",
		"account.donotemail":          "0 Allow*, 1 Do Not Allow",
		"account.creditonhold":        "0 No*, 1 Yes",
		"account.followemail":         "0 Do Not Allow, 1 Allow*",
		"contact.familystatuscode":    "1 Single, 2 Married, 3 Divorced, 4 Widowed",
		"task.prioritycode":           "0 Low, 1 Normal*, 2 High",
		"task.statecode":              "0 Open*, 1 Completed, 2 Canceled",
		"task.statuscode":             "2 Not Started*, 3 In Progress, 4 Waiting on someone else, 7 Deferred, 5 Completed*/1, 6 Canceled*/2",
		"systemuser.accessmode":       "0 Read-Write*, 1 Administrative, 2 Read, 3 Support User, 4 Non-interactive, 5 Delegated Admin",
		"team.teamtype":               "0 Owner*, 1 Access, 2 Security Group, 3 Office Group",
		"fieldpermission.canread":     "0 Not Allowed*, 4 Allowed",
		"role.isinherited":            "0 Team privileges only, 1 Direct User (Basic) access level and Team privileges*",
	} {
		var parts []string
		for _, o := range column(t, m, name).Options {
			parts = append(parts, optionText(o))
		}
		if got := strings.Join(parts, ", "); got != want {
			t.Errorf("%s offers %s\nwant %s", name, got, want)
		}
	}
	if n := len(column(t, m, "account.industrycode").Options); n != 33 {
		t.Errorf("account.industrycode has %d options", n)
	}
}
