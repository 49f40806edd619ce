package environment_test

import (
	"strings"
	"testing"
)

const (
	partiesOf = "?$select=subject,sender,torecipients&$expand=email_activity_parties($select=participationtypemask,addressused,_partyid_value;$orderby=participationtypemask)"
	fromBen   = `{"partyid_systemuser@odata.bind":"systemusers(5a1f0000-0000-4000-8000-0e10000000c2)","participationtypemask":1}`
)

// party spells somebody who takes part in an email.
func party(kind, to, more string) string {
	set, _, _ := strings.Cut(to, "(")
	return `{"partyid_` + strings.TrimSuffix(set, "s") + `@odata.bind":"` + to + `","participationtypemask":` + kind + more + `}`
}

// Whom an email is from and to is said with the email, and changed all at once (Dataverse
// facts 5.10).
func TestPartiesOfEmails(t *testing.T) {
	w := start(t)
	ben, cleo := w.as(t, "ben"), w.as(t, "cleo")
	contact := ben.made("contacts", `{"lastname":"Kim","emailaddress1":"kim@example.com"}`)
	account := ben.made("accounts", `{"name":"Nowhere"}`)
	kim := "contacts(" + contact + ")"
	email := ben.made("emails", `{"subject":"Hello","email_activity_parties":[`+fromBen+`,`+party("2", kim, "")+`,`+party("2", "accounts("+account+")", `,"addressused":"desk@example.com"`)+
		`,{"addressused":"copy@example.com","participationtypemask":3}]}`)
	one := "emails(" + email + ")"
	ben.get(one+partiesOf).is(200, `…"subject":"Hello","sender":null,"torecipients":"kim@example.com;desk@example.com;",…"email_activity_parties":[{…"participationtypemask":1,"addressused":null,"_partyid_value":"`+people["ben"].user+`",…},{…"participationtypemask":2,…},{…"participationtypemask":2,…},{…"participationtypemask":3,"addressused":"copy@example.com","_partyid_value":null…}]…`)
	ben.get("activityparties?$select=participationtypemask,_activityid_value,ispartydeleted&$filter=_partyid_value eq "+contact+"&$expand=activityid_email($select=subject),partyid_contact($select=lastname)").
		is(200, `…"participationtypemask":2,"_activityid_value":"`+email+`","ispartydeleted":false,…"activityid_email":{…"subject":"Hello"…},"partyid_contact":{…"lastname":"Kim"…}}]}`)
	ben.get(kim+"/contact_activity_parties?$select=addressused").is(200, `…"addressused":"kim@example.com"…`)

	ben.send("PUT", one+"/email_activity_parties", `{"value":[`+party("2", kim, `,"addressused":"other@example.com"`)+`]}`).is(204, "")
	ben.get(one+partiesOf).is(200, `…"sender":null,"torecipients":"other@example.com;",…"email_activity_parties":[{…"participationtypemask":2,"addressused":"other@example.com",…}]…`)
	ben.patch(one, `{"subject":"Again","email_activity_parties":[{"addressused":"me@example.com","participationtypemask":1},`+party("4", kim, "")+`]}`).is(204, "")
	ben.get(one+partiesOf).is(200, `…"subject":"Again","sender":"me@example.com","torecipients":null,…"email_activity_parties":[{…"participationtypemask":1,…},{…"participationtypemask":4,"addressused":"kim@example.com",…}]…`)
	ben.patch(one, `{"subject":"Left alone"}`).is(204, "")
	if got := ben.get("activityparties").names("activitypartyid"); len(got) != 2 {
		t.Errorf("after a change of the subject there are %d parties", len(got))
	}

	cleo.get("activityparties").is(200, `…"value":[]}`)
	cleo.send("PUT", one+"/email_activity_parties", `{"value":[]}`).is(403, "…")
	cleo.post("emails", `{"subject":"spy","email_activity_parties":[`+party("2", kim, "")+`]}`).is(403, "…ReadAccess…")
	if got := cleo.get("emails").names("activityid"); len(got) != 0 {
		t.Errorf("a refused email is there: %v", got)
	}
	share := `{"Target":{"activityid":"` + email + `","@odata.type":"Microsoft.Dynamics.CRM.email"},"PrincipalAccess":{"AccessMask":"ReadAccess","Principal":{"systemuserid":"` +
		people["cleo"].user + `","@odata.type":"Microsoft.Dynamics.CRM.systemuser"}}}`
	ben.post("GrantAccess", share).is(204, "")
	cleo.get("activityparties?$select=participationtypemask&$filter=participationtypemask eq 4").is(200, `…"participationtypemask":4…`)

	ben.patch("emails(5a1f0000-0000-4000-8000-00000000e001)", `{"subject":"New","email_activity_parties":[`+party("2", kim, "")+`]}`).is(204, "")
	ben.get("emails(5a1f0000-0000-4000-8000-00000000e001)"+partiesOf).is(200, `…"torecipients":"kim@example.com;"…`)
	ben.delete(one).is(204, "")
	ben.get("activityparties?$select=_activityid_value&$filter=_activityid_value eq "+email).is(200, `…"value":[]}`)
}

// Parties that say nothing, and other ways to write them, are refused and leave no trace.
func TestPartiesRefused(t *testing.T) {
	w := start(t)
	ben := w.as(t, "ben")
	one := "emails(" + ben.made("emails", `{"subject":"Hello","email_activity_parties":[`+fromBen+`]}`) + ")"
	row := "activityparties(" + ben.get("activityparties").names("activitypartyid")[0] + ")"
	for name, list := range map[string]string{
		"nobody":              `{"participationtypemask":2}`,
		"two senders":         fromBen + `,` + fromBen,
		"an organizer":        `{"addressused":"a@example.com","participationtypemask":7}`,
		"no part":             `{"addressused":"a@example.com"}`,
		"a part that is none": `{"addressused":"a@example.com","participationtypemask":99}`,
		"text":                `"x"`,
		"a wrong member":      `{"nonsense":1}`,
	} {
		if a := ben.send("PUT", one+"/email_activity_parties", `{"value":[`+list+`]}`); a.status != 400 {
			t.Errorf("%s: PUT answered %d %s", name, a.status, a.body)
		}
		if a := ben.patch(one, `{"subject":"Changed","email_activity_parties":[`+list+`]}`); a.status != 400 {
			t.Errorf("%s: PATCH answered %d %s", name, a.status, a.body)
		}
		if a := ben.post("emails", `{"subject":"Refused","email_activity_parties":[`+list+`]}`); a.status != 400 {
			t.Errorf("%s: POST answered %d %s", name, a.status, a.body)
		}
	}
	ben.send("PUT", one+"/email_activity_parties", `{}`).is(400, "…value…")
	ben.send("PUT", one+"/email_activity_parties", `{"value":[],"more":1}`).is(400, "…more…")
	ben.send("PUT", one+"/email_activity_mime_attachment", `{"value":[]}`).is(405, "…")
	ben.with("If-Match", `W/"1"`).send("PUT", one+"/email_activity_parties", `{"value":[]}`).is(400, "…")
	ben.post("activityparties", fromBen).is(405, "…")
	ben.patch(row, `{"addressused":"x@example.com"}`).is(405, "…")
	ben.delete(row).is(405, "…")
	ben.post("emails", `{"subject":"Refused","email_activity_parties@odata.bind":["`+row+`"]}`).is(400, "…")
	ben.patch("accounts("+ben.made("accounts", `{"name":"a"}`)+")", `{"account_activity_parties":[]}`).is(400, "…Deep update…")
	ben.get("emails?$select=subject&$expand=email_activity_parties($select=participationtypemask)").
		is(200, `…"value":[{…"subject":"Hello",…"email_activity_parties":[{…"participationtypemask":1,…}]…}]}`)
}

// SendEmail moves an email on; nothing leaves the environment.
func TestSendEmail(t *testing.T) {
	w := start(t)
	ben := w.as(t, "ben")
	write := func(parties string) string {
		return "emails(" + ben.made("emails", `{"subject":"Hello","email_activity_parties":[`+parties+`]}`) + ")"
	}
	to := `{"addressused":"kim@example.com","participationtypemask":2}`
	const send, state = "/Microsoft.Dynamics.CRM.SendEmail", "?$select=statecode,statuscode,senton,actualend,trackingtoken"
	issued := write(fromBen + "," + to)
	ben.post(issued+send, `{"IssueSend":true,"TrackingToken":"CRM:0001"}`).
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.SendEmailResponse","Subject":"Hello"}`)
	ben.get(issued+state).is(200, `…"statecode":1,"statuscode":6,"senton":null,"actualend":"2026-11-21T12:00:00Z","trackingtoken":"CRM:0001"…`)
	noted := write(fromBen + "," + to)
	ben.post(noted+send, `{"IssueSend":false}`).is(200, "…")
	ben.get(noted+state).is(200, `…"statecode":1,"statuscode":3,"senton":"2026-11-21T12:00:00Z","actualend":"2026-11-21T12:00:00Z"…`)

	ben.post(issued+send, `{"IssueSend":true}`).is(400, "…not open…")
	ben.post(write(to)+send, `{"IssueSend":true}`).is(400, "…sender…")
	ben.post(write(fromBen)+send, `{"IssueSend":true}`).is(400, "…recipient…")
	open := write(fromBen + "," + to)
	ben.post(open+send, `{}`).is(400, "…IssueSend…")
	ben.post(open+send, `{"IssueSend":"yes"}`).is(400, "…")
	w.as(t, "cleo").post(open+send, `{"IssueSend":true}`).is(403, "…")
	ben.patch(open, `{"directioncode":false}`).is(204, "")
	ben.post(open+send, `{"IssueSend":true}`).is(400, "…incoming…")
	ben.post("SendEmail", `{"IssueSend":true}`).is(404, "…")
}
