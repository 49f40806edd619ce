package environment_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// Who holds no privilege gets nothing but refusals, whatever it asks, by whatever door: the
// test goes through every entity set of the service document and every message of
// messages.txt, by themselves, in batches and in change sets. What the administrators see
// holds a word that must appear in none of the answers, and stays as it was.

const hushed = "hush-hush"

// openToAll are the messages that concern nobody's data, and so succeed.
var openToAll = []string{
	"WhoAmI", "RetrieveVersion", "RetrieveCurrentOrganization", "FormatAddress", "LocalTimeFromUtcTime", "UtcTimeFromLocalTime", "GetTimeZoneCodeByLocalizedName", "GetAllTimeZonesWithDisplayName", "RetrieveTimestamp", "RetrievePrivilegeSet",
	"QueryExpressionToFetchXml", "RetrieveAvailableLanguages", "RetrieveProvisionedLanguages", "RetrieveDeprovisionedLanguages", "RetrieveInstalledLanguagePacks",
}

// knock is a request that must not get through.
type knock struct {
	method, path, body string
	open               bool // what it asks for is nobody's data
}

// nothing is a world of people with things to hide and one who holds no privilege.
func nothing(t *testing.T) (w *world, nobody client, ids map[string]string) {
	w = start(t)
	ada := w.as(t, "ada")
	top := ada.unit("Contoso")
	role := ada.role("Nothing", top, "prvReadAccount", "Global")
	for _, p := range ada.get("roles(" + role + ")/Microsoft.Dynamics.CRM.RetrieveRolePrivilegesRole()").object()["RolePrivileges"].([]any) {
		ada.post("roles("+role+")/Microsoft.Dynamics.CRM.RemovePrivilegeRole", `{"PrivilegeId":"`+p.(map[string]any)["PrivilegeId"].(string)+`"}`).is(204, "")
	}
	ada.give("idle", "Nothing", top).is(204, "")
	ada.patch("organizations("+organization+")", `{"isauditenabled":true}`).is(204, "")
	account := ada.made("accounts", `{"name":"`+hushed+`","description":"`+hushed+`","revenue":98765432101}`)
	ids = map[string]string{"account": account, "role": role, "systemuser": people["ben"].user, "businessunit": ada.unit("Sales"), "organization": organization}
	ids["contact"] = ada.made("contacts", `{"lastname":"`+hushed+`","parentcustomerid_account@odata.bind":"accounts(`+account+`)"}`)
	ids["annotation"] = ada.made("annotations", `{"subject":"`+hushed+`","objectid_account@odata.bind":"accounts(`+account+`)","filename":"x.txt","documentbody":"eA=="}`)
	ada.made("accounts", `{"name":"`+hushed+`","ownerid@odata.bind":"systemusers(`+people["ben"].user+`)"}`)
	ids["task"] = ada.made("tasks", `{"subject":"`+hushed+`"}`)
	ids["team"] = ada.made("teams", `{"name":"`+hushed+`"}`)
	ids["fieldsecurityprofile"] = ada.made("fieldsecurityprofiles", `{"name":"`+hushed+`"}`)
	ids["position"] = ada.made("positions", `{"name":"`+hushed+`"}`)
	ada.send("PUT", "EntityDefinitions(LogicalName='account')", `{"@odata.type":"Microsoft.Dynamics.CRM.EntityMetadata","AutoCreateAccessTeams":true}`).is(204, "")
	ids["teamtemplate"] = ada.made("teamtemplates", `{"teamtemplatename":"`+hushed+`","objecttypecode":1,"defaultaccessrightsmask":1}`)
	ids["savedquery"] = ada.get("savedqueries?$select=savedqueryid&$top=1").names("savedqueryid")[0]
	ids["privilege"] = ada.privilege("prvReadAccount")
	ids["audit"] = ada.id("audits?$filter=_objectid_value eq "+account, "auditid")
	return w, w.as(t, "idle"), ids
}

// sets lists the entity sets that the service document names.
func (c client) sets() (all []string) {
	for _, row := range c.get("").object()["value"].([]any) {
		all = append(all, row.(map[string]any)["name"].(string))
	}
	return all
}

// doors are the forms in which a set is asked and changed.
func doors(set, id string) []knock {
	row := set + "(" + id + ")"
	bulk := func(message string) knock {
		return knock{method: "POST", path: set + "/Microsoft.Dynamics.CRM." + message, body: `{"Targets":[{}]}`}
	}
	return []knock{
		{method: "GET", path: set}, {method: "GET", path: set + "?$top=1"}, {method: "GET", path: set + "?$count=true"},
		{method: "GET", path: set + "/$count"}, {method: "GET", path: set + "?$apply=aggregate($count as n)"},
		{method: "GET", path: set + "/$ref"}, {method: "GET", path: row + "/$ref"},
		{method: "GET", path: row}, {method: "GET", path: row + "/versionnumber"}, {method: "GET", path: row + "/createdby"},
		{method: "GET", path: row + "/ownerid"}, {method: "GET", path: row + "?$expand=createdby"},
		{method: "POST", path: set, body: `{}`}, {method: "PATCH", path: row, body: `{}`}, {method: "DELETE", path: row},
		{method: "PUT", path: row + "/name", body: `{"value":"x"}`}, {method: "DELETE", path: row + "/name"},
		{method: "PATCH", path: row, body: `{"name":"x"}`},
		bulk("CreateMultiple"), bulk("UpdateMultiple"), bulk("UpsertMultiple"), bulk("DeleteMultiple"),
	}
}

// sideDoors are ways to rows that only some tables have, and paths beside the service root.
func sideDoors(ids map[string]string) []knock {
	account, contact := "accounts("+ids["account"]+")", "contacts("+ids["contact"]+")"
	note := "annotations(" + ids["annotation"] + ")"
	var all []knock
	for _, path := range []string{
		"accounts?sql=SELECT name FROM account", "accounts/$count?$filter=startswith(name,'hush')", account + "/name", account + "/name/$value",
		account + "/revenue/$value", account + "/entityimage/$value", account + "/entityimage_url", account + "/contact_customer_accounts", account + "/contact_customer_accounts/$count",
		account + "/contact_customer_accounts/$ref", contact + "/parentcustomerid_account", contact + "/parentcustomerid_account/name",
		note + "/documentbody", note + "/documentbody/$value", note + "/filename", note + "/objectid_account",
		"contacts?$filter=parentcustomerid_account/name eq 'hush-hush'", "contacts?$orderby=parentcustomerid_account/name", "accounts?$apply=groupby((name))",
		account + "?$expand=owninguser",
	} {
		all = append(all, knock{method: "GET", path: path})
	}
	return append(all,
		knock{method: "DELETE", path: account + "/entityimage"}, knock{method: "PATCH", path: account + "/entityimage?x-ms-file-name=x.png", body: "x"},
		knock{method: "DELETE", path: account + "/contact_customer_accounts(" + ids["contact"] + ")/$ref"}, knock{method: "DELETE", path: contact + "/parentcustomerid_account/$ref"},
		knock{method: "PUT", path: contact + "/parentcustomerid_account/$ref", body: `{"@odata.id":"` + account + `"}`},
		knock{method: "POST", path: account + "/contact_customer_accounts/$ref", body: `{"@odata.id":"` + contact + `"}`},
	)
}

// Search and the environment's own pages tell nothing to whom holds no privilege, and open
// to an administrator, but for explanations, which are of requests.
func TestNoWayBesideTheServiceRoot(t *testing.T) {
	w, nobody, _ := nothing(t)
	ada := w.as(t, "ada")
	for _, version := range []string{"v1.0", "v2.0"} {
		for _, kind := range []string{"query", "suggest", "autocomplete"} {
			w.pass(2 * time.Second) // searches have a limit by the second
			path := "/api/search/" + version + "/" + kind
			nobody.send("POST", path, `{"search":"hus"}`).is(403, "…0x80040220…")
			w.pass(2 * time.Second)
			if a := ada.send("POST", path, `{"search":"hus"}`); a.status != 200 {
				t.Errorf("%s is no door: %d %s", path, a.status, a.body)
			}
		}
	}
	for path, status := range map[string]int{"/_stead/explain": 404, "/_stead/privileges": 200, "/_stead/usage": 200, "/_stead/customapis": 200} {
		if a, b := nobody.get(path), ada.get(path); a.status != 403 || b.status != status {
			t.Errorf("%s: %d, to an administrator %d", path, a.status, b.status)
		}
	}
}

// messageDoors reads messages.txt: every message with arguments that make sense.
func messageDoors(t *testing.T, ids map[string]string) (all []knock) {
	text, err := os.ReadFile("messages.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "function" && words[0] != "action" {
			continue
		}
		name, bound := words[1], ""
		if table, message, found := strings.Cut(name, "."); found {
			inner, all := strings.CutPrefix(table, "Collection(")
			name, bound = message, plural(strings.TrimSuffix(inner, ")"))
			if !all {
				bound += "(" + ids[table] + ")"
			}
			bound += "/Microsoft.Dynamics.CRM."
		}
		k := knock{method: "POST", path: bound + name, open: slices.Contains(openToAll, name)}
		var marks, queries, members []string
		for _, word := range words[2:] {
			parameter, kind, given := strings.Cut(word, ":")
			if !given || strings.Contains(word, "->") {
				break
			}
			inURL, inBody := argument(t, parameter, strings.TrimSuffix(kind, "!"), ids)
			at := fmt.Sprint("@p", len(marks))
			marks, queries = append(marks, parameter+"="+at), append(queries, at+"="+inURL)
			members = append(members, `"`+parameter+`":`+inBody)
		}
		if words[0] == "function" {
			k.method, k.path = "GET", k.path+"("+strings.Join(marks, ",")+")?"+strings.Join(queries, "&")
		} else {
			k.body = "{" + strings.Join(members, ",") + "}"
		}
		all = append(all, k)
	}
	return all
}

// plural is the name of a table's set, where it follows the rule.
func plural(table string) string {
	if stem, y := strings.CutSuffix(table, "y"); y {
		return stem + "ies"
	}
	return table + "s"
}

// argument gives a value in a URL and in a body.
func argument(t *testing.T, name, kind string, ids map[string]string) (inURL, inBody string) {
	id := map[string]string{"PrivilegeId": ids["privilege"], "RoleId": ids["role"], "UserId": people["ben"].user, "DirectoryObjectId": people["ben"].object}[name]
	if id == "" {
		id = ids["account"]
	}
	row := func(table string) (string, string) {
		return "{'@odata.id':'" + table + "s(" + ids[table] + ")'}", `{"@odata.type":"Microsoft.Dynamics.CRM.` + table + `","` + table + `id":"` + ids[table] + `"}`
	}
	switch kind {
	case "Guid":
		return id, `"` + id + `"`
	case "String":
		return "'account'", `"account"`
	case "Boolean":
		return "false", "false"
	case "Int64", "Int32":
		return "1", "1"
	case "Binary":
		return "binary'AA=='", `"AA=="`
	case "EndpointAccessType":
		return "Microsoft.Dynamics.CRM.EndpointAccessType'Default'", `"Default"`
	case "TargetFieldType":
		return "Microsoft.Dynamics.CRM.TargetFieldType'All'", `"All"`
	case "PagingInfo":
		return `{"PageNumber":1,"Count":10}`, `{"PageNumber":1,"Count":10}`
	case "PrincipalAccess":
		_, principal := row("systemuser")
		return "", `{"AccessMask":"ReadAccess","Principal":` + principal + `}`
	case "DateTimeOffset":
		return "2026-11-21T12:00:00Z", `"2026-11-21T12:00:00Z"`
	case "QueryExpression":
		return `{"EntityName":"account"}`, ""
	case "Collection(QueryExpression)":
		return "", `[{"EntityName":"account"}]`
	case "BulkDeleteOptions":
		return "", "{}"
	case "Collection(@crmbaseentity)":
		return "", "[]"
	case "Collection(String)":
		return `["account"]`, `["account"]`
	case "Collection(Guid)":
		return `["` + ids["privilege"] + `"]`, `["` + ids["privilege"] + `"]`
	case "Collection(RolePrivilege)":
		return "", `[{"PrivilegeId":"` + ids["privilege"] + `","Depth":"Global"}]`
	case "Collection(@systemuser)":
		_, body := row("systemuser")
		return "", "[" + body + "]"
	case "@crmbaseentity":
		if strings.HasSuffix(name, "Principal") || name == "Revokee" {
			return row("systemuser")
		}
		return row("account")
	case "@systemuser", "@businessunit", "@teamtemplate", "@queue":
		return row(kind[1:])
	case "@queueitem":
		return "", `{"priority":1,"@odata.type":"Microsoft.Dynamics.CRM.queueitem"}`
	}
	t.Fatalf("messages.txt has a parameter of type %s, for which this test has no value", kind)
	return "", ""
}

// everything is all that an administrator sees.
func (c client) everything() string {
	var all strings.Builder
	for _, set := range c.sets() {
		a := c.get(set)
		if a.status != 200 {
			continue
		}
		all.WriteString(a.body)
	}
	return all.String()
}

func TestNoWayAround(t *testing.T) {
	w, nobody, ids := nothing(t)
	ada := w.as(t, "ada")
	before := ada.everything()
	if !strings.Contains(before, hushed) {
		t.Fatal("there is nothing to hide")
	}
	var knocks []knock
	sets := ada.sets()
	for _, set := range sets {
		id := ids["account"]
		for table, row := range ids {
			if set == table+"s" {
				id = row
			}
		}
		all := doors(set, id)
		for i := range all {
			all[i].open = (set == "privileges" || strings.HasPrefix(set, "timezone")) && all[i].method == "GET" // the product's own lists (Dataverse facts 3.4)
		}
		knocks = append(knocks, all...)
		knocks = append(knocks, knock{method: "GET", path: set + `?fetchXml=%3Cfetch%3E%3Centity%20name=%22account%22%3E%3Call-attributes/%3E%3C/entity%3E%3C/fetch%3E`})
	}
	for _, k := range sideDoors(ids) {
		if k.method == "GET" && ada.get(k.path).status >= 300 {
			t.Errorf("%s is no door", k.path)
		}
		knocks = append(knocks, k)
	}
	messages := messageDoors(t, ids)
	if len(sets) < 15 || len(messages) < 40 {
		t.Fatalf("only %d sets and %d messages", len(sets), len(messages))
	}
	for _, k := range append(knocks, messages...) {
		a := nobody.send(k.method, k.path, k.body)
		judge(t, k, "alone", a.status, a.body)
		part := nobody.batch(item("", k.method+" /api/data/v9.2/"+strings.ReplaceAll(k.path, " ", "%20")+" HTTP/1.1", "Content-Type: application/json", "", k.body))
		judge(t, k, "in a batch", part.status, part.body)
		if k.method != "GET" {
			set := nobody.batch(changes(item("1", k.method+" /api/data/v9.2/"+strings.ReplaceAll(k.path, " ", "%20")+" HTTP/1.1", "Content-Type: application/json", "", k.body)))
			judge(t, k, "in a change set", set.status, set.body)
		}
	}
	if after := ada.everything(); after != before {
		t.Error("something has changed")
	}
}

func judge(t *testing.T, k knock, where string, status int, body string) {
	t.Helper()
	switch {
	case strings.Contains(body, hushed) || strings.Contains(body, "98765432101"):
		t.Errorf("%s %s %s tells %s", k.method, k.path, where, body)
	case status >= 500 && status != 501:
		t.Errorf("%s %s %s: %d %s", k.method, k.path, where, status, body)
	case status < 400 && !k.open && !(where == "in a batch" && strings.Contains(body, "HTTP/1.1 4")):
		t.Errorf("%s %s %s: answered %d %s", k.method, k.path, where, status, body)
	}
}
