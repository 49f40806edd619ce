package environment_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment"
)

// post is a part of a change set that posts JSON.
func post(id, target, body string) string {
	return partOf("Content-ID: "+id+"\r\n", "POST "+target+" HTTP/1.1", "Content-Type: application/json", "", body)
}

// TestMessagesInChangeSets: actions are done with the rest of their set, or undone with it;
// they find the rows that the set made.
func TestMessagesInChangeSets(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	share := func(id string) string {
		return post(id, "GrantAccess", `{"Target":{"@odata.id":"$1"},"PrincipalAccess":{"AccessMask":"ReadAccess","Principal":{"@odata.type":"Microsoft.Dynamics.CRM.systemuser","systemuserid":"`+people["ben"].user+`"}}}`)
	}
	made := post("1", "accounts", `{"name":"shared"}`)
	app.batch(changes(made, share("2"))).is(200, "…Content-ID: 2\r\n\r\nHTTP/1.1 204 No Content\r\n…--changesetresponse_…--\r\n--batchresponse_…--\r\n")
	if got := ben.get("accounts?$select=name").names("name"); fmt.Sprint(got) != "[shared]" {
		t.Errorf("ben reads %v", got)
	}
	team := app.made("teams", `{"name":"one"}`)
	join := func(id, user string) string {
		return post(id, "teams("+team+")/Microsoft.Dynamics.CRM.AddMembersTeam", `{"Members":[{"@odata.type":"Microsoft.Dynamics.CRM.systemuser","systemuserid":"`+user+`"}]}`)
	}
	app.batch(changes(made, share("2"), join("3", people["ben"].user), join("4", absent))).is(404, framed+"\r\nHTTP/1.1 404 …0x80040217…")
	if got := app.get("accounts?$select=name").names("name"); fmt.Sprint(got) != "[shared]" {
		t.Errorf("a set that failed made %v", got)
	}
	if got := app.get("teams(" + team + ")/teammembership_association?$select=fullname").names("fullname"); len(got) != 0 {
		t.Errorf("a set that failed gave the team %v", got)
	}
	app.batch(changes(partOf("", "GET WhoAmI HTTP/1.1"))).is(400, "…An invalid HTTP method 'GET' was detected…")
	app.batch(changes(post("1", "WhoAmI", "{}"))).is(405, "…")
	for _, target := range []string{"PublishAllXml", "EntityDefinitions"} {
		app.batch(changes(made, post("2", target, "{}"))).is(501, "…HTTP/1.1 501 …The resource '"+target+"' in a change set is not yet implemented.…")
	}
}

// TestCustomAPIsInChangeSets: they answer before the set is done, in their order; one that
// fails lets nothing of the set happen, and what they did as clients stays.
func TestCustomAPIsInChangeSets(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	app.api("new_Say", "", "> Text 10", "< Text 10")
	app.api("new_Ask", `,"isfunction":true`, "< Text 10")
	app.api("new_Of", `,"bindingtype":1,"boundentitylogicalname":"account"`, "< Text 10")
	var said []string
	w.HandleCustomAPI("new_Say", func(_ context.Context, c environment.CustomAPICall) (map[string]any, error) {
		text := c.Parameters["Text"].(string)
		if said = append(said, text); text == "no" {
			return nil, errors.New("I will not say no")
		}
		app.made("contacts", `{"lastname":"`+text+`"}`)
		return map[string]any{"Text": text + "!"}, nil
	})
	say := func(id, text string) string { return post(id, "new_Say", `{"Text":"`+text+`"}`) }
	made := post("1", "accounts", `{"name":"one"}`)
	contacts := func() string { return fmt.Sprint(app.get("contacts?$select=lastname").names("lastname")) }

	app.batch(changes(say("1", "a"), post("2", "accounts", `{"name":"one"}`), say("3", "b"))).is(200,
		"…Content-ID: 1\r\n\r\nHTTP/1.1 200 OK…\"Text\":\"a!\"}\r\n…Content-ID: 2\r\n\r\nHTTP/1.1 204 No Content…Content-ID: 3\r\n\r\nHTTP/1.1 200 OK…\"Text\":\"b!\"}\r\n--changesetresponse_…")
	if got := fmt.Sprintln(said, contacts()); got != "[a b] [a b]\n" {
		t.Errorf("said and wrote %s", got)
	}
	app.batch(changes(made, say("2", "c"), say("3", "no"))).is(400, framed+"\r\nHTTP/1.1 400 …\"code\":\"0x80040265\",\"message\":\"I will not say no\"…")
	app.batch(changes(say("1", "d"), post("2", "accounts", `{"name":"`+strings.Repeat("x", 161)+`"}`))).is(400, framed+"\r\nHTTP/1.1 400 …"+tooLong+"…")
	if got := fmt.Sprintln(app.get("accounts?$select=name").names("name"), contacts()); got != "[one] [a b c d]\n" {
		t.Errorf("two failures left %s", got)
	}
	id := app.get("accounts?$select=name").names("accountid")[0]
	app.batch(changes(post("1", "accounts("+id+")/Microsoft.Dynamics.CRM.new_Of", "{}"))).is(200, "…\"Text\":\"\"}…")
	ben.batch(changes(post("1", "accounts("+id+")/Microsoft.Dynamics.CRM.new_Of", "{}"))).is(403, "…ReadAccess …")
	app.batch(changes(made, post("2", "$1/Microsoft.Dynamics.CRM.new_Of", "{}"))).is(501, "…A custom API of a row that the same change set makes is not yet implemented.…")
	app.batch(changes(partOf("", "GET new_Ask() HTTP/1.1"))).is(400, "…An invalid HTTP method 'GET' was detected…")
	app.batch(changes(post("1", "new_Ask", "{}"))).is(405, "…")
}
