package expression

import (
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/predicate"
)

// deepest bounds filters in filters and links in links.
const deepest = 20

// Spell gives the table that a QueryExpression asks for rows of, and the FetchXML that
// says which: an answer would hold no column but the one named primary.
func Spell(expression []op.Member, primary func(table string) string) (table, fetch string, err error) {
	w := &writer{}
	table = text(expression, "EntityName")
	if table == "" {
		return "", "", dverr.InvalidArgument.Text("The EntityName of a QueryExpression is missing.")
	}
	w.open("fetch", attribute{"top", whole(expression, "TopCount")})
	w.open("entity", attribute{"name", table})
	if id := primary(table); id != "" {
		w.empty("attribute", attribute{"name", id})
	}
	w.body(expression, "Criteria", 0)
	w.close("entity")
	w.close("fetch")
	return table, w.b.String(), w.err
}

type attribute struct{ name, value string }

// Fetch spells a QueryExpression as FetchXML, with its columns, orders and page.
func Fetch(expression []op.Member) (fetch string, err error) {
	w := &writer{whole: true}
	if text(expression, "EntityName") == "" {
		return "", dverr.InvalidArgument.Text("The EntityName of a QueryExpression is missing.")
	}
	page, _ := value(expression, "PageInfo").([]op.Member)
	w.open("fetch", attribute{"top", whole(expression, "TopCount")}, attribute{"distinct", yes(expression, "Distinct")}, attribute{"no-lock", yes(expression, "NoLock")},
		attribute{"page", whole(page, "PageNumber")}, attribute{"count", whole(page, "Count")}, attribute{"paging-cookie", text(page, "PagingCookie")},
		attribute{"returntotalrecordcount", yes(page, "ReturnTotalRecordCount")})
	w.open("entity", attribute{"name", text(expression, "EntityName")})
	w.outputs(expression, "ColumnSet")
	w.body(expression, "Criteria", 0)
	w.close("entity")
	w.close("fetch")
	return w.b.String(), w.err
}

// yes gives a Boolean that is true as text; "" for one that is not.
func yes(of []op.Member, name string) string {
	if on, _ := value(of, name).(bool); on {
		return "true"
	}
	return ""
}

// outputs writes the columns and the orders of a table.
func (w *writer) outputs(of []op.Member, columns string) {
	if !w.whole {
		return
	}
	set, _ := value(of, columns).([]op.Member)
	if yes(set, "AllColumns") != "" {
		w.empty("all-attributes")
	}
	names, _ := value(set, "Columns").(op.List)
	for _, name := range names {
		w.empty("attribute", attribute{"name", scalar(name)})
	}
	orders, _ := value(of, "Orders").(op.List)
	for _, one := range orders {
		o, _ := one.([]op.Member)
		descending := ""
		if kind := scalar(value(o, "OrderType")); kind == "Descending" || kind == "1" {
			descending = "true"
		}
		w.empty("order", attribute{"attribute", text(o, "AttributeName")}, attribute{"entityname", text(o, "EntityName")}, attribute{"descending", descending})
	}
}

// writer writes FetchXML. The first mistake is kept, and what is written then is nothing.
type writer struct {
	b     strings.Builder
	whole bool // columns and orders, too
	err   error
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = dverr.InvalidArgument.Text(format, args...)
	}
}

func (w *writer) start(name string, attributes []attribute) {
	w.b.WriteString("<" + name)
	for _, a := range attributes {
		if a.value != "" {
			w.b.WriteString(" " + a.name + `="`)
			w.escaped(a.value)
			w.b.WriteByte('"')
		}
	}
}

func (w *writer) escaped(text string) { _ = xml.EscapeText(&w.b, []byte(text)) } // a builder cannot fail

func (w *writer) open(name string, attributes ...attribute) {
	w.start(name, attributes)
	w.b.WriteByte('>')
}

func (w *writer) empty(name string, attributes ...attribute) {
	w.start(name, attributes)
	w.b.WriteString("/>")
}

func (w *writer) close(name string) { w.b.WriteString("</" + name + ">") }

// body writes the filter and the links of a table.
func (w *writer) body(of []op.Member, filter string, depth int) {
	if depth > deepest {
		w.fail("A QueryExpression cannot be nested deeper than %d levels.", deepest)
		return
	}
	if f, ok := value(of, filter).([]op.Member); ok {
		w.filter(f, depth+1)
	}
	links, _ := value(of, "LinkEntities").(op.List)
	for _, l := range links {
		link, _ := l.([]op.Member)
		w.link(link, depth+1)
	}
}

// joins are the link types by the names of JoinOperator.
func joins() map[string]string {
	return map[string]string{
		"": "inner", "0": "inner", "Inner": "inner", "1": "outer", "LeftOuter": "outer", "Exists": "exists", "In": "in",
		"MatchFirstRowUsingCrossApply": "matchfirstrowusingcrossapply", "Any": "any", "NotAny": "not any", "All": "all", "NotAll": "not all",
	}
}

func (w *writer) link(l []op.Member, depth int) {
	kind, known := joins()[scalar(value(l, "JoinOperator"))]
	if !known {
		w.fail("The JoinOperator '%s' of a LinkEntity is not supported.", scalar(value(l, "JoinOperator")))
	}
	if depth > deepest {
		w.fail("A QueryExpression cannot be nested deeper than %d levels.", deepest)
		return
	}
	w.open("link-entity", attribute{"name", text(l, "LinkToEntityName")}, attribute{"from", text(l, "LinkToAttributeName")},
		attribute{"to", text(l, "LinkFromAttributeName")}, attribute{"alias", text(l, "EntityAlias")}, attribute{"link-type", kind})
	w.outputs(l, "Columns")
	w.body(l, "LinkCriteria", depth)
	w.close("link-entity")
}

func (w *writer) filter(f []op.Member, depth int) {
	if depth > deepest {
		w.fail("A QueryExpression cannot be nested deeper than %d levels.", deepest)
		return
	}
	conditions, _ := value(f, "Conditions").(op.List)
	filters, _ := value(f, "Filters").(op.List)
	inner, linked := value(f, "AnyAllFilterLinkEntity").([]op.Member)
	if len(conditions) == 0 && len(filters) == 0 && !linked {
		return
	}
	kind := "and"
	switch scalar(value(f, "FilterOperator")) {
	case "Or", "1":
		kind = "or"
	case "And", "0", "":
	default:
		w.fail("The FilterOperator '%s' is not supported.", scalar(value(f, "FilterOperator")))
	}
	w.open("filter", attribute{"type", kind}, attribute{"isquickfindfields", yes(f, "IsQuickFindFilter")})
	for _, c := range conditions {
		condition, _ := c.([]op.Member)
		w.condition(condition)
	}
	for _, one := range filters {
		members, _ := one.([]op.Member)
		w.filter(members, depth+1)
	}
	if linked {
		w.link(inner, depth+1)
	}
	w.close("filter")
}

// condition writes one condition; values are objects {"Type","Value"}, or stand alone.
func (w *writer) condition(c []op.Member) {
	name := text(c, "Operator")
	operator := operatorOf(name)
	if operator == "" || text(c, "AttributeName") == "" {
		w.fail("A ConditionExpression with the operator '%s' on the attribute '%s' is not supported.", name, text(c, "AttributeName"))
		return
	}
	values, _ := value(c, "Values").(op.List)
	attributes := []attribute{{"entityname", text(c, "EntityName")}, {"attribute", text(c, "AttributeName")}, {"operator", operator}}
	if yes(c, "CompareColumns") != "" && len(values) == 1 {
		attributes, values = append(attributes, attribute{"valueof", scalar(literal(values[0]))}), nil
	}
	if len(values) == 0 {
		w.empty("condition", attributes...)
		return
	}
	w.open("condition", attributes...)
	for _, v := range values {
		w.open("value")
		w.escaped(scalar(literal(v)))
		w.close("value")
	}
	w.close("condition")
}

// literal is the value in an object {"Type","Value"}, or what stands alone.
func literal(v any) any {
	if object, ok := v.([]op.Member); ok {
		return value(object, "Value")
	}
	return v
}

// operatorOf gives the operator of FetchXML for a ConditionOperator; "" for none.
func operatorOf(name string) string {
	switch name {
	case "Like", "Null":
		return strings.ToLower(name)
	case "NotLike":
		return "not-like"
	case "NotNull":
		return "not-null"
	case "Equal":
		return "eq"
	case "NotEqual":
		return "ne"
	case "GreaterThan":
		return "gt"
	case "LessThan":
		return "lt"
	case "GreaterEqual":
		return "ge"
	case "LessEqual":
		return "le"
	case "DoesNotBeginWith":
		return "not-begin-with"
	case "DoesNotEndWith":
		return "not-end-with"
	case "BeginsWith":
		return "begins-with"
	case "EndsWith":
		return "ends-with"
	}
	if operator, _, known := predicate.Function(name); known {
		return operator
	}
	return ""
}

func value(of []op.Member, name string) any {
	for _, m := range of {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

func text(of []op.Member, name string) string {
	s, _ := value(of, name).(string)
	return s
}

// whole gives a number as text; "" for none.
func whole(of []op.Member, name string) string {
	if n, ok := value(of, name).(int64); ok && n > 0 {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

// scalar spells a value as FetchXML does.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		if v {
			return "1"
		}
		return "0"
	}
	return ""
}
