package dataverse

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// every holds a field of every type.
type every struct {
	ID      ID              `dv:"everyid,key"`
	Text    string          `dv:"text"`
	Flag    bool            `dv:"flag"`
	Count   int32           `dv:"count"`
	Big     int64           `dv:"big"`
	Real    float64         `dv:"real"`
	Amount  *Money          `dv:"amount"`
	When    time.Time       `dv:"when"`
	Day     Date            `dv:"day"`
	Option  Choice          `dv:"option"`
	Several Choices         `dv:"several"`
	Picture []byte          `dv:"picture"`
	Raw     json.RawMessage `dv:"raw"`
	Maybe   *string         `dv:"maybe"`
	Parent  Ref             `dv:"parent,bind=parents:new_Parent"`
	Owner   Ref             `dv:"ownerid,bind=systemusers,bind=teams"`
	Shown   string          `dv:"option@formatted"`
	Whose   string          `dv:"ownerid@formatted,lookup"`
	Born    time.Time       `dv:"createdon,readonly"`
	Tag     ETag            `dv:"@odata.etag"`
	Child   *child          `dv:"new_Child"`
	Kids    []child         `dv:"new_Kids"`
	Ignored string
}

type child struct {
	ID   ID     `dv:"childid,key"`
	Name string `dv:"name"`
}

func codecFor[T any](t testing.TB) *codec {
	t.Helper()
	c, err := newCodec(reflect.TypeFor[T]())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDecode(t *testing.T) {
	const id, other = "5a1f0000-0000-4000-8000-0000000000e1", "5a1f0000-0000-4000-8000-0000000000e2"
	text := `{"@odata.context":{"x":[1,{}]},"@odata.etag":"W/\"7\"","everyid":"` + id + `","unknown":[{"a":null}],"text":"a\u00e9\n\"b","flag":true,
		"count":-7,"big":9007199254740993,"real":1.5e3,"amount":0.10,"when":"2026-01-02T03:04:05.5Z","day":"2026-01-02",
		"option@OData.Community.Display.V1.FormattedValue":"Gold","option":3,"several":"1,2","picture":"AQI=","raw":{"k":[1]},"maybe":"","_parent_value":"` + id + `",
		"_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"team","_ownerid_value@OData.Community.Display.V1.FormattedValue":"Sales",
		"_ownerid_value":"` + other + `","createdon":"2026-01-01T00:00:00Z","new_Child":{"childid":"` + id + `","name":"c"},"new_Kids":[{"name":"k1"},{"name":"k2"}]}`
	var got every
	s := scanner{data: []byte(text)}
	if err := codecFor[every](t).decode(&s, reflect.ValueOf(&got).Elem()); err != nil {
		t.Fatal(err)
	}
	amount, maybe := Money("0.10"), ""
	want := every{ID: MustID(id), Text: "aé\n\"b", Flag: true, Count: -7, Big: 9007199254740993, Real: 1500, Amount: &amount,
		When: time.Date(2026, 1, 2, 3, 4, 5, 5e8, time.UTC), Day: Date{2026, 1, 2}, Option: 3, Several: Choices{1, 2}, Picture: []byte{1, 2},
		Raw: json.RawMessage(`{"k":[1]}`), Maybe: &maybe, Parent: Ref{Set: "parents", ID: MustID(id)},
		Owner: Ref{Set: "teams", ID: MustID(other), Table: "team"}, Shown: "Gold", Whose: "Sales",
		Born: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Tag: `W/"7"`, Child: &child{MustID(id), "c"}, Kids: []child{{Name: "k1"}, {Name: "k2"}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

// What is empty comes as null and leaves the zero value, whatever the type.
func TestDecodeNull(t *testing.T) {
	c := codecFor[every](t)
	var b strings.Builder
	for i, f := range c.fields {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + f.member + `":null`)
	}
	got := every{Text: "old", Maybe: new(string), Kids: []child{{}}}
	s := scanner{data: []byte("{" + b.String() + "}")}
	if err := c.decode(&s, reflect.ValueOf(&got).Elem()); err != nil || !reflect.DeepEqual(got, every{}) {
		t.Errorf("%+v %v", got, err)
	}
}

func TestEncode(t *testing.T) {
	c := codecFor[every](t)
	amount, empty, zero := Money("0.10"), "", ID{}
	id := MustID("5a1f0000-0000-4000-8000-0000000000e1")
	row := every{ID: id, Text: "\"\\\n\x01é\xff", Count: 1, Amount: &amount, When: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)),
		Day: Date{2026, 1, 2}, Several: Choices{1, 2}, Picture: []byte{1, 2}, Maybe: &empty, Parent: RefTo("parents", id),
		Owner: RefTo("teams", id), Shown: "no", Born: time.Now(), Tag: "no", Kids: []child{{Name: "k"}}}
	for name, each := range map[string]struct {
		o    encodeOptions
		want string
	}{
		"all": {encodeOptions{prefix: `"@odata.type":"t"`}, `{"@odata.type":"t","everyid":"` + id.String() + `","text":"\"\\\u000a\u0001é` + "\ufffd" + `","count":1,"amount":0.10,"when":"2026-01-02T02:04:05Z",` +
			`"day":"2026-01-02","several":"1,2","picture":"AQI=","maybe":"","new_Parent@odata.bind":"/parents(` + id.String() + `)","ownerid@odata.bind":"/teams(` + id.String() + `)","new_Kids":[{"name":"k"}]}`},
		"only":  {encodeOptions{noKey: true, only: []string{"flag", "real", "count"}}, `{"flag":false,"count":1,"real":0}`},
		"clear": {encodeOptions{noKey: true, only: []string{"count"}, clear: []string{"parent", "text"}}, `{"count":1,"new_Parent":null,"text":null}`},
		"key":   {encodeOptions{only: []string{}, key: MustID("00000000-0000-0000-0000-000000000001")}, `{"everyid":"00000000-0000-0000-0000-000000000001"}`},
	} {
		got, err := c.encode(nil, reflect.ValueOf(row), each.o)
		if err != nil || string(got) != each.want || !json.Valid(got) {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, each.want)
		}
	}
	for _, bad := range []encodeOptions{{only: []string{"none"}}, {only: []string{"createdon"}}, {clear: []string{`x":1,"y`}}} {
		if got, err := c.encode(nil, reflect.ValueOf(row), bad); err == nil {
			t.Errorf("%+v wrote %s", bad, got)
		}
	}
	for _, bad := range []every{{Real: math.NaN()}, {Amount: (*Money)(&empty), Parent: Ref{Key: AltKey{"a b": 1}}}, {Parent: Ref{Set: "x/y", ID: id}}} {
		if got, err := c.encode(nil, reflect.ValueOf(bad), encodeOptions{}); err == nil {
			t.Errorf("%+v wrote %s", bad, got)
		}
	}
	_ = zero
}

func TestBadRowTypes(t *testing.T) {
	type selfish struct {
		Me []*child `dv:"x"`
	}
	for name, typ := range map[string]reflect.Type{
		"not a struct": reflect.TypeFor[int](),
		"no tags":      reflect.TypeFor[struct{ A string }](),
		"bad name": reflect.TypeFor[struct {
			A string `dv:"a b"`
		}](),
		"bad option": reflect.TypeFor[struct {
			A string `dv:"a,keys"`
		}](),
		"bad bind": reflect.TypeFor[struct {
			A Ref `dv:"a,bind=a b"`
		}](),
		"bound text": reflect.TypeFor[struct {
			A string `dv:"a,bind=b"`
		}](),
		"twice": reflect.TypeFor[struct {
			A, B string `dv:"a"`
		}](),
		"itself": reflect.TypeFor[loop](),
	} {
		if c, err := newCodec(typ); err == nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if c := codecFor[selfish](t); len(c.expands) != 1 || c.expands[0].String() != "x($select=childid,name)" {
		t.Errorf("%+v", c.expands)
	}
}

type loop struct {
	Name string `dv:"name"`
	Next *loop  `dv:"next"`
}

// What is written is read again.
func TestCodecRoundTrip(t *testing.T) {
	type row struct {
		ID   ID        `dv:"id"`
		Text string    `dv:"text"`
		N    int64     `dv:"n"`
		F    float64   `dv:"f"`
		B    bool      `dv:"b"`
		When time.Time `dv:"when"`
		Raw  []byte    `dv:"raw"`
	}
	c := codecFor[row](t)
	rapid.Check(t, func(t *rapid.T) {
		var want row
		copy(want.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		want.Text = rapid.String().Draw(t, "text")
		want.N = rapid.Int64().Draw(t, "n")
		want.F = rapid.Float64Range(-1e300, 1e300).Draw(t, "f")
		want.B = rapid.Bool().Draw(t, "b")
		want.When = time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "when"), 0).UTC()
		if raw := rapid.SliceOf(rapid.Byte()).Draw(t, "raw"); len(raw) > 0 {
			want.Raw = raw
		}
		text, err := c.encode(nil, reflect.ValueOf(want), encodeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var got row
		s := scanner{data: text}
		if err := c.decode(&s, reflect.ValueOf(&got).Elem()); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\n%+v\n%+v %v", text, got, want, err)
		}
	})
}

func TestRow(t *testing.T) {
	var r Row
	err := json.Unmarshal([]byte(`{"@odata.etag":"W/\"1\"","name":"n","n":12,"m":1.50,"f":true,"nil":null,"on":"2026-01-02",
		"_owner_value@Microsoft.Dynamics.CRM.lookuplogicalname":"opportunity","_owner_value":"5a1f0000-0000-4000-8000-0000000000e1",
		"s@OData.Community.Display.V1.FormattedValue":"Open","s":0,"a_x002e_b":"joined","x":{"y":1},"z":[{"q":2}],"l":[1,"a"]}`), &r)
	if err != nil {
		t.Fatal(err)
	}
	if r.String("name") != "n" || r.Int("n") != 12 || r.Money("m") != "1.50" || r.Float("m") != 1.5 || !r.Bool("f") || !r.Has("nil") || r.Has("none") ||
		r.Time("on").Day() != 2 || r.Ref("owner").Set != "opportunities" || r.Formatted("s") != "Open" || r.String("a.b") != "joined" ||
		r.Row("x").Int("y") != 1 || r.Rows("z")[0].Int("q") != 2 || r.ETag() != `W/"1"` || r.String("nil") != "" || len(r["l"].([]any)) != 2 {
		t.Errorf("%#v", r)
	}
	text, err := json.Marshal(Row{"name": `a"b`, "n": 1, "primary": RefTo("contacts", AltKey{"email": "a'b/c"}), "none": Ref{}, "m": Money("2.10"),
		"_owner_value": "left out", "x@OData.Community.Display.V1.FormattedValue": "left out", "kids": []Row{{"name": "k"}}})
	want := `{"kids":[{"name":"k"}],"m":2.10,"n":1,"name":"a\"b","none":null,"primary@odata.bind":"/contacts(email=%27a%27%27b%2Fc%27)"}`
	if err != nil || string(text) != want {
		t.Errorf("%v\n%s\n%s", err, text, want)
	}
	if text, err := json.Marshal(Row{`a":1,"b`: 2}); err == nil {
		t.Errorf("a name broke out: %s", text)
	}
}
