package environment_test

import (
	"testing"
)

func TestApply(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.market()
	app.get("accounts?$apply=aggregate($count as n,revenue with sum as total,numberofemployees with average as mean,revenue with max as most,address1_city with countdistinct as cities)").
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(n,total,mean,most,cities)","value":[{"n":3,"total":150.500000000,"mean":6,"most":100.5000,"cities":1}]}`)
	app.get("accounts?$apply=groupby((name),aggregate(revenue with sum as total))").
		is(200, `{…"value":[{"name":"Contoso","total":100.500000000},{"name":"Fabrikam","total":50.000000000},{"name":"Lonely"}]}`)
	app.get("accounts?$apply=groupby((primarycontactid/fullname,statecode))").
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(contact_fullname,statecode)","value":[{"statecode":0},{"contact_fullname":"Ada","statecode":0},{"contact_fullname":"Cleo","statecode":0}]}`)
	app.get("accounts?$apply=filter(name eq @n or startswith(name,'L'))/groupby((statecode),aggregate($count as n))&@n='Contoso'").is(200, `{…"value":[{"statecode":0,"n":2}]}`)
	app.get("accounts?$apply=groupby((name),aggregate($count as n))&$top=2").is(200, `{…"value":[{"name":"Contoso","n":1},{"name":"Fabrikam","n":1}]}`)
	app.get("accounts?$top=0&$apply=groupby((name))").is(200, `{…"value":[]}`)
	app.get("accounts?$apply=groupby((name))&$top=x").is(400, "…")
	w.as(t, "ben").get("accounts?$apply=aggregate($count as n)").is(200, `{…"value":[{"n":0}]}`)
	for _, apply := range []string{"", "aggregate", "aggregate(name with sum as s)", "aggregate(revenue with median as s)", "aggregate($count as 1x)", "groupby(name)", "groupby((nothing))",
		"groupby((createdon))", "groupby((contact_customer_accounts/fullname))", "groupby((name),filter(name eq 'x'))", "groupby((name)", "groupby((name,name))", "filter(name eq 5)/aggregate($count as n)"} {
		if a := app.get("accounts?$apply=" + apply); a.status != 400 {
			t.Errorf("%s: %d %s", apply, a.status, a.body)
		}
	}
	app.get("accounts?$apply=aggregate($count as n)&$orderby=n").fails(400, "0x80060888", "The query option '$orderby' cannot be specified together with $apply.")
	app.get("accounts?$apply=filter(name eq 'x')").is(501, `{…}`)
}
