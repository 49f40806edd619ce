package predicate

import "strings"

// Form says which parameters a query function has beside PropertyName.
type Form uint8

// The forms (Dataverse facts 5.12).
const (
	NoValue    Form = iota + 1 // none
	OneValue                   // PropertyValue
	TwoValues                  // PropertyValue1, PropertyValue2
	ManyValues                 // PropertyValues, a list
)

// Function finds a query function by its name without the namespace: the operator that
// it stands for, by FetchXML's name, and its form.
func Function(name string) (operator string, form Form, known bool) {
	operator = hyphenated(name)
	if odd, is := oddNames[name]; is {
		operator = odd
	}
	form, known = functionForms[name]
	return operator, form, known
}

// hyphenated turns LastXDays into last-x-days.
func hyphenated(name string) string {
	var b strings.Builder
	for i, c := range name {
		upper := c >= 'A' && c <= 'Z'
		digit := c >= '0' && c <= '9'
		if i > 0 && (upper || digit) {
			b.WriteByte('-')
		}
		b.WriteString(strings.ToLower(string(c)))
	}
	return b.String()
}

// oddNames are the functions whose names follow no rule.
var oddNames = map[string]string{
	"Last7Days": "last-seven-days", "Next7Days": "next-seven-days",
	"EqualBusinessId": "eq-businessid", "NotEqualBusinessId": "ne-businessid", "EqualUserId": "eq-userid", "NotEqualUserId": "ne-userid",
	"EqualUserLanguage": "eq-userlanguage", "EqualUserTeams": "eq-userteams", "EqualUserOrUserTeams": "eq-useroruserteams",
	"EqualUserOrUserHierarchy": "eq-useroruserhierarchy", "EqualUserOrUserHierarchyAndTeams": "eq-useroruserhierarchyandteams",
	"OlderThanXMinutes": "olderthan-x-minutes", "OlderThanXHours": "olderthan-x-hours", "OlderThanXDays": "olderthan-x-days",
	"OlderThanXWeeks": "olderthan-x-weeks", "OlderThanXMonths": "olderthan-x-months", "OlderThanXYears": "olderthan-x-years",
	"AboveOrEqual": "eq-or-above", "UnderOrEqual": "eq-or-under",
	"ContainValues": "contain-values", "DoesNotContainValues": "not-contain-values",
}

var functionForms = forms()

func forms() map[string]Form {
	all := map[string]Form{}
	for form, names := range map[Form]string{
		NoValue: `Last7Days LastFiscalPeriod LastFiscalYear LastMonth LastWeek LastYear Next7Days NextFiscalPeriod NextFiscalYear NextMonth
			NextWeek NextYear ThisFiscalPeriod ThisFiscalYear ThisMonth ThisWeek ThisYear Today Tomorrow Yesterday EqualBusinessId
			NotEqualBusinessId EqualUserId NotEqualUserId EqualUserLanguage EqualUserOrUserHierarchy EqualUserOrUserHierarchyAndTeams
			EqualUserOrUserTeams EqualUserTeams`,
		OneValue: `LastXHours LastXDays LastXWeeks LastXMonths LastXYears LastXFiscalPeriods LastXFiscalYears NextXHours NextXDays
			NextXWeeks NextXMonths NextXYears NextXFiscalPeriods NextXFiscalYears OlderThanXMinutes OlderThanXHours OlderThanXDays
			OlderThanXWeeks OlderThanXMonths OlderThanXYears On OnOrAfter OnOrBefore NotOn InFiscalPeriod InFiscalYear Above AboveOrEqual
			Under UnderOrEqual NotUnder`,
		TwoValues:  `InFiscalPeriodAndYear InOrAfterFiscalPeriodAndYear InOrBeforeFiscalPeriodAndYear`,
		ManyValues: `Between NotBetween In NotIn ContainValues DoesNotContainValues`,
	} {
		for name := range strings.FieldsSeq(names) {
			all[name] = form
		}
	}
	return all
}
