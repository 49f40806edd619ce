package edm

import (
	"strings"
	"testing"
)

func TestDeclarationsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"nonsense word":               `unknown word "nonsense"`,
		"enum":                        "says nothing",
		"  Name String":               "a property of no type",
		"complex A\ncomplex A":        "line 2: A is declared twice",
		"complex A : B":               "unknown base B",
		"complex A :":                 "lacks a word",
		"complex A odd B":             `unknown word "odd"`,
		"complex A\n  Name":           "has no type",
		"complex A\n  Name Text":      "unknown type Text",
		"complex A\n  Name Int32 x":   "property Name",
		"complex A\n  Name Int32 1 2": "too many words",
		"enum A B=x":                  `"x" is no number`,
		"entity A\n  nav N B":         "unknown type B",
		"set As A":                    "unknown type",
		"function F -> A":             "F answers with an unknown type",
		"each F":                      "want: each",
		"each delete F":               "want: each",
		"each create F -> A":          "F answers with an unknown type",
		"action F A:Nothing":          "unknown type Nothing",
	} {
		if _, err := New(Config{Messages: text}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: want %q, got %v", text, want, err)
		}
	}
}

func TestOperations(t *testing.T) {
	b, err := New(Config{Messages: someMessages})
	if err != nil {
		t.Fatal(err)
	}
	got := b.Operations()
	if function, there := got["Praise"]; !there || function || !got["Ping"] || !got["PingOf"] || got["Forget"] || !got["GetValidManyToMany"] {
		t.Errorf("the messages are %v", got)
	}
}
