package environment_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
)

// found is an answer of a search of version 2.0.
type found struct {
	Value []struct {
		ID             string `json:"Id"`
		EntityName     string
		ObjectTypeCode int
		Attributes     map[string]any
		Highlights     map[string][]string
		Score          float64
		Text           string
		Document       map[string]any
	}
	Facets map[string]any
	Count  int
}

func (f found) names() []string {
	var all []string
	for _, v := range f.Value {
		for _, name := range []string{"name", "fullname", "subject"} {
			if text, ok := v.Attributes[name].(string); ok {
				all = append(all, text)
			}
		}
	}
	return all
}

// inner takes the text out of an answer of a message of search.
func (a answer) inner() string {
	a.t.Helper()
	var outer struct {
		Context  string `json:"@odata.context"`
		Response string
	}
	if err := json.Unmarshal([]byte(a.body), &outer); err != nil || a.status != 200 || !strings.HasPrefix(outer.Context, root+"$metadata#Microsoft.Dynamics.CRM.search") {
		a.t.Fatalf("answered %d %s", a.status, a.body)
	}
	return outer.Response
}

func (a answer) found() (f found) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.inner()), &f); err != nil {
		a.t.Fatal(err)
	}
	return f
}

// unhurried is a world in which searches may follow each other.
func unhurried(t *testing.T) *world {
	return start(t, func(c *environment.Config) { c.Limits = "off" })
}

// contosos makes rows to search for: ben's in Sales, cleo's in Service.
func contosos(t *testing.T, w *world) (ben, cleo client) {
	ben, cleo = w.as(t, "ben"), w.as(t, "cleo")
	ben.made("accounts", `{"name":"Contoso Pharmaceuticals (sample)","address1_city":"Redmond","telephone1":"+1 555 0100","revenue":5000}`)
	cleo.made("accounts", `{"name":"Contoso Hospital","emailaddress1":"maria@contoso.com","industrycode":1}`)
	ben.made("contacts", `{"firstname":"Maria","lastname":"Sullivan","emailaddress1":"maria@fabrikam.com"}`)
	ben.made("accounts", `{"name":"Fabrikam 100% [x]_Ärger"}`)
	return ben, cleo
}

// TestSearchQuery sends the request of the service's page and compares the answer with its.
func TestSearchQuery(t *testing.T) {
	w := unhurried(t)
	contosos(t, w)
	ada := w.as(t, "ada")
	ask := `{"top":7,"search":"Contoso","skip":0,"entities":"[{\"Name\":\"account\",\"SelectColumns\":[\"name\",\"createdon\"],\"SearchColumns\":[\"name\"],\"Filter\":\"statecode eq 0\"},` +
		`{\"Name\":\"contact\",\"SelectColumns\":[\"fullname\",\"createdon\"],\"SearchColumns\":[\"fullname\"],\"Filter\":\"statecode eq 0\"}]",` +
		`"orderby":"[\"name desc\"]","filter":"createdon gt 2022-08-15","count":true,"options":"null","facets":"null"}`
	text := ada.post("searchquery", ask).inner()
	first, _, _ := strings.Cut(strings.TrimPrefix(text, `{"Error":null,"Value":[`), `,{"Id"`)
	want := `{"Id":"…","EntityName":"account","ObjectTypeCode":0,"Attributes":{"@search.objecttypecode":1,"name":"Contoso Pharmaceuticals (sample)",` +
		`"createdon":"2026-11-21T12:00:00Z","createdon@OData.Community.Display.V1.FormattedValue":"11/21/2026 12:00 PM"},` +
		`"Highlights":{"name":["{crmhit}Contoso{/crmhit} Pharmaceuticals (sample)"]},"Score":…}`
	if !matches(first, want) || !strings.HasSuffix(text, `],"Facets":{},"QueryContext":null,"Count":2}`) {
		t.Errorf("answered\n%s\nwant\n%s", text, want)
	}
	if again := ada.send("POST", "/api/search/v2.0/query", ask).inner(); again != text {
		t.Errorf("at its own endpoint:\n%s", again)
	}
	part := ada.batch(item("", "POST /api/data/v9.2/searchquery HTTP/1.1", "Content-Type: application/json", "", ask))
	if quoted, _ := json.Marshal(text); part.status != 200 || !strings.Contains(part.body, string(quoted)) {
		t.Errorf("in a batch: %d %s", part.status, part.body)
	}
	all := ada.post("searchquery", `{"search":"maria","facets":"[\"entityname,count:100\",\"account:industrycode\",\"ownerid\"]"}`).found()
	if got := all.names(); len(got) != 2 || all.Count != -1 || got[0] != "Maria Sullivan" {
		t.Errorf("maria is found in %s", got)
	}
	if got, _ := json.Marshal(all.Facets["entityname"]); string(got) != `[{"Count":1,"Type":"Value","Value":"account"},{"Count":1,"Type":"Value","Value":"contact"}]` {
		t.Errorf("by table: %s", got)
	}
	if got, _ := json.Marshal(all.Facets["account:industrycode"]); string(got) != `[{"Count":1,"OptionalValue":"Accounting","Type":"Value","Value":1}]` {
		t.Errorf("by industry: %s", got)
	}
	for text, want := range map[string]int{
		"ärger": 1, "ÄRGER": 1, "100": 1, "contoso -hospital": 4, "contoso+hospital": 1, "pharma*": 1, "pharma": 0, `\"contoso hospital\"`: 1, "555-0100": 1, "%": 0,
	} {
		if got := ada.post("searchquery", `{"search":"`+text+`"}`).found(); len(got.Value) != want {
			t.Errorf("%s is found in %s", text, got.names())
		}
	}
	page := func(skip int) []string {
		return ada.post("searchquery", fmt.Sprintf(`{"search":"contoso","top":1,"skip":%d,"orderby":"[\"name\"]"}`, skip)).found().names()
	}
	if got := slices.Concat(page(0), page(1), page(2)); fmt.Sprint(got) != "[Contoso Hospital Contoso Pharmaceuticals (sample)]" {
		t.Errorf("pages: %s", got)
	}
	owned := `{"search":"contoso","entities":"[{\"name\":\"account\",\"filter\":\"ownerid eq ` + people["cleo"].user + `\"}]"}`
	if got := ada.post("searchquery", owned).found().names(); fmt.Sprint(got) != "[Contoso Hospital]" {
		t.Errorf("cleo's: %s", got)
	}
}

// TestSearchHeedsRights: nobody finds what they may not read, in rows or in columns.
func TestSearchHeedsRights(t *testing.T) {
	w := unhurried(t)
	ben, cleo := contosos(t, w)
	ada := w.as(t, "ada")
	if got := ben.post("searchquery", `{"search":"contoso","count":true}`).found(); fmt.Sprint(got.names()) != "[Contoso Pharmaceuticals (sample)]" || got.Count != 1 {
		t.Errorf("ben finds %s", got.names())
	}
	if got := w.as(t, "ada").with("CallerObjectId", people["cleo"].object).post("searchquery", `{"search":"contoso"}`).found().names(); fmt.Sprint(got) != "[Contoso Hospital]" {
		t.Errorf("as cleo: %s", got)
	}
	ada.secure("account", "emailaddress1")
	if got := cleo.post("searchquery", `{"search":"maria"}`).found().names(); len(got) != 0 {
		t.Errorf("a secured column is searched: %s", got)
	}
	if got := ada.post("searchquery", `{"search":"maria"}`).found().names(); len(got) != 2 {
		t.Errorf("ada finds %s", got)
	}
	cleo.post("searchquery", `{"search":"x","entities":"[{\"name\":\"systemuser\"}]"}`).fails(400, "0x80040203", "The table 'systemuser' is not enabled for Dataverse search.")
	w.as(t, "idle").post("searchquery", `{"search":"x"}`).is(403, "…")
}

func TestSearchSuggestsAndCompletes(t *testing.T) {
	w := unhurried(t)
	ben, _ := contosos(t, w)
	s := ben.post("searchsuggest", `{"orderby":"null","options":"null","fuzzy":false,"search":"Cont","filter":null,"entities":"null","top":3}`).found()
	if len(s.Value) != 1 || s.Value[0].Text != "{crmhit}Contoso{/crmhit} Pharmaceuticals (sample)" || s.Value[0].Document["@search.entityname"] != "account" || s.Value[0].Document["@search.objecttypecode"] != 1.0 {
		t.Errorf("suggested: %+v", s)
	}
	if s := ben.post("searchsuggest", `{"search":"mario","fuzzy":true}`).found(); len(s.Value) != 1 || s.Value[0].Text != "{crmhit}Maria{/crmhit} Sullivan" {
		t.Errorf("suggested for a mistake: %+v", s)
	}
	if s := ben.post("searchsuggest", `{"search":"mario"}`).found(); len(s.Value) != 0 {
		t.Errorf("suggested for a mistake, which none may be: %+v", s)
	}
	ask := `{"entities":"[{\"Name\":\"account\",\"SelectColumns\":[\"name\",\"createdon\"],\"SearchColumns\":[\"name\"],\"Filter\":null}]","search":"Con","fuzzy":true,"filter":null}`
	if got := ben.post("searchautocomplete", ask).inner(); got != `{"Error":null,"Value":"{crmhit}contoso{/crmhit}","QueryContext":null}` {
		t.Errorf("completed: %s", got)
	}
	if got := ben.send("POST", "/api/search/v2.0/autocomplete", `{"search":"zzz"}`).inner(); got != `{"Error":null,"Value":"","QueryContext":null}` {
		t.Errorf("completed: %s", got)
	}
}

// TestSearchOfVersion1: lists are lists, filters name their tables, answers are plain.
func TestSearchOfVersion1(t *testing.T) {
	w := unhurried(t)
	contosos(t, w)
	ada := w.as(t, "ada")
	a := ada.send("POST", "/api/search/v1.0/query", `{"search":"maria","facets":["@search.entityname,count:100"],"filter":"account:createdon ge 2020-04-27T00:00:00,contact:(statecode eq 0)","returntotalrecordcount":true,"entities":["contact","account"]}`)
	o := a.object()
	row := o["value"].([]any)[0].(map[string]any)
	if o["totalrecordcount"] != 2.0 || row["@search.entityname"] != "contact" || row["owneridname"] != "ben" || row["@search.ownerid.logicalname"] != "systemuser" ||
		row["createdon"] != "11/21/2026 12:00 PM" || row["@search.highlights"].(map[string]any)["fullname"].([]any)[0] != "{crmhit}Maria{/crmhit} Sullivan" {
		t.Errorf("answered %s", a.body)
	}
	ada.send("POST", "/api/search/v1.0/suggest", `{"search":"mar"}`).is(200, `{"value":[{"text":"{crmhit}Maria{/crmhit} Sullivan","document":{"@search.objectid":"…","@search.entityname":"contact",…`)
	ada.send("POST", "/api/search/v1.0/autocomplete", `{"search":"pha"}`).is(200, `{"value":"{crmhit}pharmaceuticals{/crmhit}"}`)
}

func TestSearchTellsOfItself(t *testing.T) {
	w := unhurried(t)
	contosos(t, w)
	ada := w.as(t, "ada")
	if got := ada.get("searchstatistics").inner(); !matches(got, `{"value":{"storagesizeinbytes":…,"storagesizeinmb":0,"documentcount":4}}`) {
		t.Error(got)
	}
	status := ada.get("searchstatus").inner()
	if !matches(status, `{"value":{"entitystatusresults":[{"entitylogicalname":"account","objecttypecode":1,"primarynamefield":"name",…"searchableindexedfieldinfomap":{"accountid":{"indexfieldname":"…"status":"provisioned","lockboxstatus":"Disabled","cmkstatus":"Disabled"}}`) {
		t.Error(status)
	}
	if got := ada.send("GET", "/api/search/v2.0/status", "").inner(); got != status {
		t.Error(got)
	}
	ada.patch("organizations("+organization+")", `{"isexternalsearchindexenabled":false}`).is(204, "")
	if got := ada.get("searchstatus").inner(); got != `{"value":{"status":"notprovisioned","lockboxstatus":"Unknown"}}` {
		t.Error(got)
	}
	for _, path := range []string{"searchquery", "/api/search/v2.0/suggest", "/api/search/v1.0/query"} {
		ada.send("POST", path, `{"search":"contoso"}`).fails(400, "0x80048d0b", "Dataverse Search feature is disabled for this organization.")
	}
}

func TestSearchRefuses(t *testing.T) {
	w := unhurried(t)
	ada := w.as(t, "ada")
	for body, want := range map[string]string{
		`{"search":""}`: "The search term must be at least 1 characters long.",
		`{"search":"a","entities":"[{\"name\":\"account\",\"searchColumns\":[\"revenue\"]}]"}`: "The column 'revenue' of the table 'account' cannot be searched.",
		`{"search":"a","entities":"[{\"name\":\"account\",\"selectColumns\":[\"nothing\"]}]"}`: "The table 'account' has no column 'nothing' to search or to select.",
	} {
		ada.post("searchquery", body).fails(400, "0x80040203", want)
	}
	ada.post("searchquery", `{"search":"a","filter":"nothing eq 1"}`).fails(400, "0x80060888", "Could not find a property named 'nothing' on type 'Microsoft.Dynamics.CRM.account'.")
	ada.get("searchquery").is(405, "…")
	ada.send("GET", "/api/search/v2.0/query", "").is(405, "…").has("Allow", "OPTIONS,POST")
	ada.send("POST", "/api/search/v1.0/status", "").is(404, "…")
	ada.send("POST", "/api/search/v3.0/query", `{"search":"a"}`).is(404, "…")
}

// TestSearchIsLimited: one search a second, whatever the other limits are.
func TestSearchIsLimited(t *testing.T) {
	w := start(t, func(c *environment.Config) { c.Limits = "default" })
	ada, ben := w.as(t, "ada"), w.as(t, "ben")
	ada.post("searchquery", `{"search":"a"}`).is(200, "…")
	ada.post("searchsuggest", `{"search":"abc"}`).fails(429, "0x80072322", "Number of requests exceeded the limit of 1 over time window of 1 seconds.").has("Retry-After", "1")
	ben.post("searchquery", `{"search":"a"}`).is(200, "…")
	w.pass(time.Second + time.Millisecond)
	ada.post("searchquery", `{"search":"a"}`).is(200, "…")
}
