package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stead-s2s/stead"
)

// command runs a command line and gives what it printed.
func command(t *testing.T, want int, args ...string) (out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	if code := run(args, &o, &e); code != want {
		t.Errorf("stead %s: exit %d, want %d: %s", strings.Join(args, " "), code, want, e.String())
	}
	return o.String(), e.String()
}

func TestUsage(t *testing.T) {
	s, err := stead.Start(t.Context(), stead.Config{Data: t.TempDir(), Limits: "requests=4 window=10s"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	out, _ := command(t, exitOK, "usage", "--data", s.Data)
	if !strings.Contains(out, "contoso since 2") || !strings.Contains(out, "limits of 4 requests in 10 s, 52 at once\n\nNobody did anything.") {
		t.Errorf("before anything was done:\n%s", out)
	}
	out, _ = command(t, exitOK, "usage", "--data", s.Data, "--environment", "fabrikam", "-o", "json")
	var report usageReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || report.Environment != "fabrikam" {
		t.Errorf("%v: %s", err, out)
	}
	out, _ = command(t, exitOK, "usage", "--data", s.Data, "-o", "csv", "--since", "1h")
	if !strings.HasPrefix(out, "start,seconds,user,") {
		t.Errorf("%s", out)
	}
	_, said := command(t, exitUsage, "usage", "--data", s.Data, "-o", "yaml")
	if !strings.Contains(said, "table, json or csv") {
		t.Error(said)
	}
	_, said = command(t, exitUsage, "usage", "--data", s.Data, "--environment", "nowhere")
	if !strings.Contains(said, "there are contoso, contoso-test, fabrikam") {
		t.Error(said)
	}
	_, said = command(t, exitFailure, "usage", "--data", s.Data, "--app", "contoso-reader")
	if !strings.Contains(said, "403") {
		t.Errorf("a reader may see usage: %s", said)
	}
	command(t, exitNotFound, "usage", "--data", t.TempDir())
}

// The table sums up the minutes of each user and names who is known.
func TestUsageTable(t *testing.T) {
	var r usageReport
	if err := json.Unmarshal([]byte(`{"environment":"contoso","now":"2026-03-02T12:00:00Z","since":"2026-03-01T12:00:00Z",
		"limits":{"requests":6000,"concurrent":52,"window_seconds":300},
		"forecast":[{"user":"u1","limit":"requests","used":4500,"most":6000,"met_at":"2026-03-02T12:01:00Z"},
			{"user":"u2","limit":"requests","used":6000,"most":6000,"met_at":"2026-03-02T12:00:00Z"},{"user":"u1","limit":"time","used":12000,"most":1200000}],
		"rows":[{"user":"u2","requests":2,"operations":2,"refused":{"requests":3,"time":1},"execution_ms":12.345,"peak_concurrency":1,"p95_ms":7},
			{"user":"u1","application":"a1","requests":1000,"operations":2000,"execution_ms":59000,"peak_concurrency":3,"p95_ms":20},
			{"user":"u1","application":"a1","requests":3500,"operations":3500,"execution_ms":61000,"peak_concurrency":9,"p95_ms":10}]}`), &r); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := r.print(&out, map[string]string{"a1": "contoso-app", "u2": "ben@contoso.example"}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range map[int]string{
		0: `^contoso since 2026-03-0\d \d\d:00 · limits of 6000 requests in 300 s, 52 at once$`,
		2: `^USER +REQUESTS +OPERATIONS +REFUSED +TIME +AT ONCE +P95 +LIMITS NOW$`,
		3: `^contoso-app +4500 +5500 +0 +2m0s +9 +20ms +requests 75% \(met at \d\d:\d1:00\), time 1%$`,
		4: `^ben@contoso.example +2 +2 +4 +12.35ms +1 +7ms +requests 100% \(met\)$`,
	} {
		if !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("line %d is %q", i, lines[i])
		}
	}
}

// Every command of docs/limits.md starts or reads a world as it is documented to.
func TestLimitsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/limits.md")
	if err != nil {
		t.Fatal(err)
	}
	ups, reads := 0, 0
	for _, c := range regexp.MustCompile("(?m)^    stead (.*?)(?:  +#.*)?$").FindAllStringSubmatch(string(text), -1) {
		args := words(c[1])
		switch args[0] {
		case "up":
			ups++
			startAsFlagged(t, args[1:])
		case "usage":
			reads++
			s, err := stead.Start(t.Context(), stead.Config{Data: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			command(t, exitOK, append(args, "--data", s.Data)...)
			_ = s.Close()
		default:
			t.Errorf("stead %s is not tried", c[1])
		}
	}
	if ups < 4 || reads < 2 {
		t.Errorf("%d commands start and %d read", ups, reads)
	}
}

// startAsFlagged starts the world that flags of stead up describe.
func startAsFlagged(t *testing.T, args []string) {
	t.Helper()
	var f upFlags
	if err := flagsOfUp(&f).Flags().Parse(args); err != nil {
		t.Fatal(err)
	}
	c := f.config()
	c.Data, c.Port = t.TempDir(), 0
	s, err := stead.Start(t.Context(), c)
	if err != nil {
		t.Errorf("stead up %v: %v", args, err)
		return
	}
	_ = s.Close()
}

// words splits a line as a shell does where there are only single quotes.
func words(line string) (list []string) {
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			list = append(list, part)
			continue
		}
		list = append(list, strings.Fields(part)...)
	}
	return list
}
