package environment_test

import (
	"fmt"
	"strings"
	"testing"
)

// bulkDelete orders a deletion and waits until its job is over; it gives the job's id.
func (c client) bulkDelete(queries string) string {
	c.t.Helper()
	body := `{"QuerySet":[` + queries + `],"JobName":"Clean up","SendEmailNotification":false,"ToRecipients":[],"CCRecipients":[],"RecurrencePattern":"","StartDateTime":"2026-11-21T12:00:00Z"}`
	a := c.post("BulkDelete", body).is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse","JobId":"…"}`)
	id, _ := a.object()["JobId"].(string)
	c.ended(id)
	return id
}

// ended waits for the end of a job.
func (c client) ended(id string) {
	c.t.Helper()
	for range 20000 { // nothing tells of the end of a job: clients ask
		if c.get("asyncoperations(" + id + ")?$select=statecode").object()["statecode"] == 3.0 {
			return
		}
	}
	c.t.Fatal("the job does not end")
}

func expression(table, criteria string) string {
	return fmt.Sprintf(`{"@odata.type":"Microsoft.Dynamics.CRM.QueryExpression","EntityName":%q,"ColumnSet":{"@odata.type":"Microsoft.Dynamics.CRM.ColumnSet","AllColumns":false,"Columns":[]}%s}`, table, criteria)
}

func criteria(conditions ...string) string {
	return `,"Criteria":{"@odata.type":"Microsoft.Dynamics.CRM.FilterExpression","FilterOperator":"And","Conditions":[` + strings.Join(conditions, ",") + `]}`
}

func conditionOf(column, operator string, values ...string) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = fmt.Sprintf(`{"Value":%q,"Type":"System.String"}`, v)
	}
	return fmt.Sprintf(`{"@odata.type":"Microsoft.Dynamics.CRM.ConditionExpression","AttributeName":%q,"Operator":%q,"Values":[%s]}`, column, operator, strings.Join(list, ","))
}

// TestBulkDelete: the rows that queries find go, as far as the caller reaches; rows tell
// of the job.
func TestBulkDelete(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	var targets []string
	for i := range 250 {
		targets = append(targets, fmt.Sprintf(`{"@odata.type":"Microsoft.Dynamics.CRM.account","name":"Old %d"}`, i))
	}
	app.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", `{"Targets":[`+strings.Join(targets, ",")+`,{"@odata.type":"Microsoft.Dynamics.CRM.account","name":"New"}]}`).is(200, "…")
	app.post("contacts", `{"lastname":"Old"}`).is(204, "")
	id := app.bulkDelete(expression("account", criteria(conditionOf("name", "BeginsWith", "Old"))) + "," + expression("contact", criteria(conditionOf("lastname", "In", "Old", "Older"))))
	if left := app.get("accounts?$select=name").names("name"); len(left) != 1 || left[0] != "New" {
		t.Errorf("accounts left: %v", left)
	}
	if left := app.get("contacts?$select=lastname").names("lastname"); len(left) != 0 {
		t.Errorf("contacts left: %v", left)
	}
	app.get("asyncoperations("+id+")?$select=name,operationtype,statecode,statuscode,messagename,startedon,completedon,errorcode,_ownerid_value").
		is(200, `{"@odata.context":"…","@odata.etag":"…","name":"Clean up","operationtype":13,"statecode":3,"statuscode":30,"messagename":"BulkDelete","startedon":"2026-11-21T12:00:00Z","completedon":"2026-11-21T12:00:00Z","errorcode":null,"_ownerid_value":"`+people["contoso-app"].user+`","asyncoperationid":"`+id+`"}`)
	app.get("bulkdeleteoperations?$select=name,successcount,failurecount,statecode,statuscode,isrecurring,processingqeindex,orderedquerysetxml&$filter=_asyncoperationid_value eq "+id).
		is(200, `{"@odata.context":"…","value":[{"@odata.etag":"…","name":"Clean up","successcount":251,"failurecount":0,"statecode":3,"statuscode":30,"isrecurring":false,"processingqeindex":1,"orderedquerysetxml":"<fetch>…","bulkdeleteoperationid":"…"}]}`)
}

// TestBulkDeleteHeedsRights: who may order one, and what cannot go is written down while
// the rest goes.
func TestBulkDeleteHeedsRights(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	ben := w.as(t, "ben")
	ben.post("BulkDelete", `{"QuerySet":[`+expression("account", "")+`],"JobName":"x"}`).is(403, "…prvBulkDelete…")
	// A unit that has users cannot go; the other rows do.
	rootUnit := app.get("businessunits?$select=businessunitid&$filter=name eq 'contoso'").names("businessunitid")[0]
	app.post("businessunits", `{"name":"Empty","parentbusinessunitid@odata.bind":"businessunits(`+rootUnit+`)"}`).is(204, "")
	unit := app.get("businessunits?$select=businessunitid&$filter=name eq 'Empty'").names("businessunitid")[0]
	app.patch("businessunits("+unit+")", `{"isdisabled":true}`).is(204, "")
	id := app.bulkDelete(expression("businessunit", ""))
	if left := app.get("businessunits?$select=name&$orderby=name").names("name"); len(left) != 3 || left[0] != "contoso" {
		t.Errorf("units left: %v", left)
	}
	counts := app.get("bulkdeleteoperations?$select=successcount,failurecount&$filter=_asyncoperationid_value eq " + id)
	counts.is(200, `{…"successcount":1,"failurecount":3,…`)
	failures := app.get("bulkdeletefailures?$select=errornumber,errordescription,orderedqueryindex&$filter=_asyncoperationid_value eq " + id).names("errordescription")
	if len(failures) != 3 {
		t.Errorf("failures: %v", failures)
	}
}

// TestBulkDeleteRefuses: what cannot be ordered.
func TestBulkDeleteRefuses(t *testing.T) {
	app := start(t).as(t, "contoso-app")
	all := expression("account", "")
	for body, want := range map[string]string{
		``: "JobName", `{"JobName":"x"}`: "QuerySet", `{"JobName":"x","QuerySet":[]}`: "QuerySet", `{"QuerySet":[` + all + `]}`: "JobName",
		`{"JobName":"x","QuerySet":["a"]}`: "must hold QueryExpressions", `{"JobName":"x","QuerySet":[{}]}`: "EntityName",
		`{"JobName":"x","QuerySet":[` + expression("foo", "") + `]}`:                                               "'foo'",
		`{"JobName":"x","QuerySet":[` + expression("account", criteria(conditionOf("foo", "Null"))) + `]}`:         "foo",
		`{"JobName":"x","QuerySet":[` + expression("account", criteria(conditionOf("name", "Sounds", "x"))) + `]}`: "Sounds",
		`{"JobName":"x","StartDateTime":"soon","QuerySet":[` + all + `]}`:                                          "soon",
	} {
		if a := app.post("BulkDelete", body); a.status != 400 || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	for _, body := range []string{`{"JobName":"x","RecurrencePattern":"FREQ=DAILY;","QuerySet":[` + all + `]}`, `{"JobName":"x","StartDateTime":"2027-01-01T00:00:00Z","QuerySet":[` + all + `]}`} {
		app.post("BulkDelete", body).is(501, "…not yet implemented…")
	}
	app.post("BulkDelete", `{"JobName":"x","QuerySet":[`+expression("privilege", "")+`]}`).is(405, "…")
	app.get("BulkDelete").is(405, "…")
	if got := app.get("asyncoperations").names("name"); len(got) != 0 {
		t.Errorf("jobs of what was refused: %v", got)
	}
	id := app.bulkDelete(all)
	app.patch("asyncoperations("+id+")", `{"statecode":3,"statuscode":32}`).is(400, "…0x80044162…")
	app.delete("asyncoperations("+id+")").is(204, "")
	if left := app.get("bulkdeleteoperations").names("name"); len(left) != 0 {
		t.Errorf("operations without their jobs: %v", left)
	}
}

// TestBulkDeleteIsCalledOff: a job that waits is taken off and deletes nothing; what a
// restart cuts off ends as failed.
func TestBulkDeleteIsCalledOff(t *testing.T) {
	w := start(t)
	app, r := w.as(t, "contoso-app"), receive(t)
	app.post("accounts", `{"name":"Stays"}`).is(204, "")
	for range 4 { // every worker waits for the receiver
		app.behind(r, "GET", "WhoAmI", "")
		r.next(t)
	}
	order := func() string {
		t.Helper()
		id, _ := app.post("BulkDelete", `{"JobName":"x","QuerySet":[`+expression("account", "")+`]}`).object()["JobId"].(string)
		app.get("asyncoperations("+id+")?$select=statecode,statuscode").is(200, `{…"statecode":0,"statuscode":0,…`)
		return id
	}
	off, cut := order(), ""
	app.patch("asyncoperations("+off+")", `{"statecode":3}`).is(400, "…0x80044162…")
	app.patch("asyncoperations("+off+")", `{"statecode":3,"statuscode":32}`).is(204, "")
	app.get("bulkdeleteoperations?$select=statuscode").is(200, `{…"statuscode":32,…`)
	r.open()
	last := app.behind(r, "GET", "WhoAmI", "")
	for !strings.Contains(r.next(t), last) {
	}
	app.get("asyncoperations("+off+")?$select=statuscode").is(200, `{…"statuscode":32,…`)
	if left := app.get("accounts").names("name"); len(left) != 1 {
		t.Errorf("accounts left: %v", left)
	}
	second := receive(t)
	for range 4 {
		app.behind(second, "GET", "WhoAmI", "")
		second.next(t)
	}
	cut = order()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.open(t)
	w.as(t, "contoso-app").get("asyncoperations("+cut+")?$select=statecode,statuscode,message").is(200, `{…"statecode":3,"statuscode":31,"message":"The job was interrupted: the environment was restarted.",…`)
}
