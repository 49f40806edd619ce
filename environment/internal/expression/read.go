package expression

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// Read gives the QueryExpression of FetchXML that fetchxml accepts. Values have the type that
// kind names for their column ("System.Guid"); those of operators that count have a number's.
// What a QueryExpression has no place for is refused where it makes the answer another one:
// aggregates. Names given to columns, and hints, are passed over.
func Read(fetch string, kind func(table, column string) string) ([]op.Member, error) {
	var root element
	if err := xml.Unmarshal([]byte(fetch), &root); err != nil {
		return nil, dverr.InvalidArgument.Text("The FetchXml cannot be read.").Because(err)
	}
	if root.flag("aggregate") {
		return nil, dverr.InvalidArgument.Text("An aggregate query cannot be converted to a QueryExpression.")
	}
	entities := root.all("entity")
	if len(entities) != 1 {
		return nil, dverr.InvalidArgument.Text("The FetchXml cannot be read.")
	}
	entity := entities[0]
	r := reader{kind: kind, tables: map[string]string{}}
	r.aliases(entity)
	table := entity.get("name")
	return []op.Member{
		{Name: "ColumnSet", Value: entity.columns()},
		{Name: "Criteria", Value: r.criteria(entity, table)},
		{Name: "Distinct", Value: root.flag("distinct")},
		{Name: "EntityName", Value: table},
		{Name: "LinkEntities", Value: r.links(entity, table)},
		{Name: "NoLock", Value: root.flag("no-lock")},
		{Name: "Orders", Value: append(entity.orders(), root.orders()...)},
		{Name: "PageInfo", Value: []op.Member{
			{Name: "Count", Value: root.number("count")}, {Name: "PageNumber", Value: root.number("page")},
			{Name: "PagingCookie", Value: orNull(root.get("paging-cookie"))}, {Name: "ReturnTotalRecordCount", Value: root.flag("returntotalrecordcount")},
		}},
		{Name: "TopCount", Value: positive(root.number("top"))},
	}, nil
}

// element is any element of FetchXML.
type element struct {
	XMLName    xml.Name
	Attributes []xml.Attr `xml:",any,attr"`
	Children   []element  `xml:",any"`
	Text       string     `xml:",chardata"`
}

func (e element) get(name string) string {
	for _, a := range e.Attributes {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

func (e element) flag(name string) bool {
	text := e.get(name)
	return text == "1" || strings.EqualFold(text, "true")
}

func (e element) number(name string) int64 {
	n, _ := strconv.ParseInt(e.get(name), 10, 64) // fetchxml refuses what is no number
	return n
}

func (e element) all(name string) (found []element) {
	for _, c := range e.Children {
		if c.XMLName.Local == name {
			found = append(found, c)
		}
	}
	return found
}

func (e element) columns() []op.Member {
	names := op.List{}
	for _, a := range e.all("attribute") {
		names = append(names, a.get("name"))
	}
	return []op.Member{{Name: "AllColumns", Value: len(e.all("all-attributes")) > 0}, {Name: "Columns", Value: names}}
}

func (e element) orders() op.List {
	all := op.List{}
	for _, o := range e.all("order") {
		kind := "Ascending"
		if o.flag("descending") {
			kind = "Descending"
		}
		all = append(all, []op.Member{
			{Name: "AttributeName", Value: o.get("attribute")}, {Name: "EntityName", Value: orNull(o.get("entityname"))}, {Name: "OrderType", Value: kind},
		})
	}
	return all
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func positive(n int64) any {
	if n <= 0 {
		return nil
	}
	return n
}

// reader knows which tables the aliases of links name.
type reader struct {
	kind   func(table, column string) string
	tables map[string]string
}

func (r reader) aliases(e element) {
	for _, c := range e.Children {
		if alias := c.get("alias"); c.XMLName.Local == "link-entity" && alias != "" {
			r.tables[alias] = c.get("name")
		}
		r.aliases(c)
	}
}

// filters are those of an element that hold anything.
func (e element) filters() (found []element) {
	for _, f := range e.all("filter") {
		if len(f.all("condition"))+len(f.all("link-entity"))+len(f.filters()) > 0 {
			found = append(found, f)
		}
	}
	return found
}

// criteria is the filter of an entity; several hold together.
func (r reader) criteria(e element, table string) []op.Member {
	filters := e.filters()
	if len(filters) == 1 {
		return r.filter(filters[0], table)
	}
	return r.filter(element{Children: filters}, table)
}

// filter reads a filter. A QueryExpression has room for one link in each: where there are
// more, each gets a filter of its own.
func (r reader) filter(e element, table string) []op.Member {
	conditions, filters := op.List{}, op.List{}
	for _, c := range e.all("condition") {
		conditions = append(conditions, r.condition(c, table))
	}
	for _, f := range e.filters() {
		filters = append(filters, r.filter(f, table))
	}
	var link any
	switch links := r.links(e, table); len(links) {
	case 0:
	case 1:
		link = links[0]
	default:
		for _, l := range links {
			filters = append(filters, filterOf(l, "And", op.List{}, op.List{}, false))
		}
	}
	kind := "And"
	if e.get("type") == "or" {
		kind = "Or"
	}
	return filterOf(link, kind, conditions, filters, e.flag("isquickfindfields"))
}

func filterOf(link any, kind string, conditions, filters op.List, quick bool) []op.Member {
	return []op.Member{
		{Name: "AnyAllFilterLinkEntity", Value: link}, {Name: "Conditions", Value: conditions}, {Name: "FilterOperator", Value: kind},
		{Name: "Filters", Value: filters}, {Name: "IsQuickFindFilter", Value: quick},
	}
}

func (r reader) condition(c element, table string) []op.Member {
	column, name := c.get("attribute"), nameOf(c.get("operator"))
	if of, aliased := r.tables[c.get("entityname")]; aliased {
		table = of
	}
	kind := r.kind(table, column)
	if counts(name) {
		kind = "System.Int32"
	}
	values := op.List{}
	add := func(kind, text string) {
		values = append(values, []op.Member{{Name: "Type", Value: kind}, {Name: "Value", Value: text}})
	}
	other := c.get("valueof")
	switch {
	case other != "":
		add("System.String", other)
	case slices.ContainsFunc(c.Attributes, func(a xml.Attr) bool { return a.Name.Local == "value" }):
		add(kind, c.get("value"))
	}
	for _, v := range c.all("value") {
		add(kind, strings.TrimSpace(v.Text))
	}
	return []op.Member{
		{Name: "AttributeName", Value: column}, {Name: "CompareColumns", Value: other != ""}, {Name: "EntityName", Value: orNull(c.get("entityname"))},
		{Name: "Operator", Value: name}, {Name: "Values", Value: values},
	}
}

func (r reader) links(e element, from string) op.List {
	all := op.List{}
	for _, l := range e.all("link-entity") {
		to := l.get("name")
		all = append(all, []op.Member{
			{Name: "Columns", Value: l.columns()}, {Name: "EntityAlias", Value: orNull(l.get("alias"))}, {Name: "JoinOperator", Value: joinOf(l.get("link-type"))},
			{Name: "LinkCriteria", Value: r.criteria(l, to)}, {Name: "LinkEntities", Value: r.links(l, to)},
			{Name: "LinkFromAttributeName", Value: orNull(l.get("to"))}, {Name: "LinkFromEntityName", Value: from},
			{Name: "LinkToAttributeName", Value: orNull(l.get("from"))}, {Name: "LinkToEntityName", Value: to}, {Name: "Orders", Value: l.orders()},
		})
	}
	return all
}

// joinOf names a link type as JoinOperator does.
func joinOf(kind string) string {
	for name, is := range joins() {
		if is == kind && name > "9" { // no number
			return name
		}
	}
	return "Inner"
}

// counts reports operators whose value is a number of periods, or names one.
func counts(name string) bool {
	return strings.Contains(name, "X") || strings.Contains(name, "InFiscal") || strings.Contains(name, "BeforeFiscal") || strings.Contains(name, "AfterFiscal")
}

// conditionOperators are the names of ConditionOperator that FetchXML has operators for.
const conditionOperators = `Equal NotEqual GreaterThan LessThan GreaterEqual LessEqual Like NotLike In NotIn Between NotBetween Null NotNull
Yesterday Today Tomorrow Last7Days Next7Days LastWeek ThisWeek NextWeek LastMonth ThisMonth NextMonth On OnOrBefore OnOrAfter NotOn LastYear ThisYear NextYear
LastXHours NextXHours LastXDays NextXDays LastXWeeks NextXWeeks LastXMonths NextXMonths LastXYears NextXYears
EqualUserId NotEqualUserId EqualBusinessId NotEqualBusinessId EqualUserLanguage EqualUserTeams EqualUserOrUserTeams
EqualUserOrUserHierarchy EqualUserOrUserHierarchyAndTeams BeginsWith DoesNotBeginWith EndsWith DoesNotEndWith
ThisFiscalYear ThisFiscalPeriod NextFiscalYear NextFiscalPeriod LastFiscalYear LastFiscalPeriod LastXFiscalYears LastXFiscalPeriods NextXFiscalYears
NextXFiscalPeriods InFiscalYear InFiscalPeriod InFiscalPeriodAndYear InOrBeforeFiscalPeriodAndYear InOrAfterFiscalPeriodAndYear
Under NotUnder UnderOrEqual Above AboveOrEqual OlderThanXYears OlderThanXMonths OlderThanXWeeks OlderThanXDays OlderThanXHours OlderThanXMinutes
ContainValues DoesNotContainValues`

// nameOf names an operator of FetchXML as ConditionOperator does.
func nameOf(operator string) string {
	if operator == "neq" {
		operator = "ne"
	}
	for name := range strings.FieldsSeq(conditionOperators) {
		if operatorOf(name) == operator {
			return name
		}
	}
	return operator
}
