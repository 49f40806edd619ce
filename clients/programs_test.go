package clients

import (
	"fmt"
	"strings"
	"testing"
)

// organization is contoso's organization id, which WhoAmI must answer with.
const organization = "5a1f0000-0000-4000-8000-0000000000e1"

// applicationUser is contoso-app's user in contoso.
const applicationUser = "5a1f0000-0000-4000-8000-0e10000000a1"

// wantMe checks a WhoAmI body.
func wantMe(t *testing.T, body any) {
	t.Helper()
	me, _ := body.(map[string]any)
	if me["UserId"] != applicationUser || me["OrganizationId"] != organization || me["BusinessUnitId"] == nil {
		t.Errorf("WhoAmI answered %v", body)
	}
}

func TestMSALNode(t *testing.T) {
	got := by(lines(t, variables(t, "contoso-app", "contoso"), "node", "node/msal.mjs"), "kind")
	wantMe(t, got["secret"]["body"])
	wantMe(t, got["certificate"]["body"])
	if text := fmt.Sprint(got["wrong"]["message"]); got["wrong"]["error"] != "invalid_client" || !strings.Contains(text, "AADSTS7000215") {
		t.Errorf("a wrong secret reached the caller as %v", got["wrong"])
	}
}

func TestMSALPython(t *testing.T) {
	got := by(lines(t, variables(t, "contoso-app", "contoso"), "/usr/bin/python3", "python/msal_client.py"), "kind")
	wantMe(t, got["secret"]["body"])
	wantMe(t, got["certificate"]["body"])
	if got["secret"]["rows"] != 3.0 {
		t.Errorf("a list of three gave %v rows", got["secret"]["rows"])
	}
	if codes := fmt.Sprint(got["wrong"]["codes"]); codes != "[7.000215e+06]" {
		t.Errorf("a wrong secret reached the caller as %v", got["wrong"])
	}
}

func TestDynamicsWebAPI(t *testing.T) {
	got := by(lines(t, variables(t, "contoso-app", "contoso-test"), "node", "node/dynamics-web-api.mjs"), "step")
	value := func(step string) map[string]any {
		m, _ := got[step]["value"].(map[string]any)
		return m
	}
	for _, want := range []struct{ step, member, value string }{
		{"contact", "fullname", "Dyna Mics"},
		{"account", "name", "Dynamics Web API Ltd"},
		{"account", "revenue", "1234.5"},
		{"retrieve", "statecode@OData.Community.Display.V1.FormattedValue", "Active"},
		{"stale", "updated", "false"},
		{"list", "@odata.count", "1"},
		{"upsert", "name", "Upserted"},
		{"task", "statecode", "0"},
		{"toolong", "code", "0x80044331"},
		{"toolong", "message", "A validation error occurred.  The length of the 'name' attribute of the 'account' entity exceeded the maximum allowed length of '160'."},
		{"unknown", "message", "Could not find a property named 'nosuchcolumn' on type 'Microsoft.Dynamics.CRM.account'."},
		{"gone", "status", "404"},
		{"gone", "code", "0x80040217"},
	} {
		if found := fmt.Sprint(value(want.step)[want.member]); found != want.value {
			t.Errorf("%s: %s is %q, want %q in %v", want.step, want.member, found, want.value, got[want.step]["value"])
		}
	}
	primary, _ := value("retrieve")["primarycontactid"].(map[string]any)
	if primary["fullname"] != "Dyna Mics" {
		t.Errorf("expanded contact: %v", primary)
	}
	tasks, _ := value("tasks")["Account_Tasks"].([]any)
	if len(tasks) != 1 {
		t.Errorf("expanded tasks: %v", tasks)
	}
	wantPages(t, got["pages"]["value"], got["all"]["value"])
}

// wantPages checks that pages of four add up to what one page of everything holds.
func wantPages(t *testing.T, pages, all any) {
	t.Helper()
	total := 0.0
	list, _ := pages.([]any)
	for i, size := range list {
		n, _ := size.(float64)
		total += n
		if i < len(list)-1 && n != 4 {
			t.Errorf("page %d holds %v rows of 4", i+1, n)
		}
	}
	if len(list) < 3 || total != all {
		t.Errorf("pages %v do not add up to %v rows", pages, all)
	}
}
