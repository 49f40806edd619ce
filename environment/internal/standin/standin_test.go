package standin

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

var example = &meta.API{
	Name:       "new_Example",
	Parameters: []meta.APIMember{{Name: "Text", Type: meta.APIString}, {Name: "N", Type: meta.APIInteger}, {Name: "Row", Type: meta.APIEntity}},
	Properties: []meta.APIMember{{Name: "Out", Type: meta.APIString}, {Name: "Any", Type: meta.APIEntity}, {Name: "List", Type: meta.APIStringArray}},
}

func given() arguments {
	return arguments{
		{Name: "$id", Value: nil}, {Name: "Text", Value: `a"b`}, {Name: "N", Value: int64(5)},
		{Name: "Row", Value: []op.Member{{Name: "x", Value: 1.5}, {Name: "y", Value: op.List{"z", int64(2)}}}},
	}
}

func TestFill(t *testing.T) {
	for template, want := range map[string]string{
		`"plain"`: `"plain"`, `"{{Text}}"`: `"a\"b"`, `"{{N}}"`: `5`, `"{{ N }}!"`: `"5!"`, `"{{Row}}"`: `{"x":1.5,"y":["z",2]}`,
		`"{{Text}}{{N}}"`: `"a\"b5"`, `"<{{Row}}>"`: `"<{\"x\":1.5,\"y\":[\"z\",2]}>"`, `"{{$id}}"`: `null`, `"-{{$id}}-"`: `"--"`,
		`"{{Nope}}"`: `there is no parameter Nope`, `"{{N"`: `"{{N"`, `"{{N}} {{"`: `"5 {{"`, `"{{N}}{{Nope}}"`: `there is no parameter Nope`,
		`["{{N}}",{"a":"{{N}}"}]`: `[5,{"a":5}]`, `1.5`: `1.5`, `[true,null]`: `[true,null]`, `{"a":{"b":"{{Nope}}"}}`: `there is no parameter Nope`,
	} {
		v, err := readValue([]byte(template))
		if err != nil {
			t.Fatal(err)
		}
		v, err = fill(v, given())
		got := ""
		if err != nil {
			got = err.Error()
		} else if text, err := json.Marshal(plain(v)); err == nil {
			got = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(text))
		}
		if got != want {
			t.Errorf("%s gives %s, want %s", template, got, want)
		}
	}
}

func TestFits(t *testing.T) {
	for when, want := range map[string]bool{
		`{}`: true, `{"N":5}`: true, `{"N":5.0}`: true, `{"N":6}`: false, `{"N":"5"}`: false, `{"Text":"a\"b","N":5}`: true, `{"Text":"x","N":5}`: false,
		`{"$id":null}`: true, `{"N":null}`: false, `{"Nope":null}`: true, `{"Nope":1}`: false,
		`{"Row":{"x":1.5}}`: true, `{"Row":{"x":2}}`: false, `{"Row":{"y":["z",2]}}`: true, `{"Row":{"y":["z"]}}`: false, `{"Row":5}`: false, `{"N":{"x":1}}`: false, `{"N":[5]}`: false,
	} {
		rules, err := readRules([]byte(`{"when":` + when + `,"answer":{}}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := rules[0].fits(given()); got != want {
			t.Errorf("%s fits: %v", when, got)
		}
	}
}

// TestBookIsKept: rules are in the file at once, broken ones never, and a broken file
// says so.
func TestBookIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers.json")
	b, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Set("new_A", []byte(`{"answer":{"Out":"a"}}`)); err != nil {
		t.Fatal(err)
	}
	if err := b.Set("new_A", []byte(`{"answer":`)); err == nil {
		t.Error("half a rule was taken")
	}
	again, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := again.Said(); len(got) != 1 || string(got["new_A"].Rules) == "" {
		t.Errorf("the file holds %v", got)
	}
	if err := again.Forget("new_A"); err != nil || len(again.Said()) != 0 {
		t.Errorf("forgetting: %v", err)
	}
	if err := os.WriteFile(path, []byte(`{"new_A":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "new_A") {
		t.Errorf("a broken file: %v", err)
	}
	gone, err := Open(filepath.Join(t.TempDir(), "none", "answers.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := gone.Set("new_A", []byte(`{"answer":{}}`)); err == nil || len(gone.Said()) != 0 {
		t.Errorf("what cannot be kept is said: %v", err)
	}
}

// TestDefaultsFit: what is answered when nothing was said is of the declared types.
func TestDefaultsFit(t *testing.T) {
	account := &meta.Table{LogicalName: "account", PrimaryID: &meta.Column{Property: "accountid", LogicalName: "accountid", Kind: meta.UniqueID}}
	api := &meta.API{Name: "new_All"}
	for kind := meta.APIBoolean; kind <= meta.APIGuid; kind++ {
		api.Properties = append(api.Properties, meta.APIMember{Name: kind.String(), Type: kind})
	}
	a, err := shape(api, defaults(api))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Valid(); err != nil {
		t.Error(err)
	}
	if len(a.Members) != 13 || a.Type != "new_AllResponse" {
		t.Errorf("%d members of %s", len(a.Members), a.Type)
	}
	if _, err := shape(&meta.API{Name: "x", Properties: []meta.APIMember{{Name: "Row", Type: meta.APIEntity, Table: account}}}, nil); err != nil {
		t.Error(err)
	}
}

func FuzzRules(f *testing.F) {
	for _, text := range []string{`{"answer":{"Out":"{{Text}}"}}`, `[{"when":{"N":5},"error":{"message":"{{N}}","code":"0x1","status":404}},{"answer":{"Any":{"a":[1,{"b":"{{Row}}"}]}}}]`, `[]`, `{"answer":{"List":["{{$id}}"]}}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := readRules([]byte(text))
		if err != nil {
			return
		}
		again, err := readRules([]byte(text))
		if err != nil || !reflect.DeepEqual(rules, again) {
			t.Error("the same text reads in two ways")
		}
		judged := Judge(example, []byte(text))
		for _, r := range rules {
			r.fits(given())
			a, err := r.answer(example, append(given(), op.Member{Name: "$table"}, op.Member{Name: "$user"}, op.Member{Name: "$now"}))
			if err == nil && a.Valid() != nil {
				t.Errorf("the answer %v is none", a)
			}
			if err == nil && judged != nil && len(rules) == 1 && len(r.when) == 0 {
				t.Errorf("%s was judged %v, and answers", text, judged)
			}
		}
	})
}
