package odata

import (
	"fmt"
	"strings"
	"testing"
)

func TestReadArguments(t *testing.T) {
	r := asAda(t)
	for call, want := range map[string]string{
		"F()": "[]",
		"F":   "[]",
		"F(A='x',B=7,C=null,D=true,E=" + litware + ")":            "[{A x} {B 7} {C <nil>} {D true} {E " + litware + "}]",
		"F(A='it''s, (so)')":                                      "[{A it's, (so)}]",
		"F(Names=['account','contact'])":                          "[{Names [account contact]}]",
		"F(Names=[%22account%22])":                                "[{Names [account]}]",
		"F(Names=[])":                                             "[{Names []}]",
		"F(Names=@p1)?@p1=[%22account%22,%22contact%22]":          "[{Names [account contact]}]",
		"F(A=@p1)?@p1='x'":                                        "[{A x}]",
		"F(A=Microsoft.Dynamics.CRM.EndpointAccessType'Default')": "[{A Microsoft.Dynamics.CRM.EndpointAccessType'Default'}]",
		"F(A=@p2)?@p1='x'":                                        "refused",
		"F(A='x)":                                                 "refused",
		"F(A=[['x']])":                                            "refused",
		"F(A=)":                                                   "refused",
	} {
		path, raw, _ := strings.Cut(call, "?")
		got := "refused"
		if p, err := r.ReadPath(path); err == nil {
			if all, err := r.ReadArguments(p, raw); err == nil {
				got = fmt.Sprint(all)
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", call, got, want)
		}
	}
}

// FuzzReadArguments: no call makes the reader panic or lose a parameter.
func FuzzReadArguments(f *testing.F) {
	f.Add("A='x',B=@p", "@p=[1,'2']")
	f.Fuzz(func(t *testing.T, inner, raw string) {
		r := asAda(t)
		if p, err := r.ReadPath("F(" + inner + ")"); err == nil {
			all, err := r.ReadArguments(p, raw)
			if err == nil && len(all) != len(p.Arguments) {
				t.Fatalf("%d arguments of %d", len(all), len(p.Arguments))
			}
		}
	})
}
