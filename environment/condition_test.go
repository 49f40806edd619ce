package environment_test

import (
	"testing"
)

const (
	mismatch = "The version of the existing record doesn't match the RowVersion property provided."
	absent   = "5a1f0000-0000-4000-8000-00000000dead"
)

// TestConditions goes through Dataverse facts 5.11.
func TestConditions(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	id := app.made("accounts", `{"name":"first"}`)
	row := "accounts(" + id + ")"
	old := app.get(row + "?$select=name").header.Get("ETag")
	app.patch(row, `{"name":"second"}`).is(204, "")
	now := app.get(row + "?$select=name").header.Get("ETag")
	if old == now || old == "" {
		t.Fatalf("ETag was %q and is %q", old, now)
	}

	app.with("If-None-Match", now).get(row+"?$select=name").is(304, "").
		has("Content-Type", "application/json; odata.metadata=minimal", "OData-Version", "4.0", "ETag", "")
	app.with("If-None-Match", old).get(row+"?$select=name").is(200, `{…"name":"second",…}`)
	app.with("If-None-Match", "null").get(row+"?$select=name").is(200, "…")
	app.with("If-None-Match", now).get(row+"?$select=name&$expand=primarycontactid($select=fullname)").is(200, "…")
	app.with("If-None-Match", now, "Prefer", `odata.include-annotations="*"`).get(row+"?$select=name").is(200, "…")

	app.with("If-Match", old).patch(row, `{"name":"lost"}`).fails(412, "0x80060882", mismatch)
	app.with("If-Match", old).delete(row).fails(412, "0x80060882", mismatch)
	app.with("If-Match", now).patch(row, `{"name":"third"}`).is(204, "")
	app.get(row+"?$select=name").is(200, `{…"name":"third",…}`)

	missing := "Entity 'account' With Id = " + absent + " Does Not Exist"
	app.with("If-Match", "*").patch("accounts("+absent+")", `{"name":"x"}`).fails(404, "0x80040217", missing)
	app.with("If-Match", now).patch("accounts("+absent+")", `{"name":"x"}`).fails(404, "0x80040217", missing)
	app.with("If-None-Match", "*").patch(row, `{"name":"x"}`).fails(412, "0x80060892", "A record with matching key values already exists.")
	app.with("If-None-Match", "*").patch("accounts("+absent+")", `{"name":"upserted"}`).is(204, "").
		has("OData-EntityId", root+"accounts("+absent+")")
	app.get("accounts("+absent+")?$select=name").is(200, `{…"name":"upserted",…}`)

	for name, headers := range map[string][]string{
		"both":                          {"If-Match", "*", "If-None-Match", "*"},
		"an ETag that is none":          {"If-Match", "544"},
		"several ETags":                 {"If-Match", `W/"1", W/"2"`},
		"a negative ETag":               {"If-Match", `W/"-1"`},
		"If-None-Match ETag on a write": {"If-None-Match", now},
	} {
		if got := app.with(headers...).patch(row, `{"name":"x"}`); got.status != 400 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	app.with("If-Match", "*", "If-None-Match", "null").patch(row, `{"name":"fourth"}`).is(204, "")
	last := app.get(row + "?$select=name")
	last.is(200, `{…"name":"fourth",…}`)
	app.with("If-Match", last.header.Get("ETag")).delete(row).is(204, "")
}

// TestConditionsOfLinks: a link changes only while its row is what the client saw, like
// any column; what a collection holds is under no condition, and one is refused.
func TestConditionsOfLinks(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	account, contact := app.made("accounts", `{"name":"a"}`), app.made("contacts", `{"lastname":"c"}`)
	row := "accounts(" + account + ")"
	old := app.get(row).header.Get("ETag")
	app.patch(row, `{"name":"b"}`).is(204, "")
	link, body := row+"/primarycontactid/$ref", `{"@odata.id":"`+root+`contacts(`+contact+`)"}`
	app.with("If-Match", old).send("PUT", link, body).fails(412, "0x80060882", mismatch)
	app.with("If-Match", app.get(row).header.Get("ETag")).send("PUT", link, body).is(204, "")
	app.with("If-Match", old).delete(link).fails(412, "0x80060882", mismatch)
	app.with("If-Match", "*").delete(link).is(204, "")
	app.with("If-None-Match", "*").send("PUT", link, body).is(400, "…If-None-Match…")
	for _, send := range []func(c client) answer{
		func(c client) answer { return c.post(row+"/contact_customer_accounts/$ref", body) },
		func(c client) answer { return c.delete(row + "/contact_customer_accounts(" + contact + ")/$ref") },
	} {
		send(app.with("If-Match", old)).fails(400, "0x80060888", "The If-Match header of a request that changes the collection 'contact_customer_accounts' may only be '*'.")
		send(app.with("If-Match", "*")).is(204, "")
	}
}
