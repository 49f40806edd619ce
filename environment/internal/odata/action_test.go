package odata

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/op"
)

func show(v any) string {
	switch v := v.(type) {
	case []op.Member:
		var parts []string
		for _, m := range v {
			parts = append(parts, m.Name+":"+show(m.Value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case op.List:
		var parts []string
		for _, item := range v {
			parts = append(parts, show(item))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case op.Row:
		text := v.Key.Table.LogicalName + "(" + v.Key.ID.String() + ")"
		for _, a := range v.Values {
			text += " " + a.Column.LogicalName
		}
		return text
	default:
		return fmt.Sprintf("%T %v", v, v)
	}
}

func TestReadParameters(t *testing.T) {
	r := asAda(t)
	for body, want := range map[string]string{
		"":                   "{}",
		" {} ":               "{}",
		`{"A":1,"B":"x"}`:    "{A:int64 1 B:string x}",
		`{"A":1.5,"B":null}`: "{A:float64 1.5 B:<nil> <nil>}",
		`{"A":[true,{"X":"y","@odata.type":"#Microsoft.Dynamics.CRM.RolePrivilege"}]}`:                    "{A:[bool true {X:string y}]}",
		`{"T":{"accountid":"` + litware + `","name":"n","@odata.type":"Microsoft.Dynamics.CRM.account"}}`: "{T:account(" + litware + ") name}",
		`{"T":{"@odata.type":"#Microsoft.Dynamics.CRM.account","accountid":"` + litware + `"}}`:           "{T:account(" + litware + ")}",
		`{"T":{"@odata.id":"accounts(` + litware + `)"}}`:                                                 "{T:account(" + litware + ")}",
		`{"P":{"AccessMask":"ReadAccess","Principal":{"@odata.id":"contacts(` + litware + `)"}}}`:         "{P:{AccessMask:string ReadAccess Principal:contact(" + litware + ")}}",
		`[]`:                               "refused",
		`{"A":1,"A":2}`:                    "refused",
		`{"A":1`:                           "refused",
		`{"A":1} {}`:                       "refused",
		`{"A":1e999}`:                      "refused",
		`{"T":{"@odata.id":"nothing(1)"}}`: "refused",
		`{"T":{"@odata.type":"#Microsoft.Dynamics.CRM.account","nonsense":1}}`: "refused",
	} {
		got := "refused"
		all, err := r.ReadParameters("Do", []byte(body))
		if err == nil {
			got = show(append([]op.Member{}, all...))
		}
		if got != want {
			t.Errorf("%s: %s, want %s (%v)", body, got, want, err)
		}
	}
}

func TestRowsAsArguments(t *testing.T) {
	r := asAda(t)
	for call, want := range map[string]string{
		"F(T=@p)?@p={'@odata.id':'accounts(" + litware + ")'}":         "{T:account(" + litware + ")}",
		"F(T=@p)?@p={%22@odata.id%22:%22accounts(" + litware + ")%22}": "{T:account(" + litware + ")}",
		"F(T=@p)?@p=[{'@odata.id':'accounts(" + litware + ")'}]":       "{T:[account(" + litware + ")]}",
		"F(T=@p)?@p={'a':'it''s \"so\"'}":                              "{T:{a:string it's \"so\"}}",
		"F(T=@p)?@p={'a'":                                              "refused",
		"F(T=@p)?@p={'a':1}}":                                          "refused",
	} {
		path, raw, _ := strings.Cut(call, "?")
		got := "refused"
		if p, err := r.ReadPath(path); err == nil {
			if all, err := r.ReadArguments(p, raw); err == nil {
				got = show(all)
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", call, got, want)
		}
	}
}

// FuzzReadParameters: no body makes the reader panic, and a name is given once.
func FuzzReadParameters(f *testing.F) {
	f.Add(`{"T":{"@odata.id":"accounts(` + litware + `)"},"N":[1,"x",{"a":null}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		all, err := asAda(t).ReadParameters("Do", []byte(body))
		seen := map[string]bool{}
		for _, m := range all {
			if err == nil && seen[m.Name] {
				t.Fatalf("%s twice in %s", m.Name, body)
			}
			seen[m.Name] = true
		}
	})
}
