package odata

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// everyType has an optional parameter of each type, named like it.
func everyType(r Request, function bool) *meta.API {
	a := &meta.API{Name: "new_Every", Function: function}
	for kind := meta.APIBoolean; kind <= meta.APIGuid; kind++ {
		a.Parameters = append(a.Parameters, meta.APIMember{Name: kind.String(), Type: kind, Optional: true})
	}
	a.Parameters = append(a.Parameters, meta.APIMember{Name: "Account", Type: meta.APIEntity, Table: r.Model.Table("account"), Optional: true})
	return a
}

// TestInvocationsInline: literals of URLs, by the declared types.
func TestInvocationsInline(t *testing.T) {
	r := asAda(t)
	for text, want := range map[string]any{
		"String='a''b'": "a'b", "String=@p": "x y", "Boolean=true": true, "Integer=5": int64(5), "Decimal=1.50": 1.5, "Float=1e3": 1000.0, "Picklist=-1": int64(-1),
		"Guid=11111111-2222-3333-4444-555555555555": meta.MustID("11111111-2222-3333-4444-555555555555"), "Guid='11111111-2222-3333-4444-555555555555'": meta.MustID("11111111-2222-3333-4444-555555555555"),
		"DateTime=2026-01-02T03:04:05Z": "2026-01-02T03:04:05Z", "DateTime=2026-01-02": "2026-01-02T00:00:00Z", "Money=3": 3.0,
	} {
		p, err := r.ReadPath("new_Every(" + text + ")")
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.ReadInvocation(everyType(r, true), p, "@p=%27x%20y%27", nil)
		if err != nil || len(got) != 1 || got[0].Value != want {
			t.Errorf("%s: %v %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"String=5", "Integer='x'", "Guid=5", "Boolean=5", "String=@q", "Integer=1,Integer=2", "Nope=1", "Integer=", "StringArray=5", "Entity={'a':1}", "EntityReference={}", "DateTime=5"} {
		p, err := r.ReadPath("new_Every(" + text + ")")
		if err != nil {
			continue
		}
		if got, err := r.ReadInvocation(everyType(r, true), p, "", nil); err == nil || dverr.From(err).HTTPStatus() >= 500 {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
	p, err := r.ReadPath(`new_Every(StringArray=["a",'b'],EntityReference={'@odata.id':'accounts(11111111-2222-3333-4444-555555555555)'})`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.ReadInvocation(everyType(r, true), p, "", nil)
	if err != nil || len(got) != 2 {
		t.Fatalf("%v %v", got, err)
	}
	if row, ok := got[0].Value.(op.Row); !ok || row.Key.Table.LogicalName != "account" {
		t.Errorf("the row is %v", got[0])
	}
	if list, ok := got[1].Value.(op.List); !ok || len(list) != 2 || list[1] != "b" {
		t.Errorf("the list is %v", got[1])
	}
}

func FuzzInvocation(f *testing.F) {
	for _, text := range []string{`{"Integer":5,"Entity":{"@odata.type":"Microsoft.Dynamics.CRM.expando"}}`, `{"EntityCollection":[{"@odata.type":"#Microsoft.Dynamics.CRM.account","name":"x"}],"Account":{"name":5}}`,
		`{"EntityReference":{"@odata.id":"accounts(1)"},"StringArray":["a",null]}`, `{"DateTime":"2026-01-01","Money":"1"}`, `["x"]`, `'a'`, `{'@odata.id':'accounts(x)'}`} {
		f.Add(text)
	}
	r := asAda(f)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := r.ReadInvocation(everyType(r, false), Path{}, "", []byte(text)); err != nil && dverr.From(err).HTTPStatus() >= 500 {
			t.Fatalf("%q: %v", text, err)
		}
		for _, m := range everyType(r, true).Parameters {
			if _, err := r.ReadInvocation(everyType(r, true), Path{Arguments: []Argument{{m.Name, text}}}, "", nil); err != nil && dverr.From(err).HTTPStatus() >= 500 {
				t.Fatalf("%s=%q: %v", m.Name, text, err)
			}
		}
	})
}
