package clients

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// The README's curl commands, as they stand there, get a token and use it.
func TestReadmeCommands(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```\n(TOKEN=.*?)```").FindSubmatch(text)
	if block == nil {
		t.Fatal("the README has no curl commands")
	}
	for app, want := range map[string][]string{
		"contoso-app":        {`"UserId":"` + applicationUser + `"`, `"name":"Fourth Coffee (sample)"`},
		"contoso-unassigned": {`{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}`},
	} {
		c := exec.Command("sh", "-eu", "-c", string(block[1]))
		c.Env = variables(t, app, "contoso")
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", app, err, out)
		}
		for _, part := range want {
			if !strings.Contains(string(out), part) {
				t.Errorf("as %s the commands do not print %s:\n%s", app, part, out)
			}
		}
	}
}
