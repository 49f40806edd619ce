package fetchxml

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// spans are what the operators about time mean on Wednesday, 2026-11-18 12:34:56:
// from the first second in to the first one out.
var spans = []struct{ operator, value, from, to string }{
	{"today", "", "2026-11-18", "2026-11-19"},
	{"yesterday", "", "2026-11-17", "2026-11-18"},
	{"tomorrow", "", "2026-11-19", "2026-11-20"},
	{"last-seven-days", "", "2026-11-11", "2026-11-18 12:34:57"},
	{"next-seven-days", "", "2026-11-18 12:34:56", "2026-11-26"},
	{"last-week", "", "2026-11-08", "2026-11-15"},
	{"this-week", "", "2026-11-15", "2026-11-22"},
	{"next-week", "", "2026-11-22", "2026-11-29"},
	{"last-month", "", "2026-10-01", "2026-11-01"},
	{"this-month", "", "2026-11-01", "2026-12-01"},
	{"next-month", "", "2026-12-01", "2027-01-01"},
	{"last-year", "", "2025-01-01", "2026-01-01"},
	{"this-year", "", "2026-01-01", "2027-01-01"},
	{"next-year", "", "2027-01-01", "2028-01-01"},
	{"last-fiscal-year", "", "2025-01-01", "2026-01-01"},
	{"this-fiscal-year", "", "2026-01-01", "2027-01-01"},
	{"next-fiscal-year", "", "2027-01-01", "2028-01-01"},
	{"last-fiscal-period", "", "2026-07-01", "2026-10-01"},
	{"this-fiscal-period", "", "2026-10-01", "2027-01-01"},
	{"next-fiscal-period", "", "2027-01-01", "2027-04-01"},
	{"last-x-hours", "2", "2026-11-18 10:00:00", "2026-11-18 12:34:57"},
	{"last-x-days", "3", "2026-11-15", "2026-11-18 12:34:57"},
	{"last-x-weeks", "1", "2026-11-11", "2026-11-18 12:34:57"},
	{"last-x-months", "2", "2026-09-18", "2026-11-18 12:34:57"},
	{"last-x-years", "1", "2025-11-18", "2026-11-18 12:34:57"},
	{"last-x-fiscal-periods", "2", "2026-04-01", "2026-10-01"},
	{"last-x-fiscal-years", "2", "2024-01-01", "2026-01-01"},
	{"next-x-hours", "2", "2026-11-18 12:34:56", "2026-11-18 15:00:00"},
	{"next-x-days", "3", "2026-11-18 12:34:56", "2026-11-22"},
	{"next-x-weeks", "1", "2026-11-18 12:34:56", "2026-11-26"},
	{"next-x-months", "2", "2026-11-18 12:34:56", "2027-01-19"},
	{"next-x-years", "1", "2026-11-18 12:34:56", "2027-11-19"},
	{"next-x-fiscal-periods", "2", "2027-01-01", "2027-07-01"},
	{"next-x-fiscal-years", "2", "2027-01-01", "2029-01-01"},
	{"olderthan-x-minutes", "30", "", "2026-11-18 12:04:56"},
	{"olderthan-x-hours", "2", "", "2026-11-18 10:34:56"},
	{"olderthan-x-days", "2", "", "2026-11-16"},
	{"olderthan-x-weeks", "2", "", "2026-11-04"},
	{"olderthan-x-months", "2", "", "2026-09-18"},
	{"olderthan-x-years", "2", "", "2024-11-18"},
	{"on", "2026-11-18", "2026-11-18", "2026-11-19"},
	{"on", "2026-11-18T23:30:00-01:00", "2026-11-19", "2026-11-20"},
	{"on-or-after", "2026-11-18", "2026-11-18", ""},
	{"on-or-before", "2026-11-18", "", "2026-11-19"},
	{"in-fiscal-year", "2024", "2024-01-01", "2025-01-01"},
	{"in-fiscal-period-and-year", "2|2024", "2024-04-01", "2024-07-01"},
	{"in-or-after-fiscal-period-and-year", "2|2024", "2024-04-01", ""},
	{"in-or-before-fiscal-period-and-year", "2|2024", "", "2024-07-01"},
}

func seconds(t *testing.T, text string, zone *time.Location) int64 {
	t.Helper()
	layout := "2006-01-02 15:04:05"[:len(text)]
	at, err := time.ParseInLocation(layout, text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.Unix()
}

// TestRelativeDates reads every operator for a column of each behaviour, for users in
// London and in Kathmandu: an instant moves with the zone, a date does not.
func TestRelativeDates(t *testing.T) {
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("Kathmandu", 5*3600+45*60)} {
		r := request(t)
		r.Now = time.Date(2026, time.November, 18, 12, 34, 56, 789, zone)
		for column, keptIn := range map[string]*time.Location{"createdon": zone, "opened": time.UTC, "meeting": time.UTC} {
			for _, tt := range spans {
				if strings.Contains(tt.value, "-01:00") && zone != time.UTC {
					continue
				}
				var want []string
				if tt.from != "" {
					want = append(want, fmt.Sprintf("(ge t0.%s %d)", column, seconds(t, tt.from, keptIn)))
				}
				if tt.to != "" {
					want = append(want, fmt.Sprintf("(lt t0.%s %d)", column, seconds(t, tt.to, keptIn)))
				}
				got := query.Print(r.ask(t, written(column, tt.operator, tt.value)))
				if text := "(and " + strings.Join(want, " ") + ")"; !strings.Contains(got, text) {
					t.Errorf("%s %s %s in %s: %s, want %s", column, tt.operator, tt.value, zone, got, text)
				}
			}
		}
	}
}

// written writes a condition; values are parted by bars.
func written(column, operator, value string) string {
	values := ""
	if value != "" {
		for v := range strings.SplitSeq(value, "|") {
			values += "<value>" + v + "</value>"
		}
	}
	return "<filter><condition attribute='" + column + "' operator='" + operator + "'>" + values + "</condition></filter>"
}

func TestOperators(t *testing.T) {
	r := request(t)
	for _, tt := range []struct{ column, operator, value, want string }{
		{"name", "eq", "x", `(eq t0.name "x")`},
		{"name", "ne", "x", `(or (null t0.name) (not (eq t0.name "x")))`},
		{"employees", "neq", "5", `(or (null t0.employees) (not (eq t0.employees 5)))`},
		{"employees", "gt", "5", `(gt t0.employees 5)`},
		{"rate", "ge", "1.5", `(ge t0.rate 1.5f)`},
		{"revenue", "lt", "1.23455", `(lt t0.revenue 12346)`},
		{"revenue", "le", "-922337203685477.5808", `(le t0.revenue -9223372036854775808)`},
		{"active", "eq", "1", `(eq t0.active 1)`},
		{"active", "eq", "false", `(eq t0.active 0)`},
		{"size", "eq", "2", `(eq t0.size 2)`},
		{"opened", "eq", "2026-11-18", `(eq t0.opened 1794960000)`},
		{"createdon", "gt", "2026-11-18T01:00:00+01:00", `(gt t0.createdon 1794960000)`},
		{"primarycontactid", "eq", "{" + ada.String() + "}", `(eq t0.primarycontactid ` + ada.String() + `)`},
		{"name", "like", "%a_", `(like t0.name "%a_")`},
		{"name", "not-like", "%a", `(or (null t0.name) (not (like t0.name "%a")))`},
		{"name", "begins-with", "a", `(startswith t0.name "a")`},
		{"name", "not-begin-with", "a", `(or (null t0.name) (not (startswith t0.name "a")))`},
		{"name", "ends-with", "a", `(endswith t0.name "a")`},
		{"name", "not-end-with", "a", `(or (null t0.name) (not (endswith t0.name "a")))`},
		{"name", "null", "", `(null t0.name)`},
		{"name", "not-null", "", `(not (null t0.name))`},
		{"employees", "in", "1|2", `(in t0.employees [1 2])`},
		{"employees", "not-in", "1|2", `(or (null t0.employees) (not (in t0.employees [1 2])))`},
		{"employees", "between", "1|2", `(and (ge t0.employees 1) (le t0.employees 2))`},
		{"employees", "not-between", "1|2", `(or (lt t0.employees 1) (gt t0.employees 2))`},
		{"ownerid", "eq-userid", "", `(in t0.ownerid [` + ada.String() + `])`},
		{"ownerid", "ne-userid", "", `(or (null t0.ownerid) (not (in t0.ownerid [` + ada.String() + `])))`},
		{"ownerid", "eq-businessid", "", `(in t0.ownerid [` + sales.String() + `])`},
		{"ownerid", "ne-businessid", "", `(or (null t0.ownerid) (not (in t0.ownerid [` + sales.String() + `])))`},
		{"ownerid", "eq-userteams", "", `(in t0.ownerid [` + crew.String() + `])`},
		{"ownerid", "eq-useroruserteams", "", `(or (in t0.ownerid [` + ada.String() + `]) (in t0.ownerid [` + crew.String() + `]))`},
		{"ownerid", "eq-useroruserhierarchy", "", `(under orself t0.ownerid ` + ada.String() + ` by t1.parentsystemuserid systemuser t1 {})`},
		{"ownerid", "eq-useroruserhierarchyandteams", "", `(or (under orself t0.ownerid ` + ada.String() + ` by t1.parentsystemuserid systemuser t1 {}) (in t0.ownerid [` + crew.String() + `]))`},
		{"employees", "eq-userlanguage", "", `(eq t0.employees 1033)`},
		{"accountid", "under", ada.String(), `(under t0.accountid ` + ada.String() + ` by t1.parentaccountid account t1 {})`},
		{"accountid", "eq-or-under", ada.String(), `(under orself t0.accountid ` + ada.String() + ` by t1.parentaccountid account t1 {})`},
		{"accountid", "not-under", ada.String(), `(or (null t0.accountid) (not (under t0.accountid ` + ada.String() + ` by t1.parentaccountid account t1 {})))`},
		{"accountid", "above", ada.String(), `(above t0.accountid ` + ada.String() + ` by t1.parentaccountid account t1 {})`},
		{"accountid", "eq-or-above", ada.String(), `(above orself t0.accountid ` + ada.String() + ` by t1.parentaccountid account t1 {})`},
		{"createdon", "in-fiscal-period", "2", `(quarter t0.createdon 2)`},
		{"createdon", "not-on", "2026-11-18", `(or (null t0.createdon) (not (and (ge t0.createdon 1794960000) (lt t0.createdon 1795046400))))`},
		{"colours", "contain-values", "1", `(or (eq t0.colours "1") (startswith t0.colours "1,") (endswith t0.colours ",1") (contains t0.colours ",1,"))`},
		{"colours", "not-contain-values", "1", `(or (null t0.colours) (not (or (eq t0.colours "1") (startswith t0.colours "1,") (endswith t0.colours ",1") (contains t0.colours ",1,"))))`},
	} {
		got := query.Print(r.ask(t, written(tt.column, tt.operator, tt.value)))
		if !strings.Contains(got, "where (and "+tt.want+") order") {
			t.Errorf("%s %s %s: %s\nwant %s", tt.column, tt.operator, tt.value, got, tt.want)
		}
	}
}

func TestOperatorsRefuse(t *testing.T) {
	r := request(t)
	for _, tt := range []struct {
		column, operator, value string
		want                    dverr.Entry
	}{
		{"name", "equals", "x", dverr.FetchBadOperator},
		{"name", "today", "", dverr.FetchBadOperator},
		{"name", "eq", "", dverr.FetchBadCondition},
		{"name", "eq", "a|b", dverr.FetchBadCondition},
		{"employees", "eq", "five", dverr.FetchInvalidValue},
		{"employees", "like", "5", dverr.FetchBadOperator},
		{"employees", "between", "1", dverr.FetchBadCondition},
		{"rate", "eq", "NaN", dverr.FetchInvalidValue},
		{"revenue", "eq", "1/3", dverr.FetchInvalidValue},
		{"revenue", "eq", "1e5", dverr.FetchInvalidValue},
		{"revenue", "eq", "922337203685477.5808", dverr.FetchInvalidValue},
		{"active", "eq", "yes", dverr.FetchInvalidValue},
		{"createdon", "eq", "yesterday", dverr.FetchInvalidValue},
		{"createdon", "on", "2026-02-30", dverr.FetchInvalidValue},
		{"createdon", "last-x-days", "0", dverr.FetchNotPositive},
		{"createdon", "last-x-days", "2147483648", dverr.FetchInvalidValue},
		{"createdon", "last-x-days", "", dverr.FetchBadCondition},
		{"createdon", "in-fiscal-period", "5", dverr.FetchInvalidValue},
		{"createdon", "in-fiscal-period-and-year", "1", dverr.FetchBadCondition},
		{"primarycontactid", "eq", "Ada", dverr.FetchInvalidValue},
		{"primarycontactid", "under", ada.String(), dverr.FetchNoHierarchy},
		{"ownerid", "under", ada.String(), dverr.FetchBadOperator},
		{"name", "eq-userid", "", dverr.FetchBadOperator},
		{"name", "contain-values", "1", dverr.FetchBadOperator},
		{"colours", "contain-values", "red", dverr.FetchInvalidValue},
		{"picture", "eq", "x", dverr.FetchInvalidValue},
		{"missing", "eq", "x", dverr.FetchNoAttribute},
		{"ownerid", "in", "", dverr.FetchBadCondition},
	} {
		_, err := r.read(t, "<fetch><entity name='account'>"+written(tt.column, tt.operator, tt.value)+"</entity></fetch>")
		if d := refusal(t, err); d.Entry != tt.want {
			t.Errorf("%s %s %s: %v, want %v", tt.column, tt.operator, tt.value, d, tt.want)
		}
	}
}
