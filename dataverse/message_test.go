package dataverse_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/stead-s2s/stead/dataverse"
)

func TestMessages(t *testing.T) {
	ctx := t.Context()
	var version struct{ Version string }
	version, err := dataverse.Call[struct{ Version string }](ctx, asApp(), dataverse.Function("RetrieveVersion", nil))
	if err != nil || !strings.HasPrefix(version.Version, "9.2.") {
		t.Errorf("%+v %v", version, err)
	}
	type formatted struct{ Address string }
	address, err := dataverse.Call[formatted](ctx, asApp(), dataverse.Function("FormatAddress", dataverse.Params{
		"Line1": "1 O'Brian & Co?", "City": "Seattle", "StateOrProvince": "WA", "PostalCode": "98007", "Country": "USA",
	}))
	if err != nil || !strings.Contains(address.Address, "1 O'Brian & Co?") {
		t.Errorf("%+v %v", address, err)
	}
	organization, err := dataverse.Call[struct{ Detail struct{ FriendlyName string } }](ctx, asApp(), dataverse.Function("RetrieveCurrentOrganization",
		dataverse.Params{"AccessType": dataverse.Enum("Microsoft.Dynamics.CRM.EndpointAccessType'Default'")}))
	if err != nil || organization.Detail.FriendlyName != "Contoso" {
		t.Errorf("%+v %v", organization, err)
	}
	accounts := dataverse.Table[Account](asApp(), "accounts")
	id, err := accounts.Create(ctx, Account{Name: "Granted"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, ben := person(t, "ben@contoso.example")
	_, err = dataverse.Call[struct{}](ctx, asApp(), dataverse.Action("GrantAccess", dataverse.Params{
		"Target": map[string]any{"accountid": id, "@odata.type": "Microsoft.Dynamics.CRM.account"},
		"PrincipalAccess": map[string]any{"AccessMask": "ReadAccess",
			"Principal": map[string]any{"systemuserid": ben, "@odata.type": "Microsoft.Dynamics.CRM.systemuser"}},
	}))
	if err != nil {
		t.Error(err)
	}
	access, err := dataverse.Call[struct{ AccessRights string }](ctx, asApp(), dataverse.Function("RetrievePrincipalAccess",
		dataverse.Params{"Target": dataverse.RefTo("accounts", id)}).On(dataverse.RefTo("systemusers", ben)))
	if err != nil || !strings.Contains(access.AccessRights, "ReadAccess") {
		t.Errorf("%+v %v", access, err)
	}
	for _, bad := range []dataverse.Message{
		dataverse.Function("a b", nil), dataverse.Function("F", dataverse.Params{"x)": 1}), dataverse.Function("F", dataverse.Params{"e": dataverse.Enum("a' or 'b'")}),
		dataverse.Action("A", nil).On(dataverse.Ref{}), dataverse.Action("A", nil).OnSet("a/b"),
	} {
		if _, err := dataverse.Call[struct{}](ctx, asApp(), bad); err == nil || strings.Contains(err.Error(), "400") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestDo(t *testing.T) {
	var raw []byte
	if err := asApp().Do(t.Context(), "GET", "WhoAmI", nil, &raw, nil); err != nil || !json.Valid(raw) {
		t.Errorf("%s %v", raw, err)
	}
	if err := asApp().Do(t.Context(), "GET", "nowhere", nil, nil, nil); !errors.Is(err, dataverse.ErrNotFound) {
		t.Error(err)
	}
	if err := asApp().Do(t.Context(), "GET", "https://elsewhere.example/api", nil, nil, nil); err == nil || !strings.Contains(err.Error(), "not this environment") {
		t.Errorf("the token went elsewhere: %v", err)
	}
}

func TestAssociations(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](asApp(), "accounts")
	contacts := dataverse.Table[Contact](asApp(), "contacts")
	id, err := accounts.Create(ctx, Account{Name: "Joined"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var refs []dataverse.Ref
	for _, last := range []string{"A", "B"} {
		contact, err := contacts.Create(ctx, Contact{Last: last}, nil)
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, dataverse.RefTo("contacts", contact))
	}
	joined := func() (n int) {
		for _, err := range dataverse.Related[Contact](asApp(), dataverse.RefTo("accounts", id), "contact_customer_accounts").All(ctx, nil) {
			if n++; err != nil {
				t.Fatal(err)
			}
		}
		return n
	}
	for range 2 { // who is joined stays so
		if err := accounts.Associate(ctx, id, "contact_customer_accounts", refs...); err != nil || joined() != 2 {
			t.Errorf("%d joined: %v", joined(), err)
		}
	}
	if err := accounts.Disassociate(ctx, id, "contact_customer_accounts", refs[0]); err != nil || joined() != 1 {
		t.Errorf("%d joined: %v", joined(), err)
	}
	if err := accounts.Update(ctx, id, Account{Primary: refs[1]}, nil); err != nil {
		t.Fatal(err)
	}
	if err := accounts.Disassociate(ctx, id, "primarycontactid", dataverse.Ref{}); err != nil {
		t.Fatal(err)
	}
	if row, err := accounts.Get(ctx, id, nil); err != nil || !row.Primary.IsZero() {
		t.Errorf("%+v %v", row, err)
	}
}

// Rows are named by alternate keys, whatever stands in them.
func TestAlternateKeys(t *testing.T) {
	ctx := t.Context()
	c := dial("contoso-app", "contoso-test", nil)
	label := map[string]any{"@odata.type": "Microsoft.Dynamics.CRM.Label", "LocalizedLabels": []any{map[string]any{
		"@odata.type": "Microsoft.Dynamics.CRM.LocalizedLabel", "Label": "Number", "LanguageCode": 1033}}}
	if err := c.Do(ctx, "POST", "EntityDefinitions(LogicalName='contact')/Keys", map[string]any{
		"SchemaName": "new_ByMail", "DisplayName": label, "KeyAttributes": []string{"emailaddress1"}}, nil, nil); err != nil {
		t.Fatal(err)
	}
	contacts := dataverse.Table[Contact](c, "contacts")
	for _, mail := range []string{"plain@x.example", "o'brian@x.example", "a+b@x.example", "a%27b@x.example"} {
		key := dataverse.AltKey{"emailaddress1": mail}
		made, err := contacts.Upsert(ctx, key, Contact{Last: "Keyed"}, nil)
		if err != nil || !made.Created || made.ID.IsZero() {
			t.Errorf("%s: %+v %v", mail, made, err)
			continue
		}
		again, err := contacts.Upsert(ctx, key, Contact{Last: "Again"}, nil)
		if err != nil || again.Created || again.ID != made.ID {
			t.Errorf("%s: %+v %v", mail, again, err)
		}
		if row, err := contacts.Get(ctx, key, nil); err != nil || row.ID != made.ID || row.Last != "Again" {
			t.Errorf("%s: %+v %v", mail, row, err)
		}
		accounts := dataverse.Table[Account](c, "accounts")
		id, err := accounts.Create(ctx, Account{Name: "Points", Primary: dataverse.RefTo("contacts", key)}, nil)
		if err != nil {
			t.Errorf("%s: %v", mail, err)
			continue
		}
		if row, err := accounts.Get(ctx, id, nil); err != nil || row.Primary.ID != made.ID {
			t.Errorf("%s: %+v %v", mail, row, err)
		}
	}
	if _, err := contacts.Get(ctx, dataverse.AltKey{"emailaddress1": "none"}, nil); !errors.Is(err, dataverse.ErrNotFound) {
		t.Error(err)
	}
	for _, bad := range []dataverse.Key{dataverse.AltKey{}, dataverse.AltKey{"a b": 1}, dataverse.AltKey{"a": []int{1}}, dataverse.ID{}, nil} {
		if _, err := contacts.Get(ctx, bad, nil); err == nil || strings.Contains(err.Error(), "400") {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// A behavior goes with every request of the client that has it, and with no other's.
func TestBehavior(t *testing.T) {
	var seen http.Header
	var query string
	spy := transport(func(r *http.Request) (*http.Response, error) {
		if strings.Contains(r.URL.Path, "WhoAmI") {
			seen, query = r.Header.Clone(), r.URL.RawQuery
		}
		return trust.Do(r)
	})
	plain := dial("contoso-app", "contoso", spy)
	step := dataverse.NewID()
	other := plain.With(dataverse.Behavior{Solution: "sample", BypassSync: true, BypassAsync: true, BypassSteps: []dataverse.ID{step},
		SuppressFlows: true, DetectDuplicates: true, StrongConsistency: true, Tag: "a b", CorrelationID: step})
	if _, err := other.WhoAmI(t.Context()); err != nil {
		t.Log(err) // what a server makes of some of these is its own matter
	}
	for name, want := range map[string]string{
		"MSCRM.SolutionUniqueName": "sample", "MSCRM.BypassBusinessLogicExecution": "CustomSync,CustomAsync",
		"MSCRM.BypassBusinessLogicExecutionStepIds": step.String(), "MSCRM.SuppressCallbackRegistrationExpanderJob": "true",
		"MSCRM.SuppressDuplicateDetection": "false", "Consistency": "Strong", "X-Ms-Correlation-Id": step.String(),
	} {
		if seen.Get(name) != want {
			t.Errorf("%s: %q", name, seen.Get(name))
		}
	}
	if query != "tag=a%20b" {
		t.Error(query)
	}
	if _, err := plain.WhoAmI(t.Context()); err != nil || seen.Get("Consistency") != "" || query != "" {
		t.Errorf("%v %s %v", seen, query, err)
	}
	if _, err := plain.With(dataverse.Behavior{Solution: "a\r\nX: y"}).WhoAmI(t.Context()); err == nil {
		t.Error("a header broke out")
	}
}

// scripted answers requests in turn: for what Stead's environments do not do.
type scripted struct {
	t       *testing.T
	answers []func(w http.ResponseWriter, r *http.Request)
}

func (s *scripted) Do(r *http.Request) (*http.Response, error) {
	s.t.Helper()
	if len(s.answers) == 0 {
		s.t.Fatalf("one request too many: %s %s", r.Method, r.URL)
	}
	w := httptest.NewRecorder()
	s.answers[0](w, r)
	s.answers = s.answers[1:]
	answer := w.Result()
	answer.Request = r
	return answer, nil
}

func scriptedClient(t *testing.T, answers ...func(http.ResponseWriter, *http.Request)) *dataverse.Client {
	t.Helper()
	s := &scripted{t, answers}
	c, err := dataverse.NewClientWithNoCredential("https://here.example", &dataverse.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: s, Retry: quick}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if len(s.answers) > 0 {
			t.Errorf("%d requests were not made", len(s.answers))
		}
	})
	return c
}

func reply(status int, body string, headers ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// An operation in the background is waited for, and its failure told.
func TestBackgroundOperation(t *testing.T) {
	const id = "5a1f0000-0000-4000-8000-0000000000e1"
	accepted := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Prefer") != `respond-async,odata.callback;url="https://me.example/done"` {
			t.Errorf("prefers %q", r.Header.Get("Prefer"))
		}
		reply(202, "", "Location", "https://here.example/api/backgroundoperation/"+id, "x-ms-dyn-backgroundoperationid", id)(w, r)
	}
	running := reply(202, `{"backgroundOperationStateCode":2,"backgroundOperationStatusCode":20}`)
	type out struct{ Rows int }
	for name, c := range map[string]struct {
		end  string
		rows int
		told string
	}{
		"succeeds": {`{"backgroundOperationStateCode":3,"backgroundOperationStatusCode":30,"Rows":7}`, 7, ""},
		"fails":    {`{"backgroundOperationStateCode":3,"backgroundOperationStatusCode":31,"backgroundOperationErrorCode":-2147220891,"backgroundOperationErrorMessage":"no"}`, 0, "0x80040265: no"},
		"canceled": {`{"backgroundoperationstatuscode":32}`, 0, "canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			client := scriptedClient(t, accepted, running, reply(200, c.end))
			op, err := dataverse.Begin[out](t.Context(), client, dataverse.Action("sample_Export", nil), &dataverse.BeginOptions{CallbackURL: "https://me.example/done"})
			if err != nil || op.ID.String() != id {
				t.Fatal(op, err)
			}
			got, err := op.PollUntilDone(t.Context(), &runtime.PollUntilDoneOptions{Frequency: time.Millisecond})
			if got.Rows != c.rows || (err == nil) != (c.told == "") || err != nil && !strings.Contains(err.Error(), c.told) {
				t.Errorf("%+v %v", got, err)
			}
		})
	}
	op, err := dataverse.Begin[out](t.Context(), scriptedClient(t, accepted, reply(204, "")), dataverse.Action("sample_Export", nil), &dataverse.BeginOptions{CallbackURL: "https://me.example/done"})
	if err != nil {
		t.Fatal(err)
	}
	if err := op.Cancel(t.Context()); err != nil {
		t.Error(err)
	}
}

// Environments are listed, on however many pages.
func TestDiscover(t *testing.T) {
	row := `{"Id":"5a1f0000-0000-4000-8000-0000000000e1","TenantId":"5a1f0000-0000-4000-8000-000000000001","ApiUrl":"https://a.example","Url":"https://b.example","UniqueName":"a","State":0,"LastUpdated":"2026-01-01T00:00:00Z"}`
	s := &scripted{t, []func(http.ResponseWriter, *http.Request){
		reply(200, `{"value":[`+row+`],"@odata.nextLink":"https://disco.example/api/discovery/v2.0/Instances?page=2"}`), reply(200, `{"value":[`+row+`]}`),
	}}
	o := &dataverse.DiscoverOptions{Service: "https://disco.example"}
	o.Transport = s
	all, err := dataverse.Discover(t.Context(), fixed{credential("contoso-app"), environmentURL("contoso") + "/.default"}, o)
	if err != nil || len(all) != 2 || all[1].APIURL != "https://a.example" || all[1].TenantID.IsZero() {
		t.Errorf("%+v %v", all, err)
	}
}

// SQL goes to the set of the table that it names, as it was written, and is paged like any query.
func TestSQL(t *testing.T) {
	const statement = "SELECT TOP 10 name FROM account WHERE name = 'O''Brian & Co'"
	asked := func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("sql"); got != statement || r.URL.Path != "/api/data/v9.2/accounts" {
			t.Errorf("asked %s for %q", r.URL.Path, got)
		}
		reply(200, `{"value":[{"name":"a"}],"@odata.nextLink":"https://here.example/api/data/v9.2/accounts?page=2"}`)(w, r)
	}
	c := scriptedClient(t, reply(200, `{"EntitySetName":"accounts"}`), asked, reply(200, `{"value":[{"name":"b"}]}`))
	var names []string
	for row, err := range c.SQL(t.Context(), statement) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, row.String("name"))
	}
	if strings.Join(names, "") != "ab" {
		t.Error(names)
	}
	for _, err := range c.SQL(t.Context(), "select 1") {
		if err == nil {
			t.Error("no table")
		}
	}
	if got := dataverse.SQLText("O'Brian"); got != "'O''Brian'" {
		t.Error(got)
	}
}

// A search goes out with its lists as texts within the JSON, and comes back as such a text.
func TestSearch(t *testing.T) {
	asked := func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		if r.URL.Path != "/api/data/v9.2/searchquery" || body["search"] != "engine" || body["entities"] != `[{"name":"account","selectColumns":["name"]}]` ||
			body["top"] != 3.0 || body["orderby"] != `["name desc"]` || body["options"] != `{"querytype":"lucene"}` || len(body) != 5 {
			t.Errorf("%s %v", r.URL.Path, body)
		}
		found := `{"Error":null,"Value":[{"Id":"5a1f0000-0000-4000-8000-0000000000e1","EntityName":"account","Attributes":{"name":"Engines"},"Highlights":{"name":["{crmhit}Engines{/crmhit}"]},"Score":1.5}],"Facets":{},"Count":1}`
		body = map[string]any{"@odata.context": "x", "response": found}
		_ = json.NewEncoder(w).Encode(body)
	}
	found, err := scriptedClient(t, asked).Search(t.Context(), dataverse.Search{Text: "engine", Top: 3, OrderBy: []string{"name desc"},
		Tables: []dataverse.SearchTable{{Name: "account", Select: []string{"name"}}}, Options: &dataverse.SearchOptions{QueryType: "lucene"}})
	if err != nil || found.Count != 1 || found.Hits[0].Table != "account" || found.Hits[0].Attributes.String("name") != "Engines" || found.Hits[0].Score != 1.5 || len(found.Hits[0].Highlights["name"]) != 1 {
		t.Errorf("%+v %v", found, err)
	}
}

// Suggestions and completions; an error may come with the status of a success.
func TestSuggest(t *testing.T) {
	inner := func(path, text string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			var body map[string]any
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.URL.Path != "/api/data/v9.2/"+path || body["search"] != "eng" || body["fuzzy"] != true {
				t.Errorf("%s %v %v", r.URL.Path, body, err)
			}
			_ = json.NewEncoder(w).Encode(map[string]string{"response": text})
		}
	}
	c := scriptedClient(t,
		inner("searchsuggest", `{"Error":null,"Value":[{"Text":"{crmhit}Eng{/crmhit}ines","Document":{"@search.objectid":"5a1f0000-0000-4000-8000-0000000000e1","@search.entityname":"account","name":"Engines"}}]}`),
		inner("searchautocomplete", `{"Error":null,"Value":"{crmhit}engines{/crmhit}"}`),
		inner("searchsuggest", `{"Error":{"code":"0x80048d0b","message":"No index."},"Value":null}`))
	s := dataverse.Search{Text: "eng", Fuzzy: true}
	all, err := c.Suggest(t.Context(), s)
	if err != nil || len(all) != 1 || all[0].Table != "account" || all[0].ID.IsZero() || all[0].Attributes.String("name") != "Engines" || !strings.HasPrefix(all[0].Text, "{crmhit}") {
		t.Errorf("%+v %v", all, err)
	}
	if text, err := c.Autocomplete(t.Context(), s); err != nil || text != "{crmhit}engines{/crmhit}" {
		t.Errorf("%q %v", text, err)
	}
	if _, err := c.Suggest(t.Context(), s); err == nil || !strings.Contains(err.Error(), "0x80048d0b: No index.") {
		t.Errorf("an error within a success: %v", err)
	}
}

// A real environment carries an action out in the background, and tells its answer.
func TestBackgroundForReal(t *testing.T) {
	ctx := t.Context()
	accounts := dataverse.Table[Account](asApp(), "accounts")
	id, err := accounts.Create(ctx, Account{Name: "Behind"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, ben := person(t, "ben@contoso.example")
	op, err := dataverse.Begin[struct{}](ctx, asApp(), dataverse.Action("GrantAccess", dataverse.Params{
		"Target": map[string]any{"accountid": id, "@odata.type": "Microsoft.Dynamics.CRM.account"},
		"PrincipalAccess": map[string]any{"AccessMask": "ReadAccess",
			"Principal": map[string]any{"systemuserid": ben, "@odata.type": "Microsoft.Dynamics.CRM.systemuser"}},
	}), nil)
	if err != nil || op.ID.IsZero() {
		t.Fatal(op, err)
	}
	if _, err := op.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: 10 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	rights, err := dataverse.Call[struct{ AccessRights string }](ctx, asApp(), dataverse.Function("RetrievePrincipalAccess",
		dataverse.Params{"Target": dataverse.RefTo("accounts", id)}).On(dataverse.RefTo("systemusers", ben)))
	if err != nil || !strings.Contains(rights.AccessRights, "ReadAccess") {
		t.Errorf("%+v %v", rights, err)
	}
}
