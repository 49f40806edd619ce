package environment_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

const convertedFetch = `<fetch top='2' distinct='true'><entity name='account'><attribute name='name'/><order attribute='name' descending='true'/>` +
	`<filter type='or'><condition attribute='revenue' operator='gt' value='10'/><condition attribute='statecode' operator='in'><value>0</value></condition></filter>` +
	`<link-entity name='contact' from='contactid' to='primarycontactid' link-type='outer' alias='c'><attribute name='fullname'/></link-entity></entity></fetch>`

// expressionOf asks for a QueryExpression.
func (c client) expressionOf(fetch string) answer {
	c.t.Helper()
	return c.get("FetchXmlToQueryExpression(FetchXml=@p1)?@p1='" + url.QueryEscape(strings.ReplaceAll(fetch, "'", "''")) + "'")
}

// TestFetchXMLAndQueryExpressions: each is answered as the other, with the types that the
// columns have.
func TestFetchXMLAndQueryExpressions(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	object := func(kind, value string) string { return `{"Type":"System.` + kind + `","Value":"` + value + `"}` }
	got := app.expressionOf(convertedFetch)
	got.is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.FetchXmlToQueryExpressionResponse","Query":{"ColumnSet":{"AllColumns":false,"Columns":["name"]},`+
		`"Criteria":{"AnyAllFilterLinkEntity":null,"Conditions":[{"AttributeName":"revenue","CompareColumns":false,"EntityName":null,"Operator":"GreaterThan","Values":[`+object("Decimal", "10")+`]},`+
		`{"AttributeName":"statecode","CompareColumns":false,"EntityName":null,"Operator":"In","Values":[`+object("Int32", "0")+`]}],"FilterOperator":"Or","Filters":[],"IsQuickFindFilter":false},`+
		`"Distinct":true,"EntityName":"account","LinkEntities":[{"Columns":{"AllColumns":false,"Columns":["fullname"]},"EntityAlias":"c","JoinOperator":"LeftOuter",`+
		`"LinkCriteria":{"AnyAllFilterLinkEntity":null,"Conditions":[],"FilterOperator":"And","Filters":[],"IsQuickFindFilter":false},"LinkEntities":[],"LinkFromAttributeName":"primarycontactid",`+
		`"LinkFromEntityName":"account","LinkToAttributeName":"contactid","LinkToEntityName":"contact","Orders":[]}],"NoLock":false,`+
		`"Orders":[{"AttributeName":"name","EntityName":null,"OrderType":"Descending"}],"PageInfo":{"Count":0,"PageNumber":0,"PagingCookie":null,"ReturnTotalRecordCount":false},"TopCount":2}}`)
	query, err := json.Marshal(got.object()["Query"])
	if err != nil {
		t.Fatal(err)
	}
	back := app.post("QueryExpressionToFetchXml", `{"Query":`+string(query)+`}`)
	back.is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.QueryExpressionToFetchXmlResponse","FetchXml":"…"}`)
	fetch, _ := back.object()["FetchXml"].(string)
	app.expressionOf(fetch).is(200, got.body)
	for i := range 4 {
		app.made("accounts", fmt.Sprintf(`{"name":"%d","revenue":%d,"primarycontactid":{"lastname":"c%[1]d"}}`, i, 5*i))
	}
	rows := func(fetch string) string {
		return app.get("accounts?fetchXml="+url.QueryEscape(fetch)).is(200, "…").body
	}
	if a, b := rows(convertedFetch), rows(fetch); a != b || strings.Count(a, "c.fullname") != 2 {
		t.Errorf("%s asks for\n%s\nthe first for\n%s", fetch, b, a)
	}

	app.expressionOf("<fetch><entity name='nosuch'/></fetch>").fails(400, "0x80041102", "…nosuch…")
	app.expressionOf("<fetch><entity name='account'><attribute name='nosuch'/></entity></fetch>").is(400, "…nosuch…")
	app.expressionOf("<fetch>").is(400, "…")
	app.expressionOf("<fetch aggregate='true'><entity name='account'><attribute name='name' aggregate='count' alias='n'/></entity></fetch>").
		fails(400, "0x80040203", "An aggregate query cannot be converted to a QueryExpression.")
	app.get("FetchXmlToQueryExpression()").is(400, "…FetchXml…")
	app.get("FetchXmlToQueryExpression(FetchXml=5)").is(400, "…")
	app.get("accounts/Microsoft.Dynamics.CRM.FetchXmlToQueryExpression(FetchXml='')").is(404, "…")
	app.post("QueryExpressionToFetchXml", `{"Query":{"EntityName":"nosuch"}}`).is(400, "…nosuch…")
	app.post("QueryExpressionToFetchXml", `{"Query":{}}`).is(400, "…EntityName…")
	app.post("QueryExpressionToFetchXml", `{"Query":5}`).is(400, "…")
}

// TestSavedQueryMessages: FetchXML is judged, and unpublished rows are the rows.
func TestSavedQueryMessages(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	const all = "savedqueries/Microsoft.Dynamics.CRM."
	validate := func(fetch string) answer {
		return app.post(all+"ValidateSavedQuery", fmt.Sprintf(`{"FetchXml":%q,"QueryType":0}`, fetch))
	}
	validate(convertedFetch).is(204, "")
	validate("<fetch><entity name='account'><filter><condition attribute='name' operator='nosuch'/></filter></entity></fetch>").is(400, "…")
	validate("<fetch").is(400, "…")
	app.post(all+"ValidateSavedQuery", `{"FetchXml":"<fetch/>"}`).is(400, "…QueryType…")
	app.post("ValidateSavedQuery", `{"FetchXml":"<fetch/>","QueryType":0}`).is(404, "…")

	const options = "?$select=name&$filter=startswith(name,'A')&$orderby=name&$top=3"
	app.get(all+"RetrieveUnpublishedMultiple()"+options).is(200, app.get("savedqueries"+options).body)
	id := app.get("savedqueries" + options).names("savedqueryid")[0]
	app.get("savedqueries("+id+")/Microsoft.Dynamics.CRM.RetrieveUnpublished()?$select=name").is(200, app.get("savedqueries("+id+")?$select=name").body)
	for _, path := range []string{"savedqueries(" + id + ")/Microsoft.Dynamics.CRM.RetrieveUnpublishedMultiple()", all + "RetrieveUnpublished()", "accounts/Microsoft.Dynamics.CRM.RetrieveUnpublishedMultiple()"} {
		app.get(path).is(404, "…")
	}
	w.as(t, "idle").get(all+"RetrieveUnpublishedMultiple()").is(403, "…")
}
