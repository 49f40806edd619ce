package odata

import (
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/query"
)

func TestQueriesBind(t *testing.T) {
	const all = " order t0.accountid limit 5000"
	for _, c := range []struct {
		raw, tree string
		pageSize  int
		single    bool
	}{
		{"$select=name,", "{t0.name t0.accountid}" + all, 0, false},
		{"$select=name,name,accountid,name", "{t0.name t0.accountid}" + all, 0, false},
		{"%24select=name&tag=x&partitionid=1&", "{t0.name t0.accountid}" + all, 0, false},
		{"$select=address1_city", "{t0.address1_city t0.address1_composite t0.accountid}" + all, 0, false},
		{"$select=revenue", "{t0.revenue t0.transactioncurrencyid t0.accountid}" + all, 0, false},
		{"$select=revenue", "{t0.revenue t0.transactioncurrencyid t0.accountid}", 0, true},
		{"$select=name&$orderby=name%20desc,revenue+asc,_ownerid_value", "{t0.name t0.accountid} order t0.name desc order t0.revenue order t0.ownerid+label order t0.accountid limit 5000", 0, false},
		{"$select=name&$orderby=accountid desc,name,accountid", "{t0.name t0.accountid} order t0.accountid desc order t0.name limit 5000", 0, false},
		{"$select=name&$top=3", "{t0.name t0.accountid} order t0.accountid limit 3", 0, false},
		{"$select=name&$top=9000", "{t0.name t0.accountid}" + all, 0, false},
		{"$select=name&$top=0&$filter=name eq 'a'", "{t0.name t0.accountid} where (false) order t0.accountid limit 1", 0, false},
		{"$select=name&$top=3", "{t0.name t0.accountid} order t0.accountid limit 2", 2, false},
		{"$select=name&$count=true&$format=json", "{t0.name t0.accountid}" + all + " count 5000", 0, false},
		{"$select=name&$count=false", "{t0.name t0.accountid}" + all, 0, false},
		{"$filter=name%20eq%20@p1&@p1='a%26b%2Bc'&$select=name", `{t0.name t0.accountid} where (eq t0.name "a&b+c")` + all, 0, false},
		{"$select=name&$expand=primarycontactid($select%20=%20fullname,%20lastname)", "{t0.name t0.accountid} expand primarycontactid one primarycontactid contactid - - (contact t1 {t1.fullname t1.lastname t1.contactid})", 0, true},
		{"$select=name&$expand=primarycontactid($select=fullname;$filter=fullname eq 'a')", `{t0.name t0.accountid} expand primarycontactid one primarycontactid contactid - - (contact t1 {t1.fullname t1.contactid} where (eq t1.fullname "a"))`, 0, true},
		{"$select=name&$expand=Account_Tasks($select=subject;$filter=contains(subject,'a;(b')  ; $orderby=subject desc;$top=2)",
			`{t0.name t0.accountid} expand Account_Tasks many accountid regardingobjectid - - (task t1 {t1.subject t1.activityid} where (contains t1.subject "a;(b") order t1.subject desc order t1.activityid limit 2)`, 0, true},
		{"$select=name&$expand=accountlist_association($select=listname;$top=0)", "{t0.name t0.accountid} expand accountlist_association many - - entityid listid (list t1 {t1.listname t1.listid} where (false) order t1.listid limit 1)", 0, true},
		{"$select=name&$expand=primarycontactid($select=fullname;$expand=Contact_Tasks($select=subject;$filter=subject eq 'a';$expand=regardingobjectid_contact_task($select=lastname)))",
			`{t0.name t0.accountid} expand primarycontactid one primarycontactid contactid - - (contact t1 {t1.fullname t1.contactid} expand Contact_Tasks many contactid regardingobjectid - - (task t2 {t2.subject t2.activityid} where (eq t2.subject "a") order t2.activityid limit 5000 expand regardingobjectid_contact_task one regardingobjectid contactid - - (contact t3 {t3.lastname t3.contactid})))`, 0, true},
		{"$select=name&$expand=primarycontactid/$ref,ownerid", "{t0.name t0.primarycontactid t0.ownerid+type t0.accountid}", 0, true},
		{"$select=name&$expand=contact_customer_accounts($filter=fullname eq @p1)&@p1='x'",
			`{t0.name t0.accountid} expand contact_customer_accounts many accountid parentcustomerid - - (contact t1 {t1.contactid t1.fullname t1.lastname t1.versionnumber t1.parentcustomerid} where (eq t1.fullname "x") order t1.contactid limit 5000)`, 0, true},
	} {
		r := asAda(t)
		r.PageSize = c.pageSize
		q, err := r.ReadQuery(r.Model.Set("accounts"), c.raw, c.single)
		if err != nil {
			t.Errorf("%s: %v", c.raw, err)
			continue
		}
		if got, want := query.Print(q.Select), "account t0 "+c.tree; got != want {
			t.Errorf("%s\n got %s\nwant %s", c.raw, got, want)
		}
	}
}

// Labels and types cost a look at other rows: they are asked for only when an
// annotation needs them.
func TestAnnotationsAskForLabels(t *testing.T) {
	for annotations, want := range map[string]string{
		"":                     "{t0.revenue t0.primarycontactid t0.ownerid",
		formattedValue:         "{t0.revenue+label t0.primarycontactid+label t0.ownerid+label",
		lookupLogicalName:      "{t0.revenue t0.primarycontactid t0.ownerid+type",
		"*":                    "{t0.revenue+label t0.primarycontactid+label t0.ownerid+label+type",
		"*,-" + formattedValue: "{t0.revenue t0.primarycontactid t0.ownerid+type",
	} {
		r := asAda(t)
		r.Annotations = ParseAnnotations(annotations)
		q := mustRead(t, r, "accounts", "$select=revenue,_primarycontactid_value,_ownerid_value", false)
		if got := query.Print(q.Select); !strings.HasPrefix(got, "account t0 "+want+" ") {
			t.Errorf("%q: %s", annotations, got)
		}
	}
}

func TestQueriesRefused(t *testing.T) {
	r := asAda(t)
	for _, c := range []struct {
		raw     string
		single  bool
		entry   dverr.Entry
		message string
	}{
		{"$select=foo", false, dverr.UnknownProperty, "Could not find a property named 'foo' on type 'Microsoft.Dynamics.CRM.account'."},
		{"$select=Name", false, dverr.UnknownProperty, "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'."},
		{"$select=owneridtype", false, dverr.UnknownProperty, "Could not find a property named 'owneridtype' on type 'Microsoft.Dynamics.CRM.account'."},
		{"$select=a b", false, dverr.QueryInvalid, "Syntax error at position 3 in 'a b'."},
		{"$select=name,,accountid", false, dverr.QueryInvalid, "Syntax error at position 6 in 'name,,accountid'."},
		{"$select=primarycontactid/fullname", false, dverr.QueryInvalid, "Term 'primarycontactid/fullname' is not valid in a $select or $expand expression."},
		{"$select=$count", false, dverr.QueryInvalid, "Found system token '$count' in select or expand clause '$count'."},
		{"$select=name&$select=name", false, dverr.QueryInvalid, "Query option '$select' was specified more than once, but it must be specified at most once."},
		{"$skip=5", false, dverr.QueryInvalid, "Skip Clause is not supported in CRM"},
		{"$Select=name", false, dverr.QueryInvalid, "The query parameter '$Select' is not supported."},
		{"$search=x", false, dverr.QueryInvalid, "The query parameter '$search' is not supported."},
		{"$apply=aggregate($count as c)", false, dverr.QueryInvalid, "The query option '$apply' can only be applied to an entity set."},
		{"fetchXml=<fetch/>", false, dverr.QueryInvalid, "The query option 'fetchXml' can only be applied to an entity set."},
		{"$format=xml", false, dverr.UnsupportedMediaType, "A supported MIME type could not be found that matches the acceptable MIME types for the request. Only application/json is supported."},
		{"$top=-1", false, dverr.QueryInvalid, "The value '-1' is not a non-negative integer value. In OData, the $top query option must specify a non-negative integer value."},
		{"$top=", false, dverr.QueryInvalid, "The value '' is not a non-negative integer value. In OData, the $top query option must specify a non-negative integer value."},
		{"$top=x", true, dverr.QueryInvalid, "The '$top' option cannot be applied to the query path. '$top' can only be applied to a collection of entities."},
		{"$count=yes", false, dverr.QueryInvalid, "'yes' is not a valid count option."},
		{"$filter=", false, dverr.QueryInvalid, "Expression expected at position 0 in ''."},
		{"$filter=name eq 'a'", true, dverr.QueryInvalid, "The '$filter' option cannot be applied to the query path. '$filter' can only be applied to a collection of entities."},
		{"$orderby=foo", false, dverr.UnknownProperty, "Could not find a property named 'foo' on type 'Microsoft.Dynamics.CRM.account'."},
		{"$orderby=name down", false, dverr.QueryInvalid, "Syntax error at position 9 in 'name down'."},
		{"$orderby=name,", false, dverr.QueryInvalid, "Expression expected at position 5 in 'name,'."},
		{"$orderby=name eq 'a'", false, dverr.QueryInvalid, "The $orderby expression must evaluate to a single value of primitive type."},
		{"$expand=name", false, dverr.QueryInvalid, "Property 'name' on type 'Microsoft.Dynamics.CRM.account' is not a navigation property or complex property. Only navigation properties can be expanded."},
		{"$expand=foo", false, dverr.UnknownProperty, "Could not find a property named 'foo' on type 'Microsoft.Dynamics.CRM.account'."},
		{"$expand=", false, dverr.QueryInvalid, "Term '' is not valid in a $select or $expand expression."},
		{"$expand=*", false, dverr.QueryInvalid, "Term '*' is not valid in a $select or $expand expression."},
		{"$expand=Account_Tasks/$ref", false, dverr.QueryInvalid, "Expand with $ref is only supported on lookup type navigation property."},
		{"$expand=primarycontactid,primarycontactid", false, dverr.QueryInvalid, "The navigation property 'primarycontactid' was specified more than once in $expand."},
		{"$expand=primarycontactid($top=1)", false, dverr.QueryInvalid, "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship."},
		{"$expand=primarycontactid($orderby=fullname)", false, dverr.QueryInvalid, "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship."},
		{"$expand=Account_Tasks($skip=1)", false, dverr.QueryInvalid, "Skip Clause is not supported in CRM"},
		{"$expand=Account_Tasks($count=true)", false, dverr.QueryInvalid, "The query option '$count' is not supported in $expand."},
		{"$expand=Account_Tasks($top=1),primarycontactid($expand=createdby)", false, dverr.QueryInvalid, "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship."},
		{"$expand=Account_Tasks($orderby=subject;$expand=regardingobjectid_account_task)", false, dverr.QueryInvalid, "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested one-to-many relationship."},
		{"$expand=primarycontactid($expand=foo)", false, dverr.UnknownProperty, "Could not find a property named 'foo' on type 'Microsoft.Dynamics.CRM.contact'."},
		{"$expand=primarycontactid($expand=Contact_Tasks($expand=))", false, dverr.QueryInvalid, "Term '' is not valid in a $select or $expand expression."},
		{"$expand=accountlist_association,primarycontactid($expand=Contact_Tasks)", false, dverr.QueryInvalid, "The many-to-many navigation property 'accountlist_association' cannot be expanded in a query with a nested $expand."},
		{"$expand=primarycontactid/$ref($select=fullname)", false, dverr.QueryInvalid, "Syntax error at position 22 in 'primarycontactid/$ref($select=fullname)'."},
		{"$expand=primarycontactid/$ref,primarycontactid", false, dverr.QueryInvalid, "The navigation property 'primarycontactid' was specified more than once in $expand."},
		{"$expand=ownerid($select=fullname)", false, dverr.QueryInvalid, "Could not find a property named 'fullname' on type 'Microsoft.Dynamics.CRM.principal'."},
		{"$expand=" + nest("parentaccountid($expand=", "parentaccountid", ")", 15), false, dverr.QueryInvalid, "The number of $expand options in the query exceeds the limit of 15."},
		{"$expand=Account_Tasks($levels=2)", false, dverr.QueryInvalid, "The query option '$levels' is not supported in $expand."},
		{"$expand=Account_Tasks(subject)", false, dverr.QueryInvalid, "The query option 'subject' is not supported in $expand."},
		{"$expand=Account_Tasks($top=1;$top=2)", false, dverr.QueryInvalid, "Query option '$top' was specified more than once, but it must be specified at most once."},
		{"$expand=Account_Tasks($select=subject", false, dverr.QueryInvalid, "Found an unbalanced bracket expression."},
		{"$expand=Account_Tasks)", false, dverr.QueryInvalid, "Syntax error at position 14 in 'Account_Tasks)'."},
		{"$expand=Account_Tasks($select=subject)x", false, dverr.QueryInvalid, "Syntax error at position 31 in 'Account_Tasks($select=subject)x'."},
		{"$expand=Account_Tasks($filter=contains(subject,'a)", false, dverr.QueryInvalid, "There is an unterminated string literal at position 42 in 'Account_Tasks($filter=contains(subject,'a)'."},
		{"$expand=" + strings.Repeat("primarycontactid,", 15) + "createdby", false, dverr.QueryInvalid, "The number of $expand options in the query exceeds the limit of 15."},
		{"$filter=name%2", false, dverr.BadKeySyntax, "Bad Request - Error in query syntax."},
		{"$filter=%zz", false, dverr.BadKeySyntax, "Bad Request - Error in query syntax."},
		{"tag=" + strings.Repeat("x", 66000), false, dverr.PayloadTooLarge, "The URL of the request exceeds the maximum length of 65,536 characters."},
		{"$skiptoken=x", true, dverr.QueryInvalid, "The '$skiptoken' option cannot be applied to the query path. '$skiptoken' can only be applied to a collection of entities."},
	} {
		_, err := r.ReadQuery(r.Model.Set("accounts"), c.raw, c.single)
		refused(t, c.raw[:min(len(c.raw), 80)], err, c.entry, c.message)
	}
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		"$select=name,revenue&$filter=name eq 'a'&$orderby=name desc&$top=3&$count=true", "$expand=primarycontactid($select=fullname),Account_Tasks($filter=contains(subject,'x');$top=1)",
		"$filter=name eq @p1&@p1='x'", "$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%22%20istracking=%22False%22%20/%3E", "a=b&%24top=%31",
	} {
		f.Add(s, false)
	}
	r := asAda(f)
	f.Fuzz(func(t *testing.T, raw string, single bool) {
		q, err := r.ReadQuery(r.Model.Set("accounts"), raw, single)
		if err != nil {
			if dverr.From(err).HTTPStatus() == 500 {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		if !single && !slices.ContainsFunc(q.Select.Order, func(o query.Order) bool { return o.Col.C == q.Select.Table.PrimaryID }) {
			t.Fatalf("%q has no total order", raw)
		}
		collection(t, r, q, pageOf(q))
	})
}
