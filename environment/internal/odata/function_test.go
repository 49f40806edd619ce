package odata

import (
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/predicate"
	"github.com/stead-s2s/stead/environment/internal/query"
)

var adaID = meta.MustID("00000000-0000-0000-0000-00000000ada0")

// atNoon is a request of Ada on Wednesday, 2026-11-18 12:00.
func atNoon(t testing.TB) Request {
	r := asAda(t)
	r.Conditions = func() predicate.Reader {
		return predicate.Reader{
			Model: r.Model, Now: time.Date(2026, time.November, 18, 12, 0, 0, 0, time.UTC), User: predicate.User{ID: adaID},
		}
	}
	return r
}

func (r Request) where(filter string, aliases map[string]string) (string, error) {
	s := &query.Select{Table: r.Model.Table("account")}
	var err error
	if s.Where, err = r.bindFilter(s, filter, aliases); err != nil {
		return "", err
	}
	return strings.TrimPrefix(query.Print(s), "account t0 {} where "), nil
}

func TestQueryFunctionsBind(t *testing.T) {
	r := atNoon(t)
	for filter, want := range map[string]string{
		"%.Between(PropertyName='numberofemployees',PropertyValues=[\"5\",\"2000\"])":            "(and (ge t0.numberofemployees 5) (le t0.numberofemployees 2000))",
		"not %.Between(PropertyName='numberofemployees',PropertyValues=[\"5\",\"7\"])":           "(or (null t0.numberofemployees) (not (and (ge t0.numberofemployees 5) (le t0.numberofemployees 7))))",
		"%.In(PropertyName='name',PropertyValues=['a]','b\\'c'])":                                `(in t0.name ["a]" "b'c"])`,
		"%.In(PropertyName=@p1,PropertyValues=@p2)":                                              `(in t0.name ["O'Brian" "x]"])`,
		"%.In(PropertyValues=[1, 2],PropertyName='numberofemployees')":                           "(in t0.numberofemployees [1 2])",
		"%.NotIn(PropertyName='name',PropertyValues=[\"a\"])":                                    `(or (null t0.name) (not (in t0.name ["a"])))`,
		"not %.NotIn(PropertyName='name',PropertyValues=[\"a\"])":                                `(not (or (null t0.name) (not (in t0.name ["a"]))))`,
		"%.Today(PropertyName='createdon')":                                                      "(and (ge t0.createdon 1794960000) (lt t0.createdon 1795046400))",
		"%.LastXDays(PropertyName='createdon',PropertyValue=3)":                                  "(and (ge t0.createdon 1794700800) (lt t0.createdon 1795003201))",
		"%.LastXDays(PropertyName='createdon',PropertyValue='3')":                                "(and (ge t0.createdon 1794700800) (lt t0.createdon 1795003201))",
		"%.On(PropertyName='createdon',PropertyValue=2026-11-18)":                                "(and (ge t0.createdon 1794960000) (lt t0.createdon 1795046400))",
		"%.EqualUserId(PropertyName='ownerid')":                                                  "(in t0.ownerid [" + adaID.String() + "])",
		"%.EqualUserId(PropertyName='_ownerid_value')":                                           "(in t0.ownerid [" + adaID.String() + "])",
		"%.InFiscalPeriodAndYear(PropertyName='createdon',PropertyValue1=2,PropertyValue2=2024)": "(and (ge t0.createdon 1711929600) (lt t0.createdon 1719792000))",
		"%.ContainValues(PropertyName='hobbies',PropertyValues=[\"1\"])":                         `(or (eq t0.hobbies "1") (startswith t0.hobbies "1,") (endswith t0.hobbies ",1") (contains t0.hobbies ",1,"))`,
		"primarycontactid/%.In(PropertyName='lastname',PropertyValues=['a'])":                    `(exists contact t1 {} where (and (eq t1.contactid t0.primarycontactid) (in t1.lastname ["a"])))`,
		"Account_Tasks/any(o:o/%.In(PropertyName='subject',PropertyValues=['a']))":               `(exists task t1 {} where (and (eq t1.regardingobjectid t0.accountid) (eq t1.regardingobjectidtype 1) (in t1.subject ["a"])))`,
		"%.Under(PropertyName='accountid',PropertyValue=" + adaID.String() + ") or name eq 'a'":  "(or (under t0.accountid " + adaID.String() + ` by t1.parentaccountid account t1 {}) (eq t0.name "a"))`,
		"%.EqualUserId(PropertyName='ownerid') eq false":                                         "(or (null t0.ownerid) (not (in t0.ownerid [" + adaID.String() + "])))",
	} {
		filter = strings.ReplaceAll(filter, "%", "Microsoft.Dynamics.CRM")
		got, err := r.where(filter, map[string]string{"@p1": "'name'", "@p2": `["O'Brian","x]"]`})
		if err != nil || got != want {
			t.Errorf("%s: %v\n got %s\nwant %s", filter, err, got, want)
		}
	}
}

func TestQueryFunctionsRefuse(t *testing.T) {
	r := atNoon(t)
	unknown := "An unknown function with name '%s' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed."
	for _, c := range []struct {
		filter  string
		entry   dverr.Entry
		message string
	}{
		{"%.Last8Days(PropertyName='createdon')", dverr.QueryInvalid, strings.ReplaceAll(unknown, "%s", "%.Last8Days")},
		{"%.Today()", dverr.QueryInvalid, strings.ReplaceAll(unknown, "%s", "%.Today")},
		{"%.Today(PropertyName='createdon',PropertyValue=1)", dverr.QueryInvalid, strings.ReplaceAll(unknown, "%s", "%.Today")},
		{"%.LastXDays(PropertyName='createdon',Value=1)", dverr.QueryInvalid, strings.ReplaceAll(unknown, "%s", "%.LastXDays")},
		{"%.Today(PropertyName='nowhere')", dverr.FetchNoAttribute, "'account' entity doesn't contain attribute with Name = 'nowhere' and NameMapping = 'Logical'."},
		{"%.Today(PropertyName='secretnote')", dverr.FetchNoAttribute, "'account' entity doesn't contain attribute with Name = 'secretnote' and NameMapping = 'Logical'."},
		{"%.Today(PropertyName='name')", dverr.FetchBadOperator, "Unsupported condition operator."},
		{"%.Today(PropertyName=createdon)", dverr.QueryInvalid, "The value of the parameter 'PropertyName' of the function '%.Today' is not valid."},
		{"%.LastXDays(PropertyName='createdon',PropertyValue='x')", dverr.FetchInvalidValue, "Invalid value specified for type."},
		{"%.LastXDays(PropertyName='createdon',PropertyValue=0)", dverr.FetchNotPositive, "A value greater than zero must be specified."},
		{"%.In(PropertyName='name',PropertyValues='a')", dverr.QueryInvalid, "The value of the parameter 'PropertyValues' of the function '%.In' is not valid."},
		{"%.In(PropertyName='name',PropertyValues=@none)", dverr.QueryInvalid, "The value of the parameter 'PropertyValues' of the function '%.In' is not valid."},
		{"%.In(PropertyName='name',PropertyValues=['a' 'b'])", dverr.QueryInvalid, "Invalid JSON. A comma character ',' was expected in scope 'Array'. Every two elements in an array and properties of an object must be separated by commas."},
		{"%.In(PropertyName='name',PropertyValues=[[1]])", dverr.QueryInvalid, "Invalid JSON. A value of the kind 'StartArray' was found where a string was expected."},
		{"%.In(PropertyName='name',PropertyValues=[])", dverr.FetchBadCondition, "Incorrect filter condition or conditions."},
		{"%.Contains(PropertyName='name',PropertyValue='a')", dverr.FetchBadOperator, "Unknown Condition Operator: Contains. FetchXml does not support it"},
		{"%.Contains(PropertyName='nosuch',PropertyValue='a')", dverr.FetchNoAttribute, "'account' entity doesn't contain attribute with Name = 'nosuch' and NameMapping = 'Logical'."},
		{"contact/%.Today(PropertyName='name')", dverr.UnknownProperty, "Could not find a property named 'contact' on type '%.account'."},
		{"Account_Tasks/%.Today(PropertyName='name')", dverr.QueryInvalid, "The parent value for a property access of a property '%.Today' is not a single value. Property access can only be applied to a single value."},
	} {
		filter, message := strings.ReplaceAll(c.filter, "%", "Microsoft.Dynamics.CRM"), strings.ReplaceAll(c.message, "%", "Microsoft.Dynamics.CRM")
		_, err := r.where(filter, nil)
		refused(t, filter, err, c.entry, message)
	}
}

func TestLambdasBind(t *testing.T) {
	r := atNoon(t)
	tasks := "(exists task t1 {} where (and (eq t1.regardingobjectid t0.accountid) (eq t1.regardingobjectidtype 1)"
	for filter, want := range map[string]string{
		"Account_Tasks/any()":                                               tasks + "))",
		"not Account_Tasks/any()":                                           "(not " + tasks + ")))",
		"Account_Tasks/any(o:o/subject eq 'x')":                             tasks + ` (eq t1.subject "x")))`,
		"Account_Tasks/all(o:o/subject eq 'x')":                             "(not " + tasks + ` (not (exists task t2 {} where (and (eq t2.activityid t1.activityid) (eq t2.subject "x")))))))`,
		"Account_Tasks/any(o:o/regardingobjectid_account_task/name eq 'a')": tasks + ` (exists account t2 {} where (and (eq t2.accountid t1.regardingobjectid) (eq t1.regardingobjectidtype 1) (eq t2.name "a")))))`,
		"accountlist_association/any(l:l/listname eq 'a')":                  `(exists list t1 {} where (and (exists listmember t2 {} where (and (eq t2.entityid t0.accountid) (eq t2.listid t1.listid))) (eq t1.listname "a")))`,
		"contact_customer_accounts/any(c:c/Contact_Tasks/any(k:k/subject eq 'x' and c/lastname eq 'y'))": `(exists contact t1 {} where (and (eq t1.parentcustomerid t0.accountid) (eq t1.parentcustomeridtype 1) (exists task t2 {} where (and (eq t2.regardingobjectid t1.contactid) (eq t2.regardingobjectidtype 2) (and (eq t2.subject "x") (eq t1.lastname "y"))))))`,
		"primarycontactid/Contact_Tasks/any(k:k/subject eq 'x')":                                         `(exists contact t1 {} where (and (eq t1.contactid t0.primarycontactid) (exists task t2 {} where (and (eq t2.regardingobjectid t1.contactid) (eq t2.regardingobjectidtype 2) (eq t2.subject "x")))))`,
		"parentaccountid/primarycontactid/lastname eq 'a'":                                               `(exists account t1 {} where (and (eq t1.accountid t0.parentaccountid) (exists contact t2 {} where (and (eq t2.contactid t1.primarycontactid) (eq t2.lastname "a")))))`,
		"parentaccountid/accountid eq " + adaID.String():                                                 `(exists account t1 {} where (and (eq t1.accountid t0.parentaccountid) (eq t1.accountid ` + adaID.String() + `)))`,
		"ownerid/ownerid eq " + adaID.String():                                                           `(eq t0.ownerid ` + adaID.String() + `)`,
		"ownerid/Microsoft.Dynamics.CRM.systemuser/fullname eq 'x'":                                      `(exists systemuser t1 {} where (and (eq t1.systemuserid t0.ownerid) (eq t0.owneridtype 8) (eq t1.fullname "x")))`,
		"ownerid/Microsoft.Dynamics.CRM.team/name ne 'x'":                                                `(or (null t0.ownerid) (not (eq t0.owneridtype 9)) (exists team t1 {} where (and (eq t1.teamid t0.ownerid) (eq t0.owneridtype 9) (or (null t1.name) (ne t1.name "x")))))`,
		"primarycontactid/fullname eq primarycontactid/lastname":                                         `(exists contact t1 {} where (and (eq t1.contactid t0.primarycontactid) (eq t1.fullname t1.lastname)))`,
	} {
		got, err := r.where(filter, nil)
		if err != nil || got != want {
			t.Errorf("%s: %v\n got %s\nwant %s", filter, err, got, want)
		}
	}
}

func TestLambdasRefuse(t *testing.T) {
	r := atNoon(t)
	for filter, message := range map[string]string{
		"primarycontactid/any(o:o/fullname eq 'x')":                                "Any/All may only be used following a collection by query expression.",
		"Account_Tasks/any(o:o/subject)":                                           "The $filter expression must evaluate to a single boolean value.",
		"Account_Tasks/any(o:o)":                                                   "The $filter expression must evaluate to a single boolean value.",
		"Account_Tasks/any(o:o/Account_Tasks/any())":                               "Could not find a property named 'Account_Tasks' on type 'Microsoft.Dynamics.CRM.task'.",
		"Account_Tasks/any(o:o/subject eq $it/name)":                               "Only columns of the same row can be compared.",
		"Account_Tasks/all()":                                                      "Syntax error at position 19 in 'Account_Tasks/all()'.",
		"contact_customer_accounts/any(o:o/Contact_Tasks/any(o:o/subject eq 'x'))": "The range variable 'o' has already been declared.",
		"ownerid/fullname eq 'x'":                                                  "The navigation property 'ownerid' leads to several tables. A type such as Microsoft.Dynamics.CRM.systemuser must follow it.",
		"name/any(o:o/x eq 1)":                                                     "Could not find a property named 'name' on type 'Microsoft.Dynamics.CRM.account'.",
	} {
		_, err := r.where(filter, nil)
		if err == nil || dverr.From(err).Message != message {
			t.Errorf("%s\n got %v\nwant %s", filter, err, message)
		}
	}
}

func TestOrdersThroughNavigation(t *testing.T) {
	r := atNoon(t)
	q := mustRead(t, r, "accounts", "$select=name&$orderby=primarycontactid/lastname desc,primarycontactid/fullname,parentaccountid/primarycontactid/_parentcustomerid_value", false)
	want := "account t0 {t0.name t0.accountid} outer (eq t1.contactid t0.primarycontactid)(contact t1 {}) outer (eq t2.accountid t0.parentaccountid)(account t2 {} outer (eq t3.contactid t2.primarycontactid)(contact t3 {}))" +
		" order t1.lastname desc order t1.fullname order t3.parentcustomerid+label order t0.accountid limit 5000"
	if got := query.Print(q.Select); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}
