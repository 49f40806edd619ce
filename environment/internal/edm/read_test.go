package edm

import (
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

const (
	account   = "EntityDefinitions(LogicalName='account')"
	attribute = account + "/Attributes(LogicalName='%')"
)

// TestAccountDefinition compares the members that clients read of a table.
func TestAccountDefinition(t *testing.T) {
	w := newWorld(t)
	text := w.text(account)
	for _, want := range []string{
		`{"@odata.context":"` + root + `$metadata#EntityDefinitions/$entity","ActivityTypeMask":0,`,
		`"LogicalName":"account","ObjectTypeCode":1,"OwnershipType":"UserOwned","PrimaryNameAttribute":"name","PrimaryImageAttribute":null,"PrimaryIdAttribute":"accountid",`,
		`"SchemaName":"Account","IntroducedVersion":"5.0.0.0",`, `"LogicalCollectionName":"accounts","ExternalCollectionName":null,"CollectionSchemaName":"Accounts","EntitySetName":"accounts",`,
		`"HasNotes":true,"HasActivities":true,`, `"IsOptimisticConcurrencyEnabled":true,`,
		`"DisplayName":{"LocalizedLabels":[{"Label":"Account","LanguageCode":1033,"IsManaged":true,"MetadataId":`,
		`"Description":{"LocalizedLabels":[],"UserLocalizedLabel":null}`,
		`"IsCustomizable":{"Value":true,"CanBeChanged":true,"ManagedPropertyLogicalName":"iscustomizable"}`,
		`"Privileges":[{"CanBeBasic":true,"CanBeDeep":true,"CanBeGlobal":true,"CanBeLocal":true,"CanBeEntityReference":false,"CanBeParentEntityReference":false,"Name":"prvReadAccount","PrivilegeId":"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %s in %s", want, text)
		}
	}
	for _, absent := range []string{`"Attributes"`, `"Keys"`, `etag`, `"OneToManyRelationships"`} {
		if strings.Contains(text, absent) {
			t.Errorf("the definition holds %s, which nobody asked for", absent)
		}
	}
	id, _ := w.get(account)["MetadataId"].(string)
	if again := w.get("EntityDefinitions(" + id + ")"); again["LogicalName"] != "account" {
		t.Errorf("by its id %s the table is %v", id, again["LogicalName"])
	}
}

// TestColumnsOfEveryKind: type, code, name of the type and what columns of the kind have
// (Dataverse facts 5.20).
func TestColumnsOfEveryKind(t *testing.T) {
	w := newWorld(t)
	for column, want := range map[string]string{
		"accountid":             `"@odata.type":"#Microsoft.Dynamics.CRM.UniqueIdentifierAttributeMetadata"…"AttributeType":"Uniqueidentifier"…"IsPrimaryId":true…"AttributeTypeName":{"Value":"UniqueidentifierType"}…"RequiredLevel":{"Value":"SystemRequired","CanBeChanged":false`,
		"name":                  `#Microsoft.Dynamics.CRM.StringAttributeMetadata"…"AttributeType":"String"…"IsPrimaryName":true…"Value":"ApplicationRequired"…"Format":"Text"…"MaxLength":160…"DatabaseLength":320…"FormatName":{"Value":"Text"}`,
		"emailaddress1":         `"Format":"Email"…"MaxLength":100`,
		"websiteurl":            `"Format":"Url"…"FormatName":{"Value":"Url"}`,
		"description":           `MemoAttributeMetadata"…"Value":"MemoType"…"Format":"TextArea"…"MaxLength":2000`,
		"numberofemployees":     `IntegerAttributeMetadata"…"Format":"None","MaxValue":1000000000,"MinValue":0`,
		"versionnumber":         `BigIntAttributeMetadata"…"IsValidForCreate":false,"IsValidForRead":true,"IsValidForUpdate":false…"MaxValue":9223372036854775807,"MinValue":-9223372036854775808`,
		"exchangerate":          `DecimalAttributeMetadata"…"MaxValue":100000000000.0,"MinValue":1e-12,"Precision":12`,
		"address1_latitude":     `DoubleAttributeMetadata"…"MaxValue":90.0,"MinValue":-90.0,"Precision":5`,
		"revenue":               `MoneyAttributeMetadata"…"CalculationOf":null…"MaxValue":100000000000000.0,"MinValue":0.0,"Precision":2,"PrecisionSource":2,"IsBaseCurrency":false`,
		"revenue_base":          `"CalculationOf":"revenue"…"Precision":4…"IsBaseCurrency":true`,
		"donotemail":            `BooleanAttributeMetadata"…"AttributeTypeName":{"Value":"BooleanType"}…"DefaultValue":false`,
		"createdon":             `DateTimeAttributeMetadata"…"Format":"DateAndTime"…"DateTimeBehavior":{"Value":"UserLocal"}`,
		"accountcategorycode":   `PicklistAttributeMetadata"…"AttributeType":"Picklist"…"DefaultFormValue":-1`,
		"statecode":             `StateAttributeMetadata"…"AttributeType":"State"…"DefaultFormValue":0`,
		"statuscode":            `StatusAttributeMetadata"…"AttributeType":"Status"`,
		"primarycontactid":      `LookupAttributeMetadata"…"AttributeType":"Lookup"…"Value":"LookupType"…"Targets":["contact"]`,
		"ownerid":               `LookupAttributeMetadata"…"AttributeType":"Owner"…"Value":"OwnerType"…"Targets":["systemuser","team"]`,
		"parentaccountid":       `"Targets":["account"]`,
		"transactioncurrencyid": `"Targets":["transactioncurrency"]`,
	} {
		text := w.text(strings.ReplaceAll(attribute, "%", column))
		for _, part := range strings.Split(want, "…") {
			_, rest, found := strings.Cut(text, part)
			if !found {
				t.Errorf("%s: missing or out of order: %s in %s", column, part, text)
			}
			text = rest
		}
	}
}

// TestChoices: the documented request and the shape of its answer.
func TestChoices(t *testing.T) {
	w := newWorld(t)
	const cast = "/Microsoft.Dynamics.CRM.PicklistAttributeMetadata"
	text := w.text(strings.ReplaceAll(attribute, "%", "accountcategorycode") + cast + "?$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Options)")
	head := `{"@odata.context":"` + root + `$metadata#EntityDefinitions('account')/Attributes` + cast + `(LogicalName,OptionSet(Options),GlobalOptionSet(Options))/$entity","LogicalName":"accountcategorycode","MetadataId":"`
	if !strings.HasPrefix(text, head) || !strings.HasSuffix(text, `"GlobalOptionSet":null}`) ||
		!strings.Contains(text, cast+`/OptionSet(Options)/$entity","OptionSet":{"MetadataId":"`) ||
		!strings.Contains(text, `"Options":[{"Value":1,"Color":null,`) || !strings.Contains(text, `"Label":"Preferred Customer","LanguageCode":1033`) {
		t.Errorf("the choices are %s", text)
	}
	picklists := names(w.get(account+"/Attributes"+cast+"?$select=LogicalName&$expand=OptionSet"), "LogicalName")
	if !slices.Contains(picklists, "industrycode") || slices.Contains(picklists, "statecode") || slices.Contains(picklists, "name") {
		t.Errorf("the choice columns are %v", picklists)
	}
	status := w.text("EntityDefinitions(LogicalName='task')/Attributes(LogicalName='statuscode')/Microsoft.Dynamics.CRM.StatusAttributeMetadata/OptionSet?$select=Options,OptionSetType")
	if !strings.Contains(status, `"OptionSetType":"Status"`) || !strings.Contains(status, `"State":1`) {
		t.Errorf("the states of tasks are %s", status)
	}
	state := w.text("EntityDefinitions(LogicalName='task')/Attributes(LogicalName='statecode')/Microsoft.Dynamics.CRM.StateAttributeMetadata/OptionSet")
	if !strings.Contains(state, `"DefaultStatus":5,"InvariantName":"Completed"`) {
		t.Errorf("the states of tasks are %s", state)
	}
	yes := w.text(strings.ReplaceAll(attribute, "%", "donotemail") + "/Microsoft.Dynamics.CRM.BooleanAttributeMetadata?$select=LogicalName&$expand=OptionSet($select=TrueOption,FalseOption)")
	if !strings.Contains(yes, `"TrueOption":{"Value":1,`) || !strings.Contains(yes, `"FalseOption":{"Value":0,`) {
		t.Errorf("yes and no are %s", yes)
	}
}

// TestFilters: rows that pass, in the documented forms of conditions.
func TestFilters(t *testing.T) {
	w := newWorld(t)
	for filter, want := range map[string]struct{ in, out string }{
		"LogicalName eq 'account'": {"account", "contact"},
		"LogicalName eq 'ACCOUNT'": {"account", "contact"},
		"OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'":            {"account", "role"},
		"OwnershipType ne Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned'":            {"role", "account"},
		"OwnershipType eq 'BusinessOwned'":                                             {"role", "account"},
		"IsIntersect":                                                                  {"roleprivileges", "account"},
		"IsActivity eq true":                                                           {"task", "account"},
		"not IsActivity and not(IsIntersect eq true)":                                  {"account", "task"},
		"IsActivity eq true or LogicalName eq 'contact'":                               {"contact", "account"},
		"IsActivity eq true or IsIntersect eq false and ObjectTypeCode eq 2":           {"task", "account"},
		"(IsActivity eq true or IsIntersect eq false) and ObjectTypeCode eq 2":         {"contact", "task"},
		"ObjectTypeCode lt 3":                                                          {"contact", "task"},
		"ObjectTypeCode ge 4212":                                                       {"task", "account"},
		"PrimaryNameAttribute eq null":                                                 {"roleprivileges", "account"},
		"IsCustomizable/Value eq true and LogicalName ne 'task'":                       {"account", "task"},
		"IsCustomizable/Value ne false and LogicalName gt 'b'":                         {"contact", "account"},
		"MetadataId eq " + metadataID("account").String():                              {"account", "contact"},
		"IsAuditEnabled/ManagedPropertyLogicalName eq 'x''y' or LogicalName eq 'role'": {"role", "account"},
	} {
		got := names(w.get("EntityDefinitions?$select=LogicalName&$filter="+filter), "LogicalName")
		if !slices.Contains(got, want.in) || slices.Contains(got, want.out) {
			t.Errorf("%s gives %v", filter, got)
		}
	}
}

// TestExpand: rows below rows, each with the context of its collection.
func TestExpand(t *testing.T) {
	w := newWorld(t)
	text := w.text("EntityDefinitions?$select=LogicalName&$filter=LogicalName eq 'task'&$expand=Attributes($select=LogicalName;$filter=AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Picklist'),Keys,OneToManyRelationships($select=SchemaName),ManyToOneRelationships($select=SchemaName,ReferencedEntity),ManyToManyRelationships($select=SchemaName)")
	id := metadataID("task").String()
	for _, want := range []string{
		`{"@odata.context":"` + root + `$metadata#EntityDefinitions(LogicalName,Attributes(LogicalName),Keys,OneToManyRelationships(SchemaName),ManyToOneRelationships(SchemaName,ReferencedEntity),ManyToManyRelationships(SchemaName))","value":[{"LogicalName":"task","MetadataId":"` + id + `",`,
		`"Attributes@odata.context":"` + root + `$metadata#EntityDefinitions(` + id + `)/Attributes(LogicalName)","Attributes":[{"@odata.type":"#Microsoft.Dynamics.CRM.PicklistAttributeMetadata","LogicalName":"prioritycode","MetadataId":"`,
		`"Keys":[]`, `"ManyToOneRelationships":[{`, `"ReferencedEntity":"account"`, `"SchemaName":"Account_Tasks"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %s in %.900s", want, text)
		}
	}
	if strings.Contains(text, `"subject"`) {
		t.Error("the filter of the expanded columns let a string pass")
	}
}

func TestRelationships(t *testing.T) {
	w := newWorld(t)
	text := w.text("RelationshipDefinitions(SchemaName='account_primary_contact')")
	for _, want := range []string{
		`$metadata#RelationshipDefinitions/$entity","@odata.type":"#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata","ReferencedAttribute":"contactid","ReferencedEntity":"contact","ReferencingAttribute":"primarycontactid","ReferencingEntity":"account",`,
		`"ReferencedEntityNavigationPropertyName":"account_primary_contact","ReferencingEntityNavigationPropertyName":"primarycontactid"`,
		`"CascadeConfiguration":{"Assign":"NoCascade","Delete":"RemoveLink",`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing %s in %s", want, text)
		}
	}
	many := w.text("RelationshipDefinitions(SchemaName='teammembership_association')/Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata?$select=SchemaName,IntersectEntityName,Entity1LogicalName,Entity1NavigationPropertyName")
	if !strings.HasSuffix(many, `$entity","Entity1LogicalName":"team","IntersectEntityName":"teammembership","Entity1NavigationPropertyName":"teammembership_association","SchemaName":"teammembership_association","MetadataId":"`+metadataID("relationship", "teammembership_association").String()+`"}`) {
		t.Errorf("many to many: %s", many)
	}
	all := names(w.get("RelationshipDefinitions?$select=SchemaName"), "SchemaName")
	slices.Sort(all)
	if len(all) < 100 || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("%d relationships, or some twice: %v", len(all), all)
	}
	if found := names(w.get(account+"/ManyToOneRelationships?$select=SchemaName&$filter=ReferencingAttribute eq 'ownerid'"), "SchemaName"); len(found) > 1 {
		t.Errorf("owners come by %v", found)
	}
}

func TestPropertiesAndEmptySets(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]string{
		account + "/LogicalName":     `{"@odata.context":"` + root + `$metadata#EntityDefinitions('account')/LogicalName","value":"account"}`,
		account + "/DisplayName":     `"UserLocalizedLabel":{"Label":"Account"`,
		account + "/Keys":            `{"@odata.context":"` + root + `$metadata#EntityDefinitions('account')/Keys","value":[]}`,
		account + "/":                `"LogicalName":"account"`,
		"GlobalOptionSetDefinitions": `{"@odata.context":"` + root + `$metadata#GlobalOptionSetDefinitions","value":[]}`,
		"GlobalOptionSetDefinitions/Microsoft.Dynamics.CRM.OptionSetMetadata": `OptionSetMetadata","value":[]}`,
		"ManagedPropertyDefinitions?$select=LogicalName":                      `{"@odata.context":"` + root + `$metadata#ManagedPropertyDefinitions(LogicalName)","value":[]}`,
		"EntityDefinitions%28LogicalName=%27task%27%29?%24select=SchemaName":  `"SchemaName":"Task"`,
		account + "?$select=LogicalName,&api-version=1":                       `(LogicalName)/$entity`,
	} {
		if text := w.text(path); !strings.Contains(text, want) {
			t.Errorf("%s is %.400s", path, text)
		}
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	for address, want := range map[string]struct {
		entry dverr.Entry
		text  string
	}{
		"EntityDefinitions?$top=3":                                                                       {dverr.QueryInvalid, "The query parameter '$top' is not supported."},
		"EntityDefinitions?$orderby=LogicalName":                                                         {dverr.QueryInvalid, "'$orderby'"},
		"EntityDefinitions?$count=true":                                                                  {dverr.QueryInvalid, "'$count'"},
		"EntityDefinitions?$select=nonsense":                                                             {dverr.UnknownProperty, "Could not find a property named 'nonsense' on type 'Microsoft.Dynamics.CRM.EntityMetadata'."},
		"EntityDefinitions?$expand=nonsense":                                                             {dverr.UnknownProperty, "nonsense"},
		"EntityDefinitions?$expand=Attributes($select=x)":                                                {dverr.UnknownProperty, "'x' on type 'Microsoft.Dynamics.CRM.AttributeMetadata'"},
		"EntityDefinitions?$expand=Attributes($select=LogicalName":                                       {dverr.QueryInvalid, "unbalanced"},
		"EntityDefinitions?$filter=nonsense eq 1":                                                        {dverr.UnknownProperty, "nonsense"},
		"EntityDefinitions?$filter=LogicalName eq 'account":                                              {dverr.QueryInvalid, "There is an unterminated literal at position 23"},
		"EntityDefinitions?$filter=LogicalName eq 5":                                                     {dverr.QueryInvalid, "Found operand types 'Edm.String' and 'Edm.Int32' for operator kind 'Equal'."},
		"EntityDefinitions?$filter=IsActivity eq 'x'":                                                    {dverr.QueryInvalid, "'Edm.Boolean' and 'Edm.String'"},
		"EntityDefinitions?$filter=OwnershipType eq 'Nobody'":                                            {dverr.QueryInvalid, "OwnershipTypes"},
		"EntityDefinitions?$filter=LogicalName":                                                          {dverr.QueryInvalid, "Syntax error at position 11"},
		"EntityDefinitions?$filter=LogicalName eq":                                                       {dverr.QueryInvalid, "Syntax error at position 14"},
		"EntityDefinitions?$filter=(IsActivity":                                                          {dverr.QueryInvalid, "Syntax error"},
		"EntityDefinitions?$filter=IsActivity IsActivity":                                                {dverr.QueryInvalid, "Syntax error at position 11"},
		"EntityDefinitions?$filter=LogicalName/x eq 1":                                                   {dverr.QueryInvalid, "not a single value"},
		"EntityDefinitions?$filter=contains(LogicalName,'a')":                                            {dverr.NotImplemented, "The function 'contains'"},
		"EntityDefinitions?$filter=a ~ b":                                                                {dverr.QueryInvalid, "character '~'"},
		"EntityDefinitions?$filter=" + strings.Repeat("(", 40):                                           {dverr.QueryInvalid, "deeper than"},
		"EntityDefinitions?$filter=%zz":                                                                  {dverr.BadKeySyntax, ""},
		"EntityDefinitions/Attributes":                                                                   {dverr.QueryInvalid, "refers to a collection"},
		"EntityDefinitions/$count":                                                                       {dverr.SegmentNotFound, "'$count'"},
		"EntityDefinitions(LogicalName='nobody')":                                                        {dverr.ObjectDoesNotExist, "LogicalName='nobody'"},
		"EntityDefinitions(5a1f0000-0000-4000-8000-000000000000)":                                        {dverr.ObjectDoesNotExist, "5a1f"},
		"EntityDefinitions(SchemaName='Account')":                                                        {dverr.QueryInvalid, "The key in the request URI is not valid"},
		"EntityDefinitions(LogicalName=account)":                                                         {dverr.BadKeySyntax, ""},
		"EntityDefinitions(LogicalName='account'":                                                        {dverr.BadKeySyntax, ""},
		account + "('x')":                                                                                {dverr.BadKeySyntax, ""},
		account + "/Nonsense":                                                                            {dverr.SegmentNotFound, "'Nonsense'"},
		account + "/LogicalName/x":                                                                       {dverr.SegmentNotFound, "'x'"},
		account + "/Microsoft.Dynamics.CRM.OptionSetMetadata":                                            {dverr.SegmentNotFound, "OptionSetMetadata"},
		account + "?$filter=IsActivity":                                                                  {dverr.QueryInvalid, "cannot be applied"},
		strings.ReplaceAll(attribute, "%", "name") + "/Microsoft.Dynamics.CRM.PicklistAttributeMetadata": {dverr.SegmentNotFound, "PicklistAttributeMetadata"},
		"EntityDefinitions?$select=" + strings.Repeat("LogicalName,", 4000):                              {dverr.PayloadTooLarge, ""},
		"EntityDefinitions(" + strings.Repeat("x", 40_000) + ")":                                         {dverr.PayloadTooLarge, ""},
	} {
		w.fails(address, want.entry, want.text)
	}
}

// TestOwns: a set's name alone is enough, and nothing like it.
func TestOwns(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]bool{
		"EntityDefinitions": true, account: true, "RelationshipDefinitions/x": true, "GlobalOptionSetDefinitions(Name='x')": true,
		"EntityDefinition": false, "entitydefinitions": false, "accounts": false, "": false, "EntityDefinitionsX(1)": false,
	} {
		if w.Owns(path) != want {
			t.Errorf("%q: %v", path, !want)
		}
	}
}

// TestEveryRecordIsAsDeclared: no record holds a member that its type lacks, null where
// that is never null, or a value of another type; ids are never given twice.
func TestEveryRecordIsAsDeclared(t *testing.T) {
	w := newWorld(t)
	d := describer{w.schema, w.model}
	seen := map[meta.ID]string{}
	var check func(r *record, where string)
	check = func(r *record, where string) {
		for name := range r.values {
			if r.kind.property(name) == nil {
				t.Errorf("%s: %s has no %s", where, r.kind.name, name)
			}
		}
		for _, p := range r.kind.properties {
			checkValue(t, p, r.value(p), where, check)
		}
		if id, ok := r.values["MetadataId"].(meta.ID); ok && r.kind.form == entityForm {
			if other, taken := seen[id]; taken && other != where {
				t.Errorf("%s and %s share the id %s", where, other, id)
			}
			seen[id] = where
		}
	}
	for _, table := range d.all("EntityDefinitions") {
		name, _ := table.get("LogicalName").(string)
		check(table, name)
		for _, c := range table.follow("Attributes") {
			column, _ := c.get("LogicalName").(string)
			check(c, name+"."+column)
			for _, o := range c.follow("OptionSet") {
				check(o, name+"."+column+" options")
			}
		}
	}
	for _, r := range d.all("RelationshipDefinitions") {
		name, _ := r.get("SchemaName").(string)
		check(r, "relationship "+name)
	}
	if len(seen) < 800 {
		t.Errorf("only %d records were looked at", len(seen))
	}
}

func checkValue(t *testing.T, p *property, v any, where string, check func(*record, string)) {
	t.Helper()
	if list, ok := v.([]any); ok && p.of.collection {
		for _, one := range list {
			checkValue(t, &property{name: p.name, of: typeRef{kind: p.of.kind}}, one, where, check)
		}
		return
	}
	ok := v == nil && !p.required
	switch v := v.(type) {
	case *record:
		ok = v.kind.is(p.of.kind)
		check(v, where+"/"+p.name)
	case string:
		ok = p.of.kind.name == "String" || p.of.kind.name == "DateTimeOffset" ||
			p.of.kind.name == "Guid" || slices.ContainsFunc(p.of.kind.members, func(m member) bool { return m.name == v })
	case bool:
		ok = p.of.kind.name == "Boolean"
	case int64:
		ok = strings.HasPrefix(p.of.kind.name, "Int")
	case float64:
		ok = p.of.kind.name == "Double" || p.of.kind.name == "Decimal"
	case meta.ID:
		ok = p.of.kind.name == "Guid"
	}
	if !ok {
		t.Errorf("%s: %s of type %s is %v", where, p.name, p.of.edm(""), v)
	}
}
