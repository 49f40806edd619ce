package clients

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDynamicsWebAPIEveryFunction: every function that the library's declarations name is
// called, and answers as the service's would.
func TestDynamicsWebAPIEveryFunction(t *testing.T) {
	steps := by(lines(t, variables(t, "contoso-app", "contoso-test"), "node", "node/every.mjs"), "step")
	for step, want := range map[string]string{
		"name": "contacts", "address": "true", "emptied": "<nil>", "associated": "true", "disassociated": "<nil>", "linked": "Every Function",
		"pages": "[Every Other Ltd Every Ltd 2 end]", "all": "2", "count": "2", "countAll": "2", "fetch": "[Every Ltd 2 Every Other Ltd end]", "fetchAll": "[Every Ltd Every Other Ltd]",
		"whoami": "5a1f0000-0000-4000-8000-0000000000e2", "bound": "true", "action": "1", "batch": "[Every Batch Every Ltd Every One Every Other Ltd]",
		"background": "map[location:true organization:5a1f0000-0000-4000-8000-0000000000e2 status:30]", "cancel": "2",
		"late":     "map[code:0x80040203 message:Canceling background operation is not allowed after it is in terminal state. status:400]",
		"entities": "[Each]", "choices": "[Choices]", "attributes": "[90]", "relationships": "[Cascade]", "csdl": "true",
		"file": "map[name:scan.bin same:true size:5.24288e+06]", "nofile": "<nil>",
		"search": "Every Other Ltd", "query": "1", "suggest": "[{crmhit}Every{/crmhit} Function]", "autocomplete": "{crmhit}function{/crmhit}",
	} {
		if got := fmt.Sprint(steps[step]["value"]); got != want {
			t.Errorf("%s: %s, want %s", step, got, want)
		}
	}
	answered, _ := steps["answered"]["value"].([]any)
	for _, name := range exported(t) {
		if !slices.Contains(answered, any(name)) {
			t.Errorf("%s did not answer", name)
		}
	}
}

// exported lists the functions of the library's class and of its Utility.
func exported(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("node/node_modules/dynamics-web-api/dist/dynamics-web-api.d.ts")
	if err != nil {
		t.Fatal(err)
	}
	_, class, found := strings.Cut(strings.ReplaceAll(string(text), "\r", ""), "export declare class DynamicsWebApi {\n")
	class, _, ended := strings.Cut(class, "\n}\n")
	if !found || !ended {
		t.Fatal("the library's declarations have no class DynamicsWebApi")
	}
	class = regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(class, "")
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^ {4,8}(\w+): (?:<|\(|\w+Function;|CallAction;)`).FindAllStringSubmatch(class, -1) {
		names = append(names, m[1])
	}
	members := regexp.MustCompile(`(?m)^ {4,8}\w+`).FindAllString(class, -1)
	if len(members) < 40 || len(names) != len(members)-2 { // constructor and Utility are none
		t.Fatalf("the class has other members than functions: %v beside %v", members, names)
	}
	return names
}
