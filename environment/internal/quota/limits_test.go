package quota

import (
	"strings"
	"testing"
	"time"
)

func TestLimitsAreRead(t *testing.T) {
	for text, want := range map[string]Limits{
		"off":           {Off: true},
		"default":       {Window: 300 * time.Second, Requests: 6000, Execution: 1200 * time.Second, Concurrent: 52},
		"x0.01":         {Window: 300 * time.Second, Requests: 60, Execution: 12 * time.Second, Concurrent: 1},
		"x1.5":          {Window: 300 * time.Second, Requests: 9000, Execution: 1800 * time.Second, Concurrent: 78},
		"requests=8000": {Window: 300 * time.Second, Requests: 8000, Execution: 1200 * time.Second, Concurrent: 52},
		"time=1.5s,window=10s concurrent=3 ,requests=7": {Window: 10 * time.Second, Requests: 7, Execution: 1500 * time.Millisecond, Concurrent: 3},
	} {
		got, err := ParseLimits(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestLimitsAreRefused(t *testing.T) {
	for text, word := range map[string]string{
		"": "empty", " ,": "empty", "x0": "factor", "x-1": "factor", "xNaN": "factor", "x1e9": "factor", "requests=0": "number from 1",
		"requests": "number from 1", "concurrent=1e3": "number", "time=1us": "span", "window=1500ms": "whole steps of 1s", "time=10": "span",
		"window=25h": "span", "speed=3": `no figure is called "speed"`, "Off": "no figure", "requests=10000000000": "number",
	} {
		if _, err := ParseLimits(text); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%q: %v, want an error that says %q", text, err, word)
		}
	}
}

func FuzzLimits(f *testing.F) {
	for _, text := range []string{"off", "default", "x0.01", "requests=60 time=12s concurrent=5 window=10s", "time=1h2m3.004s", "x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLimits(text)
		if err != nil {
			return
		}
		if !l.Off && (l.Requests < 1 || l.Execution < time.Millisecond || l.Concurrent < 1 || l.Window < time.Second) {
			t.Errorf("%q: %+v refuses everything", text, l)
		}
		if again, err := ParseLimits(l.String()); err != nil || again != l {
			t.Errorf("%q: %+v is written %q and read %+v, %v", text, l, l, again, err)
		}
	})
}

// The figures are those of Dataverse facts 4.2.
func TestPool(t *testing.T) {
	for _, c := range []struct {
		name     string
		products []Product
		addOns   int64
		want     int64
	}{
		{"nothing bought", nil, 0, 0},
		{"Dynamics for ten", []Product{{Dynamics, 10}}, 0, 550_000},
		{"Dynamics without end", []Product{{Dynamics, 5000}}, 0, 10_000_000},
		{"Power Apps do not add up with users", []Product{{PowerApps, 900}}, 0, 25_000},
		{"the larger line, not the sum", []Product{{PowerAutomate, 5}, {Dynamics, 1}, {PowerApps, 7}}, 0, 505_000},
		{"add-ons", []Product{{PowerApps, 1}}, 2, 125_000},
	} {
		if got := Pool(c.products, c.addOns); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if got := Allowance(Paid, PerApp, Attach, Portal); got != 46_200 {
		t.Errorf("licences of one person add up to %d, want 46200", got)
	}
	if got := Allowance(PerFlow); got != 250_000 {
		t.Errorf("a flow plan gives %d", got)
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1_200_000: "1,200,000", 12_345: "12,345"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestModes(t *testing.T) {
	for text, want := range map[string]Mode{"off": Ignore, "warn": Warn, "enforce": Enforce} {
		if got, err := ParseMode(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if _, err := ParseMode("on"); err == nil {
		t.Error("on was accepted")
	}
}
