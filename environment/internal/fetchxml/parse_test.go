package fetchxml

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/query"
)

const everything = `<?xml version="1.0"?><!-- all there is -->
<fetch version="1.0" mapping="logical" output-format="xml-platform" page="2" count="50" distinct="true" no-lock="false" returntotalrecordcount="1" useraworderby="true" latematerialize="0" options="x">
 <entity name="account">
  <attribute name="name" alias="n"/><attribute name="employees"/>
  <order attribute="name" descending="true"/><order attribute="fullname" entityname="p"/>
  <filter type="or" isquickfindfields="0" hint="union">
   <condition attribute="name" operator="eq" value="a &amp; &quot;b&quot;" uiname="x" uitype="account"/>
   <condition attribute="employees" operator="in"><value>1</value><value uiname="two">2</value></condition>
   <filter><condition entityname="p" attribute="fullname" operator="not-null"/></filter>
   <link-entity name="contact" from="parentcustomerid" to="accountid" link-type="not any"><filter><condition attribute="fullname" operator="like" value="%x%"/></filter></link-entity>
  </filter>
  <link-entity name="contact" from="contactid" to="primarycontactid" alias="p" link-type="outer" intersect="false" visible="true"><all-attributes/></link-entity>
 </entity>
</fetch>`

func TestParsePrints(t *testing.T) {
	f, err := parse(everything)
	if err != nil {
		t.Fatal(err)
	}
	want := `<fetch page="2" count="50" distinct="true" returntotalrecordcount="true" useraworderby="true"><entity name="account">` +
		`<attribute name="name" alias="n"></attribute><attribute name="employees"></attribute><order attribute="name" descending="true"></order><order attribute="fullname" entityname="p"></order>` +
		`<filter type="or"><condition attribute="name" operator="eq" value="a &amp; &#34;b&#34;"></condition><condition attribute="employees" operator="in"><value>1</value><value>2</value></condition>` +
		`<filter><condition attribute="fullname" operator="not-null" entityname="p"></condition></filter>` +
		`<link-entity name="contact" from="parentcustomerid" to="accountid" link-type="not any"><filter><condition attribute="fullname" operator="like" value="%x%"></condition></filter></link-entity></filter>` +
		`<link-entity name="contact" from="contactid" to="primarycontactid" alias="p" link-type="outer"><all-attributes></all-attributes></link-entity></entity></fetch>`
	if got := print(f); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRefusedTexts(t *testing.T) {
	r := request(t)
	in := func(inside string) string { return "<fetch><entity name='account'>" + inside + "</entity></fetch>" }
	aggregate := func(inside string) string {
		return "<fetch aggregate='true'><entity name='account'>" + inside + "</entity></fetch>"
	}
	for _, tt := range []struct {
		text string
		want dverr.Entry
	}{
		{" ", dverr.FetchEmpty},
		{"<!-- nothing -->", dverr.FetchNoDocument},
		{"<fetch", dverr.InvalidArgument},
		{"<fetch/><fetch/>", dverr.InvalidArgument},
		{"x<fetch/>", dverr.InvalidArgument},
		{"<fetch>&e;</fetch>", dverr.InvalidArgument},
		{"<!DOCTYPE fetch><fetch/>", dverr.InvalidArgument},
		{"<x:fetch xmlns:x='y'/>", dverr.FetchBadNode},
		{"<query/>", dverr.FetchBadNode},
		{"<fetch/>", dverr.FetchMissingElement},
		{"<fetch><entity/></fetch>", dverr.FetchMissingAttribute},
		{"<fetch tops='1'><entity name='account'/></fetch>", dverr.FetchBadNode},
		{"<fetch top='x'><entity name='account'/></fetch>", dverr.FetchInvalidValue},
		{"<fetch top='-1'><entity name='account'/></fetch>", dverr.FetchNotPositive},
		{"<fetch count='0'><entity name='account'/></fetch>", dverr.FetchNotPositive},
		{"<fetch page='0'><entity name='account'/></fetch>", dverr.FetchNotPositive},
		{"<fetch top='1' page='1'><entity name='account'/></fetch>", dverr.InvalidArgument},
		{"<fetch distinct='yes'><entity name='account'/></fetch>", dverr.FetchBadDistinct},
		{"<fetch no-lock='yes'><entity name='account'/></fetch>", dverr.FetchBadNoLock},
		{"<fetch mapping='x'><entity name='account'/></fetch>", dverr.FetchBadMapping},
		{"<fetch datasource='retained'><entity name='account'/></fetch>", dverr.NotImplemented},
		{"<fetch><entity name='account'/><entity name='account'/></fetch>", dverr.FetchBadNode},
		{"<fetch distinct='1'><entity name='account'><no-attrs/></entity></fetch>", dverr.FetchNoAttrsDistinct},
		{in("text"), dverr.FetchBadNode},
		{in("<filters/>"), dverr.FetchBadNode},
		{in("<attribute/>"), dverr.FetchMissingAttribute},
		{in("<attribute name='name' groupby='x'/>"), dverr.FetchBadGroupBy},
		{in("<attribute name='name' groupby='true' alias='a'/>"), dverr.FetchBadAggregate},
		{in("<attribute name='name'><value/></attribute>"), dverr.FetchBadNode},
		{in("<attribute name='name' alias='a b'/>"), dverr.FetchInvalidAlias},
		{in("<attribute name='name'/><attribute name='name'/>"), dverr.FetchDuplicateAlias},
		{in("<attribute name='employees' rowaggregate='CountChildren' alias='c'/>"), dverr.FetchBadAggregate},
		{in("<attribute name='accountid' rowaggregate='CountAll' alias='c'/>"), dverr.FetchBadAggregate},
		{in("<attribute name='accountid' rowaggregate='CountChildren'/>"), dverr.FetchInvalidAlias},
		{"<fetch distinct='1'><entity name='account'><attribute name='accountid' rowaggregate='CountChildren' alias='c'/></entity></fetch>", dverr.FetchBadAggregate},
		{in("<link-entity name='contact' from='contactid' to='primarycontactid'><attribute name='contactid' rowaggregate='CountChildren' alias='c'/></link-entity>"), dverr.FetchNoHierarchy},
		{"<fetch utc-offset='60'><entity name='account'/></fetch>", dverr.FetchUTCOffset},
		{"<fetch min-active-row-version='maybe'><entity name='account'/></fetch>", dverr.FetchBadRowVersion},
		{in("<order/>"), dverr.FetchOrderNeedsAttribute},
		{in("<order alias='a'/>"), dverr.FetchOrderAlias},
		{in("<order attribute='name' descending='maybe'/>"), dverr.FetchBadDescending},
		{in("<order attribute='name' entityname='x'/>"), dverr.FetchNoOrderLink},
		{in("<filter type='xor'/>"), dverr.FetchBadFilterType},
		{in("<filter isquickfindfields='x'/>"), dverr.FetchBadQuickFind},
		{in("<filter><condition attribute='name'/></filter>"), dverr.FetchMissingAttribute},
		{in("<filter><condition attribute='name' operator='eq' entityname='x' value='1'/></filter>"), dverr.FetchUnknownAlias},
		{in("<filter><condition attribute='name' operator='eq' valueof='employees'/></filter>"), dverr.FetchBadCondition},
		{in("<filter><condition attribute='employees' operator='eq' valueof='revenue'/></filter>"), dverr.FetchBadCondition},
		{in("<filter><condition attribute='name' operator='like' valueof='name'/></filter>"), dverr.FetchBadOperator},
		{in("<link-entity name='foo' from='a' to='b'/>"), dverr.FetchNoEntity},
		{in("<link-entity name='contact' from='contactid'/>"), dverr.FetchHalfPair},
		{in("<link-entity name='contact'/>"), dverr.FetchHalfPair},
		{in("<link-entity name='contact' from='fullname' to='accountid'/>"), dverr.FetchBadCondition},
		{in("<link-entity name='contact' from='contactid' to='primarycontactid' link-type='left'/>"), dverr.FetchBadLinkType},
		{in("<link-entity name='contact' from='contactid' to='primarycontactid' link-type='any'/>"), dverr.FetchBadLinkType},
		{in("<filter><link-entity name='contact' from='contactid' to='primarycontactid' link-type='outer'/></filter>"), dverr.FetchBadLinkType},
		{in("<link-entity name='contact' from='contactid' to='primarycontactid' link-type='in'><attribute name='fullname'/></link-entity>"), dverr.FetchBadNode},
		{in(strings.Repeat("<link-entity name='contact' from='contactid' to='primarycontactid' alias='a'/>", 2)), dverr.FetchDuplicateAlias},
		{in(strings.Repeat("<link-entity name='contact' from='contactid' to='primarycontactid'/>", 16)), dverr.TooManyLinks},
		{in("<filter>" + strings.Repeat("<condition attribute='name' operator='null'/>", 501) + "</filter>"), dverr.TooManyConditions},
		{in("<filter><condition attribute='employees' operator='in'>" + strings.Repeat("<value>1</value>", 2001) + "</condition></filter>"), dverr.TooManyValues},
		{in(strings.Repeat("<filter>", 50) + strings.Repeat("</filter>", 50)), dverr.FetchBadNode},
		{in("<link-entity name='contact' from='contactid' to='primarycontactid' alias='p'><filter><condition entityname='q' attribute='fullname' operator='null'/></filter></link-entity>"), dverr.FetchLinkCondition},
		{aggregate(""), dverr.FetchBadAggregate},
		{aggregate("<all-attributes/>"), dverr.FetchPlainInAggregate},
		{aggregate("<attribute name='name'/>"), dverr.FetchPlainInAggregate},
		{aggregate("<attribute name='name' aggregate='count'/>"), dverr.FetchInvalidAlias},
		{aggregate("<attribute name='name' aggregate='count' groupby='true' alias='a'/>"), dverr.FetchGroupAndAggregate},
		{aggregate("<attribute name='name' aggregate='median' alias='a'/>"), dverr.FetchBadAggregate},
		{aggregate("<attribute name='name' aggregate='sum' alias='a'/>"), dverr.FetchAggregateType},
		{aggregate("<attribute name='createdon' groupby='true' dategrouping='hour' alias='a'/>"), dverr.FetchBadDateGrouping},
		{aggregate("<attribute name='name' groupby='true' dategrouping='day' alias='a'/>"), dverr.FetchBadDateGrouping},
		{aggregate("<attribute name='name' aggregate='count' alias='a'/><order attribute='name'/>"), dverr.FetchOrderAttribute},
		{aggregate("<attribute name='name' aggregate='count' alias='a'/><order/>"), dverr.FetchOrderNeedsAlias},
		{aggregate("<attribute name='name' aggregate='count' alias='a'/><order alias='b'/>"), dverr.FetchUnknownAlias},
		{"<fetch><entity name='systemuser'/></fetch>", dverr.FetchOtherEntity},
		{"<fetch><entity name='nobody'/></fetch>", dverr.FetchNoEntity},
	} {
		_, err := r.read(t, tt.text)
		if d := refusal(t, err); d.Entry != tt.want {
			t.Errorf("%.200s: %v, want %v", tt.text, d, tt.want.Name)
		}
	}
}

// A refusal tells the line and the place in it.
func TestRefusalsTellWhere(t *testing.T) {
	_, err := request(t).read(t, "<fetch>\n <entity name='account'>\n  <attribute name='foo'/></entity></fetch>")
	if d := refusal(t, err); d.Help != "line 3, position 3: element 'attribute'" {
		t.Error(d.Help)
	}
}

// FuzzParse: no text breaks the reader, and what was read prints to what reads the
// same.
func FuzzParse(f *testing.F) {
	f.Add(everything)
	f.Add(`<fetch aggregate="true" top="3"><entity name="account"><attribute name="createdon" groupby="1" dategrouping="week" alias="w"/><order alias="w"/></entity></fetch>`)
	f.Add(`<fetch page="2" paging-cookie="&lt;cookie page=&quot;1&quot;&gt;&lt;accountid last=&quot;{00000000-0000-0000-0000-00000000ada0}&quot;/&gt;&lt;/cookie&gt;"><entity name="account"/></fetch>`)
	f.Add(`<fetch><entity name="account"><filter><condition attribute="createdon" operator="last-x-days" value="3"/></filter></entity></fetch>`)
	r := request(f)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := r.Read(r.Model.Table("account"), text)
		if err == nil {
			query.Print(query.Clone(q.Select))
		}
		read, err := parse(text)
		if err != nil {
			return
		}
		printed := print(read)
		again, err := parse(printed)
		if err != nil {
			t.Fatalf("%s: %v", printed, err)
		}
		if print(again) != printed {
			t.Errorf("%s\nprints as %s", printed, print(again))
		}
	})
}
