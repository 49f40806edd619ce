package clients

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The README's curl commands, as they stand there, get a token and use it, and are answered as it shows.
func TestReadmeCommands(t *testing.T) {
	commands := commandsOf(t, "../README.md", "TOKEN=")
	out := wantPrinted(t, "contoso-app", "contoso", commands)
	for answer := range strings.Lines(commandsOf(t, "../README.md", "{")) {
		if want := anyVersion(strings.TrimSpace(answer)); !strings.Contains(anyVersion(out), want) {
			t.Errorf("the README shows\n%s\nwhere this is printed:\n%s", want, out)
		}
	}
	wantPrinted(t, "contoso-unassigned", "contoso", commands, `{"error":{"code":"0x80072560","message":"The user is not a member of the organization."}}`)
}

// anyVersion hides what differs from world to world: ports and row versions.
func anyVersion(text string) string {
	return regexp.MustCompile(`W/\\"\d+\\"|localhost:\d+`).ReplaceAllString(text, "…")
}

// Those of docs/world.md find a text, change a time zone, audit, and declare and call a custom API.
func TestWorldCommands(t *testing.T) {
	token, _, _ := strings.Cut(commandsOf(t, "../README.md", "TOKEN="), "curl -s --cacert \"$STEAD_CA\" -H")
	out := wantPrinted(t, "contoso-app", "contoso-test", token+commandsOf(t, "../docs/world.md", "ask()"),
		`{crmhit}Coffee{/crmhit}`, `\"Count\":2`, `Berlin`, `"_callinguserid_value@OData.Community.Display.V1.FormattedValue":"contoso-app"`, `"Greeting":"Hello Ada"`)
	if strings.Contains(out, `"error":{`) {
		t.Errorf("something was refused:\n%s", out)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	made := regexp.MustCompile(`FormattedValue":"([^"]*)","createdon":"([^"]*)"`).FindStringSubmatch(out)
	if made == nil {
		t.Fatalf("no row was printed:\n%s", out)
	}
	if at, err := time.Parse(time.RFC3339, made[2]); err != nil || at.In(berlin).Format("1/2/2006 3:04 PM") != made[1] {
		t.Errorf("%s is told as %s, %v", made[2], made[1], err)
	}
}

// commandsOf is the block of commands in a document that begins like that.
func commandsOf(t *testing.T, file, begins string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```\n(" + regexp.QuoteMeta(begins) + ".*?)```").FindSubmatch(text)
	if block == nil {
		t.Fatalf("%s has no commands that begin with %s", file, begins)
	}
	return string(block[1])
}

// wantPrinted runs commands as an application.
func wantPrinted(t *testing.T, app, environment, commands string, want ...string) string {
	t.Helper()
	c := exec.Command("sh", "-eu", "-c", commands)
	c.Env = variables(t, app, environment)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", app, err, out)
	}
	for _, part := range want {
		if !strings.Contains(string(out), part) {
			t.Errorf("as %s the commands do not print %s:\n%s", app, part, out)
		}
	}
	return string(out)
}
