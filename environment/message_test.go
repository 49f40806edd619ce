package environment_test

import "testing"

// TestRetrieveTotalRecordCount: a function with a list for a parameter, inline and by
// alias.
func TestRetrieveTotalRecordCount(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.firm()
	want := `{"@odata.context":"` + root + `$metadata#Microsoft.Dynamics.CRM.RetrieveTotalRecordCountResponse","EntityRecordCountCollection":{"Count":2,"IsReadOnly":false,"Keys":["account","task"],"Values":[1,3]}}`
	app.get("RetrieveTotalRecordCount(EntityNames=['account','task'])").is(200, want)
	app.get(`RetrieveTotalRecordCount(EntityNames=@p1)?@p1=[%22account%22,%22task%22]`).is(200, want)
	w.as(t, "ben").get("RetrieveTotalRecordCount(EntityNames=['account','task'])").is(200, want)
	w.as(t, "idle").get("RetrieveTotalRecordCount(EntityNames=['account'])").is(403, "…")
	app.get("RetrieveTotalRecordCount(EntityNames=['foo'])").fails(400, "0x80040203", "The entity with a name = 'foo' was not found.")
	app.get("RetrieveTotalRecordCount(EntityNames=@p1)").is(400, "…")
	app.get("RetrieveTotalRecordCount").is(404, "…")
	app.post("RetrieveTotalRecordCount(EntityNames=['account'])", "").is(405, "…")
}
