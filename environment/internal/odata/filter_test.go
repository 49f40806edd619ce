package odata

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// aliases are the parameter aliases that the filters below may use.
func aliases() map[string]string {
	return map[string]string{"@p1": "'it'", "@p2": "3", "@p3": "donotemail", "@p4": "(@p4 or @p4)"}
}

func TestFilterBinds(t *testing.T) {
	r := asAda(t)
	for _, c := range []struct{ filter, where string }{
		{"name eq 'Contoso'", `(eq t0.name "Contoso")`},
		{"name ne 'O''Bryan'", `(or (null t0.name) (ne t0.name "O'Bryan"))`},
		{"numberofemployees gt 5 and revenue le 10.5 or donotemail eq true", "(or (and (gt t0.numberofemployees 5) (le t0.revenue 105000)) (eq t0.donotemail 1))"},
		{"not (numberofemployees gt 5 and donotemail)", "(or (le t0.numberofemployees 5) (or (null t0.donotemail) (ne t0.donotemail 1)))"},
		{"contains(name,'50%') eq false", `(or (null t0.name) (not (contains t0.name "50%")))`},
		{"not contains(name,'a')", `(or (null t0.name) (not (contains t0.name "a")))`},
		{"startswith(name,'a') or endswith(description,'b')", `(or (startswith t0.name "a") (endswith t0.description "b"))`},
		{"name eq null", "(null t0.name)"},
		{"null ne name", "(not (null t0.name))"},
		{"5 lt numberofemployees", "(gt t0.numberofemployees 5)"},
		{"revenue eq 1.00001", "(eq t0.revenue 10000.1f)"},
		{"latitude eq 2", "(eq t0.latitude 2f)"},
		{"createdon ge 2023-01-01", "(ge t0.createdon 1672531200)"},
		{"createdon ge 2023-01-01T00:00:00+02:00", "(ge t0.createdon 1672524000)"},
		{"founded eq 1990-01-01", "(eq t0.founded 631152000)"},
		{"_primarycontactid_value eq 70bf4d48-34cb-ed11-b596-0022481d68cd", "(eq t0.primarycontactid 70bf4d48-34cb-ed11-b596-0022481d68cd)"},
		{"_ownerid_value eq '70bf4d48-34cb-ed11-b596-0022481d68cd'", "(eq t0.ownerid 70bf4d48-34cb-ed11-b596-0022481d68cd)"},
		{"accountid ne 70bf4d48-34cb-ed11-b596-0022481d68cd", "(ne t0.accountid 70bf4d48-34cb-ed11-b596-0022481d68cd)"},
		{"primarycontactid/fullname eq 'x'", `(exists contact t1 {} where (and (eq t1.contactid t0.primarycontactid) (eq t1.fullname "x")))`},
		{"primarycontactid/fullname ne 'x'", `(or (null t0.primarycontactid) (exists contact t1 {} where (and (eq t1.contactid t0.primarycontactid) (or (null t1.fullname) (ne t1.fullname "x")))))`},
		{"primarycontactid/fullname eq null", "(or (null t0.primarycontactid) (exists contact t1 {} where (and (eq t1.contactid t0.primarycontactid) (null t1.fullname))))"},
		{"primarycontactid/parentcustomerid_account/name eq 'a'", `(exists contact t1 {} where (and (eq t1.contactid t0.primarycontactid) (exists account t2 {} where (and (eq t2.accountid t1.parentcustomerid) (eq t1.parentcustomeridtype 1) (eq t2.name "a")))))`},
		{"primarycontactid eq null", "(null t0.primarycontactid)"},
		{"not (2 gt Account_Tasks/$count)", "(exists task t1 {} where (and (eq t1.regardingobjectid t0.accountid) (eq t1.regardingobjectidtype 1)) rows ge 2)"},
		{"name eq description", "(eq t0.name t0.description)"},
		{"industrycode eq 1", "(eq t0.industrycode 1)"},
		{"statecode eq 0", "(eq t0.statecode 0)"},
		{"not donotemail", "(or (null t0.donotemail) (ne t0.donotemail 1))"},
		{"true", "(true)"},
		{"numberofemployees gt null", "(false)"},
		{"numberofemployees eq -3", "(eq t0.numberofemployees -3)"},
		{"((name eq 'a'))", `(eq t0.name "a")`},
		{"name eq @p1", `(eq t0.name "it")`},
		{"name eq @missing", "(null t0.name)"},
		{"numberofemployees eq @p2", "(eq t0.numberofemployees 3)"},
		{"contains(name,@p1)", `(contains t0.name "it")`},
		{"@p3", "(eq t0.donotemail 1)"},
		{"not @p3", "(or (null t0.donotemail) (ne t0.donotemail 1))"},
		{"true eq contains(name,'x')", `(contains t0.name "x")`},
		{"revenue gt 922337203685477", "(gt t0.revenue 9223372036854770000)"},
		{"versionnumber gt 5000000000", "(gt t0.versionnumber 5000000000)"},
		{"name eq '😀' and (name ne 'a' or name ne 'b')", `(and (eq t0.name "😀") (or (or (null t0.name) (ne t0.name "a")) (or (null t0.name) (ne t0.name "b"))))`},
		{"name eq 'a' eq true", `(eq t0.name "a")`},
	} {
		s := &query.Select{Table: r.Model.Table("account")}
		var err error
		if s.Where, err = r.bindFilter(s, c.filter, aliases()); err != nil {
			t.Errorf("%s: %v", c.filter, err)
			continue
		}
		if got, want := query.Print(s), "account t0 {} where "+c.where; got != want {
			t.Errorf("%s\n got %s\nwant %s", c.filter, got, want)
		}
	}
}

// The words are those of the OData reader that the service uses; positions count
// characters from 0 and name the end of an unexpected token.
func TestFilterRefuses(t *testing.T) {
	r := asAda(t)
	for _, c := range []struct {
		filter  string
		entry   dverr.Entry
		message string
	}{
		{"a b", dverr.QueryInvalid, "Syntax error at position 3 in 'a b'."},
		{"name", dverr.QueryInvalid, "The $filter expression must evaluate to a single boolean value."},
		{"name eq", dverr.QueryInvalid, "Expression expected at position 7 in 'name eq'."},
		{"name eq 'abc", dverr.QueryInvalid, "There is an unterminated string literal at position 12 in 'name eq 'abc'."},
		{"lastname eq 'O'Bryan'", dverr.QueryInvalid, "There is an unterminated literal at position 21 in 'lastname eq 'O'Bryan''."},
		{"name eq #", dverr.QueryInvalid, "Syntax error: character '#' is not valid at position 8 in 'name eq #'."},
		{"(name eq 'a'", dverr.QueryInvalid, "')' or operator expected at position 12 in '(name eq 'a''."},
		{"contains(name", dverr.QueryInvalid, "')' or ',' expected at position 13 in 'contains(name'."},
		{"contains(name,", dverr.QueryInvalid, "Expression expected at position 14 in 'contains(name,'."},
		{"contains(name)", dverr.QueryInvalid, "No function signature for the function with name 'contains' matches the specified arguments. The function signatures considered are: contains(Edm.String Nullable=true, Edm.String Nullable=true)."},
		{"contains(numberofemployees,'a')", dverr.QueryInvalid, "No function signature for the function with name 'contains' matches the specified arguments. The function signatures considered are: contains(Edm.String Nullable=true, Edm.String Nullable=true)."},
		{"foo eq 1", dverr.UnknownProperty, "Could not find a property named 'foo' on type 'Microsoft.Dynamics.CRM.account'."},
		{"name eq 1", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.String' and 'Edm.Int32' for operator kind 'Equal'."},
		{"donotemail eq 1", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.Boolean' and 'Edm.Int32' for operator kind 'Equal'."},
		{"numberofemployees eq '5'", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.Int32' and 'Edm.String' for operator kind 'Equal'."},
		{"statecode eq 'x'", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.Int32' and 'Edm.String' for operator kind 'Equal'."},
		{"primarycontactid eq 70bf4d48-34cb-ed11-b596-0022481d68cd", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Microsoft.Dynamics.CRM.contact' and 'Edm.Guid' for operator kind 'Equal'."},
		{"_primarycontactid_value eq ''", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.Guid' and 'Edm.String' for operator kind 'Equal'."},
		{"founded eq 2023-01-01T00:00:00Z", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.Date' and 'Edm.DateTimeOffset' for operator kind 'Equal'."},
		{"createdon eq 2023-13-01", dverr.QueryInvalid, "Unrecognized 'Edm.DateTimeOffset' literal '2023-13-01' at '13' in 'createdon eq 2023-13-01'."},
		{"not name", dverr.QueryInvalid, "A unary operator with an incompatible type was detected. Found operand type 'Edm.String' for operator kind 'Not'."},
		{"name and true", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.String' and 'Edm.Boolean' for operator kind 'And'."},
		{"numberofemployees add 1 eq 2", dverr.QueryInvalid, "Arithmetic operators are not supported: 'add' at position 18 in 'numberofemployees add 1 eq 2'."},
		{"name in ('a','b')", dverr.QueryInvalid, "The 'in' operator is not supported, use Microsoft.Dynamics.CRM.In: position 5 in 'name in ('a','b')'."},
		{"length(name) eq 1", dverr.QueryInvalid, "The function 'length' is not supported."},
		{"foo(name) eq 1", dverr.QueryInvalid, "An unknown function with name 'foo' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed."},
		{"1 eq 1", dverr.QueryInvalid, "The query node Constant is not supported"},
		{"5", dverr.QueryInvalid, "The $filter expression must evaluate to a single boolean value."},
		{"", dverr.QueryInvalid, "Expression expected at position 0 in ''."},
		{"Account_Tasks/subject eq 'x'", dverr.QueryInvalid, "The parent value for a property access of a property 'subject' is not a single value. Property access can only be applied to a single value."},
		{"guid'70bf4d48-34cb-ed11-b596-0022481d68cd' eq accountid", dverr.QueryInvalid, "Syntax error at position 42 in 'guid'70bf4d48-34cb-ed11-b596-0022481d68cd' eq accountid'."},
		{"revenue eq name", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.Decimal' and 'Edm.String' for operator kind 'Equal'."},
		{"_mspp_webformid_value eq and mspp_entitypermissionsenabled eq false", dverr.QueryInvalid, "Syntax error at position 58 in '_mspp_webformid_value eq and mspp_entitypermissionsenabled eq false'."},
		{"primarycontactid/foo eq 1", dverr.UnknownProperty, "Could not find a property named 'foo' on type 'Microsoft.Dynamics.CRM.contact'."},
		{"_mspp_webformid_value eq  and mspp_entitypermissionsenabled eq false", dverr.QueryInvalid, "Syntax error at position 59 in '_mspp_webformid_value eq  and mspp_entitypermissionsenabled eq false'."},
		{"name eq '😀' b", dverr.QueryInvalid, "Syntax error at position 14 in 'name eq '😀' b'."},
		{"name has 1", dverr.QueryInvalid, "The 'has' operator is not supported: position 5 in 'name has 1'."},
		{"contains(name,'a') gt true", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.Boolean' and 'Edm.Boolean' for operator kind 'GreaterThan'."},
		{"name eq [1", dverr.QueryInvalid, "Found an unbalanced bracket expression."},
		{"numberofemployees eq 1.", dverr.QueryInvalid, "A digit was expected at position 23 in 'numberofemployees eq 1.'."},
		{"@p4", dverr.QueryInvalid, "Recursion depth exceeded allowed limit."},
		{"Account_Tasks/$count gt 'x'", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.Int64' and 'Edm.String' for operator kind 'GreaterThan'."},
		{"Account_Tasks/$count gt numberofemployees", dverr.QueryInvalid, "$count can only be compared with a number."},
		{"Account_Tasks/$count", dverr.QueryInvalid, "The parent value for a property access of a property '$count' is not a single value. Property access can only be applied to a single value."},
		{"$count gt 1", dverr.UnknownProperty, "Could not find a property named '$count' on type 'Microsoft.Dynamics.CRM.account'."},
		{"primarycontactid/$count gt 1", dverr.QueryInvalid, "Any/All may only be used following a collection by query expression."},
		{"name eq (name eq 'a')", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.String' and 'Edm.Boolean' for operator kind 'Equal'."},
		{"contains(name,'a',)", dverr.QueryInvalid, "Expression expected at position 18 in 'contains(name,'a',)'."},
		{"name eq 99999999999999999999", dverr.QueryInvalid, "A binary operator with incompatible types was detected. Found operand types 'Edm.String' and 'Edm.Double' for operator kind 'Equal'."},
		{"secretnote eq 'a'", dverr.UnknownProperty, "Could not find a property named 'secretnote' on type 'Microsoft.Dynamics.CRM.account'."},
	} {
		s := &query.Select{Table: r.Model.Table("account")}
		_, err := r.bindFilter(s, c.filter, aliases())
		refused(t, c.filter, err, c.entry, c.message)
	}
}

// refused checks a refusal's catalogue entry and message.
func refused(t *testing.T, what string, err error, entry dverr.Entry, message string) {
	t.Helper()
	if !entry.Is(err) {
		t.Errorf("%s: got %v, want %s", what, err, entry.Name)
		return
	}
	if got := dverr.From(err).Message; got != message {
		t.Errorf("%s\n got %s\nwant %s", what, got, message)
	}
}

func TestFilterDepthIsLimited(t *testing.T) {
	r := asAda(t)
	for what, f := range map[string]string{
		"parentheses": nest("(", "donotemail", ")", 101),
		"nots":        nest("not ", "donotemail", "", 101),
		"lambdas":     nest("Account_Tasks/any(o:", "donotemail", ")", 101),
		"chain":       "donotemail" + nest("", "", " eq true", 101),
	} {
		s := &query.Select{Table: r.Model.Table("account")}
		_, err := r.bindFilter(s, f, nil)
		refused(t, what, err, dverr.QueryInvalid, "Recursion depth exceeded allowed limit.")
	}
	s := &query.Select{Table: r.Model.Table("account")}
	if _, err := r.bindFilter(s, nest("(", "donotemail", ")", 99), nil); err != nil {
		t.Errorf("99 deep: %v", err)
	}
}

func nest(before, middle, after string, n int) string {
	for range n {
		middle = before + middle + after
	}
	return middle
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"name eq 'a' and not (revenue gt 1.5e3 or donotemail)", "contains(name,'50%') eq false", "Account_Tasks/any(o:o/subject eq 'x')",
		"Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=[\"a\",\"b'\"])", "createdon ge 2023-01-01T00:00:00+02:00",
		"accountid eq 70bf4d48-34cb-ed11-b596-0022481d68cd", "not not (true)", "@p4", "a/b/c eq -1", "name eq 'O''B'",
	} {
		f.Add(seed)
	}
	r := asAda(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, err := parseFilter(text)
		if err != nil {
			return
		}
		printed := printExpr(e)
		again, err := parseFilter(printed)
		if err != nil {
			t.Fatalf("%q printed as %q, which does not parse: %v", text, printed, err)
		}
		if second := printExpr(again); second != printed {
			t.Fatalf("%q printed as %q, then as %q", text, printed, second)
		}
		s := &query.Select{Table: r.Model.Table("account")}
		if s.Where, err = r.bindFilter(s, text, aliases()); err == nil {
			query.Print(s)
		}
	})
}

// TestFilterLimits: a query may hold 500 conditions, those inside of any and all among them,
// and one of them 2,000 values.
func TestFilterLimits(t *testing.T) {
	r := atNoon(t)
	for _, one := range []string{
		"name eq 'a'", "contains(name,'a')", "contains(name,'a') eq true", "donotemail", "not (name eq 'a')", "Account_Tasks/any(o:o/subject eq 'a')",
		"primarycontactid/lastname eq 'a'", "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')",
	} {
		many := strings.Repeat(one+" or ", 499) + one
		if _, err := r.where(many, nil); err != nil {
			t.Errorf("500 of %s: %v", one, err)
		}
		if _, err := r.where(many+" or name eq null", nil); !dverr.TooManyConditions.Is(err) {
			t.Errorf("501 of %s: %v", one, err)
		}
	}
	in := func(n int) string {
		return "Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=[" + strings.TrimSuffix(strings.Repeat("'a',", n), ",") + "])"
	}
	if _, err := r.where(in(2000), nil); err != nil {
		t.Error(err)
	}
	if _, err := r.where(in(2001), nil); !dverr.TooManyValues.Is(err) {
		t.Errorf("2001 values: %v", err)
	}
}
