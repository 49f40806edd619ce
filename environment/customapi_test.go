package environment_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment"
)

// api declares a custom API, as the service's own sample does: the API, then each
// parameter and property by itself. Members of more change what is declared.
func (c client) api(name, more string, members ...string) string {
	c.t.Helper()
	body := fmt.Sprintf(`{"uniquename":%q,"name":%[1]q,"displayname":"An example","description":"A simple example","allowedcustomprocessingsteptype":0,"isprivate":false%s}`, name, more)
	row := c.post("customapis", body).is(204, "").header.Get("OData-EntityId")
	id := row[strings.LastIndex(row, "(")+1 : len(row)-1]
	for _, m := range members {
		c.apiMember(id, m).is(204, "")
	}
	return id
}

// apiMember declares "> name type …" for a parameter, "< name type …" for a property; what
// follows the type are JSON members.
func (c client) apiMember(api, text string) answer {
	c.t.Helper()
	words := strings.SplitN(text, " ", 4)
	words = append(words, "")
	set := "customapirequestparameters"
	if words[0] == "<" {
		set = "customapiresponseproperties"
	}
	return c.post(set, fmt.Sprintf(`{"uniquename":%q,"name":"x.%[1]s","displayname":"d","description":"d","type":%s,"CustomAPIId@odata.bind":"customapis(%s)"%s}`,
		words[1], words[2], api, words[3]))
}

const optional = `,"isoptional":true`

func TestCustomAPIActionsAndFunctions(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	ben.post("new_Greet", `{"Name":"Ada"}`).fails(404, "0x8006088a", "Resource not found for the segment 'new_Greet'.")
	app.api("new_Greet", "", "> Name 10", "> Times 7 "+optional, "< Greeting 10", "< Count 7", "< When 1", "< Who 12", "< Sum 8", "< Tags 11")
	w.HandleCustomAPI("new_Greet", func(_ context.Context, c environment.CustomAPICall) (map[string]any, error) {
		times, _ := c.Parameters["Times"].(int64)
		return map[string]any{
			"Greeting": fmt.Sprint("Hello ", c.Parameters["Name"]), "Count": times, "When": c.Now, "Who": c.UserID, "Sum": 12.5, "Tags": []string{"a", "b"},
		}, nil
	})
	answered := `{"@odata.context":"` + root + `$metadata#Microsoft.Dynamics.CRM.new_GreetResponse","Greeting":"Hello Ada","Count":3,"When":"2026-11-21T12:00:00Z","Who":"` +
		people["ben"].user + `","Sum":12.5,"Tags":["a","b"]}`
	ben.post("new_Greet", `{"Name":"Ada","Times":3}`).is(200, answered).has("Content-Type", "application/json; odata.metadata=minimal", "x-stead-help", "")
	ben.post("new_Greet()", `{"Times":3,"Name":"Ada"}`).is(200, answered)
	ben.get("new_Greet").fails(405, "0x80060888", "The requested resource does not support http method 'GET'.").has("Allow", "OPTIONS,POST")

	app.api("new_Add", `,"isfunction":true`, "> A 2", "> B 2", "< Sum 2")
	w.HandleCustomAPI("new_Add", func(_ context.Context, c environment.CustomAPICall) (map[string]any, error) {
		return map[string]any{"Sum": c.Parameters["A"].(float64) + c.Parameters["B"].(float64)}, nil
	})
	sum := `{"@odata.context":"` + root + `$metadata#Microsoft.Dynamics.CRM.new_AddResponse","Sum":4}`
	ben.get("new_Add(A=1.5,B=2.5)").is(200, sum)
	ben.get("new_Add(A=@a,B=@b)?@a=1.5&@b=2.5").is(200, sum)
	ben.post("new_Add", `{"A":1,"B":2}`).is(405, "…").has("Allow", "OPTIONS,GET,HEAD")
	ben.get("new_Add(A=1.5,C=2.5)").fails(404, "0x8006088a", "Resource not found for the segment 'new_Add'.")
	ben.get("new_Add(A=1.5)").fails(400, "0x80040203", "Required field 'B' is missing for RequestName='new_Add'")
	ben.get("new_add(A=1.5,B=2.5)").is(404, "…")

	none := app.api("new_Nothing", `,"isfunction":true`)
	app.get("new_Nothing()").fails(404, "0x8006088a", "Resource not found for the segment 'new_Nothing'.")
	app.apiMember(none, "< Is 0").is(204, "")
	app.get("new_Nothing()").is(200, `{"@odata.context":"…","Is":false}`)
	app.delete("customapis("+none+")").is(204, "")
	app.get("new_Nothing()").is(404, "…")
}

// TestCustomAPIsOfRows: bound to a row and to all rows of a table.
func TestCustomAPIsOfRows(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	app.api("new_Score", `,"bindingtype":1,"boundentitylogicalname":"account"`, "> Base 7", "< Score 7", "< On 12")
	app.api("new_ScoreAll", `,"bindingtype":2,"boundentitylogicalname":"account","isfunction":true`, "< Total 7")
	w.HandleCustomAPI("new_Score", func(_ context.Context, c environment.CustomAPICall) (map[string]any, error) {
		return map[string]any{"Score": c.Parameters["Base"].(int64) + int64(len(c.Table)), "On": c.ID}, nil
	})
	row := app.post("accounts", `{"name":"Contoso"}`).header.Get("OData-EntityId")
	id := row[strings.LastIndex(row, "(")+1 : len(row)-1]
	call := "accounts(" + id + ")/Microsoft.Dynamics.CRM.new_Score"
	app.post(call, `{"Base":1}`).is(200, `{"@odata.context":"…new_ScoreResponse","Score":8,"On":"`+id+`"}`)
	ben.post(call, `{"Base":1}`).is(403, "…0x80048306…ReadAccess …")
	app.post("accounts(00000000-0000-0000-0000-000000000001)/Microsoft.Dynamics.CRM.new_Score", `{"Base":1}`).is(404, "…0x80040217…")
	for _, path := range []string{"new_Score", "accounts/Microsoft.Dynamics.CRM.new_Score", "contacts(" + id + ")/Microsoft.Dynamics.CRM.new_Score"} {
		app.post(path, `{"Base":1}`).is(404, `{"error":{"code":"0x8006088a",…`)
	}
	app.get("accounts/Microsoft.Dynamics.CRM.new_ScoreAll()").is(200, `{"@odata.context":"…new_ScoreAllResponse","Total":0}`)
	app.get("accounts("+id+")/Microsoft.Dynamics.CRM.new_ScoreAll()").is(404, "…")
}

// TestCustomAPIArguments: what does not fit the declaration is refused.
func TestCustomAPIArguments(t *testing.T) {
	app := start(t).as(t, "contoso-app")
	app.api("new_Take", "", "> Flag 0 "+optional, "> When 1 "+optional, "> Dec 2 "+optional, "> Row 3 "+optional+`,"logicalentityname":"account"`,
		"> Rows 4 "+optional, "> Ref 5 "+optional+`,"logicalentityname":"account"`, "> AnyRef 5 "+optional, "> Int 7 "+optional, "> Text 10 "+optional, "> List 11 "+optional, "> Id 12 "+optional)
	app.w.HandleCustomAPI("new_Take", func(_ context.Context, c environment.CustomAPICall) (map[string]any, error) {
		return nil, errors.New(fmt.Sprint(c.Parameters)) // fmt prints maps in order
	})
	id := "11111111-2222-3333-4444-555555555555"
	for body, want := range map[string]string{
		``: "map[]", `{}`: "map[]", `{"Int":null}`: "map[]",
		`{"Flag":true,"When":"2026-01-02T03:04:05+01:00","Dec":1.5,"Int":-7,"Text":"x","List":["a","b"],"Id":"` + strings.ToUpper("aaaaaaaa-2222-3333-4444-555555555555") + `"}`: "map[Dec:1.5 Flag:true Id:aaaaaaaa-2222-3333-4444-555555555555 Int:-7 List:[a b] Text:x When:2026-01-02T02:04:05Z]",
		`{"Row":{"name":"A","revenue":5}}`:                                          "map[Row:map[name:A revenue:5]]",
		`{"Ref":{"accountid":"` + id + `"}}`:                                        "map[Ref:map[@odata.type:#Microsoft.Dynamics.CRM.account accountid:" + id + "]]",
		`{"AnyRef":{"@odata.id":"contacts(` + id + `)"}}`:                           "map[AnyRef:map[@odata.type:#Microsoft.Dynamics.CRM.contact contactid:" + id + "]]",
		`{"Rows":[{"@odata.type":"Microsoft.Dynamics.CRM.expando","a":{"b":[1]}}]}`: "map[Rows:[map[@odata.type:Microsoft.Dynamics.CRM.expando a:map[b:[1]]]]]",
	} {
		app.post("new_Take", body).fails(400, "0x80040265", want)
	}
	for body, want := range map[string]string{
		`{"Nope":1}`:         "The parameter 'Nope' in the request payload is not a valid parameter for the operation 'new_Take'.",
		`{"Int":1,"Int":2}`:  "Multiple parameters with the name 'Int' were found in the request payload.",
		`{"Int":"x"}`:        "Cannot convert the literal 'x' to the expected type 'Edm.Int32'.",
		`{"Int":3000000000}`: "Cannot convert the literal '3000000000' to the expected type 'Edm.Int32'.",
		`{"Flag":1}`:         "Cannot convert the literal '1' to the expected type 'Edm.Boolean'.",
		`{"When":"soon"}`:    "Cannot convert the literal 'soon' to the expected type 'Edm.DateTimeOffset'.",
		`{"Id":"x"}`:         "Cannot convert the literal 'x' to the expected type 'Edm.Guid'.",
		`{"Text":{}}`:        "An unexpected 'StartObject' node was found when reading from the JSON reader. A 'PrimitiveValue' node was expected.",
		`{"List":"a"}`:       "An unexpected 'PrimitiveValue' node was found when reading from the JSON reader. A 'StartArray' node was expected.",
		`{"Row":{"nom":1}}`:  "Invalid property 'nom' was found in entity 'Microsoft.Dynamics.CRM.account'. …",
		`{"Row":{"@odata.type":"Microsoft.Dynamics.CRM.contact"}}`: "A resource with type 'Microsoft.Dynamics.CRM.contact' was found, but it is not assignable to the expected type 'Microsoft.Dynamics.CRM.account'.",
		`{"Ref":{"@odata.id":"contacts(` + id + `)"}}`:             "A resource with type 'Microsoft.Dynamics.CRM.contact' was found, but it is not assignable to the expected type 'Microsoft.Dynamics.CRM.account'.",
		`{"Rows":[{"a":1}]}`: "A resource without a type name was found, …",
		`{"Rows":[{"@odata.type":"Microsoft.Dynamics.CRM.foo"}]}`: "A type named 'Microsoft.Dynamics.CRM.foo' could not be resolved by the model. …",
		`[]`: "An unexpected node was found when reading from the JSON reader. A 'StartObject' node was expected.",
	} {
		app.post("new_Take", body).is(400, `{"error":{"code":"0x80048d19","message":"…Microsoft.OData.ODataException: `+want+`…`)
	}
	app.post("new_Take", `{"Ref":{"@odata.type":"Microsoft.Dynamics.CRM.account"}}`).fails(400, "0x80040203", "Required field 'accountid' is missing")
	app.post("new_Take", `{"Ref":{"@odata.id":"accounts(accountnumber='none')"}}`).is(400, "…")
	app.with("Content-Type", "text/plain").post("new_Take", `{}`).is(415, "…")
}

// TestCustomAPIAnswersOfRows: the only property, if it is a row or rows, is the answer.
func TestCustomAPIAnswersOfRows(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	say := func(name string, values map[string]any) {
		w.HandleCustomAPI(name, func(context.Context, environment.CustomAPICall) (map[string]any, error) { return values, nil })
	}
	app.api("new_One", "", `< Out 3 ,"logicalentityname":"account"`)
	say("new_One", map[string]any{"Out": map[string]any{"name": "A", "revenue": 1.5}})
	app.post("new_One", "").is(200, `{"@odata.context":"`+root+`$metadata#accounts/$entity","name":"A","revenue":1.5}`)
	say("new_One", map[string]any{"Out": map[string]any{"nom": "A"}})
	app.post("new_One", "").fails(400, "0x80040224", "An unexpected error occurred from ISV code.").has("x-stead-help", "the answer of new_One: the table account of the response property Out has no property nom")
	app.api("new_Open", "", "< Out 3")
	say("new_Open", map[string]any{"Out": map[string]any{"a": 1, "b": map[string]any{"c": "d"}, "l": []int{1, 2}}})
	app.post("new_Open", "").is(200, `{"@odata.context":"`+root+`$metadata#expando/$entity","@odata.type":"#Microsoft.Dynamics.CRM.expando","a":1,"b":{"@odata.type":"#Microsoft.Dynamics.CRM.expando","c":"d"},"l@odata.type":"#Collection(Int32)","l":[1,2]}`)
	app.api("new_Many", "", "< Out 4")
	say("new_Many", map[string]any{"Out": []map[string]any{{"label": "x"}}})
	app.post("new_Many", "").is(200, `{"@odata.context":"`+root+`$metadata#expando","value":[{"@odata.type":"#Microsoft.Dynamics.CRM.expando","label":"x"}]}`)
	app.api("new_Ref", "", `< Out 5 ,"logicalentityname":"account"`)
	say("new_Ref", map[string]any{"Out": map[string]any{"accountid": people["ben"].user}})
	app.post("new_Ref", "").is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.new_RefResponse","Out":{"@odata.type":"#Microsoft.Dynamics.CRM.account","accountid":"`+people["ben"].user+`"}}`)
	for name, values := range map[string]map[string]any{"type": {"Out": 5}, "name": {"In": 5}, "value": {"Out": make(chan int)}} {
		say("new_Many", values)
		if got := app.post("new_Many", "").is(400, "…0x80040224…").header.Get("x-stead-help"); !strings.HasPrefix(got, "the answer of new_Many: ") {
			t.Errorf("%s: the help is %q", name, got)
		}
	}
	say("new_Many", nil)
	app.post("new_Many", "").is(204, "")
	w.HandleCustomAPI("new_Many", func(context.Context, environment.CustomAPICall) (map[string]any, error) { panic("oh") })
	app.post("new_Many", "").fails(400, "0x80040224", "An unexpected error occurred from ISV code.")
	w.HandleCustomAPI("new_Many", func(context.Context, environment.CustomAPICall) (map[string]any, error) {
		return nil, fmt.Errorf("wrapped: %w", &environment.CustomAPIFailure{Code: 0x80040333, Status: 412, Message: "taken"})
	})
	app.post("new_Many", "").fails(412, "0x80040333", "taken")
}

// TestCustomAPIRules: what the page says is answered, filled from the arguments, and
// outlasts the process.
func TestCustomAPIRules(t *testing.T) {
	path := filepath.Join(t.TempDir(), "customapis.json")
	w := start(t, func(c *environment.Config) {
		c.CustomAPIAnswers, c.Operator = path, func(bearer string) bool { return bearer == "key" }
	})
	app, key := w.as(t, "contoso-app"), client{w, t, map[string][]string{"Authorization": {"Bearer key"}}}
	const page = "/_stead/customapis"
	w.as(t, "ben").get(page).is(403, "…")
	key.get(page).is(200, "[]\n")
	app.api("new_Ask", "", "> Name 10", "> N 7 "+optional, "< Text 10", "< N 7")
	app.post("new_Ask", `{"Name":"x"}`).is(200, `{"@odata.context":"…","Text":"","N":0}`).has("x-stead-help", "nothing was said of what new_Ask answers: …PUT /_stead/customapis?name=new_Ask")
	rules := `[{"when":{"N":5},"error":{"message":"{{Name}} has {{N}} already","code":"0x80040265","status":409}},
	 {"when":{"Name":"quiet"},"answer":{}}, {"answer":{"Text":"Hello {{Name}}, {{ $id }}{{N}}","N":"{{N}}"}}]`
	key.send("PUT", page+"?name=new_Ask", rules).is(204, "")
	ask := func(c client) {
		t.Helper()
		c.post("new_Ask", `{"Name":"Ada","N":5}`).fails(409, "0x80040265", "Ada has 5 already")
		c.post("new_Ask", `{"Name":"quiet"}`).is(204, "")
		c.post("new_Ask", `{"Name":"Ben","N":7}`).is(200, `{"@odata.context":"…","Text":"Hello Ben, 7","N":7}`).has("x-stead-help", "")
		c.post("new_Ask", `{"Name":"Ben"}`).is(200, `{"@odata.context":"…","Text":"Hello Ben, ","N":null}`)
	}
	ask(app)
	key.get(page).is(200, `[{"name":"new_Ask","declared":true,"kind":"action","parameters":[{"name":"Name","type":"String"},{"name":"N","type":"Integer","optional":true}],"properties":[{"name":"Text","type":"String"},{"name":"N","type":"Integer"}],"answer":"rules","rules":…}]`+"\n")
	for text, want := range map[string]string{
		`{"answer":{"Foo":1}}`: "there is no response property Foo", `{"answer":{"Text":"{{Foo}}"}}`: "there is no parameter Foo",
		`{"when":{"Foo":1},"answer":{}}`: "there is no parameter Foo", `{}`: "rule 1: it must have either answer or error", `[]`: "there is no rule",
		`{"answer":5}`: "rule 1: answer must be a JSON object", `{"error":{"status":200}}`: "rule 1: error.status is none of …", `x`: "…", ``: "…",
	} {
		app.send("PUT", page+"?name=new_Ask", text).is(400, `{"error":{"code":"0x80040203","message":"The answer of new_Ask cannot be: `+want+`."}}`)
	}
	app.send("PUT", page, rules).is(400, "…")
	app.post(page, rules).is(405, "…").has("Allow", "GET,HEAD,PUT,DELETE")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.open(t)
	ask(w.as(t, "contoso-app"))
	w.HandleCustomAPI("new_Ask", func(context.Context, environment.CustomAPICall) (map[string]any, error) {
		return map[string]any{"N": 1}, nil
	})
	app.post("new_Ask", `{"Name":"Ada","N":5}`).is(200, `{"@odata.context":"…","Text":null,"N":1}`)
	w.HandleCustomAPI("new_Ask", nil)
	ask(app)
	app.delete(page+"?name=new_Ask").is(204, "")
	app.post("new_Ask", `{"Name":"Ada","N":5}`).is(200, `{"@odata.context":"…","Text":"","N":0}`)
	key.get(page).is(200, `[{"name":"new_Ask",…,"answer":"default"}]`+"\n")
}

// TestCustomAPIsAreGuarded: the privilege that a custom API names, and what cannot be
// declared.
func TestCustomAPIsAreGuarded(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	id := app.api("new_Close", `,"executeprivilegename":"prvPublishCustomization"`)
	app.post("new_Close", "").is(204, "")
	ben.post("new_Close", "").is(403, "…0x80040220…prvPublishCustomization…")
	app.patch("customapis("+id+")", `{"executeprivilegename":"prvNone"}`).fails(400, "0x80040203", "The execute privilege name 'prvNone' is not the name of a privilege.")
	app.patch("customapis("+id+")", `{"executeprivilegename":null,"uniquename":"new_Other","isfunction":true,"bindingtype":1}`).is(204, "")
	ben.post("new_Close", "").is(204, "")
	ben.post("customapis", `{"uniquename":"new_X","name":"x","displayname":"x","description":"x"}`).is(403, "…prvCreateCustomAPI…")
	base := map[string]string{"uniquename": `"new_X"`, "name": `"x"`, "displayname": `"x"`, "description": `"x"`}
	make := func(change map[string]string) answer {
		t.Helper()
		body := maps.Clone(base)
		maps.Copy(body, change)
		text := ""
		for name, value := range body {
			text += `,"` + name + `":` + value
		}
		return app.post("customapis", "{"+text[1:]+"}")
	}
	const prefix = "must start with a valid customization prefix"
	for _, tt := range []struct {
		change map[string]string
		status int
		want   string
	}{
		{map[string]string{"uniquename": `"Foo"`}, 400, prefix}, {map[string]string{"uniquename": `"abc_Foo"`}, 400, prefix},
		{map[string]string{"uniquename": `"new_Fo o"`}, 400, "special characters"}, {map[string]string{"uniquename": `"new_"`}, 400, prefix},
		{map[string]string{"uniquename": `"NEW_close"`}, 412, "0x80040237"},
		{map[string]string{"bindingtype": "1"}, 400, "is not the name of an entity"}, {map[string]string{"boundentitylogicalname": `"account"`}, 400, "must be empty"},
		{map[string]string{"bindingtype": "1", "boundentitylogicalname": `"nosuch"`}, 400, "'nosuch'"}, {map[string]string{"bindingtype": "7"}, 400, "outside the valid range"},
		{map[string]string{"isfunction": "true", "workflowsdkstepenabled": "true"}, 400, "workflow"},
		{map[string]string{"executeprivilegename": `"prvFoo"`}, 400, "prvFoo"}, {map[string]string{"uniquename": "null"}, 400, "uniquename"},
	} {
		if a := make(tt.change); a.status != tt.status || !strings.Contains(a.body, tt.want) {
			t.Errorf("%v: %d %s", tt.change, a.status, a.body)
		}
	}
	function := app.api("new_Fun", `,"isfunction":true`, "> A 7", "< R 7")
	bound := app.api("new_Bound", `,"bindingtype":1,"boundentitylogicalname":"account"`)
	for member, want := range map[string]string{
		"> a 7": "0x80040237", "> B! 7": "special characters", "> 1B 7": "special characters", "> B 77": "outside the valid range", "> B 3": "open type", "> B 4": "open type",
		`< B 10 ,"logicalentityname":"account"`: "cannot be set for the type String", `< B 4 ,"logicalentityname":"account"`: "cannot be set for the type EntityCollection",
		`< B 5 ,"logicalentityname":"foo"`: "'foo'",
	} {
		if a := app.apiMember(function, member); a.status < 400 || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %s", member, a.status, a.body)
		}
	}
	app.apiMember(bound, "> Target 5").is(400, "…Target is generated…")
	app.apiMember(function, "> Target 5").is(204, "")
}
