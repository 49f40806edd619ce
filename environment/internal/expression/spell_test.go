package expression_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/expression"
	"github.com/stead-s2s/stead/environment/internal/op"
)

type o = []op.Member

func member(name string, v any) op.Member { return op.Member{Name: name, Value: v} }

func primary(table string) string { return table + "id" }

func condition(name, operator string, values ...any) o {
	return o{member("AttributeName", name), member("Operator", operator), member("Values", op.List(values))}
}

func TestSpell(t *testing.T) {
	guid := o{member("Value", "11111111-2222-3333-4444-555555555555"), member("Type", "System.Guid")}
	for name, tt := range map[string]struct {
		expression o
		want       string
	}{
		"all": {nil, `<fetch><entity name="account"><attribute name="accountid"/></entity></fetch>`},
		"what the Python client sends": {o{member("Criteria", o{member("FilterOperator", "And"), member("Conditions", op.List{condition("accountid", "In", guid, guid)})})},
			`<fetch><entity name="account"><attribute name="accountid"/><filter type="and"><condition attribute="accountid" operator="in"><value>11111111-2222-3333-4444-555555555555</value><value>11111111-2222-3333-4444-555555555555</value></condition></filter></entity></fetch>`},
		"filters in filters": {o{member("TopCount", int64(5)), member("Criteria", o{member("FilterOperator", "Or"), member("Conditions", op.List{condition("a", "Null"), condition("b", "LastXDays", int64(3))}),
			member("Filters", op.List{o{member("Conditions", op.List{condition("c", "BeginsWith", "<&\"")})}, o{}})})},
			`<fetch top="5"><entity name="account"><attribute name="accountid"/><filter type="or"><condition attribute="a" operator="null"/><condition attribute="b" operator="last-x-days"><value>3</value></condition><filter type="and"><condition attribute="c" operator="begins-with"><value>&lt;&amp;&#34;</value></condition></filter></filter></entity></fetch>`},
		"links": {o{member("LinkEntities", op.List{o{member("LinkFromAttributeName", "accountid"), member("LinkToEntityName", "contact"), member("LinkToAttributeName", "parentcustomerid"),
			member("JoinOperator", "LeftOuter"), member("EntityAlias", "c"), member("LinkCriteria", o{member("Conditions", op.List{condition("x", "Equal", true, 1.5)})})}})},
			`<fetch><entity name="account"><attribute name="accountid"/><link-entity name="contact" from="parentcustomerid" to="accountid" alias="c" link-type="outer"><filter type="and"><condition attribute="x" operator="eq"><value>1</value><value>1.5</value></condition></filter></link-entity></entity></fetch>`},
	} {
		table, got, err := expression.Spell(append(o{member("EntityName", "account")}, tt.expression...), primary)
		if err != nil || table != "account" || got != tt.want {
			t.Errorf("%s: %s %v\n%s\nwant\n%s", name, table, err, got, tt.want)
		}
	}
}

func TestSpellRefuses(t *testing.T) {
	deep := o{}
	for range 30 {
		deep = o{member("Filters", op.List{deep}), member("Conditions", op.List{condition("a", "Null")})}
	}
	links := o{}
	for range 30 {
		links = o{member("LinkEntities", op.List{links})}
	}
	for name, e := range map[string]o{
		"no table":  {member("Criteria", o{})},
		"operator":  {member("EntityName", "account"), member("Criteria", o{member("Conditions", op.List{condition("a", "Nope")})})},
		"column":    {member("EntityName", "account"), member("Criteria", o{member("Conditions", op.List{condition("", "Null")})})},
		"no object": {member("EntityName", "account"), member("Criteria", o{member("Conditions", op.List{"x"})})},
		"kind":      {member("EntityName", "account"), member("Criteria", o{member("FilterOperator", "Xor"), member("Conditions", op.List{condition("a", "Null")})})},
		"join":      {member("EntityName", "account"), member("LinkEntities", op.List{o{member("JoinOperator", "Natural")}})},
		"deep":      {member("EntityName", "account"), member("Criteria", deep)},
		"links":     append(o{member("EntityName", "account")}, links...),
	} {
		if _, got, err := expression.Spell(e, primary); !dverr.InvalidArgument.Is(err) {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

// FuzzSpell: whatever the texts are, what is spelled is XML.
func FuzzSpell(f *testing.F) {
	f.Add("account", "name", "Equal", "x")
	f.Add("<", "\"", "In", "]]>")
	f.Fuzz(func(t *testing.T, table, column, operator, value string) {
		_, text, err := expression.Spell(o{member("EntityName", table), member("Criteria", o{member("Conditions", op.List{condition(column, operator, value, o{member("Value", value)})})})}, primary)
		if err != nil {
			return
		}
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
	})
}
