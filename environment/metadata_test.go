package environment_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/environment/internal/edm"
	"github.com/stead-s2s/stead/environment/internal/message"
)

// TestMetadataDocument: every user may have $metadata, by whatever it says it accepts.
func TestMetadataDocument(t *testing.T) {
	w := start(t)
	for _, name := range []string{"contoso-reader", "contoso-app"} {
		for _, accept := range []string{"", "application/xml", "application/json", "*/*"} {
			a := w.as(t, name).with("Accept", accept).get("$metadata").
				is(200, `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" …<EntitySet Name="accounts" EntityType="mscrm.account">…</edmx:Edmx>`).
				has("Content-Type", "application/xml", "OData-Version", "4.0")
			if strings.Contains(a.body, "<Annotation ") {
				t.Error("annotations that nobody asked for")
			}
		}
	}
	app := w.as(t, "contoso-app")
	annotated := `…<Annotation Term="Org.OData.Capabilities.V1.ChangeTracking">…`
	app.get("$metadata?annotations=true").is(200, annotated)
	app.with("Prefer", `odata.include-annotations="*"`).get("%24metadata").is(200, annotated)
	app.post("$metadata", "{}").fails(405, "0x80060888", "The requested resource does not support http method 'POST'.").has("Allow", "OPTIONS,GET,HEAD")
	w.as(t, "").get("$metadata").is(401, "")
}

// TestDefinitionsNeedThePrivilege: who may not read tables' definitions gets none.
func TestDefinitionsNeedThePrivilege(t *testing.T) {
	w := start(t, func(c *environment.Config) {
		for i := range c.Seed.Users {
			if c.Seed.Users[i].FullName == "idle" {
				c.Seed.Users[i].Roles = []string{"Delegate"}
			}
		}
	})
	const path = "EntityDefinitions(LogicalName='account')?$select=LogicalName"
	w.as(t, "contoso-reader").get(path).
		is(200, `{"@odata.context":"`+root+`$metadata#EntityDefinitions(LogicalName)/$entity","LogicalName":"account","MetadataId":"…"}`).
		has("Content-Type", "application/json; odata.metadata=minimal", "OData-Version", "4.0", "ETag", "")
	refused := w.as(t, "idle").get(path)
	refused.is(403, `{"error":{"code":"0x80040220","message":"…is missing prvReadEntity privilege (Id=…`+people["idle"].user+`…"}}`)
	if strings.Contains(refused.body, "LogicalName") {
		t.Errorf("the refusal tells: %s", refused.body)
	}
}

// TestDefinitionsOverHTTP: hosts and versions echoed, OPTIONS, refusals in the service's
// shape, methods that are not there.
func TestDefinitionsOverHTTP(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.get("/api/data/v9.1/EntityDefinitions?$select=LogicalName&$filter=LogicalName eq 'task'").
		is(200, `{"@odata.context":"`+address+`/api/data/v9.1/$metadata#EntityDefinitions(LogicalName)","value":[{"LogicalName":"task","MetadataId":"…"}]}`)
	app.send("OPTIONS", "RelationshipDefinitions", "").is(200, "").has("Allow", "OPTIONS,GET,HEAD,POST,PUT,DELETE")
	app.get("EntityDefinitions?$top=1").fails(400, "0x80060888", "The query parameter '$top' is not supported.")
	app.with("Accept", "application/xml").get("EntityDefinitions").fails(406, "0x80060888", "The Web API answers application/json only.")
	for _, method := range []string{"PUT", "DELETE"} {
		app.send(method, "EntityDefinitions", "{}").fails(405, "0x80060888", "The requested resource does not support http method '"+method+"'.")
	}
	app.patch("EntityDefinitions(LogicalName='account')", "{}").fails(405, "0x80060888", "The requested resource does not support http method 'PATCH'.")
	if names := app.get("EntityDefinitions?$select=EntitySetName").names("EntitySetName"); !slices.Contains(names, "accounts") {
		t.Errorf("the sets are %v", names)
	}
}

// TestDefinitionsInABatch: a part of a batch reads definitions like any request.
func TestDefinitionsInABatch(t *testing.T) {
	w := start(t)
	batch := "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n" +
		"GET EntityDefinitions(LogicalName='task')?$select=LogicalName HTTP/1.1\r\n\r\n\r\n--b--\r\n"
	w.as(t, "contoso-app").with("Content-Type", "multipart/mixed; boundary=b").post("$batch", batch).
		is(200, `…HTTP/1.1 200 OK…"LogicalName":"task"…`)
}

// TestMetadataTellsTheTruth: the columns that $metadata and the definitions name are
// those that a row has.
func TestMetadataTellsTheTruth(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	id := app.with("Prefer", "return=representation").post("accounts", `{"name":"Contoso"}`).object()
	document := app.get("$metadata").body
	_, account, _ := strings.Cut(document, `<EntityType Name="account" `)
	account, _, _ = strings.Cut(account, "</EntityType>")
	declared := map[string]bool{}
	for _, m := range regexp.MustCompile(`<Property Name="([^"]+)"`).FindAllStringSubmatch(account, -1) {
		declared[m[1]] = true
	}
	for member := range id {
		if !strings.HasPrefix(member, "@") && !declared[member] {
			t.Errorf("rows have %s, which $metadata does not declare", member)
		}
		delete(declared, member)
	}
	delete(declared, "entityimage") // rows show pictures when they are named
	if len(declared) > 0 {
		t.Errorf("$metadata declares what rows do not have: %v", declared)
	}
}

// TestDeclaredMessages: $metadata declares the messages that are built, all of them and
// no others.
func TestDeclaredMessages(t *testing.T) {
	text, err := os.ReadFile("messages.txt")
	if err != nil {
		t.Fatal(err)
	}
	book, err := edm.New(edm.Config{Messages: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	app := start(t).as(t, "contoso-app")
	declared := book.Operations()
	known := message.All(message.Environment{})
	for name := range declared {
		if known[name] == nil && !strings.HasPrefix(name, "search") { // webapi answers those of search
			t.Errorf("messages.txt declares %s, which is no message", name)
		}
	}
	for name := range known {
		asFunction, asAction := app.get(name).status, app.post(name, "{}").status
		built := asAction != 501 // of a function it is 405
		function, is := declared[name]
		if is != built || is && function != (asAction == 405) {
			t.Errorf("%s: GET answers %d and POST %d; messages.txt declares it: %v, as a function: %v", name, asFunction, asAction, is, function)
		}
	}
}
