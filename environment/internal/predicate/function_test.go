package predicate

import (
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// documented are the query functions of Dataverse facts 5.12, as they are written there.
const documented = `Last7Days, LastFiscalPeriod, LastFiscalYear, LastMonth, LastWeek, LastYear, Next7Days, NextFiscalPeriod, NextFiscalYear, NextMonth, NextWeek, NextYear, ThisFiscalPeriod, ThisFiscalYear, ThisMonth, ThisWeek, ThisYear, Today, Tomorrow, Yesterday, EqualBusinessId, NotEqualBusinessId, EqualUserId, NotEqualUserId, EqualUserLanguage, EqualUserOrUserHierarchy, EqualUserOrUserHierarchyAndTeams, EqualUserOrUserTeams, EqualUserTeams,
LastXHours, LastXDays, LastXWeeks, LastXMonths, LastXYears, LastXFiscalPeriods, LastXFiscalYears, NextXHours, NextXDays, NextXWeeks, NextXMonths, NextXYears, NextXFiscalPeriods, NextXFiscalYears, OlderThanXMinutes, OlderThanXHours, OlderThanXDays, OlderThanXWeeks, OlderThanXMonths, OlderThanXYears, On, OnOrAfter, OnOrBefore, InFiscalPeriod, InFiscalYear, Above, AboveOrEqual, Under, UnderOrEqual, NotUnder, NotOn,
InFiscalPeriodAndYear, InOrAfterFiscalPeriodAndYear, InOrBeforeFiscalPeriodAndYear,
Between, NotBetween, In, NotIn, ContainValues, DoesNotContainValues`

// TestFunctionsAreOperators: every documented function stands for an operator that some
// column takes.
func TestFunctionsAreOperators(t *testing.T) {
	users := table("systemuser", meta.UniqueID, "systemuserid", meta.Lookup, "parentsystemuserid")
	rows := table("row", meta.UniqueID, "rowid", meta.DateTime, "at", meta.Choices, "colours", meta.Integer, "size", meta.Lookup, "parentrowid")
	m := build(t, users, rows)
	r := Reader{Model: m, Now: time.Date(2026, time.November, 18, 12, 0, 0, 0, time.UTC)}
	s := &query.Select{Table: rows}
	for name := range strings.FieldsFuncSeq(documented, func(c rune) bool { return c == ',' || c == '\n' || c == ' ' }) {
		operator, form, known := Function(name)
		if !known {
			t.Errorf("%s is not known", name)
			continue
		}
		values := map[Form][]string{NoValue: nil, OneValue: {"1"}, TwoValues: {"1", "2026"}, ManyValues: {"1", "2"}}[form]
		if strings.HasPrefix(name, "On") || name == "NotOn" {
			values = []string{"2026-11-18"}
		}
		if strings.Contains(name, "Under") || strings.Contains(name, "Above") {
			values = []string{"00000000-0000-0000-0000-000000000001"}
		}
		taken := false
		for _, c := range rows.Columns {
			_, err := r.Bind(query.Col{Of: s, C: c}, operator, values)
			taken = taken || err == nil
		}
		if !taken {
			t.Errorf("%s: no column takes %s", name, operator)
		}
	}
	for _, name := range []string{"", "last-week", "Eq", "LastXdays", "Contains"} {
		if _, _, known := Function(name); known {
			t.Errorf("%q is known", name)
		}
	}
}

func table(name string, kindsAndNames ...any) *meta.Table {
	t := &meta.Table{LogicalName: name, SchemaName: name, SetName: name + "s", TypeCode: int64(len(name))}
	for i := 0; i < len(kindsAndNames); i += 2 {
		t.Columns = append(t.Columns, &meta.Column{Kind: kindsAndNames[i].(meta.Kind), LogicalName: kindsAndNames[i+1].(string), ForRead: true})
	}
	t.PrimaryID = t.Columns[0]
	return t
}

// build makes a model in which every lookup is to its own table.
func build(t *testing.T, tables ...*meta.Table) *meta.Model {
	t.Helper()
	d := meta.Definition{Tables: tables, Targets: map[*meta.Column][]string{}}
	for _, table := range tables {
		for _, c := range table.Columns {
			if c.Kind == meta.Lookup {
				d.Targets[c] = []string{table.LogicalName}
				d.Relationships = append(d.Relationships, meta.RelationshipDefinition{
					SchemaName: "of_" + table.LogicalName, Referenced: table.LogicalName, Referencing: table.LogicalName, Lookup: c.LogicalName,
					ReferencingNavigation: c.LogicalName, ReferencedNavigation: "of_" + c.LogicalName,
				})
			}
		}
	}
	m, err := meta.Build(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestFiscalYears: what operators mean on 2026-11-18 where years begin in other months.
func TestFiscalYears(t *testing.T) {
	july, april := Fiscal{Month: time.July}, Fiscal{Month: time.April, Day: 6, Months: 6}
	s := &query.Select{Table: table("row", meta.UniqueID, "rowid", meta.DateTime, "at")}
	at := query.Col{Of: s, C: s.Table.Columns[1]}
	for _, tt := range []struct {
		fiscal   Fiscal
		operator string
		values   []string
		from, to string
	}{
		{july, "this-fiscal-year", nil, "2026-07-01", "2027-07-01"},
		{july, "last-fiscal-year", nil, "2025-07-01", "2026-07-01"},
		{july, "this-fiscal-period", nil, "2026-10-01", "2027-01-01"},
		{july, "next-x-fiscal-periods", []string{"2"}, "2027-01-01", "2027-07-01"},
		{july, "last-x-fiscal-years", []string{"2"}, "2024-07-01", "2026-07-01"},
		{july, "in-fiscal-year", []string{"2024"}, "2024-07-01", "2025-07-01"},
		{july, "in-fiscal-period-and-year", []string{"4", "2024"}, "2025-04-01", "2025-07-01"},
		{april, "this-fiscal-period", nil, "2026-10-06", "2027-04-06"},
		{april, "last-fiscal-period", nil, "2026-04-06", "2026-10-06"},
		{april, "in-fiscal-period-and-year", []string{"2", "2024"}, "2024-10-06", "2025-04-06"},
	} {
		r := Reader{Now: time.Date(2026, time.November, 18, 12, 0, 0, 0, time.UTC), Fiscal: tt.fiscal}
		e, err := r.Bind(at, tt.operator, tt.values)
		if err != nil {
			t.Fatal(err)
		}
		between := e.(query.And).Members
		from, to := between[0].(query.Compare).Value.Int(), between[1].(query.Compare).Value.Int()
		if day(from) != tt.from || day(to) != tt.to {
			t.Errorf("%v %s %s: %s to %s, want %s to %s", tt.fiscal, tt.operator, tt.values, day(from), day(to), tt.from, tt.to)
		}
	}
	e, err := Reader{Fiscal: july}.Bind(at, "in-fiscal-period", []string{"3"})
	s.Where = e
	if got, want := query.Print(s), "row t0 {} where (fiscalperiod(7-1,3) t0.at 3)"; err != nil || got != want {
		t.Errorf("third quarter: %v %s, want %s", err, got, want)
	}
	if _, err := (Reader{Fiscal: april}).Bind(at, "in-fiscal-period", []string{"3"}); !dverr.FetchInvalidValue.Is(err) {
		t.Errorf("the third of two periods: %v", err)
	}
	if s.Where, err = (Reader{Fiscal: april}).Bind(at, "in-fiscal-period", []string{"1"}); query.Print(s) != "row t0 {} where (fiscalperiod(4-6,6) t0.at 1)" {
		t.Errorf("a period from the sixth of a month: %s, %v", query.Print(s), err)
	}
}

func day(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.DateOnly) }
