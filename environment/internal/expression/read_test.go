package expression_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/expression"
	"github.com/stead-s2s/stead/environment/internal/op"
)

func kind(_, column string) string {
	if strings.HasSuffix(column, "id") {
		return "System.Guid"
	}
	return "System.String"
}

// fetchOf and queryOf are the two ways, which must not fail.
func fetchOf(t rapid.TB, q o) string {
	text, err := expression.Fetch(q)
	if err != nil {
		t.Fatalf("%v: %v", q, err)
	}
	return text
}

func queryOf(t rapid.TB, fetch string) o {
	q, err := expression.Read(fetch, kind)
	if err != nil {
		t.Fatalf("%s: %v", fetch, err)
	}
	return q
}

// names are texts that FetchXML can hold in attributes, whatever they mean.
func names() *rapid.Generator[string] {
	return rapid.StringMatching(`[a-z]{1,6}(id)?|[<>&"'ä😀][a-z]`)
}

func listOf(t *rapid.T, label string, most int, one func() any) op.List {
	all := op.List{}
	for range rapid.IntRange(0, most).Draw(t, label) {
		all = append(all, one())
	}
	return all
}

func maybe(t *rapid.T, label string) any {
	if rapid.Bool().Draw(t, label) {
		return nil
	}
	return names().Draw(t, label)
}

func columnsOf(t *rapid.T) o {
	return o{member("AllColumns", rapid.Bool().Draw(t, "all")), member("Columns", listOf(t, "columns", 3, func() any { return names().Draw(t, "column") }))}
}

func ordersOf(t *rapid.T) op.List {
	return listOf(t, "orders", 2, func() any {
		return o{member("AttributeName", names().Draw(t, "order")), member("EntityName", maybe(t, "of")),
			member("OrderType", rapid.SampledFrom([]string{"Ascending", "Descending"}).Draw(t, "way"))}
	})
}

func conditionOf(t *rapid.T) any {
	column := names().Draw(t, "attribute")
	operator := rapid.SampledFrom([]string{"Equal", "NotNull", "In", "LastXDays", "NotEqual", "EqualUserId", "Like", "DoesNotBeginWith", "InFiscalPeriodAndYear", "On", "AboveOrEqual"}).Draw(t, "operator")
	compare, of := rapid.IntRange(0, 9).Draw(t, "compare") == 0, kind("", column)
	if strings.Contains(operator, "X") || strings.Contains(operator, "Fiscal") {
		of = "System.Int32"
	}
	values := listOf(t, "values", 3, func() any { return o{member("Type", of), member("Value", names().Draw(t, "value"))} })
	if compare {
		values = op.List{o{member("Type", "System.String"), member("Value", names().Draw(t, "other"))}}
	}
	return o{member("AttributeName", column), member("CompareColumns", compare), member("EntityName", maybe(t, "entity")),
		member("Operator", operator), member("Values", values)}
}

// filterOf makes a filter; an empty one below others is none.
func filterOf(t *rapid.T, from string, depth int, top bool) o {
	conditions, filters, kind := listOf(t, "conditions", 2, func() any { return conditionOf(t) }), op.List{}, rapid.SampledFrom([]string{"And", "Or"}).Draw(t, "kind")
	if depth > 0 {
		filters = listOf(t, "filters", 2, func() any { return filterOf(t, from, depth-1, false) })
	}
	var link any
	if depth > 0 && rapid.IntRange(0, 3).Draw(t, "linked") == 0 {
		link = linkOf(t, from, depth-1, []string{"Any", "NotAny", "All", "NotAll"})
	}
	quick := rapid.Bool().Draw(t, "quick")
	switch empty := len(conditions)+len(filters) == 0 && link == nil; {
	case empty && !top:
		conditions = op.List{conditionOf(t)}
	case empty:
		kind, quick = "And", false
	}
	return o{member("AnyAllFilterLinkEntity", link), member("Conditions", conditions), member("FilterOperator", kind), member("Filters", filters), member("IsQuickFindFilter", quick)}
}

func linkOf(t *rapid.T, from string, depth int, kinds []string) o {
	to, inner := names().Draw(t, "to"), op.List{}
	if depth > 0 {
		inner = listOf(t, "links", 2, func() any {
			return linkOf(t, to, depth-1, []string{"Inner", "LeftOuter", "Exists", "In", "MatchFirstRowUsingCrossApply"})
		})
	}
	return o{member("Columns", columnsOf(t)), member("EntityAlias", maybe(t, "alias")), member("JoinOperator", rapid.SampledFrom(kinds).Draw(t, "join")),
		member("LinkCriteria", filterOf(t, to, depth, true)), member("LinkEntities", inner), member("LinkFromAttributeName", maybe(t, "from")), member("LinkFromEntityName", from),
		member("LinkToAttributeName", maybe(t, "at")), member("LinkToEntityName", to), member("Orders", ordersOf(t))}
}

// TestBothWays: a QueryExpression that is spelled is read as it was, and FetchXML that was
// spelled is spelled so again.
func TestBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := names().Draw(t, "table")
		var top any
		if n := rapid.Int64Range(0, 5).Draw(t, "top"); n > 0 {
			top = n
		}
		q := o{
			member("ColumnSet", columnsOf(t)), member("Criteria", filterOf(t, table, 2, true)), member("Distinct", rapid.Bool().Draw(t, "distinct")), member("EntityName", table),
			member("LinkEntities", listOf(t, "links", 2, func() any { return linkOf(t, table, 2, []string{"Inner", "LeftOuter"}) })),
			member("NoLock", rapid.Bool().Draw(t, "nolock")), member("Orders", ordersOf(t)),
			member("PageInfo", o{member("Count", rapid.Int64Range(0, 5).Draw(t, "count")), member("PageNumber", rapid.Int64Range(0, 3).Draw(t, "page")),
				member("PagingCookie", maybe(t, "cookie")), member("ReturnTotalRecordCount", rapid.Bool().Draw(t, "total"))}),
			member("TopCount", top),
		}
		text := fetchOf(t, q)
		got := queryOf(t, text)
		if !reflect.DeepEqual(got, q) {
			t.Fatalf("%s\nread %v\nwant %v", text, got, q)
		}
		if again := fetchOf(t, got); again != text {
			t.Fatalf("%s\nagain %s", text, again)
		}
	})
}

// TestRead: the parts that FetchXML spells in more than one way.
func TestRead(t *testing.T) {
	text := `<fetch top='5' no-lock='1' version='1.0'><entity name='account'><attribute name='name' alias='n'/><order attribute='name' descending='1'/>
	 <filter><condition attribute='name' operator='neq' value=''/><condition attribute='accountid' operator='in'><value>1</value><value> 2 </value></condition></filter>
	 <filter type='or'><link-entity name='contact' from='parentcustomerid' to='accountid' link-type='not any'/><link-entity name='task' from='regardingobjectid' to='accountid' link-type='any'/></filter>
	 <link-entity name='contact' from='contactid' to='primarycontactid' alias='c'><filter><condition entityname='c' attribute='createdon' operator='last-x-days' value='3'/><condition attribute='lastname' operator='eq' valueof='firstname'/></filter></link-entity>
	 </entity></fetch>`
	want := `<fetch top="5" no-lock="true"><entity name="account"><attribute name="name"/><order attribute="name" descending="true"/>` +
		`<filter type="and"><filter type="and"><condition attribute="name" operator="ne"><value></value></condition><condition attribute="accountid" operator="in"><value>1</value><value>2</value></condition></filter>` +
		`<filter type="or"><filter type="and"><link-entity name="contact" from="parentcustomerid" to="accountid" link-type="not any"></link-entity></filter>` +
		`<filter type="and"><link-entity name="task" from="regardingobjectid" to="accountid" link-type="any"></link-entity></filter></filter></filter>` +
		`<link-entity name="contact" from="contactid" to="primarycontactid" alias="c" link-type="inner"><filter type="and"><condition entityname="c" attribute="createdon" operator="last-x-days"><value>3</value></condition><condition attribute="lastname" operator="eq" valueof="firstname"/></filter></link-entity></entity></fetch>`
	if got := fetchOf(t, queryOf(t, text)); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	for _, text := range []string{"", "x", "<fetch/>", "<fetch aggregate='true'><entity name='a'/></fetch>", "<fetch><entity name='a'/><entity name='b'/></fetch>"} {
		if q, err := expression.Read(text, kind); !dverr.InvalidArgument.Is(err) {
			t.Errorf("%s: %v %v", text, q, err)
		}
	}
	if text, err := expression.Fetch(o{}); !dverr.InvalidArgument.Is(err) {
		t.Errorf("%s %v", text, err)
	}
}

// FuzzRead: what is read can be spelled, and is read so again.
func FuzzRead(f *testing.F) {
	f.Add(`<fetch><entity name="account"><filter><condition attribute="a" operator="eq" value="1"/></filter><link-entity name="b" to="c" from="d"/></entity></fetch>`)
	f.Add(`<fetch page="2" count="3"><entity name="account"><all-attributes/><filter type="or"><filter/></filter></entity></fetch>`)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := expression.Read(text, kind)
		if err != nil {
			return
		}
		spelled, err := expression.Fetch(q)
		if err != nil {
			return
		}
		if again := fetchOf(t, queryOf(t, spelled)); again != spelled {
			t.Fatalf("%s\nagain %s", spelled, again)
		}
	})
}
