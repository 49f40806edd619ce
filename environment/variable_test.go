package environment_test

import (
	"testing"
)

// variable makes a definition, and a value unless that is empty.
func (c client) variable(name, usual, value string) (definition string) {
	c.t.Helper()
	definition = c.made("environmentvariabledefinitions", `{"schemaname":"`+name+`","displayname":"`+name+`","type":100000000,"defaultvalue":"`+usual+`"}`)
	if value != "" {
		c.made("environmentvariablevalues", `{"value":"`+value+`","EnvironmentVariableDefinitionId@odata.bind":"/environmentvariabledefinitions(`+definition+`)"}`)
	}
	return definition
}

// standing asks for the value of a variable.
func (c client) standing(name string) answer {
	c.t.Helper()
	return c.get("RetrieveEnvironmentVariableValue(DefinitionSchemaName='" + name + "')")
}

// An environment variable stands at its value, or at the default of its definition.
func TestEnvironmentVariables(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	id := app.variable("new_Url", "https://one.example", "")
	app.get("environmentvariabledefinitions("+id+")?$select=schemaname,displayname,type,defaultvalue,isrequired,secretstore,statecode,componentstate,ismanaged&$expand=environmentvariabledefinition_environmentvariablevalue($select=value)").
		is(200, `…"schemaname":"new_Url","displayname":"new_Url","type":100000000,"defaultvalue":"https://one.example","isrequired":false,"secretstore":0,"statecode":0,"componentstate":0,"ismanaged":false,…"environmentvariabledefinition_environmentvariablevalue":[]…`)
	app.standing("new_url").is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.RetrieveEnvironmentVariableValueResponse","Value":"https://one.example"}`)

	set := `"EnvironmentVariableDefinitionId@odata.bind":"/environmentvariabledefinitions(` + id + `)"`
	value := app.made("environmentvariablevalues", `{"schemaname":"new_Url","value":"https://two.example",`+set+`}`)
	app.standing("new_Url").is(200, `…"Value":"https://two.example"}`)
	app.get("environmentvariablevalues?$select=value&$expand=EnvironmentVariableDefinitionId($select=schemaname)").
		is(200, `…"value":"https://two.example",…"EnvironmentVariableDefinitionId":{…"schemaname":"new_Url",…`)
	app.patch("environmentvariablevalues("+value+")", `{"value":"https://three.example",`+set+`}`).is(204, "")
	app.standing("new_Url").is(200, `…"Value":"https://three.example"}`)

	app.post("environmentvariabledefinitions", `{"schemaname":"NEW_URL","displayname":"again","type":100000001}`).is(412, `…0x80040237…`)
	app.post("environmentvariablevalues", `{"value":"second",`+set+`}`).is(412, `…0x80040237…`)
	other := app.variable("new_Other", "", "o")
	moving := app.get("environmentvariablevalues?$select=environmentvariablevalueid&$filter=value eq 'o'").names("environmentvariablevalueid")[0]
	app.patch("environmentvariablevalues("+moving+")", `{`+set+`}`).is(412, `…0x80040237…`)
	app.post("environmentvariabledefinitions", `{"displayname":"nameless","type":100000000}`).is(400, `…schemaname…`)
	app.patch("environmentvariabledefinitions("+other+")", `{"type":7}`).is(400, "…")
	app.standing("new_None").fails(404, "0x80040217", "Environment variable definition with schema name 'new_None' does not exist.")
	app.get("RetrieveEnvironmentVariableValue()").is(400, "…DefinitionSchemaName…")
	app.get("RetrieveEnvironmentVariableSecretValue(EnvironmentVariableName='new_Url')").is(501, "…")

	app.delete("environmentvariablevalues("+value+")").is(204, "")
	app.standing("new_Url").is(200, `…"Value":"https://one.example"}`)
	app.delete("environmentvariabledefinitions("+other+")").is(204, "")
	app.get("environmentvariablevalues("+moving+")").is(404, "…")
	app.made("environmentvariabledefinitions", `{"schemaname":"new_Both","displayname":"b","type":100000002,"defaultvalue":"no","environmentvariabledefinition_environmentvariablevalue":[{"value":"yes"}]}`)
	app.standing("new_Both").is(200, `…"Value":"yes"}`)
}

// Everybody with a role of the service reads variables; who changes one owns it or is an
// administrator. A value is no more open than its definition.
func TestWhoSeesEnvironmentVariables(t *testing.T) {
	w := start(t)
	app, ben, cleo := w.as(t, "contoso-app"), w.as(t, "ben"), w.as(t, "cleo")
	app.variable("new_Shared", "d", "v")
	mine := ben.variable("new_Ben", "", "hidden")
	ben.standing("new_Shared").is(200, `…"Value":"v"}`)
	cleo.standing("new_Ben").is(200, `…"Value":"hidden"}`)
	cleo.patch("environmentvariabledefinitions("+mine+")", `{"defaultvalue":"hers"}`).is(403, "…")
	cleo.patch("environmentvariablevalues("+cleo.get("environmentvariablevalues?$select=environmentvariablevalueid&$filter=value eq 'hidden'").names("environmentvariablevalueid")[0]+")", `{"value":"hers"}`).is(403, "…")
	cleo.delete("environmentvariabledefinitions("+mine+")").is(403, "…")
	who := w.as(t, "integration")
	who.standing("new_Shared").is(403, "…prvReadEnvironmentVariableDefinition…")
	who.get("environmentvariablevalues").is(403, "…prvReadEnvironmentVariableDefinition…")
	who.post("environmentvariabledefinitions", `{"schemaname":"x","displayname":"x","type":100000000}`).is(403, "…")
}

// Definitions and values are components of solutions, by the types that the service has.
func TestEnvironmentVariablesInSolutions(t *testing.T) {
	app := start(t).withBank(t)
	id := app.variable("new_Url", "one", "two")
	types := `solutioncomponents?$select=componenttype,ismetadata&$filter=componenttype ge 380 and componenttype le 381&$orderby=componenttype`
	app.get(types).is(200, `…"componenttype":380,"ismetadata":false…"componenttype":381,"ismetadata":false…`)
	app.delete("environmentvariabledefinitions("+id+")").is(204, "")
	app.get(types).is(200, `…"value":[]}`)
}
